"""Verification: how well a verifier tells supported claims from unsupported ones, and whether its scores mean it.

Definition, over pairs of a claim and its evidence; "supported" is the positive class and contradicted claims belong
to the negative one:
    balanced accuracy  mean of the share of supported claims accepted and the share of others refused
    AUROC              chance that a supported claim scores higher than another one, equal scores counting a half
    ECE                mean over equally wide bins of the score, weighted by the pairs in them, of the distance
                       between mean score and share supported; 0 is best
    reliability table  the bins themselves
Denominator: all pairs. The bins are (lower, upper], the first one with its 0; ten by default, and an ECE is comparable
only with one of as many bins, so a report states it.
Empty answer: does not arise, a claim without a verdict is a failed case. Empty gold: without any pair all are
undefined; balanced accuracy and AUROC are so too when one class is missing, since they divide by its size.
Source: Brodersen et al. 2010; Hanley and McNeil 1982; Guo et al. 2017, equation 3, with the probability of support in
place of the confidence in the predicted class, which is the calibration that a threshold on the score relies on.
Agrees with: `sklearn.metrics.balanced_accuracy_score` and `roc_auc_score`; the table with
`sklearn.calibration.calibration_curve(strategy="uniform")`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from eval.metrics.figure import UNDEFINED, Figure, WeightedFigure, Weights, mean, ratio, share

__all__ = [
    "ReliabilityBin",
    "ScoredPair",
    "auroc",
    "balanced_accuracy",
    "calibration_error",
    "reliability_table",
    "weighted_auroc",
    "weighted_balanced_accuracy",
    "weighted_calibration_error",
]

N_BINS = 10


class ScoredPair(NamedTuple):
    """One claim with its evidence, judged.

    is_supported: the gold label.
    is_accepted: whether the verifier lets the claim pass.
    score: the verifier's probability of support, 0 to 1.
    """

    is_supported: bool
    is_accepted: bool
    score: float


class ReliabilityBin(NamedTuple):
    """The pairs with `lower` < score <= `upper`; the first bin has the scores of 0 too.

    mean_score, share_supported: both undefined in an empty bin; `n` is the number of pairs in the bin.
    """

    lower: float
    upper: float
    mean_score: Figure
    share_supported: Figure


def balanced_accuracy(pairs: Iterable[ScoredPair]) -> Figure:
    """The mean of the two classes' accuracies.

    >>> balanced_accuracy([ScoredPair(True, True, 0.9), ScoredPair(False, True, 0.7), ScoredPair(False, False, 0.2)])
    Figure(value=0.75, n=3)
    """
    return weighted_balanced_accuracy(list(pairs)).of_all()


def weighted_balanced_accuracy(pairs: Sequence[ScoredPair]) -> WeightedFigure:
    """`balanced_accuracy` as a function of how often each pair counts."""
    is_supported = np.array([pair.is_supported for pair in pairs], dtype=bool)
    is_accepted = np.array([pair.is_accepted for pair in pairs], dtype=bool)

    def figure_of(weights: Weights) -> Figure:
        n_supported = int(weights[is_supported].sum())
        n_others = int(weights.sum()) - n_supported
        if not n_supported or not n_others:
            return UNDEFINED
        n_accepted = int(weights[is_supported & is_accepted].sum())
        n_refused = int(weights[~(is_supported | is_accepted)].sum())
        return Figure((n_accepted / n_supported + n_refused / n_others) / 2, n_supported + n_others)

    return WeightedFigure(len(pairs), figure_of)


def auroc(pairs: Iterable[ScoredPair]) -> Figure:
    """The chance that a supported claim scores above an unsupported one.

    Raises: ValueError when a score is outside 0 to 1.

    >>> auroc([ScoredPair(True, True, 0.9), ScoredPair(False, True, 0.7), ScoredPair(True, False, 0.2)])
    Figure(value=0.5, n=3)
    """
    return weighted_auroc(list(pairs)).of_all()


def weighted_auroc(pairs: Sequence[ScoredPair]) -> WeightedFigure:
    """`auroc` as a function of how often each pair counts; sorted once, however often it is asked.

    Raises: ValueError when a score is outside 0 to 1.
    """
    distinct_scores, group_of_pair = np.unique([pair.score for pair in _checked(pairs)], return_inverse=True)
    is_supported = np.array([pair.is_supported for pair in pairs], dtype=bool)

    def figure_of(weights: Weights) -> Figure:
        n_groups = len(distinct_scores)
        supported = np.bincount(group_of_pair, weights * is_supported, minlength=n_groups)  # whole numbers, exact
        others = np.bincount(group_of_pair, weights * ~is_supported, minlength=n_groups)
        n_supported, n_others = float(supported.sum()), float(others.sum())
        if not n_supported or not n_others:
            return UNDEFINED
        n_won = float((supported * (np.cumsum(others) - others / 2)).sum())
        return Figure(n_won / (n_supported * n_others), int(n_supported + n_others))

    return WeightedFigure(len(pairs), figure_of)


def reliability_table(pairs: Iterable[ScoredPair], *, n_bins: int = N_BINS) -> tuple[ReliabilityBin, ...]:
    """The bins from low scores to high ones, empty ones included.

    Raises: ValueError when a score is outside 0 to 1, or there is less than one bin.

    >>> low, high = reliability_table([ScoredPair(True, True, 0.5), ScoredPair(True, True, 1.0)], n_bins=2)
    >>> low.mean_score, high.mean_score
    (Figure(value=0.5, n=1), Figure(value=1.0, n=1))
    """
    edges = _edges(n_bins)
    members: list[list[ScoredPair]] = [[] for _ in range(n_bins)]
    for pair in _checked(pairs):
        members[_bin(edges, pair.score)].append(pair)
    return tuple(
        ReliabilityBin(
            lower=edges[number],
            upper=edges[number + 1],
            mean_score=mean(pair.score for pair in inside),
            share_supported=share(pair.is_supported for pair in inside),
        )
        for number, inside in enumerate(members)
    )


def calibration_error(pairs: Iterable[ScoredPair], *, n_bins: int = N_BINS) -> Figure:
    """The expected calibration error (ECE) over the bins of `reliability_table`.

    Raises: ValueError when a score is outside 0 to 1, or there is less than one bin.

    >>> calibration_error([ScoredPair(True, True, 0.75), ScoredPair(False, True, 0.75)])
    Figure(value=0.25, n=2)
    """
    return weighted_calibration_error(list(pairs), n_bins=n_bins).of_all()


def weighted_calibration_error(pairs: Sequence[ScoredPair], *, n_bins: int = N_BINS) -> WeightedFigure:
    """`calibration_error` as a function of how often each pair counts.

    Raises: ValueError when a score is outside 0 to 1, or there is less than one bin.
    """
    edges = _edges(n_bins)
    bin_of_pair = np.array([_bin(edges, pair.score) for pair in _checked(pairs)], dtype=np.intp)
    surplus = np.array([pair.score - pair.is_supported for pair in pairs], dtype=np.float64)

    def figure_of(weights: Weights) -> Figure:
        # in a bin of n pairs, n * |mean score - share supported| is the size of the sum of score minus label
        gaps = np.abs(np.bincount(bin_of_pair, weights * surplus, minlength=n_bins))
        return ratio(float(gaps.sum()), int(weights.sum()))

    return WeightedFigure(len(pairs), figure_of)


def _edges(n_bins: int) -> list[float]:
    if n_bins < 1:
        raise ValueError(f"a reliability table needs at least one bin, got {n_bins!r}")
    return [number / n_bins for number in range(n_bins + 1)]


def _bin(edges: Sequence[float], score: float) -> int:
    return bisect_left(edges, score, lo=1, hi=len(edges) - 1) - 1


def _checked(pairs: Iterable[ScoredPair]) -> Sequence[ScoredPair]:
    listed = list(pairs)
    for pair in listed:
        if not 0 <= pair.score <= 1:  # refuses NaN as well
            raise ValueError(f"a score is a probability of support between 0 and 1, got {pair.score!r}")
    return listed
