"""Sessions belong to users: a request that names another user's session or event gets nothing.

Gradio keeps what a page holds under a session's name, which the page's script makes up, and answers whoever sends it.
So every request of an app with users is looked at for names, in its path, its query and its body, before Gradio is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from ui.server.ownership import Ownership
from ui.server.shield import App, Message, Receive, Send, refuse

__all__ = ["Sessions"]

_ROOT = "/gradio_api/"
_NAMED_IN_PATH = ("heartbeat", "call")
_NAMES = ("session_hash", "event_id")
_ANNOUNCES = ("queue/join", "call/")
_UPLOAD = "upload"
_MOST_BYTES = 5_000_000
_MOST_ANNOUNCED_BYTES = 10_000


class Sessions:
    """An ASGI application around Gradio's, for an app with users."""

    def __init__(self, app: App, *, ownership: Ownership) -> None:
        self._app = app
        self._ownership = ownership

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Refuse what names something of another user, and remember whose the events are that are begun here."""
        if scope["type"] != "http" or not scope["path"].startswith(_ROOT):
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(_ROOT).strip("/")
        said: object = None
        if scope["method"] == "POST" and path != _UPLOAD:
            whole = await _whole(receive)
            if whole is None:
                await refuse(send, "the request is too long", status=413)
                return
            said = _json(whole)
            # As it was read here, so that Gradio cannot read another name in it.
            receive = _replayed(whole if said is None else json.dumps(said).encode(), receive)
        user = _user(scope)
        names = {*_in_path(path, scope["method"]), *_in_query(scope), *_in_body(said)}
        if names and not user:
            await refuse(send, "log in first", status=401)
        elif not self._ownership.claim(user, *names):
            await refuse(send, "this session is another user's")
        else:
            announces = bool(user) and scope["method"] == "POST" and path.startswith(_ANNOUNCES)
            await self._app(scope, receive, self._remembering(user, send) if announces else send)

    def _remembering(self, user: str, send: Send) -> Send:
        """Passes on what is sent, and claims the event that it announces."""
        sent = b""

        async def remember(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.body" and len(sent) < _MOST_ANNOUNCED_BYTES:
                sent += message.get("body", b"")
                if not message.get("more_body"):
                    self._ownership.claim(user, *_in_body(_json(sent)))
            await send(message)

        return remember


def _user(scope: Message) -> str:
    """Who is logged in, as Gradio finds out; empty for nobody."""
    from starlette.requests import Request

    gradio = scope["app"]
    cookies = Request(scope).cookies
    token = cookies.get(f"access-token-{gradio.cookie_id}") or cookies.get(f"access-token-unsecure-{gradio.cookie_id}")
    return str(gradio.tokens.get(token) or "")


def _in_path(path: str, method: str) -> Iterator[str]:
    """The session of `heartbeat/…`, the event of `call/NAME/…`."""
    first, _, rest = path.partition("/")
    if rest and first in _NAMED_IN_PATH and not (first == "call" and method == "POST"):
        yield rest.rpartition("/")[2]


def _in_query(scope: Message) -> Iterator[str]:
    for name, values in parse_qs(scope["query_string"].decode("latin-1")).items():
        if name in _NAMES:
            yield from values


def _json(body: bytes) -> object:
    """What the body says; None when that is nothing, or no JSON, which Gradio refuses."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _in_body(said: object) -> Iterator[str]:
    if isinstance(said, Mapping):
        yield from (said[name] for name in _NAMES if isinstance(said.get(name), str))


async def _whole(receive: Receive) -> bytes | None:
    """The body of the request; None when it is too long."""
    body, is_open = bytearray(), True
    while is_open:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        is_open = bool(message.get("more_body"))
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then what comes after it."""
    pending: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
