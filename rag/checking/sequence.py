"""What comes before or causes what, and what goes which way: connectives and particles, laid beside each other.

"Bruno was arrested after he had called the press" has every word of "Bruno called the press after he had been
arrested", and the same connective; only the sides are exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.checking.alignment import Alignment
from rag.checking.atoms import AtomKind, Sentence
from rag.checking.findings import Finding, conflict, missing
from rag.language.english import word_set

__all__ = ["exchanged_sides_findings", "particle_findings"]

_CONNECTIVES = word_set("after before because until if unless when once while")
_PARTICLES = {
    frozenset(("up", "down")),
    frozenset(("in", "out")),
    frozenset(("on", "off")),
    frozenset(("by", "after")),
    frozenset(("in", "after")),
    frozenset(("until", "after")),
    frozenset(("in", "before")),
    frozenset(("on", "after")),
    frozenset(("on", "before")),
}


def exchanged_sides_findings(alignment: Alignment) -> Iterator[Finding]:
    """A connective that both have, between sides that the claim exchanges.

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("He sang after he ate."), sentences_of("He ate after he sang.")
    >>> [finding.reason for finding in exchanged_sides_findings(align(claim, evidence))]
    ["the claim exchanges what stands before and after 'after'"]
    """
    claim, evidence = alignment.claim, alignment.evidence
    for word in _CONNECTIVES.intersection(claim.tokens, evidence.tokens):
        if claim.tokens.count(word) != 1 or evidence.tokens.count(word) != 1:
            continue
        mine, theirs = _second_side(claim, word), _second_side(evidence, word)
        if not mine or not theirs:
            continue
        words = [
            (index in mine, place in theirs)
            for index, place in enumerate(alignment.places)
            if place is not None and claim.atoms[index].kind is AtomKind.WORD
        ]
        n_exchanged = sum(one is not other for one, other in words)
        if words and n_exchanged > len(words) / 2 and n_exchanged > 1:
            yield conflict(f"the claim exchanges what stands before and after {word!r}")


def _second_side(sentence: Sentence, word: str) -> set[int]:
    """Indexes of the atoms that the connective opens: to the end, or to the comma when it opens the sentence.

    None when it opens one without a comma, whose sides cannot be told apart.
    """
    position = sentence.tokens.index(word)
    end = len(sentence.tokens)
    if position < 2:
        end = sentence.tokens.index(",") if "," in sentence.tokens else position
    return {index for index, atom in enumerate(sentence.atoms) if position < atom.position < end}


def particle_findings(alignment: Alignment) -> Iterator[Finding]:
    """A verb with another particle, or a date with another preposition: "went up" for "went down"."""
    claim, evidence = alignment.claim, alignment.evidence
    for index, place in enumerate(alignment.places):
        if place is None:
            continue
        mine, theirs = claim.atoms[index], evidence.atoms[place]
        behind = frozenset((*claim.tokens[mine.end : mine.end + 1], *evidence.tokens[theirs.end : theirs.end + 1]))
        if mine.kind is AtomKind.WORD and behind in _PARTICLES:
            yield missing(f"the claim exchanges {' and '.join(sorted(behind))!r} after {mine.text!r}")
        before = frozenset((*mine.before[-1:], *theirs.before[-1:]))
        if mine.kind in (AtomKind.DATE, AtomKind.QUANTITY) and before in _PARTICLES:
            yield missing(f"the claim exchanges {' and '.join(sorted(before))!r} before {mine.text!r}")
