"""Excel workbooks as rows of what their cells show: 0.031 with the format "0.0%" is "3.1%".

openpyxl is not used: it gives numbers without their formats, so that 3.1% becomes 0.031, is slower, and opens the ZIP
file without limits. Of a format is understood what changes the meaning or the digits: dates and times, decimals,
thousands, per cent, currency signs and other fixed text. Dates are written as ISO 8601, because what Excel shows
depends on the language of the machine that it runs on. Fractions, exponents and conditions show the plain number.

Source: ECMA-376 part 1, section 18 (SpreadsheetML; numFmt in 18.8.30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._xml import Element, attribute, child, children, local_name
from rag.readers.office.ooxml import Package

__all__ = ["MAIN_PART", "MAX_CELLS", "CellCounter", "Sheet", "sheets_of_workbook", "shown"]

MAX_CELLS = 1_000_000
MAX_COLUMNS = 16_384

MAIN_PART = "xl/workbook.xml"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_SHEET_KINDS = frozenset({"worksheet", "dialogsheet"})


class Sheet(NamedTuple):
    """A sheet by its name, with its rows from the top; a row ends with its last cell.

    part: where it lies in the file. is_hidden: its rows are left out then.
    """

    name: str
    rows: list[list[str]]
    part: str = ""
    is_hidden: bool = False


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


class _Styles(NamedTuple):
    """Number format of each cell style, by its position."""

    formats: list[str]
    is_1904: bool


def sheets_of_workbook(package: Package, path: Path) -> Iterator[Sheet]:
    """The sheets in order, the hidden ones without their rows.

    Raises:
        ReadError: a part is missing or damaged, or the cells are too many.
    """
    part = package.main_part(MAIN_PART)
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
            yield Sheet(attribute(entry, "name"), [], is_hidden=True)
        else:
            root = package.xml(relation.target)
            yield Sheet(attribute(entry, "name"), _rows(root, strings, styles, counter), relation.target)


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


BUILT_IN_FORMATS = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15), "yyyy-mm-dd"),
    16: "d-mmm",
    17: "mmm-yy",
    **dict.fromkeys((18, 20), "h:mm"),
    **dict.fromkeys((19, 21), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((37, 38), "#,##0"),
    **dict.fromkeys((39, 40), "#,##0.00"),
    **dict.fromkeys((45, 47), "mm:ss"),
    46: "[h]:mm:ss",
    **dict.fromkeys(range(27, 32), "yyyy-mm-dd"),
}

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.', re.DOTALL)
_BRACKETED_TIME = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?,]*[#0?](?:,(?=[^#0?]|$))*(?:\.[#0?]*)?,*")
_MOST_CHARACTERS = 255
_MOST_DECIMALS = 15
_CONTEXT = Context(prec=100)  # more digits than any number here has, so that rounding never fails
_FIRST_PLACEHOLDER = 0xE000
# Excel believes, as Lotus did, that 1900 was a leap year; counting from this day is right from March 1900 on.
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_LAST_DAY = 2_957_000  # in the year 9995; counted from 1904 it must still be a date


class _Section(NamedTuple):
    """How one section of a format writes a number. Without `has_digits` it writes nothing but fixed text.

    date_parts: letters of a date or time; empty for a number.
    n_optional: how many of the decimals are left out where they are zero.
    power: of ten by which the number is multiplied.
    """

    is_general: bool = False
    date_parts: str = ""
    has_digits: bool = False
    before: str = ""
    after: str = ""
    n_decimals: int = 0
    n_optional: int = 0
    has_thousands: bool = False
    power: int = 0


def shown(value: str, number_format: str, *, is_1904: bool = False) -> str:
    """The number, written as in the file, as a cell of that format shows it; itself when it is no number.

    >>> shown("0.031", "0.0%"), shown("-1234.5", '#,##0.00 "€"'), shown("45728", "dd/mm/yy"), shown("0.1", "")
    ('3.1%', '-1,234.50 €', '2025-03-12', '0.1')
    """
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return value
    sections = _sections(number_format)
    has_own_sign = number < 0 and len(sections) > 1
    section = sections[1] if has_own_sign else sections[2] if number == 0 and len(sections) > 2 else sections[0]
    if section.is_general:
        return _plain(number)
    if section.date_parts:
        return _date(number, section.date_parts, is_1904=is_1904)
    return _number(number, section, has_own_sign=has_own_sign)


@lru_cache(maxsize=1_000)
def _sections(number_format: str) -> tuple[_Section, ...]:
    """The parts for positive numbers, negative numbers and zero; a semicolon in quotes separates nothing."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format[:_MOST_CHARACTERS])
    return tuple(map(_section, parts))


def _section(text: str) -> _Section:
    letters = _LITERAL.sub("", _BRACKETED_TIME.sub(r"\1", text))
    letters = re.sub(r"am/pm|a/p", "", letters, flags=re.IGNORECASE).lower()
    if letters.strip() == "general" or not text or "@" in letters:
        return _Section(is_general=True)
    if re.search("[ymdhs]", letters):
        return _Section(date_parts=letters)
    if re.search(r"e[+-]|/", letters):
        return _Section(is_general=True)
    # A placeholder stands for each piece of fixed text, which may hold digits of its own.
    literals: list[str] = []

    def kept(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return chr(_FIRST_PLACEHOLDER + len(literals) - 1)

    pattern = _LITERAL.sub(kept, text)
    text_by_placeholder = {_FIRST_PLACEHOLDER + i: literal for i, literal in enumerate(literals)}
    digits = _DIGITS.search(pattern)
    if digits is None:
        return _Section(before=pattern.translate(text_by_placeholder).strip())
    core = digits[0].rstrip(",")
    whole, _, decimals = core.partition(".")
    return _Section(
        has_digits=True,
        before=pattern[: digits.start()].translate(text_by_placeholder),
        after=pattern[digits.end() :].translate(text_by_placeholder),
        n_decimals=min(len(decimals), _MOST_DECIMALS),
        n_optional=len(decimals) - len(decimals.rstrip("#")),
        has_thousands="," in whole,
        power=2 * pattern.count("%") - 3 * (len(digits[0]) - len(core)),
    )


def _plain(number: Decimal) -> str:
    """As Excel's General: at most 15 digits, which hides what binary fractions add, and no zeros at the end."""
    text = f"{float(number):.15g}"
    return text if "e" not in text else f"{number.normalize():f}" if abs(number.adjusted()) < 21 else text


def _date(number: Decimal, letters: str, *, is_1904: bool) -> str:
    if not 0 <= number < _LAST_DAY:
        return _plain(number)
    n_seconds = round(float(number) * 86_400)
    has_time = "h" in letters or "s" in letters
    if "y" in letters or "d" in letters or not has_time:
        moment = (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(seconds=n_seconds)
        time = " %H:%M:%S" if "s" in letters else " %H:%M"
        return moment.strftime("%Y-%m-%d" + time * has_time)
    hours, seconds = divmod(n_seconds, 3600)
    text = f"{hours:02}:{seconds // 60:02}"
    return f"{text}:{seconds % 60:02}" if "s" in letters else text


def _number(number: Decimal, section: _Section, *, has_own_sign: bool) -> str:
    if not section.has_digits:
        return section.before or _plain(number)
    rounded = (
        abs(number).scaleb(section.power).quantize(Decimal(1).scaleb(-section.n_decimals), ROUND_HALF_UP, _CONTEXT)
    )
    text = f"{rounded:,f}" if section.has_thousands else f"{rounded:f}"
    if section.n_optional and "." in text:
        n_zeros = len(text) - len(text.rstrip("0"))
        text = text[: len(text) - min(section.n_optional, n_zeros)].rstrip(".")
    sign = "-" if number < 0 and rounded and not has_own_sign else ""
    return f"{sign}{section.before}{text}{section.after}".strip()
