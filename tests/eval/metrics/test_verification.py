"""Verifier figures by hand and against scikit-learn."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.verification import ScoredPair, auroc, balanced_accuracy, calibration_error, reliability_table

SUPPORTED, REFUTED = ScoredPair(True, True, 0.9), ScoredPair(False, False, 0.1)
scores = st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]), st.floats(0, 1))
pairs_of_both_classes = st.lists(st.builds(ScoredPair, st.booleans(), st.booleans(), scores)).map(
    lambda pairs: [SUPPORTED, *pairs, REFUTED]
)


def test_accepting_everything_has_half_the_balanced_accuracy() -> None:
    pairs = [ScoredPair(True, True, 1.0)] * 9 + [ScoredPair(False, True, 1.0)]
    assert balanced_accuracy(pairs) == Figure(0.5, 10)


@pytest.mark.parametrize("score", [balanced_accuracy, auroc])
@pytest.mark.parametrize("pairs", [[], [SUPPORTED], [REFUTED, REFUTED]])
def test_a_missing_class_leaves_the_figure_undefined(
    score: Callable[[list[ScoredPair]], Figure], pairs: list[ScoredPair]
) -> None:
    assert score(pairs) == UNDEFINED


def test_equal_scores_count_a_half() -> None:
    assert auroc([ScoredPair(True, True, 0.5), ScoredPair(False, True, 0.5)]) == Figure(0.5, 2)


def test_table_lists_empty_bins_and_puts_a_border_into_the_lower_bin() -> None:
    table = reliability_table([ScoredPair(True, True, score) for score in (0.0, 0.5, 0.51)], n_bins=4)
    assert [row.share_supported.n for row in table] == [1, 1, 1, 0]
    assert table[3] == (0.75, 1.0, UNDEFINED, UNDEFINED)


def test_calibration_error_weighs_bins_by_their_pairs() -> None:
    pairs = [ScoredPair(True, True, 1.0)] * 3 + [ScoredPair(False, False, 0.5)]
    assert calibration_error(pairs, n_bins=2) == Figure(0.125, 4)


def test_without_pairs_there_is_no_calibration_error() -> None:
    assert calibration_error([]) == UNDEFINED
    assert len(reliability_table([])) == 10


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan])
def test_a_score_that_is_no_probability_is_refused(score: float) -> None:
    for figure in (auroc, reliability_table, calibration_error):
        with pytest.raises(ValueError, match="between 0 and 1"):
            figure([SUPPORTED, ScoredPair(False, True, score)])


def test_no_bins_are_refused() -> None:
    for figure in (reliability_table, calibration_error):
        with pytest.raises(ValueError, match="at least one bin"):
            figure([SUPPORTED], n_bins=0)


@settings(deadline=None)
@given(pairs_of_both_classes)
def test_balanced_accuracy_and_auroc_agree_with_scikit_learn(pairs: list[ScoredPair]) -> None:
    gold, accepted, scores = zip(*pairs, strict=True)
    assert balanced_accuracy(pairs).value == pytest.approx(balanced_accuracy_score(gold, accepted))
    assert auroc(pairs).value == pytest.approx(roc_auc_score(gold, scores))


@settings(deadline=None)
@given(pairs_of_both_classes)
def test_table_agrees_with_scikit_learn(pairs: list[ScoredPair]) -> None:
    gold, _, scores = zip(*pairs, strict=True)
    filled = [row for row in reliability_table(pairs, n_bins=8) if row.mean_score.n]
    supported, mean_scores = calibration_curve(gold, scores, n_bins=8, strategy="uniform")
    assert [row.share_supported.value for row in filled] == pytest.approx(list(supported))
    assert [row.mean_score.value for row in filled] == pytest.approx(list(mean_scores))
