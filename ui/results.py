"""What the endpoints give and take, as types: Gradio makes the JSON Schema of `/gradio_api/info` from them.

An answer has the form that `rag.answer_schema` describes, which `rag ask --json` prints, too; a test compares them.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "AnswerJson",
    "CitationJson",
    "ClaimJson",
    "DocumentJson",
    "DocumentsJson",
    "EvidenceJson",
    "FailureJson",
    "FoundJson",
    "FoundSentenceJson",
    "OpenedJson",
    "PlaceJson",
    "ReportJson",
    "TurnJson",
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


class TokensJson(TypedDict):
    """What language models read and wrote for an answer."""

    read: int
    written: int


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
    tokens: TokensJson | None
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
