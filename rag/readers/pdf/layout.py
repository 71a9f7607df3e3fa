"""The lines of a page in the order in which a person reads them: down each column, and column after column.

A file may draw its words in any order. So the page is cut where words stand apart, and at gutters between columns of
running text; cells of a table also stand apart, but do not fill their columns, and are read row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from statistics import median
from typing import NamedTuple

from rag.readers.pdf.words import Page, Word
from rag.readers.shape.drawn import Cell, Column, Line
from rag.readers.shape.raised import raised, resolved

__all__ = ["Cell", "Column", "Line", "Segment", "columns", "rows", "segments"]

MAX_COLUMNS_DEPTH = 6
_LARGEST_WORD_GAP = 1.0
"""In font sizes: words that stand further apart may belong to two columns or cells."""
_LARGEST_BLANK, _SMALLEST_CELL_GAP, _SMALLEST_GUTTER = 2.5, 1.6, 0.5
_N_COLUMN_LINES, _SMALLEST_TABLE_GAP = 3, 1.0
_FILLED, _HALF_FILLED = 0.7, 0.5
"""The share of a column's width that the middle one of its lines fills, when it is running text; less, when most lines
have no room for the next word."""
_LONGEST_CELL = 12
"""Letters: where most pieces are shorter, they are cells or numbers."""
_RAISED_SIZE, _RISE, _RAISED_GAP, _LONGEST_RAISED = 0.85, 0.15, 0.4, 8
"""What is at most so large, so high and so near, in sizes of the font before it, and so long, is raised."""
_REMARK_SIZE = 10.0
_LEADERS = re.compile(r"\s*(?:\.[ ]?){5,}\s*")
"""The dots between an entry of a table of contents and its page."""
_FEWEST_ROWS, _FEWEST_COLUMNS = 3, 3


class Segment(NamedTuple):
    """Words that stand side by side with no large gap between them."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    first_word_width: float
    is_upright: bool = True
    words: tuple[Word, ...] = ()

    @property
    def height(self) -> float:
        """How much of the page it takes."""
        return self.bottom - self.top


def segments(page: Page) -> list[Segment]:
    """The words of a page joined as far as they stand side by side, in the order of the file."""
    joined: list[Segment] = []
    pending: list[Word] = []
    for word in page.words:
        if pending and not _goes_on(pending[-1], word):
            joined.append(_segment(pending))
            pending = []
        pending.append(word)
    if pending:
        joined.append(_segment(pending))
    return joined


def columns(page: Page, kept: Sequence[Segment]) -> list[Column]:
    """The segments as lines, in reading order."""
    upright = [segment for segment in kept if segment.is_upright]
    aside = [segment for segment in kept if not segment.is_upright]
    found = [Column(tuple(_line(page.number, row) for row in rows(group))) for group in _in_order(upright, depth=0)]
    if aside:
        found.append(Column(tuple(_line(page.number, [segment]) for segment in aside), is_aside=True))
    if page.remarks:
        found.append(Column(tuple(_remark(page, i) for i in range(len(page.remarks))), is_aside=True))
    return found


def _remark(page: Page, i: int) -> Line:
    top = page.height + 2 * _REMARK_SIZE * (i + 1)
    return Line(page.number, page.remarks[i], 0, top, 0, top + _REMARK_SIZE, _REMARK_SIZE, 0, is_row=True)


def rows(group: Sequence[Segment]) -> list[list[Segment]]:
    """The segments that stand on one line together, from the top, each row from the left."""
    found: list[list[Segment]] = []
    for segment in sorted(group, key=_middle):
        if found and abs(_middle(segment) - _middle(found[-1][0])) < 0.4 * min(segment.height, found[-1][0].height):
            found[-1].append(segment)
        else:
            found.append([segment])
    return [sorted(row, key=lambda segment: segment.left) for row in found]


def _middle(segment: Segment) -> float:
    return (segment.top + segment.bottom) / 2


def _goes_on(word: Word, following: Word) -> bool:
    if not word.is_upright and not following.is_upright:
        return _distance(word, following) <= 1.5 * max(word.size, following.size)
    overlap = min(word.bottom, following.bottom) - max(word.top, following.top)
    if overlap < 0.4 * min(word.bottom - word.top, following.bottom - following.top):
        return False
    if word.is_upright != following.is_upright:
        return False
    size = max(word.size, following.size)
    # A blank that the file itself draws is a blank, however far a justified line was stretched.
    largest = _LARGEST_BLANK if following.is_after_blank else _LARGEST_WORD_GAP
    return -0.5 * size <= following.left - word.right <= largest * size


def _distance(word: Word, other: Word) -> float:
    across = max(word.left, other.left) - min(word.right, other.right)
    down = max(word.top, other.top) - min(word.bottom, other.bottom)
    return max(across, down)


def _segment(words: Sequence[Word]) -> Segment:
    n_letters_by_size: dict[float, int] = {}
    for word in words:
        n_letters_by_size[word.size] = n_letters_by_size.get(word.size, 0) + len(word.text)
    size = max(n_letters_by_size, key=n_letters_by_size.__getitem__)
    # Superscripts stand above the line: the line is where its words of full size are.
    full = [word for word in words if word.size >= 0.9 * size] or words
    return Segment(
        _text(words),
        words[0].left,
        min(word.top for word in full),
        max(word.right for word in words),
        max(word.bottom for word in full),
        size,
        words[0].right - words[0].left,
        words[0].is_upright,
        tuple(words),
    )


def _text(words: Sequence[Word]) -> str:
    """The words with blanks between; a smaller one that stands higher is raised beside the one before it."""
    text = words[0].text
    for word, following in pairwise(words):
        is_raised = (
            following.size <= _RAISED_SIZE * word.size
            and following.bottom < word.bottom - _RISE * word.size
            and following.left - word.right < _RAISED_GAP * word.size
            and len(following.text) <= _LONGEST_RAISED
            and following.is_upright
        )
        text += raised(following.text) if is_raised else f" {following.text}"
    return resolved(text)


def _line(page: int, row: Sequence[Segment]) -> Line:
    cells = [Cell(row[0].text, row[0].left, row[0].right)]
    for segment, following in pairwise(row):
        if following.left - segment.right > _SMALLEST_CELL_GAP * max(segment.size, following.size):
            cells.append(Cell(following.text, following.left, following.right))
        else:
            cells[-1] = cells[-1]._replace(text=f"{cells[-1].text} {following.text}", right=following.right)
    text = "\t".join(cell.text for cell in cells)
    text, n_leaders = _LEADERS.subn("\t", text)
    longest = max(row, key=lambda segment: len(segment.text))
    return Line(
        page,
        text,
        row[0].left,
        min(segment.top for segment in row),
        max(segment.right for segment in row),
        max(segment.bottom for segment in row),
        longest.size,
        row[0].first_word_width,
        len(cells) > 1 or n_leaders > 0,
        tuple(cells) if len(cells) > 1 and not n_leaders else (),
        tuple(word for segment in row for word in segment.words),
    )


def _in_order(group: Sequence[Segment], *, depth: int) -> Iterator[list[Segment]]:
    """The group cut into parts, each of which is read from its top to its bottom."""
    gutter = _gutter(group) if depth < MAX_COLUMNS_DEPTH else None
    if gutter is None:
        if group:
            yield list(group)
        return
    across: list[Segment] = []
    parts = (part for is_across, band in _bands(group, gutter) for part in _tables_apart(band, is_across=is_across))
    for is_across, part in parts:
        left = [segment for segment in part if _middle_x(segment) < gutter]
        right = [segment for segment in part if _middle_x(segment) >= gutter]
        if is_across or not _are_columns(left, right):
            across += part
            continue
        if across:
            yield across
            across = []
        yield from _in_order(left, depth=depth + 1)
        yield from _in_order(right, depth=depth + 1)
    if across:
        yield across


def _middle_x(segment: Segment) -> float:
    return (segment.left + segment.right) / 2


def _gutter(group: Sequence[Segment]) -> float | None:
    """Where a vertical line has most text on both sides and cuts least; None when a side would have little."""
    if len(group) < 2 * _N_COLUMN_LINES:
        return None
    first = int(min(segment.left for segment in group))
    width = int(max(segment.right for segment in group)) - first + 2
    if width > 20_000:  # a page is at most 14,400 points wide
        return None
    ending, starting = [0.0] * (width + 1), [0.0] * (width + 1)
    for segment in group:
        ending[min(width, max(0, int(segment.right) + 1 - first))] += segment.height
        starting[min(width, max(0, int(segment.left) - first))] += segment.height
    to_the_left = list(accumulate(ending))
    to_the_right = list(accumulate(reversed(starting)))[::-1]
    total = to_the_left[-1]
    # Text that is cut by the line counts against it by half: a title may run across, a column of three may not.
    worth = [
        min(left, right) - (total - left - right) / 2 for left, right in zip(to_the_left, to_the_right, strict=True)
    ]
    size = median(segment.size for segment in group)
    best = max(worth)
    start = worth.index(best)
    end = next((x for x in range(start, len(worth)) if worth[x] < best - 0.01), len(worth))
    if min(to_the_left[start], to_the_right[start]) < 0.8 * size:  # less than a line
        return None
    return first + (start + end) / 2 if end - start >= _SMALLEST_GUTTER * size else None


def _bands(group: Sequence[Segment], gutter: float) -> Iterator[tuple[bool, list[Segment]]]:
    """The group from the top, cut wherever text begins or ends to run across the gutter."""
    band: list[Segment] = []
    was_across = False
    for segment in sorted(group, key=lambda segment: segment.top):
        is_across = segment.left < gutter < segment.right
        if band and is_across != was_across:
            yield was_across, band
            band = []
        band.append(segment)
        was_across = is_across
    if band:
        yield was_across, band


def _tables_apart(band: list[Segment], *, is_across: bool) -> Iterator[tuple[bool, list[Segment]]]:
    """The band without the tables that stand apart above or below its columns, and these, as what runs across."""
    parts: list[list[Segment]] = []
    for row in rows(band) if not is_across else ():
        if not parts or row[0].top - max(segment.bottom for segment in parts[-1]) > _SMALLEST_TABLE_GAP * row[0].size:
            parts.append([])
        parts[-1] += row
    marked = [(_is_table(part), part) for part in parts] or [(is_across, band)]
    for is_table, group in groupby(marked, key=lambda part: part[0]):
        yield is_table, [segment for _, part in group for segment in part]


def _is_table(part: Sequence[Segment]) -> bool:
    lines = rows(part)
    is_short = median(len(segment.text) for segment in part) <= _LONGEST_CELL
    return (
        is_short and len(lines) >= _FEWEST_ROWS and sum(len(row) >= _FEWEST_COLUMNS for row in lines) * 2 > len(lines)
    )


def _are_columns(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Whether both sides are running text rather than the cells of a table."""
    # The last column of a text may hold no more than its last line.
    if len(left) < _N_COLUMN_LINES or (len(right) < 2 and len(left) < 2 * _N_COLUMN_LINES):
        return False
    return _is_running_text(left) and _is_running_text(right)


def _is_running_text(side: Sequence[Segment]) -> bool:
    """Whether lines end where the next word does not fit, as those of a paragraph do and cells of a table do not."""
    gutter = _gutter(side)
    if gutter is not None:  # two columns or more on this side: the first speaks for them
        side = [segment for segment in side if segment.right <= gutter] or side
    if not side or median(len(segment.text) for segment in side) <= _LONGEST_CELL:
        return False
    lines = rows(side)
    start, end = min(row[0].left for row in lines), max(row[-1].right for row in lines)
    filled = median(sum(segment.right - segment.left for segment in row) / max(1.0, end - start) for row in lines)
    n_full = sum(row[-1].right + following[0].first_word_width > end for row, following in pairwise(lines))
    return filled >= _FILLED or (filled >= _HALF_FILLED and n_full >= _FILLED * (len(lines) - 1))
