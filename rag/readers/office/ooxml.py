"""What Word, PowerPoint and Excel files have in common: parts, formats of numbers, and what stands beside the text.

A part is read with the relations that lead to it; charts, text boxes and remarks of readers hang from the part that
shows them. Of a format of numbers is understood what changes the meaning or the digits: dates and times, decimals,
thousands, per cent, currency signs and other fixed text. Dates are written as ISO 8601, because what Excel shows
depends on the language of the machine that it runs on. Fractions, exponents and conditions show the plain number.

Source: ECMA-376 part 2 (Open Packaging Conventions), sections 6.5 and 8, and part 1, sections 17.13.4 (comments),
18.8.30 (numFmt) and 21.2 (charts).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._normalisation import comment_line, one_line
from rag.readers._package import (
    Element,
    SafeZip,
    attribute,
    child,
    children,
    descendants,
    local_name,
    parse_xml,
    path_to,
)
from rag.readers.shape.tables import named_row

__all__ = [
    "BUILT_IN_FORMATS",
    "CoreProperties",
    "Package",
    "Relation",
    "chart_lines",
    "comment_lines",
    "is_on",
    "shown",
    "text_box_lines",
]

MAX_POINTS = 20_000
# What the programs write there by themselves.
_NO_TITLES = frozenset({"powerpoint presentation", "word document", "presentation title", "untitled", "document"})
_NO_AUTHORS = frozenset({"openpyxl", "python-docx", "xlsxwriter", "microsoft office user", "user", "author"})
_OFF = frozenset({"0", "false", "off", "none"})


class Relation(NamedTuple):
    """Another part that a part refers to; `kind` is the last piece of its type, such as "slide"."""

    id: str
    kind: str
    target: str


class CoreProperties(NamedTuple):
    """What the file says about itself; when it was made is not when it was published."""

    title: str
    author: str
    language: str


class Package:
    """The parts of an Office file."""

    def __init__(self, archive: SafeZip, path: Path) -> None:
        self._archive = archive
        self._path = path
        self._names = frozenset(archive.names())
        self._relations: dict[str, list[Relation]] = {}

    def main_part(self, fallback: str) -> str:
        """The name of the part that everything hangs from.

        Raises:
            ReadError: there is none: the file is a ZIP of another kind.
        """
        relations = self.relations("")
        name = next((relation.target for relation in relations if relation.kind == "officeDocument"), fallback)
        if name not in self._names:
            raise ReadError(str(self._path), f"it has no part {fallback!r} - give the file the suffix of what it is")
        return name

    def xml(self, name: str) -> Element:
        """The root of a part.

        Raises:
            ReadError: it is missing, damaged or no harmless XML.
        """
        return parse_xml(self._archive.read(name), self._path, part=name)

    def data(self, name: str) -> bytes:
        """The bytes of a part; none when the file has no such part."""
        return self._archive.read(name) if name in self._names else b""

    def xml_if_there(self, name: str) -> Element | None:
        """The root of a part; None when the file has no such part."""
        return self.xml(name) if name in self._names else None

    def relations(self, part: str) -> list[Relation]:
        """What the part refers to inside the file, by absolute name; what lies outside is left out."""
        if part in self._relations:
            return self._relations[part]
        folder, _, name = part.rpartition("/")
        root = self.xml_if_there(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = self._relations.setdefault(part, [])
        for entry in children(root, "Relationship") if root is not None else ():
            if attribute(entry, "TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attribute(entry, "Target"))).lstrip("/")
                found.append(Relation(attribute(entry, "Id"), attribute(entry, "Type").rpartition("/")[2], target))
        return found

    def related(self, part: str, kind: str) -> list[Element]:
        """The roots of all parts of that kind which the part refers to, and which are there."""
        targets = [relation.target for relation in self.relations(part) if relation.kind == kind]
        return [self.xml(target) for target in targets if target in self._names]

    def core_properties(self) -> CoreProperties:
        """Title, author and language; each empty when the file does not say."""
        said: dict[str, str] = {}
        for root in self.related("", "core-properties")[:1]:
            for entry in root:
                said[local_name(entry)] = (entry.text or "").strip()
        title, author = said.get("title", ""), said.get("creator", "")
        return CoreProperties(
            title="" if title.lower() in _NO_TITLES else title,
            author="" if author.lower() in _NO_AUTHORS else author,
            language=said.get("language", ""),
        )


def is_on(element: Element, name: str) -> bool:
    """Whether a property such as `<w:vanish/>` stands below the element, directly, and is not switched off."""
    return any(attribute(entry, "val").lower() not in _OFF for entry in children(element, name))


def chart_lines(package: Package, part: str) -> Iterator[str]:
    """The titles of the charts that a part shows, and a line for each of their categories with all series."""
    for root in package.related(part, "chart"):
        chart = child(root, "chart")
        if chart is not None:
            yield from _lines_of_chart(chart)


def _lines_of_chart(chart: Element) -> Iterator[str]:
    title = child(chart, "title")
    if title is not None and (text := one_line("".join(text.text or "" for text in descendants(title, "t")))):
        yield text
    names: list[str] = [""]
    rows: dict[int, list[str]] = {}
    for series in descendants(chart, "ser"):
        name = path_to(series, "tx", "strRef", "strCache")
        own_name = path_to(series, "tx", "v")
        names.append(next(iter(_points(name).values()), "") if name is not None else _text(own_name))
        column = len(names) - 1
        for kind in ("cat", "xVal"):
            for i, value in _values(child(series, kind)).items():
                rows.setdefault(i, [value])
        for kind in ("val", "yVal"):
            for i, value in _values(child(series, kind)).items():
                row = rows.setdefault(i, [""])
                row += [""] * (column + 1 - len(row))
                row[column] = value
    for i in sorted(rows):
        if any(rows[i][1:]):
            yield named_row(names, rows[i])


def _values(data: Element | None) -> Mapping[int, str]:
    """The cached values of a series by their position, as the chart shows them."""
    for cache in data.iter() if data is not None else ():
        if local_name(cache) in ("strCache", "numCache", "strLit", "numLit"):
            return _points(cache)
    return {}


def _points(cache: Element) -> dict[int, str]:
    code = _text(child(cache, "formatCode"))
    found: dict[int, str] = {}
    for point in children(cache, "pt"):
        position, text = attribute(point, "idx"), _text(child(point, "v"))
        if position.isdecimal() and len(position) < 7 and len(found) < MAX_POINTS and text:
            found[int(position)] = shown(text, attribute(point, "formatCode") or code, is_1904=False) if code else text
    return found


def _text(element: Element | None) -> str:
    return one_line(element.text or "") if element is not None else ""


def text_box_lines(package: Package, part: str) -> Iterator[str]:
    """The paragraphs of the text boxes that float over a sheet."""
    for drawing in package.related(part, "drawing"):
        for body in descendants(drawing, "txBody"):
            for paragraph in children(body, "p"):
                if text := one_line("".join(run.text or "" for run in descendants(paragraph, "t"))):
                    yield text


def comment_lines(package: Package, part: str, *, main_part: str) -> Iterator[str]:
    """The comments on a part, each a line with who made it, in whatever way the program keeps them."""
    name_by_id = {
        attribute(author, "id"): attribute(author, "name") or attribute(author, "displayName")
        for kind in ("commentAuthors", "authors", "person")
        for root in package.related(main_part, kind)
        for author in root
    }
    threaded = package.related(part, "threadedComment")
    for root in threaded or package.related(part, "comments"):
        own = child(root, "authors")
        names = [_text(author) for author in own] if own is not None else []
        for comment in root.iter():
            if local_name(comment) in ("comment", "cm", "threadedComment"):
                text = one_line("".join(_comment_pieces(comment)))
                number = attribute(comment, "authorId") or attribute(comment, "personId")
                own_name = names[int(number)] if number.isdecimal() and int(number[:6]) < len(names) else ""
                author = attribute(comment, "author") or own_name or name_by_id.get(number, "")
                if text:
                    yield comment_line(author, text, place=attribute(comment, "ref"))


def _comment_pieces(comment: Element) -> Iterator[str]:
    for element in comment.iter():
        name = local_name(element)
        if name == "t" or (name == "text" and len(element) == 0):
            yield element.text or ""
        elif name in ("p", "br"):
            yield " "


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
