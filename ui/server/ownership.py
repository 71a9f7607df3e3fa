"""What belongs to which user: sessions, events and answers.

Their names are long and random, but a name can be seen over a shoulder, in a log or in a browser that two people use;
so it opens nothing to another user. Without users, all that reach the app are the one person who started it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict

from ui.server.access import Users

__all__ = ["Ownership"]

_MOST_NAMES = 2_000
"""Names remembered for a user; whoever makes more loses his own oldest ones, and nobody else's."""


class Ownership:
    """Who may use which name; `users` is None when there are none, and everything is allowed.

    >>> from ui.server.access import hash_password
    >>> ownership = Ownership(Users({"anna": hash_password("a"), "otto": hash_password("b")}))
    >>> ownership.claim("anna", "session"), ownership.claim("anna", "session"), ownership.claim("otto", "session")
    (True, True, False)
    """

    def __init__(self, users: Users | None = None) -> None:
        self._users = users
        self._lock = threading.Lock()
        self._owner_by_name: dict[str, str] = {}
        self._names_by_user: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)

    def claim(self, user: str, *names: str) -> bool:
        """Whether the names are that user's, as those become that are nobody's, if none is another's."""
        if self._users is None:
            return True
        with self._lock:
            if any(self._owner_by_name.get(name, user) != user for name in names):
                return False
            own = self._names_by_user[user]
            for name in names:
                self._owner_by_name[name] = user
                own[name] = None
                own.move_to_end(name)
            while len(own) > _MOST_NAMES:
                del self._owner_by_name[own.popitem(last=False)[0]]
            return True

    def is_of(self, user: str, name: str) -> bool:
        """Whether the name is known to be that user's."""
        return self._users is None or self._owner_by_name.get(name) == user

    def mark(self, user: str, answer_id: str) -> str:
        """What a browser keeps beside the id of an answer, to show later whose it is; empty without users."""
        return "" if self._users is None else self._users.mark(user, answer_id)
