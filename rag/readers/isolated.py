"""Readers of files that may be bad on purpose, run in a process of their own with limits of time and memory.

A parser of PDF or Office files can hang, crash or fill the memory; in another process that is one file that cannot be
read, with the reason. The process is kept over many files, so that starting it costs once; it gets no secrets of the
environment, and what it sends is checked as any input is.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, NoReturn

import rag
from rag.errors import ReadError, SettingsError
from rag.readers._decoding import DEFAULT_MAX_BYTES
from rag.types import Budget, Document, Failure

__all__ = ["IsolatedCollectionReader", "IsolatedReader", "Isolation"]

DEFAULT_MAX_SECONDS = 30.0
DEFAULT_MAX_MEMORY_BYTES = 1_000_000_000
DEFAULT_MAX_RECOGNISED_PAGES = 500
DEFAULT_BUDGET = Budget(max_characters=5_000_000, max_sentences=50_000)

_PROGRAM = Path(__file__).with_name("_worker.py")
_PACKAGE = Path(__file__).parents[1]
_START_SECONDS = 30.0
_EXIT_FOR_MEMORY = 3  # as in _worker.py
_N_WAITING_REPLIES = 4
_MOST_BYTES_A_CHARACTER = 6  # as JSON writes a control
_MOST_BYTES_AROUND = 1_000_000
_KEPT_VARIABLES = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "LD_LIBRARY_PATH", "LD_PRELOAD", *rag.TELEMETRY_OFF),
)
"""All that the process gets of the environment: enough to start Python in silence, and no key or token."""

_ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}
"""Else glibc reserves 64 MB of addresses for each thread, which would count as memory that a file took."""


class Isolation:
    """Processes that read files, started when they are needed and kept for the next file.

    max_seconds: for each document; of a collection, for each document in it. Safe to share between threads: each that
        reads at the same time has a process of its own. Processes end with `close`, and with this one at the latest.
    max_memory_bytes: what a file may take beyond the libraries that read it, where the system can limit it.
    budget: for each document.
    max_recognised_pages: how many pages of a document may be recognised in pictures (OCR). Each may take the time and
        the memory of another document, because one takes seconds, and a book has hundreds.
    """

    def __init__(
        self,
        *,
        max_seconds: float = DEFAULT_MAX_SECONDS,
        max_memory_bytes: int = DEFAULT_MAX_MEMORY_BYTES,
        budget: Budget = DEFAULT_BUDGET,
        max_recognised_pages: int = DEFAULT_MAX_RECOGNISED_PAGES,
    ) -> None:
        if max_seconds <= 0 or max_memory_bytes <= 0:
            raise SettingsError(
                f"cannot read within {max_seconds!r} seconds and {max_memory_bytes!r} bytes - allow more than none"
            )
        self._max_seconds = max_seconds
        self._max_memory_bytes = max_memory_bytes
        self._budget = budget
        self._max_recognised_pages = max_recognised_pages
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._all: weakref.WeakSet[_Process] = weakref.WeakSet()
        self._end_all = weakref.finalize(self, _end, self._idle)

    def reader(
        self,
        target: str,
        *,
        media_types: frozenset[str],
        max_bytes: int = DEFAULT_MAX_BYTES,
        takes_charset: bool = False,
    ) -> IsolatedReader:
        """The `Reader` that `target` names as `module:Class`, run here.

        takes_charset: whether it is a `TextualReader`.
        """
        return IsolatedReader(self, target, media_types=media_types, max_bytes=max_bytes, takes_charset=takes_charset)

    def collection_reader(
        self, target: str, *, media_types: frozenset[str], max_bytes: int = DEFAULT_MAX_BYTES
    ) -> IsolatedCollectionReader:
        """The `CollectionReader` that `target` names as `module:Class`, run here."""
        return IsolatedCollectionReader(self, target, media_types=media_types, max_bytes=max_bytes)

    def close(self) -> None:
        """End the processes, also one that is reading; another read starts anew."""
        with self._lock:
            processes = list(self._all)
            self._idle.clear()
        _end(processes)

    def replies(
        self, path: Path, target: str, *, max_bytes: int, is_collection: bool, charset: str = ""
    ) -> Iterator[Document | Failure]:
        """What the reader that `target` names reads in `path`; used by the readers below.

        Raises:
            ReadError: the reader says so, takes too long or too much memory, crashes or fails in another way.
        """
        about = {
            "budget": asdict(self._budget),
            "is_collection": is_collection,
            "charset": charset,
            "max_recognised_pages": self._max_recognised_pages,
        }
        for reply in self._exchange(path, target, {"max_bytes": max_bytes, **about}):
            yield _checked(reply, path)

    def result(self, path: Path, target: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """What the function that `target` names as `module:function` makes of the file and the arguments.

        The caller checks it, as it comes from a process that a file may have taken over.

        Raises:
            ReadError: as `replies`.
        """
        replies = list(self._exchange(path, target, {"arguments": arguments}))
        made = replies[0].get("result") if len(replies) == 1 else None
        if not isinstance(made, dict):
            raise _strange(path)
        return made

    def _exchange(self, path: Path, target: str, about: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
        """The replies to one request, up to the last of them."""
        process = self._taken(path)
        is_free = False
        try:
            # A relative path means the same there.
            request = {"target": target, "path": str(path), "folder": os.getcwd()}  # noqa: PTH109
            process.send({**request, **about})
            n_pages = 0
            while True:
                reply = self._reply(process, path, n_pages=n_pages)
                if reply.get("is_at_work") is True and n_pages < self._max_recognised_pages:
                    n_pages += 1  # a page begins, and with it the time that it may take
                    continue
                if reply.get("is_done") is True:
                    is_free = reply.get("is_worn") is not True
                    return
                if "error" in reply:
                    # The reader is well, and says so itself; its last word still follows.
                    is_free = self._reply(process, path).get("is_worn") is False
                    raise ReadError(str(path), _text(reply["error"], path))
                if "unexpected" in reply:
                    self._refuse_failure(path, target, reply)
                yield reply
        finally:
            # Whoever leaves early, by an error, Ctrl-C or because nobody reads on, leaves it in the middle of a file.
            self._give_back(process) if is_free else process.end()

    def _taken(self, path: Path) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_alive():
                    return process
            process = _Process()
            self._all.add(process)
        try:
            most_bytes = _MOST_BYTES_A_CHARACTER * self._budget.max_characters + _MOST_BYTES_AROUND
            process.start(self._max_seconds, self._max_memory_bytes, max_reply_bytes=most_bytes)
            if process.reply(_START_SECONDS).get("is_ready") is True:
                return process
        except (OSError, _EndedError, TimeoutError) as error:
            process.end()
            reason = f"the process that reads such files does not start ({error or 'it was too slow'})"
            raise ReadError(str(path), f"{reason} - try again, or check the installation") from error
        process.end()
        raise ReadError(str(path), "the process that reads such files does not answer - check the installation")

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            self._idle.append(process)

    def _reply(self, process: _Process, path: Path, *, n_pages: int = 0) -> Mapping[str, object]:
        """The next reply. n_pages: how many pages it has begun to recognise, of which each has its own time."""
        try:
            return process.reply(self._max_seconds)
        except TimeoutError as error:
            limit = f"took longer than {self._max_seconds:g} seconds"
            if n_pages:
                reason = f"recognising page {n_pages} of those that are pictures {limit} - raise max_read_seconds"
            else:
                reason = f"reading it {limit} - split it, or raise max_read_seconds"
            raise ReadError(str(path), reason) from error
        except _EndedError as error:
            raise ReadError(str(path), self._reason_of_end(error)) from error

    def _reason_of_end(self, error: _EndedError) -> str:
        if error.status == _EXIT_FOR_MEMORY:
            return f"reading it needed more than {self._memory} - split it, or raise max_read_memory_bytes"
        return (
            f"the reader crashed on it, or found {self._memory} too little - save it again in its program, or leave it "
            "out"
        )

    def _refuse_failure(self, path: Path, target: str, reply: Mapping[str, object]) -> NoReturn:
        name = target.partition(":")[2]
        kind, reason = _text(reply["unexpected"], path), _text(reply.get("reason", ""), path) or "no reason given"
        if kind in ("ImportError", "ModuleNotFoundError"):
            raise ReadError(str(path), f"{name} lacks a library: {reason} - install it, or leave the file out")
        if reply.get("is_short") is True:
            what = f"{name} failed with {kind}, close to its limit of {self._memory}: {reason}"
            raise ReadError(str(path), f"{what} - split it, or raise max_read_memory_bytes")
        raise ReadError(str(path), f"{name} failed with {kind}: {reason} - save the file again")

    @property
    def _memory(self) -> str:
        return f"{self._max_memory_bytes / 1e9:.3g} GB of memory"


class IsolatedReader:
    """A `Reader` that runs in a process of its own; made by `Isolation.reader`."""

    def __init__(
        self,
        isolation: Isolation,
        target: str,
        *,
        media_types: frozenset[str],
        max_bytes: int,
        takes_charset: bool = False,
    ) -> None:
        self._isolation = isolation
        self._target = target
        self.media_types = media_types
        self._max_bytes = max_bytes
        self.takes_charset = takes_charset

    def read(self, path: Path, *, charset: str = "") -> Document:
        """The document that the reader finds in `path`.

        Raises:
            ReadError: as the reader says, or because it took too long or too much memory, crashed or failed.
        """
        replies = self._isolation.replies(
            path, self._target, max_bytes=self._max_bytes, is_collection=False, charset=charset
        )
        found = list(replies)
        if len(found) != 1 or not isinstance(found[0], Document):
            raise _strange(path)
        return found[0]


class IsolatedCollectionReader:
    """A `CollectionReader` that runs in a process of its own; made by `Isolation.collection_reader`."""

    def __init__(self, isolation: Isolation, target: str, *, media_types: frozenset[str], max_bytes: int) -> None:
        self._isolation = isolation
        self._target = target
        self.media_types = media_types
        self._max_bytes = max_bytes

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The documents that the reader finds in `path`, as it finds them.

        Raises:
            ReadError: as the reader says, or because a document took too long or too much memory, or it crashed.
        """
        return self._isolation.replies(path, self._target, max_bytes=self._max_bytes, is_collection=True)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _ONE_HEAP


class _EndedError(Exception):
    """The process ended while it was asked. status: as `subprocess` gives it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it ended with status {status}")
        self.status = status


class _Process:
    """One process of `_worker.py`, and the thread that takes what it writes; pipes cannot be waited for on Windows."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.Queue[bytes] = queue.Queue(_N_WAITING_REPLIES)
        self._collecting: threading.Thread | None = None

    def start(self, max_seconds: float, max_memory_bytes: int, *, max_reply_bytes: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-X", f"utf8={sys.flags.utf8_mode}", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it is a pipe
        self._collecting = threading.Thread(
            target=_collect, args=(stdout, self._replies), kwargs={"max_bytes": max_reply_bytes}, daemon=True
        )
        self._collecting.start()
        self.send(
            {
                "import_path": [entry or str(Path.cwd()) for entry in sys.path],
                "package": str(_PACKAGE),
                "max_seconds": max_seconds,
                "max_memory_bytes": max_memory_bytes,
            }
        )

    def send(self, request: Mapping[str, object]) -> None:
        """Write a request; a process that is gone is noticed when its reply is awaited."""
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def reply(self, max_seconds: float) -> Mapping[str, object]:
        """The next reply.

        Raises:
            TimeoutError: there was none in that time.
            _EndedError: the process ended instead.
        """
        try:
            line = self._replies.get(timeout=max_seconds)
        except queue.Empty:
            raise TimeoutError from None
        if not line:
            raise _EndedError(self._process.wait() if self._process is not None else 0)
        with suppress(ValueError, RecursionError):
            reply = json.loads(line.decode("utf-8", "surrogatepass"))
            if isinstance(reply, dict):
                return reply
        raise _EndedError(0)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Kill it; what it wrote and nobody took is thrown away."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        while self._collecting is not None and self._collecting.is_alive():  # it may wait for room
            with suppress(queue.Empty):
                self._replies.get(timeout=0.01)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _collect(stdout: IO[bytes], replies: queue.Queue[bytes], *, max_bytes: int) -> None:
    """Put each line into the queue, and an empty one when there are no more."""
    with suppress(OSError, ValueError):
        while line := stdout.readline(max_bytes):
            replies.put(line)
    replies.put(b"")


def _end(processes: list[_Process]) -> None:
    for process in processes:
        process.end()


def _checked(reply: Mapping[str, object], path: Path) -> Document | Failure:
    """The record in a reply, which comes from a process that a file may have taken over."""
    document, failure = reply.get("document"), reply.get("failure")
    if isinstance(failure, dict):
        return Failure(source=_text(failure.get("source"), path), reason=_text(failure.get("reason"), path))
    if not isinstance(document, dict) or not isinstance(document.get("metadata"), dict):
        raise _strange(path)
    source = _text(document.get("source"), path)
    if source != str(path) and not source.startswith(f"{path}#"):
        raise _strange(path)
    return Document(
        id=_text(document.get("id"), path),
        source=source,
        title=_text(document.get("title"), path),
        media_type=_text(document.get("media_type"), path),
        text=_text(document.get("text"), path),
        metadata={_text(name, path): _text(value, path) for name, value in document["metadata"].items()},
    )


def _text(value: object, path: Path) -> str:
    if not isinstance(value, str):
        raise _strange(path)
    return value


def _strange(path: Path) -> ReadError:
    return ReadError(str(path), "the process that reads such files sent what is no document - leave the file out")
