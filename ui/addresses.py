"""Which model servers a person at the page may have this machine ask: one rule, wherever an address is given.

1. Permission: only where the page is for the person who started the app, which listens on this machine and has no
   users (`AppOptions.may_change_llm`). Everywhere else the server is the one that the app was started with.
2. This machine and private networks may be asked, as that is where model servers are; any other server only over
   https, since questions and sentences of documents go there. Never what answers for the machine itself or for no
   server at all: link-local addresses, the metadata services of clouds, multicast, unspecified and reserved ones.
3. A name stands for every address that it has at that moment.
4. A redirect is followed nowhere, and the key of the environment goes only to the address that it was configured for;
   `rag` sees to both.

Source: OWASP cheat sheet "Server-Side Request Forgery Prevention"; RFC 1918, 4193, 6598, 6890 for the ranges.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import TypeAlias
from urllib.parse import urlsplit

from ui.languages.words import _

__all__ = ["refusal"]

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEAR = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
    )
)
_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")))


def _resolved(host: str) -> Iterable[str]:
    """Every address of that name; none when it has none."""
    try:
        return {str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return ()


def refusal(api_base: str, *, resolve: Callable[[str], Iterable[str]] = _resolved) -> str:
    """Why the server at that address is not asked, as a sentence; empty when it may be.

    What is no address, or a name that nobody knows, is left to whoever tries to reach it.

    >>> refusal("http://127.0.0.1:11434/v1")
    ''
    >>> refusal("http://169.254.169.254/v1")
    'The server at 169.254.169.254 is not asked from this page. Name one on this machine or in your network.'
    """
    try:
        parts = urlsplit(api_base.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    addresses = [_unmapped(ipaddress.ip_address(address)) for address in _addresses(host, resolve)]
    if any(_is_never_asked(address) for address in addresses):
        return _(
            "The server at {host} is not asked from this page. Name one on this machine or in your network.", host=host
        )
    if parts.scheme != "https" and not all(_is_near(address) for address in addresses):
        return _(
            "The server at {host} is not in your network, and http could be read on the way. Use https.", host=host
        )
    return ""


def _addresses(host: str, resolve: Callable[[str], Iterable[str]]) -> Iterable[str]:
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return resolve(host) if host else ()


def _unmapped(address: _Address) -> _Address:
    """An IPv4 address that is written as one of IPv6, as itself."""
    return getattr(address, "ipv4_mapped", None) or address


def _is_near(address: _Address) -> bool:
    return any(address in network for network in _NEAR)


def _is_never_asked(address: _Address) -> bool:
    if address in _METADATA:
        return True
    is_special = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return is_special and not _is_near(address)
