"""Raised and lowered signs: exponents stay exponents, note marks go, and none becomes a digit of the number before it.

A reader marks what the page raises (`raised`) or lowers (`lowered`) while it gathers a line, and `resolved` decides
when the whole line is known, because "45²" is a note in a sentence and a power in a sum:

    10 with raised 6      →  10⁶       a power, a unit (km²) or a sum (5² = 25): written with the signs of Unicode
    45 with raised 2      →  45        a note mark: it points at a note, and is no word of the sentence
    21 with raised st     →  21st      letters stay as they are

The marks are noncharacters, which no text holds; what comes in is cleared of them by `resolved`.
"""

from __future__ import annotations

import re

__all__ = ["added", "lowered", "note_mark", "raised", "resolved", "without_added"]

_RAISED, _NOTE, _LOWERED, _END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_ADDED, _ADDED_END = "\ufdd4", "\ufdd5"
_MARKED = re.compile(f"[{_RAISED}{_NOTE}{_LOWERED}]([^{_RAISED}-{_END}]*){_END}")
_STRAY = re.compile(f"[{_RAISED}-{_ADDED_END}]")
_ALL_ADDED = re.compile(f"{_ADDED}[^{_ADDED_END}]*{_ADDED_END}")
_ADJACENT = re.compile(f"{_END}([ \t]*)[{_RAISED}]")

_UP = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_DOWN = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_CAN_RISE = re.compile(r"[0-9+\-−–=()ni]+")
_CAN_SINK = re.compile(r"[0-9+\-−–=()]+")
_DIGITS = re.compile(r"\d{1,4}")
_SIGNED = re.compile(r"[+\-−–]\d{1,4}")
_CHARGE = re.compile(r"\d{0,2}[+\-−–]")
_NOTE_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–−-]\s*\d{1,3})*,?")
_BRACKETED = re.compile(r"[\[(]\s*[^\s\[\]()]{1,20}(?:\s+\d+)?\s*[\])]")
_NOTE_LETTER = re.compile(r"[a-z](?:\s*,\s*[a-z])*")
_LONG_WORD = re.compile(r"[^\W\d_]{2}[a-z][.,;:]?$")
"""After which a raised letter is no ending, as it is in "XXe", "1a" and "Me"."""
_LONG_NUMBER = re.compile(r"(?:\d{3,}|\d[.,]\d+|%)$")

# Units that have powers; with "per", any of them may be one below the line.
_UNIT = re.compile(r"(?:^|[\d\s/·⋅*(.])(?:[kcdmnµμhpM]?m|ft|in|yd|mi|km|sec|s|h|min|kg|g|l|L|ha|K|C|Hz|cm|mol|Pa|px)$")
_VARIABLE = re.compile(r"(?:^|[^\w.])(?:[A-Za-zα-ωΑ-Ω]|m?c|[a-z]{1,4}\([a-z]\)|χ|sin|cos|tan|log|det|[rR]e?)$")
_TEN = re.compile(r"(?:^|[^\d.,])10$")
_TWO = re.compile(r"(?:^|[^\d.,])[12]$")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)$")
_OPERATOR_BEFORE = re.compile(r"[=+×·⋅*/÷<>≤≥≈~^−]\s*\(?[\d.,]+$")
_OPERATOR_AFTER = re.compile(r"\s*(?:[=+×·⋅*÷<>≤≥≈^−]|-\s+?\d)")
_ISOTOPE = re.compile(r"[A-Z][a-z]?(?![a-z])")
_PRICE = re.compile(r"[$£€¥]\s?\d[\d,.]*$")
_ENDS_IN_NUMBER = re.compile(r"\d$")


def raised(text: str) -> str:
    """The text marked as raised above the line."""
    return f"{_RAISED}{text}{_END}" if text else ""


def note_mark(text: str) -> str:
    """The text marked as what the file itself calls the mark of a note."""
    return f"{_NOTE}{text}{_END}" if text else ""


def lowered(text: str) -> str:
    """The text marked as lowered below the line."""
    return f"{_LOWERED}{text}{_END}" if text else ""


def added(text: str) -> str:
    """The text marked as put there from elsewhere in the file: the name of a column, or a cell that is merged."""
    return f"{_ADDED}{text}{_ADDED_END}" if text else ""


def without_added(line: str) -> str:
    """The line without what was put there from elsewhere."""
    return _ALL_ADDED.sub("", line) if _ADDED in line else line


def resolved(line: str) -> str:
    """The line with each marked piece as it is to be read.

    >>> resolved(f"10{raised('6')} litres, 45{raised('2')} in May, 3 km{raised('2')}, 21{raised('st')}")
    '10⁶ litres, 45 in May, 3 km², 21st'
    """
    if not _STRAY.search(line):
        return line
    line = _ADJACENT.sub(r"\1", line)
    pieces: list[str] = []
    position = 0
    for match in _MARKED.finditer(line):
        pieces.append(line[position : match.start()])
        before = _STRAY.sub("", "".join(pieces[-3:]))[-40:]
        after = _STRAY.sub("", line[match.end() : match.end() + 40])
        pieces.append(_written(match[0][0], match[1], before, after))
        position = match.end()
    pieces.append(line[position:])
    return _STRAY.sub("", "".join(pieces))


def _written(kind: str, text: str, before: str, after: str) -> str:
    word = text.strip()
    if not word:
        return text
    if kind == _LOWERED:
        must_sink = before[-1:].isdigit() or after[:1].isdigit()
        return word.translate(_DOWN) if must_sink and _CAN_SINK.fullmatch(word) else text
    if _BRACKETED.fullmatch(word):
        return f" {word}" if before[-1:].isdigit() else text
    stands_alone = not before or before[-1].isspace()
    if kind == _NOTE:
        return _gap(before, after) if not stands_alone else f"{word} "
    if stands_alone:
        if _DIGITS.fullmatch(word) and _ISOTOPE.match(after):
            return word.translate(_UP)
        return f"{word} " if word[-1:].isdigit() and after[:1].isalnum() else text
    if after[:1] in ("/", "⁄") and before[-1].isdigit() and _DIGITS.fullmatch(word):
        return f" {word}"
    if _is_power(word, before, after):
        return word.translate(_UP) if _CAN_RISE.fullmatch(word) else f"^{word}"
    if _NOTE_NUMBERS.fullmatch(word):
        return _gap(before, after)
    if _NOTE_LETTER.fullmatch(word) and (_LONG_NUMBER.search(before) or _LONG_WORD.search(before)):
        return _gap(before, after)
    if word[0].isdigit() and _ENDS_IN_NUMBER.search(before):
        return f"^{word}"
    return text


def _is_power(word: str, before: str, after: str) -> bool:
    """Whether a raised number counts how often, rather than points at a note."""
    if _SIGNED.fullmatch(word) or (_CHARGE.fullmatch(word) and before[-1].isalnum()):
        return True
    if before[-1].isdigit() or before[-1].isalpha() or before[-1] == ")":
        if word in ("n", "i", "k", "x", "m") and (_VARIABLE.search(before) or before[-1].isdigit()):
            return True
        if not _DIGITS.fullmatch(word):
            return False
    else:
        return False
    number = int(word)
    if _TEN.search(before):
        return number > 0
    if before[-1].isdigit():
        if _PRICE.search(before):
            return len(word) == 2
        is_sum = _OPERATOR_BEFORE.search(before) is not None or _OPERATOR_AFTER.match(after) is not None
        return is_sum or (_TWO.search(before) is not None and number > 9)
    if before[-1] == ")":
        inside = _IN_BRACKETS.search(before)
        return inside is not None and re.search(r"[^\W\d_]{3}", inside[1]) is None
    return (number <= 4 and _UNIT.search(before) is not None) or (number < 20 and _VARIABLE.search(before) is not None)


def _gap(before: str, after: str) -> str:
    """What a mark leaves: nothing, or a blank where it alone stood between two words."""
    return " " if before[-1:].isalnum() and after[:1].isalnum() else ""
