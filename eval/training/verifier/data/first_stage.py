"""The sentences that a search finds before the verifier ranks them: by vector, by words, and by both.

The same first stage for every checkpoint, so that only the ranking behind it differs: all-MiniLM-L6-v2 and BM25, each
brought to the range 0 to 1 for a question and then added. The product's own search is at least as good.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.cases import CorpusDocument
from eval.training.verifier.data.examples import plain
from rag import Span, sentence_spans
from rag.model.evidence import words_of

__all__ = ["FirstStage", "Place", "embedded", "first_stage", "places_of", "word_scores"]

_K1, _B = 1.2, 0.75


class Place(NamedTuple):
    """A sentence of the corpus. number: among those of its document."""

    document_id: str
    number: int
    span: Span
    text: str


class FirstStage(NamedTuple):
    """All sentences, and for each question their scores, float32 (questions, sentences)."""

    places: tuple[Place, ...]
    dense: NDArray[np.float32]
    fused: NDArray[np.float32]


def places_of(corpus: Mapping[str, CorpusDocument]) -> tuple[Place, ...]:
    """Every sentence that has a letter or a digit."""
    return tuple(
        Place(document.id, number, span, plain(span.slice(document.text)))
        for document in corpus.values()
        for number, span in enumerate(sentence_spans(document.text))
        if any(character.isalnum() for character in span.slice(document.text))
    )


def first_stage(
    corpus: Mapping[str, CorpusDocument], questions: Sequence[str], *, vectors: tuple[NDArray[np.float32], ...]
) -> FirstStage:
    """vectors: of the sentences of `places_of`, and of the questions, rows of length 1."""
    places = places_of(corpus)
    of_places, of_questions = vectors
    dense = (of_questions @ of_places.T).astype(np.float32)
    words = word_scores([place.text for place in places], questions)
    return FirstStage(places, dense, _scaled(dense) + _scaled(words))


def word_scores(texts: Sequence[str], questions: Sequence[str]) -> NDArray[np.float32]:
    """BM25 of each text for each question, float32 (questions, texts).

    Source: Robertson and Zaragoza 2009, with the idf of Lucene, which is never negative.
    """
    counts = [Counter(words_of(text)) for text in texts]
    lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
    mean = float(lengths.mean()) if len(lengths) else 1.0
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, count in enumerate(counts):
        for word, times in count.items():
            postings[word].append((number, times))
    scores = np.zeros((len(questions), len(texts)), dtype=np.float32)
    for row, question in enumerate(questions):
        for word in set(words_of(question)) & postings.keys():
            found = np.array(postings[word])
            numbers, n_times = found[:, 0], found[:, 1]
            idf = math.log(1 + (len(texts) - len(numbers) + 0.5) / (len(numbers) + 0.5))
            scores[row, numbers] += idf * n_times / (n_times + _K1 * (1 - _B + _B * lengths[numbers] / mean))
    return scores


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = scores.min(axis=1, keepdims=True), scores.max(axis=1, keepdims=True)
    return np.asarray((scores - low) / np.maximum(high - low, 1e-9), dtype=np.float32)


def embedded(texts: Sequence[str], folder: Path) -> NDArray[np.float32]:
    """Unit vectors of the texts by the sentence-transformers model in the folder."""
    from sentence_transformers import SentenceTransformer  # slow to import, and only needed here

    model = SentenceTransformer(str(folder), device="cpu")
    return np.asarray(model.encode(list(texts), normalize_embeddings=True, batch_size=64), dtype=np.float32)
