"""Which documents the next question searches, as HTML: notebooks to tick, what is ticked, and what could be.

Only what can narrow anything is offered: a kind of which all documents have one value is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag import Counted, DocumentKinds, Notebook
from ui.languages.words import N_, _, number
from ui.scope import Scope, Tick
from ui.views.markup import (
    NOTHING,
    Html,
    attribute_text,
    button,
    date_in_words,
    element,
    entry,
    isolated,
    text,
    tick_box,
)

__all__ = ["can_narrow", "key_of", "render_narrowing", "render_notebooks", "render_ticks"]

_N_CHIPS = 12
_MEDIA_TYPES: Mapping[str, str] = {
    "application/epub+zip": "EPUB",
    "application/json": "JSON",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "message/rfc822": N_("Mail"),
    "text/csv": "CSV",
    "text/html": N_("Web page"),
    "text/markdown": "Markdown",
    "text/plain": N_("Text"),
}


def key_of(notebook: Notebook) -> str:
    """What a filter, and a browser, calls it: its name, after its owner where it has one.

    >>> key_of(Notebook(number=1, name="Ferries")), key_of(Notebook(number=2, name="Ferries", owner="anna"))
    ('Ferries', 'anna/Ferries')
    """
    return notebook.qualified_name if notebook.owner else notebook.name


def can_narrow(kinds: DocumentKinds) -> bool:
    """Whether there is more than one document, of which some could be left out."""
    return kinds.n_documents > 1


def render_ticks(
    scope: Scope, notebooks: Sequence[Notebook], *, root: str = "", title_by_id: Mapping[str, str] | None = None
) -> str:
    """The notebooks, each with a box, then all else that is ticked, which a click takes away; nothing for neither."""
    boxes = [
        tick_box(
            _named(each),
            class_="cv-check",
            is_on=key_of(each) in scope.notebooks,
            data_kind="notebooks",
            data_value=key_of(each),
        )
        for each in notebooks
    ]
    known = {key_of(each) for each in notebooks}
    others = [tick for tick in scope.ticks() if tick[0] != "notebooks" or tick[1] not in known]
    chips = [_ticked(tick, root, title_by_id or {}) for tick in others]
    every = button(text(_("Search all")), class_="cv-action", data_do="every") if scope else NOTHING
    if not boxes and not chips:
        return NOTHING
    label = element("span", text(_("Search in")), class_="cv-kind", aria_hidden="true")
    return element(
        "div", label, *boxes, *chips, every, class_="cv-ticks", role="group", aria_label=_("What is searched")
    )


def render_narrowing(scope: Scope, kinds: DocumentKinds) -> str:
    """Rows of values that can be ticked: types, outlets, folders and dates."""
    folders = [Counted(f"{kinds.root}{folder}", n) for folder, n in kinds.folders]
    top = sorted((each for each in folders if "/" not in each.value[len(kinds.root) :]), key=lambda each: -each[1])
    rows = [
        _row(_("Type"), "media_types", kinds.media_types, scope, kinds),
        _row(_("Outlet"), "outlets", kinds.outlets, scope, kinds),
        _row(_("Folder"), "folders", top or folders, scope, kinds),
        _dates(scope, kinds),
    ]
    return element("div", *rows, class_="cv-narrowing")


def render_notebooks(scope: Scope, notebooks: Sequence[Notebook]) -> str:
    """The notebooks with their names to change, where they go, and a field to make one."""
    rows = [_notebook(each, is_on=key_of(each) in scope.notebooks) for each in notebooks]
    ticked = [key_of(each) for each in notebooks if key_of(each) in scope.notebooks]
    into = (
        element("p", text(_("What you add goes into:")), text(" "), isolated(", ".join(ticked)), class_="cv-into-said")
        if ticked
        else NOTHING
    )
    label = element("label", text(_("New notebook")), for_="cv-notebook-name")
    field = entry("cv-notebook-name", kind="text", class_="cv-name", hint=_("A name"))
    make = button(text(_("Make")), class_="cv-action", data_do="make")
    return element(
        "section",
        element("h2", text(_("Notebooks"))),
        element("ul", *rows, class_="cv-notebook-list") if rows else NOTHING,
        element("div", label, field, make, class_="cv-make"),
        into,
        class_="cv-notebooks",
        aria_label=_("Notebooks"),
    )


def _notebook(notebook: Notebook, *, is_on: bool) -> Html:
    key = key_of(notebook)
    name = attribute_text(key)
    return element(
        "li",
        tick_box(_named(notebook), class_="cv-check", is_on=is_on, data_kind="notebooks", data_value=key),
        button(text("✎"), class_="cv-rename", aria_label=_("Rename “{title}”", title=name), data_value=key),
        button(text("✕"), class_="cv-forget", aria_label=_("Delete “{title}”", title=name), data_value=key),
    )


def _named(notebook: Notebook) -> Html:
    return Html(isolated(key_of(notebook)) + element("span", text(f" {number(notebook.n_documents)}"), class_="cv-n"))


def _row(label: str, kind: str, counted: Sequence[Counted], scope: Scope, kinds: DocumentKinds) -> Html:
    """Nothing where one value is all that there is: it would leave nothing out."""
    ticked = getattr(scope, kind)
    useful = [each for each in counted if each.n_documents < kinds.n_documents or each.value in ticked]
    shown = [each for n, each in enumerate(useful) if n < _N_CHIPS or each.value in ticked]
    if not shown:
        return NOTHING
    chips = [
        button(
            Html(
                isolated(_value_in_words(kind, each.value, kinds.root))
                + element("span", text(f" {number(each.n_documents)}"), class_="cv-n")
            ),
            class_="cv-toggle",
            data_kind=kind,
            data_value=each.value,
            aria_pressed="true" if each.value in ticked else "false",
        )
        for each in shown
    ]
    n_more = len(useful) - len(shown)
    more = element("span", text(_("and {n} more", n=n_more)), class_="cv-more") if n_more else NOTHING
    name = element("span", text(label), class_="cv-kind", aria_hidden="true")
    return element("div", name, *chips, more, class_="cv-narrow-row", role="group", aria_label=label)


def _dates(scope: Scope, kinds: DocumentKinds) -> Html:
    are_alike = kinds.first_published == kinds.last_published and kinds.n_dated in (0, kinds.n_documents)
    if are_alike and not scope.since + scope.until:
        return NOTHING
    fields = []
    for kind, label, value, hint in (
        ("since", _("from"), scope.since, kinds.first_published),
        ("until", _("until"), scope.until, kinds.last_published),
    ):
        fields.append(element("label", text(label), for_=f"cv-{kind}"))
        fields.append(entry(f"cv-{kind}", kind="text", class_="cv-date", hint=hint[:10], value=value))
    name = element("span", text(_("Date")), class_="cv-kind", aria_hidden="true")
    return element("div", name, *fields, class_="cv-narrow-row", role="group", aria_label=_("Date"))


def _ticked(tick: Tick, root: str, title_by_id: Mapping[str, str]) -> Html:
    kind, value = tick
    words = title_by_id.get(value, _("a document")) if kind == "documents" else _value_in_words(kind, value, root)
    return button(
        Html(isolated(words) + text(" ✕")),
        class_="cv-toggle cv-taken",
        data_kind=kind,
        data_value=value,
        aria_pressed="true",
        aria_label=_("{words}: search others, too", words=attribute_text(words)),
    )


def _value_in_words(kind: str, value: str, root: str) -> str:
    """As people call it: a type by its program, a folder below the one that all documents lie in."""
    match kind:
        case "media_types":
            known = _MEDIA_TYPES.get(value)
            return _(known) if known else value.rpartition("/")[2].upper()
        case "folders":
            return f"{value.removeprefix(root)}/"
        case "since":
            return _("from {date}", date=date_in_words(value))
        case "until":
            return _("until {date}", date=date_in_words(value))
        case _:
            return value
