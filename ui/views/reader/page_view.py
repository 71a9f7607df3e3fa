"""A page of the original as it is printed, with boxes over the words that are cited and those that were found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag import Citation, PlaceOnPage
from ui.languages.words import _
from ui.views.markup import Html, box, element, join, picture
from ui.views.reader.look import Printed

__all__ = ["render_page"]


def render_page(printed: Printed, citations: Sequence[Citation], current: int, *, title: str) -> Html:
    """The picture of the page and its boxes, in the order of the citations; what is found lies over them."""
    shown = printed.picture
    alt = _("Page {number} of {title} as it is printed; its words are in the text", number=str(shown.page), title=title)
    return element(
        "div",
        picture(shown.picture, shown.media_type, alt=alt, width=shown.width, height=shown.height),
        join(_boxes(printed, citations, current)),
        class_="cv-sheet",
    )


def _boxes(printed: Printed, citations: Sequence[Citation], current: int) -> Iterator[Html]:
    for citation, places in zip(citations, printed.cited, strict=True):
        yield from _boxes_of(places, "cv-box cv-box-now" if citation.number == current else "cv-box")
    for i, places in enumerate(printed.found):
        yield from _boxes_of(places, "cv-box cv-box-hit cv-hit-now" if i == printed.hit else "cv-box cv-box-hit")


def _boxes_of(places: Sequence[PlaceOnPage], class_: str) -> Iterator[Html]:
    return (box(each.left, each.top, each.right, each.bottom, class_=class_) for each in places)
