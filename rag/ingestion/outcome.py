"""What a run has done so far, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from rag.types import AddReport, Failure, Progress

__all__ = ["Outcome", "Reporting"]

_SECONDS_BETWEEN = 0.1
_N_NAMED = 3


@dataclass
class Outcome:
    """The lists of an `AddReport`, while they grow; `said` has the sources by what their readers say of them."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    languages: dict[str, int] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)

    def report(self, notices: tuple[str, ...] = ()) -> AddReport:
        """The record of it; what readers say of their documents follows the notices."""
        return AddReport(
            added=tuple(self.added),
            unchanged=tuple(self.unchanged),
            superseded=tuple(self.superseded),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed),
            removed=tuple(self.removed),
            renamed=tuple(self.renamed),
            duplicates=tuple(self.duplicates),
            notices=(*notices, *(f"{_named(sources)}: {notice}" for notice, sources in self.said.items())),
        )


def _named(sources: list[str]) -> str:
    """The first sources, and how many more there are."""
    n_more = len(sources) - _N_NAMED
    return ", ".join(sources[:_N_NAMED]) + (f" and {n_more:,} more" if n_more > 0 else "")


class Reporting:
    """Tells a caller how far a run is: files count when all that is in them is stored, bytes while it is embedded."""

    def __init__(self, on_progress: Callable[[Progress], None] | None, *, n_total: int, bytes_total: int) -> None:
        self._on_progress = on_progress
        self._n_total, self._bytes_total = n_total, bytes_total
        self._n_stored = self._n_seen = self._bytes_stored = self._bytes_seen = 0
        self._last = 0.0

    def file_seen(self, size_bytes: int) -> None:
        """A file is read; what is in it may still have to be stored."""
        self._n_seen += 1
        self._bytes_seen += size_bytes

    def all_stored(self) -> None:
        """Everything that was read is stored."""
        self._n_stored, self._bytes_stored = self._n_seen, self._bytes_seen
        if monotonic() - self._last >= _SECONDS_BETWEEN or self._n_stored == self._n_total:
            self._say(self._bytes_stored)

    def partly_stored(self, share: float, *, size_bytes: int) -> None:
        """Of what was read and is not stored yet, and of the file at hand, that share is embedded."""
        if monotonic() - self._last >= _SECONDS_BETWEEN:
            waiting = self._bytes_seen - self._bytes_stored + size_bytes
            self._say(self._bytes_stored + int(waiting * share))

    def _say(self, bytes_done: int) -> None:
        self._last = monotonic()
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    n_done=self._n_stored, n_total=self._n_total, bytes_done=bytes_done, bytes_total=self._bytes_total
                )
            )
