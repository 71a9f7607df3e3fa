"""The reader: a document with its cited sentences marked, or what is left of a citation when the document is gone.

The text is shown as it is, character for character (`markup.shown`), so that what is marked is what is quoted. Of a
long document only what stands around the citations is shown, with a line for what is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple

from rag import Citation, Document, Span
from ui.views.markup import NOTHING, Html, button, element, isolated, join, language_tag, link, text
from ui.views.places import also_in_words, dated, days_in_words, place_in_words, title_of

__all__ = ["N_AROUND", "render_gone", "render_no_source", "render_source"]

N_AROUND = 10_000
"""Characters shown before and after each citation of a document that is too long to be shown whole."""

N_WHOLE = 8
"""A document is shown whole up to this many times what is shown around a citation."""

_N_TO_LINE_END = 500
_N_WORTH_LEAVING_OUT = 1_000
_N_LOOKED_AT = 20_000
_WIDEST_WRAPPED_LINE = 100

_GAP_AFTER_BLOCK = re.compile(r"\n(?:[^\S\n]*\n)+")
_GAP_AFTER_LINE = re.compile(r"\n(?:[^\S\n]*\n)*")
_PAGE_STARTS = re.compile(r"\d{1,10}(,\d{1,10})*", re.ASCII)


class _Paragraph(NamedTuple):
    """A piece of the text, of which `gap` on is only white space."""

    start: int
    gap: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """A document with the citations that are marked in it, in the order in which they stand in the text."""

    document: Document
    citations: tuple[Citation, ...]
    current: int
    answer_id: str


def render_source(
    document: Document,
    citations: Sequence[Citation],
    current: int,
    *,
    answer_id: str = "",
    n_around: int = N_AROUND,
) -> str:
    """The document with every citation of it marked, the current one more strongly.

    A citation is marked only where the text at its span is its quote; that another is not marked is said. Citations of
    other documents are passed over.

    current: number of the citation to which the reader scrolls; 0 for none.
    answer_id: the answer that cites them; empty when they are places that somebody opened without one.
    n_around: characters before and after each citation that are shown of a long document.
    """
    own = sorted(
        (citation for citation in citations if citation.document_id == document.id),
        key=lambda citation: (citation.span, citation.number),
    )
    held = tuple(citation for citation in own if len(citation.span) and _is_held(citation, document))
    missing = [citation for citation in own if citation not in held]
    marked = _Marked(document=document, citations=held, current=current, answer_id=answer_id)
    windows = _windows(document.text, [citation.span for citation in held], n_around)
    return _frame(
        document.id,
        title_of(document.title, document.source),
        join([_heading(document), _place_of_current(marked), _steps(marked), *map(_missing_notice, missing)]),
        join(_window_pieces(marked, windows, n_around)) or element("p", text("No text."), class_="cv-notice"),
        language_tag(document.metadata.get("language", "")),
    )


def render_gone(citation: Citation) -> str:
    """What is left of a citation when its document was removed: the quote, and the note that the source is gone."""
    title = title_of(citation.title, citation.source)
    facts = [
        isolated(citation.source),
        dated(citation.published),
        text(days_in_words(citation)),
        text(place_in_words(citation)),
        text(also_in_words(citation.also_in)),
    ]
    heading = element("header", element("h2", isolated(title)), _facts(facts))
    note = element(
        "p",
        text("This source was removed from the documents. The sentence is as it was when the answer was given."),
        class_="cv-notice",
    )
    quote = element("blockquote", element("p", text(citation.quote), dir="auto"), class_="cv-gone-quote")
    return element("article", heading, note, quote, class_="cv-source cv-gone", aria_label=title)


def render_no_source() -> str:
    """The reader before anything is opened."""
    return element(
        "div",
        element("p", text("Choose a numbered citation to read it in its source.")),
        class_="cv-source cv-empty",
    )


def _is_held(citation: Citation, document: Document) -> bool:
    return citation.span.slice(document.text) == citation.quote


def _missing_notice(citation: Citation) -> Html:
    message = f"Citation {citation.number} is not marked: this text does not hold its words at that place."
    return element("p", text(message), class_="cv-notice")


def _frame(document_id: str, title: str, top: Html, body: Html, language: str) -> Html:
    region = element(
        "div", body, class_="cv-text", tabindex="0", role="region", aria_label=f"Text of {title}", lang=language
    )
    return element("article", top, region, class_="cv-source", data_document=document_id, aria_label=title)


def _heading(document: Document) -> Html:
    title = title_of(document.title, document.source)
    metadata = document.metadata
    is_file_name = title == PurePath(document.source).name
    facts = [
        NOTHING if document.source == title else isolated(document.source),
        dated(metadata.get("published", "")),
        isolated(metadata["author"]) if metadata.get("author") else NOTHING,
        link(metadata["url"]) if metadata.get("url") else NOTHING,
    ]
    language = language_tag(metadata.get("language", ""))
    class_ = "cv-title cv-file-name" if is_file_name else "cv-title"
    return element("header", element("h2", isolated(title), class_=class_, lang=language), _facts(facts))


def _facts(facts: Sequence[Html]) -> Html:
    return element("p", join(facts, text(" · ")), class_="cv-facts")


def _place_of_current(marked: _Marked) -> Html:
    """Where the current citation stands."""
    for citation in marked.citations:
        if citation.number == marked.current:
            place = place_in_words(citation)
            named = f"Citation {citation.number}: {place}" if marked.answer_id else f"{place[:1].upper()}{place[1:]}"
            words = [named, also_in_words(citation.also_in)]
            words.append(citation.corroboration_in_words)
            facts = [*map(text, filter(None, words)), link(citation.url, "on the web") if citation.url else NOTHING]
            return element("p", join(filter(None, facts), text(" · ")), class_="cv-place")
    return NOTHING


def _steps(marked: _Marked) -> Html:
    """Buttons to the citation before and after the current one, round in a circle, if there are several."""
    numbers = [citation.number for citation in marked.citations]
    if len(numbers) < 2:
        return NOTHING
    at = numbers.index(marked.current) if marked.current in numbers else -1
    before, after = numbers[at - 1 if at >= 0 else -1], numbers[(at + 1) % len(numbers)]
    position = f"{at + 1} of {len(numbers)}" if at >= 0 else f"{len(numbers)} citations"
    return element(
        "nav",
        _step("‹", f"Previous citation: {before}", before, marked.answer_id),
        element("span", text(position), class_="cv-position"),
        _step("›", f"Next citation: {after}", after, marked.answer_id),
        class_="cv-steps",
        aria_label="Citations in this document",
    )


def _step(sign: str, label: str, number: int, answer_id: str) -> Html:
    return button(
        element("span", text(sign), aria_hidden="true"),
        class_="cv-step",
        data_answer=answer_id,
        data_citation=str(number),
        aria_label=label,
    )


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


def _window_pieces(marked: _Marked, windows: Sequence[Span], n_around: int) -> Iterator[Html]:
    """The windows with a line for what is left out before, between and after them."""
    shown_to = 0
    for window in windows:
        yield _elided(marked, window.start - shown_to, n_around)
        yield from _window(marked, window)
        shown_to = window.end
    yield _elided(marked, len(marked.document.text) - shown_to, n_around)


def _elided(marked: _Marked, n_left_out: int, n_around: int) -> Html:
    if not n_left_out:
        return NOTHING
    widen = button(
        text("Show more"),
        class_="cv-widen",
        data_document=marked.document.id,
        data_answer=marked.answer_id,
        data_citation=str(marked.current),
        data_around=str(4 * max(n_around, 1)),
    )
    return element("p", text(f"… {n_left_out:,} characters not shown "), widen, class_="cv-elided")


def _window(marked: _Marked, window: Span) -> Iterator[Html]:
    """The paragraphs of one window, with a heading where a page begins."""
    content = marked.document.text
    page_by_start = _page_by_start(marked.document)
    cuts = [start for start in page_by_start if window.start < start < window.end]
    first_page = max((page for start, page in page_by_start.items() if start <= window.start), default=0)
    if first_page:
        is_continued = window.start not in page_by_start
        words = _page_heading(marked.document, first_page)
        yield element("h3", text(f"{words}{', continued' if is_continued else ''}"), class_="cv-page")
    line = content.count("\n", 0, window.start) + 1
    for paragraph in _paragraphs(content, window, cuts):
        if paragraph.start in cuts:
            words = _page_heading(marked.document, page_by_start[paragraph.start])
            yield element("h3", text(words), class_="cv-page")
        yield _paragraph(marked, paragraph, line)
        line += content.count("\n", paragraph.start, paragraph.end)


def _page_heading(document: Document, page: int) -> str:
    words = document.page_in_words(page)
    return words[:1].upper() + words[1:]


def _page_by_start(document: Document) -> dict[int, int]:
    """Where pages begin → their numbers; an empty page gives way to the next. Nothing if what is said cannot be."""
    written = document.metadata.get("page_starts", "")
    if not _PAGE_STARTS.fullmatch(written):
        return {}
    starts = [int(start) for start in written.split(",")]
    if starts != sorted(starts) or starts[-1] > len(document.text) or len(starts) < 2:
        return {}
    return {start: page for page, start in enumerate(starts, start=1)}


def _paragraphs(content: str, window: Span, cuts: Sequence[int]) -> Iterator[_Paragraph]:
    """The paragraphs of a window; a new one begins at each cut. Together they are the whole window."""
    gap_after = _GAP_AFTER_LINE if _has_a_line_per_paragraph(content) else _GAP_AFTER_BLOCK
    remaining = sorted(cuts)
    start = window.start
    for gap, end in [*(match.span() for match in gap_after.finditer(content, *_ends(window))), (window.end,) * 2]:
        while remaining and remaining[0] < end:
            cut = remaining.pop(0)
            if cut > start:
                yield _Paragraph(start, min(gap, cut), cut)
                start = cut
        if end > start:
            yield _Paragraph(start, max(gap, start), end)
            start = end


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _has_a_line_per_paragraph(content: str) -> bool:
    """Whether lines end where paragraphs do: when most of the text stands in lines too long to have been wrapped."""
    lines = [len(line) for line in content[:_N_LOOKED_AT].split("\n")]
    return 2 * sum(length for length in lines if length > _WIDEST_WRAPPED_LINE) > sum(lines)


def _paragraph(marked: _Marked, paragraph: _Paragraph, line: int) -> Html:
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
    return element("p", *pieces, class_="cv-paragraph", dir="auto")


def _marked_text(marked: _Marked, start: int, end: int) -> Html:
    """A piece of the text; where several citations overlap, each has a mark of its own around the common part."""
    piece = Span(start=start, end=end)
    covering = [citation for citation in marked.citations if citation.span.overlaps(piece)]
    if not covering:
        return text(marked.document.text[start:end])
    ends = {bound for citation in covering for bound in _ends(citation.span) if start < bound < end}
    parts = []
    for begin, stop in pairwise(sorted({start, end} | ends)):
        part = text(marked.document.text[begin:stop])
        for citation in reversed(covering):
            if citation.span.contains(Span(start=begin, end=stop)):
                part = _mark(marked, citation, part, is_end=citation.span.end == stop)
        parts.append(part)
    return join(parts)


def _reference(marked: _Marked, citation: Citation) -> dict[str, str]:
    """What a click on the mark opens: the citation of the answer, or the place where there is no answer."""
    if marked.answer_id:
        return {"data_answer": marked.answer_id, "data_citation": str(citation.number)}
    start, end = _ends(citation.span)
    return {"data_document": citation.document_id, "data_start": str(start), "data_end": str(end)}


def _mark(marked: _Marked, citation: Citation, content: Html, *, is_end: bool) -> Html:
    is_current = citation.number == marked.current
    classes = ["cv-mark", "cv-current" if is_current else "", "cv-mark-end" if is_end else ""]
    return element(
        "mark",
        content,
        class_=" ".join(filter(None, classes)),
        aria_current="true" if is_current else "",
        **_reference(marked, citation),
    )
