"""Boundary F1: how well the ends of predicted sentences match the ends of the gold ones.

Source: the measure of sentence segmentation in the CoNLL shared tasks counts a sentence as right only when both its
ends are; counting ends alone, as here and in the comparison tables of sentence splitters, blames one wrong cut once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["BoundaryCounts", "boundary_counts", "sentence_end_positions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryCounts:
    """Boundaries in both, predicted and gold; counts of several documents are added before a rate is taken (micro)."""

    n_correct: int = 0
    n_predicted: int = 0
    n_gold: int = 0

    def __add__(self, other: BoundaryCounts) -> BoundaryCounts:
        return BoundaryCounts(
            n_correct=self.n_correct + other.n_correct,
            n_predicted=self.n_predicted + other.n_predicted,
            n_gold=self.n_gold + other.n_gold,
        )

    @property
    def precision(self) -> float:
        """Correct among predicted; 1 when nothing was predicted."""
        return self.n_correct / self.n_predicted if self.n_predicted else 1.0

    @property
    def recall(self) -> float:
        """Correct among gold; 1 when there is no gold."""
        return self.n_correct / self.n_gold if self.n_gold else 1.0

    @property
    def f1(self) -> float:
        """2 correct / (predicted + gold); 1 when both are empty."""
        total = self.n_predicted + self.n_gold
        return 2 * self.n_correct / total if total else 1.0


def sentence_end_positions(text: str, ranges: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Where the sentences end, after blanks at their ends are dropped; the end of the text itself is left out.

    Every splitter gets the last end of a text right, so counting it would flatter them all, and short texts most.
    """
    ends = {start + len(text[start:end].rstrip()) for start, end in ranges if text[start:end].strip()}
    return frozenset(ends - {len(text.rstrip())})


def boundary_counts(text: str, predicted: Iterable[tuple[int, int]], gold: Iterable[tuple[int, int]]) -> BoundaryCounts:
    """The counts of one document; a boundary is correct when its code point position is exactly a gold one.

    >>> boundary_counts("A. B. C", [(0, 2), (3, 7)], [(0, 2), (3, 5), (6, 7)])
    BoundaryCounts(n_correct=1, n_predicted=1, n_gold=2)
    """
    predicted_ends, gold_ends = sentence_end_positions(text, predicted), sentence_end_positions(text, gold)
    return BoundaryCounts(
        n_correct=len(predicted_ends & gold_ends), n_predicted=len(predicted_ends), n_gold=len(gold_ends)
    )
