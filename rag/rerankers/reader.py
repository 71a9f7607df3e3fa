"""Reads passages beside the question with the small reader that comes with the package.

It knows what an answer looks like in its passage, not only what the question is about: the sentence whose "she" is
the person asked for answers, the one that repeats the question's names and says something else does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.model.evidence import EvidenceModel, bundled_reader
from rag.protocols import FloatArray, PassageReading, ShownPassage

__all__ = ["ReaderReranker"]

_CUT_OFF = -30.0
"""Log-odds of a text that is too long to be read, or empty: it is not known to answer."""
_UNMET = 1.0
"""Log-odds from which on a word of the question is said not to be met."""


class ReaderReranker:
    """Whether sentences answer a question, as log-odds in their passages and as probabilities alone.

    load_model: gives the model when the first text is read; by default the bundled one, shared by all. Several threads
    may ask at once.
    """

    def __init__(self, *, load_model: Callable[[], EvidenceModel] = bundled_reader) -> None:
        self._load_model = load_model

    def read(self, question: str, passages: Sequence[ShownPassage]) -> list[PassageReading]:
        """One reading for each passage, in order."""
        asked = " ".join(question.split())
        pairs = [
            (asked, tuple(" ".join(text.split()) for text in (*_above(passage), *passage.sentences)))
            for passage in passages
        ]
        readings = self._load_model().read(pairs) if pairs else []
        return [
            PassageReading(
                reading.answers[len(_above(passage)) :], reading.support, reading.words_wrong_in(asked, above=_UNMET)
            )
            for passage, reading in zip(passages, readings, strict=True)
        ]

    def score(self, question: str, texts: Sequence[str]) -> FloatArray:
        """float32 (n,), 0 to 1, aligned with `texts`; each is read alone, and one that comes twice is read once."""
        readable = [text for text in dict.fromkeys(texts) if any(map(str.isalnum, text))]
        readings = self.read(question, [ShownPassage("", (text,)) for text in readable])
        log_odds_of = {
            text: float(reading.answers[0]) if len(reading.answers) else _CUT_OFF
            for text, reading in zip(readable, readings, strict=True)
        }
        log_odds = np.array([log_odds_of.get(text, _CUT_OFF) for text in texts], dtype=np.float64)
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float32)


def _above(passage: ShownPassage) -> tuple[str, ...]:
    return (passage.heading,) if passage.heading.strip() else ()
