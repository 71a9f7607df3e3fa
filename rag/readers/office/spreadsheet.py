"""Spreadsheets as documents: a row is a sentence that names its columns, so that it can be quoted by itself.

    Country,GDP
    France,3.1 tn          →  Country: France; GDP: 3.1 tn.

The rows of a workbook stand under the name of their sheet, with its text boxes and comments below them, and their
cells as they are shown: 0.031 formatted as a percentage is "3.1%". A sheet that Excel hides is left out, and named in
the `notice`.

openpyxl is not used: it gives numbers without their formats, so that 3.1% becomes 0.031, is slower, and opens the ZIP
file without limits.

Source: ECMA-376 part 1, section 18 (SpreadsheetML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rag.readers._decoding import DEFAULT_MAX_BYTES, decoded_with_notice, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers._package import Element, attribute, child, children, local_name, open_zip
from rag.readers.office.ooxml import BUILT_IN_FORMATS, Package, comment_lines, shown, text_box_lines
from rag.readers.shape.delimited import CellCounter, rows_in_words
from rag.readers.shape.tables import Header, sheet_lines
from rag.types import Document

__all__ = ["CsvReader", "XlsxReader"]

MAX_COLUMNS = 16_384

_MAIN_PART = "xl/workbook.xml"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_SHEET_KINDS = frozenset({"worksheet", "dialogsheet"})
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HIDDEN = "Hidden sheets are not read: {} - unhide them in Excel to add what they hold."


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
            for sheet in _sheets_of_workbook(package, path):
                if sheet.is_hidden:
                    hidden.append(sheet.name)
                    continue
                rows = list(sheet_lines(sheet.rows, header=Header.UNCERTAIN))
                rows += text_box_lines(package, sheet.part)
                rows += comment_lines(package, sheet.part, main_part=package.main_part(_MAIN_PART))
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
    takes_charset = True

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path, *, charset: str = "") -> Document:
        """The rows in order.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding or out of reach, has too many or too
                large cells, or a quotation mark that is not closed.
        """
        decoded = decoded_with_notice(read_bytes(path, max_bytes=self._max_bytes), path, sent_as=charset)
        is_tab_separated = path.suffix.lower() in (".tsv", ".tab")
        return make_document(
            path,
            title="",
            media_type="text/tab-separated-values" if is_tab_separated else "text/csv",
            text=rows_in_words(normalise(decoded.text), path, is_tab_separated=is_tab_separated),
            metadata={"notice": decoded.notice},
        )


class _Sheet(NamedTuple):
    """A sheet by its name, with its rows from the top; a row ends with its last cell.

    part: where it lies in the file. is_hidden: its rows are left out then.
    """

    name: str
    rows: list[list[str]]
    part: str = ""
    is_hidden: bool = False


class _Styles(NamedTuple):
    """Number format of each cell style, by its position."""

    formats: list[str]
    is_1904: bool


def _sheets_of_workbook(package: Package, path: Path) -> Iterator[_Sheet]:
    """The sheets in order, the hidden ones without their rows.

    Raises:
        ReadError: a part is missing or damaged, or the cells are too many.
    """
    part = package.main_part(_MAIN_PART)
    workbook = package.xml(part)
    relation_by_id = {relation.id: relation for relation in package.relations(part)}
    strings = [
        text for root in package.related(part, "sharedStrings") for text in map(_rich_text, children(root, "si"))
    ]
    styles = _Styles(_formats(package, part), is_1904=_counts_from_1904(workbook))
    counter = CellCounter(path)
    entries = child(workbook, "sheets")
    for entry in children(entries, "sheet") if entries is not None else ():
        # `sheetId` is another number; the relation's id is the one with a namespace.
        ids = [value for key, value in entry.attrib.items() if key.endswith("}id")]
        relation = relation_by_id.pop(ids[0], None) if ids else None
        if relation is None or relation.kind not in _SHEET_KINDS:
            continue
        if attribute(entry, "state") in ("hidden", "veryHidden"):
            yield _Sheet(attribute(entry, "name"), [], is_hidden=True)
        else:
            root = package.xml(relation.target)
            yield _Sheet(attribute(entry, "name"), _rows(root, strings, styles, counter), relation.target)


def _counts_from_1904(workbook: Element) -> bool:
    properties = child(workbook, "workbookPr")
    return properties is not None and attribute(properties, "date1904") in ("1", "true")


def _formats(package: Package, part: str) -> list[str]:
    for root in package.related(part, "styles"):
        own = child(root, "numFmts")
        format_by_id = {str(number): text for number, text in BUILT_IN_FORMATS.items()}
        for entry in children(own, "numFmt") if own is not None else ():
            format_by_id[attribute(entry, "numFmtId")] = attribute(entry, "formatCode")
        cells = child(root, "cellXfs")
        return [format_by_id.get(attribute(entry, "numFmtId"), "") for entry in cells] if cells is not None else []
    return []


def _rich_text(item: Element) -> str:
    """The text of a string with or without formatted runs; phonetic hints for its reading are left out."""
    pieces = []
    for element in item:
        name = local_name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name == "r":
            text = child(element, "t")
            pieces.append((text.text or "") if text is not None else "")
    return "".join(pieces)


def _rows(root: Element, strings: list[str], styles: _Styles, counter: CellCounter) -> list[list[str]]:
    data = child(root, "sheetData")
    rows: dict[int, list[str]] = {}
    number = 0
    for row in data if data is not None else ():
        number = _row_number(row, number)
        cells: list[str] = []
        counter.add(len(row))
        column = -1
        for cell in row:
            column = _column(cell, column + 1)
            text = _cell_text(cell, strings, styles)
            if text and column < MAX_COLUMNS:
                counter.add(max(0, column - len(cells)))
                cells += [""] * (column + 1 - len(cells))
                cells[column] = text
        rows[number] = cells
    _fill_merged(root, rows, counter)
    return _with_gaps(rows)


def _with_gaps(rows: dict[int, list[str]]) -> list[list[str]]:
    """The rows in order; any number of rows left out between two is one blank row, which ends a table."""
    found: list[list[str]] = []
    previous = 0
    for number in sorted(rows):
        if number > previous + 1:
            found.append([])
        found.append(rows[number])
        previous = number
    return found


def _whole_number(text: str, *, otherwise: int) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else otherwise


def _row_number(row: Element, previous: int) -> int:
    return _whole_number(row.get("r") or "", otherwise=previous + 1)


def _column(cell: Element, following: int) -> int:
    """The column of a cell, from 0.

    Cells without a reference follow each other.
    """
    match = _REFERENCE.fullmatch(cell.get("r") or "")
    return _column_number(match[1]) if match else following


def _column_number(letters: str) -> int:
    """
    >>> _column_number("A"), _column_number("Z"), _column_number("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell_text(cell: Element, strings: list[str], styles: _Styles) -> str:
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        inline = child(cell, "is")
        return _rich_text(inline) if inline is not None else ""
    value = child(cell, "v")
    text = ((value.text or "") if value is not None else "").strip()
    if not text:
        return ""
    if kind == "s":
        position = _whole_number(text, otherwise=len(strings))
        return strings[position] if position < len(strings) else ""
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    if kind == "n":
        position = _whole_number(cell.get("s") or "", otherwise=0)
        return shown(text, styles.formats[position] if position < len(styles.formats) else "", is_1904=styles.is_1904)
    # An error such as #N/A says nothing; "str" and "d" stand as they are.
    return "" if kind == "e" else (value.text or "") if value is not None else ""


def _fill_merged(root: Element, rows: dict[int, list[str]], counter: CellCounter) -> None:
    """Give each row under a cell that was merged downwards the value of that cell, which is meant for all of them."""
    merged = child(root, "mergeCells")
    for entry in children(merged, "mergeCell") if merged is not None else ():
        first, _, last = (entry.get("ref") or "").partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if start is None or end is None:
            continue
        column = _column_number(start[1])
        top = rows.get(int(start[2]), [])
        if column >= len(top) or not top[column]:
            continue
        for number in range(int(start[2]) + 1, min(int(end[2]), int(start[2]) + len(rows)) + 1):
            below = rows.get(number)
            if below and any(below):
                counter.add(max(1, column - len(below)))
                below += [""] * (column + 1 - len(below))
                below[column] = below[column] or top[column]
