"""Numbers and dates as values: "20 per cent" and "twenty percent" are one, and "$1.5m" is "1,500,000 dollars".

A bound belongs to its number ("more than 20" is not "20"). Years and days are numbers too, so what is written like a
date is read first, as parts that compare: "1 April 2025", "April 1st, 2025" and "2025-04-01" are day 1, month 4, year
2025. A claim may leave parts out; what it says has to be in the evidence. Words such as "yesterday" and "last week"
stay words: what day they mean is not in the sentence.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.language.english import MONTHS, TENS, UNITS, WEEKDAYS, word_list, word_set

__all__ = ["BOUNDS", "DateParts", "Quantity", "bound_before", "date_at", "quantity_at"]


class DateParts(NamedTuple):
    """The parts of a date as keys, from the day to the year, and how many words they take."""

    keys: tuple[str, ...]
    n_words: int


_MONTHS = {name: n for n, month in enumerate(MONTHS, start=1) for name in (month, month[:3])} | {"sept": 9}
_WEEKDAYS = {name: n for n, day in enumerate(WEEKDAYS, start=1) for name in (day, day[:3], f"{day}s")} | {
    "tues": 2,
    "thurs": 4,
}
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


class Quantity(NamedTuple):
    """A number read from words: `key` is equal for equal quantities, `n_words` is how many words it takes."""

    key: str
    unit: str
    n_words: int


_UNITS = {word: value for value, word in enumerate(UNITS)}
_TENS = {word: 10 * value for value, word in enumerate(TENS, start=2)}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        word_list(
            """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
        ),
        start=1,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}
_N_DIGITS = 15
"""Longer numbers compare as written: a float would make different ones equal."""
_MULTIPLES = {"dozen": 12.0, "once": 1.0, "twice": 2.0, "thrice": 3.0, "half": 0.5, "double": 2.0, "triple": 3.0}
_NUMBER = re.compile(r"(?P<money>us\$|[$€£¥])?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>k|mn|m|bn|b|tn)?(?P<percent>%)?$")
_ORDINAL = re.compile(r"(\d[\d,]*)(st|nd|rd|th)$")
_DECADE = re.compile(r"(?:(\d\d))?(\d0)s$")
_MONEY = {"us$": "$", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pounds": "£", "yen": "¥"}
BOUNDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("no", "more", "than"), "≤"), (("no", "fewer", "than"), "≥"), (("no", "less", "than"), "≥"),
    (("not", "more", "than"), "≤"), (("not", "less", "than"), "≥"), (("a", "maximum", "of"), "≤"),
    (("a", "minimum", "of"), "≥"), (("upwards", "of"), ">"), (("more", "than"), ">"), (("greater", "than"), ">"),
    (("higher", "than"), ">"), (("less", "than"), "<"), (("fewer", "than"), "<"), (("lower", "than"), "<"),
    (("up", "to"), "≤"), (("as", "many", "as"), "≤"), (("as", "much", "as"), "≤"), (("at", "least"), "≥"),
    (("at", "most"), "≤"), (("close", "to"), "~"), (("well", "over"), ">"), (("just", "over"), ">"), (("over",), ">"),
    (("above",), ">"), (("exceeding",), ">"), (("exceeded",), ">"), (("exceeds",), ">"), (("below",), "<"),
    (("under",), "<"), (("minimum",), "≥"), (("maximum",), "≤"), (("nearly",), "~<"), (("almost",), "~<"),
    (("about",), "~"), (("around",), "~"), (("some",), "~"), (("roughly",), "~"), (("approximately",), "~"),
    (("an", "estimated"), "~"), (("estimated",), "~"), (("circa",), "~"), (("approx",), "~"), (("only",), "="),
    (("exactly",), "="), (("precisely",), "="),
)  # fmt: skip
"""Words before a number → how they bound it."""


def bound_before(words: list[str], position: int) -> str:
    """How the words in front of `position` bound the number there: one of > ≥ < ≤ ~ ~<, or "=" for none.

    >>> bound_before("rose by more than 20".split(), 4)
    '>'
    """
    for phrase, bound in BOUNDS:
        if tuple(words[max(0, position - len(phrase)) : position]) == phrase:
            return bound
    return "="


def quantity_at(words: list[str], position: int) -> Quantity | None:
    """The quantity that begins at `position` in words in lower case; None when no number stands there.

    >>> quantity_at("twenty - five per cent".split(), 0)
    Quantity(key='n:25', unit='%', n_words=5)
    >>> quantity_at(["$1.5", "million"], 0) == quantity_at(["1,500,000", "dollars"], 0)._replace(n_words=2)
    True
    """
    word = words[position]
    decade = _DECADE.match(word)
    if decade:
        return Quantity(f"decade:{decade[1] or 19}{decade[2]}", "", 1)
    ordinal = _ORDINAL.match(word)
    if ordinal:
        return Quantity(f"o:{int(ordinal[1].replace(',', ''))}", "", 1)
    if word in _ORDINALS:
        return Quantity(f"o:{_ORDINALS[word]}", "", 1)
    written = _NUMBER.match(word)
    if written:
        return _in_digits(words, position, written)
    return _in_words(words, position)


def _in_digits(words: list[str], position: int, written: re.Match[str]) -> Quantity:
    digits = written["number"].replace(",", "")
    end = position + 1
    if len(digits) > _N_DIGITS:
        return Quantity(f"n:{digits}", written["money"] or "", 1)
    value = float(digits)
    if written["scale"]:
        value *= _SHORT_SCALES[written["scale"]]
    elif end < len(words) and (words[end] in _SCALES or words[end] in ("m", "bn", "tn")):
        value *= _SCALES.get(words[end]) or _SHORT_SCALES[words[end]]
        end += 1
    return _with_unit(words, position, end, value=value, unit="%" if written["percent"] else written["money"] or "")


def _in_words(words: list[str], position: int) -> Quantity | None:
    """The number that words such as "two hundred and five" or "a dozen" spell."""
    word, end = words[position], position + 1
    total, current = 0.0, 0.0
    if word in ("a", "an") and end < len(words) and (words[end] in _SCALES or words[end] == "dozen"):
        current = 1.0
    elif word in _MULTIPLES:
        return Quantity(f"n:{_MULTIPLES[word]:.12g}", "", 1)
    elif word in _UNITS or word in _TENS:
        current = float(_UNITS.get(word, 0) or _TENS.get(word, 0))
    else:
        return None
    previous = word
    while end < len(words):
        word = words[end]
        following = words[end + 1] if end + 1 < len(words) else ""
        if word in ("-", "and") and (following in _UNITS or following in _TENS or following in _ORDINALS):
            joins_tens = word == "-" and previous in _TENS and (following in _UNITS or following in _ORDINALS)
            joins_hundreds = word == "and" and previous in _SCALES
            if not (joins_tens or joins_hundreds):
                break
        elif word in _SCALES and word == "hundred":
            current *= 100
        elif word in _SCALES:
            total, current = total + current * _SCALES[word], 0.0
        elif word == "dozen":
            current *= 12
        elif word in _ORDINALS and previous in (*_TENS, "-") and _ORDINALS[word] < 10:
            return Quantity(f"o:{total + current + _ORDINALS[word]:.12g}", "", end + 1 - position)
        elif (word in _UNITS and previous in (*_SCALES, *_TENS, "-", "and")) or (
            word in _TENS and previous in (*_SCALES, "and")
        ):
            current += _UNITS.get(word, 0) or _TENS.get(word, 0)
        else:
            break
        previous = word
        end += 1
    return _with_unit(words, position, end, value=total + current, unit="")


def _with_unit(words: list[str], position: int, end: int, *, value: float, unit: str) -> Quantity:
    """The quantity with what says its unit after it: %, per cent, dollars."""
    unit = _MONEY.get(unit, unit)
    following = words[end] if end < len(words) else ""
    if following == "us" and end + 1 < len(words) and words[end + 1] in ("dollar", "dollars"):
        following, end = words[end + 1], end + 1
    if following in ("%", "percent"):
        unit, end = "%", end + 1
    elif [following, *words[end + 1 : end + 2]] in (["per", "cent"], ["-", "percent"]):
        unit, end = "%", end + 2
    elif following in _MONEY and unit in ("", _MONEY[following]):
        unit, end = _MONEY[following], end + 1
    return Quantity(f"n:{value:.12g}", unit, end - position)
