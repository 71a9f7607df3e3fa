"""Two rankings into one, against the formulas written out plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.retriever import min_max, reciprocal_rank
from rag.types import Hit

SCORES = st.dictionaries(st.integers(1, 9), st.integers(-50, 50).map(float), max_size=9)


def ranking(scores: dict[int, float]) -> list[Hit]:
    return [
        Hit(passage_id=passage_id, score=score)
        for passage_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    ]


def stretched(scores: dict[int, float], passage_id: int) -> float:
    if passage_id not in scores:
        return 0.0
    low, high = min(scores.values()), max(scores.values())
    return 1.0 if high == low else (scores[passage_id] - low) / (high - low)


@given(SCORES, SCORES, st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_min_max_is_the_weighted_sum_of_stretched_scores(dense, lexical, weight):
    fused = min_max(ranking(dense), ranking(lexical), dense_weight=weight)
    assert {hit.passage_id for hit in fused} == dense.keys() | lexical.keys()
    for hit in fused:
        expected = weight * stretched(dense, hit.passage_id) + (1 - weight) * stretched(lexical, hit.passage_id)
        assert hit.score == pytest.approx(expected)


@given(SCORES, SCORES, st.floats(0.1, 9), st.floats(-9, 9))
def test_min_max_ignores_the_scale_of_a_list(dense, lexical, factor, offset):
    scaled = {passage_id: factor * score + offset for passage_id, score in lexical.items()}
    plain = {hit.passage_id: hit.score for hit in min_max(ranking(dense), ranking(lexical), dense_weight=0.5)}
    for hit in min_max(ranking(dense), ranking(scaled), dense_weight=0.5):
        assert hit.score == pytest.approx(plain[hit.passage_id], abs=1e-6)


@given(SCORES, SCORES)
def test_reciprocal_rank_is_the_sum_over_the_lists(dense, lexical):
    rankings = [ranking(dense), ranking(lexical)]
    for hit in reciprocal_rank(*rankings):
        expected = 0.0
        for hits in rankings:
            ids = [other.passage_id for other in hits]
            if hit.passage_id in ids:
                expected += 1 / (61 + ids.index(hit.passage_id))
        assert hit.score == pytest.approx(expected * 61 / 2)


@given(SCORES, SCORES)
def test_both_fusions_score_from_0_to_1_so_that_ranking_may_weigh_them_alike(dense, lexical):
    for fused in (
        min_max(ranking(dense), ranking(lexical), dense_weight=0.5),
        reciprocal_rank(ranking(dense), ranking(lexical)),
    ):
        assert all(-1e-9 <= hit.score <= 1 + 1e-9 for hit in fused)


@given(SCORES, SCORES)
def test_results_come_best_first_each_once_and_ties_by_id(dense, lexical):
    for fused in (
        min_max(ranking(dense), ranking(lexical), dense_weight=0.5),
        reciprocal_rank(ranking(dense), ranking(lexical)),
    ):
        keys = [(-hit.score, hit.passage_id) for hit in fused]
        assert keys == sorted(keys)
        assert len({hit.passage_id for hit in fused}) == len(fused)


@given(SCORES)
def test_a_list_fused_with_nothing_keeps_its_order(scores):
    order = [hit.passage_id for hit in ranking(scores)]
    assert [hit.passage_id for hit in min_max(ranking(scores), [], dense_weight=0.5)] == order
    assert [hit.passage_id for hit in reciprocal_rank([], ranking(scores))] == order


def test_nothing_fused_with_nothing_is_nothing():
    assert min_max([], [], dense_weight=0.5) == []
    assert reciprocal_rank([], []) == []
