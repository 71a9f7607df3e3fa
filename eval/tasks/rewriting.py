"""Conversations: a follow-up question, with the turns before it, made into one that stands alone.

What is measured is what the assistant would search for. The rewrites of people are the gold; `rewrite_recall` looks
only at the words that they added, which is what a follow-up lacks, and `rewrite_harmed` at questions that were nearer
to the gold before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from eval.cases import Case, Split
from eval.loaded_sets import LoadedSet
from eval.metrics.answer_match import answer_words, exact_match, with_words, word_f1
from eval.metrics.figure import Figure, ratio
from eval.outcomes import Outcome, Status, failed
from eval.tasks.task import OF_THE_RUN, Trial
from rag import Assistant, RagError

__all__ = ["RewritingTask", "added_words_found"]


class RewritingTask:
    """The questions of a set, each with its history and the rewrites that people wrote."""

    def __init__(self, loaded: LoadedSet) -> None:
        self.name = loaded.name
        self.data_hash = loaded.data_hash
        self._cases = loaded.cases

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """One trial for each question; nothing is added."""
        return [
            Trial(case.id, partial(_outcome, assistant, case)) for case in self._cases if split in (None, case.split)
        ]


def _outcome(assistant: Assistant, case: Case) -> Outcome:
    gold = with_words(case.gold_answers)
    try:
        rewritten = assistant.standalone_question(case.question, history=case.history)
    except OF_THE_RUN:
        raise
    except RagError as error:
        return failed(case.id, case.question, is_positive=True, scores=_scores(case.question, "", gold), error=error)
    return Outcome(
        case_id=case.id,
        question=case.question,
        status=Status.JUDGED,
        scores=_scores(case.question, rewritten, gold),
        text=rewritten,
    )


def _scores(question: str, rewritten: str, gold: Sequence[str]) -> dict[str, float]:
    """The measures that the gold defines; a failure counts as an empty rewrite."""
    figures = {"rewrite_recall": added_words_found(question, rewritten, gold=gold)}
    if gold:
        before, after = word_f1(question, gold), word_f1(rewritten, gold)
        is_harmed = before.value is not None and after.value is not None and after.value < before.value
        figures |= {
            "rewrite_f1": after,
            "rewrite_exact": exact_match(rewritten, gold),
            "rewrite_harmed": Figure(float(is_harmed), 1),
        }
    return {key: figure.value for key, figure in figures.items() if figure.value is not None}


def added_words_found(question: str, rewritten: str, *, gold: Sequence[str]) -> Figure:
    """The share of the words that a gold rewrite adds to the question which `rewritten` has, best over the rewrites.

    Undefined when no gold rewrite adds a word: the question stood alone.

    >>> added_words_found("Did he win?", "Did Ali win?", gold=["Did Muhammad Ali win?"])
    Figure(value=0.5, n=2)
    """
    asked, given = set(answer_words(question)), set(answer_words(rewritten))
    figures = [ratio(len(added & given), len(added)) for text in gold if (added := set(answer_words(text)) - asked)]
    return max(figures, key=lambda figure: figure.value or 0.0, default=ratio(0, 0))
