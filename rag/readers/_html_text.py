"""The text of HTML as a reader of the page sees it: one line for each block, words whole, nothing that is hidden.

Only white space is ever added to the words of the page, so a quote is what the page says. Markup is read by lexbor,
which repairs broken pages as browsers do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.readers.shape import raised as shape
from rag.readers.shape.tables import Header, in_columns, names_of_heads, table_lines
from rag.readers.shape.wrapping import unwrapped

__all__ = [
    "BLOCKS",
    "VisibleLine",
    "is_nested_too_deeply",
    "parse",
    "remove_frame",
    "remove_hidden",
    "visible_lines",
    "visible_text",
]

_INVISIBLE = (
    "head, script, style, noscript, template, iframe, object, embed, svg, canvas, audio, video, select, datalist, "
    "button, textarea, dialog, [hidden], [aria-hidden=true], [role=tooltip], [role=doc-backlink], .footnote-back, "
    ".reversefootnote, .mw-editsection, .mw-jump-link, .mw-cite-backlink"
)
_CARD_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:hover|info|profile|preview|person|bio)-?card|tool-?tip-?_*(?:text|content|body|card|box)|pop-?over(?:-?_*(?:content|body))?)\b",
    re.IGNORECASE,
)
"""What opens over the text when the pointer rests on a word of it."""
_FRAME = (
    "nav, footer, aside, menu, [role=navigation], [role=banner], [role=contentinfo], [role=complementary], "
    "[role=search], [role=dialog], [role=alertdialog]"
)
_HIDDEN_STYLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_RAISED_OR_LOWERED = (
    "sup, sub, [style*=vertical-align], [role=doc-noteref], [epub\\:type=noteref], span[class$=FootnoteReference]"
)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_NOTE_CLASS = re.compile(r"(?:foot|end)?note|\bref(?:erence)?\b|\bcit(?:e|ation)", re.IGNORECASE)
BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"),
        *("dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *("hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup"),
        *("option", "p", "pre", "search", "section", "summary", "table", "tbody", "tfoot"),
        *("thead", "tr", "ul"),
    ]
)
_CELLS = frozenset({"td", "th"})
_CELL_BLOCKS = "p, div, ul, ol, dl, table, h1, h2, h3, h4, h5, h6, blockquote, pre, section, article"
# Repairing a page takes time that grows with the square of its depth; browsers stop at 512.
MAX_DEPTH = 20_000
_TAG = re.compile(
    r"<(/?)(?!(?:p|li|t[dhr]|tbody|d[td]|br|img|hr|input|meta|link|wbr|col|source|area)\b)[a-z]", re.IGNORECASE
)
_LONGEST_CELL = 300
"""Characters: a table with a longer cell lays out the page."""
_MOST_CELLS = 200_000
_MOST_CELL_BLOCKS = 2
_LONGEST_NAME = 60
_SPACES = re.compile("[ \u00a0]{2,}")
_TAB = re.compile(" *\t *")
_SPACE = re.compile("[ \t\n\r\f]+")


def parse(html: str) -> LexborHTMLParser:
    """The page as a browser would build it; NUL, which ends a page for the parser, is left out."""
    return LexborHTMLParser(html.replace("\0", ""))


def is_nested_too_deeply(html: str) -> bool:
    """Whether more elements are open at once than any page needs, and than can be read in a reasonable time."""
    depth = 0
    for tag in _TAG.finditer(html):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            return True
    return False


def remove_hidden(page: LexborHTMLParser) -> None:
    """Take out of the page what a browser does not show, and form controls: it is no part of what the page says."""
    for element in page.css(_INVISIBLE):
        _take_out(element)
    for element in page.css("[style]"):
        if _HIDDEN_STYLE.search(element.attributes.get("style") or ""):
            _take_out(element)
    for element in page.css("p [class], p ~ [class]"):
        if _CARD_CLASS.search(element.attributes.get("class") or ""):
            _take_out(element)


def remove_frame(page: LexborHTMLParser) -> None:
    """Take out what the page itself marks as navigation, footer, aside or dialogue."""
    for element in page.css(_FRAME):
        _take_out(element)


def visible_text(root: LexborNode, *, is_resolved: bool = True) -> str:
    """The text below an element: a line for each block, and for each row of a table with the names of its columns.

    is_resolved: otherwise raised and lowered signs are marked, for `rag.readers.shape.raised.resolved`.

    White space runs become one space, as in a browser, except in `<pre>`. Links leave their words, images nothing.

    >>> visible_text(parse("<p>A <b>wo</b>rd<br>and</p><table><tr><td>x</td></tr></table>").body)
    'A word\\nand\\nx'
    """
    return "\n".join(line.text for line in visible_lines(root, is_resolved=is_resolved))


class VisibleLine(NamedTuple):
    """A line of a page, and the text or the table in the page with which it begins."""

    text: str
    start: LexborNode


def visible_lines(root: LexborNode, *, is_resolved: bool = True) -> list[VisibleLine]:
    """The lines of `visible_text`, none of them blank but in `<pre>`, each with its place in the page."""
    writer = _LineWriter(is_resolved=is_resolved)
    tables = {element.mem_id: element for element in root.css("table") if _is_data_table(element)}
    open_table = -1
    marks = {element.mem_id: mark for element in root.css(_RAISED_OR_LOWERED) if (mark := _mark(element))}
    for element, is_start in _walk(root):
        if open_table >= 0:
            if element.mem_id == open_table and not is_start:
                open_table = -1
            continue
        tag = element.tag or ""
        if tables and element.mem_id in tables:
            writer.turn_block(is_row=True)
            writer.lines += (VisibleLine(line, element) for line in _table_lines(element, is_resolved=is_resolved))
            open_table = element.mem_id
            continue
        if marks and element.mem_id in marks:
            start, end = marks[element.mem_id]
            writer.mark(start if is_start else end)
        if element.is_text_node:
            writer.write(element)
        elif tag == "br":
            if is_start:
                writer.end_line()
        elif tag in _CELLS:
            writer.turn_cell(is_start, is_data=_is_data_cell(element) if is_start else False)
        elif tag in BLOCKS:
            if not is_start and tag == "p" and writer.is_open and _goes_on_below(element):
                continue
            if tag in ("dt", "dd") and _is_one_value(element) and is_start == (tag == "dd"):
                if is_start:
                    writer.name_value()
                continue
            writer.turn_block(is_row=tag == "tr")
            if tag == "pre":
                writer.turn_preformatted(is_start, is_code=is_start and element.css_first("code, samp") is not None)
    writer.turn_block(is_row=True)
    writer.turn_preformatted(False, is_code=False)
    return writer.lines


class _LineWriter:
    """Collects words into lines."""

    def __init__(self, *, is_resolved: bool) -> None:
        self.lines: list[VisibleLine] = []
        self._start: LexborNode | None = None
        self._is_resolved = is_resolved
        self.is_preformatted = False
        self._pieces: list[str] = []
        self._preformatted: list[str] = []
        self._is_code = False
        self._is_in_data_cell = False

    @property
    def is_open(self) -> bool:
        """Whether a line has begun that no stop has ended."""
        line = "".join(self._pieces[-8:]).rstrip()
        return bool(line) and not self.is_preformatted and (line[-1].isalnum() or line[-1] in ",;)”’")

    def write(self, element: LexborNode) -> None:
        text = element.text_content or ""
        if self._start is None and text.strip():
            self._start = element
        if not self.is_preformatted:
            self._pieces.append(_SPACE.sub(" ", text))
            return
        first, *rest = text.replace("\r\n", "\n").split("\n")
        self._pieces.append(first)
        for piece in rest:
            self.end_line()
            self._pieces.append(piece)

    def mark(self, sign: str) -> None:
        """Write a sign that stands for no character."""
        self._pieces.append(sign)

    def name_value(self) -> None:
        """What was written is the name of the value that follows."""
        self._pieces = ["".join(self._pieces).rstrip().removesuffix(":"), ": "]

    def turn_preformatted(self, is_start: bool, *, is_code: bool) -> None:
        """Text begins or ends whose line breaks stand; those that only a full line made do not."""
        self.is_preformatted = is_start
        if is_start:
            self._is_code = is_code
        elif self._preformatted:
            text = "\n".join(self._preformatted)
            lines = (text if self._is_code else unwrapped(text)).split("\n")
            if self._start is not None:
                self.lines += [VisibleLine(line, self._start) for line in lines if line]
            self._preformatted.clear()
            self._start = None

    def end_line(self) -> None:
        line = "".join(self._pieces)
        if self._is_resolved:
            line = shape.resolved(line)
        # Spaces meet where an inline element ends with one and the text after it begins with one.
        if self.is_preformatted:
            line = line.rstrip()
        else:
            line = _SPACES.sub(" ", line) if "  " in line or "\u00a0" in line else line
            line = (_TAB.sub("\t", line) if "\t" in line else line).strip()
        self._pieces.clear()
        if self.is_preformatted:
            self._preformatted.append(line)
            return
        if line and self._start is not None:
            self.lines.append(VisibleLine(line, self._start))
        self._start = None

    def turn_block(self, *, is_row: bool) -> None:
        if self._is_in_data_cell and not is_row:
            self._pieces.append(" ")
        else:
            self._is_in_data_cell = False
            self.end_line()

    def turn_cell(self, is_start: bool, *, is_data: bool) -> None:
        self._is_in_data_cell = is_start and is_data
        if is_start and not is_data:
            self.end_line()
        elif is_start and self._pieces:
            self._pieces.append("\t")


def _goes_on_below(paragraph: LexborNode) -> bool:
    """Whether bare text below the paragraph goes on with its sentence, which a block inside it has cut in two."""
    below = paragraph.next
    text = (below.text_content or "").lstrip() if below is not None and below.is_text_node else ""
    return text[:1].islower() or text[:1] in tuple("(,;")


def _is_one_value(element: LexborNode) -> bool:
    """Whether a short name in a list of names is followed by one value, of which it or the value is the element."""
    name = element if element.tag == "dt" else _beside(element, forwards=False)
    value = element if element.tag == "dd" else _beside(element, forwards=True)
    if name is None or value is None or name.tag != "dt" or value.tag != "dd":
        return False
    following, before = _beside(value, forwards=True), _beside(name, forwards=False)
    is_alone = (following is None or following.tag != "dd") and (before is None or before.tag != "dt")
    text = name.text().strip()
    is_name = 0 < len(text) <= _LONGEST_NAME and not text.endswith((".", "?", "!"))
    return is_alone and is_name and not name.css(_CELL_BLOCKS) and not value.css(_CELL_BLOCKS)


def _beside(element: LexborNode, *, forwards: bool) -> LexborNode | None:
    """The nearest element beside it, texts left out."""
    found = element.next if forwards else element.prev
    while found is not None and (found.is_text_node or found.tag == "-comment"):
        found = found.next if forwards else found.prev
    return found


def _is_data_cell(cell: LexborNode) -> bool:
    """Whether a cell holds one value; cells with several blocks are the columns of a page laid out as a table."""
    return len(cell.css(_CELL_BLOCKS)) <= 1 and not cell.css("table, br")


def _is_data_table(table: LexborNode) -> bool:
    """Whether a table holds values, rather than lays out the page."""
    if (table.attributes.get("role") or "").lower() in ("presentation", "none") or any(
        inner.mem_id != table.mem_id for inner in table.css("table, form")
    ):
        return False
    rows = table.css("tr")
    cells = table.css("td, th")
    if len(rows) < 2 or len(cells) < len(rows) * 3 // 2 or len(cells) > _MOST_CELLS:
        return False
    if any(len(cell.css(_CELL_BLOCKS)) > _MOST_CELL_BLOCKS for cell in cells):
        return False
    return all(len(cell.text()) <= _LONGEST_CELL for cell in cells)


def _table_lines(table: LexborNode, *, is_resolved: bool) -> Iterator[str]:
    """The caption, and a line for each row with the names of its columns."""
    caption = table.css_first("caption")
    if caption is not None:
        yield from visible_text(caption, is_resolved=is_resolved).split("\n")
    going_down: dict[int, tuple[int, str]] = {}
    n_heads = 0
    spanned: list[list[tuple[str, int]]] = []
    for row in table.css("tr"):
        cells: list[tuple[str, int]] = []
        column = 0
        elements = [cell for cell in row.iter() if cell.tag in _CELLS]
        for cell in [*elements, None]:
            while column in going_down:
                n_more, text = going_down.pop(column)
                if n_more > 1:
                    going_down[column] = (n_more - 1, text)
                cells.append((shape.added(text), 1))
                column += 1
            if cell is None:
                break
            text = " ".join(_cell_text(cell).split())
            width, height = _count(cell, "colspan", 100), _count(cell, "rowspan", 1_000)
            cells.append((text, width))
            for below in range(column, column + width):
                if height > 1:
                    going_down[below] = (height - 1, text)
            column += width
        is_head = bool(elements) and (
            all(cell.tag == "th" for cell in elements) or (row.parent is not None and row.parent.tag == "thead")
        )
        n_heads += is_head and n_heads == len(spanned)
        spanned.append(cells)
    rows = in_columns(spanned, named=shape.added)
    while n_heads and len(rows[0]) > 1 and not any(rows[0][1:]):
        yield rows.pop(0)[0]  # a title across the table
        n_heads -= 1
    if n_heads:
        heads = [[shape.resolved(cell) for cell in row] for row in rows[:n_heads]]
        rows = [names_of_heads(heads), *rows[n_heads:]]
    found = table_lines(rows, header=Header.MARKED if n_heads else Header.UNCERTAIN, named=shape.added)
    yield from (map(shape.resolved, found) if is_resolved else found)


def _cell_text(cell: LexborNode) -> str:
    """The text of a cell with its raised signs marked; most hold nothing but a text, which is the text then."""
    first = cell.first_child
    if first is None or (first.is_text_node and first.next is None):
        return cell.text()
    return visible_text(cell, is_resolved=False)


def _count(cell: LexborNode, name: str, most: int) -> int:
    value = cell.attributes.get(name) or ""
    return min(int(value), most) if value.isdecimal() and value.isascii() and 0 < len(value.lstrip("0")) < 5 else 1


def _mark(element: LexborNode) -> tuple[str, str] | None:
    """The signs around what the element raises or lowers; None when it does neither."""
    tag, about = element.tag, element.attributes
    style = _RAISED_STYLE.search(about.get("style") or "")
    if tag == "sub" or (style and style[1].lower() == "sub"):
        return _signs(shape.lowered)
    if tag == "span" and not style and "FootnoteReference" in (about.get("class") or ""):
        inner = element.css("span[class$=FootnoteReference]")  # Word writes one inside the other
        return None if any(each.mem_id != element.mem_id for each in inner) else _signs(shape.note_mark)
    if tag not in ("sup", "a") and not style:
        return None
    parent = element.parent
    links = [element, *element.css("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    is_note = any("#" in (link.attributes.get("href") or "") for link in links) or (
        _NOTE_CLASS.search(about.get("class") or "") is not None
    )
    if tag == "a" and not style:
        return _signs(shape.note_mark) if not element.css("sup") else None
    return _signs(shape.note_mark if is_note else shape.raised)


def _signs(marked: Callable[[str], str]) -> tuple[str, str]:
    start, _, end = marked("\0").partition("\0")
    return start, end


def _take_out(element: LexborNode) -> None:
    if element.parent is not None and element.tag not in ("html", "body"):
        element.decompose()


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Each element at its start and at its end, and each text once; without recursion, for pages nested deeply."""
    element, is_start, root_id = root, True, root.mem_id
    while True:
        yield element, is_start
        child = element.first_child if is_start else None
        if child is not None:
            element = child
            continue
        if is_start and not element.is_text_node:
            yield element, False
        if element.mem_id == root_id:
            return
        following = element.next
        if following is not None:
            element, is_start = following, True
            continue
        parent = element.parent
        if parent is None:
            return
        element, is_start = parent, False
