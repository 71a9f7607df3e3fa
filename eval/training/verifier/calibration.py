"""Thresholds and temperatures, tuned on what was kept back from training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

__all__ = ["Scored", "balanced", "best_threshold", "fitted_temperature", "probability"]


class Scored(NamedTuple):
    """A claim or a question: whether it is supported or answerable, and the log-odds that the model gives it."""

    is_positive: bool
    logit: float


def balanced(scored: Sequence[Scored], threshold: float) -> float:
    """The mean of the shares of positives at or above the threshold and of others below; 0.5 without both classes."""
    positives = [each.logit >= threshold for each in scored if each.is_positive]
    others = [each.logit < threshold for each in scored if not each.is_positive]
    if not positives or not others:
        return 0.5
    return (sum(positives) / len(positives) + sum(others) / len(others)) / 2


def best_threshold(sets: Sequence[Sequence[Scored]]) -> float:
    """The log-odds at which the mean of the sets' balanced accuracies is highest; the middle one of several.

    >>> best_threshold([[Scored(True, 2.0), Scored(False, 0.0)]])
    1.0
    """
    logits = sorted({each.logit for scored in sets for each in scored})
    places = [(low + high) / 2 for low, high in pairwise(logits)] or [0.0]
    if len(places) > 400:
        places = [float(place) for place in np.quantile(places, np.linspace(0, 1, 401))]
    values = [sum(balanced(scored, place) for scored in sets) for place in places]
    best = [place for place, value in zip(places, values, strict=True) if value >= max(values) - 1e-12]
    return best[len(best) // 2]


def fitted_temperature(sets: Sequence[Sequence[Scored]]) -> float:
    """The number by which log-odds are divided so that the labels are most likely, every set counting the same.

    Source: Guo et al. 2017, section 4.2; of a grid of 1 % steps.
    """
    temperatures = np.exp(np.arange(np.log(0.2), np.log(10), 0.01))
    losses = np.zeros(len(temperatures))
    for scored in filter(None, sets):
        signs = np.array([1.0 if each.is_positive else -1.0 for each in scored])
        logits = np.array([each.logit for each in scored]) * signs
        losses += np.logaddexp(0.0, -logits[None, :] / temperatures[:, None]).mean(axis=1)
    return float(temperatures[int(losses.argmin())])


def probability(logit: float, temperature: float) -> float:
    """The probability that belongs to these log-odds.

    >>> probability(0.0, 2.0)
    0.5
    """
    return float(np.exp(-np.logaddexp(0.0, -logit / temperature)))
