"""What other documents say of the thing that a citation says, and whether they know it by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.types.documents import Span

__all__ = ["SaidElsewhere", "Tie"]


class Tie(StrEnum):
    """Why a report is no source of its own beside another one, as far as that can be told."""

    NONE = "none"
    SAME_WORDS = "same words"
    SAME_AGENCY = "same agency"
    SAME_OUTLET = "same outlet or author"
    NAMED = "one names the other"
    UNKNOWN = "outlet not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidElsewhere:
    """A place in another document that says what a citation says.

    origin: number of the origin that it comes from, 1 being that of the citation itself: reports that something ties
        together have the same. tie: what ties it to an earlier one.
    also_in: as of a citation.
    """

    document_id: str
    source: str
    title: str
    span: Span
    quote: str
    origin: int
    tie: Tie = Tie.NONE
    published: str = ""
    also_in: tuple[str, ...] = ()
