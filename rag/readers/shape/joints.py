"""What stands between two lines of a paragraph: a blank, nothing, or not even the hyphen at the end of the first.

A hyphen goes when the document itself, or the letters beside it, say that it was not there before the line was broken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["JOINED_OTHERWISE", "WEAK_HYPHEN", "Join", "WordCounts", "are_without_blank", "joined"]

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
JOINED_OTHERWISE = frozenset("-\u2010—/")
"""A line that ends in none of these is joined with a blank, but for scripts that have none."""
_IN_WORDS = frozenset("-’'")
_MOST_COUNTED_ALONE = 20
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_NO_BLANK_BETWEEN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uff65\u3000-\u303f]")


class Join(NamedTuple):
    """The line as far as it stays, and what stands between it and the next."""

    before: str
    between: str


def joined(before: str, after: str, known: Mapping[str, int]) -> Join:
    """How a line goes on in the next: with a blank, without, or without the hyphen at its end.

    known: how often each word stands in the document, in small letters; 0 for others.

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
    if are_without_blank(before[-1:], after):
        return Join(before, "")
    return Join(before, " ")


def are_without_blank(sign: str, after: str) -> bool:
    """Whether no blank stands between the last sign of a line and the next line, because their script has none."""
    return _NO_BLANK_BETWEEN.match(after) is not None and _NO_BLANK_BETWEEN.match(sign) is not None


def _hyphen_was_there(before: str, after: str, known: Mapping[str, int]) -> bool:
    first, second = _LAST_PART.search(before), _FIRST_PART.match(after)
    if _MIDDLE_OF_COMPOUND.match(after):
        return True
    is_after_number = first is not None and before[: first.start()][-1:].isdigit()  # "19th-century"
    if first is None or second is None or is_after_number or not second.group()[0].islower():
        return True  # a number, a name or an address: "COVID-19", "Franco-German"
    start, end = first[1].lower(), second.group().lower()
    together, apart = known[start + end], known[f"{start}-{end}"]
    if together != apart:
        return apart > together
    if "-" in start or len(start) == 1:
        return True
    return start in _COMPOUND_STARTS and len(end) > 2 and (end in _COMPOUND_ENDS or known[end] > 0)


class WordCounts(dict[str, int]):
    """How often each word stands in a text, in small letters, counted when it is asked for.

    Few words are looked for one by one, and many by counting all.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lower = ""
        self._n_alone = _MOST_COUNTED_ALONE
        self._is_counted = False

    def __missing__(self, word: str) -> int:
        if self._is_counted:
            return 0
        if not self._lower:
            self._lower = self._text.lower()
            if "Σ" in self._text or "İ" in self._text:
                self._n_alone = 0  # their small forms depend on the place, or are longer
        if self._n_alone:
            self._n_alone -= 1
            self[word] = _count_of(word, self._lower)
        else:
            self._is_counted = True
            self.update(Counter(known.lower() for known in _WORD.findall(self._text)))
        return self.get(word, 0)


def _count_of(word: str, text: str) -> int:
    """How often a word of small letters stands in the text as one of `_WORD`'s."""
    n, start = 0, text.find(word)
    while start >= 0:
        end = start + len(word)
        before, after = text[max(0, start - 2) : start], text[end : end + 2]
        goes_on = _is_letter(after[:1]) or (after[:1] in _IN_WORDS and _is_letter(after[1:]))
        began = _is_letter(before[-1:]) or (before[-1:] in _IN_WORDS and _is_letter(before[:-1]))
        n += not goes_on and not began
        start = text.find(word, start + 1)
    return n


def _is_letter(sign: str) -> bool:
    return sign.isalnum() and not sign.isdecimal()
