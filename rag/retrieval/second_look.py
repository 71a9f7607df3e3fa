"""The best sentences once more, with a model that reads question and sentence together.

Such a model is better than any feature and thousands of times slower, so it sees only the few sentences that the rest
has put first. `Retriever.rank` calls this where a model is set; without one nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.protocols import Reranker
from rag.retrieval.ranking import score

if TYPE_CHECKING:
    from rag.retrieval.retriever import Ranked

__all__ = ["second_look"]


def second_look(question: str, ranked: Sequence[Ranked], model: Reranker, *, n: int = 5) -> list[Ranked]:
    """The ranking, best first, with the model's score as a feature of its first `n` sentences.

    ranked: best first. How much the model counts is the weight of the feature `model`; its scores should be
    probabilities, 0 to 1. Equal scores keep their order, and sentences of score 0 are not shown to it.
    """
    shown = [place for place in ranked[:n] if place.score > 0]
    scores = model.score(question, [place.candidate.quote for place in shown])
    looked_at = []
    for place, value in zip(shown, scores, strict=True):
        features = place.features._replace(model=float(value))
        looked_at.append(place._replace(features=features, score=score(features, place.candidate.quote)))
    return sorted([*looked_at, *ranked[len(shown) :]], key=lambda place: -place.score)
