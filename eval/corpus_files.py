"""A corpus as files that people would add: a text file, or a news item in JSON where more than the text is known."""

from __future__ import annotations

import json
from pathlib import Path

from eval.cases import CorpusDocument

__all__ = ["SUFFIXES", "file_of", "source_of"]

SUFFIXES = frozenset({".json", ".txt"})

KEY = "1"
"""Of the only document in a JSON file that gives it none."""


def file_of(document: CorpusDocument, number: int) -> tuple[str, str]:
    """Name and content of the document's file; the name says nothing about it.

    >>> file_of(CorpusDocument(id="a", title="", text="It rained."), 7)
    ('000007.txt', 'It rained.')
    >>> file_of(CorpusDocument(id="b", title="Rain", text="It rained."), 8)
    ('000008.json', '{"title": "Rain", "text": "It rained."}')
    """
    said = {
        "title": document.title,
        "text": document.text,
        "publisher": document.metadata.get("source", ""),
        "author": document.metadata.get("author", ""),
        "published": document.metadata.get("published_at", ""),
    }
    if not document.title or not document.text.strip():
        return f"{number:06}.txt", document.text
    return f"{number:06}.json", json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def source_of(path: Path) -> str:
    """What the assistant calls the document in the file.

    >>> source_of(Path("/corpus/000007.txt")), source_of(Path("/corpus/000008.json"))
    ('/corpus/000007.txt', '/corpus/000008.json#1')
    """
    return f"{path}#{KEY}" if path.suffix == ".json" else str(path)
