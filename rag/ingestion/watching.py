"""A folder followed while it changes.

It is looked at again and again instead of asking the system for events: that also works on network drives, needs no
limit of the system raised for a large folder, and loses nothing when events come too fast. A look at 20,000 files
takes a fraction of a second; the pause between two is at least ten times as long.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from rag.errors import RagError
from rag.ingestion.ignoring import IGNORE_FILE
from rag.types import AddReport, Failure

__all__ = ["Stamp", "stamps_of", "watch"]

_PAUSES_OF_A_LOOK = 10
_MOST_LOOKS_AT_A_CHANGE = 10


class Stamp(NamedTuple):
    """What changes when a file is written to, replaced, or given another time."""

    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


def stamps_of(folder: Path) -> dict[str, Stamp]:
    """The stamp of every file in the folder and in folders in it; what is out of reach is left out."""
    stamps = {}
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        waiting.append(entry.path)
                elif not entry.name.startswith(".") or entry.name == IGNORE_FILE:
                    with suppress(OSError):
                        status = entry.stat()
                        stamps[entry.path] = Stamp(
                            status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
                        )
    return stamps


def watch(
    folder: Path,
    sync: Callable[[frozenset[str] | None], AddReport],
    *,
    interval_seconds: float,
    stop: threading.Event,
) -> Iterator[AddReport]:
    """What was done, at the start and after each change, until `stop` is set.

    A change is acted on when nothing more has changed for the time of a look, so that a file is not read while it is
    written. What goes wrong is reported as a failure of the folder, and tried again with the next look.

    sync: brings the store into step; it is given the files that have changed, or None for all.
    """
    seen = stamps_of(folder)
    yield sync(None)
    has_failed = False
    while True:
        started = monotonic()
        now = stamps_of(folder)
        look_seconds = monotonic() - started
        if now != seen or has_failed:
            now = _when_settled(folder, now, interval_seconds=interval_seconds, stop=stop)
            if stop.is_set():
                return
            try:
                report = sync(None if has_failed or _rules_changed(seen, now) else _changed(seen, now))
                has_failed, seen = False, now
            except (RagError, OSError) as error:
                if not has_failed:
                    yield AddReport(failed=(Failure(source=str(folder), reason=str(error)),))
                has_failed = True
            else:
                yield report
        if stop.wait(max(interval_seconds, _PAUSES_OF_A_LOOK * look_seconds)):
            return


def _when_settled(
    folder: Path, now: dict[str, Stamp], *, interval_seconds: float, stop: threading.Event
) -> dict[str, Stamp]:
    for _ in range(_MOST_LOOKS_AT_A_CHANGE):
        if stop.wait(interval_seconds):
            return now
        before, now = now, stamps_of(folder)
        if now == before:
            break
    return now


def _changed(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> frozenset[str]:
    return frozenset(file for file, stamp in now.items() if before.get(file) != stamp)


def _rules_changed(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> bool:
    """Whether files may count now that did not, without having changed themselves."""
    rules = {file for file in before.keys() | now.keys() if Path(file).name == IGNORE_FILE}
    return any(before.get(file) != now.get(file) for file in rules)
