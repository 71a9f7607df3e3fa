"""What the tests of generators share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.types import Evidence, Span


@pytest.fixture(scope="session")
def sentences() -> Callable[..., list[Evidence]]:
    """Makes evidence out of quotes, numbered from 1, all of one document."""

    def sentences(*quotes: str, speaker: str = "", title: str = "The news") -> list[Evidence]:
        return [
            Evidence(
                number=number,
                document_id="d",
                source="news.txt",
                title=title,
                span=Span(start=1000 * number, end=1000 * number + len(quote)),
                quote=quote,
                score=1.0 / number,
                speaker=speaker,
            )
            for number, quote in enumerate(quotes, start=1)
        ]

    return sentences
