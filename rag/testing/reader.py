"""What every backend of the `Reader` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from pathlib import Path

from rag.errors import ReadError
from rag.protocols import Reader

__all__ = ["check_reader"]


def check_reader(reader: Reader, *, good_file: Path, folder: Path) -> None:
    """Nothing, when the reader keeps every promise. `good_file` is one that it reads; `folder` may be filled.

    Raises:
        AssertionError: it breaks one.
    """
    reads_the_same_document_again(reader, good_file)
    names_what_it_cannot_read(reader, good_file, folder)


def reads_the_same_document_again(reader: Reader, good_file: Path) -> None:
    """A file gives a complete document, and the same one each time."""
    document = reader.read(good_file)
    assert document == reader.read(good_file)
    assert document.id
    assert set(document.id) <= set("0123456789abcdef")
    assert document.source
    assert document.title.strip()
    assert document.text.strip()
    assert document.media_type in reader.media_types
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in document.metadata.items())
    document.text.encode()  # no lone surrogates: storage could not keep them


def names_what_it_cannot_read(reader: Reader, good_file: Path, folder: Path) -> None:
    """A file that is missing, empty or no file at all is a `ReadError` that names it."""
    empty = folder / f"empty{good_file.suffix}"
    empty.write_bytes(b"")
    for path in (folder / f"missing{good_file.suffix}", empty, folder):
        try:
            reader.read(path)
        except ReadError as error:
            assert path.name in str(error)  # noqa: PT017 - this runs without a test runner
            assert error.reason.strip()  # noqa: PT017
        else:
            raise AssertionError(f"{path.name!r} was read")
