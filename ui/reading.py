"""How the reader looks at an open document: as text or as it is printed, at which page, and with which words found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag import Citation, Document, RagError
from ui.finding import found_in
from ui.handlers import Opened
from ui.languages.words import _
from ui.preferences import Assistants
from ui.sentences import sentence
from ui.views.reader.look import Look

__all__ = ["Looking", "Reader"]

_MOST_MARKED = 500
"""Found words that are marked on a printed page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What somebody at the page wants to see.

    page: its number or what is printed on it, as it was typed; empty for that of the current citation.
    find: words to find; `hit` says which of the places to look at, from 1.
    """

    page: str = ""
    is_printed: bool = False
    find: str = ""
    hit: int = 1


class Reader:
    """The looks at documents; pages of originals come from the assistant."""

    def __init__(self, assistants: Assistants) -> None:
        self._assistants = assistants

    def look(self, opened: Opened, looking: Looking) -> Look:
        """How the opened document is to be shown; what cannot be shown is said in its notice."""
        document = opened.document
        if document is None:
            return Look()
        hits = tuple(found_in(document.text, looking.find))
        hit = (looking.hit - 1) % len(hits) + 1 if hits else 0
        asked, notice = _page_asked(document, looking.page)
        look = Look(
            page=asked,
            current_page=_page_of(document, opened.citations, opened.current),
            has_original=document.media_type == "application/pdf" or document.media_type.startswith("image/"),
            find=" ".join(looking.find.split()),
            hits=hits,
            hit=hit,
            notice=notice,
        )
        if not looking.is_printed:
            return look
        page = document.page_at(look.target.start) if look.target else asked or look.current_page
        return self._printed(opened, document, look, max(page, 1))

    def _printed(self, opened: Opened, document: Document, look: Look, page: int) -> Look:
        cited = [citation.span for citation in opened.citations]
        found = look.hits_on(document, page)[:_MOST_MARKED]
        try:
            picture = self._assistants.started.page_picture(document.id, page, spans=[*cited, *found])
        except RagError as error:
            return look.without_original(sentence(error, doing="showing a page"))
        return look.with_picture(picture, cited=len(cited), found=found)


def _page_asked(document: Document, written: str) -> tuple[int, str]:
    """The page that is meant, by what is printed on it or by its number; 0, and why, where there is none such."""
    written = written.strip()
    n_pages = len(document.page_spans)
    if not written or not n_pages:
        return (int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0), ""
    for page in range(1, n_pages + 1):
        if document.page_label(page).casefold() == written.casefold():
            return page, ""
    if written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= n_pages:
        return int(written), ""
    return 0, _("There is no page “{page}”. It has pages 1 to {n_pages}.", page=written, n_pages=n_pages)


def _page_of(document: Document, citations: Sequence[Citation], current: int) -> int:
    """The page of the current citation; 0 for none."""
    return next((document.page_at(each.span.start) for each in citations if each.number == current), 0)
