"""The program of the process in which `isolated` reads files; started by its path, never imported by the package.

It answers JSON lines on standard input with JSON lines on its first standard output. It imports the readers, not the
whole of `rag`, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

try:
    import resource
except ImportError:  # Windows has no such limits; there the time limit of the parent is all
    resource = None  # type: ignore[assignment]

__all__: list[str] = []

_EXIT_FOR_MEMORY = 3
_WORN_SHARE = 4
"""A process that keeps more than a quarter of its memory after a file is worn, and the next file gets a new one."""
_LONGEST_REASON = 300

Item = TypeVar("Item")


def main() -> None:
    """Serve requests until standard input ends, which it does when the parent ends."""
    requests = sys.stdin.buffer
    replies = _take_standard_output()
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    hello = json.loads(requests.readline())
    sys.path[:] = hello["import_path"]
    _use_package_without_its_page(hello["package"])
    waiting: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    limits = _Limits(hello["max_seconds"], hello["max_memory_bytes"])
    _send(replies, {"is_ready": True})
    while True:
        _serve(json.loads(waiting.get()), replies, limits)


def _take_standard_output() -> BinaryIO:
    """Standard output for replies alone: what a library prints must not get between them."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def _use_package_without_its_page(folder: str) -> None:
    """Make `rag` a package without contents, so that importing one reader does not import the whole assistant."""
    package = types.ModuleType("rag")
    package.__path__ = [folder]
    sys.modules["rag"] = package


def _listen(requests: BinaryIO, waiting: queue.Queue[bytes]) -> None:
    """Pass the requests on, and end the process with the parent, also in the middle of a file."""
    for request in requests:
        waiting.put(request)
    os._exit(0)


class _Limits:
    """The time and the memory that each document may take, as far as the operating system enforces them."""

    def __init__(self, max_seconds: float, max_memory_bytes: int) -> None:
        self._max_seconds = max_seconds
        self._max_memory_bytes = max_memory_bytes
        self._own_bytes = _address_space_bytes()
        self._begun_with_bytes = 0

    def count_as_own(self, before_bytes: int) -> None:
        """What was imported since `before_bytes` is not counted against a file."""
        self._own_bytes += max(0, _address_space_bytes() - before_bytes)

    def begin(self, *, n_threads: int = 1) -> None:
        """The limits of one document begin to count, or of a page of it that so many threads recognise."""
        if resource is None:
            return
        with suppress(OSError):  # the most that was in use is that of this document from now on, where that is known
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._begun_with_bytes = _most_used_bytes()
        with suppress(ValueError, OSError):  # a stricter limit of the system stays
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (self._own_bytes + self._max_memory_bytes, hard))
        with suppress(ValueError, OSError):
            used = resource.getrusage(resource.RUSAGE_SELF)
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            # The parent ends a slow file; this one is for the case that the parent is gone.
            seconds = int(used.ru_utime + used.ru_stime + n_threads * self._max_seconds) + 5
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))

    def lift(self) -> None:
        """No limit of memory until the next document or page begins."""
        if resource is not None:
            with suppress(ValueError, OSError):
                _, hard = resource.getrlimit(resource.RLIMIT_AS)
                resource.setrlimit(resource.RLIMIT_AS, (hard, hard))

    def is_short(self) -> bool:
        """Whether a document used so much memory that a failure of a library is likely to be for want of it."""
        return 2 * (_most_used_bytes() - self._begun_with_bytes) > self._max_memory_bytes

    def is_worn(self) -> bool:
        """Whether earlier files left so much behind that the next one would have less than its share."""
        return _address_space_bytes() - self._own_bytes > self._max_memory_bytes // _WORN_SHARE


def _address_space_bytes() -> int:
    """What this process has reserved; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def _most_used_bytes() -> int:
    """The most memory that was in use at once; 0 where the system does not say."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _serve(request: dict[str, Any], replies: BinaryIO, limits: _Limits) -> None:
    try:
        os.chdir(request["folder"])
        for reply in _replies_to(request, replies, limits):
            _send(replies, reply)
    except MemoryError:
        # Nothing may be left to build an answer from: the exit status is one.
        os._exit(_EXIT_FOR_MEMORY)
    except BrokenPipeError:
        os._exit(0)
    except Exception as error:  # each library fails in its own way
        reason = " ".join(str(error).split())[:_LONGEST_REASON]
        _send(replies, {"unexpected": type(error).__name__, "reason": reason, "is_short": limits.is_short()})
    else:
        _send(replies, {"is_done": True, "is_worn": limits.is_worn()})


def _replies_to(request: dict[str, Any], replies: BinaryIO, limits: _Limits) -> Iterator[dict[str, Any]]:
    before_bytes = _address_space_bytes()
    module_name, _, class_name = request["target"].partition(":")
    is_new = module_name not in sys.modules
    make = getattr(importlib.import_module(module_name), class_name)
    if is_new:
        limits.count_as_own(before_bytes)
    from rag.errors import ReadError, WeightsError
    from rag.types import Budget

    limits.begin()
    path = Path(request["path"])
    try:
        if "arguments" in request:
            yield {"result": make(path, **request["arguments"])}
            return
        reader, budget = _made(make, request, replies, limits), Budget(**request["budget"])
        if request["is_collection"]:
            for item in _read_each(reader, path, module_name, request["max_bytes"]):
                yield _within(budget, item, is_alone=False)
                limits.begin()
        else:
            yield _within(budget, _read(reader, path, request, module_name), is_alone=True)
    except ReadError as error:
        yield {"error": error.reason}
    except WeightsError as error:
        yield {"error": str(error)}


def _made(make: Any, request: dict[str, Any], replies: BinaryIO, limits: _Limits) -> Any:
    """The reader; one that recognises pages says when it begins with each, and each has the limits for itself."""
    if not getattr(make, "recognises", False):
        return make(max_bytes=request["max_bytes"])

    def begin_page(load: Callable[[], None]) -> None:
        before_bytes = _address_space_bytes()
        limits.lift()
        load()  # the networks are no more a part of the file than the libraries are
        limits.count_as_own(before_bytes)
        _send(replies, {"is_at_work": True})
        limits.begin(n_threads=os.cpu_count() or 1)

    return make(
        max_bytes=request["max_bytes"], max_recognised_pages=request["max_recognised_pages"], on_page=begin_page
    )


def _read(reader: Any, path: Path, request: dict[str, Any], module_name: str) -> Any:
    """The document; in plain order where one of our own readers fails by a fault of its own."""
    from rag.errors import RagError

    try:
        return reader.read(path, **({"charset": request["charset"]} if request["charset"] else {}))
    except (RagError, MemoryError, ImportError, OSError):
        raise
    except Exception as error:
        return _in_plain_order(reader, path, error, module_name, request["max_bytes"])


def _read_each(reader: Any, path: Path, module_name: str, max_bytes: int) -> Iterator[Any]:
    """The documents; the whole file in plain order where one of our own readers fails before the first of them."""
    from rag.errors import RagError

    has_begun = False
    try:
        for item in reader.read_each(path):
            has_begun = True
            yield item
    except (RagError, MemoryError, ImportError, OSError):
        raise
    except Exception as error:
        if has_begun:
            raise
        yield _in_plain_order(reader, path, error, module_name, max_bytes)


def _in_plain_order(reader: Any, path: Path, error: Exception, module_name: str, max_bytes: int) -> Any:
    """The words of the file; the error is raised again where the reader is none of ours."""
    if not module_name.startswith("rag.readers."):
        raise error
    from rag.readers.text import plain_document

    return plain_document(path, error, media_type=min(reader.media_types), max_bytes=max_bytes)


def _within(budget: Any, item: Any, *, is_alone: bool) -> dict[str, Any]:
    """The reply for what was read; the reason why not, where it is a document that is too much to be sent."""
    refusal = "" if hasattr(item, "reason") else budget.refusal(item)
    if not refusal:
        return _record(item)
    return {"error": refusal} if is_alone else {"failure": {"source": item.source, "reason": refusal}}


def _record(item: Any) -> dict[str, Any]:
    if hasattr(item, "reason"):
        return {"failure": {"source": item.source, "reason": item.reason}}
    names = ("id", "source", "title", "media_type", "text")
    return {"document": {name: getattr(item, name) for name in names} | {"metadata": dict(item.metadata)}}


def _send(replies: BinaryIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    replies.flush()


if __name__ == "__main__":
    main()
