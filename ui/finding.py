"""Words looked for in a document: where they stand, whatever their capitals, accents, quotation marks and blanks are.

They are looked for in a copy with a sign for each sign of the text, so that what is found is a place in the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag import Span

__all__ = ["MOST_FOUND", "found_in"]

MOST_FOUND = 9_999
"""Places that are counted; nobody goes through more."""
_LONGEST = 200
_SAME = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—−", '\'\'\'\'""""""------')


def found_in(text: str, words: str) -> list[Span]:
    """The places of the words, in order, none of them over another; at most `MOST_FOUND`.

    >>> found_in("A café. The  CAFÉ’s end.", "cafe's")
    [Span(start=13, end=19)]
    """
    wanted = _folded(unicodedata.normalize("NFC", words[:_LONGEST])).split()
    if not wanted:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, wanted)))
    found = []
    for match in pattern.finditer(_folded(text)):
        found.append(Span(start=match.start(), end=match.end()))
        if len(found) == MOST_FOUND:
            break
    return found


@lru_cache(maxsize=4)
def _folded(text: str) -> str:
    """The text in small letters without accents, sign for sign."""
    if text.isascii():
        return text.lower()
    plain = {ord(sign): _plain(sign) for sign in set(text)}
    return text.translate(plain)


def _plain(sign: str) -> str:
    """The sign that stands for it: its small letter without accents, where that is one sign."""
    sign = sign.translate(_SAME)
    parts = unicodedata.normalize("NFD", sign)
    base = parts[0] if all(map(unicodedata.combining, parts[1:])) else sign  # the parts of Hangul are letters
    for folded in (base.casefold(), base.lower()):
        if len(folded) == 1:
            return folded
    return sign
