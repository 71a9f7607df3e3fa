"""The HTTP side of a model server: one client with bounds, and sentences for all that can go wrong.

The client never waits for ever: a server may keep a stream alive with comments, which resets every time-out between
bytes, so the whole answer has a deadline and a largest size as well.

A key belongs to the address that it was configured for. Whoever can name another address, such as a person at a web
page, must not be able to have the key sent there.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import openai
from llama_index.llms.openai_like import OpenAILike

from rag.errors import GeneratorError, SettingsError
from rag.model.llm.pieces import UnusableError

__all__ = [
    "BrokenOffError",
    "NothingWrittenError",
    "Opened",
    "Server",
    "api_key",
    "connected",
    "failure",
    "http_client",
    "is_same_base",
    "openai_like",
    "remembered_connections",
    "shown_url",
]

_KEY = "RAG_API_KEY"
_OPENAI_KEY, _OPENAI_BASE = "OPENAI_API_KEY", "OPENAI_BASE_URL"
_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # what servers without keys are sent: the protocol's client insists on one

_OPENED: ContextVar[Opened | None] = ContextVar("_OPENED", default=None)
_SENT = frozenset({"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"})

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")
_CONNECT_SECONDS = 5.0
_TIMES_NEXT = 5  # the whole answer may take this many times as long as the next bytes of it
_MOST_BYTES = 8_000_000
_MOST_EXCERPT = 160


class Server(NamedTuple):
    """Where a model is served.

    url: the address of the protocol, without user, password and query, any of which may be a secret.
    key: what no message may hold; empty for none.
    """

    url: str
    model: str
    key: str = ""

    def __repr__(self) -> str:
        return f"Server(url={self.url!r}, model={self.model!r})"


class NothingWrittenError(Exception):
    """A stream ended before its first word."""


class BrokenOffError(Exception):
    """A stream ended without saying that it was the end."""


def api_key(url: str, key_base: str | None = None) -> str:
    """The key of the environment that belongs to that address; empty when none does.

    It is the one in `RAG_API_KEY`, if that is for the address, else the one in `OPENAI_API_KEY`, which is for
    `OPENAI_BASE_URL`, or for OpenAI when that is not set.

    key_base: the address that `RAG_API_KEY` is for; None: this one, whoever asks has configured it.

    Raises:
        SettingsError: it holds characters that cannot be sent.
    """
    names = [_KEY] if key_base is None or is_same_base(url, key_base) else []
    if _is_openai(url):
        names.append(_OPENAI_KEY)
    name = next((name for name in names if os.environ.get(name, "").strip()), "")
    key = os.environ[name].strip() if name else ""
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"cannot use the key in {name!r}: it holds characters that no key has - copy it again")
    return key


def _is_openai(url: str) -> bool:
    """Whether what the environment holds for OpenAI's own client is for that address."""
    return is_same_base(url, os.environ.get(_OPENAI_BASE, "").strip() or _OPENAI)


def shown_url(api_base: str) -> str:
    """`api_base` without what may be secret.

    Raises:
        SettingsError: it is no HTTP address, or holds a user or password.

    >>> shown_url("http://127.0.0.1:11434/v1/?token=x")
    'http://127.0.0.1:11434/v1'
    """
    try:
        url = httpx.URL(api_base)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(
            f"cannot use {api_base.rpartition('@')[2].partition('?')[0]!r} as the address of a model server"
            " - write it like http://127.0.0.1:11434/v1"
        )
    shown = str(url.copy_with(userinfo=b"", query=None, fragment=None)).rstrip("/")
    if url.userinfo:
        raise SettingsError(f"cannot use a password in the address {shown!r} - put the key into RAG_API_KEY")
    return shown


def connected(
    model: str, api_base: str, *, timeout_seconds: float, key_base: str | None = None
) -> tuple[Server, httpx.Client]:
    """The server at that address with its key from the environment, and a client for it; nothing is sent yet.

    key_base: as in `api_key`.

    Raises:
        SettingsError: the address, the model's name or the key cannot be used.
    """
    url = shown_url(api_base)
    server = Server(url, model, api_key(url, key_base))
    if not model.strip():
        raise SettingsError(f"cannot ask the server at {server.url!r}: no model is named - name one that it serves")
    return server, http_client(server, timeout_seconds)


def openai_like(server: Server, client: httpx.Client, *, context_tokens: int, output_tokens: int) -> OpenAILike:
    """LlamaIndex's `OpenAILike` at temperature 0, with a fixed seed and no retries, asking through `client`.

    The key is not in its fields: LlamaIndex shows those to whoever listens to its events.

    Raises:
        SettingsError: LlamaIndex reaches a model of that name by another protocol.
    """
    protocol = openai.OpenAI(
        api_key=server.key or _NO_KEY,
        base_url=server.url,
        max_retries=0,
        timeout=client.timeout,
        http_client=client,
    )
    try:
        return OpenAILike(
            model=server.model,
            api_base=server.url,
            api_key=_NO_KEY,
            openai_client=protocol,  # type: ignore[call-arg]  # an argument, though no field of the record
            is_chat_model=True,
            context_window=context_tokens,
            max_tokens=output_tokens,
            temperature=0.0,
            max_retries=0,
            additional_kwargs={"seed": 0, "stream_options": {"include_usage": True}},
        )
    except ValueError as error:
        raise SettingsError(
            f"cannot ask the model {server.model!r} at {server.url!r}: {error} - name another model"
        ) from error


def http_client(server: Server, timeout_seconds: float) -> httpx.Client:
    """A client whose answers end in time and that goes where it is sent: it follows no redirect.

    It sends that server's key, and none of the headers that the protocol's client adds of the machine and of the
    environment: `OPENAI_CUSTOM_HEADERS` may be secret, and is for OpenAI. A server on this machine is not looked for
    behind a proxy. Each request has a connection of its own, which can be cut without a loss to another.
    """

    def strip(request: httpx.Request) -> None:
        opened = _OPENED.get()
        if opened is not None:
            request.extensions["trace"] = opened.trace
        if not _is_openai(server.url):
            for name in [name for name in request.headers if name.lower() not in _SENT]:
                del request.headers[name]
            request.headers["Authorization"] = f"Bearer {server.key or _NO_KEY}"

    def bound(response: httpx.Response) -> None:
        response.stream = _Bounded(response, _TIMES_NEXT * timeout_seconds)
        opened = _OPENED.get()
        if opened is not None:
            opened.responses.append(response)

    return httpx.Client(
        limits=httpx.Limits(max_keepalive_connections=0),
        timeout=httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds)),
        follow_redirects=False,
        trust_env=_LOOPBACK.fullmatch(httpx.URL(server.url).host) is None,
        event_hooks={"request": [strip], "response": [bound]},
    )


@dataclass(slots=True)
class Opened:
    """What clients made here opened: the responses, to be closed by who reads them, and the connections below."""

    responses: list[httpx.Response] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)

    def trace(self, _event: str, info: dict[str, Any]) -> None:
        """Remember a connection, also as it is once it is encrypted.

        Source: https://www.encode.io/httpcore/extensions/#trace
        """
        stream: Any = info.get("return_value")
        connection = stream.get_extra_info("socket") if hasattr(stream, "get_extra_info") else None
        if connection is not None:
            self.sockets.append(connection)

    def cut(self) -> None:
        """End the connections, from any thread: whoever reads from one is told that it is over."""
        for each in tuple(self.sockets):
            with suppress(OSError):  # it is over already
                socket.socket.shutdown(each, socket.SHUT_RDWR)


@contextmanager
def remembered_connections(opened: Opened) -> Iterator[None]:
    """Collects what clients made here open inside the block, so that it can be closed.

    LlamaIndex hands out text, not the connection, and closing its generator leaves the connection open.
    """
    token = _OPENED.set(opened)
    try:
        yield
    finally:
        _OPENED.reset(token)


class _Bounded(httpx.SyncByteStream):
    """The bytes of a response until its deadline or its largest size."""

    def __init__(self, response: httpx.Response, total_seconds: float) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - the client is not an async one
        self._inner = response.stream
        self._request = response.request
        self._total_seconds = total_seconds

    def __iter__(self) -> Iterator[bytes]:
        deadline = time.monotonic() + self._total_seconds
        n_bytes = 0
        for piece in self._inner:
            n_bytes += len(piece)
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout(f"not done after {self._total_seconds:g} seconds", request=self._request)
            if n_bytes > _MOST_BYTES:
                raise httpx.ReadError(f"more than {_MOST_BYTES:,} bytes", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()


def failure(error: Exception, server: Server) -> GeneratorError:
    """`error` as one clear sentence that names the server and the model, and never the key."""
    what, do = _reason(error, server)
    place = f" at {server.url!r}" if server.url else ""
    return GeneratorError(f"cannot get an answer of the model {server.model!r}{place}: {what} - {do}")


def _reason(error: Exception, server: Server) -> tuple[str, str]:
    match error:
        case UnusableError():
            return str(error), "ask in other words, or use another model"
        case openai.AuthenticationError() | openai.PermissionDeniedError() if not server.key:
            return (
                "it wants a key, and none belongs to this address",
                "set RAG_API_KEY, and RAG_LLM_KEY_BASE to this address if another one is configured",
            )
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return "it refuses the key", "set RAG_API_KEY to a key that it knows"
        case openai.NotFoundError():
            return (
                f"there is no such model or path{_excerpt(error, server)}",
                "check the model's name, and that the address ends as the server's manual says, often in /v1",
            )
        case openai.RateLimitError():
            return f"too many requests, or no credit left{_excerpt(error, server)}", "wait, or check the account"
        case openai.APIStatusError() if 300 <= error.status_code < 400:
            return "it sends elsewhere, where nothing is sent", "name the address that it sends to"
        case openai.APIStatusError():
            return f"HTTP status {error.status_code}{_excerpt(error, server)}", "see the server's log"
        case openai.APITimeoutError() | httpx.TimeoutException():
            return "it took too long", "try again, use a smaller model, or allow more seconds"
        case openai.APIConnectionError() | httpx.ConnectError():
            return "it cannot be reached", "start it, or check the address"
        case httpx.TransportError():
            return f"the connection broke{_excerpt(error, server)}", "try again, and see the server's log"
        case openai.APIError():
            return f"it reports an error{_excerpt(error, server)}", "see the server's log"
        case NothingWrittenError():
            return "it wrote nothing", "ask in other words, or check the model's name and the address"
        case BrokenOffError():
            return "the answer broke off in the middle", "try again, and see the server's log"
        case _:
            return (
                f"it answered with something that cannot be read ({type(error).__name__})",
                "check that the address is that of an OpenAI-compatible server",
            )


def _excerpt(error: Exception, server: Server) -> str:
    """What the server said, on one short line; a server may echo the key, so that it is taken out."""
    said = error.body if isinstance(error, openai.APIError) else str(error)
    if isinstance(said, dict):
        said = said.get("message") or said.get("error") or ""
    words = " ".join(str(said or "").split())
    if server.key:
        words = words.replace(server.key, "(key)")
    return f" ({words[:_MOST_EXCERPT]})" if words.isprintable() and words else ""


_DEFAULT_PORTS = {"http": 80, "https": 443}


class _Base(NamedTuple):
    scheme: str
    host: str
    port: int | None
    path: str


def is_same_base(one: str, other: str) -> bool:
    """Whether both are the same base address; never for what is no address.

    >>> is_same_base("https://API.example.org/v1/", "https://api.example.org:443/v1")
    True
    >>> is_same_base("https://api.example.org/v1", "http://api.example.org/v1")
    False
    """
    first = _base(one)
    return first is not None and first == _base(other)


def _base(address: str) -> _Base | None:
    try:
        parts = urlsplit(address.strip())
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return _Base(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))
