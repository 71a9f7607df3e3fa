"""Dates as parts that compare: "1 April 2025", "April 1st, 2025" and "2025-04-01" are day 1, month 4, year 2025.

A claim may leave parts out; what it says has to be in the evidence. Words such as "yesterday" and "last week" stay
words: what day they mean is not in the sentence.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.checking.lexicon import word_set

__all__ = ["DateParts", "date_at"]


class DateParts(NamedTuple):
    """The parts of a date as keys, from the day to the year, and how many words they take."""

    keys: tuple[str, ...]
    n_words: int


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon mondays", "tuesday tue tues tuesdays", "wednesday wed wednesdays",
            "thursday thu thurs thursdays", "friday fri fridays", "saturday sat saturdays", "sunday sun sundays",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"1\d{3}$|20\d\d$")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(am|pm)?$")
_AMBIGUOUS = frozenset({"may", "march", "mar", "sun", "mon", "sat", "wed", "jan", "dec"})
_BEFORE_MONTH = word_set("in since until till of early late mid last next this by from to through during and for")


def date_at(words: list[str], position: int, *, capitalised: bool) -> DateParts | None:
    """The date that begins at `position` in words in lower case; None when none does.

    capitalised: whether the word there has a capital, without which "may" and "march" are no months.

    >>> date_at("april 1st , 2025".split(), 0, capitalised=True)
    DateParts(keys=('day:1', 'month:4', 'n:2025'), n_words=4)
    >>> date_at("1st of april".split(), 0, capitalised=False)
    DateParts(keys=('day:1', 'month:4'), n_words=3)
    """
    word = words[position]
    iso = _ISO.match(word)
    if iso:
        return DateParts((f"day:{int(iso[3])}", f"month:{int(iso[2])}", f"n:{int(iso[1])}"), 1)
    if word in _WEEKDAYS and capitalised and word not in ("sun", "mon", "sat", "wed"):
        return DateParts((f"weekday:{_WEEKDAYS[word]}",), 1)
    if word in _MONTHS and capitalised:
        return _month_first(words, position)
    day = _DAY.match(word)
    if day:
        end = position + 1
        if words[end : end + 1] == ["of"]:
            end += 1
        if end < len(words) and words[end] in _MONTHS:
            keys, end = _with_year(words, end + 1)
            return DateParts(
                (f"day:{int(day[1])}", f"month:{_MONTHS[_month_of(words, position)]}", *keys), end - position
            )
    return _time_at(words, position)


def _month_of(words: list[str], position: int) -> str:
    return words[position + 1] if words[position + 1] in _MONTHS else words[position + 2]


def _month_first(words: list[str], position: int) -> DateParts | None:
    """ "April", "April 2025", "April 1", "April the 1st, 2025"."""
    month = f"month:{_MONTHS[words[position]]}"
    end = position + 1
    if words[end : end + 1] == ["."]:
        end += 1
    if words[end : end + 1] == ["the"]:
        end += 1
    day = _DAY.match(words[end]) if end < len(words) else None
    if day:
        keys, end = _with_year(words, end + 1)
        return DateParts((f"day:{int(day[1])}", month, *keys), end - position)
    keys, after = _with_year(words, position + 1)
    before = words[position - 1] if position else ""
    if words[position] in _AMBIGUOUS and not keys and before not in _BEFORE_MONTH:
        return None
    return DateParts((month, *keys), after - position)


def _with_year(words: list[str], position: int) -> tuple[tuple[str, ...], int]:
    """The year at `position`, after a comma or "of" if one is there, and where it ends."""
    at = position + 1 if words[position : position + 1] in ([","], ["of"]) else position
    if at < len(words) and _YEAR.match(words[at]):
        return (f"n:{words[at]}",), at + 1
    return (), position


def _time_at(words: list[str], position: int) -> DateParts | None:
    """ "3pm", "3 p.m.", "15:00"."""
    written = _TIME.match(words[position])
    if not written:
        return None
    hour, minute, half = int(written[1]), int(written[2] or 0), written[3] or ""
    end = position + 1
    if not half and end < len(words) and words[end].replace(".", "") in ("am", "pm"):
        half = words[end].replace(".", "")
        end += 1
    if not half and ":" not in words[position]:
        return None
    if half == "pm" and hour < 12:
        hour += 12
    return DateParts((f"time:{hour % 24}:{minute:02d}",), end - position)
