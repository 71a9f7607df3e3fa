"""Texts from data as one line of Markdown that can neither change the page around it nor steer a terminal."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["as_inline", "shortened"]

N_CHARACTERS = 160
_SPECIAL = re.compile(r"([\\`*\[\]<>|])")


def shortened(text: str, n_characters: int = N_CHARACTERS) -> str:
    """The text on one line of at most so many characters, without characters that steer a terminal.

    >>> shortened("one\\n two  three", 8)
    'one two…'
    """
    line = " ".join("".join(map(_shown, text)).split())
    return line if len(line) <= n_characters else f"{line[: n_characters - 1].rstrip()}…"


def _shown(character: str) -> str:
    """Half a code point, of which web text has some, cannot be printed."""
    category = unicodedata.category(character)
    return "\ufffd" if category == "Cs" else " " if category in ("Cc", "Cf") else character


def as_inline(text: str, n_characters: int = N_CHARACTERS) -> str:
    r"""The shortened text with whatever Markdown or HTML would read as markup made plain.

    >>> print(as_inline("a | <b>"))
    a \| \<b\>
    """
    return _SPECIAL.sub(r"\\\1", shortened(text, n_characters))
