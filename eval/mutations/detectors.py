"""Who can notice that an answer is unfaithful, besides the verifier: the metrics, as detectors of one fault each.

None of them sees every fault: a shifted span only `span_validity`, a neighbouring sentence only `citation_overlap`, or
a verifier. `eval.tasks.mutation` counts what each catches, as in mutation testing of programs (DeMillo, Lipton and
Sayward 1978), beside the faithful answers that are accused: a detector that accuses everything misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from eval.metrics.citation_overlap import Place, is_match
from eval.metrics.span_validity import is_valid
from eval.metrics.speaker import is_same_speaker
from eval.mutations.engine import mutants_of
from eval.mutations.records import FaithfulClaim, MutationKind, RewordingRule
from eval.mutations.rewordings import rewordings_of
from eval.mutations.speakers import speaker_of
from rag import Span

__all__ = ["METRICS", "Shown", "has_unmatched_citation", "has_wrong_speaker", "invalid_quote", "shown_answers"]


class Shown(NamedTuple):
    """An answer as the detectors see it: untouched (kind None), mutated or reworded."""

    id: str
    kind: MutationKind | RewordingRule | None
    claim_text: str
    quotes: tuple[str, ...]
    spans: tuple[Span, ...]
    original: FaithfulClaim
    change: str


def shown_answers(claim: FaithfulClaim, *, seed: int) -> Iterator[Shown]:
    """The claim untouched, then its mutants, then its rewordings."""
    yield Shown(claim.id, None, claim.text, claim.evidence, claim.cited, claim, "")
    for mutant in mutants_of(claim, seed=seed):
        yield Shown(mutant.id, mutant.kind, mutant.claim_text, mutant.quotes, mutant.spans, claim, mutant.change)
    for reworded in rewordings_of(claim, seed=seed):
        text, change = reworded.claim_text, reworded.change
        yield Shown(reworded.id, reworded.rule, text, claim.evidence, claim.cited, claim, change)


class _Quoted(NamedTuple):
    document_id: str
    span: Span
    quote: str


def invalid_quote(answer: Shown) -> bool:
    """Whether a quote is not what stands at its span."""
    claim = answer.original
    texts = {claim.document_id: claim.document_text}
    return not all(
        is_valid(_Quoted(claim.document_id, span, quote), texts)
        for span, quote in zip(answer.spans, answer.quotes, strict=True)
    )


def has_unmatched_citation(answer: Shown) -> bool:
    """Whether a citation matches none of the spans that prove the original."""
    claim = answer.original
    gold = [Place(claim.document_id, span) for span in claim.cited]
    return not all(any(is_match(Place(claim.document_id, span), place) for place in gold) for span in answer.spans)


def has_wrong_speaker(answer: Shown) -> bool:
    """Whether the claim names a speaker who is not the one of the original; it blames nobody where one is not named."""
    named, right = speaker_of(answer.claim_text), answer.original.speaker
    return bool(named and right) and not is_same_speaker(named, right)


METRICS: Mapping[str, Callable[[Shown], bool]] = MappingProxyType(
    {"span_validity": invalid_quote, "citation_overlap": has_unmatched_citation, "speaker": has_wrong_speaker}
)
"""Name → whether that metric accuses the answer."""
