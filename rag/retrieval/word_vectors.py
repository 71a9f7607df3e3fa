"""How near the words of a text come to the words of a question: "wrote" to "written", "biggest" to "largest".

Each word has one short vector, whatever stands around it, so that a ranking costs look-ups and one multiplication. The
vectors are the word embeddings with which the default embedding model begins, cut to their principal components; they
are read from this package, not from the model, and serve every embedder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.language.words import content_stems, distinct_content_words
from rag.protocols import FloatArray

__all__ = ["likeness"]

_FILE = "word_vectors.npz"
_UNLIKE = 0.3
"""Cosines up to here are chance: two words of English taken at random have about 0.05, one pair in a hundred this."""
_ALMOST = 0.85
"""The most that another word can count; 1 is the same word in any of its forms."""


def likeness(words: Sequence[str], texts: Sequence[str]) -> FloatArray:
    """float32 (len(texts), len(words)), 0 to 1: how well each text holds each word, in lower case.

    1 where it holds the word, in any form that `content_stems` takes for the same; else what its nearest word has in
    common with it, at most 0.85, and 0 when either of them is rare or nothing is near.

    >>> found = likeness(["biggest"], ["The largest city.", "The biggest city.", "He slept."])
    >>> bool(found[1, 0] == 1 > found[0, 0] > 0.4), float(found[2, 0])
    (True, 0.0)
    """
    table = _table()
    found = np.zeros((len(texts), len(words)), dtype=np.float32)
    if not words or not texts:
        return found
    asked = table.vectors[[table.row_by_word.get(word, -1) for word in words]]
    rows = [_rows(text) for text in texts]
    filled = [place for place, row in enumerate(rows) if row.size]
    if filled:
        distinct, column = np.unique(np.concatenate([rows[place] for place in filled]), return_inverse=True)
        cosines = (asked @ table.vectors[distinct].T)[:, column]
        starts = np.cumsum([0, *(rows[place].size for place in filled[:-1])])
        nearest = np.maximum.reduceat(cosines, starts, axis=1).T
        found[filled] = np.clip((nearest - _UNLIKE) / (1 - _UNLIKE), 0, _ALMOST)
    stems_of_words = [content_stems(word) for word in words]
    for place, text in enumerate(texts):
        stems = content_stems(text)
        held = [column for column, asked_for in enumerate(stems_of_words) if asked_for <= stems]
        if held:
            found[place, held] = 1
    return found


class _Table(NamedTuple):
    """vectors: float32 (n + 1, 64), rows of length 1; the last one, of every word that has none, is zero."""

    row_by_word: Mapping[str, int]
    vectors: FloatArray


@cache
def _table() -> _Table:
    """Read when the first question is asked. Source: `python -m eval.training.ranking.word_vectors`."""
    with (files("rag.retrieval") / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        words = bytes(stored["words"]).decode("ascii").split()
        vectors = stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    blank = np.zeros((1, vectors.shape[1]), dtype=np.float32)
    return _Table({word: row for row, word in enumerate(words)}, np.vstack([vectors, blank]))


@lru_cache(maxsize=10_000)
def _rows(text: str) -> NDArray[np.int64]:
    """The rows of the words of the text that have a vector, each once."""
    row_by_word = _table().row_by_word
    words = distinct_content_words(text)
    return np.array([row_by_word[word] for word in words if word in row_by_word], dtype=np.int64)
