"""The rules of `rag.checking` as a verifier, without a model."""

from __future__ import annotations

from collections.abc import Sequence

from rag.checking.rules import RULES_ID, examine, judged_in_parts
from rag.protocols import ClaimWithEvidence
from rag.types import Verdict

__all__ = ["RulesVerifier"]


class RulesVerifier:
    """Decides without a model, in about a millisecond a claim, and gives reasons that a person can check."""

    id = RULES_ID

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported, contradicted or unsupported, each with its reasons; 1 is the score of what is verbatim."""
        return judged_in_parts(pairs, lambda asked: [examine(pair).verdict for pair in asked])
