"""How long each stage of an answer takes, for the answer itself and for whoever watches the program.

The stages are `embed` (the question becomes a vector), `find` (search by vector and by word), `rank` (sentences, best
first), `read` (the reader reads the best ones with the question), `rewrite` (a question of a conversation made to stand
alone by a language model), `write` (the draft), `verify` (its claims) and `corroborate` (who else says so).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, TypeAlias

from rag.protocols import Waiting

__all__ = ["Clock", "OnStage", "Stage", "on_stage"]


class Stage(NamedTuple):
    """A stretch of time that one stage took; a stage that goes on after another one has several.

    started_ns: since the epoch.
    """

    name: str
    started_ns: int
    seconds: float


OnStage: TypeAlias = Callable[[Stage], None]

on_stage: ContextVar[OnStage | None] = ContextVar("on_stage", default=None)
"""What is called with each stretch of a stage when it is over, in the thread that worked; None for nothing."""


class Clock:
    """Milliseconds of each stage, in order of first use and added up, and in total; and who waits meanwhile."""

    def __init__(self, waiting: Waiting | None = None) -> None:
        self.waiting = waiting or Waiting()
        self._started = time.perf_counter()
        self._timings_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the time inside for the stage."""
        at, started = time.time_ns(), time.perf_counter()
        try:
            with self.waiting.here():
                yield
        finally:
            seconds = time.perf_counter() - started
            self._timings_ms[name] = self._timings_ms.get(name, 0.0) + seconds * 1000
            watch = on_stage.get()
            if watch is not None:
                watch(Stage(name, at, seconds))

    def timings_ms(self) -> dict[str, float]:
        """The stages, and `total` since the clock was made."""
        return self._timings_ms | {"total": (time.perf_counter() - self._started) * 1000}
