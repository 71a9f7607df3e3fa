"""Texts of pages joined to the text of a document, with the place where each page begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["JoinedPages", "join_pages"]

_SEPARATOR = "\n\n"


class JoinedPages(NamedTuple):
    """The text of all pages, and the offset at which each begins, as `Reader.read` promises it in `page_starts`."""

    text: str
    page_starts: str


def join_pages(pages: Sequence[str]) -> JoinedPages:
    """The pages one after the other, with a blank line between; an empty page begins where the next one does.

    pages: normalised already.

    >>> join_pages(["One.", "", "Three."])
    JoinedPages(text='One.\\n\\nThree.', page_starts='0,6,6')
    """
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages:
        stripped = page.strip()
        starts.append(length)
        if stripped:
            pieces.append(stripped)
            length += len(stripped) + len(_SEPARATOR)
    text = _SEPARATOR.join(pieces)
    return JoinedPages(text, ",".join(str(min(start, len(text))) for start in starts))
