"""What the server is told when it starts, and what no request can change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from rag.errors import SettingsError
from rag.serving.entry.keys import Keys, Right

__all__ = ["CALLBACK", "LOGIN", "LOOPBACK_HOSTS", "Address", "Limits", "Provider", "ServeOptions", "is_loopback"]

LOGIN, CALLBACK = "/login", "/login/callback"
"""Where a browser begins a login, and where the provider sends it back to."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Address(NamedTuple):
    """Where the server listens; port 0 for any that is free."""

    host: str
    port: int


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("[::1]")
    (True, True, False, True)
    """
    return host.strip("[]").lower() in LOOPBACK_HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one client may ask for.

    requests_a_minute: of a key, or without keys of an address; 0 for any number. They may come at once.
    max_upload_bytes: largest request to `POST /v1/documents`. max_body_bytes: largest of all others.
    stop_seconds: how long requests may go on when the server ends.
    """

    requests_a_minute: int = 600
    max_upload_bytes: int = 100_000_000
    max_body_bytes: int = 1_000_000
    stop_seconds: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider of OpenID Connect, who says who somebody is.

    issuer: its address, as its tokens name it. public_url: the address of this server, as browsers know it.
    client_id, client_secret: what it knows this server by; no secret for a public client.
    claim: what of a token is the name of the user; nobody else may be able to choose it.
    rights: what its users may do.
    """

    issuer: str
    public_url: str
    client_id: str
    client_secret: str = ""
    claim: str = "email"
    rights: frozenset[Right] = frozenset({Right.READ, Right.ASK})

    def __post_init__(self) -> None:
        for url in (self.issuer, self.public_url):
            parts = urlsplit(url)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
            if not is_safe or not parts.hostname:
                raise SettingsError(f"cannot log in by {url!r}: it is no https address - give one")
        if not self.client_id:
            raise SettingsError(
                f"cannot log in at {self.issuer!r}: it knows no server without a name - give its client"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What the server is told when it starts, and what no request can change.

    keys, provider: who may come in, by a key or by a login; None of both for whoever reaches it, which is this machine
        alone.
    folder: what `POST /v1/documents/sync` reads; None when nothing may be read.
    has_common: whether what is in no notebook, and was handed over by nobody, is for every key.
    origins: sites whose pages may send requests from a browser, such as "https://chat.example.org".
    n_workers: processes that answer at the port, at least 1.
    """

    address: Address
    keys: Keys | None = None
    provider: Provider | None = None
    folder: Path | None = None
    has_common: bool = False
    origins: tuple[str, ...] = ()
    limits: Limits = Limits()
    n_workers: int = 1

    def __post_init__(self) -> None:
        if self.n_workers > 1 and self.provider is not None:
            raise SettingsError(
                f"cannot answer logins by {self.n_workers} workers: only the one that began a session knows it - give "
                "keys, or leave --workers out"
            )
        if not self.has_users and not is_loopback(self.address.host):
            raise SettingsError(
                f"cannot listen on {self.address.host!r} without keys: everybody in that network could read your "
                "documents - give --keys FILE (`rag serve --hash-key NAME` makes a line of it)"
            )

    @property
    def has_users(self) -> bool:
        """Whether only those come in who are known."""
        return self.keys is not None or self.provider is not None

    @property
    def hosts(self) -> frozenset[str]:
        """Names under which the server may be asked for; none for any, where keys protect it."""
        return LOOPBACK_HOSTS if is_loopback(self.address.host) else frozenset()
