"""The small model of our own that reads a claim, or a question, beside sentences, in one pass.

It says whether the sentences support the claim, which of them answer the question, and which words of the claim they
leave without support; MODEL_CARD.md beside this file says what it was trained on and how good it is. Verifiers and
rerankers use it, and `eval.training` makes it with the same code that reads here.

    encoding  texts to token ids
    windows   which sentences of a long text stand beside a claim
    runtime   the model at work, on ONNX Runtime and tokenizers alone

Nothing is loaded before the first text is read.
"""

from __future__ import annotations

from rag.model.evidence.encoding import MAX_TOKENS, Arrays, Encoded, Encoder, arrays
from rag.model.evidence.runtime import EvidenceModel, Reading, bundled_model
from rag.model.evidence.windows import MAX_WORDS, best_sentences, words_of

__all__ = [
    "MAX_TOKENS",
    "MAX_WORDS",
    "Arrays",
    "Encoded",
    "Encoder",
    "EvidenceModel",
    "Reading",
    "arrays",
    "best_sentences",
    "bundled_model",
    "words_of",
]
