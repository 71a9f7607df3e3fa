"""The two regressions of `eval.training.ranking.fit`, with numpy and scipy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

__all__ = ["balancing_weights", "fit_choice", "fit_logistic"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def fit_choice(
    rows: Sequence[Floats], is_chosen: Sequence[Booleans], *, weights: Floats, penalty: float = 3.0
) -> Floats:
    """A weight of at least 0 for each column: those that make the chosen rows of each group most likely.

    rows: one array (rows, columns) for each group. is_chosen: at least one row a group; together they have the
        probability that is maximised. weights: of the groups. penalty: on squared weights of standardised columns, as
        if on top of the groups' losses.
    """
    stacked = np.vstack(rows)
    spread = _spread(stacked)
    values = (stacked - stacked.mean(axis=0)) / spread
    chosen = np.concatenate(is_chosen).astype(np.float64)
    sizes = np.array([len(group) for group in rows])
    starts, group = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(rows)), sizes)
    shares = weights / weights.sum()

    def loss_and_slope(slopes: Floats) -> tuple[float, Floats]:
        scores = values @ slopes
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        all_, of_chosen = np.add.reduceat(raised, starts), np.add.reduceat(raised * chosen, starts)
        excess = (raised / all_[group] - raised * chosen / of_chosen[group]) * shares[group]
        loss = float(shares @ (np.log(all_) - np.log(of_chosen)) + penalty * slopes @ slopes / len(rows))
        return loss, values.T @ excess + 2 * penalty * slopes / len(rows)

    start, bounds = np.zeros(values.shape[1]), [(0, None)] * values.shape[1]
    slopes: Floats = minimize(loss_and_slope, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights_of_columns: Floats = slopes / spread
    return weights_of_columns


def fit_logistic(
    rows: Floats, is_positive: Booleans, *, weights: Floats, signs: Sequence[int], penalty: float = 0.003
) -> Floats:
    """A weight for each column, of the sign given, and at last the intercept.

    weights: of the rows. penalty: on squared weights of standardised columns, beside the mean loss.
    """
    spread = _spread(rows)
    means = rows.mean(axis=0)
    values = np.hstack([(rows - means) / spread, np.ones((len(rows), 1))])
    truth, shares = is_positive.astype(np.float64), weights / weights.sum()

    def loss_and_slope(slopes: Floats) -> tuple[float, Floats]:
        logits = values @ slopes
        pulled = np.append(slopes[:-1], 0.0)
        loss = float(shares @ (np.logaddexp(0, logits) - truth * logits) + penalty * pulled @ pulled)
        return loss, values.T @ ((1 / (1 + np.exp(-logits)) - truth) * shares) + 2 * penalty * pulled

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs] + [(None, None)]
    found = minimize(loss_and_slope, np.zeros(values.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    slopes = found[:-1] / spread
    return np.append(slopes, found[-1] - slopes @ means)


def _spread(rows: Floats) -> Floats:
    """The standard deviation of each column; 1 for one that never changes, whose weight then stays 0."""
    spread: Floats = rows.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def balancing_weights(set_names: Sequence[str], is_positive: Booleans) -> Floats:
    """A weight for each row, with which sets are as heavy as one another, and so are the two classes of a set.

    >>> balancing_weights(["a", "a", "a", "b"], np.array([True, True, False, True])).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    cells = list(zip(set_names, is_positive.tolist(), strict=True))
    size_by_cell = {cell: cells.count(cell) for cell in set(cells)}
    return np.array([1 / size_by_cell[cell] for cell in cells])
