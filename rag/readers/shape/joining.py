"""How a line goes on in the next: with a blank, without one, or without the hyphen at its end.

A hyphen at the end of a line goes when the document itself, or the letters beside it, say that it was not there
before.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

__all__ = ["WEAK_HYPHEN", "Join", "joined"]

WEAK_HYPHEN = "\u2010"
_LAST_PART = re.compile(r"([^\W\d_]+(?:[-’'][^\W\d_]+)*)[-\u2010]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_MIDDLE_OF_COMPOUND = re.compile(r"(?:of|to|the|in|on|and|by|or|a|up|for|at|out|off|than|as|du|de|la|le|à)-")
_SUSPENDED = frozenset(["and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "i", "и"])
# Words with which compounds begin and end. Both are asked for, because "last-ing" and "state-ment" begin so too.
_COMPOUND_STARTS = frozenset(
    [
        *("all", "best", "cross", "double", "ever", "far", "fast", "first", "four", "full", "good", "half", "hard"),
        *("high", "ill", "large", "last", "late", "left", "long", "low", "middle", "multi", "new", "non", "old", "one"),
        *("open", "post", "quasi", "real", "right", "second", "self", "semi", "short", "single", "slow", "small"),
        *("so", "soft", "state", "third", "three", "top", "two", "vice", "well", "wide", "world", "year"),
    ]
)
_COMPOUND_ENDS = frozenset(
    [
        *(
            "appointed",
            "based",
            "being",
            "called",
            "class",
            "defence",
            "defense",
            "documented",
            "established",
            "fifths",
        ),
        *("growing", "hand", "informed", "known", "lasting", "level", "line", "made", "minded", "minister", "owned"),
        *("paid", "party", "placed", "president", "profile", "quality", "range", "ranking", "rate", "run", "running"),
        *("scale", "sized", "speed", "standing", "style", "term", "thirds", "time", "trained", "wing", "world", "year"),
    ]
)
_NO_BLANK_BETWEEN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uff65\u3000-\u303f]")


class Join(NamedTuple):
    """The line as far as it stays, and what stands between it and the next."""

    before: str
    between: str


def joined(before: str, after: str, known: Counter[str]) -> Join:
    """How a line goes on in the next: with a blank, without, or without the hyphen at its end.

    >>> joined("the inter-", "national", Counter()), joined("a well-", "known man", Counter())
    (Join(before='the inter', between=''), Join(before='a well-', between=''))
    """
    if before.endswith(("-", WEAK_HYPHEN)) and not before[:-1].endswith((" ", "-")) and len(before) > 1:
        hyphenated = before[:-1].replace(WEAK_HYPHEN, "-") + "-"
        following = _FIRST_PART.match(after)
        if following and following.group().lower() in _SUSPENDED:
            return Join(hyphenated, " ")
        if _hyphen_was_there(before, after, known):
            return Join(hyphenated, "")
        return Join(hyphenated[:-1], "")
    before = before.replace(WEAK_HYPHEN, "-")
    if before.endswith(("—", "/")) and not before[:-1].endswith(" "):
        return Join(before, "")
    if _NO_BLANK_BETWEEN.match(before[-1:]) and _NO_BLANK_BETWEEN.match(after):
        return Join(before, "")
    return Join(before, " ")


def _hyphen_was_there(before: str, after: str, known: Counter[str]) -> bool:
    first, second = _LAST_PART.search(before), _FIRST_PART.match(after)
    if _MIDDLE_OF_COMPOUND.match(after):
        return True
    if first is None or second is None or not second.group()[0].islower():
        return True  # a number, a name or an address: "COVID-19", "Franco-German"
    start, end = first[1].lower(), second.group().lower()
    together, apart = known[start + end], known[f"{start}-{end}"]
    if together != apart:
        return apart > together
    if "-" in start or len(start) == 1:
        return True
    return start in _COMPOUND_STARTS and len(end) > 2 and (end in _COMPOUND_ENDS or known[end] > 0)
