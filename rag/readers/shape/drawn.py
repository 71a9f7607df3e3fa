"""Words that are drawn on a page, in lines and columns, and the rows of a table among them as sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.readers.shape.tables import Header, table_lines

__all__ = ["Cell", "Column", "Line", "Word", "with_named_cells"]


class Word(NamedTuple):
    """A run of characters without a blank; x grows to the right and y downwards, in points.

    size: of the font, in points. is_upright: whether it runs as most of the page does. is_after_blank: whether the file
        draws a blank before it, rather than leaves a space.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    is_upright: bool = True
    is_after_blank: bool = False


class Cell(NamedTuple):
    """What stands in one place of a row."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """A line of a column; `is_row` when it has several cells, which a tab separates in its text.

    words: all that are drawn on it, from the left, those of its cells as well.
    """

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
    words: tuple[Word, ...] = ()


class Column(NamedTuple):
    """Lines that are read one after the other; `is_aside` for what does not run as the rest of the page does."""

    lines: tuple[Line, ...]
    is_aside: bool = False


_LARGEST_GAP = 3.0
"""In font sizes: rows further apart are of two tables."""
_FEWEST_ROWS, _FEWEST_COLUMNS = 3, 3


class _Extent(NamedTuple):
    left: float
    right: float


def with_named_cells(column: Column) -> Column:
    """The lines of a drawn page, rows of its tables as sentences that name their columns, where the heads can be told.

    A page draws no empty cell: where one is missing, the values right of it would stand under other heads. So cells are
    put into columns by where they stand.
    """
    lines: list[Line] = []
    run: list[Line] = []
    for line, following in pairwise([*column.lines, None]):
        assert line is not None  # noqa: S101 - only the last one is, and it is only a following one
        if run and following is not None and _ends_a_cell(run[-1], line, following):
            first, *rest = run[-1].cells
            whole = first._replace(text=f"{first.text} {line.text}", right=max(first.right, line.right))
            text = "\t".join(cell.text for cell in (whole, *rest))
            words = (*run[-1].words, *line.words)
            run[-1] = run[-1]._replace(cells=(whole, *rest), bottom=line.bottom, text=text, words=words)
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
