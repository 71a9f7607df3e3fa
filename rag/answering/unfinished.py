"""An answer while it is being made: what is kept of a draft, what is dropped, and how long each stage took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rag.answering.citations import Numbering
from rag.answering.claims import CheckedClaim, CitedClaim
from rag.errors import NotFoundError
from rag.protocols import CANNOT_ANSWER
from rag.types import AnswerStatus, Claim, Evidence, Verdict, VerifiedClaim

__all__ = ["NOT_IN_DOCUMENTS", "Clock", "UnfinishedAnswer", "verified"]

NOT_IN_DOCUMENTS = "The documents do not answer this."
"""The text of an answer whose status is abstained, unless it asks back what the question means."""


@dataclass(slots=True, kw_only=True)
class UnfinishedAnswer:
    """An answer that is being made.

    may_quote: whether the evidence is strong enough to stand where a draft fails.
    asks_back: what has to be known before the question can be answered; empty when it can be.
    unanswered: of several questions in one, those that the evidence does not answer.
    """

    numbering: Numbering
    may_quote: bool
    is_stopped: Callable[[], bool]
    asks_back: str = ""
    unanswered: tuple[str, ...] = ()
    draft: str = ""
    is_cut: bool = False
    kept: list[VerifiedClaim] = field(default_factory=list)
    dropped: list[VerifiedClaim] = field(default_factory=list)
    n_replaced: int = 0

    @property
    def is_refusal(self) -> bool:
        """Whether the generator says that the evidence does not answer, and nothing else before it."""
        return self.draft.strip().strip("\"'“”*[]").startswith(CANNOT_ANSWER.rstrip("."))

    @property
    def status(self) -> AnswerStatus:
        """Partial when a claim was dropped without one in its place, or a question is left open."""
        if not self.kept:
            return AnswerStatus.ABSTAINED
        is_whole = len(self.dropped) <= self.n_replaced and not self.unanswered
        return AnswerStatus.ANSWERED if is_whole else AnswerStatus.PARTIAL

    @property
    def text(self) -> str:
        """The claims, each followed by its markers."""
        if not self.kept:
            return self.asks_back or NOT_IN_DOCUMENTS
        return " ".join(verified.claim.marked_text for verified in self.kept)

    def says(self, text: str) -> bool:
        """Whether a claim of these words is there already."""
        return any(text == kept.claim.text for kept in self.kept)

    def keep(self, checked: CheckedClaim) -> bool:
        """Take in a supported claim; False when nothing supports it, or what did was removed a moment ago."""
        if not checked.is_supported:
            return False
        try:
            self.kept.append(verified(checked.claim, checked.verdict, self.numbering))
        except NotFoundError:
            return False
        return True

    def quotes(self, sentence: Evidence) -> bool:
        """Whether a claim already cites the sentence."""
        return any(
            (citation.document_id, citation.span) == (sentence.document_id, sentence.span)
            for citation in self.numbering.citations
        )


class Clock:
    """Milliseconds of each stage, in order of first use and added up, and in total."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._timings_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the time inside for the stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - started) * 1000
            self._timings_ms[name] = self._timings_ms.get(name, 0.0) + spent

    def timings_ms(self) -> dict[str, float]:
        """The stages, and `total` since the clock was made."""
        return self._timings_ms | {"total": (time.perf_counter() - self._started) * 1000}


def verified(claim: CitedClaim, verdict: Verdict, numbering: Numbering | None) -> VerifiedClaim:
    """The claim with its verdict; with citations when it is kept, without numbers when it is dropped."""
    return VerifiedClaim(
        claim=Claim(
            text=claim.text,
            span=claim.span,
            citations=numbering.cite(claim.evidence) if numbering else (),
            invalid_markers=claim.invalid_markers,
        ),
        verdict=verdict,
    )
