"""Another number, and another date, in place of the one that a claim has.

A changed quantity must not follow from the original: "more than 20" follows from "more than 30", and "since 2008" from
"since 2005". So a lower bound only goes up and an upper bound only down. Numbers inside names ("Super Bowl 50"),
scores, ranges, times and fractions are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from eval.mutations.lexicon import COUNTRIES, MONTHS, NUMBER_WORDS, WEEKDAYS
from eval.mutations.records import Change, FaithfulClaim, changed
from rag import Span

__all__ = ["changed_dates", "changed_numbers"]

_WORD_BY_NUMBER = {value: word for word, value in NUMBER_WORDS.items()}
_MONTH = "|".join(MONTHS)
_DIGITS = re.compile(
    r"(?<![\w.,:/–’'-])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,:/–’'-])(?<!: )\d+(?:\.\d+)?(?![\d:/–]|\.\d|,\d|[^\W_])"
)
_WORDS = re.compile(
    rf"(?<![\w-])({'|'.join(NUMBER_WORDS)})(?![\w’']|-(?!year|day|week|month|man|part|time))", re.IGNORECASE
)
_YEAR = re.compile(r"(?<![\w.,$£€#/-])(1[0-9]{3}|20[0-4][0-9])(?![\w%,/-]|\.\d| ?(?:–|--|-) ?\d)")
_YEAR_CUE = re.compile(
    rf"(?:\b(?:in|since|by|from|until|till|before|after|during|of|to|between|and|early|late|mid|summer"
    rf"|spring|autumn|fall"
    rf"|winter|the|on|around|circa|{_MONTH}|\d{{1,2}} ?,) |\(|[’']s )$",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"(?<!\w)(?:(?P<before>\d{{1,2}})(?= (?:{_MONTH})\b)|(?<=\b)(?P<month>{_MONTH}) (?P<after>\d{{1,2}})(?!\d|:))"
)
_MONTH_NAME = re.compile(rf"(?<![\w-])(?:{_MONTH})(?![\w-])")
_WEEKDAY = re.compile(rf"(?<![\w-])(?:{'|'.join(WEEKDAYS)})(?![\w-])")
_CENTURY = re.compile(r"(?<![\w-])(\d{1,2})(st|nd|rd|th)(?=[ -]century)")
_DECADE = re.compile(r"(?<![\w-])(1[0-9]{2}0|20[0-2]0)(?=’?'?s\b)")
_RISES = re.compile(
    r"(?:\b(?:at least|more than|over|above|no fewer than|no less than|up to|minimum(?: \w+){0,2} of"
    r"|exceed(?:s|ed|ing)?|after|until|till|to"
    rf"|later than|from at least) )(?:(?:{_MONTH}) |\d{{1,2}} ?, |early |late |the )*$",
    re.IGNORECASE,
)
_FALLS = re.compile(
    r"(?:\b(?:at most|less than|fewer than|under|below|no more than|maximum(?: \w+){0,2} of|within|nearly|almost|since"
    rf"|from|by|before|prior to|earlier than|as early as) )(?:(?:{_MONTH}) |\d{{1,2}} ?, |early |late |the )*$",
    re.IGNORECASE,
)
_NAMED_BY = re.compile(r"(?:[A-Z][\w’'.]*|[#§$]|[Nn]o\.|\b(?:chapter|section|page|figure|article|type|stage|number)) $")
_NOT_COUNTED = re.compile(
    r" ?(?:-? ?(?:half|halves|thirds?|quarters?|fifths|tenths|and a half)\b|: ?\d|a\.?m\b|p\.?m\b|o’?'?clock"
    r"|(?:–|--|- )|° ?)|-[A-Z\d]|th\b"
)
_SELDOM = re.compile(r"\b(?:rarely|seldom|hardly|never|not|no|without|few)\b|n[’']t\b", re.IGNORECASE)
"""What is rarely more than 20 is rarely more than 30: with these words a bound turns round."""
_ADJECTIVE = "|".join(adjective for country in COUNTRIES for adjective in country.adjectives)
_TENTHS = (13, 15, 18, 20, 25, 30, 40)
"""A higher number is the original times one of these over ten, a lower one the original over it."""


def changed_numbers(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one count or amount changed by a quarter at the least."""
    found = [
        match for match in (*_DIGITS.finditer(claim.text), *_WORDS.finditer(claim.text)) if _is_count(claim, match)
    ]
    random.shuffle(found)
    taken = _numbers(" ".join((claim.text, *claim.evidence)))
    for match in found:
        value = _value(match[0])
        rises, falls = _direction(claim.text, match)
        if not rises and not falls:
            rises, falls = True, value > 3 and _is_percent(claim.text, match)
        candidates = _other_values(value, rises=rises, falls=falls)
        if _is_percent(claim.text, match):
            candidates = [each for each in candidates if each < 100]
        candidates = [each for each in candidates if each not in taken]
        if candidates:
            yield changed(claim.text, _span(match), _written(random.choice(candidates), like=match[0]))


def changed_dates(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one year, decade, century, month, day of a month or day of the week exchanged."""
    near = " ".join((claim.text, *claim.evidence))
    edits = [
        *_changed_years(claim.text, random),
        *_changed_days(claim.text, random),
        *_changed_calendar_words(claim.text, near, random),
    ]
    random.shuffle(edits)
    for span, replacement in edits:
        if not re.search(rf"(?<!\w){re.escape(replacement)}(?!\w)", near):
            yield changed(claim.text, span, replacement)


def _changed_years(text: str, random: Random) -> Iterator[tuple[Span, str]]:
    for match in _YEAR.finditer(text):
        if _YEAR_CUE.search(text[: match.start()]):
            yield _span(match), str(int(match[0]) + _step(text, match, random))
    for match in _DECADE.finditer(text):
        yield _span(match), str(int(match[0]) + 10 * _sign(text, match, random))
    for match in _CENTURY.finditer(text):
        other = int(match[1]) + _sign(text, match, random) * random.choice((1, 2))
        if 2 <= other <= 21:
            yield _span(match), f"{other}{_ordinal_ending(other)}"


def _changed_days(text: str, random: Random) -> Iterator[tuple[Span, str]]:
    for match in _DAY.finditer(text):
        group = "before" if match["before"] else "after"
        day = int(match[group])
        others = [each for each in range(1, 29) if abs(each - day) >= 2]
        sign = _direction(text, match)
        if sign == (True, False):
            others = [each for each in others if each > day]
        elif sign == (False, True):
            others = [each for each in others if each < day]
        if day <= 31 and others:
            yield Span(start=match.start(group), end=match.end(group)), str(random.choice(others))


def _changed_calendar_words(text: str, near: str, random: Random) -> Iterator[tuple[Span, str]]:
    for match in _WEEKDAY.finditer(text):
        if not _is_part_of_name(text, match) and _direction(text, match) == (False, False):
            yield _span(match), random.choice([day for day in WEEKDAYS if day not in near])
    for match in _MONTH_NAME.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if re.match(r" [A-Z]", after):
            continue
        is_date = re.match(r" ?,? ?\d", after) or re.search(
            r"\d (?:of )?$|\b(?:[Ii]n|of|early|late|mid|[Ll]ast) $", before
        )
        if is_date and _direction(text, match) == (False, False):
            yield _span(match), random.choice([month for month in MONTHS if month not in near])


def _is_count(claim: FaithfulClaim, match: re.Match[str]) -> bool:
    text, before, after = claim.text, claim.text[: match.start()], claim.text[match.end() :]
    is_bounded = any(_direction(text, match))
    if _YEAR.fullmatch(match[0]) and (_YEAR_CUE.search(before) or not is_bounded):
        return False
    if is_bounded and _SELDOM.search(before):
        return False
    is_day = any(day.start() <= match.start() and match.end() <= day.end() for day in _DAY.finditer(text))
    is_named = bool(_NAMED_BY.search(before)) and not _starts_sentence(before)
    in_note = before.endswith(("[", "[ ", "(", "( ")) and after.lstrip().startswith(("]", ")"))
    is_range = bool(
        re.search(r"\d ?(?:-|–|--|and|to|or) ?$", before) or re.match(r" ?(?:–|--|- ?\d|to \d|or \w+|and \d)", after)
    )
    is_capital = match[0][0].isupper() and bool(before.strip())
    goes_on = re.match(rf"[ -](?:of [A-Z]|(?!(?:{_ADJECTIVE})\b)[A-Z])", after) or re.match(
        r" (?:hundred|thousand) and", after
    )
    return not (
        is_day
        or is_named
        or in_note
        or is_range
        or is_capital
        or goes_on
        or _NOT_COUNTED.match(after)
        or _value(match[0]) < 2
    )


def _starts_sentence(before: str) -> bool:
    """Whether the capitalised word just before is one only because it begins the sentence."""
    words = before.split()
    return len(words) == 1 and words[0] in ("The", "These", "All", "About", "In", "At", "For", "With", "Over", "Some")


def _other_values(value: float, *, rises: bool, falls: bool) -> list[float]:
    digits = 0 if value == int(value) else 1
    higher = [round(value * tenths / 10, digits) for tenths in _TENTHS] if rises else []
    lower = [round(value * 10 / tenths, digits) for tenths in _TENTHS] if falls else []
    far = [each for each in (*higher, *lower) if each >= 2 and not 0.8 < each / value < 1.25]
    if rises and value <= 10 and not digits:
        far += [value + 1, value + 2]
    return far


def _written(value: float, *, like: str) -> str:
    """The number in the form of another one: in words, with commas, with decimals."""
    if not like[0].isdigit():
        word = _WORD_BY_NUMBER.get(int(value), str(int(value)))
        return word.capitalize() if like[0].isupper() else word
    if value != int(value):
        return f"{value:.1f}"
    number = int(value)
    if number >= 10_000:
        number = round(number, 2 - len(str(number)))
    return f"{number:,}" if "," in like or number >= 10_000 else str(number)


def _numbers(text: str) -> set[float]:
    return {_value(match[0]) for match in (*_DIGITS.finditer(text), *_WORDS.finditer(text))}


def _value(text: str) -> float:
    return float(NUMBER_WORDS[text.lower()]) if text.lower() in NUMBER_WORDS else float(text.replace(",", ""))


def _is_percent(text: str, match: re.Match[str]) -> bool:
    return bool(re.match(r" ?(?:%|per ?cent)", text[match.end() :]))


def _direction(text: str, match: re.Match[str]) -> tuple[bool, bool]:
    """Whether the quantity may only rise, or only fall; neither when nothing bounds it."""
    before = text[: match.start()]
    rises = bool(_RISES.search(before)) or bool(re.match(r" or (?:more|over|older|later|above)\b", text[match.end() :]))
    falls = bool(_FALLS.search(before)) or bool(
        re.match(r" or (?:less|fewer|under|younger|earlier)\b", text[match.end() :])
    )
    return rises, falls


def _sign(text: str, match: re.Match[str], random: Random) -> int:
    rises, falls = _direction(text, match)
    return 1 if rises and not falls else -1 if falls and not rises else random.choice((-1, 1))


def _step(text: str, match: re.Match[str], random: Random) -> int:
    return _sign(text, match, random) * random.randint(2, 9)


def _is_part_of_name(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    follows_name = re.search(r"(?<!^On)(?<!^By)(?<!^Last)\b[A-Z]\w* $", before)
    return bool(follows_name or re.match(r" [A-Z]", after))


def _ordinal_ending(number: int) -> str:
    return "th" if 10 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _span(match: re.Match[str]) -> Span:
    return Span(start=match.start(), end=match.end())
