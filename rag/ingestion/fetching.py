"""An address → the bytes behind it, in a file: redirects followed within the rules, no more than is allowed.

Every redirect is a new address, held to the same rules as the first; https leads to no http. What comes packed is
unpacked piece by piece, so that neither an endless page nor a small one that unpacks to a huge one fills anything.
"""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import responses
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any, NamedTuple

import httpx

from rag.errors import ReadError
from rag.ingestion.connecting import FetchLimits, response_of
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.ingestion.uploads import Origin, kept, safe_name
from rag.storage import Store, opened_privately
from rag.types import NO_METADATA

__all__ = [
    "Fetched",
    "GoneError",
    "Head",
    "LaterError",
    "Validators",
    "Visitor",
    "fetch",
    "normal_address",
    "suffix_of",
]

_HOST = re.compile(rb"[a-z0-9._-]+|[0-9a-f:.]+")
_MOST_HOPS = 10
_MOST_CHARACTERS = 4000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_GONE = frozenset({404, 410})
_REFUSED = frozenset({401, 402, 403, 407, 451})
_LATER = frozenset({429, 503})
_KEPT_OF_A_HEAD = ("url", "etag", "last_modified", "charset")
_PIECE_BYTES = 1 << 16


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


class GoneError(ReadError):
    """The server says that there is nothing under the address, or nothing any more."""


class LaterError(ReadError):
    """The server asks to come again later. seconds: after how long; 0 when it does not say."""

    def __init__(self, address: str, reason: str, *, seconds: float) -> None:
        super().__init__(address, reason)
        self.seconds = seconds


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
) -> Fetched | None:
    """Write what is behind the address, as `normal_address` gives it, into a new file; None when it is as known.

    refusal: asked before anything of the body is read; why it is not wanted, or empty.

    Raises:
        GoneError: there is nothing there. LaterError: not now.
        ReadError: it cannot be fetched, in time or at all, is too large, unwanted, empty, or not on the public network.
    """
    deadline = monotonic() + limits.max_seconds
    hops = [address]
    while True:
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
                size_bytes = 0
                for piece in _unpacked(address, response.iter_stream(), headers, limits.max_bytes):
                    size_bytes += file.write(piece)
            if not size_bytes:
                raise ReadError(address, "the server sent nothing - look at it in a browser")
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
    if status in _GONE:
        raise GoneError(address, f"{said}: there is no such page - check the address")
    if status in _LATER:
        seconds = _seconds_until(headers.get("retry-after", ""))
        when = f"in {seconds:,.0f} seconds" if seconds else "later"
        raise LaterError(address, f"{said} - try again {when}", seconds=seconds)
    if status in _REFUSED:
        raise ReadError(address, f"{said}: it is not for everybody - save the page in a browser, and add the file")
    raise ReadError(address, f"{said} - try again later, or look at it in a browser")


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
        charset=str(message.get_content_charset() or ""),
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
    )


def _unpacked(address: str, pieces: Iterable[bytes], headers: httpx.Headers, max_bytes: int) -> Iterator[bytes]:
    """The body as it was before it was packed, never more of it in memory than a piece.

    Raises:
        ReadError: there is more than allowed, or it is damaged, or packed in a way that was not asked for.
    """
    too_much = ReadError(
        address, f"it has more than the {max_bytes:,} bytes allowed - save a part of it, or raise max_file_bytes"
    )
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > max_bytes:
        raise too_much
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise ReadError(address, f"the server packs it as {packing!r}, unasked - save the page in a browser")
    unpacker = None if packing in ("identity", "") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    n_packed = n_unpacked = 0
    for piece in pieces:
        n_packed += len(piece)
        if n_packed > max_bytes:
            raise too_much
        for part in [piece] if unpacker is None else _inflated(address, unpacker, piece):
            n_unpacked += len(part)
            if n_unpacked > max_bytes:
                raise too_much
            yield part
    if unpacker is not None and n_packed and not unpacker.eof:
        raise ReadError(address, "it broke off in the middle - try again")


def _inflated(address: str, unpacker: Any, piece: bytes) -> Iterator[bytes]:
    try:
        while piece and not unpacker.eof:
            yield unpacker.decompress(piece, _PIECE_BYTES)
            piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ReadError(address, f"what the server sent cannot be unpacked ({error}) - try again") from error


_SUFFIX_BY_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/epub+zip": ".epub",
    "application/mbox": ".mbox",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
}
"""What a server calls a kind of file → the suffix by which its reader is chosen."""
_TELLS_NOTHING = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/zip"})
_NEVER_TEXT = ("image/", "audio/", "video/", "font/")
_SIGNATURES = (
    (re.compile(rb"%PDF-"), ".pdf"),
    (re.compile(rb"\{\\rtf"), ".rtf"),
    (re.compile(rb"\s*<(?:!doctype\s+html|html\b|head\b|body\b)", re.IGNORECASE), ".html"),
    (re.compile(rb"\s*<\?xml\b"), ".xml"),
)
_N_SIGNATURE_BYTES = 1024


def suffix_of(head: Head, start: bytes | None, suffixes: Collection[str]) -> str:
    """The suffix by which what was fetched is read; empty when nothing reads it, or when it cannot be told yet.

    What the server calls it counts; where that says nothing, the name in the address does, and then the bytes.

    start: of the bytes; None when they are still to come.

    >>> suffix_of(Head("https://example.org/a.csv", "text/plain", "", "", ""), None, (".csv", ".txt"))
    '.csv'
    """
    named = PurePosixPath(httpx.URL(head.url).path).suffix.lower()
    by_name = named if named in suffixes else ""
    by_bytes = next((suffix for sign, suffix in _SIGNATURES if start and sign.match(start)), "")
    by_type = _SUFFIX_BY_TYPE.get(head.media_type, "")
    if by_bytes in (".pdf", ".rtf"):  # no other reader reads these
        by_type = by_bytes
    elif not by_type and head.media_type in _TELLS_NOTHING:
        by_type = by_name or by_bytes or (".txt" if head.media_type == "text/plain" else "")
    elif not by_type and not head.media_type.startswith(_NEVER_TEXT):
        by_type = by_name
    return by_type if by_type in suffixes else ""


class Visitor:
    """Fetches addresses for a store, and asks for what the store has already only if it has changed.

    suffixes: of what can be read.
    """

    def __init__(self, store: Store, *, limits: FetchLimits, suffixes: Collection[str]) -> None:
        self._store, self._limits, self._suffixes = store, limits, suffixes

    def normal(self, address: str) -> str:
        """See `normal_address`."""
        return normal_address(address)

    def visit(self, address: str, folder: Path, *, gaps: Mapping[str, str] = NO_METADATA) -> SourceFile:
        """The file behind the address, in a folder of its own in `folder`, or the kept one when it is as it was.

        gaps: see `Origin`.

        Raises:
            ReadError: as `fetch`, or it is of a kind that nothing reads.
        """
        there = self.kept(address)
        known = there.origin.said if there is not None and there.origin is not None else {}
        path = Path(tempfile.mkdtemp(dir=folder), "fetched")
        fetched = fetch(
            address,
            path,
            limits=self._limits,
            refusal=self._refusal,
            known=Validators(*(known.get(name, "") for name in ("etag", "last_modified", "url"))),
        )
        if fetched is None and there is not None and there.origin is not None:
            return there._replace(origin=there.origin._replace(gaps=gaps))
        if fetched is None:
            raise ReadError(address, "the server says that it has not changed, but nobody asked - try again")
        head = fetched.head
        with path.open("rb") as file:
            suffix = suffix_of(head, file.read(_N_SIGNATURE_BYTES), self._suffixes)
        if not suffix:
            kind = head.media_type or "of no kind that it names"
            raise ReadError(address, f"it is {kind}, and nothing here reads that - save it as what it is")
        path = path.rename(path.with_name(_file_name(address, suffix)))
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
        is_open = head.media_type in _TELLS_NOTHING
        if is_open or suffix_of(head, None, self._suffixes):
            return ""
        return f"it is {head.media_type}, and nothing here reads that - add a page or a document"


def _file_name(address: str, suffix: str) -> str:
    url = httpx.URL(address)
    name = safe_name(PurePosixPath(url.path).name or url.host)
    return name if name.lower().endswith(suffix) else f"{name}{suffix}"
