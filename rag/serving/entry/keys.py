"""Keys of the server: who holds one, and what each may do.

A key is `NAME.SECRET`, so that one hash is enough to look at it; the file of keys has a line `NAME:HASH:SCOPES` for
each. Hashing is slow on purpose, and a program sends its key with every request: a key that was right is remembered, as
a digest that only this process can make.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, NamedTuple

from rag.serving.entry.access import AccessError, Secrets, hash_secret, lines_in

__all__ = ["HOLDER", "Holder", "Keys", "Right", "make_key", "rights_in"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_N_SECRET = 32
_USUAL = "read,ask"


class Right(StrEnum):
    """What a key may do; each has to be named, and only `admin` stands for all."""

    READ = "read"
    """Search, and read documents and their texts."""
    ASK = "ask"
    """Ask questions, and have claims checked."""
    WRITE = "write"
    """Add and delete documents, and keep notebooks."""
    ADMIN = "admin"
    """Everything, with what belongs to others, following the folder and reading the metrics."""


HOLDER = "rag.holder"
"""Under which the scope of a request holds who sends it; not there without keys."""


class Holder(NamedTuple):
    """Who sends a request, and what he may do."""

    name: str
    rights: frozenset[Right]

    @property
    def user(self) -> str:
        """Whose notebooks and answers are his: capitals make no other user."""
        return self.name.casefold()

    @property
    def sees_all(self) -> bool:
        """Whether he keeps the store, and sees what belongs to others."""
        return Right.ADMIN in self.rights

    def may(self, right: Right) -> bool:
        """Whether that is allowed.

        >>> (
        ...     Holder("anna", frozenset({Right.READ})).may(Right.ASK),
        ...     Holder("otto", frozenset({Right.ADMIN})).may(Right.ASK),
        ... )
        (False, True)
        """
        return right in self.rights or Right.ADMIN in self.rights


class Keys(Secrets):
    """The keys that open the server."""

    what: ClassVar[str] = "key"
    who: ClassVar[str] = "NAME"
    maker: ClassVar[str] = "rag serve --hash-key NAME"

    def __init__(self, hashes: Mapping[str, str], rights: Mapping[str, frozenset[Right]]) -> None:
        """hashes, rights: of each name.

        Raises:
            AccessError: there is no name, or a hash is none.
        """
        super().__init__(hashes)
        self._rights = dict(rights)
        self._blind = secrets.token_bytes(32)
        self._known: dict[bytes, Holder] = {}

    @classmethod
    def of_file(cls, path: Path) -> Keys:
        """The keys of a file with lines `NAME:HASH:SCOPES`; blank lines and those that begin with # are left out.

        Raises:
            AccessError: the file cannot be read, or a line in it.
        """
        hashes: dict[str, str] = {}
        rights: dict[str, frozenset[Right]] = {}
        for number, line in lines_in(path, what="keys"):
            where = f"line {number} of {str(path)!r}"
            parts = line.split(":")
            if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
                raise AccessError(f"cannot read {where}: it is not NAME:HASH:SCOPES - mend it")
            if parts[0].casefold() in map(str.casefold, hashes):
                raise AccessError(f"cannot read {where}: {parts[0]!r} has a line already - leave one of them out")
            hashes[parts[0]] = parts[1].strip()
            rights[parts[0]] = rights_in(parts[2], where=where)
        return cls(hashes, rights)

    def remembered(self, key: str) -> Holder | None:
        """Whose key it is, when it was looked at before and was right; None when it has to be looked at."""
        return self._known.get(self._digest(key))

    def holder(self, key: str, *, address: str) -> Holder | None:
        """Whose key it is; None when it is nobody's. Takes a tenth of a second.

        Raises:
            MustWaitError: too many were wrong for that name at that address.
        """
        name, _, secret = key.partition(".")
        if not self.allows(name, secret, address=address):
            return None
        holder = Holder(name, self._rights[name])
        self._known[self._digest(key)] = holder
        return holder

    def _digest(self, key: str) -> bytes:
        return hmac.digest(self._blind, key.encode("utf-8", "surrogatepass"), "sha256")


def make_key(name: str) -> tuple[str, str]:
    """A new key, and the line of the file that lets it in.

    Raises:
        AccessError: the name cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise AccessError(f"cannot make a key for {name!r}: a name is 1 to 64 letters, digits, - or _ - choose another")
    secret = secrets.token_urlsafe(_N_SECRET)
    return f"{name}.{secret}", f"{name}:{hash_secret(secret)}:{_USUAL}"


def rights_in(text: str, *, where: str) -> frozenset[Right]:
    """The rights that a text such as "read,ask" names.

    where: what holds it, for the message.

    Raises:
        AccessError: one of them is none.
    """
    try:
        return frozenset(Right(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise AccessError(f"cannot read {where}: {error} - write some of {', '.join(Right)}") from error
