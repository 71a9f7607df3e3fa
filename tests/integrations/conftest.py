"""Assistants over small stores, watched, and models of LlamaIndex kept out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from llama_index.core import Settings as LlamaIndexSettings

from rag import Assistant, ClaimVerified, Settings, Turn

NEWS = (
    "Talks in Jeddah 😀\n\n"
    "Marco Rubio said Kyiv could cede territory to Russia. "
    "Volodymyr Zelensky said Ukraine will not recognise occupied land. The talks lasted eight hours.\n"
    "“The giant is awakening,” said Wladyslaw Kosiniak-Kamysz.\n"
    "Москва і Київ ведуть переговори.\n"
)
BREAD = "Bread\n\nBread is baked from flour, water and salt. The oven is hot for an hour.\n"


class ListeningAssistant(Assistant):
    """An assistant that keeps the histories it was given, and tells how far its streams have come."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.histories: list[tuple[Turn, ...]] = []
        self.n_claims = 0
        self.n_ended = 0

    def stream(self, question: str, *, history: Sequence[Turn] = (), **scope: Any) -> Any:
        self.histories.append(tuple(history))
        try:
            for event in super().stream(question, history=history, **scope):
                self.n_claims += isinstance(event, ClaimVerified)
                yield event
        finally:
            self.n_ended += 1


@pytest.fixture(autouse=True)
def _no_global_model():
    yield
    assert LlamaIndexSettings._llm is None
    assert LlamaIndexSettings._embed_model is None


@pytest.fixture
def news(tmp_path, write, settings):
    with ListeningAssistant.open(tmp_path / "news-store", settings) as opened:
        opened.add([write("news.txt", NEWS)])
        yield opened


@pytest.fixture
def kitchen(tmp_path, write, settings):
    with Assistant.open(tmp_path / "kitchen-store", settings) as opened:
        opened.add([write("bread.txt", BREAD)])
        yield opened


@pytest.fixture
def silent(tmp_path, write):
    with Assistant.open(tmp_path / "silent-store", Settings(embedder="hashing", abstain_below=1)) as opened:
        opened.add([write("news.txt", NEWS)])
        yield opened
