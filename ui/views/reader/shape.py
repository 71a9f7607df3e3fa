"""The shape of a text that is plain: its paragraphs, which of them are headings, and which of its lines are rows.

The text has no marks of its own, so this is a look at it and no claim: what is shown otherwise is the same text, sign
for sign. Rows of tables are lines that name their columns ("Country: France; GDP: 3.1 tn."), as `rag.readers` write
them, or whose cells a tab parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag import Span

__all__ = ["Cell", "Paragraph", "Table", "is_heading", "paragraphs", "tables"]

_N_LOOKED_AT = 20_000
_WIDEST_WRAPPED_LINE = 100
_GAP_AFTER_BLOCK = re.compile(r"\n(?:[^\S\n]*\n)+")
_GAP_AFTER_LINE = re.compile(r"\n(?:[^\S\n]*\n)*")
_GAP_IN_TABLE = re.compile(r"\n")

_LONGEST_HEADING, _MOST_WORDS_OF_HEADING, _SHORTEST_TEXT = 100, 14, 60
_ENDS_NO_HEADING = re.compile(r"[.!?…:;,。！？。।،؛][\"'”’»)\]]*$")
_LIKE_A_LIST = re.compile(r"[•◦▪▫●○■□‣⁃✓➢–—*-]|\(?\w{1,3}[.)]\s")
_LETTER = re.compile(r"[^\W\d_]")

_FEWEST_ROWS, _LONGEST_NAME = 2, 100
_LINE = re.compile(r"[^\n]*\n|[^\n]+$")
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
_PART = re.compile(r"(?:(?P<name>[^\s:;][^:;]*): )?(?P<value>.*)", re.DOTALL)
_BETWEEN_PARTS = "; "


class Paragraph(NamedTuple):
    """A piece of the text, of which `gap` on is only white space."""

    start: int
    gap: int
    end: int


class Cell(NamedTuple):
    """A cell of a row: its name is written from `start`, what it holds from `value`, what parts it from `after`."""

    name: str
    start: int
    value: int
    after: int
    end: int


class Table(NamedTuple):
    """Rows below each other, from `start` to `end`. Each is the whole of its line; `columns` has the names, in order.

    A row has a cell for each column that it names. Where none is named, columns are counted.
    """

    start: int
    end: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def paragraphs(content: str, window: Span, cuts: Sequence[int]) -> Iterator[Paragraph]:
    """The paragraphs of a part of the text; a new one begins at each cut. Together they are the whole part."""
    gap_after = _GAP_AFTER_LINE if _has_a_line_per_paragraph(content) else _GAP_AFTER_BLOCK
    remaining = sorted(cuts)
    start = window.start
    gaps = [match.span() for match in gap_after.finditer(content, window.start, window.end)]
    for gap, end in [*gaps, (window.end,) * 2]:
        while remaining and remaining[0] < end:
            cut = remaining.pop(0)
            if cut > start:
                yield Paragraph(start, min(gap, cut), cut)
                start = cut
        if end > start:
            yield Paragraph(start, max(gap, start), end)
            start = end


def _has_a_line_per_paragraph(content: str) -> bool:
    """Whether lines end where paragraphs do: when most of the text stands in lines too long to have been wrapped."""
    lines = [len(line) for line in content[:_N_LOOKED_AT].split("\n")]
    return 2 * sum(length for length in lines if length > _WIDEST_WRAPPED_LINE) > sum(lines)


def is_heading(content: str, paragraph: Paragraph, following: Paragraph | None, *, title: str, author: str) -> bool:
    """Whether the paragraph looks like the heading of the one that follows: a short line that ends as no sentence does.

    title: of the document; a line that says the same is its heading, wherever it stands. author: whose byline is none.
    """
    line = content[paragraph.start : paragraph.gap].strip()
    if not line or "\n" in line or "\t" in line or len(line) > _LONGEST_HEADING:
        return False
    if line == title:
        return True
    if following is None or (author and author in line):
        return False
    below = content[following.start : following.gap].strip()
    is_short = len(line.split()) <= _MOST_WORDS_OF_HEADING and 2 * len(line) < len(below)
    is_text = len(below) >= _SHORTEST_TEXT and _ENDS_NO_HEADING.search(below) is not None
    ends_open = not _ENDS_NO_HEADING.search(line) and _LETTER.search(line) is not None
    return is_short and is_text and ends_open and not line[0].islower() and not _LIKE_A_LIST.match(line)


def tables(content: str, window: Span, cuts: Sequence[int]) -> Iterator[Table]:
    """The tables of a part of the text, in order; none of them goes on over a cut."""
    run: list[tuple[Cell, ...]] = []
    columns: tuple[str, ...] = ()
    for match in _LINE.finditer(content, window.start, window.end):
        row = _row(content, *match.span())
        joined = _joined(columns, tuple(cell.name for cell in row)) if run and match.start() not in cuts else ()
        if row and joined:
            run.append(row)
            columns = joined
            continue
        yield from _table(content, run, columns, window, cuts)
        run, columns = ([row], tuple(cell.name for cell in row)) if row else ([], ())
    yield from _table(content, run, columns, window, cuts)


def _table(
    content: str, run: Sequence[tuple[Cell, ...]], columns: tuple[str, ...], window: Span, cuts: Sequence[int]
) -> Iterator[Table]:
    """The rows as a table, with the blank lines after it; none when they are too few."""
    if len(run) < _FEWEST_ROWS:
        return
    start, end = run[0][0].start, run[-1][-1].end
    blank = _BLANK_LINES.match(content, end, window.end)
    until = min([blank.end() if blank else end, *(cut for cut in cuts if cut >= end)])
    *rows, last = run
    yield Table(start, until, columns, (*rows, (*last[:-1], last[-1]._replace(end=until))))


def _joined(columns: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a table with one more row; none when the row is of no such table."""
    longer, shorter = (columns, names) if len(columns) >= len(names) else (names, columns)
    remaining = iter(longer)
    return longer if all(name in remaining for name in shorter) else ()


def _row(content: str, start: int, end: int) -> tuple[Cell, ...]:
    """The cells of a line, which together are all of it; none when it is no row."""
    line = content[start:end]
    written = line.rstrip()
    if "\t" in written:
        return tuple(_tabbed(written, start, end))
    if not line[:1].strip() or _BETWEEN_PARTS not in written:
        return ()
    cells = _named(written, start, end)
    names = [cell.name for cell in cells]
    are_named = all(names[1:]) and len(set(names)) == len(names) and max(map(len, names)) <= _LONGEST_NAME
    return cells if len(cells) > 1 and are_named else ()


def _tabbed(written: str, start: int, end: int) -> Iterator[Cell]:
    """The cells that tabs part, whose names are their numbers."""
    parts = written.split("\t")
    for number, part in enumerate(parts, start=1):
        after = start + len(part)
        its_end = end if number == len(parts) else after + 1
        yield Cell(f"\t{number}", start, start, after, its_end)
        start = its_end


def _named(written: str, start: int, end: int) -> tuple[Cell, ...]:
    """The cells that say their names; a part that says none belongs to the one before it, but for the first."""
    cells: list[Cell] = []
    at = start
    for part in written.split(_BETWEEN_PARTS):
        match = _PART.match(part)
        name = (match["name"] or "") if match else ""
        after = at + len(part)
        if name or not cells:
            cells.append(Cell(name, at, at + (match.start("value") if match else 0), after, after))
        else:
            cells[-1] = cells[-1]._replace(after=after, end=after)
        at = after + len(_BETWEEN_PARTS)
    last = cells[-1]
    is_ended = written.endswith(".") and last.after - 1 > last.value
    closed = [cell._replace(end=following.start) for cell, following in pairwise(cells)]
    return (*closed, last._replace(after=last.after - is_ended, end=end))
