"""Running headers, footers and page numbers: what stands at the edge of a page because it is a page.

A line goes when it stands apart from the text, at the edge, and a page near by has the same line in the same place, or
the same but for a number that counts the pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.readers.pdf.layout import Segment, rows
from rag.readers.pdf.words import Page

__all__ = ["without_frame"]

_EDGE = 0.15
"""The share of the page's height, at the top and at the bottom, in which a frame may stand."""
_N_EDGE_ROWS = 3
_SMALLEST_GAP = 0.5
"""In font sizes: how far the frame stands from the text at least."""
_SAME_PLACE_POINTS = 4.0
_REACH_PAGES = 2
"""Left and right pages may have frames of their own."""

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(?=[ivxlc])(?:x[cl]|l?x{0,3})?(?:i[xv]|v?i{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE_NUMBER = re.compile(
    r"[\[(|–—-]?\s*(?:page|seite|p\.|página|pagina|strona|с\.|стр\.)?\s*(\d{1,5})(?:\s*(?:/|of|von|de|sur|di|z|из)\s*\d{1,5})?"
    r"\s*[\])|–—-]?",
    re.IGNORECASE,
)


class _EdgeLine(NamedTuple):
    """A line that may belong to the frame.

    place: its distance from the top, in points. is_all: whether all lines of the page stand together with it.
    """

    text: str
    numbers: tuple[int, ...]
    pattern: str
    is_top: bool
    place: float
    members: tuple[Segment, ...]
    is_all: bool = False


def without_frame(pages: Sequence[Page], segments: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The segments of each page that are no frame, in the order in which they came."""
    edge_lines = [_edge_lines(page, found) for page, found in zip(pages, segments, strict=True)]
    kept = []
    for i, (page, found) in enumerate(zip(pages, segments, strict=True)):
        near = [
            (j - i, line)
            for j in range(max(0, i - _REACH_PAGES), min(len(pages), i + _REACH_PAGES + 1))
            if j != i
            for line in edge_lines[j]
        ]
        frame = {
            id(segment) for line in edge_lines[i] if _is_frame(line, near, page.number) for segment in line.members
        }
        kept.append([segment for segment in found if id(segment) not in frame])
    return kept


def _edge_lines(page: Page, found: Sequence[Segment]) -> list[_EdgeLine]:
    lines = rows([segment for segment in found if segment.is_upright])
    return [
        *_from_the_edge(lines, page.height, is_top=True),
        *_from_the_edge(lines[::-1], page.height, is_top=False),
    ]


def _from_the_edge(lines: Sequence[list[Segment]], height: float, *, is_top: bool) -> list[_EdgeLine]:
    """The lines from the edge to the first gap, when they are few."""
    block: list[_EdgeLine] = []
    for row, following in zip(lines[:_N_EDGE_ROWS], [*lines[1:], None], strict=False):
        top, bottom = min(segment.top for segment in row), max(segment.bottom for segment in row)
        if (bottom > height * _EDGE) if is_top else (top < height * (1 - _EDGE)):
            return []
        block.append(_edge_line(row, is_top=is_top))
        if following is None:
            return [line._replace(is_all=True) for line in block]
        if is_top:
            gap = min(segment.top for segment in following) - bottom
        else:
            gap = top - max(segment.bottom for segment in following)
        if gap >= _SMALLEST_GAP * max(segment.size for segment in row):
            return block
    return []


def _edge_line(row: Sequence[Segment], *, is_top: bool) -> _EdgeLine:
    text = " ".join(segment.text for segment in row)
    roman = _roman_value(text)
    numbers = (roman,) if roman else tuple(int(number[:9]) for number in _NUMBER.findall(text))
    pattern = "#" if roman else _NUMBER.sub("#", text)
    return _EdgeLine(text, numbers, pattern, is_top, row[0].top, tuple(row))


def _is_frame(line: _EdgeLine, near: Sequence[tuple[int, _EdgeLine]], page_number: int) -> bool:
    alone = _PAGE_NUMBER.fullmatch(line.text)
    if alone and int(alone[1]) == page_number:
        return True
    return any(_is_the_same(line, other, distance) for distance, other in near)


def _is_the_same(line: _EdgeLine, other: _EdgeLine, distance: int) -> bool:
    """Whether both stand in one place and say the same, but for numbers that grow by one with each page."""
    if line.is_all and other.is_all:
        return False  # two pages of which one repeats the other, not two frames without text
    if line.is_top != other.is_top or abs(line.place - other.place) > _SAME_PLACE_POINTS:
        return False
    if line.pattern != other.pattern or len(line.numbers) != len(other.numbers):
        return False
    steps = {there - here for here, there in zip(line.numbers, other.numbers, strict=True)}
    return steps <= {0, distance}


def _roman_value(text: str) -> int:
    """What a Roman numeral up to 99 counts; 0 for what is none.

    >>> _roman_value("xiv"), _roman_value("MIX"), _roman_value("")
    (14, 0, 0)
    """
    if not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text.lower()]
    return sum(
        -value if following > value else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
