"""Scores texts by how likely each answers the question, as the small model that comes with the package reads them.

It knows what an answer looks like, not only what the question is about; each text is read alone with the question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.model.evidence import EvidenceModel, bundled_model
from rag.protocols import FloatArray

__all__ = ["EvidenceModelReranker"]

_CUT_OFF = -30.0
"""Log-odds of a text that is too long to be read, or empty: it is not known to answer."""


class EvidenceModelReranker:
    """Probability that a text answers the question, 0 to 1. Several threads may ask at once.

    load_model: gives the model when the first text is scored; by default the bundled one, shared by all.
    """

    def __init__(self, *, load_model: Callable[[], EvidenceModel] = bundled_model) -> None:
        self._load_model = load_model

    def score(self, question: str, texts: Sequence[str]) -> FloatArray:
        """float32 (n,), 0 to 1, aligned with `texts`; a text that comes twice is read once."""
        asked = " ".join(question.split())
        distinct = list(dict.fromkeys(texts))
        readable = [text for text in distinct if any(map(str.isalnum, text))]
        readings = self._load_model().read([(asked, (text,)) for text in readable]) if readable else []
        logit_of = {
            text: float(reading.answers[0]) if len(reading.answers) else _CUT_OFF
            for text, reading in zip(readable, readings, strict=True)
        }
        logits = np.array([logit_of.get(text, _CUT_OFF) for text in texts], dtype=np.float64)
        return np.asarray(1.0 / (1.0 + np.exp(-logits)), dtype=np.float32)
