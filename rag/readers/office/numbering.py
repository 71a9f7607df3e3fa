"""The numbers that Word writes before paragraphs by itself: "3.", "(a)", "Article IV"; the file does not hold them.

Source: ECMA-376 part 1, section 17.9 (numbering).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.readers._package import Element, attribute, child, children, path_to
from rag.readers.office.ooxml import Package

__all__ = ["Numbering"]

_MOST_LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


class _Level(NamedTuple):
    """How one level of a list counts: from `start`, in `kind` of number, shown as `text` ("%1.%2")."""

    start: int
    kind: str
    text: str


class Numbering:
    """Counts the numbered paragraphs of a file, in their order."""

    def __init__(self, package: Package, part: str) -> None:
        self._levels_by_abstract: dict[str, dict[int, _Level]] = {}
        self._abstract_by_number: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int]] = {}
        self._style_numbers: dict[str, tuple[str, int]] = {}
        for root in package.related(part, "numbering"):
            self._read(root)
        for root in package.related(part, "styles"):
            for style in children(root, "style"):
                properties = path_to(style, "pPr", "numPr")
                if properties is not None:
                    number, level = _number_and_level(properties)
                    self._style_numbers[attribute(style, "styleId")] = (number, level or 0)

    def _read(self, root: Element) -> None:
        for abstract in children(root, "abstractNum"):
            levels = {_whole(attribute(level, "ilvl")): _level(level) for level in children(abstract, "lvl")}
            self._levels_by_abstract[attribute(abstract, "abstractNumId")] = levels
        for number in children(root, "num"):
            own = attribute(number, "numId")
            based_on = child(number, "abstractNumId")
            self._abstract_by_number[own] = attribute(based_on, "val") if based_on is not None else ""
            for override in children(number, "lvlOverride"):
                start = child(override, "startOverride")
                if start is not None:
                    starts = self._starts.setdefault(own, {})
                    starts[_whole(attribute(override, "ilvl"))] = _whole(attribute(start, "val"))

    def before(self, paragraph: Element) -> str:
        """What Word shows before the paragraph, which is counted now; empty for a bullet, and where no number is."""
        number, level = self._place(paragraph)
        abstract = self._abstract_by_number.get(number, "")
        levels = self._levels_by_abstract.get(abstract, {})
        if number in ("", "0") or level not in levels or level >= _MOST_LEVELS:
            return ""
        # Lists of one abstract list go on with its count, but those that say where they start.
        starts = self._starts.get(number, {})
        counts = self._counts.setdefault(f"{abstract}/{number if starts else ''}", [])
        while len(counts) <= level:
            its_level = levels.get(len(counts), levels[level])
            is_new = len(counts) == level
            counts.append(starts.get(len(counts), its_level.start) - (1 if is_new else 0))
        counts[level] += 1
        del counts[level + 1 :]
        if levels[level].kind in ("bullet", "none"):
            return ""
        return "".join(_pieces(levels, counts, level)).strip()

    def _place(self, paragraph: Element) -> tuple[str, int]:
        properties = child(paragraph, "pPr")
        style = child(properties, "pStyle")
        number, level = self._style_numbers.get(attribute(style, "val") if style is not None else "", ("", 0))
        own = child(properties, "numPr")
        if own is not None:
            own_number, own_level = _number_and_level(own)
            return own_number or number, level if own_level is None else own_level
        return number, level


def _number_and_level(properties: Element) -> tuple[str, int | None]:
    number, level = child(properties, "numId"), child(properties, "ilvl")
    return (
        attribute(number, "val") if number is not None else "",
        _whole(attribute(level, "val")) if level is not None else None,
    )


def _level(level: Element) -> _Level:
    said = {name: child(level, name) for name in ("start", "numFmt", "lvlText")}
    values = {name: attribute(element, "val") if element is not None else "" for name, element in said.items()}
    return _Level(_whole(values["start"] or "1"), values["numFmt"] or "decimal", values["lvlText"])


def _pieces(levels: dict[int, _Level], counts: list[int], level: int) -> Iterator[str]:
    text = levels[level].text
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        yield text[end : match.start()]
        above = int(match[1]) - 1
        if above < len(counts):
            yield _written(counts[above], levels.get(above, levels[level]).kind)
        end = match.end()
    yield text[end:]


def _written(count: int, kind: str) -> str:
    """The number in the kind of the list; as a decimal where that is not known.

    >>> _written(4, "upperRoman"), _written(28, "lowerLetter"), _written(3, "decimalZero")
    ('IV', 'bb', '03')
    """
    if kind in ("lowerLetter", "upperLetter") and 0 < count <= 26 * 20:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < count < 4_000:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (count // value)
            count %= value
        return roman.upper() if kind == "upperRoman" else roman
    return f"{count:02}" if kind == "decimalZero" else str(count)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else 0
