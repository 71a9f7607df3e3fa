"""Which evidence supports a claim: what it cites, if that is enough; else a sentence that says it; else nothing.

A citation is moved only to a sentence that the verifier accepts on its own, so nothing is ever forced: a claim that no
sentence supports stays unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from rag.answering.claims import CitedClaim
from rag.protocols import ClaimWithEvidence, Surroundings, Verifier
from rag.types import Evidence, Verdict, VerdictLabel

__all__ = ["CheckedClaim", "check_claim"]

Around: TypeAlias = Callable[[Evidence], Surroundings]


class CheckedClaim(NamedTuple):
    """A claim with the verdict on it; when that is supported, the claim names exactly the evidence that it needs."""

    claim: CitedClaim
    verdict: Verdict

    @property
    def is_supported(self) -> bool:
        """Whether the claim may be shown."""
        return self.verdict.label is VerdictLabel.SUPPORTED and bool(self.claim.evidence)


def _unknown(_: Evidence) -> Surroundings:
    return Surroundings()


def check_claim(
    cited: CitedClaim, evidence: Sequence[Evidence], verifier: Verifier, *, around: Around = _unknown
) -> CheckedClaim:
    """The claim with its verdict, attached to another sentence of `evidence` where what it cites is not enough.

    around: what stands around a sentence in its document, which may take it back.
    """
    (verdict,) = verifier.verify([_pair(cited.text, cited.evidence, around)])
    checked = CheckedClaim(cited, verdict)
    if checked.is_supported:
        return _with_what_it_needs(checked, verifier, around)
    if not cited.text:
        return checked
    return _attached(cited, evidence, verifier, around) or checked


def _with_what_it_needs(checked: CheckedClaim, verifier: Verifier, around: Around) -> CheckedClaim:
    """Without the citations that the claim is supported without, later ones first."""
    claim, verdict = checked
    for sentence in reversed(claim.evidence):
        fewer = tuple(each for each in claim.evidence if each is not sentence)
        if not fewer:
            break
        (without,) = verifier.verify([_pair(claim.text, fewer, around)])
        if without.label is VerdictLabel.SUPPORTED and without.score >= verdict.score:
            claim, verdict = claim._replace(evidence=fewer), without
    return CheckedClaim(claim, verdict)


def _attached(
    cited: CitedClaim, evidence: Sequence[Evidence], verifier: Verifier, around: Around
) -> CheckedClaim | None:
    """The claim with the one sentence that supports it best; None when none does."""
    others = [sentence for sentence in evidence if sentence not in cited.evidence]
    verdicts = verifier.verify([_pair(cited.text, (sentence,), around) for sentence in others])
    supporting = [
        (verdict.score, -sentence.number, sentence, verdict)
        for sentence, verdict in zip(others, verdicts, strict=True)
        if verdict.label is VerdictLabel.SUPPORTED
    ]
    if not supporting:
        return None
    _, _, sentence, verdict = max(supporting, key=lambda each: each[:2])
    reason = "attached to a sentence that says it" + (", not to the one it named" if cited.evidence else "")
    return CheckedClaim(cited._replace(evidence=(sentence,)), replace(verdict, reasons=(*verdict.reasons, reason)))


def _pair(text: str, evidence: Sequence[Evidence], around: Around) -> ClaimWithEvidence:
    return ClaimWithEvidence(
        evidence=tuple(sentence.quote for sentence in evidence),
        claim=text,
        speakers=tuple(sentence.speaker for sentence in evidence),
        surroundings=tuple(around(sentence) for sentence in evidence),
    )
