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

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from eval.metrics.figure import UNDEFINED, Figure, mean, ratio, share

__all__ = ["ReliabilityBin", "ScoredPair", "auroc", "balanced_accuracy", "calibration_error", "reliability_table"]

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
    listed = list(pairs)
    accepted = share(pair.is_accepted for pair in listed if pair.is_supported)
    refused = share(not pair.is_accepted for pair in listed if not pair.is_supported)
    if accepted.value is None or refused.value is None:
        return UNDEFINED
    return Figure((accepted.value + refused.value) / 2, len(listed))


def auroc(pairs: Iterable[ScoredPair]) -> Figure:
    """The chance that a supported claim scores above an unsupported one.

    Raises: ValueError when a score is outside 0 to 1.

    >>> auroc([ScoredPair(True, True, 0.9), ScoredPair(False, True, 0.7), ScoredPair(True, False, 0.2)])
    Figure(value=0.5, n=3)
    """
    ordered = sorted(_checked(pairs), key=lambda pair: pair.score)
    n_supported = sum(pair.is_supported for pair in ordered)
    n_others = len(ordered) - n_supported
    if not n_supported or not n_others:
        return UNDEFINED
    n_won, n_others_below = 0.0, 0
    for _, group in groupby(ordered, key=lambda pair: pair.score):
        labels = [pair.is_supported for pair in group]
        n_others_here = labels.count(False)
        n_won += labels.count(True) * (n_others_below + n_others_here / 2)
        n_others_below += n_others_here
    return Figure(n_won / (n_supported * n_others), len(ordered))


def reliability_table(pairs: Iterable[ScoredPair], *, n_bins: int = N_BINS) -> tuple[ReliabilityBin, ...]:
    """The bins from low scores to high ones, empty ones included.

    Raises: ValueError when a score is outside 0 to 1, or there is less than one bin.

    >>> low, high = reliability_table([ScoredPair(True, True, 0.5), ScoredPair(True, True, 1.0)], n_bins=2)
    >>> low.mean_score, high.mean_score
    (Figure(value=0.5, n=1), Figure(value=1.0, n=1))
    """
    if n_bins < 1:
        raise ValueError(f"a reliability table needs at least one bin, got {n_bins!r}")
    edges = [number / n_bins for number in range(n_bins + 1)]
    members: list[list[ScoredPair]] = [[] for _ in range(n_bins)]
    for pair in _checked(pairs):
        members[bisect_left(edges, pair.score, lo=1, hi=n_bins) - 1].append(pair)
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
    gaps, n_pairs = [], 0
    for row in reliability_table(pairs, n_bins=n_bins):
        if row.mean_score.value is not None and row.share_supported.value is not None:
            gaps.append(row.mean_score.n * abs(row.mean_score.value - row.share_supported.value))
            n_pairs += row.mean_score.n
    return ratio(math.fsum(gaps), n_pairs)


def _checked(pairs: Iterable[ScoredPair]) -> Sequence[ScoredPair]:
    listed = list(pairs)
    for pair in listed:
        if not 0 <= pair.score <= 1:  # refuses NaN as well
            raise ValueError(f"a score is a probability of support between 0 and 1, got {pair.score!r}")
    return listed
