"""Tables as sentences: a row with the names of its columns says by itself what it says, wherever it is quoted.

    Country | GDP
    France  | 3.1 tn        →  Country: France; GDP: 3.1 tn.

Which row holds the names is guessed where the file does not mark it; where the guess is uncertain, the row's values
stand alone, because a wrong name would make a false sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from itertools import pairwise

from rag.readers.shape.raised import resolved

__all__ = [
    "Header",
    "Row",
    "in_columns",
    "named_row",
    "names_of_heads",
    "sheet_lines",
    "table_lines",
]

Row = Sequence[str]

MAX_HEADER_CHARACTERS = 100
"""A longer cell is no name of a column; it would also be repeated in every row."""
MAX_LABEL_CHARACTERS = 60

_VALUE = re.compile(r"[\s\d.,:/%+\-–−()'’€$£¥₹]*\d[\s\d.,:/%+\-–−()'’€$£¥₹]*|true|false|yes|no", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_ADDRESS = re.compile(r"https?://|\S+@\S+\.\S+")
_SENTENCE_END = re.compile(r"[.!?…。！？।][\"'”’»)\]]*$")
_SPACE = re.compile(r"\s+")


class Header(Enum):
    """Whether a table's first row names its columns."""

    MARKED = auto()
    """The file says so."""
    USUAL = auto()
    """In such files it does, unless it looks like data."""
    UNCERTAIN = auto()
    """As `USUAL` from three columns on; two may as well be a list of names and values, so the rest must be numbers."""


def table_lines(rows: Sequence[Row], *, header: Header, named: Callable[[str], str] = str) -> Iterator[str]:
    """A line for each row that is not blank.

    named: what to write of the names of columns, which stand in the file once.

    >>> list(table_lines([["Country", "GDP"], ["France", "3.1 tn"]], header=Header.USUAL))
    ['Country: France; GDP: 3.1 tn.']
    >>> list(table_lines([["Opened", "1932"], ["Colour", "grey"]], header=Header.UNCERTAIN))
    ['Opened: 1932.', 'Colour: grey.']
    """
    rows = [row for row in ([_in_one_line(cell) for cell in row] for row in rows) if any(row)]
    titles, body = _split_titles(rows)
    yield from titles
    names, n_heads = _heads(body, header)
    if names and len(body) > n_heads:
        yield from (named_row(names, row, named) for row in body[n_heads:])
    else:
        yield from map(_line_without_names, body)


def sheet_lines(rows: Sequence[Row], *, header: Header) -> Iterator[str]:
    """The lines of a sheet, which may hold several tables with blank rows between.

    A table without names of its own goes on with those of the table above when it is as wide.
    """
    names: Row = ()
    for block in _blocks(rows):
        titles, body = _split_titles(block)
        yield from titles
        own, n_heads = _heads(body, header)
        if own and len(body) > n_heads and (not names or n_heads > 1 or _differs_in_kind(body)):
            names, body = own, body[n_heads:]
        elif _width(body) != _width([names]):
            names = ()
        yield from (named_row(names, row) if names else _line_without_names(row) for row in body)


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        cells = [_in_one_line(cell) for cell in row]
        if any(cells):
            block.append(cells)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _split_titles(rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """The rows above a table that hold one cell, which are titles and notes, and the table."""
    n_titles = next((i for i, row in enumerate(rows) if sum(map(bool, row)) > 1), 0)
    return [next(filter(None, row)) for row in rows[:n_titles]], list(rows[n_titles:])


def _heads(rows: Sequence[Row], header: Header) -> tuple[Row, int]:
    """The names of the columns, empty where it cannot be told, and how many rows hold them."""
    if names := _names_in_two_rows(rows):
        return names, 2
    names = _names(rows, header)
    return names, len(names[:1])


def _names_in_two_rows(rows: Sequence[Row]) -> Row:
    """The names of columns of which the first row names groups, or begins what the second ends; empty for other rows.

    >>> _names_in_two_rows([["Town", "Visitors", ""], ["", "2020", "2021"], ["Alder", "310", "905"]])
    ['Town', 'Visitors 2020', 'Visitors 2021']
    """
    width = _width(rows)
    if len(rows) < 3 or width < 3 or not _may_be_half_of_names(rows[0], rows[1], width):
        return ()
    first, second = ([resolved(cell) for cell in [*row, *[""] * width][:width]] for row in rows[:2])
    groups = list(first)
    for column in range(1, width):
        if not first[column] and second[column] and second[column] != second[column - 1]:
            groups[column] = groups[column - 1]
    pairs = [(above, below) for above, below in zip(groups, second, strict=True) if above and below and above != below]
    is_grouped = any(
        above == following != "" and below and then and below != then
        for (above, below), (following, then) in pairwise(zip(groups, second, strict=True))
    )
    goes_on = len(pairs) > 1 and all(above[-1].isalpha() and below[0].islower() for above, below in pairs)
    names = names_of_heads([groups, second])
    are_names = all(len(cell) <= MAX_HEADER_CHARACTERS and _is_name(cell) for cell in (*first, *second) if cell)
    if not are_names or not (is_grouped or goes_on) or not all(names[1:]) or len(set(names)) < width:
        return ()
    columns = [[row[column] for row in rows[2:] if column < len(row) and row[column]] for column in range(1, width)]
    return names if any(below and all(map(_VALUE.fullmatch, map(resolved, below))) for below in columns) else ()


def _may_be_half_of_names(first: Row, second: Row, width: int) -> bool:
    """Whether the first row has gaps, a name twice or a merged one, or the second goes on in small letters."""
    is_whole = len(first) == width == len(set(first)) and all(map(str.isprintable, first)) and all(first)
    return not is_whole or any(cell[:1].islower() for cell in second)


def _is_name(cell: str) -> bool:
    is_value = _VALUE.fullmatch(cell) is not None and not _YEAR.fullmatch(cell)
    return not is_value and not (_SENTENCE_END.search(cell) and " " in cell) and not _ADDRESS.match(cell)


def _names(rows: Sequence[Row], header: Header) -> Row:
    """The names of the columns, when the first row holds them; empty when it does not, or it cannot be told."""
    if not rows:
        return ()
    first = rows[0]
    named = [cell for cell in first if cell]
    if header is Header.UNCERTAIN and _width(rows) < 3 and not (len(rows) > 2 and _differs_in_kind(rows)):
        return ()
    if len(named) < 2 or any(len(cell) > MAX_HEADER_CHARACTERS for cell in named):
        return ()
    if header is Header.MARKED:
        return first
    if len(set(named)) < len(named) or len(named) < _width(rows) - 1:
        return ()
    if any(_SENTENCE_END.search(cell) and " " in cell for cell in named) or any(map(_ADDRESS.match, named)):
        return ()
    values = [cell for cell in named if _VALUE.fullmatch(cell)]
    if all(map(_YEAR.fullmatch, values)) and len(values) < _width(rows):
        return () if values and not _differs_in_kind(rows) else first
    return ()


def _differs_in_kind(rows: Sequence[Row]) -> bool:
    """Whether a column holds numbers or dates below a first cell that is a word, or other numbers below a year."""
    if len(rows) < 2:
        return False
    for column, name in enumerate(rows[0]):
        below = [row[column] for row in rows[1:] if column < len(row) and row[column]]
        if not below or not name or not all(map(_VALUE.fullmatch, below)):
            continue
        if not _VALUE.fullmatch(name) or (_YEAR.fullmatch(name) and not all(map(_YEAR.fullmatch, below))):
            return True
    return False


def _width(rows: Sequence[Row]) -> int:
    return max((i + 1 for row in rows for i, cell in enumerate(row) if cell), default=0)


def in_columns(rows: Sequence[Sequence[tuple[str, int]]], *, named: Callable[[str], str] = str) -> list[list[str]]:
    """Rows of cells, each with the number of columns that it covers, as rows of one cell for each column.

    A cell over several columns stands in each of them; one over all is a line of its own, and stands once.

    >>> in_columns([[("Town", 1), ("2019", 1), ("2020", 1)], [("Alder", 1), ("closed", 2)], [("North", 3)]])
    [['Town', '2019', '2020'], ['Alder', 'closed', 'closed'], ['North', '', '']]
    """
    width = max((sum(span for _, span in row) for row in rows), default=0)
    found = []
    for row in rows:
        is_across = sum(bool(text.strip()) for text, _ in row) == 1 and bool(row[0][0].strip()) and row[0][1] >= width
        cells: list[str] = []
        for text, span in row:
            cells += [text, *[("" if is_across else named(text))] * (span - 1)]
        found.append(cells)
    return found


def names_of_heads(heads: Sequence[Row]) -> list[str]:
    """The names of the columns below several rows of heads, each with those above it.

    >>> names_of_heads([["Town", "Visitors", "Visitors"], ["Town", "2019", "2020"]])
    ['Town', 'Visitors 2019', 'Visitors 2020']
    """
    width = max(map(len, heads), default=0)
    names = []
    for column in range(width):
        parts = dict.fromkeys(_in_one_line(row[column]) for row in heads if column < len(row))
        names.append(" ".join(filter(None, parts)))
    return names


def named_row(names: Row, row: Row, named: Callable[[str], str] = str) -> str:
    """The row as a sentence that names its columns.

    >>> named_row(["", "Alder", "Birch"], ["2020", "310", ""])
    '2020; Alder: 310.'
    """
    if len(row) > 1 and row[0] and not any(row[1:]):
        return row[0]  # a line across the table, which parts it
    parts = []
    for column, cell in enumerate(row):
        name = names[column].rstrip(": ") if column < len(names) else ""
        if cell:
            parts.append(named(f"{name}: ") + cell if name else cell)
    return _ended("; ".join(parts))


def _line_without_names(row: Row) -> str:
    """The values; two of them, the first short, as a name and its value."""
    cells = [cell for cell in row if cell]
    if len(cells) == 1:
        return cells[0]
    if len(cells) == 2 and len(cells[0]) <= MAX_LABEL_CHARACTERS and not _SENTENCE_END.search(cells[0]):
        return _ended(f"{cells[0].rstrip(': ')}: {cells[1]}")
    return _ended("; ".join(cells))


def _ended(sentence: str) -> str:
    return sentence if _SENTENCE_END.search(sentence) else f"{sentence}."


def _in_one_line(cell: str) -> str:
    return _SPACE.sub(" ", cell).strip()
