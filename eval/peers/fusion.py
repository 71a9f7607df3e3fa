"""Dense and BM25 over single sentences, each scaled to 0-1 over all sentences, and added.

The usual hybrid search, over exact scores of every sentence instead of two cut-off lists.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.cases import CorpusDocument
from eval.peers.bm25s import WordScores
from eval.peers.dense import SentenceModel
from eval.peers.protocol import N_CITED, Found, IndexReport
from eval.peers.sentences import sentences_of

__all__ = ["FusionPeer", "min_max"]


class FusionPeer:
    """Single sentences by the sum of both scaled scores."""

    name = "fusion"

    def __init__(self) -> None:
        self._model = SentenceModel()
        self._words = WordScores()
        self._vectors = np.zeros((0, self._model.dim), dtype=np.float32)
        self._units: list[Found] = []

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Cut into sentences, encode, tokenise and count."""
        started = time.perf_counter()
        self._units = sentences_of(documents)
        texts = [unit.text for unit in self._units]
        self._vectors = self._model.encode(texts)
        self._words.index(texts)
        seconds = time.perf_counter() - started
        return IndexReport(len(self._units), sum(len(document.text) for document in documents), seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` sentences with the highest sum."""
        dense = self._vectors @ self._model.encode([question])[0]
        fused = min_max(dense) + min_max(self._words.scores(question))
        return [self._units[row] for row in np.argsort(-fused, kind="stable")[:k]]

    def cite(self, question: str) -> list[Found]:
        """The first few that it finds; it always answers."""
        return self.search(question, N_CITED)

    def close(self) -> None:
        """Nothing is open."""


def min_max(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scores moved and stretched to reach from 0 to 1; all 0 when they are all the same.

    >>> min_max(np.array([1, 2, 3], dtype=np.float32)).tolist()
    [0.0, 0.5, 1.0]
    """
    low, high = scores.min(), scores.max()
    if high == low:
        return np.zeros_like(scores)
    scaled: NDArray[np.float32] = (scores - low) / (high - low)
    return scaled
