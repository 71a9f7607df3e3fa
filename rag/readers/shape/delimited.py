"""Rows of comma-separated text as sentences, and how many cells a file may have.

Country,GDP
France,3.1 tn          →  Country: France; GDP: 3.1 tn.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

from rag.errors import ReadError
from rag.readers.shape.tables import Header, sheet_lines

__all__ = ["CellCounter", "rows_in_words"]

MAX_CELLS = 1_000_000
MAX_CELL_CHARACTERS = 100_000

_DELIMITERS = ",;\t|"
_N_SNIFFED_LINES = 50


class CellCounter:
    """Counts the cells of a file and refuses it when they are more than anybody reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._n_cells = 0

    def add(self, n_cells: int) -> None:
        """Count that many more cells.

        Raises:
            ReadError: they are too many now.
        """
        self._n_cells += n_cells
        if self._n_cells > MAX_CELLS:
            raise ReadError(
                str(self._path), f"it has more than {MAX_CELLS:,} cells - split it, or keep the rows that matter"
            )


def rows_in_words(text: str, path: Path, *, is_tab_separated: bool = False) -> str:
    """A line for each row of comma-separated text, whose delimiter is found out, each cell with its column's name.

    Raises:
        ReadError: it has too many or too large cells, or a quotation mark that is not closed.
    """
    delimiter = ""
    if text[:4].lower() == "sep=" and text[5:6] == "\n":  # how Excel writes the delimiter down
        delimiter, text = text[4], text[6:]
    delimiter = delimiter or ("\t" if is_tab_separated and "\t" in text else _delimiter(text))
    return "\n".join(sheet_lines(_csv_rows(text, delimiter, path), header=Header.USUAL))


def _csv_rows(text: str, delimiter: str, path: Path) -> list[list[str]]:
    counter = CellCounter(path)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            counter.add(len(row))
            if any(len(cell) > MAX_CELL_CHARACTERS for cell in row):
                raise csv.Error("field larger than field limit")
            rows.append(row)
    except csv.Error as error:  # the module's own limit on cells is about as large as ours
        raise ReadError(
            str(path),
            f"the cell at line {reader.line_num:,} has more than {MAX_CELL_CHARACTERS:,} characters ({error})"
            " - close the quotation mark before it, or save the file as text",
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """The delimiter that cuts the most of the first lines into the same number of cells, at least two.

    >>> _delimiter("Country;GDP\\nFrance;3,1\\nGermany;4,5"), _delimiter("just\\nlines")
    (';', ',')
    """

    def fit(delimiter: str) -> tuple[int, int]:
        n_cells = Counter(len(row) for row in _first_rows(text, delimiter) if len(row) > 1)
        width, n_rows = max(n_cells.items(), key=lambda entry: (entry[1], entry[0]), default=(0, 0))
        return n_rows, width

    return max(_DELIMITERS, key=fit)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    lines: Iterable[str] = islice(io.StringIO(text, newline=""), _N_SNIFFED_LINES)
    rows: list[list[str]] = []
    with suppress(csv.Error):  # what was read so far tells enough; reading it all says what is wrong
        rows.extend(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    return rows
