"""A claim is supported when it is one of the sentences that it cites, from its first word to its last.

A part of a sentence is not enough: "Kyiv would cede territory" stands verbatim in "He denied that Kyiv would cede
territory".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rag.protocols import ClaimWithEvidence
from rag.types import Verdict, VerdictLabel

__all__ = ["RulesVerifier"]


class RulesVerifier:
    """Supports quotations and nothing else, so it is never wrong about support and has no view on paraphrases."""

    id = "rules"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported with score 1 for a claim that is one piece of its evidence verbatim, else unsupported."""
        return [self._verdict(pair) for pair in pairs]

    def _verdict(self, pair: ClaimWithEvidence) -> Verdict:
        claim = _spaced_once(pair.claim)
        if not claim:
            return self._unsupported("the claim is empty")
        if not pair.evidence:
            return self._unsupported("the claim cites nothing")
        if any(claim == _spaced_once(quote) for quote in pair.evidence):
            return Verdict(
                label=VerdictLabel.SUPPORTED, score=1.0, verifier_id=self.id, reasons=("verbatim in the evidence",)
            )
        return self._unsupported("not verbatim in the evidence")

    def _unsupported(self, reason: str) -> Verdict:
        return Verdict(label=VerdictLabel.UNSUPPORTED, score=0.0, verifier_id=self.id, reasons=(reason,))


def _spaced_once(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
