"""OpenDocument files, as LibreOffice writes them: texts, spreadsheets and presentations.

Tracked deletions, comments and hidden text are left out; the cells of a spreadsheet are what it shows.

Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES
from rag.readers._normalisation import JoinedPages, join_pages, make_document, normalise
from rag.readers._package import Element, attribute, child, children, descendants, local_name, open_zip, parse_xml
from rag.readers.shape.delimited import CellCounter
from rag.readers.shape.raised import lowered, raised, resolved
from rag.readers.shape.tables import Header, names_of_heads, sheet_lines, table_lines
from rag.types import Document

__all__ = ["OpenDocumentReader"]

_TEXT = "application/vnd.oasis.opendocument.text"
_SHEET = "application/vnd.oasis.opendocument.spreadsheet"
_SLIDES = "application/vnd.oasis.opendocument.presentation"
_MEDIA_TYPE_BY_BODY = {"text": _TEXT, "spreadsheet": _SHEET, "presentation": _SLIDES}
_UNSHOWN = frozenset(
    [
        *("tracked-changes", "annotation", "annotation-end", "sequence-decls", "variable-decls"),
        *("table-of-content", "alphabetical-index", "illustration-index", "table-index", "user-index"),
        *("object-index", "bibliography", "hidden-text", "hidden-paragraph", "ruby-text", "forms"),
        *("settings", "note-citation", "title", "desc", "event-listeners", "shapes"),
    ]
)
_MOST_REPEATED = 1_000
"""Blanks, cells and rows can be said to come any number of times; blank ones then only fill the sheet."""


class OpenDocumentReader:
    """Reads .odt, .ods and .odp files; title, author and language come from their properties."""

    media_types = frozenset(_MEDIA_TYPE_BY_BODY.values())

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of the file; the notes of a text after it, the slides of a presentation as pages.

        Raises:
            ReadError: the file is empty, too large, damaged, encrypted, of another kind or out of reach, shows no text,
                or has too many cells.
        """
        with open_zip(path, max_bytes=self._max_bytes) as archive:
            root = parse_xml(archive.read("content.xml"), path, part="content.xml")
            _mark_raised(root)
            body = child(root, "body")
            said: dict[str, str] = {}
            if "meta.xml" in archive.names():
                meta = child(parse_xml(archive.read("meta.xml"), path, part="meta.xml"), "meta")
                said = {local_name(entry): entry.text or "" for entry in meta} if meta is not None else {}
        kind = next((name for name in _MEDIA_TYPE_BY_BODY if child(body, name) is not None), "")
        content = child(body, kind) if kind else None
        if content is None:
            raise ReadError(str(path), "it is no text, spreadsheet or presentation - save it as one of them")
        try:
            pages = _pages(content, kind, path)
        except RecursionError as error:
            raise ReadError(str(path), "its parts are nested too deeply - save it again as text") from error
        return make_document(
            path,
            title=said.get("title", ""),
            media_type=_MEDIA_TYPE_BY_BODY[kind],
            text=pages.text,
            metadata={
                "author": said.get("initial-creator", "") or said.get("creator", ""),
                "language": said.get("language", ""),
                "page_starts": pages.page_starts if kind == "presentation" else "",
            },
        )


def _pages(content: Element, kind: str, path: Path) -> JoinedPages:
    if kind == "text":
        lines = [*_blocks(content), *(line for note in descendants(content, "note-body") for line in _blocks(note))]
        return join_pages([normalise("\n".join(lines))])
    if kind == "presentation":
        return join_pages([normalise("\n".join(_blocks(page))) for page in children(content, "page")])
    counter = CellCounter(path)
    sheets = []
    for table in children(content, "table"):
        lines = list(sheet_lines(list(_sheet_rows(table, counter)), header=Header.UNCERTAIN))
        sheets.append(normalise("\n".join([attribute(table, "name"), *lines])) if lines else "")
    return join_pages(sheets)


def _blocks(parent: Element) -> Iterator[str]:
    """A line for each paragraph, heading and table row, at any depth."""
    for element in parent:
        name = local_name(element)
        if name in ("p", "h"):
            yield from (stripped for line in _paragraph(element).split("\n") if (stripped := line.strip()))
            for frame in descendants(element, "text-box"):
                yield from _blocks(frame)
        elif name == "table":
            rows = _filled([[(cell, " ".join(_blocks(cell))) for cell in _cells(row)] for row in _rows(element)])
            heads = child(element, "table-header-rows")
            n_heads = len(list(_rows(heads))) if heads is not None else 0
            if n_heads > 1:
                rows = [names_of_heads(rows[:n_heads]), *rows[n_heads:]]
            yield from table_lines(rows, header=Header.MARKED if n_heads else Header.UNCERTAIN)
        elif name not in _UNSHOWN:
            yield from _blocks(element)


def _paragraph(paragraph: Element) -> str:
    return "\n".join(map(resolved, "".join(_pieces(paragraph)).split("\n")))


def _mark_raised(root: Element) -> None:
    """Mark the texts whose style raises or lowers them, where they stand."""
    marks = {}
    for style in descendants(root, "style"):
        for properties in children(style, "text-properties"):
            place = attribute(properties, "text-position").split(" ")[0]
            if place.strip("-0%"):
                marks[attribute(style, "name")] = lowered if place.startswith(("sub", "-")) else raised
    for span in descendants(root, "span") if marks else ():
        mark = marks.get(attribute(span, "style-name"))
        if mark is not None and span.text:
            span.text = mark(span.text)


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for below in element:
        name = local_name(below)
        if name == "s":
            count = attribute(below, "c")
            yield " " * (min(int(count), _MOST_REPEATED) if count.isdecimal() and len(count) < 8 else 1)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name not in _UNSHOWN and name not in ("note", "frame", "custom-shape"):
            yield from _pieces(below)
        yield below.tail or ""


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        name = local_name(element)
        if name == "table-row":
            yield element
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(element)


def _filled(rows: Sequence[Sequence[tuple[Element, str]]]) -> list[list[str]]:
    """The texts of the cells; one that is covered has the text of the one over it; one over a whole row stands once."""
    filled: list[list[str]] = []
    going_down: dict[int, tuple[int, str]] = {}
    for row in rows:
        texts: list[str] = []
        going_right = 0
        for column, (cell, text) in enumerate(row):
            n_more, above = going_down.pop(column, (0, ""))
            if n_more > 1:
                going_down[column] = (n_more - 1, above)
            if local_name(cell) == "covered-table-cell":
                text = above if n_more else texts[-1] if going_right > 0 else text
                going_right -= 1
            else:
                going_right = _repeated(cell, "number-columns-spanned") - 1
            height = _repeated(cell, "number-rows-spanned")
            if height > 1 and text:
                going_down[column] = (height - 1, text)
            texts.append(text)
        is_across = len(texts) > 1 and len(set(texts)) == 1 and local_name(row[1][0]) == "covered-table-cell"
        filled.append([texts[0], *[""] * (len(texts) - 1)] if is_across else texts)
    return filled


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in row if local_name(cell) in ("table-cell", "covered-table-cell"))


def _sheet_rows(table: Element, counter: CellCounter) -> Iterator[list[str]]:
    for row in _rows(table):
        cells: list[str] = []
        blank = 0
        for cell in _cells(row):
            text = " ".join(_paragraph(paragraph) for paragraph in children(cell, "p")).strip()
            n_times = _repeated(cell, "number-columns-repeated")
            if text:
                counter.add(blank + n_times)
                cells += [""] * blank + [text] * n_times
                blank = 0
            else:
                blank += n_times
        n_rows = _repeated(row, "number-rows-repeated") if cells else 1
        counter.add(n_rows * len(cells))
        yield from [cells] * n_rows


def _repeated(element: Element, name: str) -> int:
    count = attribute(element, name)
    return max(1, int(count)) if count.isdecimal() and count.isascii() and len(count) < 10 else 1
