import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from eval.training.verifier.calibration import Scored, balanced, best_threshold, fitted_temperature, probability

SCORED = st.lists(st.builds(Scored, st.booleans(), st.floats(-9, 9)), min_size=2, max_size=30)


@given(SCORED, st.floats(-9, 9))
def test_balanced_accuracy_agrees_with_sklearn(scored: list[Scored], threshold: float) -> None:
    if len({each.is_positive for each in scored}) == 2:
        expected = balanced_accuracy_score(
            [each.is_positive for each in scored], [each.logit >= threshold for each in scored]
        )
        assert balanced(scored, threshold) == pytest.approx(expected)


@given(SCORED, st.floats(-9, 9))
def test_no_threshold_between_scores_is_better_than_the_best(scored: list[Scored], other: float) -> None:
    inside = min(each.logit for each in scored) < other <= max(each.logit for each in scored)
    if inside:
        assert balanced(scored, best_threshold([scored])) >= balanced(scored, other) - 1e-9


def test_temperature_undoes_what_made_the_model_too_sure() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, 4000)
    labels = generator.random(4000) < 1 / (1 + np.exp(-logits))
    scored = [Scored(bool(label), 3 * float(logit)) for label, logit in zip(labels, logits, strict=True)]

    assert fitted_temperature([scored]) == pytest.approx(3.0, rel=0.1)


def test_probability_is_between_0_and_1_and_grows() -> None:
    made = [probability(logit, 1.5) for logit in (-90.0, -1.0, 0.0, 1.0, 90.0)]

    assert made == sorted(made)
    assert made[0] == pytest.approx(0.0)
    assert made[-1] == pytest.approx(1.0)
