"""Several processes that answer at one port, since one interpreter computes on one core, whatever its threads.

Each worker is a server of its own: its models, its index in memory, its connections. The operating system shares new
connections out among them, so none is taken by a worker whose models are not loaded. All of them answer from one store,
which is made for that, and what one of them is told, all know; but for rates, which each counts by itself.

The first process holds the port and starts them. It ends them when it is asked to end, starts another one in the place
of one that has died, and they end by themselves when it is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from prometheus_client.multiprocess import mark_process_dead

from rag.assistant import Assistant
from rag.errors import BackendError, RagError, SettingsError
from rag.serving.entry.options import Address, ServeOptions
from rag.serving.running import address_of, bound, serve
from rag.serving.watching.records import LOGGER, SHARED_NUMBERS, log_to

__all__ = ["serve_together"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_SECONDS = 0.5


class _Worker(NamedTuple):
    """A process that answers; it says over `told` that it is ready, or what it cannot do, and ends when that closes."""

    process: BaseProcess
    told: Connection


def serve_together(
    open_assistant: Callable[[], Assistant],
    options: ServeOptions,
    *,
    is_quiet: bool = False,
    on_ready: Callable[[str], None],
) -> int:
    """Serve by `options.n_workers` processes until this one is asked to end; the exit code.

    open_assistant: called in each of them, so it has to be one that can be pickled.
    on_ready: called with the server's address when all of them answer.

    Raises:
        SettingsError: the port is taken, or this system shares none out; whatever a worker cannot start for.
        BackendError: a worker has died before it answered, without a word.
    """
    if not sys.platform.startswith("linux"):
        raise SettingsError(
            f"cannot answer by {options.n_workers} workers: this system does not share out the connections of a port - "
            "leave --workers out"
        )
    with bound(options.address, is_shared=True) as held, _shared_numbers():
        own = replace(options, address=Address(options.address.host, held.getsockname()[1]))
        return _Workers(open_assistant, own, is_quiet=is_quiet).run(lambda: on_ready(address_of(options, held)))


class _Workers:
    """The workers of one server, watched by the process that has started them."""

    def __init__(self, open_assistant: Callable[[], Assistant], options: ServeOptions, *, is_quiet: bool) -> None:
        self._open_assistant = open_assistant
        self._options = options
        self._is_quiet = is_quiet
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._is_ending = False

    def run(self, on_ready: Callable[[], None]) -> int:
        """Until the end; 1 where requests were cut off, else 0."""
        with _handling(self._on_signal):
            try:
                self._workers += [self._started() for _ in range(self._options.n_workers)]
                for worker in self._workers:
                    self._await_ready(worker)
                if not self._is_ending:
                    on_ready()
                while not self._is_ending:
                    self._replace_the_dead()
            except BaseException:
                self._end()
                raise
            finally:
                for worker in self._workers:
                    worker.process.join()
        return int(any(worker.process.exitcode not in (0, -signal.SIGTERM) for worker in self._workers))

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(self._open_assistant, self._options, self._is_quiet, theirs), name="rag-worker"
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _await_ready(self, worker: _Worker) -> None:
        while not worker.told.poll(_LOOK_SECONDS):
            if self._is_ending:
                return
        try:
            problem = worker.told.recv()
        except EOFError:
            if self._is_ending:
                return
            raise BackendError(
                f"cannot serve: a worker has ended with {worker.process.exitcode} before it answered - try it without "
                "--workers"
            ) from None
        if problem:
            raise SettingsError(problem)

    def _replace_the_dead(self) -> None:
        wait([worker.process.sentinel for worker in self._workers], _LOOK_SECONDS)
        for place, worker in enumerate(self._workers):
            if self._is_ending or worker.process.is_alive():
                continue
            LOGGER.error("worker", extra={"said": {"event": "worker died", "code": worker.process.exitcode}})
            mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]
            worker.told.close()
            self._workers[place] = self._started()
            self._await_ready(self._workers[place])

    def _on_signal(self) -> None:
        """Let all of them end; at once, if that was asked for before."""
        is_second = self._is_ending
        self._end()
        if is_second:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)

    def _end(self) -> None:
        self._is_ending = True
        for worker in self._workers:
            if worker.process.is_alive():
                worker.process.terminate()


def _work(open_assistant: Callable[[], Assistant], options: ServeOptions, is_quiet: bool, told: Connection) -> None:
    """What a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the first one says so
    log_to(sys.stderr, is_quiet=is_quiet)
    threading.Thread(target=_end_with, args=(told,), daemon=True).start()
    try:
        with open_assistant() as assistant:
            serve(assistant, options, on_ready=lambda _: told.send(""))
    except RagError as error:
        told.send(str(error))
        raise SystemExit(1) from None


def _end_with(told: Connection) -> None:
    """End this process when the one that has started it is gone."""
    try:
        told.recv()
    except EOFError:
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _handling(end: Callable[[], None]) -> Iterator[None]:
    before = {number: signal.signal(number, lambda *_: end()) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shared_numbers() -> Iterator[None]:
    """A folder in which the workers add up what `GET /metrics` shows, as long as they run."""
    with tempfile.TemporaryDirectory(prefix="rag-metrics-") as folder:
        os.environ[SHARED_NUMBERS] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_NUMBERS]
