"""What stands on pages because they are pages: running headers, footers, page numbers, numbers of lines. It goes first.

A line of the frame stands apart from the text, and a page near by has the same line, or the same but for a number that
counts the pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.readers.pdf.layout import Segment, rows
from rag.readers.pdf.words import Page
from rag.readers.shape.dateline import date_in_words

__all__ = ["without_frame", "without_line_numbers"]

_EDGE = 0.15
"""The share of the page's height, at the top and at the bottom, in which a frame may stand."""
_N_EDGE_ROWS = 3
_SMALLEST_GAP = 0.5
"""In font sizes: how far the frame stands from the text at least."""
_SAME_PLACE_POINTS, _SAME_PLACE_ON_SCANS = 4.0, 16.0
"""Pages do not lie on the glass alike."""
_LINE_NUMBER = re.compile(r"\d{1,4}(?:\s+(?=\S)|\s*$)")
_FEWEST_LINE_NUMBERS = 5
_LINE_STEPS = frozenset({1, 2, 5, 10})
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
    reach: how far from there it may stand on another page.
    """

    text: str
    numbers: tuple[int, ...]
    pattern: str
    is_top: bool
    place: float
    members: tuple[Segment, ...]
    is_all: bool = False
    reach: float = _SAME_PLACE_POINTS


def without_frame(pages: Sequence[Page], segments: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The segments of each page that are no frame, in the order in which they came.

    A line of the frame whose date stands nowhere else is kept once.
    """
    edge_lines = [_edge_lines(page, found) for page, found in zip(pages, segments, strict=True)]
    frames: list[list[_EdgeLine]] = []
    for i, page in enumerate(pages):
        near = [
            (j - i, line)
            for j in range(max(0, i - _REACH_PAGES), min(len(pages), i + _REACH_PAGES + 1))
            if j != i
            for line in edge_lines[j]
        ]
        frames.append([line for line in edge_lines[i] if _is_frame(line, near, page.number)])
    dates: set[str] | None = None
    kept = []
    for found, frame in zip(segments, frames, strict=True):
        gone: set[int] = set()
        for line in frame:
            date = date_in_words(line.text)
            if date and dates is None:
                members = {id(segment) for lines in frames for line in lines for segment in line.members}
                rest = (segment for page in segments for segment in page if id(segment) not in members)
                dates = {date_in_words(segment.text) for segment in rest}
            if date and dates is not None and date not in dates:
                dates.add(date)
            else:
                gone.update(map(id, line.members))
        kept.append([segment for segment in found if id(segment) not in gone])
    return kept


def without_line_numbers(found: Sequence[Segment]) -> list[Segment]:
    """The segments without the numbers that count the lines of a text at its margin.

    They count on, stand in one place, and what stands beside them runs on from line to line, unlike rows of a table.
    """
    lines = rows([segment for segment in found if segment.is_upright])
    for side in (0, -1):
        numbered = _aligned([row for row in lines if _LINE_NUMBER.match(row[side].text)], side)
        numbers = [row[side] for row in numbered]
        if len(numbers) >= _FEWEST_LINE_NUMBERS and _count_lines(numbers, side) and _run_on(numbered, lines, side):
            gone = {id(segment): _LINE_NUMBER.sub("", segment.text) for segment in numbers}
            return [
                segment._replace(text=gone.get(id(segment), segment.text))
                for segment in found
                if gone.get(id(segment), segment.text)
            ]
    return list(found)


def _aligned(numbered: Sequence[list[Segment]], side: int) -> list[list[Segment]]:
    """Those of the rows whose numbers stand below each other, as most of them do: a footnote's number does not."""
    places = [row[side].left if side == 0 else row[side].right for row in numbered]
    ends = [row[side].right if side == 0 else row[side].left for row in numbered]
    groups = [
        [row for row, other in zip(numbered, edges, strict=True) if abs(other - edge) <= _SAME_PLACE_POINTS / 2]
        for edges in (places, ends)
        for edge in edges
    ]
    return max(groups, key=len, default=[])


def _count_lines(numbers: Sequence[Segment], side: int) -> bool:
    """Whether the numbers stand below each other and count by one step."""
    places = [segment.left if side == 0 else segment.right for segment in numbers]
    ends = [segment.right if side == 0 else segment.left for segment in numbers]
    is_aligned = min(max(those) - min(those) for those in (places, ends)) <= _SAME_PLACE_POINTS
    values = [int(segment.text.split()[0]) for segment in numbers]
    steps = {following - value for value, following in pairwise(values)}
    return is_aligned and len(steps) == 1 and steps <= _LINE_STEPS


def _run_on(numbered: Sequence[Sequence[Segment]], lines: Sequence[Sequence[Segment]], side: int) -> bool:
    """Whether the lines beside the numbers are of running text: many begin with a small letter, and none is a row."""
    beside = [row[1:] if side == 0 else row[:-1] for row in numbered]
    alone = [_LINE_NUMBER.sub("", row[side].text) for row in numbered]
    texts = [" ".join(segment.text for segment in row) or text for row, text in zip(beside, alone, strict=True)]
    n_small = sum(text[:1].islower() for text in texts)
    is_step_one = len(numbered) * 2 >= len(lines)
    n_rows = sum(len(row) > 1 for row in beside)
    return n_small * 4 >= len(texts) and n_rows * 4 <= len(texts) and (is_step_one or len(numbered) * 12 >= len(lines))


def _edge_lines(page: Page, found: Sequence[Segment]) -> list[_EdgeLine]:
    lines = rows([segment for segment in found if segment.is_upright])
    at_edges = [
        *_from_the_edge(lines, page.height, is_top=True),
        *_from_the_edge(lines[::-1], page.height, is_top=False),
    ]
    return at_edges if page.recognised is None else [line._replace(reach=_SAME_PLACE_ON_SCANS) for line in at_edges]


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
    if line.is_top != other.is_top or abs(line.place - other.place) > min(line.reach, other.reach):
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
