"""The bar of the reader: text or original, words to find, and the page to go to; `reader.js` says what is wanted."""

from __future__ import annotations

from rag import Document
from ui.finding import MOST_FOUND
from ui.languages.words import _
from ui.views.markup import NOTHING, Html, button, element, entry, join, text
from ui.views.reader.look import Look

__all__ = ["PRINTED", "TEXT", "render_bar"]

TEXT, PRINTED = "text", "printed"
"""What `data-view` says."""


def render_bar(document: Document, look: Look, *, steps: Html = NOTHING) -> Html:
    """The bar over a document that is looked at so; steps: between its citations."""
    return element(
        "div",
        steps,
        _views(look) if look.has_original else NOTHING,
        _finding(look),
        _paging(document, look),
        button(text(_("Larger")), class_="cv-larger", aria_pressed="false") if look.printed else NOTHING,
        class_="cv-bar",
    )


def _views(look: Look) -> Html:
    views = (
        button(
            text(words),
            class_="cv-look",
            data_view=view,
            aria_pressed="true" if (view == PRINTED) is (look.printed is not None) else "false",
        )
        for view, words in ((TEXT, _("Text")), (PRINTED, _("Original")))
    )
    return element("div", *views, class_="cv-views", role="group", aria_label=_("Show"))


def _finding(look: Look) -> Html:
    return element(
        "div",
        element("label", text(_("Find in this document")), class_="cv-unseen", for_="cv-find"),
        entry("cv-find", kind="search", class_="cv-find", hint=_("Find")),
        element("span", text(_found_in_words(look)), class_="cv-found", role="status", aria_live="polite"),
        _steps_between_hits(look),
        class_="cv-finding",
        role="search",
    )


def _found_in_words(look: Look) -> str:
    """How many places there are, and which of them is looked at.

    >>> _found_in_words(Look(find="a")), _found_in_words(Look())
    ('not found', '')
    """
    if not look.find:
        return ""
    if not look.hits:
        return _("not found")
    if len(look.hits) == MOST_FOUND:
        return _("{number} of {n_all} or more", number=look.hit, n_all=len(look.hits))
    return _("{number} of {n_all}", number=look.hit, n_all=len(look.hits))


def _steps_between_hits(look: Look) -> Html:
    n = len(look.hits)
    if n < 2:
        return NOTHING
    before, after = (look.hit - 2) % n + 1, look.hit % n + 1
    return join(
        [_step("‹", _("Previous place"), data_hit=str(before)), _step("›", _("Next place"), data_hit=str(after))]
    )


def _step(sign: str, label: str, **data: str) -> Html:
    return button(element("span", text(sign), aria_hidden="true"), class_="cv-look cv-turn", aria_label=label, **data)


def _paging(document: Document, look: Look) -> Html:
    """The field for a page; with the pages before and after it where one is shown as it is printed."""
    n_pages = look.printed.picture.n_pages if look.printed else len(document.page_spans)
    if n_pages < 2:
        return NOTHING
    found = document.page_at(look.target.start) if look.target else 0
    page = look.page or found or look.current_page or 1
    before, after = NOTHING, NOTHING
    if look.printed:
        before = _step("‹", _("Previous page"), data_page=str(page - 1)) if page > 1 else NOTHING
        after = _step("›", _("Next page"), data_page=str(page + 1)) if page < n_pages else NOTHING
    return element(
        "div",
        before,
        element("label", text(_("Page")), for_="cv-go"),
        entry("cv-go", kind="text", class_="cv-go", value=document.page_label(page) or str(page)),
        element("span", text(_("of {n}", n=n_pages))),
        after,
        class_="cv-paging",
    )
