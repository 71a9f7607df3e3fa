"""The folder of a store: which files are its own, who may read them, who writes, and how a folder with one is known.

A store holds other people's texts, so that its folder is for its owner alone, and so is every file in it.

Passing folders live as long as the work in them: they are gone when it ends, and after a kill when somebody comes by.
Each holds a file that its process keeps locked. The operating system frees the lock when the process ends, however it
ends, so that a folder whose lock is free belongs to nobody.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal

from filelock import FileLock, Timeout

from rag.errors import NotFoundError, StoreError, StoreLockedError

__all__ = [
    "DATABASE",
    "ERASING",
    "HOLDER",
    "INCOMING",
    "INDEX_LOCK",
    "LOCK",
    "LOG_FILES",
    "IndexLock",
    "WriterLock",
    "clear_leftovers",
    "exposure",
    "is_store",
    "make_beside",
    "make_private",
    "opened_privately",
    "passing_folder",
    "prepare",
    "private_folder",
    "store_of",
]

DATABASE = "store.db"
LOCK = "write.lock"
INDEX_LOCK = "index.lock"
HOLDER = "writer.json"
ERASING = "erasing"
"""Beside the database as long as its word index holds words of what was removed."""
LOG_FILES = frozenset(f"{DATABASE}{suffix}" for suffix in ("-wal", "-shm"))

INCOMING = "incoming"
"""The folder in a store for what is being received: nothing in it is the store's yet."""
_PASSING_LOCK = ".chapter-and-verse-at-work"
_PASSING_SUFFIX = ".at-work"
_OWN_FILES = LOG_FILES | {DATABASE, f"{DATABASE}-journal", LOCK, INDEX_LOCK, HOLDER, ERASING}
_DERIVED_FOLDERS = ("index", "uploads", "web")
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


def make_beside(folder: Path) -> None:
    """Make the folder for the files beside a store on a server, for its owner alone.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        private_folder(folder)
    except OSError as error:
        raise StoreError(
            f"cannot keep files in {str(folder)!r}: {error.strerror} - check who may write there"
        ) from error


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


class WriterLock:
    """The right to write to a store. The operating system frees it when its holder ends, however it ends."""

    def __init__(self, folder: Path, *, timeout_seconds: float) -> None:
        self._folder = folder
        self._holder = folder / HOLDER
        self._timeout_seconds = timeout_seconds
        self._between_processes = FileLock(folder / LOCK, timeout=timeout_seconds, mode=0o600, thread_local=False)
        self._between_threads = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits for another writer first. May be nested.

        Raises:
            StoreLockedError: the other writer did not end in time; the message says who it is.
            StoreError: the folder cannot be written to.
        """
        if not self._between_threads.acquire(timeout=self._timeout_seconds):
            raise self._locked_error()
        try:
            self._between_processes.acquire()
        except Timeout as error:
            self._between_threads.release()
            raise self._locked_error() from error
        except OSError as error:
            self._between_threads.release()
            raise StoreError(
                f"cannot write to store {str(self._folder)!r}: {error.strerror} - check its owner and permissions"
            ) from error
        try:
            if self._between_processes.lock_counter == 1:
                self._say_who()
            yield
        finally:
            if self._between_processes.lock_counter == 1:
                with suppress(OSError):
                    self._holder.unlink(missing_ok=True)
            self._between_processes.release()
            self._between_threads.release()

    def _say_who(self) -> None:
        holder = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        with suppress(OSError), opened_privately(self._holder, "wb") as file:  # on a full disk, "another process"
            file.write(json.dumps(holder).encode())

    def _locked_error(self) -> StoreLockedError:
        return StoreLockedError(
            f"cannot write to store {str(self._folder)!r}: {self._describe_holder()} is writing to it - "
            "wait until it ends, or end it, and try again"
        )

    def _describe_holder(self) -> str:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"process {holder['process']} on {holder['host']} ({holder['command']!r}, since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"


class IndexLock:
    """The right to bring an index that several processes share into step."""

    def __init__(self, folder: Path, *, timeout_seconds: float) -> None:
        self._lock = FileLock(folder / INDEX_LOCK, timeout=timeout_seconds, mode=_FILE_MODE, thread_local=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits for another process first.

        Raises:
            StoreLockedError: it did not end in time.
        """
        try:
            self._lock.acquire()
        except Timeout as error:
            raise StoreLockedError("another process brings the index into step - try again") from error
        try:
            yield
        finally:
            self._lock.release()


@contextmanager
def passing_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder, for its owner alone, in `parent`, whose leftovers of killed processes are cleared first.

    Raises:
        OSError: it cannot be made.
    """
    clear_leftovers(parent)
    folder, lock = _made_passing(parent, prefix)
    try:
        yield folder
    finally:
        _delete_passing(folder, lock)


def clear_leftovers(parent: Path) -> None:
    """Delete the passing folders in `parent` whose processes have ended; what cannot be deleted is left.

    A folder without our lock in it is never ours, whatever it is called.
    """
    try:
        with os.scandir(parent) as entries:
            found = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for folder in found:
        if folder.name.endswith(_PASSING_SUFFIX):
            with suppress(OSError):  # of one that was killed before it was locked nothing is there but the folder
                folder.rmdir()
        if os.path.lexists(folder / _PASSING_LOCK):
            lock = FileLock(folder / _PASSING_LOCK, timeout=0, thread_local=False)
            with suppress(Timeout, OSError):
                lock.acquire()
                _delete_passing(folder, lock)


def _made_passing(parent: Path, prefix: str) -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=_PASSING_SUFFIX, dir=parent))
        lock = FileLock(folder / _PASSING_LOCK, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except OSError:
            if not folder.exists():
                continue  # somebody took it for a leftover
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if (folder / _PASSING_LOCK).exists():
            return folder, lock
        lock.release()  # as above


def _delete_passing(folder: Path, lock: FileLock) -> None:
    """Delete the folder; its lock last, so that what a kill leaves of it is still known for a leftover."""
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _PASSING_LOCK:
                with suppress(OSError):
                    path.unlink()
    except OSError:  # it is gone
        pass
    finally:
        lock.release()
    with suppress(OSError):
        (folder / _PASSING_LOCK).unlink(missing_ok=True)
        folder.rmdir()
