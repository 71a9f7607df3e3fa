"""Who may use the app: users with hashed passwords, and no guessing.

A password is never kept: `python -m ui --hash-password` asks for one and prints `scrypt$…`, which goes into a file of
`user:scrypt$…` lines, or with the user's name into two environment variables.

Source: RFC 7914 (scrypt); the cost (n = 2^15, r = 8, p = 1: 32 MB, about 0.1 s) is OWASP's third choice for it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["PASSWORD_VARIABLE", "USER_VARIABLE", "AccessError", "Users", "hash_password"]

USER_VARIABLE = "RAG_UI_USER"
PASSWORD_VARIABLE = "RAG_UI_PASSWORD_HASH"  # noqa: S105 - the name of a variable

_N, _R, _P = 2**15, 8, 1
_MAX_MEMORY = 2**27
_N_SALT = 16
_MAX_PASSWORD = 1000  # characters: hashing takes as long as the password is
_FREE_FAILURES = 5
_WAIT_SECONDS = 30.0


class AccessError(Exception):
    """Users cannot be read; the message says where, why, and what to do."""


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


class Users:
    """Who has which password. After some wrong ones in a row, everybody waits for half a minute.

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
        self._failures = 0
        self._closed_until = 0.0

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

    def allows(self, user: str, password: str) -> bool:
        """Whether that is the user's password; an unknown user takes as long as a known one."""
        with self._lock:
            if self._clock() < self._closed_until:
                return False
        known = self._hashes.get(user, self._nobody)
        is_right = len(password) <= _MAX_PASSWORD and known.fits(password) and known is not self._nobody
        with self._lock:
            self._failures = 0 if is_right else self._failures + 1
            if self._failures >= _FREE_FAILURES:
                self._closed_until = self._clock() + _WAIT_SECONDS
        return is_right


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
