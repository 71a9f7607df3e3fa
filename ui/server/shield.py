"""What every request passes first, and every response last.

Gradio serves the files of its cache to whoever knows their names, and a page of another site can send requests to
an app on this machine, or reach it by a name that it points here (DNS rebinding). This closes all three.

Source: Gradio's guide "Sharing your app", section "Security and file access"; OWASP cheat sheets on DNS rebinding,
cross-site request forgery and Content-Security-Policy.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from rag import disk_refusal

__all__ = ["LOOPBACK_HOSTS", "App", "Message", "Receive", "Send", "Shield", "client_address", "is_loopback", "refuse"]

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

_ADDRESS: ContextVar[str] = ContextVar("_ADDRESS", default="")

_CLOSED = (
    "/file=",
    "/file/",
    "/proxy=",
    "/stream/",
    "/monitoring",
    "/analytics",
    "/vibe",
    "/deep_link",
    "/dev/",
    "/component_server",
    "/process_recording",
    "/custom_component",
)
# Gradio makes functions from the templates of its HTML component, so that `eval` has to stay; no other origin can be
# asked by any of it. Of inline scripts those run that the page came with, by their hashes, and none that is put into it
# later. What is allowed is allowed for one kind alone: no script comes from a `data:` address, which an image may.
_POLICY = (
    b"default-src 'self'; script-src 'self' 'unsafe-eval'%s; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    b"worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'none'; "
    b"frame-ancestors 'none'"
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script", re.DOTALL | re.IGNORECASE)
_HEADERS = (
    (b"content-security-policy", _POLICY % b""),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), display-capture=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REPLACED = frozenset(name for name, _ in _HEADERS)


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("[::1]")
    (True, True, False, True)
    """
    return host.strip("[]").lower() in LOOPBACK_HOSTS


def client_address() -> str:
    """Where the request comes from that is being answered; empty when that is not known."""
    return _ADDRESS.get()


class Shield:
    """An ASGI application around another one.

    hosts: names under which the app may be asked for, without ports; empty for any, where a password protects it.
    """

    def __init__(self, app: App, *, hosts: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer by itself what is not allowed, and add headers to the rest."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        _ADDRESS.set((scope.get("client") or ("",))[0])
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal})
            else:
                await self._app(scope, receive, send)
            return
        if refusal:
            await refuse(send, refusal)
            return

        sending = _Sending(send)
        try:
            await self._app(scope, receive, sending)
        except OSError as error:  # of an upload that finds no place
            why = disk_refusal(error)
            if sending.has_begun or not why:
                raise
            await refuse(send, why, status=507)

    def _refusal(self, scope: Message) -> str:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._hosts and _name(host) not in self._hosts:
            return "this app is not served under that name"
        origin = headers.get(b"origin", "")
        if origin and urlsplit(origin).netloc.lower() != host.lower():
            return "requests from other sites are not taken"
        path = unquote(scope["path"]).lower()
        if any(closed in path for closed in _CLOSED):
            return "files are not served"
        return ""


class _Sending:
    """Sends a response with our headers; a page as a whole, with the hashes of its scripts among them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None  # of a page that is not complete yet
        self._page = b""
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            if any(name.lower() == b"content-type" and b"text/html" in value for name, value in message["headers"]):
                self._start = message
                return
            await self._send(_with_headers(message, _HEADERS))
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                policy = _POLICY % _hashes_of(self._page)
                await self._send(_with_headers(self._start, [(b"content-security-policy", policy), *_HEADERS[1:]]))
                await self._send({"type": "http.response.body", "body": self._page})


def _with_headers(start: Message, headers: Iterable[tuple[bytes, bytes]]) -> Message:
    kept = [pair for pair in start.get("headers", []) if pair[0].lower() not in _REPLACED]
    return {**start, "headers": [*kept, *headers]}


def _hashes_of(page: bytes) -> bytes:
    """The sources of a policy for the inline scripts of a page, with a blank before each.

    Source: https://www.w3.org/TR/CSP3/#grammardef-hash-source
    """
    scripts = dict.fromkeys(_INLINE_SCRIPT.findall(page.replace(b"\r\n", b"\n")))
    return b"".join(b" 'sha256-%s'" % b64encode(sha256(script).digest()) for script in scripts)


def _name(host: str) -> str:
    """The name in a Host header, without the port: "[::1]:7860" → "::1"."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


async def refuse(send: Send, reason: str, *, status: int = 403) -> None:
    """Answer a request with why it is not answered."""
    body = f"Refused: {reason}.".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
