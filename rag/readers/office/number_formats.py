"""Numbers of a spreadsheet as its cells show them: 0.031 with the format "0.0%" is "3.1%".

Understood is what changes the meaning or the digits: dates and times, decimals, thousands, per cent, currency signs and
other fixed text. Dates are written as ISO 8601, because what Excel shows depends on the language of the machine that it
runs on. Fractions, exponents and conditions show the plain number.

Source: ECMA-376 part 1, section 18.8.30 (numFmt).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

__all__ = ["BUILT_IN_FORMATS", "shown"]

BUILT_IN_FORMATS = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15), "yyyy-mm-dd"),
    16: "d-mmm",
    17: "mmm-yy",
    **dict.fromkeys((18, 20), "h:mm"),
    **dict.fromkeys((19, 21), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((37, 38), "#,##0"),
    **dict.fromkeys((39, 40), "#,##0.00"),
    **dict.fromkeys((45, 47), "mm:ss"),
    46: "[h]:mm:ss",
    **dict.fromkeys(range(27, 32), "yyyy-mm-dd"),
}

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.', re.DOTALL)
_BRACKETED_TIME = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?,]*[#0?](?:,(?=[^#0?]|$))*(?:\.[#0?]*)?,*")
_MOST_CHARACTERS = 255
_MOST_DECIMALS = 15
_CONTEXT = Context(prec=100)  # more digits than any number here has, so that rounding never fails
_FIRST_PLACEHOLDER = 0xE000
# Excel believes, as Lotus did, that 1900 was a leap year; counting from this day is right from March 1900 on.
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_LAST_DAY = 2_957_000  # in the year 9995; counted from 1904 it must still be a date


class _Section(NamedTuple):
    """How one section of a format writes a number. Without `has_digits` it writes nothing but fixed text.

    date_parts: letters of a date or time; empty for a number.
    n_optional: how many of the decimals are left out where they are zero.
    power: of ten by which the number is multiplied.
    """

    is_general: bool = False
    date_parts: str = ""
    has_digits: bool = False
    before: str = ""
    after: str = ""
    n_decimals: int = 0
    n_optional: int = 0
    has_thousands: bool = False
    power: int = 0


def shown(value: str, number_format: str, *, is_1904: bool = False) -> str:
    """The number, written as in the file, as a cell of that format shows it; itself when it is no number.

    >>> shown("0.031", "0.0%"), shown("-1234.5", '#,##0.00 "€"'), shown("45728", "dd/mm/yy"), shown("0.1", "")
    ('3.1%', '-1,234.50 €', '2025-03-12', '0.1')
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return value
    sections = _sections(number_format)
    has_own_sign = number < 0 and len(sections) > 1
    section = sections[1] if has_own_sign else sections[2] if number == 0 and len(sections) > 2 else sections[0]
    if section.is_general:
        return _plain(number)
    if section.date_parts:
        return _date(number, section.date_parts, is_1904=is_1904)
    return _number(number, section, has_own_sign=has_own_sign)


@lru_cache(maxsize=1_000)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """The parts for positive numbers, negative numbers and zero; a semicolon in quotes separates nothing."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format[:_MOST_CHARACTERS])
    return tuple(map(_section, parts))


def _section(text: str) -> _Section:
    letters = _LITERAL.sub("", _BRACKETED_TIME.sub(r"\1", text))
    letters = re.sub(r"am/pm|a/p", "", letters, flags=re.IGNORECASE).lower()
    if letters.strip() == "general" or not text or "@" in letters:
        return _Section(is_general=True)
    if re.search("[ymdhs]", letters):
        return _Section(date_parts=letters)
    if re.search(r"e[+-]|/", letters):
        return _Section(is_general=True)
    # A placeholder stands for each piece of fixed text, which may hold digits of its own.
    literals: list[str] = []

    def kept(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return chr(_FIRST_PLACEHOLDER + len(literals) - 1)

    pattern = _LITERAL.sub(kept, text)
    text_by_placeholder = {_FIRST_PLACEHOLDER + i: literal for i, literal in enumerate(literals)}
    digits = _DIGITS.search(pattern)
    if digits is None:
        return _Section(before=pattern.translate(text_by_placeholder).strip())
    core = digits[0].rstrip(",")
    whole, _, decimals = core.partition(".")
    return _Section(
        has_digits=True,
        before=pattern[: digits.start()].translate(text_by_placeholder),
        after=pattern[digits.end() :].translate(text_by_placeholder),
        n_decimals=min(len(decimals), _MOST_DECIMALS),
        n_optional=len(decimals) - len(decimals.rstrip("#")),
        has_thousands="," in whole,
        power=2 * pattern.count("%") - 3 * (len(digits[0]) - len(core)),
    )


def _plain(number: Decimal) -> str:
    """As Excel's General: at most 15 digits, which hides what binary fractions add, and no zeros at the end."""
    text = f"{float(number):.15g}"
    return text if "e" not in text else f"{number.normalize():f}" if abs(number.adjusted()) < 21 else text


def _date(number: Decimal, letters: str, *, is_1904: bool) -> str:
    if not 0 <= number < _LAST_DAY:
        return _plain(number)
    n_seconds = round(float(number) * 86_400)
    has_time = "h" in letters or "s" in letters
    if "y" in letters or "d" in letters or not has_time:
        moment = (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(seconds=n_seconds)
        time = " %H:%M:%S" if "s" in letters else " %H:%M"
        return moment.strftime("%Y-%m-%d" + time * has_time)
    hours, seconds = divmod(n_seconds, 3600)
    text = f"{hours:02}:{seconds // 60:02}"
    return f"{text}:{seconds % 60:02}" if "s" in letters else text


def _number(number: Decimal, section: _Section, *, has_own_sign: bool) -> str:
    if not section.has_digits:
        return section.before or _plain(number)
    rounded = (
        abs(number).scaleb(section.power).quantize(Decimal(1).scaleb(-section.n_decimals), ROUND_HALF_UP, _CONTEXT)
    )
    text = f"{rounded:,f}" if section.has_thousands else f"{rounded:f}"
    if section.n_optional and "." in text:
        n_zeros = len(text) - len(text.rstrip("0"))
        text = text[: len(text) - min(section.n_optional, n_zeros)].rstrip(".")
    sign = "-" if number < 0 and rounded and not has_own_sign else ""
    return f"{sign}{section.before}{text}{section.after}".strip()
