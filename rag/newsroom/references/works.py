"""What an answer cites, document by document: who wrote it, what it is called, when and where it came out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from rag.language.controls import on_one_line
from rag.types import Answer, Citation, Document

__all__ = ["Work", "name_of", "place_in_words", "reference_in_words", "works_of"]

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A cited document, every text of it on one line.

    key: names it among works; the same for the same document everywhere.
    file: the name of the file or page that it was read from, without folders.
    date: year, month and day as far as the document says them, as numbers; () where it does not.
    address: http or https; empty when it has none.
    """

    key: str
    document: Document
    citations: tuple[Citation, ...]
    title: str
    file: str
    author: str
    publisher: str
    date: tuple[int, ...]
    address: str
    language: str


def works_of(answer: Answer, document_of: Callable[[str], Document]) -> tuple[Work, ...]:
    """The works that the answer cites, in the order in which it does."""
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.document_id, []).append(citation)
    return tuple(_work(document_of(document_id), tuple(citations)) for document_id, citations in cited.items())


def _work(document: Document, citations: tuple[Citation, ...]) -> Work:
    metadata = document.metadata
    has_address = any(citation.url for citation in citations)
    file = name_of(document.source)
    return Work(
        key=f"cv{document.id}",
        document=document,
        citations=citations,
        title=on_one_line(document.title) or file,
        file=file,
        author=on_one_line(metadata.get("author", "")),
        publisher=on_one_line(metadata.get("publisher", "")),
        date=_date(document.published),
        address=metadata.get("url", "") if has_address else "",
        language=on_one_line(metadata.get("language", "")),
    )


def _date(published: str) -> tuple[int, ...]:
    """Year, month and day as far as they are there, and can be.

    >>> _date("2025-03-12T18:22:00Z"), _date("2025-13"), _date("spring")
    ((2025, 3, 12), (2025,), ())
    """
    found = _DATE.match(published)
    if found is None:
        return ()
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not 1 <= month <= 12:
        return (year,)
    return (year, month, day) if 1 <= day <= 31 else (year, month)


def name_of(source: str) -> str:
    """The name of a file, with the entry in it, without its folders; an address as it is.

    >>> name_of("/home/ann/news/feed.xml#https://example.org/a"), name_of("https://example.org/a")
    ('feed.xml#https://example.org/a', 'https://example.org/a')
    """
    if source.startswith(("https://", "http://")):
        return source
    file, mark, entry = source.partition("#")
    return PurePath(file).name + mark + entry


def reference_in_words(work: Work, citation: Citation) -> str:
    """Author, title, publisher, date and place of a citation, and where it is on the web, as far as they are known."""
    date = "-".join(f"{part:02}" for part in work.date)
    file = "" if work.file in (work.title, work.address) else work.file
    facts = (work.author, work.title, file, work.publisher, date, place_in_words(citation), citation.url)
    return ", ".join(filter(None, facts))


def place_in_words(citation: Citation) -> str:
    """Page and line, and characters of the text: such as "page 3, line 40, characters 1200-1260"."""
    span = f"characters {citation.span.start}-{citation.span.end}"
    return ", ".join(filter(None, [citation.page_in_words, f"line {citation.line}", span]))
