"""A figure: a value together with the number of things behind it.

Every metric returns one. A value that is undefined, because its denominator is 0, is `None` beside `n = 0`; it is
never NaN, never 0 and never left out in silence, so that whoever averages has to say what is averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNDEFINED", "Figure", "WeightedFigure", "Weights", "mean", "mean_of_figures", "ratio", "share"]

Weights: TypeAlias = NDArray[np.int64]
"""How often each record counts, in the order of the records; what a bootstrap draws."""


class Figure(NamedTuple):
    """A value and its denominator.

    value: `None` exactly when `n` is 0.
    n: how many things the value is a mean or a share of; each metric says which.
    """

    value: float | None
    n: int


UNDEFINED = Figure(None, 0)


class WeightedFigure(NamedTuple):
    """A figure over records that can be asked again with each record counted so many times, at little cost.

    n_records: how many weights it takes.
    """

    n_records: int
    figure_of: Callable[[Weights], Figure]

    def of_all(self) -> Figure:
        """The figure with every record counted once."""
        return self.figure_of(np.ones(self.n_records, dtype=np.int64))


def ratio(numerator: float, denominator: int) -> Figure:
    """The numerator over the denominator, undefined when that is 0.

    >>> ratio(3, 4), ratio(0, 0)
    (Figure(value=0.75, n=4), Figure(value=None, n=0))
    """
    return Figure(numerator / denominator, denominator) if denominator else UNDEFINED


def share(statements: Iterable[bool]) -> Figure:
    """How often the statements are true.

    >>> share([True, False, True, True])
    Figure(value=0.75, n=4)
    """
    listed = list(statements)
    return ratio(sum(listed), len(listed))


def mean(values: Iterable[float]) -> Figure:
    """The mean of the values.

    Raises: ValueError when a value is infinite or not a number.

    >>> mean([1.0, 0.5])
    Figure(value=0.75, n=2)
    """
    listed = list(values)
    for value in listed:
        if not math.isfinite(value):
            raise ValueError(f"a mean needs finite values, got {value!r}: give undefined ones as Figure(None, 0)")
    return ratio(math.fsum(listed), len(listed))


def mean_of_figures(figures: Iterable[Figure]) -> Figure:
    """The mean over the cases whose figure is defined; `n` is the number of these cases (macro average).

    >>> mean_of_figures([Figure(1.0, 3), Figure(0.5, 8), UNDEFINED])
    Figure(value=0.75, n=2)
    """
    return mean(figure.value for figure in figures if figure.value is not None)
