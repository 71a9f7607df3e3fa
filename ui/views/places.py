"""Where a sentence stands, in words and as HTML: title, date, page, line, and the other sources that hold it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from rag import Citation, Evidence, days_named
from ui.languages.kinds import page, recognition
from ui.languages.words import _
from ui.views.markup import NOTHING, Html, attribute_text, date_in_words, element, isolated, text

__all__ = ["N_COPIES_NAMED", "also_in_words", "dated", "days_in_words", "place_in_words", "title_of"]

N_COPIES_NAMED = 3


def title_of(title: str, source: str) -> str:
    """The title of a document, else its source, on one line."""
    return attribute_text(title) or attribute_text(source) or _("Untitled")


def dated(published: str) -> Html:
    """The date of publication as people write it, and for machines; nothing when there is none."""
    if not published:
        return NOTHING
    words = date_in_words(published)
    is_date = words != attribute_text(published)
    return element("time", text(words), datetime=published[:10]) if is_date else isolated(words)


def days_in_words(place: Citation | Evidence) -> str:
    """Which days "on Tuesday" and its like are in the quote; empty when it names none, or the document has no date."""
    found = days_named(place.quote, place.published)
    return ", ".join(f"{words}: {date_in_words(day.isoformat())}" for words, day in found.items())


def place_in_words(citation: Citation) -> str:
    """Page and line of the citation."""
    line = _("line {number}", number=str(citation.line))
    return ", ".join(filter(None, [page(citation.page, citation.page_label), line, recognition(citation)]))


def also_in_words(sources: Sequence[str]) -> str:
    """Where else the same sentence stands, in copies of the document; empty when there are none.

    >>> also_in_words(("wire.txt", "b.txt", "c.txt", "d.txt"))
    'also in wire.txt, b.txt, c.txt and 1 more'
    >>> also_in_words(("news/wire.txt",))
    'also in wire.txt'
    """
    if not sources:
        return ""
    named = [PurePath(attribute_text(source)).name for source in sources[:N_COPIES_NAMED]]
    n_more = len(sources) - N_COPIES_NAMED
    if n_more > 0:
        return _("also in {names} and {n_more} more", names=", ".join(named), n_more=n_more)
    return _("also in {names}", names=", ".join(named))
