"""The text of a document in the reader: as it is, sign for sign, with headings, tables and the cited sentences marked.

Of a long document only what stands around the citations, or around what is looked at, is shown, with a line for what is
left out. Names of columns, which stand in each row of the text, are shown once, above the rows; the text keeps them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag import Citation, Document, Span
from ui.languages.kinds import page as page_in_words
from ui.languages.words import _, ngettext
from ui.views.markup import NOTHING, Html, button, element, join, text
from ui.views.reader.look import Look
from ui.views.reader.shape import Cell, Paragraph, Table, is_heading, paragraphs, tables

__all__ = ["N_AROUND", "N_WHOLE", "Marked", "render_text"]

N_AROUND = 10_000
"""Characters shown before and after each citation of a document that is too long to be shown whole."""

N_WHOLE = 8
"""A document is shown whole up to this many times what is shown around a citation."""

_N_TO_LINE_END = 500
_N_WORTH_LEAVING_OUT = 1_000
_FEW_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A document with the citations that are marked in it, in the order in which they stand in the text."""

    document: Document
    citations: tuple[Citation, ...]
    current: int
    answer_id: str
    look: Look

    @property
    def targets(self) -> list[Span]:
        """What has to be in sight: what is looked at, or else every citation."""
        if self.look.target is not None:
            return [self.look.target]
        start = self.here
        return [citation.span for citation in self.citations] if start < 0 else [Span(start=start, end=start)]

    @property
    def here(self) -> int:
        """Where the page begins that was asked for; -1 for none, or where the current citation is on that page."""
        pages = self.document.page_spans
        is_elsewhere = self.look.page and self.look.page != self.look.current_page
        return pages[self.look.page - 1].start if is_elsewhere and self.look.page <= len(pages) else -1


def render_text(marked: Marked, *, n_around: int) -> Html:
    """The text, or its parts around what has to be in sight; nothing for an empty text."""
    windows = _windows(marked.document.text, marked.targets, n_around)
    return join(_window_pieces(marked, windows, n_around))


def _windows(content: str, spans: Sequence[Span], n_around: int) -> list[Span]:
    """The parts of the text that are shown, in order and apart; no cited span is ever cut."""
    if len(content) <= N_WHOLE * n_around or len(content) <= _N_WORTH_LEAVING_OUT:
        return [Span(start=0, end=len(content))] if content else []
    windows: list[Span] = []
    for span in sorted(spans) or [Span(start=0, end=0)]:
        start, end = max(0, span.start - n_around), min(len(content), span.end + n_around)
        start = _line_start(content, start)
        end = _line_end(content, end)
        if windows and start - windows[-1].end < _N_WORTH_LEAVING_OUT:
            windows[-1] = Span(start=windows[-1].start, end=max(windows[-1].end, end))
        else:
            windows.append(Span(start=0 if start < _N_WORTH_LEAVING_OUT else start, end=end))
    if len(content) - windows[-1].end < _N_WORTH_LEAVING_OUT:
        windows[-1] = Span(start=windows[-1].start, end=len(content))
    return windows


def _line_start(content: str, position: int) -> int:
    """The start of the line, unless it is far away."""
    found = content.rfind("\n", max(0, position - _N_TO_LINE_END), position)
    return found + 1 if found >= 0 else position


def _line_end(content: str, position: int) -> int:
    found = content.find("\n", position, position + _N_TO_LINE_END)
    return found + 1 if found >= 0 else position


def _window_pieces(marked: Marked, windows: Sequence[Span], n_around: int) -> Iterator[Html]:
    """The windows with a line for what is left out before, between and after them."""
    shown_to = 0
    for window in windows:
        yield _elided(marked, window.start - shown_to, n_around)
        yield from _window(marked, window)
        shown_to = window.end
    yield _elided(marked, len(marked.document.text) - shown_to, n_around)


def _elided(marked: Marked, n_left_out: int, n_around: int) -> Html:
    if not n_left_out:
        return NOTHING
    widen = button(
        text(_("Show more")),
        class_="cv-widen",
        data_document=marked.document.id,
        data_answer=marked.answer_id,
        data_citation=str(marked.current),
        data_around=str(4 * max(n_around, 1)),
    )
    left_out = ngettext("{n} character not shown", "{n} characters not shown", n_left_out)
    return element("p", text(f"… {left_out} "), widen, class_="cv-elided")


def _window(marked: Marked, window: Span) -> Iterator[Html]:
    """The tables and paragraphs of one window, with a heading where a page begins."""
    content = marked.document.text
    pages = _PageHeadings(marked, window)
    yield pages.first()
    line = content.count("\n", 0, window.start) + 1
    start = window.start
    for table in [*tables(content, window, pages.cuts), None]:
        before = Span(start=start, end=table.start if table else window.end)
        for html, at, end in _prose(marked, before, pages, line):
            yield html
            line += content.count("\n", at, end)
        if table:
            yield pages.at(table.start)
            yield _table(marked, table, line)
            line += content.count("\n", table.start, table.end)
            start = table.end


class _PageHeadings:
    """The headings of the pages that begin in a window."""

    def __init__(self, marked: Marked, window: Span) -> None:
        self._marked = marked
        self._window = window
        spans = marked.document.page_spans
        # An empty page gives way to the next; a single page needs no heading.
        self._page_by_start = {span.start: page for page, span in enumerate(spans, start=1)} if len(spans) > 1 else {}
        self.cuts = [start for start in self._page_by_start if window.start < start < window.end]
        self.level = "h4" if self._page_by_start else "h3"
        """Of headings of the text, which stand below those of pages."""

    def first(self) -> Html:
        """The heading of the page in which the window begins."""
        start = self._window.start
        page = max((page for begin, page in self._page_by_start.items() if begin <= start), default=0)
        is_continued = start not in self._page_by_start
        return self._heading(page, start, is_continued=is_continued) if page else NOTHING

    def at(self, start: int) -> Html:
        """The heading of the page that begins there, but for the first of the window."""
        page = self._page_by_start.get(start, 0)
        return self._heading(page, start, is_continued=False) if page and start != self._window.start else NOTHING

    def _heading(self, page: int, start: int, *, is_continued: bool) -> Html:
        words = page_in_words(page, self._marked.document.page_label(page))
        named = f"{words[:1].upper()}{words[1:]}"
        heading = _("{page}, continued", page=named) if is_continued else named
        class_ = "cv-page cv-here" if start == self._marked.here else "cv-page"
        return element("h3", text(heading), class_=class_, data_page=str(page))


def _prose(marked: Marked, part: Span, pages: _PageHeadings, line: int) -> Iterator[tuple[Html, int, int]]:
    """The paragraphs of a part without tables, each with its start and end, and headings of pages before them."""
    document = marked.document
    found = list(paragraphs(document.text, part, [cut for cut in pages.cuts if cut > part.start]))
    author = document.metadata.get("author", "")
    for paragraph, following in pairwise([*found, None]):
        assert paragraph is not None  # noqa: S101 - only the last one is, and it is only a following one
        is_headline = is_heading(document.text, paragraph, following, title=document.title, author=author)
        level = pages.level if is_headline else "p"
        shown = _paragraph(marked, paragraph, line, level)
        yield join([pages.at(paragraph.start), shown]), paragraph.start, paragraph.end
        line += document.text.count("\n", paragraph.start, paragraph.end)


def _table(marked: Marked, table: Table, line: int) -> Html:
    """The rows below the names of their columns. All of the text is in the rows; what the names say there is unseen."""
    names = [name if not name.startswith("\t") else "" for name in table.columns]
    head = element("tr", *(element("th", text(name), scope="col") for name in names))
    rows = [_table_row(marked, table.columns, row, line + i) for i, row in enumerate(table.rows)]
    made = element(
        "table",
        element("thead", head) if any(names) else NOTHING,
        element("tbody", *rows, class_="cv-paragraph"),
        class_="cv-table",
    )
    is_wide = len(names) > _FEW_COLUMNS
    about = {"tabindex": "0", "role": "region", "aria_label": _("Table")} if is_wide else {}
    return element("div", made, class_="cv-table-around", **about)


def _table_row(marked: Marked, columns: Sequence[str], row: Sequence[Cell], line: int) -> Html:
    waiting = list(row)
    cells = []
    for name in columns:
        if waiting and waiting[0].name == name:
            cells.append(_table_cell(marked, waiting.pop(0)))
        else:
            cells.append(element("td"))
    return element("tr", *cells, class_="cv-line", data_line=str(line), dir="auto")


def _table_cell(marked: Marked, cell: Cell) -> Html:
    named, value, parting = (
        _marked_text(marked, start, end)
        for start, end in ((cell.start, cell.value), (cell.value, cell.after), (cell.after, cell.end))
    )
    unseen = [element("span", part, class_="cv-said") if part else NOTHING for part in (named, parting)]
    return element("td", unseen[0], value, unseen[1])


def _paragraph(marked: Marked, paragraph: Paragraph, line: int, level: str) -> Html:
    """One paragraph, each line an element of its own; the blank lines after it collapse."""
    content = marked.document.text
    pieces: list[Html] = []
    start = paragraph.start
    while start < paragraph.gap:
        end = content.find("\n", start, paragraph.gap) + 1 or paragraph.gap
        pieces.append(element("span", _marked_text(marked, start, end), class_="cv-line", data_line=str(line)))
        start, line = end, line + 1
    if paragraph.gap < paragraph.end:
        pieces.append(element("span", _marked_text(marked, paragraph.gap, paragraph.end), class_="cv-gap"))
    class_ = "cv-paragraph" if level == "p" else "cv-paragraph cv-heading"
    return element(level, *pieces, class_=class_, dir="auto")


def _marked_text(marked: Marked, start: int, end: int) -> Html:
    """A piece of the text; where several citations overlap, each has a mark of its own around the common part."""
    piece = Span(start=start, end=end)
    covering = [citation for citation in marked.citations if citation.span.overlaps(piece)]
    hits = _hits_in(marked.look, piece)
    if not covering and not hits:
        return text(marked.document.text[start:end])
    spans = [*(citation.span for citation in covering), *hits]
    ends = {bound for span in spans for bound in _ends(span) if start < bound < end}
    parts = []
    for begin, stop in pairwise(sorted({start, end} | ends)):
        part, within = text(marked.document.text[begin:stop]), Span(start=begin, end=stop)
        for hit in hits:
            if hit.contains(within):
                part = element("mark", part, class_="cv-hit cv-hit-now" if hit == marked.look.target else "cv-hit")
        for citation in reversed(covering):
            if citation.span.contains(within):
                part = _mark(marked, citation, part, is_end=citation.span.end == stop)
        parts.append(part)
    return join(parts)


def _hits_in(look: Look, piece: Span) -> Sequence[Span]:
    """The found places that share something with the piece; they are in order, and none lies over another."""
    first = bisect_right(look.hits, piece.start, key=lambda hit: hit.end)
    return look.hits[first : bisect_left(look.hits, piece.end, key=lambda hit: hit.start)] if look.hits else ()


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _reference(marked: Marked, citation: Citation) -> dict[str, str]:
    """What a click on the mark opens: the citation of the answer, or the place where there is no answer."""
    if marked.answer_id:
        return {"data_answer": marked.answer_id, "data_citation": str(citation.number)}
    start, end = _ends(citation.span)
    return {"data_document": citation.document_id, "data_start": str(start), "data_end": str(end)}


def _mark(marked: Marked, citation: Citation, content: Html, *, is_end: bool) -> Html:
    is_current = citation.number == marked.current
    classes = ["cv-mark", "cv-current" if is_current else "", "cv-mark-end" if is_end else ""]
    return element(
        "mark",
        content,
        class_=" ".join(filter(None, classes)),
        aria_current="true" if is_current else "",
        **_reference(marked, citation),
    )
