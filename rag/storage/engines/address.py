"""Where a store on a server is, said as an address, and what of that may be shown: never the password."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rag.errors import StoreError

__all__ = ["expanded", "folder_of", "identity_of", "server_address", "shown", "shown_place"]

_DRIVER = "postgresql+psycopg"
_DRIVERS = frozenset({"postgres", "postgresql", _DRIVER})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://|(postgres(?:ql)?(?:\+\w+)?):/")
_EXAMPLE = "postgresql+psycopg://user@host/database"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def server_address(place: str | Path) -> URL | None:
    """The address of a store on a server; None for a folder.

    Raises:
        StoreError: it is an address that no store has; the message shows nothing of it that may be secret.
    """
    found = _SCHEME.match(str(place))
    if found is None:
        return None
    scheme = (found[1] or found[2]).lower()
    if scheme not in _DRIVERS:
        raise StoreError(f"cannot open a store at an address with {scheme!r} - name a folder, or {_EXAMPLE!r}")
    if isinstance(place, Path):
        raise StoreError("cannot open a store at an address that was made a path - give it as text")
    try:
        url = make_url(place).set(drivername=_DRIVER)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"cannot read the address of the store - write it as {_EXAMPLE!r}") from error
    if "@" in f"{url.host or ''}{url.database or ''}":
        raise StoreError(
            "cannot read the address of the store: an @ of its password is taken for the end of it - write %40, or "
            "leave the password to PGPASSWORD or PGPASSFILE"
        )
    if not url.database:
        raise StoreError(f"cannot open store {shown(url)!r}: the address names no database - write {_EXAMPLE!r}")
    return url


def expanded(place: str | Path) -> str | Path:
    """The place with the user's folder for a `~`; an address stays as it is."""
    return place if server_address(place) is not None else Path(place).expanduser()


def shown_place(place: str | Path) -> str:
    """The place for people: of an address no password."""
    url = server_address(place)
    return str(place) if url is None else shown(url)


def shown(url: URL) -> str:
    """The address for people: without the password, and without options, of which one may be secret.

    >>> shown(make_url("postgresql+psycopg://anna:secret@db.example:5433/news?sslmode=require"))
    'postgresql+psycopg://anna@db.example:5433/news'
    """
    known = URL.create(url.drivername, url.username, None, url.host, url.port, url.database)
    return known.render_as_string()


def identity_of(place: str | Path) -> str:
    """What tells a store from all others, on whatever machine and by whatever user it is used."""
    url = server_address(place)
    return str(Path(place).resolve()) if url is None else f"{url.host or ''}:{url.port or 5432}/{url.database}"


def folder_of(url: URL) -> Path:
    """The folder, in the user's own, for the files beside a store on that server."""
    identity = identity_of(url.render_as_string(hide_password=False))
    name = f"{_UNSAFE.sub('-', url.database or '')[:40]}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    return Path(platformdirs.user_data_dir("chapter-and-verse")) / "servers" / name
