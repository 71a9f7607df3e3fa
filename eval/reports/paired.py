"""Whether a figure of a whole run, such as an area under a curve, differs between two runs over the same cases.

`eval.statistics.compare` does this for means of what single cases score; here the figure is made anew for each
resample, with both runs' outcomes of a case drawn or swapped together. Holm's correction for many figures is here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import UNDEFINED, Figure, WeightedFigure, Weights, ratio
from eval.statistics import LEVEL, SEED, Interval

__all__ = ["FigureComparison", "compare_figures", "curve_by_case", "holm_p_values", "mean_by_case"]

N_RESAMPLES = 1_000
"""A tenth of what means of cases get: each resample makes the figure anew."""

Case = TypeVar("Case")


class FigureComparison(NamedTuple):
    """A figure of two runs over the same cases.

    difference: second minus first, with its interval; its `n` is the number of cases. Undefined when either figure is.
    p_value: chance of a difference at least as large, either way, if the runs were alike; 1 when none is defined.
    """

    first: Figure
    second: Figure
    difference: Interval
    p_value: float


def mean_by_case(values_of: Callable[[Sequence[Case]], list[float]]) -> Callable[[Sequence[Case]], WeightedFigure]:
    """The mean of all values that cases have, as a function of how often each case counts.

    values_of: the values of some cases; a case may have none or several, such as one for each citation.
    """

    def weighted_of(cases: Sequence[Case]) -> WeightedFigure:
        values = [values_of([case]) for case in cases]
        sums, numbers = np.array([sum(each) for each in values]), np.array([len(each) for each in values])
        return WeightedFigure(
            len(cases), lambda weights: ratio(float((weights * sums).sum()), int((weights * numbers).sum()))
        )

    return weighted_of


def curve_by_case(
    weighted_of_records: Callable[[Sequence[Case]], WeightedFigure],
) -> Callable[[Sequence[Case]], WeightedFigure]:
    """The same figure with weights by case, of which some have no record and so count for nothing."""

    def weighted_of(cases: Sequence[Case]) -> WeightedFigure:
        records = weighted_of_records(cases)
        case_of_record = np.repeat(np.arange(len(cases)), [weighted_of_records([case]).n_records for case in cases])
        return WeightedFigure(len(cases), lambda weights: records.figure_of(weights[case_of_record]))

    return weighted_of


def compare_figures(
    first: Sequence[Case],
    second: Sequence[Case],
    weighted_of: Callable[[Sequence[Case]], WeightedFigure],
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = SEED,
) -> FigureComparison:
    """The difference that the second run makes in a figure; `first[i]` and `second[i]` are the same case.

    The interval is a percentile bootstrap over cases; resamples in which either figure is undefined are left out, and
    fewer than half of them with a difference give no interval. The p-value swaps the two outcomes of cases, all ways
    when there are no more than `n_resamples` and else as many as that at random, the observed one among them; a swap
    that leaves a figure undefined counts as extreme, so that it never helps to find a difference.

    weighted_of: the figure with one weight for each case; see `mean_by_case` and `curve_by_case`.

    Raises: ValueError when the runs have different numbers of cases, or there is no resample.
    Source: Efron and Tibshirani 1993, chapters 13 and 15; Phipson and Smyth 2010 for the observed one.

    >>> comparison = compare_figures([0.0, 0.0, 1.0], [1.0, 1.0, 1.0], mean_by_case(list))
    >>> round(comparison.difference.figure.value, 3), comparison.p_value  # 2 of the 4 swaps are as extreme
    (0.667, 0.5)
    """
    if len(first) != len(second):
        raise ValueError(f"cannot pair {len(first)} cases with {len(second)}: give the same cases of both runs")
    if n_resamples < 1:
        raise ValueError(f"an interval and a test need at least one resample, got {n_resamples!r}")
    n = len(first)
    pooled = weighted_of([*first, *second])

    def figures(weights: Weights, others: Weights) -> tuple[Figure, Figure]:
        """The figures of two runs that take so many of the first run's outcome of each case, and of the second's."""
        return pooled.figure_of(np.concatenate([weights, others])), pooled.figure_of(np.concatenate([others, weights]))

    one = np.ones(n, dtype=np.int64)
    before, after = figures(one, 0 * one)
    observed = _difference((before, after))
    if observed is None:
        return FigureComparison(before, after, Interval(UNDEFINED, None, None), 1.0)
    generator = np.random.default_rng(seed)
    drawn = (np.bincount(generator.integers(n, size=n), minlength=n) for _ in range(n_resamples))
    low, high = _bounds([_difference(figures(weights, 0 * weights)) for weights in drawn])
    differing = np.array([one != other for one, other in zip(first, second, strict=True)], dtype=bool)
    swapped = [_difference(figures(1 - swaps, swaps)) for swaps in _swaps(differing, n_resamples, seed)]
    n_extreme = sum(each is None or abs(each) >= abs(observed) - 1e-12 for each in swapped)  # equal ones, rounded
    return FigureComparison(before, after, Interval(Figure(observed, n), low, high), n_extreme / len(swapped))


def holm_p_values(p_values: Mapping[str, float]) -> dict[str, float]:
    """Each p-value made larger, so that among all of them one below 0.05 arises by chance in 5 of 100 comparisons.

    Source: Holm 1979.

    >>> holm_p_values({"a": 0.01, "b": 0.04, "c": 0.5})
    {'a': 0.03, 'b': 0.08, 'c': 0.5}
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    for n_smaller, key in enumerate(sorted(p_values, key=lambda key: p_values[key])):
        highest = max(highest, min(1.0, (len(p_values) - n_smaller) * p_values[key]))
        adjusted[key] = highest
    return {key: adjusted[key] for key in p_values}


def _bounds(differences: Sequence[float | None]) -> tuple[float | None, float | None]:
    defined = [difference for difference in differences if difference is not None]
    if 2 * len(defined) < len(differences):
        return None, None
    low, high = np.quantile(np.array(defined), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _swaps(differing: NDArray[np.bool_], n_resamples: int, seed: int) -> Iterator[Weights]:
    """Which cases are swapped, 1 for each; no swap at all is the first. Cases that do not differ never are."""
    rows = np.flatnonzero(differing)
    is_exact = rows.size < 60 and 1 << rows.size <= n_resamples
    generator = np.random.default_rng(seed)
    for number in range(1 << rows.size if is_exact else n_resamples + 1):
        swaps = np.zeros(differing.size, dtype=np.int64)
        if is_exact:
            swaps[rows] = number >> np.arange(rows.size) & 1
        elif number:
            swaps[rows] = generator.integers(2, size=rows.size)
        yield swaps


def _difference(figures: tuple[Figure, Figure]) -> float | None:
    first, second = figures
    return None if first.value is None or second.value is None else second.value - first.value
