"""The list of a browser's conversations as HTML. Pure functions: words are escaped, and nothing is read."""

from __future__ import annotations

from collections.abc import Iterable

from ui.languages.words import _, ngettext
from ui.shelf import Shelf, Shelved
from ui.views.markup import Html, attribute_text, button, element, isolated, text

__all__ = ["render_shelf"]


def render_shelf(shelf: Shelf, found: Iterable[Shelved] | None = None) -> str:
    """The conversations, each with buttons to open, rename and delete it; of a search those that were found."""
    shown = list(shelf.conversations if found is None else found)
    if not shown:
        words = _("What you ask is listed here.") if found is None else _("No conversation holds these words.")
        return element("p", text(words), class_="cv-shelf-empty")
    return element("ul", *(_row(each, is_current=each.id == shelf.current) for each in shown), class_="cv-shelf-list")


def _row(conversation: Shelved, *, is_current: bool) -> Html:
    title = attribute_text(conversation.title)
    named = {"data_conversation": conversation.id}
    return element(
        "li",
        button(isolated(title), class_="cv-turn", aria_current="true" if is_current else "", **named),
        button(text("✎"), class_="cv-rename", aria_label=_("Rename “{title}”", title=title), **named),
        button(text("✕"), class_="cv-forget", aria_label=_("Delete “{title}”", title=title), **named),
        element(
            "span", text(ngettext("{n} question", "{n} questions", len(conversation.questions))), class_="cv-facts"
        ),
        class_="cv-shelved cv-shown" if is_current else "cv-shelved",
    )
