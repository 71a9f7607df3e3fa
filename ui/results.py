"""What the endpoints give and take, as types: Gradio makes the JSON Schema of `/gradio_api/info` from them.

An answer has the form that `rag.answer_schema` describes, which `rag ask --json` prints, too; a test compares them.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "AnswerJson",
    "CitationJson",
    "ClaimJson",
    "ConflictJson",
    "ConflictsJson",
    "DiffJson",
    "DocumentJson",
    "DocumentsJson",
    "DraftJson",
    "EvidenceJson",
    "FailureJson",
    "FoundJson",
    "FoundSentenceJson",
    "OpenedJson",
    "PlaceJson",
    "QuoteJson",
    "QuotesReportJson",
    "ReportJson",
    "SpanJson",
    "SpeakerCountJson",
    "SpeakerQuotesJson",
    "SpeakersJson",
    "StatementJson",
    "TimelineJson",
    "TurnJson",
    "UtteranceJson",
    "VerdictJson",
]


class TurnJson(TypedDict):
    """A question that was asked before, and its answer."""

    question: str
    answer: str


class VerdictJson(TypedDict):
    """What a check says of a claim."""

    label: Literal["supported", "contradicted", "unsupported"]
    score: float
    verifier: str
    reasons: list[str]
    lacking: list[str]
    against: list[str]


class ClaimJson(TypedDict):
    """A statement of an answer, with the numbers of its citations."""

    text: str
    citations: list[int]
    verdict: VerdictJson


class PlaceOnPageJson(TypedDict):
    """A rectangle on a page, in shares of its width and height."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class SaidElsewhereJson(TypedDict):
    """A place in another document that says what a citation says."""

    document_id: str
    source: str
    title: str
    start: int
    end: int
    quote: str
    origin: int
    tie: str
    published: str
    also_in: list[str]


class CitationJson(TypedDict):
    """A verbatim place in a document."""

    number: int
    document_id: str
    source: str
    title: str
    start: int
    end: int
    quote: str
    line: int
    page: int
    page_label: str
    published: str
    also_in: list[str]
    url: str
    places: list[PlaceOnPageJson]
    confidence: float
    assertion: str
    speaker: str
    n_sources: int
    n_independent: int
    said_elsewhere: list[SaidElsewhereJson]


class PlaceJson(CitationJson):
    """A place, and what stands before and after it."""

    before: str
    after: str


class OpenedJson(PlaceJson):
    """A place that an answer cites, with the status of the answer."""

    status: Literal["answered", "partial", "abstained"]


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


class FoundSentenceJson(TypedDict):
    """A sentence that fits a question."""

    document_id: str
    source: str
    title: str
    start: int
    end: int
    quote: str
    score: float
    published: str
    speaker: str


class EvidenceJson(FoundSentenceJson):
    """A sentence that an answer was made from."""

    also_in: list[str]


class AnswerJson(TypedDict):
    """An answer with all that proves it."""

    schema_version: int
    id: str
    question: str
    standalone_question: str
    searched: str
    status: Literal["answered", "partial", "abstained"]
    text: str
    claims: list[ClaimJson]
    citations: list[CitationJson]
    evidence: list[EvidenceJson]
    generator: str
    prompt: str
    notice: str
    answerability: float
    stale: list[int]
    refreshes: str
    timings_ms: dict[str, float]


class FoundJson(TypedDict):
    """The sentences that fit a question, best first."""

    question: str
    evidence: list[FoundSentenceJson]


class DocumentJson(TypedDict):
    """A document without its text."""

    id: str
    source: str
    title: str
    media_type: str
    n_characters: int
    n_sentences: int
    added_at: str
    metadata: dict[str, str]


class DocumentsJson(TypedDict):
    """All documents that are searched."""

    documents: list[DocumentJson]


class FailureJson(TypedDict):
    """A file that could not be added, and why."""

    source: str
    reason: str


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


class EditJson(TypedDict):
    """How much of a document changed."""

    source: str
    old_id: str
    new_id: str
    n_changed: int
    n_moved: int
    n_new: int
    n_gone: int
    n_numbers: int
    n_stale: int
    is_announced: bool


class ReportJson(TypedDict):
    """What became of files that were to be added, by source."""

    added: list[str]
    unchanged: list[str]
    superseded: list[str]
    skipped: list[str]
    failed: list[FailureJson]
    removed: list[str]
    renamed: list[list[str]]
    duplicates: list[list[str]]
    notices: list[str]
    replaced: list[list[str]]
    edits: list[EditJson]


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
