"""Answers that take their time: sent as they come, and ended when nobody waits for them any more.

Clients that take their time hold a connection, and what is being read for it: each has so many seconds.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import RagError
from rag.serving.entry.failures import RefusedError, failure_of

__all__ = [
    "DONE",
    "ClientLeftError",
    "EventStreamResponse",
    "Patience",
    "begun",
    "named_event",
    "unnamed_event",
    "until_left",
]

DONE = b"data: [DONE]\n\n"
_STILL_HERE = b": working\n\n"
_STILL_HERE_SECONDS = 15.0
"""Between two signs of life: what stands between here and the client ends silent connections after a minute."""

Item = TypeVar("Item")


class ClientLeftError(Exception):
    """Nobody waits for the answer any more."""


def unnamed_event(data: Mapping[str, Any]) -> bytes:
    """An event of OpenAI's chat protocol."""
    return b"data: " + _json(data) + b"\n\n"


def named_event(data: Mapping[str, Any]) -> bytes:
    """An event whose name is its `type`, as those of the other protocols are."""
    return b"event: " + str(data["type"]).encode() + b"\n" + unnamed_event(data)


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


async def until_left(request: Request, awaited: Awaitable[Item]) -> Item:
    """What is awaited, unless the client goes before; it is cancelled then.

    Raises:
        ClientLeftError: the client went.
    """
    working = asyncio.ensure_future(awaited)
    leaving = asyncio.ensure_future(_left(request.receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeftError
        return working.result()
    finally:
        await _ended(working, leaving)


async def begun(generator: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
    """The same items; what is wrong with the question is raised here, before a status has been sent."""
    try:
        first = await anext(generator)
    except BaseException:
        await generator.aclose()
        raise

    async def rest() -> AsyncGenerator[Item, None]:
        try:
            yield first
            async for item in generator:
                yield item
        finally:
            await generator.aclose()

    return rest()


class EventStreamResponse(Response):
    """Events as they come. When the client goes, the generator is closed, and with it the work behind it."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], *, on_failure: Callable[[RefusedError], bytes]) -> None:
        """on_failure: what is sent in the place of the rest, when that cannot be made."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._on_failure = on_failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them, until they end or the client goes."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            await _ended(sending, leaving)
            await self._events.aclose()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            while True:
                waiting = asyncio.ensure_future(anext(self._events, b""))
                try:
                    while not (await asyncio.wait((waiting,), timeout=_STILL_HERE_SECONDS))[0]:
                        await send({"type": "http.response.body", "body": _STILL_HERE, "more_body": True})
                finally:
                    await _ended(waiting)
                piece = waiting.result()
                if not piece:
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except RagError as error:
            last = self._on_failure(failure_of(error))
            await send({"type": "http.response.body", "body": last, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Patience:
    """An ASGI application around another: who sends or takes too slowly counts as gone.

    seconds: for a body, and as much again for each `_SLOWEST_BYTES` of it that have come; and for the client to take
        each piece of an answer.
    """

    def __init__(self, app: ASGIApp, *, seconds: float = 60.0) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes in time."""
        started, n_received, is_whole = time.monotonic(), 0, scope["type"] != "http"

        async def received() -> Message:
            nonlocal n_received, is_whole
            if is_whole:
                return await receive()
            allowed = self._seconds * (1 + n_received / _SLOWEST_BYTES)
            try:
                async with asyncio.timeout(allowed - (time.monotonic() - started)):
                    message = await receive()
            except TimeoutError:
                is_whole = True
                return {"type": "http.disconnect"}
            n_received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        async def sent(message: Message) -> None:
            async with asyncio.timeout(self._seconds):
                await send(message)

        await self._app(scope, received, sent)


_SLOWEST_BYTES = 1_000_000


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    """Return when the tasks have ended, whatever came of them; those that run are cancelled."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
