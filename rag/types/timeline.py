"""What the documents say happened when: one verbatim sentence a row, in the order of the days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.types.answers import Assertion
from rag.types.documents import Span

__all__ = ["DateOrigin", "Timeline", "TimelineConflict", "TimelineRow"]


class DateOrigin(StrEnum):
    """Where the date of a row comes from."""

    WRITTEN = "written"
    """The sentence names it; a year that it leaves out is the one nearest to the document's date."""
    RELATIVE = "relative"
    """The sentence names a day of the week, or yesterday, which is reckoned from the document's date."""
    PUBLISHED = "published"
    """The sentence names none: it is the day on which its document was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One sentence with its date. `quote` is always the slice of the document at `span`.

    number: from 1, in the order of the timeline.
    date: as far as it is known: "2025-03-01", "2025-03" or "2025". first_day, last_day: the days that may be meant.
    words: of the sentence that name it; empty where it is the document's.
    score: how well the sentence fits the subject, 0 to 1.
    also_in: sources of copies of the document that hold the sentence too.
    assertion: as what the document says it: a thing may be planned, or denied.
    conflicts: numbers of the rows that say another number of the same thing.
    """

    number: int
    date: str
    first_day: str
    last_day: str
    origin: DateOrigin
    words: str
    quote: str
    document_id: str
    source: str
    title: str
    span: Span
    score: float
    published: str = ""
    speaker: str = ""
    also_in: tuple[str, ...] = ()
    assertion: Assertion = Assertion.STATED
    conflicts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineConflict:
    """Two rows that say different numbers of one thing; `reason` says which, in words."""

    rows: tuple[int, int]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The rows about a subject, the earliest first.

    searched: the filter of the documents; empty for all. n_undated: sentences about the subject that name no date, in
        documents that do not say when they were published. n_outside: those of days that were not asked for.
    """

    subject: str
    rows: tuple[TimelineRow, ...]
    conflicts: tuple[TimelineConflict, ...] = ()
    searched: str = ""
    n_undated: int = 0
    n_outside: int = 0
