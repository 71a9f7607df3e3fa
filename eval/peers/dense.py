"""The raw model: `SentenceTransformer.encode` over single sentences, and an exact search by inner product."""

from __future__ import annotations

import time
from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from eval.cases import CorpusDocument
from eval.peers.protocol import N_CITED, RAW_MODEL, Found, IndexReport, model_folder
from eval.peers.sentences import sentences_of

__all__ = ["DensePeer", "SentenceModel"]


class SentenceModel:
    """The embedding model as its users call it, with its defaults."""

    def __init__(self) -> None:
        self._model = SentenceTransformer(model_folder(), device="cpu")
        self.dim = self.encode(["the first run of a model is slow"]).shape[1]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (n, dim), rows of length 1 in the order of the texts."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class DensePeer:
    """Single sentences by the inner product of their vectors."""

    name = RAW_MODEL

    def __init__(self) -> None:
        self._model = SentenceModel()
        self._index = faiss.IndexFlatIP(self._model.dim)
        self._units: list[Found] = []

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Cut into sentences, encode, add to a flat index."""
        started = time.perf_counter()
        self._units = sentences_of(documents)
        self._index.add(self._model.encode([unit.text for unit in self._units]))
        seconds = time.perf_counter() - started
        return IndexReport(len(self._units), sum(len(document.text) for document in documents), seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` nearest sentences."""
        _, rows = self._index.search(self._model.encode([question]), min(k, len(self._units)))
        return [self._units[row] for row in rows[0]]

    def cite(self, question: str) -> list[Found]:
        """The first few that it finds; it always answers."""
        return self.search(question, N_CITED)

    def close(self) -> None:
        """Nothing is open."""
