"""Abstention: does the assistant keep silent where the documents do not answer, and only there?

Definition, over cases that were answered or abstained (failed cases are reported apart):
    precision           unanswerable among the abstained
    recall              abstained among the unanswerable
    false-refusal rate  abstained among the answerable (low is good)
    answer rate         answered among all
    risk-coverage       for each confidence threshold, the share of cases answered at or above it (coverage) and the
                        mean loss among these (risk)
    AURC                area under that curve: the mean, over i = 1..n, of the risk of the i most confident cases; 0 is
                        best. Equal confidences cannot be ordered, so the expected risk over their orders counts
Denominator: named after "among" above; for risk a point's answered cases, for AURC all n cases.
Empty answer: is an abstention. Empty gold: the case is unanswerable, and any answer to it is a loss of 1 in the
curve. A rate whose denominator is 0 is undefined, and an empty list of cases has an empty curve.
Source: El-Yaniv and Wiener 2010 for the curve, Geifman, Uziel and El-Yaniv 2019 for AURC; reading abstention as the
positive class follows SQuAD 2.0 (Rajpurkar et al. 2018).
Agrees with: `sklearn.metrics.precision_score` and `recall_score` with abstention as the positive class; the curve and
the area with the definition computed over every order of equal confidences.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from eval.metrics.figure import Figure, WeightedFigure, Weights, ratio, share

__all__ = [
    "AbstentionCase",
    "AbstentionScores",
    "RankedLoss",
    "RiskPoint",
    "abstention_scores",
    "aurc",
    "risk_curve",
    "weighted_aurc",
]


class AbstentionCase(NamedTuple):
    """Whether the documents answer the question, and whether the assistant said that they do not."""

    is_answerable: bool
    abstained: bool


class AbstentionScores(NamedTuple):
    """The rates over some cases; the module docstring has the denominators."""

    precision: Figure
    recall: Figure
    false_refusal_rate: Figure
    answer_rate: Figure


class RankedLoss(NamedTuple):
    """What the answer to one question would cost.

    confidence: finite; a higher one is answered earlier.
    loss: 0 for a right answer to 1 for a wrong one; 1 for any answer to an unanswerable question.
    """

    confidence: float
    loss: float


class RiskPoint(NamedTuple):
    """What answering every case of at least this confidence gives: both shares are between 0 and 1.

    n_answered: the denominator of the risk.
    """

    confidence: float
    coverage: float
    risk: float
    n_answered: int


def abstention_scores(cases: Iterable[AbstentionCase]) -> AbstentionScores:
    """The rates over these cases.

    >>> scores = abstention_scores(
    ...     [AbstentionCase(False, True), AbstentionCase(True, True), AbstentionCase(True, False)]
    ... )
    >>> scores.precision, scores.recall, scores.false_refusal_rate
    (Figure(value=0.5, n=2), Figure(value=1.0, n=1), Figure(value=0.5, n=2))
    """
    listed = list(cases)
    return AbstentionScores(
        precision=share(not case.is_answerable for case in listed if case.abstained),
        recall=share(case.abstained for case in listed if not case.is_answerable),
        false_refusal_rate=share(case.abstained for case in listed if case.is_answerable),
        answer_rate=share(not case.abstained for case in listed),
    )


def risk_curve(cases: Iterable[RankedLoss]) -> tuple[RiskPoint, ...]:
    """One point for each distinct confidence, from the most confident cases alone to all of them.

    Raises: ValueError when a confidence or a loss is infinite or not a number.

    >>> [(point.coverage, point.risk) for point in risk_curve([RankedLoss(0.9, 0), RankedLoss(0.4, 1)])]
    [(0.5, 0.0), (1.0, 0.5)]
    """
    ordered = _most_confident_first(cases)
    points: list[RiskPoint] = []
    n_answered, lost = 0, 0.0
    for confidence, group in groupby(ordered, key=lambda case: case.confidence):
        losses = [case.loss for case in group]
        n_answered, lost = n_answered + len(losses), lost + math.fsum(losses)
        points.append(RiskPoint(confidence, n_answered / len(ordered), lost / n_answered, n_answered))
    return tuple(points)


def aurc(cases: Iterable[RankedLoss]) -> Figure:
    """The area under the risk-coverage curve; `n` is the number of cases.

    Raises: ValueError when a confidence or a loss is infinite or not a number.

    >>> aurc([RankedLoss(0.9, 0), RankedLoss(0.4, 1)])  # (0 / 1 + 1 / 2) / 2
    Figure(value=0.25, n=2)
    """
    return weighted_aurc(list(cases)).of_all()


def weighted_aurc(cases: Sequence[RankedLoss]) -> WeightedFigure:
    """`aurc` as a function of how often each case counts; sorted once, however often it is asked.

    Raises: ValueError when a confidence or a loss is infinite or not a number.
    """
    _check(cases)
    distinct, group_of_case = np.unique([-case.confidence for case in cases], return_inverse=True)
    losses = np.array([case.loss for case in cases], dtype=np.float64)

    def figure_of(weights: Weights) -> Figure:
        sizes = np.bincount(group_of_case, weights, minlength=len(distinct)).astype(np.int64)
        lost_in_group = np.bincount(group_of_case, weights * losses, minlength=len(distinct))
        expected_losses = np.repeat(lost_in_group / np.maximum(sizes, 1), sizes)
        risks = np.cumsum(expected_losses) / np.arange(1, expected_losses.size + 1)
        return ratio(float(risks.sum()), risks.size)

    return WeightedFigure(len(cases), figure_of)


def _most_confident_first(cases: Iterable[RankedLoss]) -> Sequence[RankedLoss]:
    listed = list(cases)
    _check(listed)
    return sorted(listed, key=lambda case: -case.confidence)


def _check(listed: Iterable[RankedLoss]) -> None:
    for case in listed:
        if not (math.isfinite(case.confidence) and math.isfinite(case.loss)):
            raise ValueError(f"cannot rank {case!r}: confidence and loss have to be finite numbers")
