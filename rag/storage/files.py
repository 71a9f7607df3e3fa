"""The folder of a store: which files are its own, who may read them, and how a folder with one is known.

A store holds other people's texts, so that its folder is for its owner alone, and so is every file in it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO, Literal

from rag.errors import NotFoundError, StoreError

__all__ = [
    "DATABASE",
    "HOLDER",
    "LOCK",
    "LOG_FILES",
    "exposure",
    "is_store",
    "make_private",
    "opened_privately",
    "prepare",
    "private_folder",
    "store_of",
]

DATABASE = "store.db"
LOCK = "write.lock"
HOLDER = "writer.json"
LOG_FILES = frozenset(f"{DATABASE}{suffix}" for suffix in ("-wal", "-shm"))

_OWN_FILES = LOG_FILES | {DATABASE, f"{DATABASE}-journal", LOCK, HOLDER}
_DERIVED_FOLDERS = ("index", "uploads")
_TABLES = {"documents", "passages", "migrations"}
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OTHERS = 0o007


def prepare(folder: Path, *, must_exist: bool) -> None:
    """Make the folder with an empty database in it, when it is missing or empty.

    must_exist: there has to be a store, and none is made.

    Raises:
        NotFoundError: there has to be a store, and is none.
        StoreError: the folder holds something else, is out of reach, or its database has been emptied.
    """
    name, database = str(folder), folder / DATABASE
    try:
        if database.exists():
            if database.stat().st_size:
                return
            if any((folder / derived).is_dir() and any((folder / derived).iterdir()) for derived in _DERIVED_FOLDERS):
                raise StoreError(
                    f"cannot use store {name!r}: its {DATABASE!r} is empty, but what was made from it is there - "
                    f"restore {DATABASE!r} from a backup, or name another store"
                )
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"cannot use store {name!r}: it is a file - name a folder")
        if folder.exists() and any(entry.name not in _OWN_FILES for entry in folder.iterdir()):
            raise StoreError(
                f"cannot use store {name!r}: the folder holds other files and no store - name a new or empty folder"
            )
        if must_exist:
            raise NotFoundError(f"there is no store in {name!r} - make one with `rag add PATH`, or check where it is")
        folder.parent.mkdir(parents=True, exist_ok=True)
        private_folder(folder)
        with suppress(PermissionError):  # of a folder that somebody else made for this user
            folder.chmod(folder.stat().st_mode & ~_OTHERS)
        with opened_privately(database, "ab"):  # SQLite gives its other files the permissions of this one
            pass
    except OSError as error:
        raise StoreError(f"cannot use store {name!r}: {error.strerror} - name a folder you can write to") from error


def store_of(path: Path) -> Path | None:
    """The store that the path leads to or into; None when it is outside of all stores, or no path can be such."""
    try:
        real = Path(os.path.realpath(path))
    except ValueError:  # a NUL in its name
        return None
    return next((folder for folder in (real, *real.parents) if is_store(folder)), None)


def is_store(folder: Path) -> bool:
    """Whether a store is there; one that cannot be read is known by its lock."""
    database = folder / DATABASE
    if not os.path.isfile(database):  # noqa: PTH113 - `Path.is_file` raises where a folder may not be entered
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        tables = set()
    return tables >= _TABLES or (not tables and os.path.exists(folder / LOCK))  # noqa: PTH110 - as above


def private_folder(folder: Path) -> None:
    """Make the folder for its owner alone; one that is there already stays as it is."""
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def opened_privately(path: Path, mode: Literal["ab", "rb+", "wb", "xb"]) -> BinaryIO:
    """The file, opened for writing; a new one is for its owner alone."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, _FILE_MODE))


def exposure(folder: Path) -> str:
    """What is wrong when anybody on the machine can read or change the store, in one sentence; else empty.

    A group is no fault: who shares a store with one has said so.
    """
    if os.name != "posix":
        return ""
    modes = [path.stat().st_mode & _OTHERS for path in (folder, folder / DATABASE) if path.exists()]
    if not all(modes):
        return ""
    return f"every user of this machine can read the store - run `rag check --repair`, or `chmod -R go= {folder}`"


def make_private(folder: Path) -> None:
    """Take the rights of everybody but the owner from the folder and what is in it, if everybody has any."""
    if not exposure(folder):
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            with suppress(OSError):  # it is somebody else's, and `exposure` goes on saying so
                path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)
