"""The check behind the login form: off the event loop, a few at a time, so that nobody who guesses keeps others out."""

from __future__ import annotations

import asyncio
from collections import Counter

from ui.languages.words import N_
from ui.server.access import MustWaitError, Users
from ui.server.shield import client_address

__all__ = ["LOGIN_MESSAGE", "Login"]

LOGIN_MESSAGE = N_("After some wrong passwords, you have to wait before the next one is looked at.")
"""What stands in the login form: it cannot show how long."""

_N_HASHED_AT_ONCE = 2
_MOST_AT_ONCE = 4


class Login:
    """Who may come in, for Gradio to ask."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._hashing = asyncio.Semaphore(_N_HASHED_AT_ONCE)
        self._n_checked: Counter[str] = Counter()

    async def allows(self, user: str, password: str) -> bool:
        """Whether that is the user's password, from the address of the request that is being answered.

        Raises:
            HTTPException: with status 400, the only one that the form shows: too many were wrong, or are being checked.
        """
        from starlette.exceptions import HTTPException

        address = client_address()
        if self._n_checked[address] >= _MOST_AT_ONCE:
            raise HTTPException(400, "too many logins at once from this address - wait a second, then try again")
        self._n_checked[address] += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(self._users.allows, user, password, address=address)
        except MustWaitError as error:
            raise HTTPException(400, str(error), {"Retry-After": str(round(error.seconds) + 1)}) from error
        finally:
            self._n_checked[address] -= 1
            if not self._n_checked[address]:
                del self._n_checked[address]
