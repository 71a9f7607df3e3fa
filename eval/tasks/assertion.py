"""What a source asserts: is a false claim shown, is a fact shown that its frame takes back, is what is true refused?

Every claim goes through the guard that decides what an answer shows. One that is refused is asked again with an
unrelated sentence cited too, before and after the others: more evidence of nothing must not make it supported.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from eval.assertion.battery import UNRELATED, Asked, battery_files, cases_of, fresh_cases_of, fresh_files
from eval.cases import Split, data_hash
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, Status, failed
from eval.tasks.task import OF_THE_RUN, Trial
from rag import Assistant, ClaimWithEvidence, RagError, Surroundings, VerdictLabel

__all__ = ["AssertionTask"]


class AssertionTask:
    """The battery of `eval.assertion`; nothing is added to the store."""

    def __init__(self, *, name: str, is_fresh: bool = False) -> None:
        """Of the battery, or of its fresh claims alone.

        Raises:
            DataError: a file is missing or damaged.
        """
        self.name = name
        self._cases_of = fresh_cases_of if is_fresh else cases_of
        self.data_hash = data_hash(fresh_files() if is_fresh else battery_files())

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """One trial for each claim; case ids begin with the half."""
        return [
            Trial(f"{half}/{asked.id}", partial(_outcome, assistant, asked, half))
            for half in Split
            if split in (None, half)
            for asked in self._cases_of(half)
        ]


def _outcome(assistant: Assistant, asked: Asked, half: Split) -> Outcome:
    case_id = f"{half}/{asked.id}"
    question = f"{asked.pair.claim}  ({' '.join(asked.pair.evidence)})"
    try:
        verdicts = assistant.verify([asked.pair], is_strict=True)
        if not asked.is_true and verdicts[0].label is not VerdictLabel.SUPPORTED:
            verdicts += assistant.verify(_with_unrelated(asked), is_strict=True)
    except OF_THE_RUN:
        raise
    except RagError as error:
        scores = _scores(asked, is_shown=not asked.is_true, is_turned=False)
        return failed(case_id, question, is_positive=asked.is_true, scores=scores, error=error)
    verdict = verdicts[0]
    is_shown, *with_more = (each.label is VerdictLabel.SUPPORTED for each in verdicts)
    return Outcome(
        case_id=case_id,
        question=question,
        status=Status.JUDGED,
        scores=_scores(asked, is_shown=is_shown, is_turned=any(with_more)),
        judgement=ScoredPair(asked.is_true, is_shown, verdict.score),
        text="; ".join(verdict.reasons),
    )


def _with_unrelated(asked: Asked) -> list[ClaimWithEvidence]:
    """The claim with an unrelated sentence behind what it cites, and before it; which one follows from its length."""
    pair, more = asked.pair, (UNRELATED[len(asked.pair.claim) % len(UNRELATED)],)
    return [
        pair._replace(evidence=pair.evidence + more, surroundings=(*pair.surroundings, Surroundings())),
        pair._replace(evidence=more + pair.evidence, surroundings=(Surroundings(), *pair.surroundings)),
    ]


def _scores(asked: Asked, *, is_shown: bool, is_turned: bool) -> dict[str, float]:
    """What the claim adds to each measure."""
    shown = float(is_shown)
    if asked.is_true:
        if asked.is_framed:
            return {"true_shown": shown, "true_shown_framed": shown}
        return {"quoted_shown": shown} if asked.is_quoted else {"true_shown": shown, f"true_shown_{asked.kind}": shown}
    what = "frame_passed" if asked.is_framed else "false_shown"
    turned = {} if is_shown else {"turned_by_unrelated": float(is_turned)}
    return {what: shown, f"{what}_{asked.kind}": shown} | turned
