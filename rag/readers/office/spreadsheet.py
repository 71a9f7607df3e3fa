"""Spreadsheets as documents: a row is a sentence that names its columns, so that it can be quoted by itself.

    Country,GDP
    France,3.1 tn          →  Country: France; GDP: 3.1 tn.

The rows of a workbook stand under the name of their sheet, with its text boxes and comments below them. A sheet that
Excel hides is left out, and named in the `notice`.
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
from rag.readers._decoding import DEFAULT_MAX_BYTES, decoded_with_notice, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers._tables import Header, sheet_lines
from rag.readers._zip import open_zip
from rag.readers.office.beside import comment_lines, text_box_lines
from rag.readers.office.ooxml import Package
from rag.readers.office.sheets import MAIN_PART, CellCounter, sheets_of_workbook
from rag.types import Document

__all__ = ["CsvReader", "XlsxReader"]

MAX_CELL_CHARACTERS = 100_000

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HIDDEN = "Hidden sheets are not read: {} - unhide them in Excel to add what they hold."
_DELIMITERS = ",;\t|"
_N_SNIFFED_LINES = 50


class XlsxReader:
    """Reads Excel workbooks (.xlsx, .xlsm): values as their cells show them, those of formulas as last computed."""

    media_types = frozenset({_XLSX})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The visible sheets in order, each under its name.

        Raises:
            ReadError: the file is empty, too large, damaged, encrypted, of another kind or out of reach, shows no text,
                or has too many cells.
        """
        lines: list[str] = []
        with open_zip(path, max_bytes=self._max_bytes) as archive:
            package = Package(archive, path)
            hidden = []
            for sheet in sheets_of_workbook(package, path):
                if sheet.is_hidden:
                    hidden.append(sheet.name)
                    continue
                rows = list(sheet_lines(sheet.rows, header=Header.UNCERTAIN))
                rows += text_box_lines(package, sheet.part)
                rows += comment_lines(package, sheet.part, main_part=package.main_part(MAIN_PART))
                lines += [sheet.name, *rows, ""] if rows else []
            properties = package.core_properties()
        return make_document(
            path,
            title=properties.title,
            media_type=_XLSX,
            text=normalise("\n".join(lines)).strip(),
            metadata={
                "author": properties.author,
                "language": properties.language,
                "notice": _HIDDEN.format(", ".join(hidden)) if hidden else "",
            },
        )


class CsvReader:
    """Reads comma-separated and tab-separated files; encoding and delimiter are found out."""

    media_types = frozenset({"text/csv", "text/tab-separated-values"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The rows in order.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding or out of reach, has too many or too
                large cells, or a quotation mark that is not closed.
        """
        decoded = decoded_with_notice(read_bytes(path, max_bytes=self._max_bytes), path)
        text = normalise(decoded.text)
        delimiter = ""
        if text[:4].lower() == "sep=" and text[5:6] == "\n":  # how Excel writes the delimiter down
            delimiter, text = text[4], text[6:]
        is_tab_separated = path.suffix.lower() in (".tsv", ".tab")
        delimiter = delimiter or ("\t" if is_tab_separated and "\t" in text else _delimiter(text))
        return make_document(
            path,
            title="",
            media_type="text/tab-separated-values" if is_tab_separated else "text/csv",
            text="\n".join(sheet_lines(_rows(text, delimiter, path), header=Header.USUAL)),
            metadata={"notice": decoded.notice},
        )


def _rows(text: str, delimiter: str, path: Path) -> list[list[str]]:
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
