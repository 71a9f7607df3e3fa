"""An answer while it is being made: what it is made from, and what is kept of a draft.

For a message that asks several things what answers each of them is evidence, in turns, the best of each with the best
score there is, so that an answer quotes all of them. Where one of them is answered, nothing is shown for those that are
not: their nearest sentences would stand beside answers and look like one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from rag.answering.citations import Numbering
from rag.answering.claims import CheckedClaim, CitedClaim
from rag.errors import NotFoundError
from rag.protocols import CANNOT_ANSWER
from rag.retrieval import Retrieval
from rag.types import AnswerStatus, Claim, Evidence, Step, Verdict, VerifiedClaim

__all__ = ["NOT_IN_DOCUMENTS", "UnfinishedAnswer", "read_together", "verified"]

NOT_IN_DOCUMENTS = "The documents do not answer this."
"""The text of an answer whose status is abstained, unless it asks back what the question means."""


@dataclass(slots=True, kw_only=True)
class UnfinishedAnswer:
    """An answer that is being made.

    may_quote: whether the evidence is strong enough to stand where a draft fails.
    asks_back: what has to be known before the question can be answered; empty when it can be.
    unanswered: of several questions in one, those that the evidence does not answer.
    on_step: is told what is being done, and of which claim, by number from 1; 0 where it is of none.
    """

    numbering: Numbering
    may_quote: bool
    is_stopped: Callable[[], bool]
    on_step: Callable[[Step, int], None]
    asks_back: str = ""
    unanswered: tuple[str, ...] = ()
    draft: str = ""
    is_cut: bool = False
    kept: list[VerifiedClaim] = field(default_factory=list)
    dropped: list[VerifiedClaim] = field(default_factory=list)
    n_replaced: int = 0
    n_checked: int = 0

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

    def checks(self) -> None:
        """Say that the next claim is being checked."""
        self.n_checked += 1
        self.on_step(Step.CHECKING, self.n_checked)

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


def read_together(questions: Sequence[str], retrievals: Sequence[Retrieval], *, least: float) -> Retrieval:
    """One retrieval for all questions; its answerability is that of the one that is answered best.

    least: the answerability from which on a question counts as answered, 0 to 1.
    """
    if len(retrievals) == 1:
        return retrievals[0]
    is_answered = [each.answerability >= least and bool(each.evidence) for each in retrievals]
    shown = [each for each, is_so in zip(retrievals, is_answered, strict=True) if is_so or not any(is_answered)]
    unanswered = [each for each, is_so in zip(questions, is_answered, strict=True) if not is_so and any(is_answered)]
    best = max((_best(each) for each in shown), default=0.0)
    made: list[Evidence] = []
    number_of: dict[tuple[str, int, int], int] = {}
    renumbered: list[dict[int, int]] = [{} for _ in shown]
    for at_rank in zip_longest(*(each.evidence for each in shown)):
        for own_numbers, retrieval, sentence in zip(renumbered, shown, at_rank, strict=True):
            if sentence is None:
                continue
            place = (sentence.document_id, sentence.span.start, sentence.span.end)
            score = sentence.score / _best(retrieval) * best if _best(retrieval) > 0 else sentence.score
            if place not in number_of:
                number_of[place] = len(made) + 1
                made.append(replace(sentence, number=len(made) + 1, score=score, needs=0))
            number = own_numbers[sentence.number] = number_of[place]
            made[number - 1] = replace(made[number - 1], score=max(made[number - 1].score, score))
    for own_numbers, retrieval in zip(renumbered, shown, strict=True):
        for sentence in retrieval.evidence:
            if sentence.needs:
                number = own_numbers[sentence.number]
                made[number - 1] = replace(made[number - 1], needs=own_numbers[sentence.needs])
    unmet = tuple(dict.fromkeys(word for each in shown for word in each.unmet))
    damaged = tuple(sorted({source for each in retrievals for source in each.damaged}))
    repeats = tuple(sentence for each in shown for sentence in each.repeats)
    best = max(each.answerability for each in retrievals)
    return Retrieval(tuple(made), best, unmet, tuple(unanswered), damaged, repeats)


def _best(retrieval: Retrieval) -> float:
    return max((sentence.score for sentence in retrieval.evidence), default=0.0)
