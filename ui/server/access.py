"""Who may use the app: users with hashed passwords.

A password is never kept: `python -m ui --hash-password` asks for one and prints `scrypt$…`, which goes into a file of
`user:scrypt$…` lines, or with the user's name into two environment variables. How it is hashed, and what keeps people
from guessing, is `rag.serving.entry.access`, which the keys of `rag serve` share.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rag.serving.entry.access import AccessError, MustWaitError, Secrets, exposure, hash_secret, lines_in

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

hash_password = hash_secret


class Users(Secrets):
    """Who has which password.

    >>> users = Users({"anna": hash_password("correct horse")})
    >>> users.allows("anna", "correct horse"), users.allows("anna", "wrong"), users.allows("otto", "correct horse")
    (True, False, False)
    """

    @classmethod
    def of_file(cls, path: Path) -> Users:
        """The users in a file with lines `user:HASH`; blank lines and those that begin with # are left out.

        Raises:
            AccessError: the file cannot be read, or a line in it.
        """
        hashes = {}
        for number, line in lines_in(path, what="users"):
            user, colon, text = line.partition(":")
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

    def mark(self, user: str, name: str) -> str:
        """What only this app could have written beside the name for that user, until the password changes."""
        return self.sign(user, f"{user}\0{name}")
