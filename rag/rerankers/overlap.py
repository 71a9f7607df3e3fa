"""Scores texts by the share of the question's words that they hold, rare words counting more. No model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from rag.language.english import WORDS_OF_ASKING
from rag.language.words import content_stems
from rag.protocols import FloatArray

__all__ = ["OverlapReranker"]


class OverlapReranker:
    """Coverage of the question: 0 for a text without any of its words, 1 for a text with all of them.

    A word weighs log(1 + (n - df + 0.5) / (df + 0.5)), df of the n texts given having it.

    Source: the weight is that of BM25 in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009),
    equation 3.3, with 1 added under the logarithm so that no weight is negative.
    """

    def score(self, question: str, texts: Sequence[str]) -> FloatArray:
        """float32 (n,), 0 to 1, aligned with `texts`."""
        asked = content_stems(question) - _OF_ASKING or content_stems(question)
        held = [content_stems(text) & asked for text in texts]
        counts = Counter(word for stems in held for word in stems)
        n = len(texts)
        weights = {word: math.log(1 + (n - counts[word] + 0.5) / (counts[word] + 0.5)) for word in sorted(asked)}
        total = sum(weights.values())
        if not total:
            return np.zeros(n, dtype=np.float32)
        covered = [sum(weights[word] for word in sorted(stems)) / total for stems in held]
        return np.array(covered, dtype=np.float32)


_OF_ASKING = content_stems(WORDS_OF_ASKING)
