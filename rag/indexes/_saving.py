"""How an index gets onto the disk: whole or not at all, and with errors that say what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from rag.errors import StoreError, StoreFullError, disk_refusal

__all__ = ["TEMPORARY_FILES", "clear_unfinished", "file_errors_reported", "write_whole"]

TEMPORARY_FILES = ".saving-*.tmp"
"""What a crash while writing may leave behind, as a pattern for `Path.glob`."""


def write_whole(path: Path, content: bytes) -> None:
    """`content` in `path`, on disk when this returns; the file is there as a whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".saving-", suffix=".tmp", delete=False) as file:
        temporary = Path(file.name)
        try:
            _is_locked(file)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def clear_unfinished(folder: Path) -> None:
    """Delete what processes that were killed while they wrote have left; who writes keeps its file locked."""
    for path in folder.glob(TEMPORARY_FILES):
        with suppress(OSError), path.open("rb+") as file:
            if _is_locked(file):
                path.unlink()


def _is_locked(file: IO[bytes]) -> bool:
    """Whether the file is this process's alone, until it is closed; always where the system keeps open files itself."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def file_errors_reported(folder: Path) -> Iterator[None]:
    """Errors of the file system while an index is saved in `folder`, as errors that say what to do.

    Raises:
        StoreFullError: the disk is full, or the file too large for it.
        StoreError: the folder cannot be written to for another reason.
    """
    try:
        yield
    except OSError as error:
        if refusal := disk_refusal(error):
            raise StoreFullError(f"cannot save the vector index in {str(folder)!r}: {refusal}") from error
        raise StoreError(
            f"cannot save the vector index in {str(folder)!r}: {error.strerror or error}"
            " - check that the folder exists and may be written to"
        ) from error
