"""What a reader finds in a file, checked: a document that can be stored, or why there is none."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard, cast

from rag.errors import RagError, ReadError
from rag.ingestion.finding import printable
from rag.protocols import CollectionReader, Reader, TextualReader
from rag.types import Budget, Document, Failure

__all__ = ["id_of", "is_collection", "read_entries"]

_LONGEST_REASON = 300


def id_of(source: str, text: str) -> str:
    """The id of a document, as readers make it."""
    return hashlib.sha256(f"{source}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_collection(reader: Reader | CollectionReader) -> TypeGuard[CollectionReader]:
    """Whether the reader finds many documents in a file."""
    return hasattr(reader, "read_each")


def read_entries(
    reader: Reader | CollectionReader, path: Path, budget: Budget, *, charset: str = ""
) -> Iterator[Document | Failure]:
    """The documents of the file and the entries that cannot be read; exactly one document when it is no collection.

    charset: the encoding of its text, as whoever sent it says; empty when nobody does.

    Raises:
        ReadError: the file cannot be read, not by this reader, or not within the budget. OSError: it is out of reach.
    """
    if _is_special(path):
        raise ReadError(str(path), "it is a pipe or a device - copy its content into a file")
    name = type(reader).__name__
    try:
        if not is_collection(reader):
            document = _read(cast(Reader, reader), path, charset)
            if refusal := _refusal(document, name, budget):
                raise ReadError(str(path), refusal)
            yield document
            return
        for number, entry in enumerate(reader.read_each(path), start=1):
            refusal = "" if isinstance(entry, Failure) else _refusal(entry, name, budget)
            source = entry.source if _is_storable(entry) else f"{path}#{number}"
            yield Failure(source=source, reason=refusal) if refusal else entry
    except (RagError, OSError):
        raise
    except Exception as error:  # each library fails in its own way
        reason = " ".join(str(error).split())[:_LONGEST_REASON] or "no reason given"
        raise ReadError(
            str(path), f"{name} failed with {type(error).__name__}: {reason} - save the file again, or leave it out"
        ) from error


def _read(reader: Reader, path: Path, charset: str) -> Document:
    if charset and getattr(reader, "takes_charset", False):
        return cast(TextualReader, reader).read(path, charset=charset)
    return reader.read(path)


def _refusal(document: object, reader_name: str, budget: Budget) -> str:
    if not _is_storable(document):
        return f"{reader_name} made no text of it that can be stored - leave it out"
    return budget.refusal(document)


def _is_special(path: Path) -> bool:
    """Whether it is something that a reader could wait for without end; what is not there is for the reader to say."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _is_storable(document: object) -> TypeGuard[Document]:
    """Whether it is a document with a text, all of it text that a database takes."""
    if not isinstance(document, Document) or not isinstance(document.text, str) or not document.text.strip():
        return False
    said = (*document.metadata, *document.metadata.values())
    parts = (document.id, document.source, document.title, document.media_type, document.text, *said)
    return all(isinstance(part, str) and part == printable(part) for part in parts)
