"""Intervals cover, tests keep their level, and both agree with scipy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.metrics.figure import UNDEFINED, Figure, ratio, share
from eval.metrics.verification import ScoredPair, auroc
from eval.statistics import (
    BATCH_SIZE,
    Interval,
    bootstrap_interval,
    bootstrap_interval_of,
    compare,
    paired_permutation_p_value,
    wilson_interval,
)

NORMAL = np.random.default_rng(7).normal(loc=0.3, scale=1.0, size=80).tolist()


def test_the_same_seed_gives_the_same_interval_and_another_one_does_not() -> None:
    assert bootstrap_interval(NORMAL, seed=1) == bootstrap_interval(NORMAL, seed=1)
    assert bootstrap_interval(NORMAL, seed=1) != bootstrap_interval(NORMAL, seed=2)


def test_interval_of_the_mean_agrees_with_scipy() -> None:
    ours = bootstrap_interval(NORMAL)
    theirs = stats.bootstrap(
        (NORMAL,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.figure == Figure(pytest.approx(np.mean(NORMAL)), 80)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_interval_has_the_width_that_theory_says() -> None:
    interval = bootstrap_interval(NORMAL)
    assert interval.low is not None
    assert interval.high is not None
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * np.std(NORMAL) / math.sqrt(80), rel=0.03)


def test_interval_covers_the_true_mean_about_as_often_as_its_level() -> None:
    generator = np.random.default_rng(3)
    n_covered = 0
    for seed in range(300):
        interval = bootstrap_interval(generator.normal(size=60).tolist(), level=0.9, n_resamples=400, seed=seed)
        assert interval.low is not None
        assert interval.high is not None
        n_covered += interval.low <= 0 <= interval.high
    assert 0.84 <= n_covered / 300 <= 0.95


def test_a_higher_level_is_wider() -> None:
    narrow, wide = bootstrap_interval(NORMAL, level=0.5), bootstrap_interval(NORMAL, level=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_sample_too_large_for_one_batch_has_the_width_that_theory_says() -> None:
    values = np.random.default_rng(8).normal(size=BATCH_SIZE // 900)
    interval = bootstrap_interval(values.tolist(), n_resamples=2_000)
    expected = 1.96 * np.std(values) / math.sqrt(len(values))
    assert (interval.low, interval.high) == pytest.approx(
        (np.mean(values) - expected, np.mean(values) + expected), abs=0.1 * expected
    )


@pytest.mark.parametrize(("values", "figure"), [([0.5], Figure(0.5, 1)), ([1, 1, 1], Figure(1.0, 3))])
def test_values_without_spread_have_no_width(values: list[float], figure: Figure) -> None:
    assert bootstrap_interval(values) == Interval(figure, figure.value, figure.value)


def test_no_case_has_no_interval() -> None:
    nothing = Interval(UNDEFINED, None, None)
    assert bootstrap_interval([]) == bootstrap_interval_of([], share) == wilson_interval(0, 0) == nothing


def test_any_figure_over_cases_gets_the_interval_of_the_mean_when_it_is_the_mean() -> None:
    cases = [True] * 30 + [False] * 10
    of_records = bootstrap_interval_of(cases, share, n_resamples=4_000)
    of_numbers = bootstrap_interval([float(case) for case in cases])
    assert of_records.figure == of_numbers.figure
    assert (of_records.low, of_records.high) == pytest.approx((of_numbers.low, of_numbers.high), abs=0.03)


def test_citations_of_one_answer_are_drawn_together() -> None:
    cases = [(10, 10), (0, 10)] * 10  # (valid, all): as if there were 20 independent things, not 200

    def validity(drawn: list[tuple[int, int]]) -> Figure:
        return ratio(sum(valid for valid, _ in drawn), sum(n for _, n in drawn))

    interval = bootstrap_interval_of(cases, validity)
    assert interval.figure == Figure(0.5, 200)
    assert interval.high - interval.low > 0.35


def test_resamples_without_a_value_are_left_out_and_most_of_them_must_have_one() -> None:
    rare = [ScoredPair(True, True, 0.9), *[ScoredPair(False, False, 0.1)] * 20]
    assert bootstrap_interval_of(rare, auroc) == Interval(Figure(1.0, 21), 1.0, 1.0)

    def of_distinct(cases: list[int]) -> Figure:
        return Figure(1.0, len(cases)) if len(set(cases)) == len(cases) else UNDEFINED

    assert bootstrap_interval_of(range(9), of_distinct) == Interval(Figure(1.0, 9), None, None)


@settings(deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_agrees_with_scipy(counts: tuple[int, int]) -> None:
    n_true, n = counts
    theirs = stats.binomtest(n_true, n).proportion_ci(0.95, method="wilson")
    ours = wilson_interval(n_true, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.25, 0.0, 0.125, 0.25, 1.0]), min_size=2, max_size=9))
def test_exact_p_value_agrees_with_scipy(differences: list[float]) -> None:
    """Over values whose sums are exact: scipy tells sums apart that differ by rounding alone."""
    zeros = np.zeros(len(differences))
    theirs = stats.permutation_test(
        (np.array(differences), zeros),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert paired_permutation_p_value(differences) == pytest.approx(theirs.pvalue)


def test_drawn_p_value_is_close_to_the_exact_one() -> None:
    differences = NORMAL[:12]
    exact = paired_permutation_p_value(differences, n_resamples=2**12)
    assert paired_permutation_p_value(differences, n_resamples=2**12 - 1) == pytest.approx(exact, abs=0.03)


def test_cases_without_a_difference_do_not_cost_exactness() -> None:
    assert paired_permutation_p_value([1.0] * 5 + [0.0] * 500, n_resamples=99) == 2 / 2**5


def test_drawn_p_value_is_never_zero() -> None:
    assert paired_permutation_p_value([1.0] * 100, n_resamples=999) == 1 / 1000


def test_wins_and_losses_alone_make_it_a_sign_test() -> None:
    differences = [1.0] * 9 + [-1.0] * 2
    assert paired_permutation_p_value(differences) == pytest.approx(stats.binomtest(9, 11).pvalue)


def test_test_keeps_its_level_when_the_runs_are_alike() -> None:
    generator = np.random.default_rng(5)
    p_values = [
        paired_permutation_p_value(generator.normal(size=30).tolist(), n_resamples=199, seed=seed)
        for seed in range(400)
    ]
    assert np.mean(np.array(p_values) <= 0.1) == pytest.approx(0.1, abs=0.045)


def test_comparison_pairs_by_id_and_names_the_cases_that_flipped() -> None:
    comparison = compare({"a": 1.0, "b": 0.0, "c": 0.0, "d": 1.0}, {"d": 0.0, "c": 1.0, "b": 1.0, "a": 1.0})
    assert comparison.difference.figure == Figure(0.25, 4)
    assert (comparison.raised, comparison.lowered) == (("b", "c"), ("d",))


def test_run_against_itself_differs_in_nothing() -> None:
    run = {str(number): value for number, value in enumerate(NORMAL)}
    comparison = compare(run, run)
    assert comparison == (Interval(Figure(0.0, 80), 0.0, 0.0), 1.0, (), ())


def test_rounding_is_no_difference() -> None:
    comparison = compare({"a": 0.3, "b": 0.5}, {"a": 0.1 + 0.2, "b": 0.5})
    assert comparison == (Interval(Figure(0.0, 2), 0.0, 0.0), 1.0, (), ())


def test_comparison_over_no_case_is_undefined() -> None:
    assert compare({}, {}) == (Interval(UNDEFINED, None, None), 1.0, (), ())


def test_a_clear_difference_is_found_however_much_the_cases_vary() -> None:
    first = {str(number): 100 * value for number, value in enumerate(NORMAL)}
    comparison = compare(first, {case_id: value + 0.1 for case_id, value in first.items()})
    assert comparison.difference.low == pytest.approx(0.1)
    assert comparison.p_value < 0.001


def test_runs_over_different_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="2 cases are in one only, such as 'b'"):
        compare({"a": 1.0, "b": 1.0}, {"a": 1.0, "c": 1.0})


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    for function in (bootstrap_interval, paired_permutation_p_value):
        with pytest.raises(ValueError, match="finite"):
            function([0.0, value])
    with pytest.raises(ValueError, match="finite"):
        compare({"a": value}, {"a": 0.0})


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_0_to_1_is_refused(level: float) -> None:
    for interval in (
        lambda: bootstrap_interval([1.0], level=level),
        lambda: bootstrap_interval_of([True], share, level=level),
        lambda: wilson_interval(1, 2, level=level),
        lambda: compare({"a": 1.0}, {"a": 1.0}, level=level),
    ):
        with pytest.raises(ValueError, match="level"):
            interval()


def test_no_resamples_are_refused() -> None:
    for function in (
        lambda: bootstrap_interval([1.0], n_resamples=0),
        lambda: bootstrap_interval_of([True], share, n_resamples=0),
        lambda: paired_permutation_p_value([1.0], n_resamples=0),
        lambda: compare({"a": 1.0}, {"a": 1.0}, n_resamples=0),
    ):
        with pytest.raises(ValueError, match="resample"):
            function()


@pytest.mark.parametrize("n_true", [-1, 4])
def test_a_share_beyond_its_denominator_is_refused(n_true: int) -> None:
    with pytest.raises(ValueError, match="n_true"):
        wilson_interval(n_true, 3)
