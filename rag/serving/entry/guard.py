"""What every request passes before it is looked at: the name it comes by, its site, its key, its rate, its size.

A page of another site can send requests to a server on this machine, or reach it by a name that it points here (DNS
rebinding); a browser says so in Origin and Host. Whatever goes wrong behind this is one sentence: no answer holds a
traceback, and no line of the log a question or a document.

Source: OWASP cheat sheets on DNS rebinding and cross-site request forgery.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.answering.stages import on_stage
from rag.errors import disk_refusal
from rag.serving.entry.access import MustWaitError
from rag.serving.entry.failures import RefusedError, response_to, unforeseen
from rag.serving.entry.keys import HOLDER, Holder, Right
from rag.serving.entry.options import CALLBACK, LOGIN, ServeOptions
from rag.serving.watching.records import Record, StageTotals

__all__ = ["OPEN", "REQUEST_ID", "RIGHTS", "SESSION", "Guard", "Rates", "right_for"]

SESSION = "session"
"""The cookie of who has logged in."""
REQUEST_ID = "rag.request_id"
"""Under which the scope of a request holds its name in the log."""

OPEN = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""What needs no key: it tells nothing of documents."""

RIGHTS: dict[tuple[str, str], Right] = {
    ("POST", "/v1/chat/completions"): Right.ASK,
    ("POST", "/v1/responses"): Right.ASK,
    ("POST", "/v1/messages"): Right.ASK,
    ("POST", "/v1/verify"): Right.ASK,
    ("POST", "/v1/check-draft"): Right.ASK,
    ("POST", "/v1/search"): Right.READ,
    ("POST", "/v1/documents"): Right.WRITE,
    ("DELETE", "/v1/documents"): Right.WRITE,
    ("POST", "/v1/documents/sync"): Right.ADMIN,
    ("POST", "/v1/notebooks"): Right.WRITE,
    ("PATCH", "/v1/notebooks"): Right.WRITE,
    ("DELETE", "/v1/notebooks"): Right.WRITE,
    ("GET", "/metrics"): Right.ADMIN,
}
"""What a key needs, by the method and the beginning of the path; `read` where nothing is said."""

_UPLOADS = "/v1/documents"
_MOST_AT_ONCE = 256
_MOST_REMEMBERED = 10_000
_MOST_WAITING_KEYS = 16
_MOST_DIGITS = 18  # of the length of a body
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Rates:
    """How often each client may come: so many a minute, which may come at once and then as they are earned again.

    >>> now = [0.0]
    >>> rates = Rates(2, clock=lambda: now[0])
    >>> [rates.wait("anna") for _ in range(3)], rates.wait("otto")
    ([0.0, 0.0, 30.0], 0.0)
    >>> now[0] = 30.0
    >>> rates.wait("anna")
    0.0
    """

    def __init__(self, a_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """a_minute: 0 for any number."""
        self._most = a_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client may come again; 0 when it may come now, which is counted."""
        if not self._most:
            return 0.0
        now = self._clock()
        left, at = self._left.pop(client, (float(self._most), now))
        left = min(float(self._most), left + (now - at) * self._most / 60)
        self._left[client] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_REMEMBERED:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) * 60 / self._most


def right_for(method: str, path: str) -> Right:
    """What a key needs for that.

    >>> right_for("DELETE", "/v1/documents/12").value, right_for("GET", "/v1/documents/12").value
    ('write', 'read')
    """
    found = [name for name in RIGHTS if name[0] == method and (path == name[1] or path.startswith(f"{name[1]}/"))]
    return RIGHTS[max(found, key=lambda name: len(name[1]))] if found else Right.READ


class Guard:
    """An ASGI application around the one that answers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        options: ServeOptions,
        begin: Callable[[], None],
        record: Callable[[Record], None],
        session: Callable[[str], Holder | None] = lambda _: None,
    ) -> None:
        """begin: called when a request comes. record: called with it when it is over.

        session: who has a cookie of that value.
        """
        self._session = session
        self._app = app
        self._options = options
        self._begin = begin
        self._record = record
        self._rates = Rates(options.limits.requests_a_minute)
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="rag-keys")
        self._looking = asyncio.Lock()
        self._n_waiting = 0
        self._n_running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by itself what is not allowed, and write down what came of the rest."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send)
        self._n_running += 1
        self._begin()
        watched = on_stage.set(request.stages.take)
        try:
            await self._answer(request)
        finally:
            on_stage.reset(watched)
            self._n_running -= 1
            self._record(request.record())

    async def _answer(self, request: _Request) -> None:
        try:
            await self._admit(request)
            await self._app(request.scope, request.receive, request.send)
            if request.is_too_large:
                raise _too_large(request.most_bytes)
        except RefusedError as failure:
            await request.refuse(failure)
        except Exception as error:
            why = disk_refusal(error) if isinstance(error, OSError) else ""
            request.error = error
            if why:
                await request.refuse(RefusedError(507, f"cannot go on: {why}", code="store_full"))
            else:
                await request.refuse(unforeseen(request.id))

    async def _admit(self, request: _Request) -> None:
        """Raises RefusedError: the request is not looked at."""
        limits = self._options.limits
        if self._options.hosts and _name(request.header("host")) not in self._options.hosts:
            raise RefusedError(
                403, "cannot answer: this server has another name - ask for localhost", code="wrong_host"
            )
        origin = request.header("origin")
        is_own = not origin or _site(origin) == request.header("host").lower()
        if not is_own and origin not in self._options.origins:
            raise RefusedError(
                403, "cannot answer a page of another site - start the server with --origin for it", code="wrong_origin"
            )
        if request.path in OPEN:
            return
        if self._n_running > _MOST_AT_ONCE:
            raise RefusedError(503, "cannot answer now: too many ask at once - try again", code="busy", retry_after=1)
        request.most_bytes = limits.max_upload_bytes if request.path == _UPLOADS else limits.max_body_bytes
        if request.said_bytes > request.most_bytes:
            raise _too_large(request.most_bytes)
        await self._let_in(request)

    async def _let_in(self, request: _Request) -> None:
        """Raises RefusedError: the key is missing, wrong, or not enough; or its holder comes too often."""
        keys, key = self._options.keys, request.key
        if not self._options.has_users or request.path in (LOGIN, CALLBACK):
            self._count(request.address)
            return
        holder = self._session(request.session) if not key else keys.remembered(key) if keys is not None else None
        if holder is None:
            self._count(request.address)
            holder = await self._look_at(key, request.address)
        else:
            self._count(f"\0{holder.name}")
        request.holder = request.scope[HOLDER] = holder
        right = right_for(request.method, request.path)
        if not holder.may(right):
            raise RefusedError(
                403,
                f"{holder.name!r} may not do this - whoever runs the server has to add the scope {right.value!r}",
                code="missing_scope",
            )

    async def _look_at(self, key: str, address: str) -> Holder:
        keys = self._options.keys
        wrong = RefusedError(
            401,
            "cannot let you in: there is no key, or a wrong one - send 'Authorization: Bearer KEY'",
            code="invalid_api_key",
        )
        if keys is None or not key:
            raise wrong
        if self._n_waiting >= _MOST_WAITING_KEYS:
            raise RefusedError(503, "cannot look at the key now: too many are - try again", code="busy", retry_after=2)
        self._n_waiting += 1
        try:
            async with self._looking:  # one after the other: many requests with one right key are no guesses
                holder = keys.remembered(key)
                if holder is None:
                    loop = asyncio.get_running_loop()
                    holder = await loop.run_in_executor(self._hashing, lambda: keys.holder(key, address=address))
        except MustWaitError as error:
            raise RefusedError(429, str(error), code="too_many_wrong_keys", retry_after=error.seconds) from error
        finally:
            self._n_waiting -= 1
        if holder is None:
            raise wrong
        return holder

    def _count(self, client: str) -> None:
        seconds = self._rates.wait(client)
        if seconds:
            raise RefusedError(
                429,
                f"too many requests: {self._options.limits.requests_a_minute} a minute are allowed - wait, then go on",
                code="rate_limit_exceeded",
                retry_after=seconds,
            )


class _Request:
    """One request on its way, with what is written down of it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.id = uuid4().hex
        self.scope = scope
        scope[REQUEST_ID] = self.id
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.address: str = (scope.get("client") or ("",))[0]
        self.holder: Holder | None = None
        self.error: Exception | None = None
        self.stages = StageTotals()
        self.most_bytes = 0
        self.is_too_large = False
        self._receive, self._send = receive, send
        self._headers: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self._started_ns, self._started = time.time_ns(), time.perf_counter()
        self._status = 0
        self._n_received = 0
        self._n_sent = 0

    def header(self, name: str) -> str:
        """The value of a header; empty when it is not there."""
        return self._headers.get(name.encode(), "")

    @property
    def key(self) -> str:
        """The key that it brings, in one of the two ways of these protocols."""
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else self.header("x-api-key")

    @property
    def session(self) -> str:
        """The cookie of a session; empty when there is none."""
        cookie: SimpleCookie = SimpleCookie()
        with suppress(CookieError):
            cookie.load(self.header("cookie"))
        return cookie[SESSION].value if SESSION in cookie else ""

    @property
    def said_bytes(self) -> int:
        """How long the body is, as it says; 0 when it does not."""
        said = self.header("content-length")
        return int(said[:_MOST_DIGITS]) if said.isascii() and said.isdigit() else 0

    async def receive(self) -> Message:
        """The next piece of the body, as long as it is not too much."""
        message = await self._receive()
        self._n_received += len(message.get("body", b""))
        if self.most_bytes and self._n_received > self.most_bytes:
            self.is_too_large = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer, with our headers."""
        if self.is_too_large and not self._status:
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            named = {name.lower() for name, _ in _HEADERS}
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in named]
            message = {**message, "headers": [*kept, *_HEADERS, (b"x-request-id", self.id.encode())]}
        else:
            self._n_sent += len(message.get("body", b""))
        await self._send(message)

    async def refuse(self, failure: RefusedError) -> None:
        """Say why it is not answered, unless the answer has begun."""
        if not self._status:
            self.is_too_large = False
            await response_to(failure)(self.scope, self._receive, self.send)

    def record(self) -> Record:
        """What is written down: nothing that was asked or answered."""
        route = self.scope.get("route")
        return Record(
            id=self.id,
            method=self.method,
            route=getattr(route, "path", "") or (self.path if self.path in OPEN else ""),
            status=self._status or 499,
            started_ns=self._started_ns,
            seconds=time.perf_counter() - self._started,
            n_received=self._n_received,
            n_sent=self._n_sent,
            key=self.holder.name if self.holder else "",
            stages=self.stages.all(),
            error=self.error,
            traceparent=self.header("traceparent"),
        )


def _too_large(most: int) -> RefusedError:
    return RefusedError(413, f"the body is too large: {most:,} bytes are allowed - send less", code="too_large")


def _site(origin: str) -> str:
    """The host and port in an Origin header."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name(host: str) -> str:
    """The name in a Host header, without the port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
