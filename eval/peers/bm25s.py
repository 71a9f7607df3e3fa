"""BM25 by bm25s over single sentences, with the English stemmer and stop words of its first example.

Source: github.com/xhluca/bm25s, README, quick start.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module

import numpy as np
from numpy.typing import NDArray
from Stemmer import Stemmer

from eval.cases import CorpusDocument
from eval.peers.protocol import N_CITED, Found, IndexReport
from eval.peers.sentences import sentences_of

__all__ = ["Bm25sPeer", "WordScores"]


class WordScores:
    """BM25 scores of texts for a question."""

    def __init__(self) -> None:
        self._library = import_module("bm25s")  # here: a checkout without the extra can still import this file
        self._stemmer = Stemmer("english")
        self._retriever = self._library.BM25()
        self._n_texts = 0

    def index(self, texts: Sequence[str]) -> None:
        """Make the texts findable; called once."""
        self._n_texts = len(texts)
        tokens = self._library.tokenize(list(texts), stopwords="en", stemmer=self._stemmer, show_progress=False)
        self._retriever.index(tokens, show_progress=False)

    def first(self, question: str, k: int) -> list[int]:
        """Positions of at most `k` texts that share a word with the question, best first."""
        tokens = self._library.tokenize(question, stopwords="en", stemmer=self._stemmer, show_progress=False)
        rows, scores = self._retriever.retrieve(tokens, k=min(k, self._n_texts), show_progress=False)
        return [int(row) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]

    def scores(self, question: str) -> NDArray[np.float32]:
        """float32 (number of texts,), 0 for a text that shares no word with the question."""
        (words,) = self._library.tokenize(
            [question], stopwords="en", stemmer=self._stemmer, show_progress=False, return_ids=False
        )
        if not words:  # the library fails on a question of stop words alone
            return np.zeros(self._n_texts, dtype=np.float32)
        return np.asarray(self._retriever.get_scores(words), dtype=np.float32)


class Bm25sPeer:
    """Single sentences by the words they share with the question."""

    name = "bm25s"

    def __init__(self) -> None:
        self._words = WordScores()
        self._units: list[Found] = []

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Cut into sentences, tokenise, count."""
        started = time.perf_counter()
        self._units = sentences_of(documents)
        self._words.index([unit.text for unit in self._units])
        seconds = time.perf_counter() - started
        return IndexReport(len(self._units), sum(len(document.text) for document in documents), seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """At most `k` sentences that share a word with the question."""
        return [self._units[row] for row in self._words.first(question, k)]

    def cite(self, question: str) -> list[Found]:
        """The first few that it finds."""
        return self.search(question, N_CITED)

    def close(self) -> None:
        """Nothing is open."""
