"""A figure carries its denominator, and is never NaN."""

import math

import pytest

from eval.metrics.figure import UNDEFINED, Figure, mean, mean_of_figures, ratio, share


def test_nothing_to_divide_by_is_undefined_and_not_zero() -> None:
    assert ratio(0, 0) == share([]) == mean([]) == mean_of_figures([]) == UNDEFINED == Figure(None, 0)


def test_a_value_of_zero_is_defined() -> None:
    assert mean_of_figures([Figure(0.0, 4), Figure(1.0, 1)]) == Figure(0.5, 2)


def test_undefined_figures_lower_the_number_of_cases_behind_the_mean() -> None:
    assert mean_of_figures([UNDEFINED, Figure(1.0, 9)]) == Figure(1.0, 1)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        mean([1.0, value])
