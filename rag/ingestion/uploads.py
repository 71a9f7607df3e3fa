"""Files that were handed over rather than found: copies in the store's own folder, under names that are safe."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from rag.errors import StoreError, StoreFullError, disk_refusal
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.storage import INCOMING, Store, opened_privately, passing_folder, private_folder
from rag.types import Failure

__all__ = ["UPLOADS", "damaged_uploads", "delete_upload", "keep", "receiving", "safe_name", "staged"]

UPLOADS = "uploads"
"""The folder in the store's folder that holds them."""

_MAX_BYTES = 200  # of a name; file systems allow 255, and a number may be added
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*#\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The name of a file without folders, controls, and what some file system or this store gives a meaning to.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\Reports\\\\Q1?.pdf"), safe_name(".. "), safe_name("con.txt")
    ('passwd', 'Q1_.pdf', 'upload', '_con.txt')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).strip().rstrip("/\\"))[-1]
    cleaned = _UNSAFE.sub("_", " ".join(last.split())).strip(" .")
    if _RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    stem, suffix = os.path.splitext(cleaned)  # noqa: PTH122 - a name, no path
    suffix = suffix if len(suffix.encode()) <= 20 else ""
    stem = cleaned[: len(cleaned) - len(suffix)]
    kept = stem.encode()[: _MAX_BYTES - len(suffix.encode())].decode(errors="ignore").rstrip(" .")
    return f"{kept}{suffix}" if kept else "upload"


@contextmanager
def receiving(store_folder: Path, prefix: str = "received-") -> Iterator[Path]:
    """A new folder in the store for what is not its own yet; gone afterwards, or, after a kill, at the next opening.

    Raises:
        StoreFullError: the disk is full. StoreError: the store cannot be written to.
    """
    incoming = store_folder / INCOMING
    with ExitStack() as stack:
        try:
            private_folder(incoming)
            folder = stack.enter_context(passing_folder(incoming, prefix))
        except OSError as error:
            raise _cannot_take("files", store_folder, error) from error
        yield folder


@contextmanager
def staged(files: Sequence[tuple[str, Path]], store_folder: Path) -> Iterator[tuple[list[SourceFile], list[Failure]]]:
    """Copies of the files, each with the name that it gets, and what cannot be copied; gone afterwards unless kept.

    Two of one name and with other bytes get different names, and a file that comes twice is taken once.

    Raises:
        StoreFullError: the disk is full, or a copy too large for it. StoreError: the store cannot be written to.
    """
    with receiving(store_folder, "staged-") as folder:
        uploads = store_folder / UPLOADS
        private_folder(uploads)
        for cut_off in uploads.glob(".incoming-*"):  # of an older version that was killed
            shutil.rmtree(cut_off, ignore_errors=True)
        taken: dict[str, SourceFile] = {}
        failures = []
        for name, path in files:
            try:
                _stage(safe_name(name), path, folder, taken)
            except OSError as error:
                if disk_refusal(error):
                    raise _cannot_take(repr(safe_name(name)), store_folder, error) from error
                failures.append(
                    Failure(source=safe_name(name), reason=f"{error.strerror or error} - hand it over again")
                )
        yield list(taken.values()), failures


def _cannot_take(what: str, store_folder: Path, error: OSError) -> StoreError:
    name = str(store_folder)
    if refusal := disk_refusal(error):
        return StoreFullError(f"cannot take {what} into store {name!r}: {refusal}")
    return StoreError(
        f"cannot take {what} into store {name!r}: {error.strerror or error} - check its owner and permissions"
    )


def _stage(name: str, path: Path, folder: Path, taken: dict[str, SourceFile]) -> None:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, no path
    number = 1
    while name.casefold() in taken:
        if filecmp.cmp(taken[name.casefold()].path, path, shallow=False):
            return
        number += 1
        name = f"{stem} ({number}){suffix}"
    staged_file = folder / name
    with path.open("rb") as source, opened_privately(staged_file, "xb") as copy:
        shutil.copyfileobj(source, copy)
    taken[name.casefold()] = SourceFile(staged_file, is_named=True, upload=name)


def keep(file: SourceFile, store_folder: Path) -> None:
    """Put the staged copy into its place, over an older one of that name."""
    file.path.replace(store_folder / file.file)


def damaged_uploads(store: Store) -> list[str]:
    """The kept copies that are not the files that were handed over, a sentence each."""
    hashes = {
        version.file: version.file_hash
        for version in store.documents.in_folder(UPLOADS)
        if version.file_hash and version.recipe
    }
    found = []
    for file, file_hash in sorted(hashes.items()):
        with suppress(OSError):  # it is gone, and the document is whole without it
            if hash_of_file(store.folder / file) != file_hash:
                found.append(f"the upload {file!r} is not the file that was handed over, of which the text is kept")
    return found


def delete_upload(file: str, store_folder: Path) -> None:
    """Delete the kept copy that the store knows as `file`; nothing happens when that is none."""
    folder, _, name = file.partition("/")
    if folder == UPLOADS and name and Path(name).name == name:
        with suppress(OSError):
            (store_folder / UPLOADS / name).unlink()
