"""The quotes of a claim, each with who says it."""

from __future__ import annotations

from typing import NamedTuple

from rag.protocols import ClaimWithEvidence

__all__ = ["Said", "said_by"]


class Said(NamedTuple):
    """A quote and who says it; empty for nobody."""

    speaker: str
    quote: str


def said_by(pair: ClaimWithEvidence) -> list[Said]:
    """Every quote in order, on one line; speakers that are not one for each quote are nobody's.

    >>> said_by(ClaimWithEvidence(("Rain fell.", "It  poured."), "It rained.", ("", "Ana Gil")))
    [Said(speaker='', quote='Rain fell.'), Said(speaker='Ana Gil', quote='It poured.')]
    """
    is_known = len(pair.speakers) == len(pair.evidence)
    speakers = pair.speakers if is_known else ("",) * len(pair.evidence)
    return [
        Said(" ".join(speaker.split()), " ".join(quote.split()))
        for speaker, quote in zip(speakers, pair.evidence, strict=True)
    ]
