"""Who knows a secret: names with hashed passwords or keys, and no guessing.

A secret is never kept: what stands in a file, or in the environment, is `scrypt$…`, from which it cannot be told. The
users of the chat and the keys of the server are both this.

Whoever guesses waits longer after each wrong one, but only for that name and at that address: a limit for a name or
for everybody would let a stranger shut them out.

Source: RFC 7914 (scrypt); the cost (n = 2^15, r = 8, p = 1: 32 MB, about 0.1 s) is OWASP's third choice for it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import os
import secrets
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

from rag.errors import SettingsError

__all__ = ["AccessError", "MustWaitError", "Secrets", "exposure", "hash_secret", "lines_in"]

_N, _R, _P = 2**15, 8, 1
_MAX_MEMORY = 2**27
_N_SALT = 16
_MOST_CHARACTERS = 1000  # hashing takes as long as the secret is
_FREE_FAILURES = 5
_FIRST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 900.0
_MOST_DOUBLINGS = 64
_FORGOTTEN_AFTER_SECONDS = 86_400.0
_MOST_REMEMBERED = 100_000
_N_UNKNOWN = 1024
_NETWORK_OF_ONE = 64  # bits of an IPv6 address that a provider gives to one customer


class AccessError(SettingsError):
    """Names and hashes cannot be read; the message says where, why, and what to do."""


class MustWaitError(Exception):
    """The secret was not looked at: too many were wrong for that name at that address.

    seconds: until the next one is looked at.
    """

    def __init__(self, seconds: float, *, what: str = "password") -> None:
        self.seconds = seconds
        super().__init__(f"too many wrong {what}s from this address - wait {seconds:.0f} seconds, then try again")


class _Hash(NamedTuple):
    n: int
    r: int
    p: int
    salt: bytes
    key: bytes

    def fits(self, secret: str) -> bool:
        return hmac.compare_digest(_key(secret, self.salt, n=self.n, r=self.r, p=self.p), self.key)


def hash_secret(secret: str) -> str:
    """`scrypt$n$r$p$salt$key`, another text each time; the secret cannot be told from it.

    Raises:
        AccessError: it is empty or too long.
    """
    if not 1 <= len(secret) <= _MOST_CHARACTERS:
        raise AccessError(f"cannot use a password of {len(secret)} characters - take 1 to {_MOST_CHARACTERS}")
    salt = secrets.token_bytes(_N_SALT)
    key = _key(secret, salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


class _Failures(NamedTuple):
    """Wrong secrets in a row; until a given time, no other is looked at."""

    n: int
    last: float
    closed_until: float


class Secrets:
    """Who has which secret.

    >>> known = Secrets({"anna": hash_secret("correct horse")})
    >>> known.allows("anna", "correct horse"), known.allows("anna", "wrong"), known.allows("otto", "correct horse")
    (True, False, False)
    """

    what: ClassVar[str] = "password"
    """What the secret is called."""
    who: ClassVar[str] = "user"
    """What has one."""
    maker: ClassVar[str] = "python -m ui --hash-password"
    """The command that makes a hash."""

    def __init__(self, hashes: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> None:
        """hashes: what `hash_secret` gave, by name.

        Raises:
            AccessError: there is no name, or a hash is none.
        """
        if not hashes:
            raise AccessError(f"there is no {self.who} - add a line {self.who}:HASH, HASH from `{self.maker}`")
        self._hashes = {name: self._parsed(name, text) for name, text in hashes.items()}
        self._nobody = self._parsed("", hash_secret(secrets.token_hex()))
        self._clock = clock
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(_N_SALT)
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._hashes

    def allows(self, name: str, secret: str, *, address: str = "") -> bool:
        """Whether that is the secret of that name; an unknown name takes as long as a known one.

        address: where it comes from. After five wrong ones for a name from there, each further one makes the next
            wait twice as long, up to a quarter of an hour; the right one forgives them all.

        Raises:
            MustWaitError: that wait is not over.
        """
        known = self._hashes.get(name)
        key = (name if known else self._unknown(name), _network(address))
        self._count(key)
        is_right = len(secret) <= _MOST_CHARACTERS and (known or self._nobody).fits(secret) and known is not None
        with self._lock:
            counted = self._failures.pop(key, None)
            if counted and not is_right:  # hashing took its time, which is no part of the wait
                self._failures[key] = counted._replace(closed_until=self._clock() + _wait_seconds(counted.n))
        return is_right

    def sign(self, name: str, text: str) -> str:
        """What only who has the hash could have written of the text for that name, until its secret changes."""
        return hmac.digest(self._hashes[name].key, text.encode(), "sha256").hex()

    def _count(self, key: tuple[str, str]) -> None:
        """Count a failure before the secret is looked at, or many could be tried at the same time."""
        with self._lock:
            now = self._clock()
            before = self._failures.get(key)
            if before and now < before.closed_until:
                raise MustWaitError(before.closed_until - now, what=self.what)
            n = before.n + 1 if before and now - before.last < _FORGOTTEN_AFTER_SECONDS else 1
            self._failures[key] = _Failures(n, now, now + _wait_seconds(n))
            self._failures.move_to_end(key)
            if len(self._failures) > _MOST_REMEMBERED:
                self._failures.popitem(last=False)

    def _unknown(self, name: str) -> str:
        """A key that many unknown names share: guessed names cannot fill the memory, and fare as known ones do."""
        digest = hmac.digest(self._secret, name.encode("utf-8", "surrogatepass"), "sha256")
        return f"\0{int.from_bytes(digest[:4]) % _N_UNKNOWN}"

    def _parsed(self, name: str, text: str) -> _Hash:
        try:
            scheme, n, r, p, salt, key = text.split("$")
            if scheme != "scrypt":
                raise ValueError(scheme)
            parsed = _Hash(int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(key))
            parsed.fits("")  # a cost that scrypt refuses is found now
        except (ValueError, binascii.Error, OverflowError) as error:
            raise AccessError(
                f"cannot read the {self.what} of {name!r}: it is not a hash - make one with `{self.maker}`"
            ) from error
        return parsed


def _wait_seconds(n_failures: int) -> float:
    """How long the next secret is not looked at.

    >>> [_wait_seconds(n) for n in (4, 5, 6, 7, 100)]
    [0.0, 5.0, 10.0, 20.0, 900.0]
    """
    if n_failures < _FREE_FAILURES:
        return 0.0
    n_doublings = min(n_failures - _FREE_FAILURES, _MOST_DOUBLINGS)
    return float(min(_FIRST_WAIT_SECONDS * 2**n_doublings, _LONGEST_WAIT_SECONDS))


def _network(address: str) -> str:
    """The address, or of IPv6 the network of its customer: they have 2^64 of them.

    >>> _network("192.0.2.7"), _network("2001:db8::1"), _network("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _NETWORK_OF_ONE), strict=False))


def lines_in(path: Path, *, what: str) -> Iterator[tuple[int, str]]:
    """The lines of a file of names and hashes with their numbers; blank ones and those that begin with # are left out.

    what: what the file holds, such as "users".

    Raises:
        AccessError: the file cannot be read, or everybody on this machine can write to it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise AccessError(f"cannot read {what} from {str(path)!r}: {reason} - check the path") from error
    if _mode(path) & stat.S_IWOTH:
        raise AccessError(
            f"cannot read {what} from {str(path)!r}: every user of this machine can write to it, and so let "
            f"anybody in - run `chmod 600 {path}`"
        )
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def exposure(path: Path, *, what: str = "password") -> str:
    """What to say of a file of hashes that everybody on the machine can read; empty when they cannot."""
    if not _mode(path) & stat.S_IROTH:
        return ""
    return f"every user of this machine can read {str(path)!r}, and guess at its {what}s - run `chmod 600 {path}`"


def _mode(path: Path) -> int:
    """The file's permissions; none where others have none to give, as on Windows."""
    return path.stat().st_mode if os.name == "posix" else 0


def _key(secret: str, salt: bytes, *, n: int, r: int, p: int) -> bytes:
    text = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)
