"""Work in a thread of its own, whose reports are read here as they come.

A browser that goes away, or a person who presses Stop, must not wait for the work's next report; Gradio can only end a
generator between two of its values.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, TypeVar

__all__ = ["Job", "close"]

Report = TypeVar("Report")


class _Stopped(BaseException):
    """Raised inside the work, at its next report, after `stop`; no `except Exception` of the work keeps it."""


class Job(Generic[Report]):
    """Runs `work(report)` in the background at once, in the language of whoever starts it.

    >>> list(Job(lambda report: [report(number) for number in (1, 2)]).batches(within_seconds=60))
    [[1, 2]]
    """

    def __init__(
        self,
        work: Callable[[Callable[[Report], None]], object],
        *,
        stopped: threading.Event | None = None,
        name: str = "ui-job",
    ) -> None:
        """stopped: set by `stop`, for work that can look at it between two reports."""
        self._work = work
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._is_stopped = stopped or threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening now; the work ends at its next report."""
        self._is_stopped.set()
        self._reports.put(None)

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._is_stopped.is_set()

    def wait(self, *, timeout_seconds: float) -> bool:
        """Whether the work has ended, by then."""
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def batches(self, *, within_seconds: float = 0.0) -> Iterator[list[Report]]:
        """The reports, in order, until the work ends or is stopped: each with those that follow it within that time.

        A state that is replaced at once would only flicker, and a fast worker would flood a browser.

        Raises:
            Exception: what the work raised.
        """
        is_open = True
        while is_open and not self.is_stopped:
            batch, until = [], None
            with suppress(queue.Empty):
                while until is None or until > time.monotonic():
                    report = self._reports.get(timeout=until and max(0.0, until - time.monotonic()))
                    if report is None:
                        is_open = False
                        break
                    batch.append(report)
                    until = until or time.monotonic() + within_seconds
            if batch and not self.is_stopped:
                yield batch
        if self._error is not None and not self.is_stopped:
            raise self._error

    def _run(self) -> None:
        try:
            self._work(self._report)
        except _Stopped:
            pass
        except BaseException as error:  # raised where the reports are read
            self._error = error
        finally:
            self._reports.put(None)

    def _report(self, report: Report) -> None:
        if self.is_stopped:
            raise _Stopped
        self._reports.put(report)


def close(steps: Iterator[object]) -> None:
    """End a generator before its end, which runs its `finally`; other iterators have nothing to end."""
    end = getattr(steps, "close", None)
    if end is not None:
        end()
