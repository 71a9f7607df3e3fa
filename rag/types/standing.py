"""Questions that stand: asked again whenever the documents changed, and reported on when what supports them did."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types.changes import ChangeKind
from rag.types.documents import Span

__all__ = ["QuestionReport", "StandingQuestion", "SupportChange", "SupportingSentence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingQuestion:
    """A question that stands.

    number: from 1, never given again. searched: the filter of its documents; empty for all. made_at, checked_at: when
    it was first and last asked, ISO 8601 in UTC. n_support: how many sentences supported it then.
    """

    number: int
    question: str
    searched: str
    made_at: str
    checked_at: str
    n_support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportingSentence:
    """A sentence that supports the answer; `quote` is always the slice of the document at `span`."""

    document_id: str
    source: str
    title: str
    span: Span
    quote: str
    published: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportChange:
    """One sentence that is new, gone or changed. before: none for a new one; after: none for one that is gone."""

    kind: ChangeKind
    before: SupportingSentence | None
    after: SupportingSentence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """What changed in what supports a question since it was last asked.

    after: all that supports it now. n_erased: sentences of documents that were removed, of which nothing is kept.
    """

    question: StandingQuestion
    changes: tuple[SupportChange, ...]
    after: tuple[SupportingSentence, ...]
    n_erased: int = 0
