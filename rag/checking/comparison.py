"""One sentence of a claim laid beside the sentences that it cites: what speaks against it, and how much of it is there.

Of the evidence those sentences are compared that have the most in common with it. What the best of them lacks may
stand in another, where a neighbour stands with it; what none has is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from rag.checking.alignment import Alignment, Finding, FindingKind, align, conflict, missing, of_kind
from rag.checking.assertion import frame_findings
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, is_derived
from rag.checking.form import copula_findings, unstated_findings
from rag.checking.joined import (
    conjunction_findings,
    count_findings,
    date_findings,
    fragment_findings,
    joining_findings,
    name_findings,
    reason_findings,
    relative_findings,
)
from rag.checking.lexicon import LIGHT_WORDS, base_form
from rag.checking.omission import omission_findings
from rag.checking.polarity import polarity_findings
from rag.checking.roles import (
    head_findings,
    object_findings,
    owner_findings,
    place_findings,
    preposition_findings,
    pronoun_findings,
    swap_findings,
    voice_findings,
)
from rag.checking.sequence import (
    exchanged_sides_findings,
    particle_findings,
    time_bound_findings,
    unrealised_findings,
)
from rag.checking.slots import (
    bound_findings,
    exchange_findings,
    gapping_findings,
    opposite_findings,
    opposite_of,
    repetition_findings,
    replacement_findings,
    rival_of,
    slot_findings,
)
from rag.checking.speakers import report_findings, speaker_atoms, speaker_findings
from rag.language.english import word_set

__all__ = ["Comparison", "compare"]

N_CANDIDATES = 4
"""Evidence sentences that are laid beside a claim sentence, those with the most atoms in common."""
MAX_UNCOVERED = 0.0
"""Share of a claim's weight that may be missing from the evidence. Tuned on the tune half of the public sets."""
_WEIGHT = {AtomKind.WORD: 1.0, AtomKind.NAME: 2.0, AtomKind.QUANTITY: 2.0, AtomKind.DATE: 2.0}
_KIND = {
    AtomKind.NAME: FindingKind.NAME,
    AtomKind.QUANTITY: FindingKind.NUMBER,
    AtomKind.DATE: FindingKind.DATE,
}
_UNITS = frozenset(
    map(
        base_form,
        word_set(
            """second minute hour day night week month year decade century metre kilometre centimetre millimetre mile
            inch foot yard acre hectare litre gallon pint barrel bushel cup gram kilogram tonne ton pound ounce stone
            degree celsius fahrenheit kelvin watt kilowatt megawatt gigawatt volt ampere joule calorie hertz byte
            megabyte gigabyte terabyte knot percent point dollar euro franc crown peso rupee ruble yuan million
            billion trillion thousand dozen square cubic"""
        ),
    )
)
_WEAKER = word_set("reportedly allegedly supposedly purportedly apparently")
"""What makes a claim say less than it would without."""
_FORMERLY = word_set("once formerly former previously earlier")
_HOLDS = word_set("held hold holds holding had")
_TALKS = frozenset({"talk", "discuss", "negoti", "convers"})
_HELD = word_set("in during")
_RULES: Mapping[FindingKind, Sequence[Callable[[Alignment], Iterable[Finding]]]] = {
    FindingKind.UNSTATED: (unstated_findings,),
    FindingKind.MODALITY: (polarity_findings, unrealised_findings),
    FindingKind.NUMBER: (bound_findings,),
    FindingKind.DATE: (time_bound_findings,),
    FindingKind.REPLACED: (
        slot_findings, exchange_findings, gapping_findings, repetition_findings, opposite_findings,
        replacement_findings,
    ),
    FindingKind.ROLES: (
        copula_findings, swap_findings, object_findings, voice_findings, owner_findings, place_findings,
        pronoun_findings, preposition_findings, exchanged_sides_findings, particle_findings, head_findings,
        relative_findings,
    ),
    FindingKind.JOINED: (conjunction_findings, reason_findings),
}  # fmt: skip
"""What is looked for where a claim's sentence lies beside one of the evidence."""


class Comparison(NamedTuple):
    """What speaks against one sentence of a claim.

    quality: how much of it is in the evidence, in order, 0 to 1. share_missing: of its plain words, 0 to 1.
    """

    findings: list[Finding]
    quality: float
    share_missing: float
    is_exchanged: bool = False


def compare(
    claim: AtomisedSentence,
    cited: Sequence[Sequence[AtomisedSentence]],
    *,
    is_attributed: bool,
    behind: Mapping[AtomisedSentence, frozenset[str]] = MappingProxyType({}),
) -> Comparison:
    """The sentence beside those that are cited, which are together with the others of their quote.

    behind: for a sentence of the evidence the words before it in its document, where that is known.
    """
    evidence = [sentence for said in cited for sentence in said]
    if not claim.atoms:
        return Comparison([missing(f"{claim.text!r} says nothing that can be compared")], 0.0, 1.0)
    candidates = _candidates(claim, evidence)
    if not candidates:
        return Comparison([missing("the evidence does not mention it")], 0.0, 1.0)
    alignments = [align(claim, evidence[index]) for index in candidates]
    speaking = speaker_atoms(claim)
    best = max(range(len(alignments)), key=lambda i: _covered_weight(alignments[i], speaking))
    ordered = [alignments[best], *(each for i, each in enumerate(alignments) if i != best)]
    findings: list[Finding] = []
    open_atoms = set(range(len(claim.atoms)))
    for alignment in ordered:
        is_best = alignment is ordered[0]
        usable = {i for i in open_atoms if alignment.places[i] is not None and (is_best or _is_anchored(alignment, i))}
        if usable:
            places = tuple(place if i in usable else None for i, place in enumerate(alignment.places))
            findings += _against(replace(alignment, places=places))
            open_atoms -= usable
        if is_best:
            findings += _rivals(claim, open_atoms, alignment)
    spoken = list(speaker_findings(claim, evidence, candidates[best], is_attributed=is_attributed))
    if any(finding.is_conflict for finding in spoken):  # whether the rest is there decides if it is a contradiction
        open_atoms -= speaking
    findings += of_kind(FindingKind.SPEAKER, spoken)
    findings += of_kind(FindingKind.NAME, name_findings(claim, evidence))
    findings += of_kind(FindingKind.NUMBER, count_findings(claim, evidence))
    findings += of_kind(FindingKind.DATE, date_findings(claim, evidence))
    findings += of_kind(FindingKind.SPEAKER, report_findings(ordered[0]))
    findings += of_kind(FindingKind.FRAMED, frame_findings(ordered[0]))
    findings += of_kind(FindingKind.NARROWED, omission_findings(ordered[0]))
    findings += of_kind(FindingKind.JOINED, joining_findings(claim, [[each] for each in evidence], speaking, behind))
    findings += of_kind(FindingKind.JOINED, fragment_findings(claim, evidence))
    uncovered, weight, n_words = _uncovered(claim, evidence, open_atoms)
    findings += uncovered
    total = sum(_WEIGHT[atom.kind] for atom in claim.atoms) or 1.0
    n_in_order = sum(ordered[0].in_order)
    order = n_in_order / max(1, sum(place is not None for place in ordered[0].places))
    share_missing = n_words / max(1, sum(atom.kind is AtomKind.WORD for atom in claim.atoms))
    return Comparison(
        findings, max(0.0, 1 - weight / total) * (0.7 + 0.3 * order), share_missing, _has_exchanged(ordered[0])
    )


def _has_exchanged(best: Alignment) -> bool:
    """Whether a single word of the claim is not in the evidence, which has another single word between the same two."""
    places, n_theirs = best.places, len(best.evidence.atoms)
    for index, place in enumerate(places):
        if place is not None or not index or best.claim.atoms[index].kind is not AtomKind.WORD:
            continue
        left = places[index - 1]
        right = places[index + 1] if index + 1 < len(places) else n_theirs
        if left is not None and right == left + 2:
            return True
    return False


def _candidates(claim: AtomisedSentence, evidence: Sequence[AtomisedSentence]) -> list[int]:
    """Indexes of the evidence sentences with the most in common with the claim, most first.

    What is said counts before who says it: all sentences of one speaker have the latter in common.
    """
    speaking = speaker_atoms(claim)
    said = _keys(atom for index, atom in enumerate(claim.atoms) if index not in speaking)
    every = _keys(claim.atoms)
    counts = [(_n_of(said, sentence), _n_of(every, sentence)) for sentence in evidence]
    order = sorted(range(len(evidence)), key=lambda index: (counts[index], -index), reverse=True)
    return [index for index in order if counts[index][1]][:N_CANDIDATES]


def _keys(atoms: Iterable[Atom]) -> set[str]:
    return {key for atom in atoms for key in (atom.key, atom.lower)}


def _n_of(keys: set[str], sentence: AtomisedSentence) -> int:
    return sum(atom.key in keys or atom.lower in keys for atom in sentence.atoms)


def _covered_weight(alignment: Alignment, speaking: set[int]) -> tuple[float, float]:
    """What the evidence has of what is said, and of all the claim."""
    covered = [
        (_WEIGHT[atom.kind] * (1.0 if in_order else 0.9), index not in speaking)
        for index, (atom, place, in_order) in enumerate(
            zip(alignment.claim.atoms, alignment.places, alignment.in_order, strict=True)
        )
        if place is not None
    ]
    return sum(weight for weight, is_said in covered if is_said), sum(weight for weight, _ in covered)


def _is_anchored(alignment: Alignment, index: int) -> bool:
    """Whether a neighbour of the claim's atom stands near it in the evidence too, so that the two belong together."""
    place = alignment.places[index]
    neighbours = (alignment.places[i] for i in (index - 1, index + 1) if 0 <= i < len(alignment.places))
    return place is not None and any(other is not None and abs(other - place) <= 3 for other in neighbours)


def _rivals(claim: AtomisedSentence, open_atoms: set[int], best: Alignment) -> Iterator[Finding]:
    """What the best sentence has in the place of something that it does not have at all."""
    theirs = best.evidence.atoms
    for index in sorted(open_atoms):
        atom = claim.atoms[index]
        if atom.kind is AtomKind.WORD:
            opposite = opposite_of(claim, index, theirs)
            if opposite is not None:
                against = conflict(
                    f"the evidence says {opposite.text!r}, not {atom.text!r}",
                    lacking=(atom.text,),
                    against=(opposite.text,),
                )
                yield against._replace(kind=FindingKind.REPLACED)
            continue
        rival = rival_of(claim, index, theirs)
        if rival is not None:
            kind = _KIND[atom.kind]
            against = conflict(
                f"the {kind} {atom.text!r} is not in the evidence, which has {rival.text!r} there",
                lacking=(atom.text,),
                against=(rival.text,),
            )
            yield against._replace(kind=kind)


def _against(alignment: Alignment) -> Iterator[Finding]:
    for kind, rules in _RULES.items():
        for rule in rules:
            yield from of_kind(kind, rule(alignment))


def _uncovered(
    claim: AtomisedSentence, evidence: Sequence[AtomisedSentence], open_atoms: set[int]
) -> tuple[list[Finding], float, int]:
    """What the evidence does not have at all, its weight, and how many of it are plain words."""
    findings: list[Finding] = []
    words: list[str] = []
    names: list[list[int]] = []
    weight = 0.0
    keys = {atom.key for sentence in evidence for atom in sentence.atoms}
    every = {word for sentence in evidence for word in sentence.tokens}
    for index in sorted(open_atoms):
        atom = claim.atoms[index]
        if atom.kind is AtomKind.WORD and (atom.lower in LIGHT_WORDS or is_derived(atom, keys)):
            continue
        if atom.lower in _WEAKER or (atom.lower == "used" and _FORMERLY & every):
            continue
        if atom.lower in _HOLDS and _are_held(claim.atoms[index + 1 : index + 3], evidence):
            continue
        weight += _WEIGHT[atom.kind]
        if atom.kind is AtomKind.WORD and _is_unit(claim, index):
            against = missing(f"the unit {atom.text!r} is not in the evidence", lacking=(atom.text,))
            findings.append(against._replace(kind=FindingKind.NUMBER))
        elif atom.kind is AtomKind.WORD:
            words.append(atom.text)
        elif atom.kind is AtomKind.NAME and names and names[-1][-1] == index - 1 and not atom.before:
            names[-1].append(index)
        elif atom.kind is AtomKind.NAME:
            names.append([index])
        elif atom.lower != "one":
            kind = _KIND[atom.kind]
            findings.append(
                missing(f"the {kind} {atom.text!r} is not in the evidence", lacking=(atom.text,))._replace(kind=kind)
            )
    for parts in names:
        name = " ".join(claim.atoms[index].text for index in parts)
        against = missing(f"the name {name!r} is not in the evidence", lacking=(name,))
        findings.append(against._replace(kind=FindingKind.NAME))
    total = sum(_WEIGHT[atom.kind] for atom in claim.atoms) or 1.0
    if words and len(words) / total > MAX_UNCOVERED:
        against = missing(f"not in the evidence: {', '.join(map(repr, words[:6]))}", lacking=words)
        findings.append(against._replace(kind=FindingKind.WORDS, words=tuple(words)))
    return findings, weight, len(words)


def _is_unit(claim: AtomisedSentence, index: int) -> bool:
    """Whether the word is a unit of measure behind its number."""
    is_counted = index > 0 and claim.atoms[index - 1].kind is AtomKind.QUANTITY and not claim.atoms[index].before
    return is_counted and base_form(claim.atoms[index].lower) in _UNITS


def _are_held(following: Sequence[Atom], evidence: Sequence[AtomisedSentence]) -> bool:
    """Whether talks follow that somebody is "in" in the evidence: "held talks" for "spent the day in talks"."""
    return any(
        atom.key in _TALKS and not _HELD.isdisjoint(other.before) and atom.fits(other)
        for atom in following
        for sentence in evidence
        for other in sentence.atoms
    )
