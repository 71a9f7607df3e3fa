"""The evaluator evaluated: faithful answers made unfaithful, and who notices.

Every gold sentence is an answer that its own place proves. Its mutants must be caught, by the metrics or by the
assistant's verifier; itself, and the rewordings that keep its meaning, must not be accused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval.cases import Split
from eval.metrics.verification import ScoredPair
from eval.mutations.detectors import METRICS, Shown, shown_answers
from eval.mutations.records import FaithfulClaim, MutationKind, RewordingRule
from eval.outcomes import Outcome, Status, failed
from eval.tasks.task import Trial
from rag import Assistant, ClaimWithEvidence, RagError, VerdictLabel

__all__ = ["MutationTask", "SplitClaims"]

_SEED = 0


class SplitClaims(NamedTuple):
    """The faithful claims of each half."""

    tune: Sequence[FaithfulClaim]
    report: Sequence[FaithfulClaim]


class MutationTask:
    """Mutants and rewordings of the claims, seeded, the same in every run."""

    def __init__(self, claims: SplitClaims, *, name: str, data_hash: str) -> None:
        self.name = name
        self.data_hash = data_hash
        self._claims = claims

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """One trial for each answer: untouched, mutated or reworded; nothing is added."""
        claims = [
            *(self._claims.tune if split is not Split.REPORT else ()),
            *(self._claims.report if split is not Split.TUNE else ()),
        ]
        return [
            Trial(answer.id, partial(_outcome, assistant, answer))
            for claim in claims
            for answer in shown_answers(claim, seed=_SEED)
        ]


def _outcome(assistant: Assistant, answer: Shown) -> Outcome:
    """What each detector says; a verifier does not see spans, so that a shift is not held against it."""
    is_faithful = not isinstance(answer.kind, MutationKind)
    question = f"{answer.claim_text}  ({answer.change})" if answer.change else answer.claim_text
    try:
        (verdict,) = assistant.verify([ClaimWithEvidence(evidence=answer.quotes, claim=answer.claim_text)])
    except RagError as error:
        scores = _scores(answer.kind, {**dict.fromkeys(METRICS, is_faithful), "verifier": is_faithful})
        return failed(answer.id, question, is_positive=is_faithful, scores=scores, error=error)
    is_accepted = verdict.label is VerdictLabel.SUPPORTED
    is_caught_by = {name: is_caught(answer) for name, is_caught in METRICS.items()} | {"verifier": not is_accepted}
    return Outcome(
        case_id=answer.id,
        question=question,
        status=Status.JUDGED,
        scores=_scores(answer.kind, is_caught_by),
        judgement=None if answer.kind is MutationKind.SHIFT else ScoredPair(is_faithful, is_accepted, verdict.score),
        text="; ".join(verdict.reasons),
    )


def _scores(kind: MutationKind | RewordingRule | None, is_caught_by: Mapping[str, bool]) -> dict[str, float]:
    """What the answer adds to each measure; a failure, which has no verdict, is given as missed or as accused."""
    is_caught = float(any(is_caught_by.values()))
    if kind is None:
        return {"untouched_accused": is_caught}
    if isinstance(kind, RewordingRule):
        words = {} if kind is RewordingRule.SPACING else {"rewording_accused_words": is_caught}
        return {"rewording_accused": is_caught} | words
    by_detector = {f"caught_by_{name}": float(caught) for name, caught in is_caught_by.items()}
    return {"mutant_caught": is_caught, f"caught_{kind}": is_caught} | by_detector
