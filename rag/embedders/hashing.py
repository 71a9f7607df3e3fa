"""An embedder without a model: words and pieces of words, hashed into a fixed number of counts.

For tests, which need vectors whose closeness follows shared words, and as the floor in eval. It knows no synonyms.
Unlike scikit-learn's HashingVectorizer it reads whole words and character n-grams at once and needs no matrices.

Source: Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning (signed hashing);
Bojanowski et al. 2017, Enriching Word Vectors with Subword Information (n-grams of the marked word `<word>`).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

import numpy as np

from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["HashingEmbedder"]

_WORD = re.compile(r"\w+")
_N_GRAM = 4
_N_GRAM_WEIGHT = 0.3


class HashingEmbedder:
    """Texts → unit vectors by signed feature hashing; equal words mean equal numbers on every machine.

    A token is a word, a run of letters, digits and underscores. Sentences are embedded apart from their passage.
    """

    def __init__(self, dim: int = 512, *, max_tokens: int = 256) -> None:
        if dim < 1 or max_tokens < 1:
            raise ValueError(f"dim and max_tokens must be positive, got dim={dim}, max_tokens={max_tokens}")
        self.dim = dim
        self.max_tokens = max_tokens
        self.id = f"hashing-{dim}-{max_tokens}@1"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many words each text has."""
        return [len(_WORD.findall(text)) for text in texts]

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question."""
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage."""
        return self._embed(texts)

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and the vector of each span's own text."""
        sentences = [
            self._embed([span.slice(text) for span in text_spans])
            for text, text_spans in zip(texts, spans, strict=True)
        ]
        return PassageVectors(self._embed(texts), sentences)

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            counts = Counter(_features(text.lower(), self.max_tokens))
            for (feature, weight), count in counts.items():
                code = zlib.crc32(feature.encode(errors="surrogatepass"))
                sign = 1.0 if code & 1 else -1.0
                row[(code >> 1) % self.dim] += sign * weight * (1.0 + log(count))
            length = float(np.linalg.norm(row))
            if length > 0.0:
                row /= length
            else:  # no word at all, or features that cancel out: a fixed direction keeps the length at 1
                row[0] = 1.0
        return vectors


def _features(text: str, max_words: int) -> Iterator[tuple[str, float]]:
    """The words of `text` and their character n-grams, each with its weight.

    "cats" → ("wcats", 1), ("g<cat", 0.3), ("gcats", 0.3), ("gats>", 0.3): w marks a word, g an n-gram.
    """
    for index, match in enumerate(_WORD.finditer(text)):
        if index == max_words:
            return
        word = match.group()
        yield f"w{word}", 1.0
        marked = f"<{word}>"
        for start in range(len(marked) - _N_GRAM + 1):
            yield f"g{marked[start : start + _N_GRAM]}", _N_GRAM_WEIGHT
