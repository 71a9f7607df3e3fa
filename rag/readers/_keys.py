"""Keys of the documents in a file that holds many: each once, and the same whenever the file is read."""

from __future__ import annotations

from rag.readers._normalisation import one_line

__all__ = ["Keys"]

MAX_KEY_CHARACTERS = 300


class Keys:
    """Gives out keys and remembers them.

    >>> keys = Keys()
    >>> keys.distinct("a", 1), keys.distinct("", 2), keys.distinct("a", 3)
    ('a', '2', 'a~2')
    """

    def __init__(self) -> None:
        self._n_by_key: dict[str, int] = {}

    def distinct(self, wanted: str, position: int) -> str:
        """The wanted key, else the position; with a number when it was given out before."""
        base = one_line(wanted)[:MAX_KEY_CHARACTERS].strip() or str(position)
        key = base
        while key in self._n_by_key:
            self._n_by_key[base] += 1
            key = f"{base}~{self._n_by_key[base]}"
        self._n_by_key[key] = 1
        return key
