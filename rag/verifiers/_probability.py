"""Probabilities as they come from people and go into formulas."""

from __future__ import annotations

import math

from rag.errors import SettingsError

__all__ = ["checked_threshold", "logistic", "logit"]

_CLOSEST = 0.001
"""To 0 and to 1: a model that is surer than that is no more believed."""


def checked_threshold(threshold: float) -> float:
    """The threshold itself.

    Raises:
        SettingsError: it is no probability between 0 and 1, or is one of them: nothing or all would be supported.
    """
    if not 0.0 < threshold < 1.0:
        raise SettingsError(f"cannot use the threshold {threshold!r} - give a probability between 0 and 1")
    return threshold


def logit(probability: float) -> float:
    """Natural logarithm of the odds, at most 6.9 to either side.

    >>> logit(0.5), round(logit(0.9), 2), round(logit(1.0), 2)
    (0.0, 2.2, 6.91)
    """
    bounded = min(max(probability, _CLOSEST), 1.0 - _CLOSEST)
    return math.log(bounded / (1.0 - bounded))


def logistic(value: float) -> float:
    """The probability with these log-odds.

    >>> logistic(0.0), round(logistic(2.2), 2)
    (0.5, 0.9)
    """
    return 1.0 / (1.0 + math.exp(-max(-700.0, value)))
