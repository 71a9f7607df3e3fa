"""txtai's embeddings database over single sentences: hybrid (dense and its BM25), and dense alone, its default.

txtai's own `Textractor(sentences=True)` needs NLTK data from the network; our sentences take its place.
Source: neuml.github.io/txtai, embeddings, "hybrid search" and "content storage".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module

from eval.cases import CorpusDocument
from eval.peers.protocol import N_CITED, Found, IndexReport, model_folder
from eval.peers.sentences import sentences_of

__all__ = ["TxtaiDensePeer", "TxtaiHybridPeer"]


class TxtaiHybridPeer:
    """Single sentences by txtai's hybrid search."""

    name = "txtai-hybrid"
    _is_hybrid = True

    def __init__(self) -> None:
        library = import_module("txtai")  # here: a checkout without the extra can still import this file
        self._embeddings = library.Embeddings(
            path=model_folder(), content=True, gpu=False, **({"hybrid": True} if self._is_hybrid else {})
        )
        self._embeddings.batchtransform(["the first run of a model is slow"])
        self._units: list[Found] = []

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Cut into sentences; txtai stores, encodes and indexes them."""
        started = time.perf_counter()
        self._units = sentences_of(documents)
        self._embeddings.index([(number, unit.text, None) for number, unit in enumerate(self._units)])
        seconds = time.perf_counter() - started
        return IndexReport(len(self._units), sum(len(document.text) for document in documents), seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` best sentences."""
        if question.lstrip().lower().startswith("select "):  # which txtai would run as SQL
            question = f"({question})"
        return [self._units[int(row["id"])] for row in self._embeddings.search(question, k)]

    def cite(self, question: str) -> list[Found]:
        """The first few that it finds; it always answers."""
        return self.search(question, N_CITED)

    def close(self) -> None:
        """Close the database."""
        self._embeddings.close()


class TxtaiDensePeer(TxtaiHybridPeer):
    """Single sentences by txtai's default search, by vector alone."""

    name = "txtai-dense"
    _is_hybrid = False
