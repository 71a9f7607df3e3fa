"""Ranking: recall@k, reciprocal rank and nDCG@k of one ranked list against graded relevance.

Definition, with the ids ranked best first and the gain of each relevant id (a whole number; 0 is not relevant):
    recall@k         relevant ids among the first k, of all relevant ids
    reciprocal rank  1 / rank of the first relevant id, 0 when there is none; its mean over questions is the MRR
    nDCG@k           sum of gain / log2(rank + 1) over the first k ranks, divided by that sum for the best order
Denominator: for recall the relevant ids; for the other two the question itself (1). Over questions take
`mean_of_figures`.
Empty answer: an empty ranking scores 0 on all three and stays in the mean; `trec_eval` drops such a question unless
it is run with `-c`. Empty gold: undefined, where `trec_eval` says 0: no ranking could do better.
Source: Voorhees 1999 (the TREC-8 question answering track) for MRR; Järvelin and Kekäläinen 2002 for DCG, with the
linear gain and the logarithm of rank + 1 that `trec_eval` uses, not the exponential gain of Burges et al. 2005.
Agrees with: `pytrec_eval` (`recall_k`, `recip_rank`, `ndcg_cut_k`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from eval.metrics.figure import UNDEFINED, Figure, ratio

__all__ = ["ndcg_at_k", "recall_at_k", "reciprocal_rank"]


def recall_at_k(ranked: Sequence[str], gain_by_id: Mapping[str, int], *, k: int) -> Figure:
    """How many of the relevant ids are among the first k.

    Raises: ValueError when an id is ranked twice, or k is less than 1.

    >>> recall_at_k(["a", "x", "b"], {"a": 1, "b": 1}, k=2)
    Figure(value=0.5, n=2)
    """
    _check(ranked, k)
    relevant = {id_ for id_, gain in gain_by_id.items() if gain > 0}
    return ratio(len(relevant.intersection(ranked[:k])), len(relevant))


def reciprocal_rank(ranked: Sequence[str], gain_by_id: Mapping[str, int]) -> Figure:
    """One over the rank of the first relevant id; give `ranked[:k]` for the value at a cut.

    Raises: ValueError when an id is ranked twice.

    >>> reciprocal_rank(["x", "a", "b"], {"a": 1, "b": 1})
    Figure(value=0.5, n=1)
    """
    _check(ranked)
    if not any(gain > 0 for gain in gain_by_id.values()):
        return UNDEFINED
    ranks = (rank for rank, id_ in enumerate(ranked, start=1) if gain_by_id.get(id_, 0) > 0)
    first = next(ranks, None)
    return Figure(0.0 if first is None else 1 / first, 1)


def ndcg_at_k(ranked: Sequence[str], gain_by_id: Mapping[str, int], *, k: int = 10) -> Figure:
    """The discounted gain of the first k ids as a share of the best possible one.

    Raises: ValueError when an id is ranked twice, or k is less than 1.

    >>> ndcg_at_k(["x", "y", "a"], {"a": 1})  # 1 / log2(4)
    Figure(value=0.5, n=1)
    """
    _check(ranked, k)
    gains = [gain for gain in gain_by_id.values() if gain > 0]
    if not gains:
        return UNDEFINED
    reached = _discounted(max(gain_by_id.get(id_, 0), 0) for id_ in ranked[:k])
    return Figure(reached / _discounted(sorted(gains, reverse=True)[:k]), 1)


def _discounted(gains: Iterable[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _check(ranked: Sequence[str], k: int = 1) -> None:
    if k < 1:
        raise ValueError(f"k is how many ranks to look at and at least 1, got {k!r}")
    if len(set(ranked)) != len(ranked):
        twice = next(id_ for rank, id_ in enumerate(ranked) if id_ in ranked[:rank])
        raise ValueError(f"cannot score a ranking with {twice!r} in it twice: keep the better rank of each id")
