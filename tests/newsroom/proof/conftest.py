"""A bundle of an answer over two documents, made once, and their sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from rag import Answer, Assistant, BundleReport, Settings

BRIDGE = (
    "The bridge over the Wye\n\nThe old bridge opened in 1932, said the <b>mayor</b> & “her” aide. "
    "It is painted grey.\n\nIt has 4 lanes. 😀 Déjà vu.\n"
)
FERRY = "The ferry\n\nThe old bridge opened in 1932, says a plaque at the ferry. It stopped in spring.\n"
QUESTION = "When did the old bridge open? <script>alert(1)</script>"


class Made(NamedTuple):
    assistant: Assistant
    answer: Answer
    folder: Path
    path: Path
    report: BundleReport
    data: bytes


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """One bundle, and what it was made of."""
    folder = tmp_path_factory.mktemp("proof")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (documents / "ferry.txt").write_text(FERRY, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(embedder="hashing", abstain_below=0.0, llm="none")) as assistant:
        assistant.add([documents])
        answer = assistant.ask(QUESTION)
        path = folder / "proof.zip"
        report = assistant.bundle(answer.id, path)
        yield Made(assistant, answer, documents, path, report, path.read_bytes())
