"""The assistant for programs that await: each call runs in a thread, so that the event loop goes on.

The assistant itself is not asynchronous, and gains nothing by it: its time goes into models, which compute, and into
one SQLite file. What a server needs is that nobody waits for another one's question, and that a question which nobody
waits for any more ends.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from rag.assistant import Assistant
from rag.protocols import ClaimWithEvidence
from rag.settings import Settings
from rag.types import AddReport, Answer, Document, DocumentInfo, Done, Event, Evidence, Progress, Turn, Verdict

__all__ = ["AsyncAssistant"]

P = ParamSpec("P")
Result = TypeVar("Result")

_N_THREADS = 8


class AsyncAssistant:
    """An assistant whose calls are awaited; each method does what that of `Assistant` does, and raises what it raises.

        async with await AsyncAssistant.open("path/to/store") as assistant:
            answer = await assistant.ask("what did Rubio say about territory?")

    Whoever cancels a call, or stops reading a stream, ends the question: no further claim is made, and the request to a
    language model is closed as soon as that has written another piece. What is being added when `add` is cancelled is
    added to the end, in its thread, since a document is one transaction.
    """

    def __init__(self, assistant: Assistant, *, n_threads: int = _N_THREADS) -> None:
        """n_threads: calls that run at the same time, at least 1; others wait for their turn."""
        self._assistant = assistant
        self._threads = ThreadPoolExecutor(n_threads, thread_name_prefix="rag")
        self._owns_threads = True

    @classmethod
    async def open(
        cls,
        path: str | Path,
        settings: Settings | None = None,
        *,
        must_exist: bool = False,
        n_threads: int = _N_THREADS,
    ) -> AsyncAssistant:
        """The assistant over the store in the folder `path`; see `Assistant.open`."""
        opened = await asyncio.to_thread(Assistant.open, path, settings, must_exist=must_exist)
        return cls(opened, n_threads=n_threads)

    def with_settings(self, **changes: Any) -> AsyncAssistant:
        """One that answers with other settings from the same documents, in the same threads; close it before this."""
        return self.over(self._assistant.with_settings(**changes))

    def over(self, assistant: Assistant) -> AsyncAssistant:
        """The same calls of another assistant, in the same threads; whoever made that closes it."""
        other = AsyncAssistant.__new__(AsyncAssistant)
        other._assistant = assistant
        other._threads, other._owns_threads = self._threads, False
        return other

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for the calls that run, and close the assistant."""
        if self._owns_threads:
            await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._assistant.close)

    @property
    def assistant(self) -> Assistant:
        """The assistant whose calls these are."""
        return self._assistant

    @property
    def settings(self) -> Settings:
        """The settings that the assistant was opened with."""
        return self._assistant.settings

    async def run(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """What any function gives, called in one of the threads, with the context variables of the caller."""
        return await asyncio.wrap_future(self._threads.submit(copy_context().run, partial(function, *args, **kwargs)))

    async def ask(
        self, question: str, *, history: Sequence[Turn] = (), where: str = "", sources: Sequence[str] = ()
    ) -> Answer:
        """The answer; see `Assistant.ask`."""
        async with aclosing(self.stream(question, history=history, where=where, sources=sources)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream ends with Done")

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: str = "", sources: Sequence[str] = ()
    ) -> AsyncGenerator[Event, None]:
        """What happens while the question is answered, as it happens; see `Assistant.stream`.

        Close it (`contextlib.aclosing`) when it is not read to its end.
        """
        stopped = threading.Event()
        events = self._assistant.stream(
            question, history=history, where=where, sources=sources, is_stopped=stopped.is_set
        )
        step: Future[Event | None] | None = None
        try:
            while True:
                step = self._threads.submit(copy_context().run, partial(next, events, None))
                event = await asyncio.wrap_future(step)
                if event is None:
                    return
                yield event
        finally:
            stopped.set()
            if step is None or step.done() or step.cancel():
                self._threads.submit(events.close)
            else:  # a thread is inside: it stops at the next piece, and closes what it leaves
                step.add_done_callback(lambda _: events.close())

    async def retrieve(
        self, question: str, *, k: int = 10, where: str = "", sources: Sequence[str] = ()
    ) -> tuple[Evidence, ...]:
        """At most `k` sentences that fit the question, best first; see `Assistant.retrieve`."""
        return await self.run(self._assistant.retrieve, question, k=k, where=where, sources=sources)

    async def add(
        self,
        paths: Iterable[str | Path],
        *,
        follow_links: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Add files, folders and addresses; `on_progress` is called in the thread. See `Assistant.add`."""
        return await self.run(self._assistant.add, paths, follow_links=follow_links, on_progress=on_progress)

    async def add_uploads(self, files: Sequence[tuple[str, Path]]) -> AddReport:
        """Add copies of files that were handed over, each under its name; see `Assistant.add_uploads`."""
        return await self.run(self._assistant.add_uploads, files)

    async def sync(self, folder: str | Path, *, dry_run: bool = False, allow_empty: bool = False) -> AddReport:
        """Make the store hold what the folder holds; see `Assistant.sync`."""
        return await self.run(self._assistant.sync, folder, dry_run=dry_run, allow_empty=allow_empty)

    async def remove(self, sources: Iterable[str | Path]) -> tuple[str, ...]:
        """Delete documents; see `Assistant.remove`."""
        return await self.run(self._assistant.remove, sources)

    async def documents(self, *, where: str = "", sources: Sequence[str] = ()) -> list[DocumentInfo]:
        """The documents that are searched; see `Assistant.documents`."""
        return await self.run(self._assistant.documents, where=where, sources=sources)

    async def document(self, document_id: str) -> Document:
        """The document with that id, whole; see `Assistant.document`."""
        return await self.run(self._assistant.document, document_id)

    async def answer(self, answer_id: str) -> Answer:
        """The recorded answer with that id; see `Assistant.answer`."""
        return await self.run(self._assistant.answer, answer_id)

    async def verify(self, pairs: Sequence[ClaimWithEvidence], *, is_strict: bool = False) -> list[Verdict]:
        """A verdict for each claim beside its evidence, in order; see `Assistant.verify`."""
        return await self.run(self._assistant.verify, pairs, is_strict=is_strict)
