"""The reader: a document with its cited sentences marked, or what is left of a citation when the document is gone.

The text is shown as it is, character for character (`markup.shown`), so that what is marked is what is quoted; or a
page of the original as it is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from rag import Citation, Document
from ui.languages.kinds import corroboration
from ui.languages.words import _, ngettext
from ui.views.markup import NOTHING, Html, button, element, isolated, join, language_tag, link, text
from ui.views.places import also_in_words, dated, days_in_words, place_in_words, title_of
from ui.views.reader.look import Look
from ui.views.reader.page_view import render_page
from ui.views.reader.reader_bar import PRINTED, render_bar
from ui.views.reader.text_view import N_AROUND, N_WHOLE, Marked, render_text

__all__ = ["N_AROUND", "N_WHOLE", "render_gone", "render_no_source", "render_source"]


def render_source(
    document: Document,
    citations: Sequence[Citation],
    current: int,
    *,
    answer_id: str = "",
    n_around: int = N_AROUND,
    look: Look | None = None,
) -> str:
    """The document with every citation of it marked, the current one more strongly; or a page of its original.

    A citation is marked only where the text at its span is its quote; that another is not marked is said. Citations of
    other documents are passed over.

    current: number of the citation to which the reader scrolls; 0 for none.
    answer_id: the answer that cites them; empty when they are places that somebody opened without one.
    n_around: characters before and after each citation that are shown of a long document.
    look: what else is looked at; its page, if it has one, was drawn for these citations in this order.
    """
    look = look or Look()
    own = sorted(
        (citation for citation in citations if citation.document_id == document.id),
        key=lambda citation: (citation.span, citation.number),
    )
    held = tuple(citation for citation in own if len(citation.span) and _is_held(citation, document))
    missing = [citation for citation in own if citation not in held]
    marked = Marked(document=document, citations=held, current=current, answer_id=answer_id, look=look)
    notices = [*map(_missing_notice, missing), _notice(look.notice) if look.notice else NOTHING]
    title = title_of(document.title, document.source)
    if look.printed:
        body = render_page(look.printed, citations, current, title=title)
    else:
        body = render_text(marked, n_around=n_around) or _notice(_("No text."))
    return element(
        "article",
        _heading(document),
        _place_of_current(marked),
        render_bar(document, look, steps=_steps(marked)),
        element("div", *notices, class_="cv-notices"),
        _region(body, title, look, language_tag(document.metadata.get("language", ""))),
        class_="cv-source",
        aria_label=title,
        **_what_is_open(marked, n_around),
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
        text(_("This source was removed from the documents. The sentence is as it was when the answer was given.")),
        class_="cv-notice",
    )
    quote = element("blockquote", element("p", text(citation.quote), dir="auto"), class_="cv-gone-quote")
    return element("article", heading, note, quote, class_="cv-source cv-gone", aria_label=title)


def render_no_source() -> str:
    """The reader before anything is opened."""
    return element(
        "div",
        element("p", text(_("Choose a numbered citation to read it in its source."))),
        class_="cv-source cv-empty",
    )


def _is_held(citation: Citation, document: Document) -> bool:
    return citation.span.slice(document.text) == citation.quote


def _missing_notice(citation: Citation) -> Html:
    number = str(citation.number)
    return _notice(
        _("Citation {number} is not marked: this text does not hold its words at that place.", number=number)
    )


def _notice(message: str) -> Html:
    return element("p", text(message), class_="cv-notice")


def _region(body: Html, title: str, look: Look, language: str) -> Html:
    """What scrolls: the text, or the page."""
    name = _("Text of {title}", title=title)
    if look.printed:
        name = _("Page {number} of {title}", number=str(look.page), title=title)
    class_ = "cv-text cv-printed" if look.printed else "cv-text"
    return element("div", body, class_=class_, tabindex="0", role="region", aria_label=name, lang=language)


def _what_is_open(marked: Marked, n_around: int) -> dict[str, str]:
    """What the script of the page sends back when something else of the same is to be seen."""
    look = marked.look
    opened = {"data_document": marked.document.id}
    for citation in marked.citations:
        if citation.number == marked.current and marked.answer_id:
            opened |= {"data_answer": marked.answer_id, "data_citation": str(citation.number)}
        elif citation.number == marked.current:
            opened |= {"data_start": str(citation.span.start), "data_end": str(citation.span.end)}
    return opened | {
        "data_around": str(n_around),
        "data_view": PRINTED if look.printed else "",
        "data_page": str(look.page) if look.page else "",
        "data_find": look.find,
        "data_hit": str(look.hit) if look.hit else "",
    }


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


def _place_of_current(marked: Marked) -> Html:
    """Where the current citation stands."""
    for citation in marked.citations:
        if citation.number == marked.current:
            place = place_in_words(citation)
            named = f"{place[:1].upper()}{place[1:]}"
            if marked.answer_id:
                named = _("Citation {number}: {place}", number=str(citation.number), place=place)
            words = [named, also_in_words(citation.also_in)]
            words.append(corroboration(citation))
            facts = [*map(text, filter(None, words)), link(citation.url, _("on the web")) if citation.url else NOTHING]
            return element("p", join(filter(None, facts), text(" · ")), class_="cv-place")
    return NOTHING


def _steps(marked: Marked) -> Html:
    """Buttons to the citation before and after the current one, round in a circle, if there are several."""
    numbers = [citation.number for citation in marked.citations]
    if len(numbers) < 2:
        return NOTHING
    at = numbers.index(marked.current) if marked.current in numbers else -1
    before, after = numbers[at - 1 if at >= 0 else -1], numbers[(at + 1) % len(numbers)]
    position = (
        _("{number} of {n_all}", number=at + 1, n_all=len(numbers))
        if at >= 0
        else ngettext("{n} citation", "{n} citations", len(numbers))
    )
    return element(
        "nav",
        _step("‹", _("Previous citation: {number}", number=str(before)), before, marked.answer_id),
        element("span", text(position), class_="cv-position"),
        _step("›", _("Next citation: {number}", number=str(after)), after, marked.answer_id),
        class_="cv-steps",
        aria_label=_("Citations in this document"),
    )


def _step(sign: str, label: str, number: int, answer_id: str) -> Html:
    return button(
        element("span", text(sign), aria_hidden="true"),
        class_="cv-step",
        data_answer=answer_id,
        data_citation=str(number),
        aria_label=label,
    )
