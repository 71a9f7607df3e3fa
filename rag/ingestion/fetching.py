"""An address → the bytes behind it, in a file: redirects followed within the rules, no more than is allowed.

Every redirect is a new address, held to the same rules as the first; https leads to no http. What comes packed is
unpacked piece by piece, so that neither an endless page nor a small one that unpacks to a huge one fills anything.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import responses
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, NamedTuple

import httpx

from rag.errors import ReadError
from rag.ingestion.connecting import AGENT, FetchLimits, response_of, unpacked
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.ingestion.uploads import N_SIGNATURE_BYTES, TELLS_NOTHING, Origin, kept, name_of, suffix_of
from rag.storage import Store, opened_privately
from rag.types import NO_METADATA

if TYPE_CHECKING:
    from protego import Protego

__all__ = ["Head", "Manners", "StatusError", "Validators", "Visitor", "fetch", "normal_address"]

_HOST = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+")
_MOST_HOPS = 10
_MOST_CHARACTERS = 4000
_MOST_CHARACTERS_KEPT = 500
_MOST_BYTES_OF_RULES = 1_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_GONE = frozenset({404, 410})
_REFUSED = frozenset({401, 402, 403, 407, 451})
_LATER = frozenset({429, 503})
_KEPT_OF_A_HEAD = ("url", "etag", "last_modified", "charset")
_LONGEST_WAIT_SECONDS = 60.0


class Validators(NamedTuple):
    """What a server said of the bytes that are known already; empty for nothing.

    final_address: where they came from.
    """

    etag: str = ""
    last_modified: str = ""
    final_address: str = ""


NOTHING_KNOWN = Validators()


class Head(NamedTuple):
    """What a server says before it sends a body.

    url: where redirects ended. media_type: in small letters, empty when it does not say.
    """

    url: str
    media_type: str
    charset: str
    etag: str
    last_modified: str


class Fetched(NamedTuple):
    """What was fetched. retrieved: when, ISO 8601 in UTC."""

    head: Head
    retrieved: str


class StatusError(ReadError):
    """The server answers that it does not send it. seconds: after how long to ask again; 0 when it does not say."""

    def __init__(self, address: str, reason: str, *, status: int, seconds: float = 0.0) -> None:
        super().__init__(address, reason)
        self.status, self.seconds = status, seconds

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing under the address, or nothing any more."""
        return self.status in _GONE


def normal_address(text: str) -> str:
    """The address as it is asked for and stored: scheme and host in small letters, without a fragment.

    Raises:
        ReadError: it is none of the web, has no host, is too long, or holds a name or password.

    >>> normal_address("HTTPS://Example.org/a b#c")
    'https://example.org/a%20b'
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise ReadError(text, f"it is no address ({error}) - check how it is written") from error
    if url.scheme not in ("http", "https"):
        raise ReadError(text, "only http and https addresses are fetched - save the file, and add that")
    if not url.host:
        raise ReadError(text, "it names no host - check how it is written")
    if not _HOST.fullmatch(url.raw_host) or not 0 < (url.port or 1) < 1 << 16:
        raise ReadError(text, "it is no address (no such host or port) - check how it is written")
    if url.userinfo:
        hidden = str(url.copy_with(username=None, password=None))
        raise ReadError(hidden, "it holds a name or a password, which would be stored with it - leave those out")
    if len(text) > _MOST_CHARACTERS:
        raise ReadError(f"{text[:100]}…", f"it is longer than {_MOST_CHARACTERS:,} characters - save the page instead")
    return str(url.copy_with(fragment=None))


def fetch(
    address: str,
    path: Path,
    *,
    limits: FetchLimits,
    refusal: Callable[[Head], str],
    known: Validators = NOTHING_KNOWN,
    before_each: Callable[[str], None] = lambda _: None,
) -> Fetched | None:
    """Write what is behind the address, as `normal_address` gives it, into a new file; None when it is as known.

    refusal: asked before anything of the body is read; why it is not wanted, or empty.
    before_each: called with the address, and with each that it leads to, before that is asked for; may wait.

    Raises:
        StatusError: the server does not send it.
        ReadError: it cannot be fetched, in time or at all, is too large, unwanted, or not on the public network.
    """
    deadline = monotonic() + limits.max_seconds
    hops = [address]
    while True:
        started = monotonic()
        before_each(hops[-1])
        deadline += monotonic() - started
        asked = _if_changed(known) if hops[-1] == known.final_address else {}
        with response_of(address, hops[-1], limits, deadline, asked) as response:
            headers = httpx.Headers(response.headers)
            if response.status in _REDIRECTS:
                hops.append(_next_hop(address, hops, headers.get("location", "")))
                continue
            if response.status == _NOT_MODIFIED and asked:
                return None
            _check_status(address, response.status, headers)
            head = _head(hops[-1], headers)
            if reason := refusal(head):
                raise ReadError(address, reason)
            retrieved = datetime.now(UTC).isoformat(timespec="seconds")
            with opened_privately(path, "xb") as file:
                file.writelines(unpacked(address, response.iter_stream(), headers, limits.max_bytes))
            return Fetched(head, retrieved)


def _if_changed(known: Validators) -> dict[str, str]:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def _next_hop(address: str, hops: list[str], location: str) -> str:
    """Where a redirect leads, when that may be followed.

    Raises:
        ReadError: it may not.
    """
    if not location:
        raise ReadError(address, "the server leads elsewhere and does not say where - look at it in a browser")
    try:
        hop = normal_address(str(httpx.URL(hops[-1]).join(location)))
    except (ReadError, httpx.InvalidURL, ValueError) as error:
        reason = error.reason if isinstance(error, ReadError) else str(error)
        raise ReadError(address, f"it leads to {location[:200]!r}, which is not followed: {reason}") from error
    if hops[-1].startswith("https:") and not hop.startswith("https:"):
        raise ReadError(address, f"it leads from https to {hop!r}, which anybody could have changed - add that itself")
    if hop in hops or len(hops) > _MOST_HOPS:
        raise ReadError(address, f"it leads on and on ({len(hops)} times, to {hop!r}) - look at it in a browser")
    return hop


def _check_status(address: str, status: int, headers: httpx.Headers) -> None:
    if status in (200, 203):
        return
    phrase = responses.get(status, "an unknown status")
    said = f"the server answers {status} ({phrase})"
    seconds = _seconds_until(headers.get("retry-after", ""))
    what_next = "try again later, or look at it in a browser"
    if status in _GONE:
        said, what_next = f"{said}: there is no such page", "check the address"
    elif status in _LATER:
        what_next = f"try again in {seconds:,.0f} seconds" if seconds else "try again later"
    elif status in _REFUSED:
        said, what_next = f"{said}: it is not for everybody", "save the page in a browser, and add the file"
    raise StatusError(address, f"{said} - {what_next}", status=status, seconds=seconds)


def _seconds_until(retry_after: str) -> float:
    """Seconds from now, of a `Retry-After` header; 0 when it says nothing.

    Source: RFC 9110, section 10.2.3.
    """
    if retry_after.strip().isdecimal():
        return float(retry_after[:12])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _head(url: str, headers: httpx.Headers) -> Head:
    said = headers.get("content-type", "")
    message = Message()
    message["content-type"] = said
    return Head(
        url=url,
        media_type=message.get_content_type() if "/" in said else "",
        charset=_plain(str(message.get_content_charset() or "")),
        etag=_plain(headers.get("etag", "")),
        last_modified=_plain(headers.get("last-modified", "")),
    )


def _plain(value: str) -> str:
    """The value, which is kept and said to the server again; empty for what is no short plain text."""
    return value if value.isascii() and value.isprintable() and len(value) <= _MOST_CHARACTERS_KEPT else ""


class Manners:
    """How a site is asked by a program that goes through many pages: as its `robots.txt` says, and not too often.

    text_of: the text behind an address. A site without a `robots.txt` allows all; where it cannot be read, nothing.

    Source: RFC 9309, section 2.3.1.
    """

    def __init__(self, text_of: Callable[[str], str], *, delay_seconds: float) -> None:
        self._text_of, self._delay_seconds = text_of, delay_seconds
        self._rules_by_site: dict[str, Protego] = {}
        self._unread: dict[str, str] = {}  # a site that does not answer is not waited for again
        self._next_by_site: dict[str, float] = {}

    def wait_for_turn(self, address: str) -> None:
        """Wait until the site may be asked again.

        Raises:
            ReadError: it does not want the address to be asked for by programs, or so seldom that it cannot be waited.
        """
        site = str(httpx.URL(address).join("/"))
        if site in self._unread:
            raise ReadError(address, self._unread[site])
        if site not in self._rules_by_site:
            self._rules_by_site[site] = self._rules(address, site)
        rules = self._rules_by_site[site]
        if not rules.can_fetch(address, AGENT):
            raise ReadError(address, f"{site}robots.txt asks programs to leave it out - name it to `rag add` yourself")
        delay = max(self._delay_seconds, rules.crawl_delay(AGENT) or 0.0)
        if delay > _LONGEST_WAIT_SECONDS and site in self._next_by_site:
            reason = f"{site}robots.txt asks for {delay:g} seconds between two pages"
            raise ReadError(address, f"{reason} - name it to `rag add` yourself")
        now = monotonic()
        turn = max(now, self._next_by_site.get(site, now))
        self._next_by_site[site] = turn + delay
        sleep(turn - now)

    def _rules(self, address: str, site: str) -> Protego:
        from protego import Protego  # here, so that a page that a person asks for needs it not

        try:
            return Protego.parse(self._text_of(f"{site}robots.txt"))
        except ReadError as error:
            status = error.status if isinstance(error, StatusError) else 0
            if 400 <= status < 500 and status not in _LATER:
                return Protego.parse("")
            self._unread[site] = f"{site}robots.txt cannot be read: {error.reason}"
            raise ReadError(address, self._unread[site]) from error


class Visitor:
    """Fetches addresses for a store, and asks for what the store has already only if it has changed.

    suffixes: of what can be read. delay_seconds: between two questions to a site when that is asked politely.
    """

    def __init__(self, store: Store, *, limits: FetchLimits, suffixes: Collection[str], delay_seconds: float) -> None:
        self._store, self._limits, self._suffixes = store, limits, suffixes
        self._delay_seconds = delay_seconds

    def manners(self) -> Manners:
        """Those of one run through many pages."""
        return Manners(self._text_of, delay_seconds=self._delay_seconds)

    def _text_of(self, address: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "fetched")
            limits = self._limits._replace(max_bytes=min(self._limits.max_bytes, _MOST_BYTES_OF_RULES))
            fetch(address, path, limits=limits, refusal=lambda _: "")
            return path.read_bytes().decode("utf-8-sig", "replace")

    def normal(self, address: str) -> str:
        """See `normal_address`."""
        return normal_address(address)

    def visit(
        self, address: str, folder: Path, *, gaps: Mapping[str, str] = NO_METADATA, manners: Manners | None = None
    ) -> SourceFile:
        """The file behind the address, in a folder of its own in `folder`, or the kept one when it is as it was.

        gaps: see `Origin`. manners: to be kept; None when a person asks for this one address. A server that asks to
            come again soon is asked again then.

        Raises:
            ReadError: as `fetch`, or it is of a kind that nothing reads.
        """
        there = self.kept(address)
        known = there.origin.said if there is not None and there.origin is not None else {}
        path = Path(tempfile.mkdtemp(dir=folder), "fetched")
        ask = partial(
            fetch,
            address,
            path,
            limits=self._limits,
            refusal=self._refusal,
            known=Validators(*(known.get(name, "") for name in ("etag", "last_modified", "url"))),
            before_each=manners.wait_for_turn if manners is not None else lambda _: None,
        )
        try:
            fetched = ask()
        except StatusError as error:
            if manners is None or not 0 < error.seconds <= _LONGEST_WAIT_SECONDS or error.status not in _LATER:
                raise
            sleep(error.seconds)
            fetched = ask()
        if fetched is None and there is not None and there.origin is not None:
            return there._replace(origin=there.origin._replace(gaps=gaps))
        if fetched is None:
            raise ReadError(address, "the server says that it has not changed, but nobody asked - try again")
        head = fetched.head
        if not path.stat().st_size:
            raise ReadError(address, "the server sent nothing - look at it in a browser")
        with path.open("rb") as file:
            suffix = suffix_of(head.url, head.media_type, file.read(N_SIGNATURE_BYTES), self._suffixes)
        if not suffix:
            kind = head.media_type or "of no kind that it names"
            raise ReadError(address, f"it is {kind}, and nothing here reads that - save it as what it is")
        path = path.rename(path.with_name(name_of(address, suffix)))
        said = {"retrieved": fetched.retrieved, **{name: getattr(head, name) for name in _KEPT_OF_A_HEAD}}
        return SourceFile(path, is_named=True, origin=Origin(address, head.charset, said, gaps))

    def kept(self, address: str) -> SourceFile | None:
        """What was fetched from the address last, when it is whole; None when it is not, or there is none."""
        origin = Origin(address)
        path = kept(origin, self._store.folder)
        versions = self._store.documents.in_folder(origin.folder)
        hashes = {version.file_hash for version in versions}
        if path is None or len(hashes) != 1 or hashes != {hash_of_file(path)}:
            return None
        found = filter(None, (self._store.documents.find(version.document_id) for version in versions))
        newest = max((document.metadata for document in found), key=lambda said: said.get("retrieved", ""), default={})
        said = {name: newest[name] for name in ("retrieved", *_KEPT_OF_A_HEAD) if name in newest}
        return SourceFile(path, is_named=True, origin=origin._replace(charset=said.get("charset", ""), said=said))

    def _refusal(self, head: Head) -> str:
        is_open = head.media_type in TELLS_NOTHING
        if is_open or suffix_of(head.url, head.media_type, None, self._suffixes):
            return ""
        return f"it is {head.media_type}, and nothing here reads that - add a page or a document"
