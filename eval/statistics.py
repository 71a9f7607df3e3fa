"""Statistics: how sure a figure is, and whether two runs over the same cases differ.

The case is what is drawn again, never the citation or the claim: those of one answer stand and fall together. Every
function takes a seed and gives the same numbers for the same seed. scipy has the like of most of this and serves as
the oracle in the tests; what is here accepts any figure over records, keeps the cases paired by id, and works
without it.

Undefined values have no place here: leave such cases out first, of both runs, and report how many are left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import UNDEFINED, Figure, WeightedFigure

__all__ = [
    "Comparison",
    "Interval",
    "bootstrap_interval",
    "bootstrap_interval_of",
    "bootstrap_interval_of_weighted",
    "compare",
    "paired_permutation_p_value",
    "wilson_interval",
]

N_RESAMPLES = 10_000
LEVEL = 0.95
SEED = 0
BATCH_SIZE = 2_000_000
"""Numbers drawn at once: 16 MB, whatever the number of cases."""

Case = TypeVar("Case")


class Interval(NamedTuple):
    """A figure between its bounds.

    low, high: `None`, like the value of the figure, when it is undefined.
    """

    figure: Figure
    low: float | None
    high: float | None


class Comparison(NamedTuple):
    """What the second run changed against the first, over the cases of both.

    difference: mean of second minus first, with its interval; `figure.n` is the number of cases.
    p_value: chance of a difference at least as large, either way, if the runs were alike; 1 when no case differs.
    raised, lowered: ids of the cases that the second run has a higher or a lower value for, in the order of the first.
    """

    difference: Interval
    p_value: float
    raised: tuple[str, ...]
    lowered: tuple[str, ...]


def bootstrap_interval(
    values: Sequence[float], *, level: float = LEVEL, n_resamples: int = N_RESAMPLES, seed: int = SEED
) -> Interval:
    """The mean over the cases with its percentile bootstrap interval.

    Few cases, or values that are nearly all the same, make it too narrow: when all are the same it has no width. For
    shares close to 0 or 1 take `wilson_interval`.

    Raises: ValueError when a value is not finite, the level is not between 0 and 1, or there is no resample.
    Source: Efron and Tibshirani 1993, chapter 13.

    >>> bootstrap_interval([1.0, 1.0, 1.0])
    Interval(figure=Figure(value=1.0, n=3), low=1.0, high=1.0)
    """
    numbers = _checked(values, level, n_resamples)
    if not numbers.size:
        return Interval(UNDEFINED, None, None)
    generator = np.random.default_rng(seed)
    means = np.concatenate(
        [
            numbers[generator.integers(numbers.size, size=(n_rows, numbers.size))].mean(axis=1)
            for n_rows in _batches(n_resamples, numbers.size)
        ]
    )
    low, high = _percentiles(means, level)
    return Interval(Figure(float(numbers.mean()), numbers.size), low, high)


def bootstrap_interval_of(
    cases: Sequence[Case],
    figure_of: Callable[[Sequence[Case]], Figure],
    *,
    level: float = LEVEL,
    n_resamples: int = 1_000,
    seed: int = SEED,
) -> Interval:
    """Any figure over cases with its percentile bootstrap interval: a ratio of sums, an area, a calibration error.

    Resamples in which the figure is undefined, such as an AUROC without one class, are left out; an interval from
    fewer than half of them would describe another question and is not given.

    Raises: ValueError when the level is not between 0 and 1, or there is no resample.
    Source: Efron and Tibshirani 1993, chapter 13.

    >>> from eval.metrics.figure import share
    >>> bootstrap_interval_of([True, True], share)
    Interval(figure=Figure(value=1.0, n=2), low=1.0, high=1.0)
    """
    _checked((), level, n_resamples)
    draws = _draws(len(cases), n_resamples, seed)
    return _interval_of(
        figure_of(cases), (figure_of([cases[row] for row in rows.tolist()]) for rows in draws), level, n_resamples
    )


def bootstrap_interval_of_weighted(
    weighted: WeightedFigure, *, level: float = LEVEL, n_resamples: int = 1_000, seed: int = SEED
) -> Interval:
    """What `bootstrap_interval_of` gives over the records, from the same draws, in a small part of the time.

    Raises: ValueError when the level is not between 0 and 1, or there is no resample.

    >>> from eval.metrics.verification import ScoredPair, weighted_auroc
    >>> pairs = [ScoredPair(True, True, 0.9), ScoredPair(False, True, 0.7)]
    >>> bootstrap_interval_of_weighted(weighted_auroc(pairs)).figure
    Figure(value=1.0, n=2)
    """
    _checked((), level, n_resamples)
    n, draws = weighted.n_records, _draws(weighted.n_records, n_resamples, seed)
    return _interval_of(
        weighted.of_all(), (weighted.figure_of(np.bincount(rows, minlength=n)) for rows in draws), level, n_resamples
    )


def _draws(n: int, n_resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Row numbers of each resample, drawn when they are asked for."""
    generator = np.random.default_rng(seed)
    return (generator.integers(n, size=n) for _ in range(n_resamples))


def _interval_of(figure: Figure, resampled: Iterable[Figure], level: float, n_resamples: int) -> Interval:
    """The figure with the percentiles of its resamples, which are not drawn when it is undefined."""
    if figure.value is None or not figure.n:
        return Interval(figure, None, None)
    values = [drawn.value for drawn in resampled if drawn.value is not None]
    if 2 * len(values) < n_resamples:
        return Interval(figure, None, None)
    low, high = _percentiles(np.array(values), level)
    return Interval(figure, low, high)


def wilson_interval(n_true: int, n: int, *, level: float = LEVEL) -> Interval:
    """A share with its Wilson score interval, which keeps its width when all cases are right.

    Raises: ValueError when the level is not between 0 and 1, or `n_true` is not between 0 and `n`.
    Source: Wilson 1927; Brown, Cai and DasGupta 2001, equation 4.

    >>> interval = wilson_interval(60, 60)
    >>> interval.figure, round(interval.low, 3), interval.high
    (Figure(value=1.0, n=60), 0.94, 1.0)
    """
    _checked((), level, 1)
    if not 0 <= n_true <= n:
        raise ValueError(f"a share needs 0 <= n_true <= n, got n_true={n_true}, n={n}")
    if not n:
        return Interval(UNDEFINED, None, None)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = n_true / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if n_true == 0 else middle - half
    high = 1.0 if n_true == n else middle + half
    return Interval(Figure(share, n), low, high)


def paired_permutation_p_value(
    differences: Sequence[float], *, n_resamples: int = N_RESAMPLES, seed: int = SEED
) -> float:
    """The two-sided p-value of the mean difference when each case may swap its two runs.

    All 2^n swaps are tried when there are no more than `n_resamples`; else that many are drawn, and the observed one
    counts among them, so that the value is never 0. Cases without a difference change nothing and are left out.

    Raises: ValueError when a difference is not finite, or there is no resample.
    Source: Fisher 1935; Phipson and Smyth 2010 for the observed one.

    >>> paired_permutation_p_value([1.0, 1.0, 1.0, 0.0])  # 2 of the 8 swaps are as extreme
    0.25
    """
    numbers = _checked(differences, LEVEL, n_resamples)
    numbers = numbers[numbers != 0]
    n = numbers.size
    if not n:
        return 1.0
    threshold = abs(numbers.sum()) - 1e-12 * np.abs(numbers).sum()  # equal sums differ by rounding
    if n < 60 and 2**n <= n_resamples:
        is_swapped = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return float(np.mean(np.abs((1 - 2 * is_swapped) @ numbers) >= threshold))
    generator = np.random.default_rng(seed)
    n_extreme = 0
    for n_rows in _batches(n_resamples, n):
        is_swapped = generator.integers(2, size=(n_rows, n))
        n_extreme += int(np.count_nonzero(np.abs((1 - 2 * is_swapped) @ numbers) >= threshold))
    return (n_extreme + 1) / (n_resamples + 1)


def compare(
    first: Mapping[str, float],
    second: Mapping[str, float],
    *,
    level: float = LEVEL,
    n_resamples: int = N_RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """The difference that the second run makes, each case against itself.

    first, second: value of the metric by case id; values that differ by rounding alone are the same.

    Raises: ValueError when the runs have different cases, a value is not finite, the level is not between 0 and 1, or
    there is no resample.
    Source: Smucker, Allan and Carterette 2007, who compare these tests on retrieval runs.

    >>> comparison = compare({"a": 0.0, "b": 1.0, "c": 0.0}, {"a": 1.0, "b": 1.0, "c": 1.0})
    >>> comparison.raised, comparison.lowered, comparison.p_value
    (('a', 'c'), (), 0.5)
    """
    if first.keys() != second.keys():
        unpaired = sorted(first.keys() ^ second.keys())
        raise ValueError(
            f"cannot pair the runs: {len(unpaired)} cases are in one only, such as {unpaired[0]!r} - "
            "compare over the cases that both have"
        )
    difference_by_id = {case_id: _difference(value, second[case_id]) for case_id, value in first.items()}
    differences = list(difference_by_id.values())
    return Comparison(
        difference=bootstrap_interval(differences, level=level, n_resamples=n_resamples, seed=seed),
        p_value=paired_permutation_p_value(differences, n_resamples=n_resamples, seed=seed),
        raised=tuple(case_id for case_id, difference in difference_by_id.items() if difference > 0),
        lowered=tuple(case_id for case_id, difference in difference_by_id.items() if difference < 0),
    )


def _difference(first: float, second: float) -> float:
    return 0.0 if math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-12) else second - first


def _batches(n_rows: int, n_columns: int) -> list[int]:
    """Numbers of rows that add up to `n_rows`, each of a bounded size."""
    size = max(1, BATCH_SIZE // n_columns)
    return [min(size, n_rows - start) for start in range(0, n_rows, size)]


def _percentiles(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _checked(values: Sequence[float], level: float, n_resamples: int) -> NDArray[np.float64]:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, got {level!r}")
    if n_resamples < 1:
        raise ValueError(f"an interval and a test need at least one resample, got {n_resamples!r}")
    numbers = np.array(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("cannot average values that are not finite numbers: leave undefined cases out first")
    return numbers
