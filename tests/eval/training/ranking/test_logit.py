"""The regressions behind the ranking's weights."""

from __future__ import annotations

import numpy as np
import pytest

from eval.training.ranking.logit import balancing_weights, fit_choice, fit_logistic


def groups(random, n):
    """Groups of five rows: the largest first column is chosen, the second is its opposite, the third noise."""
    rows, chosen = [], []
    for _ in range(n):
        first = random.normal(size=5)
        rows.append(np.stack([first, -first + 0.1 * random.normal(size=5), random.normal(size=5)], axis=1))
        chosen.append(first == first.max())
    return rows, chosen


def test_the_column_that_chooses_gets_the_weight_and_none_is_below_zero():
    rows, chosen = groups(np.random.default_rng(0), 200)
    found = fit_choice(rows, chosen, weights=np.ones(200))
    assert found.min() >= 0
    assert found[0] > 10 * max(found[1], found[2])


def test_fitting_twice_gives_the_same_numbers():
    rows, chosen = groups(np.random.default_rng(1), 30)
    first, second = (fit_choice(rows, chosen, weights=np.ones(30)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_group_of_no_weight_changes_nothing_but_the_scale_of_columns():
    rows, chosen = groups(np.random.default_rng(2), 60)
    turned = [*chosen[:30], *[~each for each in chosen[30:]]]
    found = fit_choice(rows, turned, weights=np.repeat([1.0, 0.0], 30))
    assert found[0] > found[2]


def test_a_stronger_penalty_gives_smaller_weights():
    rows, chosen = groups(np.random.default_rng(3), 60)
    free, held = (fit_choice(rows, chosen, weights=np.ones(60), penalty=penalty) for penalty in (1.0, 50.0))
    assert held[0] < free[0]


def test_probabilities_of_a_balanced_fit_are_right_on_average():
    random = np.random.default_rng(4)
    rows = random.normal(size=(2000, 2))
    truth = random.random(2000) < 1 / (1 + np.exp(-(2 * rows[:, 0] - 1)))
    *slopes, intercept = fit_logistic(rows, truth, weights=np.ones(2000), signs=[1, 1], penalty=1e-6)
    assert slopes[0] == pytest.approx(2, abs=0.3)
    assert intercept == pytest.approx(-1, abs=0.2)
    probabilities = 1 / (1 + np.exp(-(rows @ slopes + intercept)))
    assert probabilities.mean() == pytest.approx(truth.mean(), abs=0.01)


def test_a_weight_of_the_wrong_sign_becomes_zero():
    random = np.random.default_rng(5)
    rows = random.normal(size=(300, 1))
    found = fit_logistic(rows, rows[:, 0] > 0, weights=np.ones(300), signs=[-1])
    assert found[0] == 0


def test_a_small_set_weighs_as_much_as_a_large_one():
    names = ["large"] * 90 + ["small"] * 10
    truth = np.array([row % 5 == 0 for row in range(100)])
    weights = balancing_weights(names, truth)
    assert weights[:90].sum() == pytest.approx(weights[90:].sum())
    assert weights[:90][truth[:90]].sum() == pytest.approx(weights[:90][~truth[:90]].sum())
