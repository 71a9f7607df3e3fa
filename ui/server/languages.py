"""Answers each request in the language of who asks, and makes the page say which language that is, and its colours.

Gradio's own words on a page, such as those in the place where files are dropped, follow `navigator.language`, and so
does the `lang` of the page once its scripts run. A line at the head of the page makes that the language of the page, so
that all of it speaks one. Light or dark is chosen as in Gradio, by `__theme` in the address, before its scripts run.
"""

from __future__ import annotations

from ui.languages.choice import THEME_COOKIE, language_for
from ui.languages.words import Language, speaking
from ui.server.shield import App, Message, Receive, Send

__all__ = ["Languages"]


_HEAD = b"""
Object.defineProperties(navigator, {language: {get: () => "%(tag)s"}, languages: {get: () => ["%(tag)s"]}});
{
	const theme = /(?:^|; )%(cookie)s=(light|dark)/.exec(document.cookie)?.[1];
	const address = new URL(location);
	if (theme) address.searchParams.set("__theme", theme);
	else address.searchParams.delete("__theme");
	if (address.href !== location.href) history.replaceState(null, "", address);
}
"""


class Languages:
    """An ASGI application around another one.

    otherwise: the language where none was chosen on the page; None for the one that the browser wants.
    """

    def __init__(self, app: App, *, otherwise: Language | None = None) -> None:
        self._app = app
        self._otherwise = otherwise

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer in the language that the request asks for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        language = language_for(headers, otherwise=self._otherwise)
        with speaking(language):
            await self._app(scope, receive, _Sending(send, language))


class _Sending:
    """Sends a response; a page as a whole, with its language in it."""

    def __init__(self, send: Send, language: Language) -> None:
        self._send = send
        self._language = language
        self._start: Message | None = None  # of a page that is not complete yet
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            if any(name.lower() == b"content-type" and b"text/html" in value for name, value in headers):
                self._start = message
                return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if message.get("more_body", False):
            return
        page = _spoken(self._page, self._language)
        others = [pair for pair in self._start.get("headers", []) if pair[0].lower() != b"content-length"]
        headers = [*others, (b"content-length", str(len(page)).encode())]
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": page})


def _spoken(page: bytes, language: Language) -> bytes:
    """The page as one in that language.

    >>> _spoken(b'<html lang="en"><head>', Language.GERMAN)[:28]
    b'<html lang="de"><head><scrip'
    """
    tag = language.value.encode()
    script = b"<script>%s</script>" % (_HEAD % {b"tag": tag, b"cookie": THEME_COOKIE.encode()})
    return page.replace(b'lang="en"', b'lang="%s"' % tag, 1).replace(b"<head>", b"<head>" + script, 1)
