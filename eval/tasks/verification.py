"""Claim verification: pairs of a claim and the text beside it, judged by the assistant's verifier.

The floor is word overlap, the share of the claim's words that stand in the evidence: it costs nothing, and whatever
does not beat it has not understood anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from eval.cases import Pair, Split
from eval.loaded_sets import LoadedSet
from eval.measures import OVERLAP
from eval.metrics.answer_match import answer_words
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, Status, failed
from eval.tasks.task import OF_THE_RUN, Trial
from rag import Assistant, ClaimWithEvidence, RagError, VerdictLabel, sentence_spans

__all__ = ["VerificationTask", "word_overlap"]


class VerificationTask:
    """The pairs of a set; a premise reaches the verifier as its sentences, as the evidence of an answer does."""

    def __init__(self, loaded: LoadedSet, *, name: str) -> None:
        self.name = name
        self.data_hash = loaded.data_hash
        self._pairs = loaded.pairs

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """One trial for each pair; nothing is added."""
        return [
            Trial(pair.id, partial(_outcome, assistant, pair)) for pair in self._pairs if split in (None, pair.split)
        ]


def _outcome(assistant: Assistant, pair: Pair) -> Outcome:
    sentences = tuple(span.slice(pair.premise) for span in sentence_spans(pair.premise))
    scores = {OVERLAP: word_overlap(pair.claim, pair.premise)}
    is_supported = pair.label is VerdictLabel.SUPPORTED
    try:
        (verdict,) = assistant.verify([ClaimWithEvidence(evidence=sentences, claim=pair.claim)])
    except OF_THE_RUN:
        raise
    except RagError as error:
        return failed(pair.id, pair.claim, is_positive=is_supported, scores=scores, error=error)
    return Outcome(
        case_id=pair.id,
        question=pair.claim,
        status=Status.JUDGED,
        scores=scores,
        judgement=ScoredPair(is_supported, verdict.label is VerdictLabel.SUPPORTED, verdict.score),
        text="; ".join(verdict.reasons),
    )


def word_overlap(claim: str, evidence: str) -> float:
    """The share of the claim's distinct words that stand in the evidence, 0 to 1; 0 for a claim without words.

    >>> word_overlap("Talks took eight hours.", "The talks took hours")
    0.75
    """
    words = set(answer_words(claim))
    return len(words & set(answer_words(evidence))) / len(words) if words else 0.0
