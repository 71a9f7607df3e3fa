"""How an open document is looked at: the record that says what the views beside its text show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag import Document, PagePicture, PlaceOnPage, Span

__all__ = ["Look", "Printed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A page as it is printed.

    cited: the boxes of the words of each citation; found: of each place on the page that was found. hit: which of these
    is looked at, from 0; -1 for none of them.
    """

    picture: PagePicture
    cited: tuple[tuple[PlaceOnPage, ...], ...]
    found: tuple[tuple[PlaceOnPage, ...], ...]
    hit: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is looked at in a document.

    page: that was asked for, from 1; 0 for none. current_page: of the current citation; 0 for none.
    has_original: whether the document was read from something that has pages to be seen.
    hits: where the words `find` stand; `hit` is the one that is looked at, from 1, 0 for none.
    printed: the page as it is printed; None to show the text.
    notice: what could not be shown, and why; empty for nothing.
    """

    page: int = 0
    current_page: int = 0
    has_original: bool = False
    find: str = ""
    hits: tuple[Span, ...] = ()
    hit: int = 0
    printed: Printed | None = None
    notice: str = ""

    @property
    def target(self) -> Span | None:
        """The found place that is looked at; none where a page is."""
        return self.hits[self.hit - 1] if self.hit and not self.page else None

    def hits_on(self, document: Document, page: int) -> tuple[Span, ...]:
        """The found places that begin on the page; all where there are no pages."""
        spans = document.page_spans
        if not spans:
            return self.hits
        on_page = spans[page - 1] if page <= len(spans) else Span(start=0, end=0)
        starts = [hit.start for hit in self.hits]
        return self.hits[bisect_left(starts, on_page.start) : bisect_left(starts, on_page.end)]

    def with_picture(self, picture: PagePicture, *, cited: int, found: Sequence[Span]) -> Look:
        """As it is, with the page as it is printed, whose places are those of so many citations and what was found."""
        hit = found.index(self.target) if self.target in found else -1
        printed = Printed(picture=picture, cited=picture.places[:cited], found=picture.places[cited:], hit=hit)
        return replace(self, page=picture.page, printed=printed)

    def without_original(self, reason: str) -> Look:
        """As it is, with the text in place of the page, and why."""
        return replace(self, notice=" ".join(filter(None, [self.notice, reason])))
