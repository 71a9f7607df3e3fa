"""Word files as documents: paragraphs, headings, list items and table rows, each a line, and what stands beside them.

What Word shows is what is read, with the numbers that it counts by itself: tracked insertions stand in the text,
tracked deletions, hidden text and the table of contents do not. Notes, the numbers of charts and comments follow the
text; of headers and footers only a line whose date stands nowhere else is read. There are no pages: where they begin
depends on the program and its fonts. python-docx is not used: it leaves out insertions, content controls, text boxes
and notes, and opens the ZIP file without limits.

Source: ECMA-376 part 1, section 17 (WordprocessingML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import make_document, normalise
from rag.readers._package import Element, attribute, child, children, descendants, local_name, open_zip, path_to
from rag.readers.office.numbering import Numbering
from rag.readers.office.ooxml import Package, chart_lines, comment_lines, is_on
from rag.readers.shape.dateline import date_of_line, only_dated
from rag.readers.shape.raised import lowered, raised, resolved
from rag.readers.shape.tables import Header, in_columns, names_of_heads, table_lines
from rag.types import Document

__all__ = ["DocxReader"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN_PART = "word/document.xml"
_TITLE_STYLES = ("title", "heading 1")
_CONTENTS_STYLE = "toc "
# Around blocks or words, and shown as if they were not there.
_TRANSPARENT = frozenset(
    [
        *("ins", "moveTo", "hyperlink", "smartTag", "customXml", "sdt", "sdtContent", "fldSimple"),
        *("dir", "bdo", "ruby", "rubyBase", "oMath", "oMathPara", "r"),
    ]
)
_MATHEMATICS = frozenset(
    [
        *("e", "num", "den", "sup", "sub", "deg", "lim", "fName", "d", "f", "rad", "sSup", "sSub"),
        *("sSubSup", "nary", "func", "box"),
    ]
)
_CHARACTER_BY_ELEMENT = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_MARK_BY_ALIGNMENT = {"superscript": raised, "subscript": lowered}
_MARK_BY_SCRIPT = {"sup": raised, "sub": lowered}
_CHUNK_KIND = re.compile(r"\.(x?html?|txt)$", re.IGNORECASE)
_LONGEST_CELL = 400
"""A table with a longer cell, or one half as long of several paragraphs, only lays out the page."""
_NO_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})


class _Paragraph(NamedTuple):
    text: str
    style: str


class _File(NamedTuple):
    """What paragraphs refer to: names of styles by their ids, numbers of lists, and the lines of files put in whole."""

    styles: Mapping[str, str]
    numbering: Numbering
    chunks: Mapping[str, list[str]]


class DocxReader:
    """Reads Word files (.docx, .docm); title and author come from the properties or the first heading."""

    media_types = frozenset({_MEDIA_TYPE})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of the file, footnotes and endnotes after it.

        Raises:
            ReadError: the file is empty, too large, damaged, encrypted, of another kind or out of reach, or shows no
                text.
        """
        with open_zip(path, max_bytes=self._max_bytes) as archive:
            package = Package(archive, path)
            part = package.main_part(_MAIN_PART)
            properties = package.core_properties()
            body = child(package.xml(part), "body")
            file = _File(_style_names(package, part), Numbering(package, part), _chunks(package, part, path))
            try:
                paragraphs = list(_blocks(body, file)) if body is not None else []
                notes = list(_notes(package, part, file))
                frame = list(_frame_lines(package, part, file))
            except RecursionError as error:
                raise ReadError(str(path), "its parts are nested too deeply - save it again as text") from error
            notes += chart_lines(package, part)
            notes += comment_lines(package, part, main_part=part)
        shown = [text for text, style in paragraphs if text and not style.startswith(_CONTENTS_STYLE)]
        dated = only_dated(frame, shown)
        heading = next((text for text, style in paragraphs if style in _TITLE_STYLES and text), "")
        return make_document(
            path,
            title=properties.title or heading,
            media_type=_MEDIA_TYPE,
            text=normalise("\n".join([*dated, *shown, *notes])),
            metadata={
                "author": properties.author,
                "language": properties.language,
                "published": next(filter(None, map(date_of_line, dated)), ""),
            },
        )


def _style_names(package: Package, part: str) -> dict[str, str]:
    """Style id → its name in lower case: the ids are in the language of the program, the names are not."""
    names = {}
    for root in package.related(part, "styles"):
        for style in children(root, "style"):
            name = child(style, "name")
            if name is not None:
                names[attribute(style, "styleId")] = attribute(name, "val").lower()
    return names


def _chunks(package: Package, part: str, path: Path) -> dict[str, list[str]]:
    """Relation id → the lines of a page or text that the file holds whole; other kinds are left out."""
    found = {}
    for relation in package.relations(part):
        if relation.kind == "aFChunk" and (match := _CHUNK_KIND.search(relation.target)):
            data = package.data(relation.target)
            text = decode(data, path) if data else ""
            if match[1].lower() != "txt" and not is_nested_too_deeply(text):
                page = parse(text)
                remove_hidden(page)
                text = visible_text(page.body) if page.body is not None else ""
            found[relation.id] = [stripped for line in text.split("\n") if (stripped := line.strip())]
    return found


def _frame_lines(package: Package, part: str, file: _File) -> Iterator[str]:
    """The lines of headers and footers."""
    for kind in ("header", "footer"):
        for root in package.related(part, kind):
            yield from (text for text, _ in _blocks(root, file) if text)


def _notes(package: Package, part: str, file: _File) -> Iterator[str]:
    for kind, name in (("footnotes", "footnote"), ("endnotes", "endnote")):
        for root in package.related(part, kind):
            for note in children(root, name):
                if attribute(note, "type") not in _NO_NOTES:
                    yield from (text for text, _ in _blocks(note, file) if text)


def _blocks(parent: Element, file: _File) -> Iterator[_Paragraph]:
    """The paragraphs and table rows below an element, in reading order; what is in a text box follows its paragraph."""
    for element in parent:
        name = local_name(element)
        if name == "p":
            style = path_to(element, "pPr", "pStyle")
            style_name = file.styles.get(attribute(style, "val"), "") if style is not None else ""
            text = _paragraph_text(element)
            number = file.numbering.before(element) if text else ""
            yield _Paragraph(f"{number} {text}".strip(), style_name)
            for box in _text_boxes(element):
                yield from _blocks(box, file)
        elif name == "tbl":
            yield from (_Paragraph(line, "") for line in _table(element, file))
        elif name == "altChunk":
            yield from (_Paragraph(line, "") for line in file.chunks.get(attribute(element, "id"), []))
        elif name in _TRANSPARENT:
            yield from _blocks(element, file)
        elif name == "AlternateContent":
            choice = child(element, "Choice")
            yield from _blocks(choice if choice is not None else element, file)


def _paragraph_text(paragraph: Element) -> str:
    lines = "".join(_pieces(paragraph)).split("\n")
    return "\n".join(stripped for line in lines if (stripped := resolved(line).strip()))


def _pieces(parent: Element) -> Iterator[str]:
    """The characters of a paragraph or run, in order."""
    for element in parent:
        name = local_name(element)
        if name == "t":
            yield element.text or ""
        elif name in _CHARACTER_BY_ELEMENT:
            yield _CHARACTER_BY_ELEMENT[name]
        elif name == "r":
            properties = child(element, "rPr")
            if properties is None:
                yield from _pieces(element)
            elif not is_on(properties, "vanish"):
                alignment = child(properties, "vertAlign")
                mark = _MARK_BY_ALIGNMENT.get(attribute(alignment, "val")) if alignment is not None else None
                yield from _pieces(element) if mark is None else [mark("".join(_pieces(element)))]
        elif name in ("sSup", "sSub", "sSubSup"):
            yield from _scripts(element)
        elif name in _TRANSPARENT or name in _MATHEMATICS:
            yield from _pieces(element)
        elif name == "AlternateContent":
            choice = child(element, "Choice")
            if choice is not None:
                yield from _pieces(choice)


def _scripts(element: Element) -> Iterator[str]:
    """A formula's base, and what stands above and below it."""
    for part in element:
        mark = _MARK_BY_SCRIPT.get(local_name(part))
        if local_name(part) == "e":
            yield from _pieces(part)
        elif mark is not None:
            yield mark("".join(_pieces(part)))


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    """The contents of the text boxes anchored in a paragraph, each once, without those inside another box."""
    skipped: set[Element] = set()
    for element in paragraph.iter():
        name = local_name(element)
        if element in skipped:
            continue
        if name in ("Fallback", "del", "moveFrom", "txbxContent"):
            skipped.update(element.iter())
        if name == "txbxContent":
            yield element


def _table(table: Element, file: _File) -> Iterator[str]:
    """A line for each row, or for each paragraph of a table that only lays out the page."""
    rows: list[list[tuple[str, int]]] = []
    paragraphs_of_cells: list[list[str]] = []
    is_layout = False
    n_heads = 0
    for row in _below(table, "tr"):
        properties = child(row, "trPr")
        if properties is not None and child(properties, "del") is not None:
            continue
        n_heads += n_heads == len(rows) and properties is not None and is_on(properties, "tblHeader")
        texts: list[tuple[str, int]] = []
        for cell in _below(row, "tc"):
            paragraphs = [text for text, _ in _blocks(cell, file) if text]
            paragraphs_of_cells.append(paragraphs)
            is_layout |= _lays_out(cell, paragraphs)
            text, n_columns = " ".join(paragraphs), _n_columns(cell)
            if rows and _goes_on_from_above(cell):
                text = _at_column(rows[-1], sum(span for _, span in texts)) or text
            texts.append((text, n_columns))
        rows.append(texts)
    if is_layout:
        yield from (text for paragraphs in paragraphs_of_cells for text in paragraphs)
    else:
        lines = in_columns(rows)
        if n_heads > 1:
            lines = [names_of_heads(lines[:n_heads]), *lines[n_heads:]]
        yield from table_lines(lines, header=Header.MARKED if n_heads else Header.UNCERTAIN)


def _at_column(row: list[tuple[str, int]], column: int) -> str:
    """What stands in the column of a row of cells with the numbers of columns that they cover."""
    for text, span in row:
        if column < span:
            return text
        column -= span
    return ""


def _lays_out(cell: Element, paragraphs: list[str]) -> bool:
    """Whether the cell holds more than a table's cell does: running text, or another table."""
    length = sum(map(len, paragraphs))
    limit = _LONGEST_CELL if len(paragraphs) == 1 else _LONGEST_CELL // 2
    return length > limit or any(True for _ in descendants(cell, "tbl"))


def _below(parent: Element, wanted: str) -> Iterator[Element]:
    """The children of that name, also those inside insertions and content controls."""
    for element in parent:
        name = local_name(element)
        if name == wanted:
            yield element
        elif name in _TRANSPARENT:
            yield from _below(element, wanted)


def _goes_on_from_above(cell: Element) -> bool:
    merge = path_to(cell, "tcPr", "vMerge")
    return merge is not None and attribute(merge, "val") in ("", "continue")


def _n_columns(cell: Element) -> int:
    """How many columns the cell covers; at most 100, because the number is only a claim of the file."""
    span = path_to(cell, "tcPr", "gridSpan")
    value = attribute(span, "val") if span is not None else ""
    return min(int(value), 100) if value.isdecimal() and value.isascii() and 0 < len(value.lstrip("0")) < 5 else 1
