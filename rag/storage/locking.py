"""One writer at a time, across processes, and a sentence that says who it is."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import StoreError, StoreLockedError
from rag.storage.files import HOLDER, LOCK, opened_privately

__all__ = ["WriterLock"]


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
