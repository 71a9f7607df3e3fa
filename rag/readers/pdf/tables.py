"""Rows of a page's tables with the names of their columns, and each value in its own column.

A page draws no empty cell: where one is missing, the values right of it would stand under other heads. So cells are put
into columns by where they stand, and a row says by itself what it says, as in other formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.readers._tables import Header, table_lines
from rag.readers.pdf.layout import Column, Line

__all__ = ["with_named_cells"]

_FEWEST_ROWS = 3
_FEWEST_COLUMNS = 3
_LARGEST_GAP = 3.0
"""In font sizes: rows further apart are of two tables."""


class _Extent(NamedTuple):
    left: float
    right: float


def with_named_cells(column: Column) -> Column:
    """The column with its tables' rows as sentences that name their columns, where the heads can be told."""
    lines: list[Line] = []
    run: list[Line] = []
    for line in column.lines:
        if run and (not line.cells or line.top - run[-1].bottom > _LARGEST_GAP * line.size):
            lines += _rows_of(run)
            run = []
        if line.cells:
            run.append(line)
        else:
            lines.append(line)
    return column._replace(lines=(*lines, *_rows_of(run)))


def _rows_of(run: Sequence[Line]) -> Iterator[Line]:
    extents = _extents(run)
    rows = [_in_columns(line, extents) for line in run] if extents else []
    if not rows or not all(rows):
        yield from run
        return
    named = list(table_lines(rows, header=Header.UNCERTAIN))
    if len(named) == len(run) - 1:
        yield from (line._replace(text=text) for line, text in zip(run[1:], named, strict=True))
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


def _in_columns(line: Line, extents: Sequence[_Extent]) -> list[str]:
    """The cells by column, empty where the row has none; nothing when two stand in one column."""
    row = [""] * len(extents)
    for cell in line.cells:
        apart = [max(extent.left - cell.right, cell.left - extent.right) for extent in extents]
        nearest = min(range(len(extents)), key=apart.__getitem__)
        if row[nearest]:
            return []
        row[nearest] = cell.text
    return row
