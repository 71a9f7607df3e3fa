"""What the check of a draft says: each of its parts beside the place in the documents that it was held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.types.documents import Span

__all__ = [
    "DifferenceKind",
    "DraftDifference",
    "DraftFinding",
    "DraftPart",
    "DraftPlace",
    "DraftReport",
    "DraftVerdict",
]


class DraftPart(StrEnum):
    """What is checked of a draft."""

    QUOTATION = "quotation"
    ATTRIBUTED = "attributed"
    """A sentence that says who says what it says."""
    CLAIM = "claim"


class DraftVerdict(StrEnum):
    """What the documents say of a part of a draft."""

    EXACT = "exact"
    """Word for word; marks, dashes, spaces and the case of a first letter may differ."""
    DIFFERS = "differs"
    """Other words. Where all of them are marked as such, in brackets or by an ellipsis, nothing is wrong."""
    SPLICED = "spliced"
    """Words from two places, joined as if they were one."""
    OTHER_SPEAKER = "other speaker"
    OTHER_SOURCE = "other source"
    """Another outlet than the one that the draft names."""
    NUMBER_CHANGED = "number changed"
    DATE_CHANGED = "date changed"
    NAME_CHANGED = "name changed"
    NEGATION_CHANGED = "negation changed"
    CONTEXT_DROPPED = "context dropped"
    """The source's next words, or those just before, turn it."""
    NOT_STATED = "not stated"
    """Reported, alleged, planned or denied in the source, and stated in the draft."""
    SUPPORTED = "supported"
    NOT_FOUND = "not in the documents"
    UNCHECKED = "unchecked"
    """Nothing that documents could prove: a headline, a byline, a title, a word in scare quotes, a question."""


class DifferenceKind(StrEnum):
    """What differs between draft and source at one place."""

    WORDS = "words"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    MARKS = "marks"
    """Quotation marks, dashes, spaces and the case of letters."""
    SPELLING = "spelling"
    ELLIPSIS = "ellipsis"
    """Left out where the draft has … or […]."""
    BRACKETS = "brackets"
    """Put in, or in the place of other words, in [brackets]."""
    TAG = "tag"
    """The source's own words between two parts of a quotation: who speaks."""
    NOT_QUOTED = "not quoted"
    """The source says it in its own words, and the draft in quotation marks."""
    ROUNDED = "rounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDifference:
    """One place where draft and source differ.

    is_harmless: it may stay; nothing that was said is changed by it.
    draft_span: in the draft; empty, at its place, where words were left out.
    source_span: in the document; empty, at its place, where words were put in.
    draft_words, source_words: the slices at these spans.
    """

    kind: DifferenceKind
    is_harmless: bool
    draft_span: Span
    source_span: Span
    draft_words: str
    source_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlace:
    """A place in a document. `quote` is always the slice of its text at `span`.

    published: as the document says itself (ISO 8601); empty when it does not say.
    speaker: who says it there, by the fullest name in the document; empty for nobody, or when that cannot be told.
    before, after: what stands around it in its paragraph.
    """

    document_id: str
    source: str
    title: str
    published: str
    speaker: str
    span: Span
    quote: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFinding:
    """The verdict on one part of a draft.

    number: from 1, in the order of the draft.
    is_wrong: somebody has to look at it before it is printed.
    span: in the draft; of a quotation without its marks. text: the slice there.
    speaker: to whom the draft gives it; empty for nobody. outlet: the source that the draft names; empty for none.
    places: where the documents say it, the best first; two of a splice; none where they do not say it.
    nearest: what comes nearest, where they do not say it; it proves nothing.
    advice: what is wrong and what to do, or what it rests on; a sentence or two.
    """

    number: int
    part: DraftPart
    verdict: DraftVerdict
    is_wrong: bool
    span: Span
    text: str
    advice: str
    speaker: str = ""
    outlet: str = ""
    places: tuple[DraftPlace, ...] = ()
    differences: tuple[DraftDifference, ...] = ()
    nearest: DraftPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport:
    """The whole check. The draft itself is nowhere but here.

    n_documents: how many were searched.
    notice: what a person should know about how it was checked; empty when there is nothing.
    """

    text: str
    findings: tuple[DraftFinding, ...]
    n_documents: int
    notice: str = ""

    @property
    def wrong(self) -> tuple[DraftFinding, ...]:
        """What somebody has to look at."""
        return tuple(finding for finding in self.findings if finding.is_wrong)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong
