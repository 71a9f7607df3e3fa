"""Two rankings of passages made into one."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Hit

__all__ = ["min_max", "reciprocal_rank"]


def min_max(dense: Sequence[Hit], lexical: Sequence[Hit], *, dense_weight: float) -> list[Hit]:
    """Hits of either list, by the weighted sum of their scores, each list stretched to 0-1; best first, ties by id.

    A passage that a list lacks has 0 there.

    >>> hits = [Hit(passage_id=1, score=0.9), Hit(passage_id=2, score=0.5)]
    >>> [(hit.passage_id, hit.score) for hit in min_max(hits, [Hit(passage_id=2, score=7.0)], dense_weight=0.4)]
    [(2, 0.6), (1, 0.4)]

    Source: Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), section 4.
    """
    scores: dict[int, float] = {}
    for hits, weight in ((dense, dense_weight), (lexical, 1 - dense_weight)):
        for passage_id, score in _stretched(hits).items():
            scores[passage_id] = scores.get(passage_id, 0.0) + weight * score
    return _ranked(scores)


def reciprocal_rank(dense: Sequence[Hit], lexical: Sequence[Hit], *, constant: int = 60) -> list[Hit]:
    """Hits of either list, by the sum of 1 / (constant + rank), ranks from 1; best first, ties by id.

    Scaled so that the first of both lists has 1, like the best possible score of `min_max`.

    >>> hits = [Hit(passage_id=1, score=0.9), Hit(passage_id=2, score=0.5)]
    >>> [(hit.passage_id, round(hit.score, 3)) for hit in reciprocal_rank(hits, hits[:1])]
    [(1, 1.0), (2, 0.492)]

    Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009).
    """
    scores: dict[int, float] = {}
    for hits in (dense, lexical):
        for rank, hit in enumerate(hits, start=1):
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + (constant + 1) / (2 * (constant + rank))
    return _ranked(scores)


def _stretched(hits: Sequence[Hit]) -> dict[int, float]:
    if not hits:
        return {}
    low, high = min(hit.score for hit in hits), max(hit.score for hit in hits)
    if high == low:
        return {hit.passage_id: 1.0 for hit in hits}
    return {hit.passage_id: (hit.score - low) / (high - low) for hit in hits}


def _ranked(scores: dict[int, float]) -> list[Hit]:
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(passage_id=passage_id, score=score) for passage_id, score in ranked]
