"""The list of documents as HTML: a page of it, what can be done with what is ticked, and the versions of a document.

Pure functions over records: titles, paths and outlets are data, and escaped. What is ticked to be put somewhere, or
removed, is known to the page's script alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag import DocumentOrder, DocumentPage, DocumentVersion, ListedDocument
from ui.languages.words import N_, _, ngettext
from ui.views.markup import (
    NOTHING,
    Html,
    attribute_text,
    button,
    choice,
    date_in_words,
    element,
    isolated,
    join,
    text,
    tick_box,
)
from ui.views.places import dated, title_of

__all__ = ["N_ON_A_PAGE", "ORDERS", "ListView", "render_documents", "render_no_documents"]

N_ON_A_PAGE = 50

ORDERS: Mapping[str, tuple[str, DocumentOrder, bool]] = {
    "newest": (N_("Newest first"), DocumentOrder.PUBLISHED, True),
    "oldest": (N_("Oldest first"), DocumentOrder.PUBLISHED, False),
    "added": (N_("Added last"), DocumentOrder.ADDED, True),
    "title": (N_("Title"), DocumentOrder.TITLE, False),
    "outlet": (N_("Outlet"), DocumentOrder.OUTLET, False),
    "longest": (N_("Longest first"), DocumentOrder.LENGTH, True),
    "shortest": (N_("Shortest first"), DocumentOrder.LENGTH, False),
}
"""Name → what it is called, what it sorts by, and whether the largest comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """What of the list is looked at.

    words: that each document has. order: one of `ORDERS`. start: position of the first document that is shown.
    is_narrowed: only what the next question searches. opened: the id of the document whose versions are shown.
    """

    words: str = ""
    order: str = "added"
    start: int = 0
    is_narrowed: bool = False
    opened: str = ""


def render_no_documents() -> str:
    """What stands in the place of documents before there are any."""
    return element(
        "div",
        element("p", text(_("There are no documents yet."))),
        element("p", text(_("Add files or a folder, or load the example, and ask what they say."))),
        class_="cv-empty",
    )


def render_documents(
    page: DocumentPage,
    view: ListView,
    *,
    n_all: int,
    notebooks: Sequence[str] = (),
    versions: Sequence[DocumentVersion] = (),
    can_narrow: bool = False,
) -> str:
    """A page of the list; n_all: how many documents there are. versions: those of the document that is opened.

    notebooks: names of those that what is ticked can be put into. can_narrow: whether not everything is searched.
    """
    if not n_all:
        return render_no_documents()
    head = _head(page, view, n_all, can_narrow=can_narrow) if n_all > 1 else NOTHING
    if not page.n_total:
        none = element("p", text(_("No title, folder or text holds all of these words.")), class_="cv-empty")
        return element("div", head, none, class_="cv-list")
    is_one = n_all == 1
    rows = (_row(each, view, versions, is_one=is_one) for each in page.documents)
    return element(
        "div",
        head,
        NOTHING if is_one else _bar(page, notebooks),
        element("ul", *rows, class_="cv-documents"),
        _pager(page),
        class_="cv-list",
        data_total=str(page.n_total),
    )


def _head(page: DocumentPage, view: ListView, n_all: int, *, can_narrow: bool) -> Html:
    shown = len(page.documents)
    if shown < page.n_total:
        said = _("{first}–{last} of {n} documents", first=page.start + 1, last=page.start + shown, n=page.n_total)
    elif page.n_total < n_all:
        said = ngettext("{n_found} of {n} document", "{n_found} of {n} documents", n_all, n_found=page.n_total)
    else:
        said = ngettext("{n} document", "{n} documents", n_all)
    narrowed = button(
        text(_("Only what is searched")),
        class_="cv-toggle",
        data_do="view",
        data_narrowed="no" if view.is_narrowed else "yes",
        aria_pressed="true" if view.is_narrowed else "false",
    )
    orders = [(name, _(words)) for name, (words, *_by) in ORDERS.items()]
    return element(
        "div",
        tick_box(text(_("All on this page")), class_="cv-tick-page", is_on=False) if page.n_total else NOTHING,
        element("p", text(said), class_="cv-count"),
        narrowed if can_narrow or view.is_narrowed else NOTHING,
        choice(_("Sort"), orders, class_="cv-order", value=view.order),
        class_="cv-list-head",
    )


def _bar(page: DocumentPage, notebooks: Sequence[str]) -> Html:
    """What can be done with the documents that are ticked; the script shows it while some are, and counts them."""

    def does(what: str, words: str) -> Html:
        return button(text(words), class_="cv-action", data_do=what)

    every = _("Select all {n}", n=page.n_total)
    into: list[Html] = []
    if notebooks:
        names = [(name, name) for name in notebooks]
        into = [choice(_("Notebook"), names, class_="cv-into", value=notebooks[0]), does("put", _("Put in"))]
        into.append(does("take", _("Take out")))
    return element(
        "div",
        element("span", class_="cv-n-ticked", aria_live="polite"),
        does("all", every) if page.n_total > len(page.documents) else NOTHING,
        does("only", _("Search only these")),
        *into,
        does("remove", _("Remove")),
        does("none", _("Clear selection")),
        class_="cv-ticked-bar",
        role="group",
        aria_label=_("Selected documents"),
    )


def _row(listed: ListedDocument, view: ListView, versions: Sequence[DocumentVersion], *, is_one: bool) -> Html:
    """is_one: whether there is no other document, so that nothing is to be chosen."""
    info = listed.info
    title = title_of(info.title, listed.path)
    named = {"data_document": info.id}
    facts = [
        NOTHING if listed.path == title else isolated(listed.path),
        isolated(info.outlet) if info.outlet else NOTHING,
        dated(info.published),
        text(ngettext("{n} sentence", "{n} sentences", info.n_sentences)),
        text(_("added {day}", day=date_in_words(info.added_at))),
    ]
    kept = [element("span", isolated(name), class_="cv-in-notebook") for name in listed.notebooks]
    box = tick_box(NOTHING, class_="cv-tick", is_on=False, aria_label=_("Select {title}", title=title), **named)
    only = button(text(_("Search only")), class_="cv-only", aria_label=_("Search only {title}", title=title), **named)
    is_opened = view.opened == info.id
    older = button(
        text(ngettext("{n} version", "{n} versions", listed.n_versions)),
        class_="cv-versions",
        data_do="view",
        data_opened="none" if is_opened else info.id,
        aria_expanded="true" if is_opened else "false",
        aria_label=_("Versions of {title}", title=title),
    )
    return element(
        "li",
        NOTHING if is_one else box,
        element(
            "div",
            button(isolated(title), class_="cv-open", **named),
            element("span", join(facts, text(" · ")), class_="cv-facts"),
            element("span", *kept, older if listed.n_versions > 1 else NOTHING, class_="cv-facts cv-belongs")
            if kept or listed.n_versions > 1
            else NOTHING,
            _versions(versions) if is_opened else NOTHING,
            class_="cv-listed",
        ),
        element(
            "span",
            NOTHING if is_one else only,
            button(text(_("Remove")), class_="cv-remove", aria_label=_("Remove {title}", title=title), **named),
            class_="cv-row-actions",
        ),
    )


def _versions(versions: Sequence[DocumentVersion]) -> Html:
    """The newest first, each with a button that opens it."""
    rows = []
    for version in reversed(versions):
        number, added = str(version.number), date_in_words(version.added_at)
        until = version.superseded_at
        said = (
            _("added {day}, replaced {until}", day=added, until=date_in_words(until))
            if until
            else _("added {day}, searched", day=added)
        )
        opens = button(text(_("Version {number}", number=number)), class_="cv-open", data_document=version.document_id)
        rows.append(element("li", opens, text(" "), element("span", text(said))))
    return element("ul", *rows, class_="cv-version-list")


def _pager(page: DocumentPage) -> Html:
    n_pages = -(-page.n_total // N_ON_A_PAGE)
    if n_pages <= 1:
        return NOTHING
    number = page.start // N_ON_A_PAGE + 1

    def turns(words: str, to: int) -> Html:
        return (
            button(text(words), class_="cv-action", data_do="view", data_start=str((to - 1) * N_ON_A_PAGE))
            if 1 <= to <= n_pages
            else NOTHING
        )

    return element(
        "nav",
        turns(_("First"), 1) if number > 2 else NOTHING,
        turns(_("Previous"), number - 1),
        element("span", text(_("Page {number} of {n}", number=number, n=n_pages))),
        turns(_("Next"), number + 1),
        turns(_("Last"), n_pages) if number < n_pages - 1 else NOTHING,
        class_="cv-pager",
        aria_label=attribute_text(_("Pages of the list")),
    )
