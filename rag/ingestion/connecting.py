"""Connections to the public network alone, for whatever an address leads to, and within a time.

Whoever adds an address, or a page that an address leads on to, must not reach what only this machine can reach: its own
services, those of its network, the metadata of a cloud. So the addresses that a name stands for are looked at here, all
of them, and the connection is made to one that was looked at: a name that stands for another one a moment later wins
nothing. httpcore speaks HTTP; the choice of addresses and the limit of time over all that happens are ours.

A proxy that the environment names is used, and finds names itself: what is written as a number, or stands for a private
address here too, is refused before it is asked; the rest is for the proxy to say.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from time import monotonic
from typing import Any, NamedTuple, TypeAlias
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from rag.errors import ReadError

__all__ = ["AGENT", "FetchLimits", "is_public", "response_of", "unpacked"]

AGENT = "chapter-and-verse"
"""Our name to servers, and in their `robots.txt`."""

_ACCEPTED = "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
_TRANSLATED_IPV6 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "169.254.169.254", "192.0.0.192", "fd00:ec2::254")))
"""Where clouds tell a machine its secrets; some are public addresses that lead nowhere else."""


_PIECE_BYTES = 1 << 16
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Within: TypeAlias = Callable[[float | None, type[Exception]], float]
"""The seconds that something may take, at most until a deadline, past which the error is raised."""


class FetchLimits(NamedTuple):
    """How much may be fetched of one address, how long that may take, and from where.

    max_bytes: as it comes, and unpacked. max_seconds: redirects included. may_be_private: also from this machine and
        its network; never from where clouds keep their secrets.
    """

    max_bytes: int
    max_seconds: float
    max_connect_seconds: float
    may_be_private: bool


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also the IPv4 address inside one of IPv6.

    >>> is_public("93.184.216.34"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::a00:1")
    (True, False, False, False)
    """
    return all(
        ip.is_global and not ip.is_multicast and ip not in _METADATA and (ip.version == 4 or ip in _GLOBAL_IPV6)
        for ip in _meant_by(address)
    )


def _meant_by(address: str) -> list[_Address]:
    """The address, and the IPv4 addresses that an IPv6 address stands for or holds."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 4:
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if ip in _TRANSLATED_IPV6:
        return [ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)]
    return [ip, *filter(None, (ip.sixtofour, *(ip.teredo or ())))]


@contextmanager
def response_of(
    address: str, hop: str, limits: FetchLimits, deadline: float, asked: Mapping[str, str]
) -> Iterator[httpcore.Response]:
    """The response of one hop, its body still to be read.

    Raises:
        ReadError: in one sentence, whatever fails, also while the body is read.
    """
    url = httpx.URL(hop)
    proxy = _proxy_of(address, url)
    backend = _CheckedBackend(address, url.host, limits, deadline, is_proxy=proxy is not None)
    own = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": f"{AGENT}/{_version()}",
        "Accept": _ACCEPTED,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    timeouts = dict.fromkeys(("read", "write", "pool"), limits.max_seconds) | {"connect": limits.max_connect_seconds}
    trusted = _trusted() if "https" in (url.scheme, proxy and proxy.url.scheme.decode()) else None
    try:
        if proxy is not None:
            backend.check_name(url.port or 0)
        with (
            httpcore.ConnectionPool(ssl_context=trusted, network_backend=backend, proxy=proxy) as pool,
            pool.stream(
                "GET", target, headers=list((own | dict(asked)).items()), extensions={"timeout": timeouts}
            ) as response,
        ):
            yield response
    except httpcore.TimeoutException as error:
        raise ReadError(address, _too_slow(error, limits, deadline)) from error
    except httpcore.ProxyError as error:
        raise ReadError(address, f"the proxy does not let it through ({error}) - check HTTPS_PROXY") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise ReadError(address, _why_not(error)) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Who is trusted to vouch for servers."""
    return httpx.create_ssl_context()


def _too_slow(error: Exception, limits: FetchLimits, deadline: float) -> str:
    if isinstance(error, httpcore.ConnectTimeout) and monotonic() < deadline:
        seconds, setting = limits.max_connect_seconds, "max_connect_seconds"
        return f"the server did not answer within {seconds:g} seconds - try again later, or raise {setting}"
    return f"it took longer than {limits.max_seconds:g} seconds - try again later, or raise max_fetch_seconds"


def _why_not(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message or "it cannot be verified"
            return f"its certificate cannot be trusted ({why}) - check the address, and the clock of this machine"
        if isinstance(cause, ssl.SSLError):
            why = (cause.reason or "no reason given").replace("_", " ").lower()
            return f"no encrypted connection comes about ({why}) - check that the address is one of https"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectError):
        return f"no connection comes about ({error}) - check the address, and the network"
    return f"the connection broke off ({error}) - try again"


def _proxy_of(address: str, url: httpx.URL) -> httpcore.Proxy | None:
    """The proxy that the environment names for the address; None for none.

    Raises:
        ReadError: it is of a kind that cannot be used, or no address.
    """
    proxies = getproxies()
    place = proxies.get(url.scheme) or proxies.get("all", "")
    if not place or proxy_bypass(url.host):
        return None
    try:
        proxy = httpx.URL(place if "://" in place else f"http://{place}")
    except (httpx.InvalidURL, ValueError) as error:
        raise ReadError(address, f"the proxy of the environment is no address ({error}) - mend HTTPS_PROXY") from error
    if proxy.scheme not in ("http", "https"):
        raise ReadError(address, f"proxies by {proxy.scheme!r} are not spoken - name one by http, or set NO_PROXY")
    auth = (proxy.username, proxy.password) if proxy.userinfo else None
    return httpcore.Proxy(str(proxy.copy_with(username=None, password=None)), auth=auth)


def _version() -> str:
    try:
        return metadata.version("chapter-and-verse")
    except metadata.PackageNotFoundError:
        return "0"


def unpacked(address: str, pieces: Iterable[bytes], headers: httpx.Headers, max_bytes: int) -> Iterator[bytes]:
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


class _CheckedBackend(httpcore.SyncBackend):
    """Connects to addresses that were looked at, and to no others; everything ends at the deadline."""

    def __init__(self, address: str, host: str, limits: FetchLimits, deadline: float, *, is_proxy: bool) -> None:
        super().__init__()
        self._address, self._host = address, host
        self._limits, self._deadline, self._is_proxy = limits, deadline, is_proxy

    def check_name(self, port: int) -> None:
        """Refuse a host that is not public as far as this machine can tell; the proxy may know more names.

        Raises:
            ReadError: it is not.
        """
        try:
            found = _addresses(self._address, self._host, port, self._limits.max_connect_seconds)
        except ReadError:
            return
        self._check(found)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = _addresses(self._address, host, port, self._within(timeout, httpcore.ConnectTimeout))
        if not self._is_proxy:
            self._check(found)
        for ip in found:
            try:
                seconds = self._within(timeout, httpcore.ConnectTimeout)
                stream = super().connect_tcp(ip, port, seconds, local_address, socket_options)
                return _TimedStream(stream, self._within)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if ip == found[-1]:
                    raise
        raise AssertionError("a name that is found has an address")

    def _check(self, addresses: Iterable[str]) -> None:
        for ip in addresses:
            if any(meant in _METADATA or meant.is_link_local for meant in _meant_by(ip)):
                raise ReadError(self._address, f"{self._host!r} is {ip}, which no document comes from - leave it out")
            if not self._limits.may_be_private and not is_public(ip):
                reason = f"{self._host!r} is {ip}, which is not on the public network"
                raise ReadError(self._address, f"{reason} - set fetch_private = true if you mean it")

    def _within(self, timeout: float | None, error: type[Exception]) -> float:
        """The seconds that something may take, at most until the deadline."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise error("the time is up")
        return left if timeout is None else min(timeout, left)


def _addresses(address: str, host: str, port: int, max_seconds: float) -> list[str]:
    """All addresses of a host, however it is written; a system that is slow to say is not waited for.

    Raises:
        ReadError: it has none, or not in time.
    """
    found: list[str] = []
    failure: list[str] = []

    def look_up() -> None:
        try:
            for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(str(place[0]))
        except (OSError, UnicodeError) as error:
            failure.append(getattr(error, "strerror", None) or str(error))

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(max_seconds)
    if looking.is_alive():
        failure.append(f"no answer within {max_seconds:g} seconds")
    if failure or not found:
        why = failure[0] if failure else "it has no address"
        raise ReadError(address, f"the host {host!r} is not known ({why}) - check its spelling, and the network")
    return list(dict.fromkeys(found))


class _TimedStream(httpcore.NetworkStream):
    """A connection on which nothing waits longer than the deadline, however slowly bytes come."""

    def __init__(self, stream: httpcore.NetworkStream, within: _Within) -> None:
        self._stream, self._within = stream, within

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._within(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._within)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
