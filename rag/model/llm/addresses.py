"""Addresses of model servers: whether two are the same place, and so whether a key may go there.

A key belongs to the address that it was configured for. Whoever can name another address, such as a person at a web
page, must not be able to have the key sent there.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["is_same_base"]

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
