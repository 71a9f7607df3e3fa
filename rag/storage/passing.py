"""Folders that live as long as the work in them: gone when it ends, and after a kill when somebody comes by.

Each holds a file that its process keeps locked. The operating system frees the lock when the process ends, however it
ends, so that a folder whose lock is free belongs to nobody.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["INCOMING", "clear_leftovers", "passing_folder"]

INCOMING = "incoming"
"""The folder in a store for what is being received: nothing in it is the store's yet."""

_LOCK = ".chapter-and-verse-at-work"
_SUFFIX = ".at-work"


@contextmanager
def passing_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder, for its owner alone, in `parent`, whose leftovers of killed processes are cleared first.

    Raises:
        OSError: it cannot be made.
    """
    clear_leftovers(parent)
    folder, lock = _made(parent, prefix)
    try:
        yield folder
    finally:
        _delete(folder, lock)


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
        if folder.name.endswith(_SUFFIX):
            with suppress(OSError):  # of one that was killed before it was locked nothing is there but the folder
                folder.rmdir()
        if os.path.lexists(folder / _LOCK):
            lock = FileLock(folder / _LOCK, timeout=0, thread_local=False)
            with suppress(Timeout, OSError):
                lock.acquire()
                _delete(folder, lock)


def _made(parent: Path, prefix: str) -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=_SUFFIX, dir=parent))
        lock = FileLock(folder / _LOCK, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except OSError:
            if not folder.exists():
                continue  # somebody took it for a leftover
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if (folder / _LOCK).exists():
            return folder, lock
        lock.release()  # as above


def _delete(folder: Path, lock: FileLock) -> None:
    """Delete the folder; its lock last, so that what a kill leaves of it is still known for a leftover."""
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _LOCK:
                with suppress(OSError):
                    path.unlink()
    except OSError:  # it is gone
        pass
    finally:
        lock.release()
    with suppress(OSError):
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()
