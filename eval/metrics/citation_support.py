"""Citation support: recall and precision of citations in the sense of ALCE, with a verifier as the judge.

Definition, for one answer:
    recall     claims that all their citations together support, of all claims
    precision  citations that are needed, of all citations; one is needed when its claim is supported, and it supports
               the claim alone, or the others without it do not
Denominator: in the definition, for one answer. Over cases take `mean_of_figures` (macro).
Empty answer: both undefined; whether one was due is measured in `abstention`. A claim without a citation counts as not
supported, and adds no citation. Empty gold: does not arise, no gold is needed.
Source: Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations", section 3.3. There the judge
is a large entailment model; here it is whatever verifier is given, so figures compare only under the same one.
Agrees with: no scorer that could run offline; the tests work the paper's definition out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from eval.metrics.figure import Figure, ratio
from rag import ClaimWithEvidence, Verdict, VerdictLabel

__all__ = ["CitationSupport", "SupportedClaim", "citation_support"]


class SupportedClaim(NamedTuple):
    """A claim with the quotes that it cites."""

    text: str
    quotes: tuple[str, ...]


class CitationSupport(NamedTuple):
    """The figures of one answer."""

    recall: Figure
    precision: Figure


def citation_support(
    claims: Sequence[SupportedClaim], verify: Callable[[Sequence[ClaimWithEvidence]], Sequence[Verdict]]
) -> CitationSupport:
    """The scores of one answer; `verify` is called once, with every pair that matters."""
    pairs = list(dict.fromkeys(pair for claim in claims for pair in _pairs(claim)))
    verdicts = verify(pairs) if pairs else []
    supported = {pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.label is VerdictLabel.SUPPORTED}
    n_supported = sum(_pair(claim.text, claim.quotes) in supported for claim in claims)
    n_needed = sum(_is_needed(claim, number, supported) for claim in claims for number in range(len(claim.quotes)))
    return CitationSupport(
        recall=ratio(n_supported, len(claims)), precision=ratio(n_needed, sum(len(claim.quotes) for claim in claims))
    )


def _is_needed(claim: SupportedClaim, number: int, supported: set[ClaimWithEvidence]) -> bool:
    if _pair(claim.text, claim.quotes) not in supported:
        return False
    alone, others = _pair(claim.text, claim.quotes[number : number + 1]), _pair(claim.text, _without(claim, number))
    return alone in supported or others not in supported


def _pairs(claim: SupportedClaim) -> Iterator[ClaimWithEvidence]:
    if claim.quotes:
        yield _pair(claim.text, claim.quotes)
    if len(claim.quotes) > 1:
        for number, quote in enumerate(claim.quotes):
            yield _pair(claim.text, (quote,))
            yield _pair(claim.text, _without(claim, number))


def _without(claim: SupportedClaim, number: int) -> tuple[str, ...]:
    return claim.quotes[:number] + claim.quotes[number + 1 :]


def _pair(text: str, quotes: tuple[str, ...]) -> ClaimWithEvidence:
    return ClaimWithEvidence(evidence=quotes, claim=text)
