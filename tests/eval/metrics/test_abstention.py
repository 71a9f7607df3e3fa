"""Abstention rates and the risk-coverage curve, by hand, by brute force, and against scikit-learn."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score

from eval.metrics.abstention import AbstentionCase, RankedLoss, RiskPoint, abstention_scores, aurc, risk_curve
from eval.metrics.figure import UNDEFINED, Figure

ANSWERED, REFUSED = AbstentionCase(True, False), AbstentionCase(True, True)
MISSED, CAUGHT = AbstentionCase(False, False), AbstentionCase(False, True)


def test_rates_have_their_own_denominators() -> None:
    scores = abstention_scores([ANSWERED, ANSWERED, ANSWERED, REFUSED, CAUGHT, CAUGHT, MISSED])
    assert scores.precision == Figure(2 / 3, 3)
    assert scores.recall == Figure(2 / 3, 3)
    assert scores.false_refusal_rate == Figure(1 / 4, 4)
    assert scores.answer_rate == Figure(4 / 7, 7)


def test_no_case_defines_no_rate() -> None:
    assert set(abstention_scores([])) == {UNDEFINED}


def test_an_assistant_that_never_abstains_has_no_precision() -> None:
    scores = abstention_scores([ANSWERED, MISSED])
    assert (scores.precision, scores.recall) == (UNDEFINED, Figure(0.0, 1))


def test_without_unanswerable_cases_there_is_no_recall() -> None:
    scores = abstention_scores([ANSWERED, REFUSED])
    assert (scores.recall, scores.precision) == (UNDEFINED, Figure(0.0, 1))


def test_without_answerable_cases_there_is_no_false_refusal_rate() -> None:
    assert abstention_scores([CAUGHT]).false_refusal_rate == UNDEFINED


@settings(deadline=None)
@given(st.lists(st.sampled_from([REFUSED, CAUGHT, MISSED, ANSWERED])).map(lambda cases: [CAUGHT, *cases]))
def test_precision_and_recall_agree_with_scikit_learn(cases: list[AbstentionCase]) -> None:
    gold, predicted = [not case.is_answerable for case in cases], [case.abstained for case in cases]
    scores = abstention_scores(cases)
    assert scores.precision.value == pytest.approx(precision_score(gold, predicted))
    assert scores.recall.value == pytest.approx(recall_score(gold, predicted))


def test_curve_has_one_point_for_each_confidence() -> None:
    cases = [RankedLoss(0.2, 1), RankedLoss(0.9, 0), RankedLoss(0.5, 1), RankedLoss(0.5, 0)]
    assert risk_curve(cases) == (
        RiskPoint(confidence=0.9, coverage=0.25, risk=0.0, n_answered=1),
        RiskPoint(confidence=0.5, coverage=0.75, risk=1 / 3, n_answered=3),
        RiskPoint(confidence=0.2, coverage=1.0, risk=0.5, n_answered=4),
    )


def test_no_case_gives_no_curve_and_no_area() -> None:
    assert (risk_curve([]), aurc([])) == ((), UNDEFINED)


def test_confidence_in_the_right_order_has_the_smaller_area() -> None:
    right_first = [RankedLoss(0.9, 0), RankedLoss(0.8, 0), RankedLoss(0.1, 1)]
    wrong_first = [RankedLoss(0.1, 0), RankedLoss(0.2, 0), RankedLoss(0.9, 1)]
    assert aurc(right_first).value == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert aurc(wrong_first).value == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_confidence_that_says_nothing_has_the_mean_loss_as_area() -> None:
    assert aurc([RankedLoss(0.5, loss) for loss in (0, 1, 0, 0)]) == Figure(0.25, 4)


def area_in_this_order(cases: tuple[RankedLoss, ...]) -> float:
    risks = [sum(case.loss for case in cases[:i]) / i for i in range(1, len(cases) + 1)]
    return sum(risks) / len(risks)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(RankedLoss, st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 0.5, 1.0])),
        min_size=1,
        max_size=5,
    )
)
def test_area_is_the_mean_over_every_order_of_equal_confidences(cases: list[RankedLoss]) -> None:
    def is_ordered(order: tuple[RankedLoss, ...]) -> bool:
        return all(order[i].confidence >= order[i + 1].confidence for i in range(len(order) - 1))

    areas = [area_in_this_order(order) for order in permutations(cases) if is_ordered(order)]
    assert aurc(cases).value == pytest.approx(sum(areas) / len(areas))


@pytest.mark.parametrize("case", [RankedLoss(math.nan, 0), RankedLoss(0.5, math.nan), RankedLoss(math.inf, 1)])
def test_what_is_no_number_is_refused(case: RankedLoss) -> None:
    for score in (aurc, risk_curve):
        with pytest.raises(ValueError, match="finite"):
            score([case])
