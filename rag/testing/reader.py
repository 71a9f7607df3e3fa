"""What every backend of the `Reader` and `CollectionReader` sockets must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path

from rag.errors import ReadError
from rag.protocols import CollectionReader, Reader
from rag.types import Document, Failure

__all__ = ["check_collection_reader", "check_reader"]


def check_reader(reader: Reader, *, good_file: Path, folder: Path) -> None:
    """Nothing, when the reader keeps every promise. `good_file` is one that it reads; `folder` may be filled.

    Raises:
        AssertionError: it breaks one.
    """
    reads_the_same_document_again(reader, good_file)
    names_what_it_cannot_read(reader.read, good_file, folder)


def check_collection_reader(reader: CollectionReader, *, good_file: Path, folder: Path) -> None:
    """Nothing, when the reader keeps every promise. `good_file` holds at least one document that it reads.

    Raises:
        AssertionError: it breaks one.
    """
    reads_the_same_documents_again(reader, good_file)
    names_what_it_cannot_read(lambda path: list(reader.read_each(path)), good_file, folder)


def reads_the_same_document_again(reader: Reader, good_file: Path) -> None:
    """A file gives a complete document, and the same one each time."""
    document = reader.read(good_file)
    assert document == reader.read(good_file)
    assert document.source
    _is_complete(document, reader.media_types)


def reads_the_same_documents_again(reader: CollectionReader, good_file: Path) -> None:
    """A file gives complete documents and failures, each under a source of its own, and the same ones each time."""
    found = list(reader.read_each(good_file))
    assert found == list(reader.read_each(good_file))
    documents = [entry for entry in found if isinstance(entry, Document)]
    assert documents
    assert all(entry.reason.strip() for entry in found if isinstance(entry, Failure))
    for document in documents:
        _is_complete(document, reader.media_types)
    sources = [entry.source for entry in found]
    assert len(set(sources)) == len(sources)
    keys = [source.removeprefix(f"{good_file}#") for source in sources if source != str(good_file)]
    assert all(key.strip() and f"{good_file}#{key}" in sources for key in keys)


def names_what_it_cannot_read(read: Callable[[Path], object], good_file: Path, folder: Path) -> None:
    """A file that is missing, empty or no file at all is a `ReadError` that names it."""
    empty = folder / f"empty{good_file.suffix}"
    empty.write_bytes(b"")
    for path in (folder / f"missing{good_file.suffix}", empty, folder):
        try:
            read(path)
        except ReadError as error:
            assert path.name in str(error)  # noqa: PT017 - this runs without a test runner
            assert error.reason.strip()  # noqa: PT017
        else:
            raise AssertionError(f"{path.name!r} was read")


def _is_complete(document: Document, media_types: AbstractSet[str]) -> None:
    assert document.id
    assert set(document.id) <= set("0123456789abcdef")
    assert document.title.strip()
    assert document.text.strip()
    assert document.media_type in media_types
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in document.metadata.items())
    document.text.encode()  # no lone surrogates: storage could not keep them
    if "page_starts" in document.metadata:
        starts = [int(start) for start in document.metadata["page_starts"].split(",")]
        assert starts == sorted(starts)
        assert 0 <= starts[0] <= starts[-1] <= len(document.text)
