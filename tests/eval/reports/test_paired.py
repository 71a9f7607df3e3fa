"""Figures of whole runs, compared: exact values on few cases, and the means that `eval.statistics` compares too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures import MEASURES
from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.verification import ScoredPair, weighted_auroc
from eval.reports.paired import compare_figures, curve_by_case, holm_p_values, mean_by_case
from eval.statistics import Interval, paired_permutation_p_value

as_mean = mean_by_case(list)


def values_of(cases):
    return [value for case in cases for value in case]


def auroc_of_known(cases):
    return weighted_auroc([case for case in cases if case is not None])


def test_area_that_turns_round_has_the_p_value_of_its_four_swaps():
    first = [ScoredPair(True, False, 0.2), ScoredPair(False, True, 0.8)]
    second = [ScoredPair(True, True, 0.9), ScoredPair(False, False, 0.1)]
    found = compare_figures(first, second, curve_by_case(weighted_auroc))
    assert (found.first, found.second) == (Figure(0.0, 2), Figure(1.0, 2))
    # swapping one case alone puts the positive one on top in both runs: no difference, so 2 of 4 are as extreme
    assert (found.difference.figure, found.p_value) == (Figure(1.0, 2), 0.5)


def test_cases_without_a_record_change_nothing_but_the_number_of_cases():
    first = [ScoredPair(True, False, 0.2), None, ScoredPair(False, True, 0.8)]
    second = [ScoredPair(True, True, 0.9), None, ScoredPair(False, False, 0.1)]
    found = compare_figures(first, second, curve_by_case(auroc_of_known))
    assert (found.first, found.second, found.p_value) == (Figure(0.0, 2), Figure(1.0, 2), 0.5)
    assert found.difference.figure == Figure(1.0, 3)


def test_case_may_have_other_numbers_of_values_in_the_two_runs():
    found = compare_figures([[1.0, 0.0], []], [[1.0], [1.0]], mean_by_case(values_of))
    assert (found.first, found.second) == (Figure(0.5, 2), Figure(1.0, 2))
    # swaps: none +0.5; first case alone 1 against 2/3; second alone 2/3 against 1; both -0.5
    assert found.p_value == 0.5


def test_run_against_itself_differs_in_nothing():
    found = compare_figures([0.0, 0.5, 1.0], [0.0, 0.5, 1.0], as_mean)
    assert found.difference == Interval(Figure(0.0, 3), 0.0, 0.0)
    assert found.p_value == 1.0


@pytest.mark.parametrize("second", [[None], []], ids=["no record", "no case"])
def test_figure_that_is_undefined_has_no_difference(second):
    found = compare_figures(second, second, curve_by_case(auroc_of_known))
    assert found.difference == Interval(UNDEFINED, None, None)
    assert found.p_value == 1.0


def test_figure_that_most_resamples_lack_has_no_interval():
    first = [ScoredPair(True, True, 0.9), ScoredPair(False, True, 0.8)] + [None] * 20
    found = compare_figures(first, first, curve_by_case(auroc_of_known))
    assert found.difference.figure.value == 0.0
    assert (found.difference.low, found.difference.high) == (None, None)


def test_swap_that_leaves_a_figure_undefined_counts_as_extreme():
    first = [ScoredPair(True, True, 0.5), None, ScoredPair(False, True, 0.5)]
    second = [ScoredPair(True, True, 0.9), ScoredPair(False, False, 0.1), None]
    # none and all give a half; the second or third case without the other leaves a run of one class, in 4 swaps; the
    # first case alone, and all but it, give 1 in both runs
    found = compare_figures(first, second, curve_by_case(auroc_of_known))
    assert (found.first.value, found.second.value) == (0.5, 1.0)
    assert found.p_value == 6 / 8


def test_drawn_p_value_is_never_zero():
    found = compare_figures([0.0] * 40, [1.0] * 40, as_mean, n_resamples=100)
    assert found.p_value == 1 / 101


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8))
def test_mean_gets_the_p_value_that_the_test_of_means_gives(pairs):
    first, second = [float(one) for one, _ in pairs], [float(other) for _, other in pairs]
    found = compare_figures(first, second, as_mean, n_resamples=256)
    differences = [other - one for one, other in zip(first, second, strict=True)]
    assert found.p_value == pytest.approx(paired_permutation_p_value(differences))
    assert found.difference.figure.value == pytest.approx(sum(differences) / len(differences))
    assert found.difference.low <= found.difference.high


def test_the_same_seed_gives_the_same_numbers_and_another_one_does_not():
    first, second = [0.1, 0.9, 0.4, 0.7, 0.2] * 4, [0.3, 0.8, 0.9, 0.6, 0.5] * 4
    assert compare_figures(first, second, as_mean) == compare_figures(first, second, as_mean)
    assert compare_figures(first, second, as_mean) != compare_figures(first, second, as_mean, seed=1)


def test_runs_of_other_lengths_and_no_resample_are_refused():
    with pytest.raises(ValueError, match="cannot pair 1 cases with 2"):
        compare_figures([1.0], [1.0, 0.0], as_mean)
    with pytest.raises(ValueError, match="at least one resample"):
        compare_figures([1.0], [1.0], as_mean, n_resamples=0)


def test_holm_keeps_the_order_of_p_values_and_stays_below_one():
    assert holm_p_values({"a": 0.04, "b": 0.03, "c": 0.01, "d": 0.9}) == {"a": 0.09, "b": 0.09, "c": 0.04, "d": 0.9}
    assert holm_p_values({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}
    assert holm_p_values({}) == {}


def test_every_measure_of_runs_can_be_compared():
    of_runs = [measure for measure in MEASURES.values() if measure.of_run is not None]
    assert of_runs
    assert all(measure.values_of_run is not None or measure.weighted_of_run is not None for measure in of_runs)
