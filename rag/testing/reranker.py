"""What every backend of the `Reranker` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rag.protocols import Reranker

__all__ = ["RERANKER_CHECKS", "check_reranker"]

QUESTION = "Who climbed the mountain?"
TEXTS = (
    "Bread is baked from flour and water.",
    "Anna climbed the mountain in 1954.",
    "",
    "😀 東京 [99] <b>",
    "Anna climbed the mountain in 1954.",
    "climbed " * 2000,
)


def check_reranker(reranker: Reranker) -> None:
    """Nothing, when the reranker keeps every promise.

    Raises:
        AssertionError: it breaks one.
    """
    for check in RERANKER_CHECKS:
        check(reranker)


def gives_one_finite_score_for_each_text(reranker: Reranker) -> None:
    """float32 (n,), finite, also for odd texts and questions; no texts give no scores."""
    for question in (QUESTION, "", "?!", "😀 東京", "climbed " * 2000):
        scores = reranker.score(question, TEXTS)
        assert scores.dtype == np.float32
        assert scores.shape == (len(TEXTS),)
        assert np.isfinite(scores).all()
    assert reranker.score(QUESTION, []).shape == (0,)
    assert reranker.score(QUESTION, TEXTS[:1]).shape == (1,)


def aligns_scores_with_texts(reranker: Reranker) -> None:
    """Scores follow their texts into any order, and equal texts score the same."""
    scores = reranker.score(QUESTION, TEXTS)
    np.testing.assert_allclose(reranker.score(QUESTION, TEXTS[::-1])[::-1], scores, atol=1e-5)
    np.testing.assert_allclose(scores[1], scores[4], atol=1e-5)


def scores_the_answer_higher(reranker: Reranker) -> None:
    """Higher is better."""
    scores = reranker.score(QUESTION, TEXTS[:2])
    assert scores[1] > scores[0]


RERANKER_CHECKS: tuple[Callable[[Reranker], None], ...] = (
    gives_one_finite_score_for_each_text,
    aligns_scores_with_texts,
    scores_the_answer_higher,
)
