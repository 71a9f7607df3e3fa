"""A claim laid over an evidence sentence, and what is found against it there, in words for people.

Which atom stands for which: the longest common subsequence comes first, since most claims keep the order of what they
report; what is left over is matched out of order, where the roles module looks at it. Source: the dynamic programme of
Wagner and Fischer, "The String-to-String Correction Problem" (1974), on what is left between equal beginnings and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from rag.checking.atoms import Atom, AtomisedSentence

__all__ = [
    "Alignment",
    "Finding",
    "FindingKind",
    "align",
    "are_listed",
    "conflict",
    "missing",
    "of_kind",
    "replaced_gaps",
]

_LIST_MARKS = frozenset({",", "and", "or", "&", "the"})
_JOINTS = frozenset({"and", "or", "&"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A claim sentence laid over an evidence sentence.

    places: for each claim atom the index of its evidence atom, or None. in_order: whether that is part of the longest
    common subsequence.
    """

    claim: AtomisedSentence
    evidence: AtomisedSentence
    places: tuple[int | None, ...]
    in_order: tuple[bool, ...]

    @property
    def claim_index_by_place(self) -> dict[int, int]:
        """Index of the evidence atom → index of the first claim atom that stands for it."""
        found: dict[int, int] = {}
        for index, place in enumerate(self.places):
            if place is not None:
                found.setdefault(place, index)
        return found


def align(claim: AtomisedSentence, evidence: AtomisedSentence) -> Alignment:
    """The claim's atoms laid over those of the evidence.

    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("Today dogs chased cats."), sentences_of("Cats chased big dogs.")
    >>> align(claim, evidence).places
    (None, 3, 1, 0)
    """
    mine, theirs = claim.atoms, evidence.atoms
    shared = {atom.key for atom in mine} & {atom.key for atom in theirs}  # these stand for nothing but themselves
    fits = [[_fits(one, other, shared) for other in theirs] for one in mine]
    places: list[int | None] = [None] * len(mine)
    start = 0
    while start < min(len(mine), len(theirs)) and fits[start][start]:
        places[start] = start
        start += 1
    end = 0
    while end < min(len(mine), len(theirs)) - start and fits[len(mine) - 1 - end][len(theirs) - 1 - end]:
        places[len(mine) - 1 - end] = len(theirs) - 1 - end
        end += 1
    for index, place in _longest_common(fits, start, len(mine) - end, len(theirs) - end):
        places[index] = place
    in_order = tuple(place is not None for place in places)
    _place_the_rest(mine, theirs, fits, places)
    return Alignment(claim=claim, evidence=evidence, places=tuple(places), in_order=in_order)


def _fits(one: Atom, other: Atom, shared: set[str]) -> bool:
    is_itself = one.key == other.key or (one.key not in shared and other.key not in shared)
    return is_itself and one.fits(other)


def _longest_common(fits: Sequence[Sequence[bool]], start: int, my_end: int, their_end: int) -> list[tuple[int, int]]:
    """Pairs of the longest common subsequence of the atoms from `start` to the two ends."""
    n_mine, n_theirs = my_end - start, their_end - start
    if n_mine <= 0 or n_theirs <= 0:
        return []
    lengths = [[0] * (n_theirs + 1) for _ in range(n_mine + 1)]
    for i in range(n_mine - 1, -1, -1):
        row, below, fit = lengths[i], lengths[i + 1], fits[start + i]
        for j in range(n_theirs - 1, -1, -1):
            row[j] = below[j + 1] + 1 if fit[start + j] else max(below[j], row[j + 1])
    pairs = []
    i = j = 0
    while i < n_mine and j < n_theirs:
        if fits[start + i][start + j] and lengths[i][j] == lengths[i + 1][j + 1] + 1:
            pairs.append((start + i, start + j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _place_the_rest(
    mine: Sequence[Atom], theirs: Sequence[Atom], fits: Sequence[Sequence[bool]], places: list[int | None]
) -> None:
    """Give each atom without a place the nearest one that fits, free ones first."""
    taken = {place for place in places if place is not None}
    for index in range(len(mine)):
        if places[index] is not None:
            continue
        left = next((place for place in reversed(places[:index]) if place is not None), 0)
        candidates = [place for place in range(len(theirs)) if fits[index][place]]
        if candidates:
            best = min(candidates, key=lambda place: (place in taken, abs(place - left - 1)))
            places[index] = best
            taken.add(best)


def replaced_gaps(alignment: Alignment) -> set[tuple[int, int]]:
    """Neighbouring places between which the claim has words of its own: said in other words, not left out."""
    found = set()
    kept = sorted({place for place in alignment.places if place is not None})
    for one, other in pairwise(kept):
        first, last = alignment.places.index(one), alignment.places.index(other)
        beside = alignment.places[min(first, last) : max(first, last)]
        own = [index for index, place in enumerate(alignment.places) if place is None]
        if None in beside or (own and own[-1] > max(first, last)):
            found.add((one, other))
    return found


def are_listed(atoms: Sequence[Atom], one: int, other: int) -> bool:
    """Whether two atoms are names in one list ("A, B and C"), so that their order says nothing.

    >>> from rag.checking.atoms import sentences_of
    >>> (sentence,) = sentences_of("He met Ann, Bob and Eve in Rome.")
    >>> are_listed(sentence.atoms, 1, 3), are_listed(sentence.atoms, 1, 4)
    (True, False)
    """
    first, last = min(one, other), max(one, other)
    if not all(atom.text[0].isupper() for atom in atoms[first : last + 1]):
        return False
    while last + 1 < len(atoms) and _is_listed(atoms[last + 1]):
        last += 1
    between = atoms[first + 1 : last + 1]
    return all(not atom.before or _is_listed(atom) for atom in between) and any(
        not _JOINTS.isdisjoint(atom.before) for atom in between
    )


def _is_listed(atom: Atom) -> bool:
    return bool(atom.before) and _LIST_MARKS.issuperset(atom.before)


class FindingKind(StrEnum):
    """What a reason is about, as far as it matters for how much the reason may be trusted."""

    NOTHING = "nothing"
    """The evidence does not mention the matter at all."""
    WORDS = "words"
    """Plain words that the evidence does not have."""
    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    NEGATION = "negation"
    MODALITY = "modality"
    """Also hedges, conditions and parts."""
    SPEAKER = "speaker"
    QUOTATION = "quotation"
    UNSTATED = "unstated"
    """The evidence asks or orders it."""
    REPLACED = "replaced"
    """Another thing in the same place, or its opposite."""
    ROLES = "roles"
    """Who does what to whom, where and whose."""
    FRAMED = "framed"
    """The evidence says it inside a frame that takes it back: fiction, a condition, a correction."""
    NARROWED = "narrowed"
    """The claim leaves out what narrows it in the evidence."""
    JOINED = "joined"
    """Put together from parts that do not belong together."""


class Finding(NamedTuple):
    """Why a claim is not supported; `is_conflict` when the evidence says otherwise, not just nothing.

    is_about_speaker: it says who spoke, which a reader needs to know first.
    words: plain words of the claim that the evidence does not have, where that is the reason.
    lacking: words of the claim that have no support. against: words of the evidence that say otherwise.
    """

    reason: str
    is_conflict: bool
    is_about_speaker: bool = False
    kind: FindingKind = FindingKind.NOTHING
    words: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def of_kind(kind: FindingKind, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings, known to be of this kind where no other is known."""
    return (finding._replace(kind=kind) if finding.kind is FindingKind.NOTHING else finding for finding in findings)


def conflict(reason: str, *, lacking: Iterable[str] = (), against: Iterable[str] = ()) -> Finding:
    """The evidence says something else."""
    return Finding(reason, True, lacking=tuple(lacking), against=tuple(against))


def missing(reason: str, *, lacking: Iterable[str] = (), against: Iterable[str] = ()) -> Finding:
    """The evidence does not say it."""
    return Finding(reason, False, lacking=tuple(lacking), against=tuple(against))
