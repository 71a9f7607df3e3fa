"""Who may use the app: users with hashed passwords, and no guessing.

A password is never kept: `python -m ui --hash-password` asks for one and prints `scrypt$…`, which goes into a file of
`user:scrypt$…` lines, or with the user's name into two environment variables.

Whoever guesses waits longer after each wrong password, but only for that user and at that address: a limit for a user
or for everybody would let a stranger shut them out.

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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "PASSWORD_VARIABLE",
    "USER_VARIABLE",
    "AccessError",
    "MustWaitError",
    "Users",
    "exposure",
    "hash_password",
]

USER_VARIABLE = "RAG_UI_USER"
PASSWORD_VARIABLE = "RAG_UI_PASSWORD_HASH"  # noqa: S105 - the name of a variable

_N, _R, _P = 2**15, 8, 1
_MAX_MEMORY = 2**27
_N_SALT = 16
_MAX_PASSWORD = 1000  # characters: hashing takes as long as the password is
_FREE_FAILURES = 5
_FIRST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 900.0
_MOST_DOUBLINGS = 64
_FORGOTTEN_AFTER_SECONDS = 86_400.0
_MOST_REMEMBERED = 100_000
_N_UNKNOWN = 1024
_NETWORK_OF_ONE = 64  # bits of an IPv6 address that a provider gives to one customer


class AccessError(Exception):
    """Users cannot be read; the message says where, why, and what to do."""


class MustWaitError(Exception):
    """The password was not looked at: too many were wrong for that user at that address.

    seconds: until the next one is looked at.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"too many wrong passwords from this address - wait {seconds:.0f} seconds, then try again")


class _Hash(NamedTuple):
    n: int
    r: int
    p: int
    salt: bytes
    key: bytes

    def fits(self, password: str) -> bool:
        return hmac.compare_digest(_key(password, self.salt, n=self.n, r=self.r, p=self.p), self.key)


def hash_password(password: str) -> str:
    """`scrypt$n$r$p$salt$key`, another text each time; the password cannot be told from it.

    Raises:
        AccessError: the password is empty or too long.
    """
    if not 1 <= len(password) <= _MAX_PASSWORD:
        raise AccessError(f"cannot use a password of {len(password)} characters - take 1 to {_MAX_PASSWORD}")
    salt = secrets.token_bytes(_N_SALT)
    key = _key(password, salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


class _Failures(NamedTuple):
    """Wrong passwords in a row; until a given time, no other is looked at."""

    n: int
    last: float
    closed_until: float


class Users:
    """Who has which password.

    >>> users = Users({"anna": hash_password("correct horse")})
    >>> users.allows("anna", "correct horse"), users.allows("anna", "wrong"), users.allows("otto", "correct horse")
    (True, False, False)
    """

    def __init__(self, hashes: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> None:
        """hashes: what `hash_password` gave, by user.

        Raises:
            AccessError: there is no user, or a hash is none.
        """
        if not hashes:
            raise AccessError("there is no user - add a line user:HASH, HASH from `python -m ui --hash-password`")
        self._hashes = {user: _parsed(user, text) for user, text in hashes.items()}
        self._nobody = _parsed("", hash_password(secrets.token_hex()))
        self._clock = clock
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(_N_SALT)
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    @classmethod
    def of_file(cls, path: Path) -> Users:
        """The users in a file with lines `user:HASH`; blank lines and those that begin with # are left out.

        Raises:
            AccessError: the file cannot be read, or a line in it.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise AccessError(f"cannot read users from {str(path)!r}: {reason} - check the path") from error
        if _mode(path) & stat.S_IWOTH:
            raise AccessError(
                f"cannot read users from {str(path)!r}: every user of this machine can write to it, and so let "
                f"anybody in - run `chmod 600 {path}`"
            )
        hashes = {}
        for number, line in enumerate(lines, start=1):
            if line.strip() and not line.startswith("#"):
                user, colon, text = line.strip().partition(":")
                if not user or not colon:
                    raise AccessError(f"cannot read line {number} of {str(path)!r}: it is not user:HASH - mend it")
                hashes[user] = text.strip()
        return cls(hashes)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Users | None:
        """The user that the environment names, or None when it names none.

        Raises:
            AccessError: only one of the two variables is set, or the hash is none.
        """
        user, text = environment.get(USER_VARIABLE, ""), environment.get(PASSWORD_VARIABLE, "")
        if not user and not text:
            return None
        if not user or not text:
            missing = PASSWORD_VARIABLE if user else USER_VARIABLE
            raise AccessError(f"cannot let anybody in: {missing} is not set - set both, or neither")
        return cls({user: text})

    def allows(self, user: str, password: str, *, address: str = "") -> bool:
        """Whether that is the user's password; an unknown user takes as long as a known one.

        address: where it comes from. After five wrong passwords of a user from there, each further one makes the next
            wait twice as long, up to a quarter of an hour; the right one forgives them all.

        Raises:
            MustWaitError: that wait is not over.
        """
        known = self._hashes.get(user)
        key = (user if known else self._unknown(user), _network(address))
        self._count(key)
        is_right = len(password) <= _MAX_PASSWORD and (known or self._nobody).fits(password) and known is not None
        with self._lock:
            counted = self._failures.pop(key, None)
            if counted and not is_right:  # hashing took its time, which is no part of the wait
                self._failures[key] = counted._replace(closed_until=self._clock() + _wait_seconds(counted.n))
        return is_right

    def mark(self, user: str, name: str) -> str:
        """What only this app could have written beside the name for that user, until the password changes."""
        return hmac.digest(self._hashes[user].key, f"{user}\0{name}".encode(), "sha256").hex()

    def _count(self, key: tuple[str, str]) -> None:
        """Count a failure before the password is looked at, or many could be tried at the same time."""
        with self._lock:
            now = self._clock()
            before = self._failures.get(key)
            if before and now < before.closed_until:
                raise MustWaitError(before.closed_until - now)
            n = before.n + 1 if before and now - before.last < _FORGOTTEN_AFTER_SECONDS else 1
            self._failures[key] = _Failures(n, now, now + _wait_seconds(n))
            self._failures.move_to_end(key)
            if len(self._failures) > _MOST_REMEMBERED:
                self._failures.popitem(last=False)

    def _unknown(self, user: str) -> str:
        """A key that many unknown names share: guessed names cannot fill the memory, and fare as known ones do."""
        digest = hmac.digest(self._secret, user.encode("utf-8", "surrogatepass"), "sha256")
        return f"\0{int.from_bytes(digest[:4]) % _N_UNKNOWN}"


def _wait_seconds(n_failures: int) -> float:
    """How long the next password is not looked at.

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


def exposure(path: Path) -> str:
    """What to say of a file of users that everybody on the machine can read; empty when they cannot."""
    if not _mode(path) & stat.S_IROTH:
        return ""
    return f"every user of this machine can read {str(path)!r}, and guess at its passwords - run `chmod 600 {path}`"


def _mode(path: Path) -> int:
    """The file's permissions; none where others have none to give, as on Windows."""
    return path.stat().st_mode if os.name == "posix" else 0


def _key(password: str, salt: bytes, *, n: int, r: int, p: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)


def _parsed(user: str, text: str) -> _Hash:
    try:
        scheme, n, r, p, salt, key = text.split("$")
        if scheme != "scrypt":
            raise ValueError(scheme)
        parsed = _Hash(int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(key))
        parsed.fits("")  # a cost that scrypt refuses is found now
    except (ValueError, binascii.Error, OverflowError) as error:
        raise AccessError(
            f"cannot read the password of {user!r}: it is not a hash - make one with `python -m ui --hash-password`"
        ) from error
    return parsed
