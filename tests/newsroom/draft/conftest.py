"""Articles of a small town, and drafts that were written from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import Assistant, DraftFinding, DraftReport, Settings

ARTICLES = (Path(__file__).with_name("harbour.txt"), Path(__file__).with_name("ferry.txt"))


@pytest.fixture(scope="package")
def newsroom(tmp_path_factory) -> Iterator[Assistant]:
    """An assistant over both articles."""
    folder = tmp_path_factory.mktemp("newsroom")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none")) as opened:
        opened.add(ARTICLES)
        yield opened


@pytest.fixture
def check(newsroom) -> Callable[[str], DraftReport]:
    return newsroom.check_draft


@pytest.fixture
def only(check) -> Callable[[str], DraftFinding]:
    """The one finding on a draft of one part."""

    def only(draft: str) -> DraftFinding:
        (finding,) = check(draft).findings
        return finding

    return only
