"""The date that a sentence speaks of: as it is written, as a day of the week, or that of its document.

A full day goes before a month, and that before a year; of several the first. A day or month without its year is the
one nearest to the document's date, or the next one where the sentence speaks of what is to come.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rag.language.days import days_named
from rag.language.english import MONTHS, PREPOSITIONS, WEEKDAYS, one_of
from rag.types import DateOrigin

__all__ = ["Dated", "date_of", "is_period"]


class Dated(NamedTuple):
    """The days that may be meant, first and last; `words` name them and `text` is as far as they are known."""

    first: date
    last: date
    text: str
    words: str
    origin: DateOrigin


_MONTH_BY_NAME = {name: n for n, month in enumerate(MONTHS, start=1) for name in (month, month[:3])} | {"sept": 9}
_NAMES = "|".join(sorted((name.capitalize() for name in _MONTH_BY_NAME), key=len, reverse=True))
_WEEKDAY = "|".join(day.capitalize() for day in WEEKDAYS)
_YEAR_NUMBER = r"(?:1\d{3}|20\d\d)"
_BEFORE_MONTH = one_of(PREPOSITIONS | {"this", "last", "next", "early", "late", "mid", "till"})
_BEFORE_YEAR = one_of(
    PREPOSITIONS - {"about", "over", "under", "than", "to", "at", "with", "per"} | {"early", "late", "the"}
)
_DAY = re.compile(
    rf"\b(?P<iso>{_YEAR_NUMBER}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))\b"
    rf"|(?:\b(?:{_WEEKDAY}),? )?\b(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?: of)? (?P<month>{_NAMES})\b"
    rf"(?:\.?,? (?P<year>{_YEAR_NUMBER})\b)?"
    rf"|(?:\b(?:{_WEEKDAY}),? )?\b(?P<month2>{_NAMES})\b\.? (?:the )?(?P<day2>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
    rf"(?![\d:]|[.,]\d)(?:,? (?P<year2>{_YEAR_NUMBER})\b)?"
)
_MONTH = re.compile(
    rf"\b(?P<month>{_NAMES})\b\.?,? (?:of )?(?P<year>{_YEAR_NUMBER})\b"
    rf"|\b(?i:{_BEFORE_MONTH})[ -](?P<bare>{_NAMES})\b"
    rf"(?!\.?,? (?:of )?{_YEAR_NUMBER}\b)"
)
_YEAR = re.compile(
    rf"\b(?i:{_BEFORE_YEAR}) (?P<year>{_YEAR_NUMBER})\b"
    r"(?! (?:people|crowns|pounds|euros|dollars|metres|meters|miles|kilometres|homes|jobs|men|women))"
)
_AHEAD = re.compile(
    r"\b(?:will|shall|(?:is|are) (?:to|due|set|expected|scheduled|planned|going)|plans?|would)\b"
    r"|\b(?:by|until|till|next)(?: the)?(?: end of| middle of| start of)? $"
)


def date_of(sentence: str, published: str) -> Dated | None:
    """The date of a sentence in a document of that date (ISO 8601, or empty); None when neither has one.

    >>> date_of("The bridge opens on 15 April 2026.", "2025-06-20").text
    '2026-04-15'
    >>> date_of("She spoke on Tuesday.", "2025-03-13").text
    '2025-03-11'
    >>> date_of("Work began in May 2022.", "").text, date_of("It rained.", "")
    ('2022-05', None)
    """
    today = _day(published)
    days = [*_written_days(sentence, today)]
    days.sort(key=lambda dated: dated.first == today)  # a dateline says again when its document was published
    found = next(iter(days), None) or _relative(sentence, published)
    found = found or next(_months(sentence, today), None) or next(_years(sentence), None)
    if found is None and today is not None:
        return Dated(today, today, today.isoformat(), "", DateOrigin.PUBLISHED)
    return found


def is_period(text: str) -> bool:
    """Whether it is a day, a month or a year, as "2025-03-01", "2025-03" or "2025"."""
    return len(text) in (4, 7, 10) and _day(f"{text}-01-01"[:10]) is not None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _written_days(sentence: str, today: date | None) -> Iterator[Dated]:
    for match in _DAY.finditer(sentence):
        if match["iso"]:
            day = _day(match["iso"])
        else:
            number, month = int(match["day"] or match["day2"]), match["month"] or match["month2"]
            year = match["year"] or match["year2"]
            day = _in_year(number, _MONTH_BY_NAME[month.lower()], year, today, is_ahead=_is_ahead(sentence, match))
        if day is not None:
            yield Dated(day, day, day.isoformat(), match.group().strip(), DateOrigin.WRITTEN)


def _in_year(number: int, month: int, year: str | None, today: date | None, *, is_ahead: bool) -> date | None:
    """The day; of years that may be meant the nearest to today, or the next one; None when there is no such day."""
    if year is None and today is None:
        return None
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1] if today else []
    days = [date(each, month, number) for each in years if number <= calendar.monthrange(each, month)[1]]
    if year or today is None:
        return next(iter(days), None)
    ahead = [day for day in days if day >= today] if is_ahead else []
    return min(ahead or days, key=lambda day: abs(day - today), default=None)


def _is_ahead(sentence: str, match: re.Match[str]) -> bool:
    """Whether the clause before a date speaks of what is to come."""
    clause = re.split(r"[,;:.!?“”\"]", sentence[: match.start()])[-1]
    return _AHEAD.search(clause) is not None or match.group().lower().startswith(("by ", "until ", "till ", "next "))


def _relative(sentence: str, published: str) -> Dated | None:
    for words, day in days_named(sentence, published).items():
        return Dated(day, day, day.isoformat(), words, DateOrigin.RELATIVE)
    return None


def _months(sentence: str, today: date | None) -> Iterator[Dated]:
    for match in _MONTH.finditer(sentence):
        month = _MONTH_BY_NAME[(match["month"] or match["bare"]).lower()]
        first = _in_year(1, month, match["year"], today, is_ahead=_is_ahead(sentence, match))
        if first is None:
            continue
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        yield Dated(first, last, f"{first:%Y-%m}", match.group().strip(), DateOrigin.WRITTEN)


def _years(sentence: str) -> Iterator[Dated]:
    for match in _YEAR.finditer(sentence):
        year = int(match["year"])
        yield Dated(date(year, 1, 1), date(year, 12, 31), match["year"], match["year"], DateOrigin.WRITTEN)
