"""Ranking figures on lists small enough to count by hand, and against `pytrec_eval`."""

import math

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.ranking import ndcg_at_k, recall_at_k, reciprocal_rank

IDS = [f"d{number}" for number in range(15)]


def test_recall_counts_the_relevant_ids_within_k() -> None:
    ranked, gain_by_id = ["x", "a", "y", "b"], {"a": 1, "b": 2, "c": 1, "x": 0}
    assert [recall_at_k(ranked, gain_by_id, k=k) for k in (1, 2, 9)] == [(0, 3), (1 / 3, 3), (2 / 3, 3)]


def test_reciprocal_rank_is_that_of_the_first_relevant_id() -> None:
    assert reciprocal_rank(["x", "y", "a", "b"], {"a": 1, "b": 2}) == Figure(1 / 3, 1)


def test_reciprocal_rank_at_a_cut() -> None:
    assert reciprocal_rank(["x", "y", "a"][:2], {"a": 1}) == Figure(0.0, 1)


def test_ndcg_of_graded_gains() -> None:
    reached, best = 1 + 3 / math.log2(3), 3 + 1 / math.log2(3)
    assert ndcg_at_k(["a", "b"], {"a": 1, "b": 3}).value == pytest.approx(reached / best)


def test_ndcg_is_one_when_the_first_k_are_the_best_k() -> None:
    assert ndcg_at_k(["a", "b"], {"a": 1, "b": 1, "c": 1}, k=2).value == 1


def test_an_empty_ranking_scores_zero() -> None:
    gains = {"a": 1, "b": 1}
    figures = recall_at_k([], gains, k=5), reciprocal_rank([], gains), ndcg_at_k([], gains)
    assert figures == (Figure(0.0, 2), Figure(0.0, 1), Figure(0.0, 1))


@pytest.mark.parametrize("gains", [{}, {"a": 0}])
def test_without_anything_relevant_nothing_is_defined(gains: dict[str, int]) -> None:
    ranked = ["a", "b"]
    assert {recall_at_k(ranked, gains, k=5), reciprocal_rank(ranked, gains), ndcg_at_k(ranked, gains)} == {UNDEFINED}


def test_an_id_ranked_twice_is_refused() -> None:
    for score in (
        lambda: recall_at_k(["a", "a"], {"a": 1}, k=5),
        lambda: reciprocal_rank(["a", "a"], {"a": 1}),
        lambda: ndcg_at_k(["a", "a"], {"a": 1}),
    ):
        with pytest.raises(ValueError, match="'a' in it twice"):
            score()


def test_k_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        recall_at_k(["a"], {"a": 1}, k=0)
    with pytest.raises(ValueError, match="at least 1"):
        ndcg_at_k(["a"], {"a": 1}, k=-1)


@settings(deadline=None)
@given(
    ranked=st.lists(st.sampled_from(IDS), unique=True, min_size=1),
    gain_by_id=st.dictionaries(st.sampled_from([*IDS, "missed"]), st.integers(0, 3), min_size=1).filter(
        lambda gains: any(gains.values())
    ),
)
def test_figures_agree_with_pytrec_eval(ranked: list[str], gain_by_id: dict[str, int]) -> None:
    evaluator = pytrec_eval.RelevanceEvaluator({"q": gain_by_id}, {"recall.5,10", "recip_rank", "ndcg_cut.3,10"})
    official = evaluator.evaluate({"q": {id_: float(-rank) for rank, id_ in enumerate(ranked)}})["q"]
    assert recall_at_k(ranked, gain_by_id, k=5).value == pytest.approx(official["recall_5"])
    assert recall_at_k(ranked, gain_by_id, k=10).value == pytest.approx(official["recall_10"])
    assert reciprocal_rank(ranked, gain_by_id).value == pytest.approx(official["recip_rank"])
    assert ndcg_at_k(ranked, gain_by_id, k=3).value == pytest.approx(official["ndcg_cut_3"])
    assert ndcg_at_k(ranked, gain_by_id).value == pytest.approx(official["ndcg_cut_10"])
