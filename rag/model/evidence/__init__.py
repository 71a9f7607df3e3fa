"""The small models of our own that read a claim, or a question, beside sentences, in one pass.

Both have the same form. The verifier says whether the sentences support a claim, and which words of it they leave
without support; the reader says which sentences of a passage answer a question, and whether any does. MODEL_CARD.md
and READER_CARD.md beside this file say what they were trained on and how good they are. Verifiers and rerankers use
them, and `eval.training` makes them with the same code that reads here.

Nothing is loaded before the first text is read.
"""

from __future__ import annotations

from rag.model.evidence.model import (
    MAX_PASSAGE_TOKENS,
    MAX_TOKENS,
    MAX_WORDS,
    READER,
    VERIFIER,
    Arrays,
    Encoded,
    Encoder,
    EvidenceModel,
    EvidenceReading,
    arrays,
    best_sentences,
    bundled_model,
    bundled_reader,
    words_of,
)

__all__ = [
    "MAX_PASSAGE_TOKENS",
    "MAX_TOKENS",
    "MAX_WORDS",
    "READER",
    "VERIFIER",
    "Arrays",
    "Encoded",
    "Encoder",
    "EvidenceModel",
    "EvidenceReading",
    "arrays",
    "best_sentences",
    "bundled_model",
    "bundled_reader",
    "words_of",
]
