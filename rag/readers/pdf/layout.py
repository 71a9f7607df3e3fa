"""The lines of a page in the order in which a person reads them: down each column, and column after column.

A file may draw its words in any order. So the page is cut where words stand apart, and at gutters between columns of
running text; cells of a table also stand apart, but do not fill their columns, and are read row by row.

A page draws no empty cell: where one is missing, the values right of it would stand under other heads. So cells are put
into columns by where they stand, and a row says by itself what it says, as in other formats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from rag.readers._tables import Header, table_lines
from rag.readers.pdf.words import Page, Word
from rag.readers.shape.raised import raised, resolved

__all__ = ["Cell", "Column", "Line", "Segment", "columns", "rows", "segments", "with_named_cells"]

MAX_COLUMNS_DEPTH = 6
_LARGEST_WORD_GAP = 1.0
"""In font sizes: words that stand further apart may belong to two columns or cells."""
_LARGEST_BLANK, _SMALLEST_CELL_GAP, _SMALLEST_GUTTER = 2.5, 1.6, 0.5
_N_COLUMN_LINES = 3
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
_LARGEST_GAP = 3.0
"""In font sizes: rows further apart are of two tables."""


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

    @property
    def height(self) -> float:
        """How much of the page it takes."""
        return self.bottom - self.top


class Cell(NamedTuple):
    """What stands in one place of a row."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """A line of a column; `is_row` when it has several cells, which a tab separates in its text."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    first_word_width: float
    is_row: bool = False
    cells: tuple[Cell, ...] = ()


class Column(NamedTuple):
    """Lines that are read one after the other; `is_aside` for what does not run as the rest of the page does."""

    lines: tuple[Line, ...]
    is_aside: bool = False


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
    )


def _in_order(group: Sequence[Segment], *, depth: int) -> Iterator[list[Segment]]:
    """The group cut into parts, each of which is read from its top to its bottom."""
    gutter = _gutter(group) if depth < MAX_COLUMNS_DEPTH else None
    if gutter is None:
        if group:
            yield list(group)
        return
    across: list[Segment] = []
    for is_across, band in _bands(group, gutter):
        left = [segment for segment in band if _middle_x(segment) < gutter]
        right = [segment for segment in band if _middle_x(segment) >= gutter]
        if is_across or not _are_columns(left, right):
            across += band
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


class _Extent(NamedTuple):
    left: float
    right: float


def with_named_cells(column: Column) -> Column:
    """The column with its tables' rows as sentences that name their columns, where the heads can be told."""
    lines: list[Line] = []
    run: list[Line] = []
    for line, following in pairwise([*column.lines, None]):
        assert line is not None  # noqa: S101 - only the last one is, and it is only a following one
        if run and following is not None and _ends_a_cell(run[-1], line, following):
            first, *rest = run[-1].cells
            whole = first._replace(text=f"{first.text} {line.text}", right=max(first.right, line.right))
            text = "\t".join(cell.text for cell in (whole, *rest))
            run[-1] = run[-1]._replace(cells=(whole, *rest), bottom=line.bottom, text=text)
            continue
        if run and (not line.cells or line.top - run[-1].bottom > _LARGEST_GAP * line.size):
            lines += _rows_of(run)
            run = []
        if line.cells:
            run.append(line)
        else:
            lines.append(line)
    return column._replace(lines=(*lines, *_rows_of(run)))


def _ends_a_cell(row: Line, line: Line, following: Line) -> bool:
    """Whether the line is the rest of the first cell of the row above it, nearer to that than to the next row."""
    is_inside = not line.cells and abs(line.left - row.left) < line.size and line.right < row.cells[1].left - line.size
    is_between = bool(following.cells) and abs(following.left - row.left) < line.size
    return is_inside and is_between and line.top - row.bottom < following.top - line.bottom - 0.1 * line.size


def _rows_of(run: Sequence[Line]) -> Iterator[Line]:
    extents = _extents(run)
    rows = [_in_columns(line, extents) for line in run] if extents else []
    if len(rows) > 1 and len(run[0].cells) < len(extents):
        rows[0] = _over_columns(run[0], extents) or rows[0]
    if not rows or not all(rows):
        yield from run
        return
    named = list(table_lines(rows, header=Header.UNCERTAIN))
    n_heads = len(run) - len(named)
    if n_heads in (1, 2):
        yield from (line._replace(text=text) for line, text in zip(run[n_heads:], named, strict=True))
    else:
        yield from (line._replace(text="\t".join(row).rstrip("\t")) for line, row in zip(run, rows, strict=True))


def _extents(run: Sequence[Line]) -> list[_Extent]:
    """Where the columns stand, by the rows that have a cell in each; none when most have not, or columns overlap."""
    n_columns = max((len(line.cells) for line in run), default=0)
    whole = [line.cells for line in run if len(line.cells) == n_columns]
    if len(run) < _FEWEST_ROWS or n_columns < _FEWEST_COLUMNS or 2 * len(whole) < len(run):
        return []
    extents = [
        _Extent(min(cell.left for cell in cells), max(cell.right for cell in cells))
        for cells in zip(*whole, strict=True)
    ]
    do_overlap = any(following.left < extent.right for extent, following in pairwise(extents))
    return [] if do_overlap else extents


def _over_columns(line: Line, extents: Sequence[_Extent]) -> list[str]:
    """The names of groups of columns, each above all of its group's; nothing where one stands in no group's middle."""
    row = [""]
    groups: list[list[_Extent]] = [[] for _ in line.cells]
    for extent in extents[1:]:
        apart = [abs(cell.left + cell.right - extent.left - extent.right) for cell in line.cells]
        nearest = apart.index(min(apart))
        groups[nearest].append(extent)
        row.append(line.cells[nearest].text)
    for cell, group in zip(line.cells, groups, strict=True):
        left, right = (group[0].left, group[-1].right) if group else (math.inf, math.inf)
        is_in_the_middle = abs(cell.left + cell.right - left - right) < (right - left) / 2
        if not is_in_the_middle and not abs(cell.left - left) < line.size:
            return []
    return row


def _in_columns(line: Line, extents: Sequence[_Extent]) -> list[str]:
    """The cells by column; nothing when two stand in one."""
    row = [""] * len(extents)
    for cell in line.cells:
        apart = [max(extent.left - cell.right, cell.left - extent.right) for extent in extents]
        nearest = min(range(len(extents)), key=apart.__getitem__)
        if row[nearest]:
            return []
        row[nearest] = cell.text
    return row
