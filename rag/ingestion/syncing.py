"""What has to be done so that a store holds what a folder holds, and nothing else of that folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rag.errors import NotFoundError, SettingsError
from rag.ingestion.finding import OF_A_STORE, FoundFiles, SourceFile, inside, printable
from rag.ingestion.preparing import hash_of_file
from rag.storage import KnownVersion, Store, store_of
from rag.types import Failure

__all__ = ["SyncPlan", "check_folder", "plan"]


class SyncPlan(NamedTuple):
    """What to do with each file.

    present: files in the folder; each may be new, changed or unchanged. moved: files of the store that are in the
    folder under another name. gone: documents of files that are in it no more.
    """

    present: list[SourceFile]
    moved: list[tuple[str, SourceFile]]
    gone: list[KnownVersion]
    failures: list[Failure]


def plan(store: Store, folder: Path, *, suffixes: Sequence[str], recipe: str, allow_empty: bool) -> SyncPlan:
    """The plan for a folder, an absolute path.

    What is in a folder that may not be opened counts as being there, and stays.

    Raises:
        NotFoundError, SettingsError: see `check_folder`.
    """
    known: dict[str, list[KnownVersion]] = {}
    for version in store.documents.in_folder(str(folder)):
        known.setdefault(version.file, []).append(version)
    found = inside(folder, suffixes, store_folder=store.folder)
    if not os.path.lexists(folder):  # nothing is there, rather than out of reach
        found.unreachable.clear()
        found.failures.clear()
    can_be_read = [path for path in found.files if path.suffix.lower() in found.suffixes]
    check_folder(folder, n_files=len(can_be_read), n_known=len(known), allow_empty=allow_empty)
    present = {str(path) for path in found.files}
    gone = {file: versions for file, versions in known.items() if file not in present and not _is_hidden(file, found)}
    new = [path for path in can_be_read if str(path) not in known and printable(str(path)) == str(path)]
    moved = _moved(new, gone, recipe)
    new_names = {str(file.path) for _, file in moved}
    for old, _ in moved:
        del gone[old]
    return SyncPlan(
        present=[SourceFile(path, is_named=False) for path in found.files if str(path) not in new_names],
        moved=moved,
        gone=[version for versions in gone.values() for version in versions],
        failures=found.failures,
    )


def check_folder(folder: Path, *, n_files: int, n_known: int, allow_empty: bool) -> None:
    """Refuse to remove all documents of a folder that looks as if it were only out of reach for a moment.

    A drive that is not mounted is a missing or an empty folder.

    Raises:
        NotFoundError: the folder is missing. SettingsError: it is a file, or a store's, or it is empty and documents
            would go.
    """
    name = str(folder)
    if store_of(folder) is not None:
        raise SettingsError(f"cannot keep in step with {name!r}: {OF_A_STORE}")
    is_folder = os.path.isdir(folder)  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
    if os.path.lexists(folder) and not is_folder:
        raise SettingsError(f"cannot keep in step with {name!r}: it is no folder - add a file with `rag add`")
    if allow_empty:
        return
    would_go = f"{n_known:,} documents of it would be removed" if n_known else "nothing of it is in the store"
    if not is_folder:
        raise NotFoundError(
            f"cannot keep in step with {name!r}: there is no such folder, and {would_go} - check that its drive is "
            "there, or say that it is meant with --allow-empty"
        )
    if n_known and not n_files:
        raise SettingsError(
            f"cannot keep in step with {name!r}: it holds no file that can be read, and {would_go} - check that its "
            "drive is there, or say that it is meant with --allow-empty"
        )


def _is_hidden(file: str, found: FoundFiles) -> bool:
    return any(f"{file}{os.sep}".startswith(f"{path.rstrip(os.sep)}{os.sep}") for path in found.unreachable)


def _moved(new: Sequence[Path], gone: dict[str, list[KnownVersion]], recipe: str) -> list[tuple[str, SourceFile]]:
    """Old and new names of files with the same bytes and the same suffix, which would be read alike."""
    files_by_content: dict[tuple[str, str], list[str]] = {}
    for file, versions in gone.items():
        hashes = {version.file_hash for version in versions}
        if len(hashes) == 1 and {version.recipe for version in versions} == {recipe}:
            files_by_content.setdefault((hashes.pop(), Path(file).suffix.lower()), []).append(file)
    moved = []
    for path in new if files_by_content else ():
        with suppress(OSError):  # which is reported when the file is read
            candidates = files_by_content.get((hash_of_file(path) or "no hash", path.suffix.lower()))
            if candidates:
                moved.append((candidates.pop(0), SourceFile(path, is_named=False)))
    return moved
