"""What rows of sentences have in common: a button that opens the place, and one that copies the words."""

from __future__ import annotations

from ui.languages.words import _
from ui.views.markup import Html, button, element, isolated, text

__all__ = ["copied", "opening"]


def opening(title: str, document_id: str, start: int, end: int) -> Html:
    """A button with the document's title that opens it at these characters."""
    return button(
        isolated(title),
        class_="cv-open",
        data_document=document_id,
        data_start=str(start),
        data_end=str(end),
        aria_label=_("Open {title} there", title=title),
    )


def copied(words: str, *, label: str) -> Html:
    """A button that copies the words as they are."""
    return element(
        "span",
        button(text(_("Copy")), class_="cv-action", data_do="copy", data_form="words", aria_label=label),
        element("span", text(words), class_="cv-unseen", data_form="words"),
        class_="cv-copied",
    )
