"""What the endpoints of the newsroom's desk give, as types: drafts, quotations, changes, timelines, conflicts."""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "ConflictJson",
    "ConflictsJson",
    "DiffJson",
    "DraftJson",
    "QuoteJson",
    "QuotesReportJson",
    "SpanJson",
    "SpeakerCountJson",
    "SpeakerQuotesJson",
    "SpeakersJson",
    "StatementJson",
    "TimelineJson",
    "UtteranceJson",
]


class DraftPlaceJson(TypedDict):
    """A place in a document beside a part of a draft."""

    document_id: str
    source: str
    title: str
    published: str
    speaker: str
    start: int
    end: int
    quote: str
    before: str
    after: str


class DraftWordsJson(TypedDict):
    """Words that differ, and where they stand."""

    start: int
    end: int
    words: str


class DraftDifferenceJson(TypedDict):
    """One place where draft and source differ."""

    kind: str
    is_harmless: bool
    draft: DraftWordsJson
    source: DraftWordsJson


class DraftFindingJson(TypedDict):
    """The verdict on one part of a draft."""

    number: int
    part: Literal["quotation", "attributed", "claim"]
    verdict: str
    is_wrong: bool
    start: int
    end: int
    text: str
    speaker: str
    outlet: str
    advice: str
    places: list[DraftPlaceJson]
    differences: list[DraftDifferenceJson]
    nearest: DraftPlaceJson | None


class DraftJson(TypedDict):
    """The check of a draft."""

    is_clean: bool
    n_wrong: int
    n_documents: int
    notice: str
    findings: list[DraftFindingJson]


class VersionJson(TypedDict):
    """A version of a document."""

    number: int
    document_id: str
    source: str
    title: str
    added_at: str
    superseded_at: str
    published: str


class VersionSentenceJson(TypedDict):
    """A sentence of a version."""

    ordinal: int
    start: int
    end: int
    text: str


class WordChangeJson(TypedDict):
    """A stretch that differs, with its place in either version."""

    aspect: str
    before: str
    after: str
    old_start: int
    old_end: int
    new_start: int
    new_end: int


class ChangeJson(TypedDict):
    """What became of a sentence."""

    kind: Literal["kept", "moved", "changed", "split", "joined", "new", "gone"]
    is_moved: bool
    aspects: list[str]
    old: list[VersionSentenceJson]
    new: list[VersionSentenceJson]
    words: list[WordChangeJson]


class StaleAnswerJson(TypedDict):
    """A recorded answer that cites what changed."""

    id: str
    asked_at: str
    question: str
    citations: list[int]
    refreshed_as: str


class DiffJson(TypedDict):
    """Two versions of a document; what was kept is only counted."""

    source: str
    old: VersionJson
    new: VersionJson
    versions: list[VersionJson]
    counts: dict[str, int]
    changes: list[ChangeJson]
    answers: list[StaleAnswerJson]


class TimelineRowJson(TypedDict):
    """A sentence with its date."""

    number: int
    date: str
    first_day: str
    last_day: str
    origin: Literal["written", "relative", "published"]
    words: str
    quote: str
    document_id: str
    source: str
    title: str
    start: int
    end: int
    score: float
    published: str
    speaker: str
    also_in: list[str]
    assertion: str
    conflicts: list[int]


class TimelineConflictJson(TypedDict):
    """Two rows that say different numbers of one thing."""

    rows: list[int]
    reason: str


class TimelineJson(TypedDict):
    """What the documents say of a subject, in the order of the days."""

    subject: str
    searched: str
    rows: list[TimelineRowJson]
    conflicts: list[TimelineConflictJson]
    n_undated: int
    n_outside: int


class SpanJson(TypedDict):
    """A range of characters of a document; the one at `end` is not included."""

    start: int
    end: int


class UtteranceJson(TypedDict):
    """What somebody says, as places in a document."""

    spans: list[SpanJson]
    quoted: list[SpanJson]
    speech: Literal["direct", "partial", "reported"]
    stance: str
    cue: SpanJson | None
    source: SpanJson | None
    speaker: str
    source_kind: Literal["named", "unnamed", "unresolved"]


class QuoteJson(TypedDict):
    """What somebody says, word for word, with its document."""

    document_id: str
    source: str
    title: str
    published: str
    line: int
    texts: list[str]
    cue: str
    named: str
    utterance: UtteranceJson


class SpeakerQuotesJson(TypedDict):
    """What one speaker says, newest first, and all names by which the documents call him or her."""

    speaker: str
    names: list[str]
    quotes: list[QuoteJson]


class QuotesReportJson(TypedDict):
    """What everybody says whom a name fits; `nearest` has similar names when it fits nobody."""

    asked: str
    speakers: list[SpeakerQuotesJson]
    names: list[str]
    nearest: list[str]


class SpeakerCountJson(TypedDict):
    """Somebody who speaks in the documents; without a name for what nobody is known to have said."""

    speaker: str
    names: list[str]
    kind: Literal["named", "unnamed", "unresolved"]
    n_quotes: int
    n_documents: int


class SpeakersJson(TypedDict):
    """Who speaks in the documents."""

    speakers: list[SpeakerCountJson]


class StatementJson(TypedDict):
    """One sentence of a conflict, with who published it and when."""

    document_id: str
    source: str
    title: str
    span: SpanJson
    quote: str
    published: str
    outlet: str
    line: int


class ConflictJson(TypedDict):
    """Two sentences that cannot both be right; `one` is the older."""

    relation: Literal["disagreement", "correction", "update"]
    differs: Literal["number", "date", "negation", "name", "outcome"]
    one: StatementJson
    other: StatementJson
    one_words: str
    other_words: str


class ConflictsJson(TypedDict):
    """Conflicts, disagreements first."""

    conflicts: list[ConflictJson]
