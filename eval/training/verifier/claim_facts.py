"""What is known about a claim before its verdict is weighed, for whoever fits the weights.

`combination` turns these facts, of public claims with known verdicts, into the weights of the default verifier. Rules
and model are imported when the first claim is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.model.evidence import EvidenceModel
from rag.protocols import ClaimWithEvidence

__all__ = ["ClaimFacts", "claim_facts"]


class ClaimFacts(NamedTuple):
    """features: by name, what the rules and the model say; empty where the model is not asked.

    is_supported_by_rules: what decides where the model is not asked: where all is verbatim, or nothing can be compared.
    """

    features: Mapping[str, float]
    is_supported_by_rules: bool


def claim_facts(pairs: Sequence[ClaimWithEvidence], model: EvidenceModel) -> list[ClaimFacts]:
    """For each pair, in order."""
    from rag.verifiers.combined import facts_of  # not before it is needed: the rules' tables take a while to build

    return [ClaimFacts(features, is_supported) for features, is_supported in facts_of(pairs, model)]
