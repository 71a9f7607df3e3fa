"""Mutants of a faithful claim, all kinds together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from eval.mutations.additions import additions
from eval.mutations.citing import Cited, neighbours, shifts
from eval.mutations.names import changed_names
from eval.mutations.polarity import flipped
from eval.mutations.quantities import changed_dates, changed_numbers
from eval.mutations.records import Change, FaithfulClaim, Mutant, MutationKind
from eval.mutations.roles import swapped_roles
from eval.mutations.speakers import changed_speakers
from rag import Span

__all__ = ["MAX_PER_KIND", "mutants_of"]

MAX_PER_KIND = 2
"""Of one claim: more of them would only repeat the same test."""

_TEXT_MUTATIONS: Mapping[MutationKind, Callable[[FaithfulClaim, Random], Iterator[Change]]] = MappingProxyType(
    {
        MutationKind.NUMBER: changed_numbers,
        MutationKind.DATE: changed_dates,
        MutationKind.NAME: changed_names,
        MutationKind.NEGATION: flipped,
        MutationKind.SPEAKER: changed_speakers,
        MutationKind.ROLE_SWAP: swapped_roles,
        MutationKind.ADDITION: additions,
    }
)
_CITATION_MUTATIONS: Mapping[MutationKind, Callable[[FaithfulClaim, Random], Iterator[Cited]]] = MappingProxyType(
    {MutationKind.NEIGHBOUR: neighbours, MutationKind.SHIFT: shifts}
)


class _Made(NamedTuple):
    """What a mutation leaves to be shown."""

    text: str
    spans: tuple[Span, ...]
    quotes: tuple[str, ...]
    change: str


def mutants_of(claim: FaithfulClaim, *, seed: int) -> list[Mutant]:
    """At most `MAX_PER_KIND` mutants of each kind, in the order of `MutationKind`; none of a kind that does not apply.

    The same claim and seed give the same mutants, whatever else is mutated before or after.
    """
    return [
        Mutant(
            id=f"{claim.id}:{kind}:{number}",
            kind=kind,
            claim_text=made.text,
            quotes=made.quotes,
            spans=made.spans,
            document_id=claim.document_id,
            original=claim,
            change=made.change,
        )
        for kind in MutationKind
        for number, made in enumerate(islice(_made(claim, kind, seed), MAX_PER_KIND), start=1)
    ]


def _made(claim: FaithfulClaim, kind: MutationKind, seed: int) -> Iterator[_Made]:
    """Distinct mutants of one kind, none of them the claim as it was."""
    random = Random(f"{seed}:{claim.id}:{kind}")  # noqa: S311  draws a sample, guards no secret
    seen = {(claim.text, claim.cited)}
    for made in _all(claim, kind, random):
        if (made.text, made.spans) not in seen:
            seen.add((made.text, made.spans))
            yield made


def _all(claim: FaithfulClaim, kind: MutationKind, random: Random) -> Iterator[_Made]:
    if kind in _CITATION_MUTATIONS:
        for spans, quotes, change in _CITATION_MUTATIONS[kind](claim, random):
            yield _Made(claim.text, spans, quotes, change)
    else:
        for text, change in _TEXT_MUTATIONS[kind](claim, random):
            yield _Made(text, claim.cited, claim.evidence, change)
