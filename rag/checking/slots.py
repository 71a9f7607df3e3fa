"""Whether a name, number or date stands in the claim where it stands in the evidence: beside the same words.

A name that is somewhere in the evidence proves little: "20 men and 30 women" does not support "30 men and 20 women".
Each such atom has to share a neighbour with its place in the evidence, unless nothing else of its kind stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.checking.alignment import Alignment, Finding, are_listed, conflict, missing
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind
from rag.checking.lexicon import ANTONYMS, PREPOSITIONS, SYMMETRIC, TITLES, are_opposites, is_participle
from rag.language.english import ARTICLES, BE, HAVE, word_set

__all__ = [
    "bound_findings",
    "exchange_findings",
    "gapping_findings",
    "is_capital",
    "is_head",
    "opposite_findings",
    "opposite_of",
    "repetition_findings",
    "replacement_findings",
    "rival_of",
    "slot_findings",
]

_ENTITIES = frozenset({AtomKind.NAME, AtomKind.QUANTITY, AtomKind.DATE})
_AND = frozenset({"and", "or", ",", "&", "as", "well"})
_EMPTY = ARTICLES | HAVE | word_set("did his her its their this that will would")
_N_PLACES = 12
"""Places of one name in a sentence that are looked at; no real sentence has more."""
_N_EXCHANGED = 8
"""Evidence atoms in a gap from which on it is no longer one place."""
_WEAKER = {("~", "="), ("~", "~<"), (">", "~>"), ("≥", "="), ("≤", "="), ("≥", ">"), ("≤", "<")}
"""(bound of the claim, bound of the evidence): what follows from what."""


def bound_findings(alignment: Alignment) -> Iterator[Finding]:
    """Quantities with another bound than in the evidence: "more than 20" for "20"."""
    for index, atom in enumerate(alignment.claim.atoms):
        place = alignment.places[index]
        if place is None or atom.kind is not AtomKind.QUANTITY:
            continue
        same = [other for other in alignment.evidence.atoms if other.fits(atom)]
        if not any(atom.bound == other.bound or (atom.bound, other.bound) in _WEAKER for other in same):
            theirs = alignment.evidence.atoms[place]
            yield conflict(
                f"the claim says {_bounded(atom)}, the evidence {_bounded(theirs)}",
                lacking=(atom.text,),
                against=(theirs.text,),
            )


def _bounded(atom: Atom) -> str:
    names = {"~": "about ", "~<": "nearly ", ">": "more than ", "≥": "at least ", "<": "less than ", "≤": "at most "}
    return repr(names.get(atom.bound, "") + atom.text)


def slot_findings(alignment: Alignment) -> Iterator[Finding]:
    """Names, quantities and dates that stand where the evidence has another one of their kind."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index, atom in enumerate(mine):
        if alignment.places[index] is None or not _is_entity(atom, theirs):
            continue
        first, last = _chunk(mine, index)
        first = _over_titles(mine, first)
        left = mine[first - 1] if first else None
        right = mine[last + 1] if last + 1 < len(mine) else None
        places = [place for place, other in enumerate(theirs) if other.fits(atom)][:_N_PLACES]
        if any(_shares_neighbour(theirs, place, left=left, right=right) for place in places):
            continue
        rival = _rival(theirs, mine, index, places)
        if rival is not None and any(are_listed(theirs, theirs.index(rival), place) for place in places):
            continue
        if rival is not None:
            yield conflict(
                f"the evidence has {rival.text!r} where the claim has {atom.text!r}",
                lacking=(atom.text,),
                against=(rival.text,),
            )
        elif (
            atom.kind is not AtomKind.DATE
            and atom.kind is not AtomKind.QUANTITY
            and not first
            and not set(atom.before) & PREPOSITIONS
            and not _is_of_a_passive(theirs, places, right)
            and all(_is_governed(theirs, place) for place in places)
        ):
            yield missing(f"the evidence does not say it of {atom.text!r}", lacking=(atom.text,))


def _is_of_a_passive(atoms: Sequence[Atom], places: Sequence[int], verb: Atom | None) -> bool:
    """Whether the claim has in the passive what the evidence did to the name: "Dean was charged" for "charged Dean"."""
    if verb is None or BE.isdisjoint(verb.before) or not is_participle(verb.lower):
        return False
    firsts = (_chunk(atoms, place)[0] for place in places)
    before = (atoms[first - 1] for first in firsts if first and PREPOSITIONS.isdisjoint(atoms[first].before))
    return any(verb.lower == other.lower for other in before)


def _is_governed(atoms: Sequence[Atom], place: int) -> bool:
    """Whether the name is the object of a verb or preposition, so that it is the subject of nothing."""
    first = _chunk(atoms, place)[0]
    if set(atoms[first].before) & PREPOSITIONS - {"by", "of", "as", "than"}:
        return True
    previous = atoms[first - 1] if first else None
    return bool(
        previous and not atoms[first].before and previous.kind is AtomKind.WORD and previous.lower not in TITLES
    )


def _is_entity(atom: Atom, theirs: Sequence[Atom]) -> bool:
    return atom.kind in _ENTITIES or any(other.kind is AtomKind.NAME and other.lower == atom.lower for other in theirs)


def _chunk(atoms: Sequence[Atom], index: int) -> tuple[int, int]:
    """The first and the last atom of the name or date that the atom is part of."""
    kind = atoms[index].kind
    first = last = index
    if kind not in (AtomKind.NAME, AtomKind.DATE):
        return first, last
    while first and atoms[first - 1].kind is kind and atoms[first].before in ((), ("-",)):
        first -= 1
    while last + 1 < len(atoms) and atoms[last + 1].kind is kind and atoms[last + 1].before in ((), ("-",)):
        last += 1
    return first, last


def _over_titles(atoms: Sequence[Atom], first: int) -> int:
    """Where a name begins with its titles: "Lord" stands beside one name as well as beside another."""
    while first and not atoms[first].before and atoms[first - 1].lower in TITLES and atoms[first - 1].text[0].isupper():
        first -= 1
    return first


def _shares_neighbour(atoms: Sequence[Atom], place: int, *, left: Atom | None, right: Atom | None) -> bool:
    lefts, rights = _neighbours(atoms, place)
    if left is None and right is None:
        return True
    right_fits = right is not None and any(right.fits(other) for other in rights)
    left_fits = left is not None and any(left.fits(other) for other in lefts)
    if atoms[place].kind is AtomKind.QUANTITY and right is not None and rights and right.kind is AtomKind.WORD:
        return right_fits or (left_fits and not _is_taken(atoms, right))
    return right_fits or left_fits


def _is_taken(atoms: Sequence[Atom], counted: Atom) -> bool:
    """Whether the evidence counts the same thing with a number of its own."""
    return any(
        atoms[place].fits(counted) and atoms[place - 1].kind is AtomKind.QUANTITY and not atoms[place].before
        for place in range(1, len(atoms))
    )


def _neighbours(atoms: Sequence[Atom], place: int) -> tuple[list[Atom], list[Atom]]:
    """What stands left and right of a name, number or date: next to it, over "and" lists, and over an apposition."""
    first, last = _chunk(atoms, place)
    first = _over_titles(atoms, first)
    lefts = [atoms[first - 1]] if first else []
    rights = [atoms[last + 1]] if last + 1 < len(atoms) else []
    if last + 1 < len(atoms) and "," in atoms[last + 1].before:
        closing = next((i for i in range(last + 2, len(atoms)) if "," in atoms[i].before), None)
        if closing is not None:
            rights.append(atoms[closing])
    step = first
    while step and _AND.intersection(atoms[step].before) and atoms[step - 1].kind is atoms[place].kind:
        step = _chunk(atoms, step - 1)[0]
        if step:
            lefts.append(atoms[step - 1])
    step = last
    while (
        step + 1 < len(atoms)
        and _AND.intersection(atoms[step + 1].before)
        and atoms[step + 1].kind is atoms[place].kind
    ):
        step = _chunk(atoms, step + 1)[1]
        if step + 1 < len(atoms):
            rights.append(atoms[step + 1])
    return lefts, rights


def _rival(atoms: Sequence[Atom], claim: Sequence[Atom], index: int, own: list[int]) -> Atom | None:
    """Another atom of the same kind that stands in the evidence where this one stands in the claim."""
    atom = claim[index]
    first, last = _chunk(claim, index)
    head = claim[first]
    left = claim[first - 1] if first else None
    right = claim[last + 1] if last + 1 < len(claim) else None
    for place, other in enumerate(atoms):
        is_entity = other.kind in _ENTITIES or (other.is_first and other.text[0].isupper())
        if place in own or not is_entity or not _same_kind(other, atom, own=[atoms[i] for i in own]):
            continue
        behind = _chunk(atoms, place)[1] + 1
        is_pair = right is not None and right.key in SYMMETRIC and left is not None and other.fits(left)
        is_inside = behind < len(atoms) and atoms[behind].fits(head) and atoms[behind].before in ((",",), ("in",))
        if is_inside or is_pair or any(other.fits(part) for part in claim[first : last + 1]):
            continue
        lefts, rights = _neighbours(atoms, place)
        if right is not None and any(right.fits(each) and _same_relation(right, each) for each in rights):
            return other
        is_joined = _same_relation(head, atoms[_chunk(atoms, place)[0]])
        if left is not None and is_joined and any(left.fits(each) for each in lefts):
            return other
    return None


def _same_relation(one: Atom, other: Atom) -> bool:
    """Whether the same grammar leads to both, but for articles: "by 25 to 4.5" has no two numbers in one place."""
    empty = _EMPTY | {","} if AtomKind.DATE in (one.kind, other.kind) else _EMPTY
    return [word for word in one.before if word not in empty] == [word for word in other.before if word not in empty]


def _same_kind(other: Atom, atom: Atom, *, own: Sequence[Atom]) -> bool:
    """Whether one could be mistaken for the other: names for names, days for days."""
    kinds = {atom.kind, *(each.kind for each in own)}
    if other.kind in (AtomKind.NAME, AtomKind.WORD):
        return bool(kinds & {AtomKind.NAME, AtomKind.WORD})
    if other.kind is AtomKind.DATE:
        return AtomKind.DATE in kinds and atom.key.partition(":")[0] == other.key.partition(":")[0]
    return AtomKind.QUANTITY in kinds


def opposite_findings(alignment: Alignment) -> Iterator[Finding]:
    """Words that the evidence has elsewhere, while their opposite stands where the claim has them."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index, atom in enumerate(mine):
        if alignment.places[index] is None or atom.key not in ANTONYMS:
            continue
        left = mine[index - 1] if index else None
        right = mine[index + 1] if index + 1 < len(mine) else None
        if not any(other.fits(atom) and _touches(theirs, place, left, right) for place, other in enumerate(theirs)):
            opposite = opposite_of(alignment.claim, index, theirs)
            if opposite is not None:
                yield conflict(
                    f"the evidence says {opposite.text!r} where the claim says {atom.text!r}",
                    lacking=(atom.text,),
                    against=(opposite.text,),
                )


def opposite_of(claim: AtomisedSentence, index: int, theirs: Sequence[Atom]) -> Atom | None:
    """The opposite that the evidence has beside a neighbour of the claim's word; None for nothing."""
    mine = claim.atoms
    left = mine[index - 1] if index else None
    right = mine[index + 1] if index + 1 < len(mine) else None
    for place, other in enumerate(theirs):
        if are_opposites(mine[index].key, other.key) and _touches(theirs, place, left, right):
            return other
    return None


def _touches(atoms: Sequence[Atom], place: int, left: Atom | None, right: Atom | None) -> bool:
    """Whether the atom at the place has one of the two beside it."""
    return (left is not None and place > 0 and left.fits(atoms[place - 1])) or (
        right is not None and place + 1 < len(atoms) and right.fits(atoms[place + 1])
    )


def exchange_findings(alignment: Alignment) -> Iterator[Finding]:
    """Names, numbers and dates that took the place of another one, between what claim and evidence share in order."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    anchors = {place: i for i, place in enumerate(alignment.places) if alignment.in_order[i] and place is not None}
    ordered = [(-1, -1), *sorted((i, place) for place, i in anchors.items()), (len(mine), len(theirs))]
    for (start, start_place), (end, end_place) in pairwise(ordered):
        if end - start < 2 or end_place - start_place < 2 or end_place - start_place > _N_EXCHANGED:
            continue
        lost = [
            i
            for i in range(start_place + 1, end_place)
            if is_capital(theirs[i]) and (is_head(theirs, i) or theirs[i].kind is AtomKind.DATE)
        ]
        for index in range(start + 1, end):
            if alignment.places[index] is None or not is_capital(mine[index]) or not is_head(mine, index):
                continue
            own = alignment.places[index]
            rivals = [
                theirs[i]
                for i in lost
                if _same_relation(mine[index], theirs[i])
                and not theirs[i].fits(mine[index])
                and not (own is not None and are_listed(theirs, own, i))
            ]
            if rivals and not any(rivals[0].fits(atom) for atom in mine[start + 1 : end]):
                yield conflict(
                    f"the evidence has {rivals[0].text!r} where the claim has {mine[index].text!r}",
                    lacking=(mine[index].text,),
                    against=(rivals[0].text,),
                )


def is_capital(atom: Atom) -> bool:
    """Whether it is a name, a number, a date or a capitalised word inside a sentence."""
    return atom.kind in _ENTITIES or (atom.text[0].isupper() and not atom.is_first)


def repetition_findings(alignment: Alignment) -> Iterator[Finding]:
    """A name or number twice in a row where the evidence has it once: it stands in the place of another one."""
    for left, right in pairwise(alignment.claim.atoms):
        is_twice = left.kind in _ENTITIES and right.kind in _ENTITIES and left.fits(right)
        pairs = pairwise(alignment.evidence.atoms)
        if is_twice and not any(one.fits(left) and other.fits(right) for one, other in pairs):
            yield conflict(f"the evidence does not have {left.text!r} twice in a row", lacking=(left.text,))


def is_head(atoms: Sequence[Atom], index: int) -> bool:
    """Whether a name or date begins here, or something else stands here."""
    return _chunk(atoms, index)[0] == index


def gapping_findings(alignment: Alignment) -> Iterator[Finding]:
    """A thing of one half with what only the other half says: "Ann to Rome and Bob to Paris" sends nobody else there.

    Each half has a thing and, behind the same grammar, what belongs to it.
    """
    atoms, kept = alignment.evidence.atoms, {place for place in alignment.places if place is not None}
    for joint in range(2, len(atoms)):
        if "and" not in atoms[joint].before:
            continue
        opened = tuple(word for word in atoms[joint].before if word not in ("and", ","))
        for last in range(joint + 1, min(joint + 4, len(atoms))):
            first = next((i for i in range(joint - 1, 0, -1) if atoms[i].before == atoms[last].before), None)
            if first is None or not atoms[last].before or atoms[last].fits(atoms[first]):
                continue
            one = next((i for i in range(first - 1, -1, -1) if _is_alike(atoms[i], atoms[joint], opened)), None)
            other = set(range(joint, last)) & kept
            is_crossed = first in kept and last not in kept and bool(other) and one not in kept
            is_crossed |= last in kept and first not in kept and not other and one in kept
            if is_crossed:
                theirs, mine = (last, first) if first in kept else (first, last)
                yield conflict(
                    f"the evidence says {atoms[theirs].text!r} of it, not {atoms[mine].text!r}",
                    lacking=(atoms[mine].text,),
                    against=(atoms[theirs].text,),
                )
                return


def _is_alike(atom: Atom, other: Atom, opened: tuple[str, ...]) -> bool:
    return atom.kind is other.kind and atom.before == opened


def replacement_findings(alignment: Alignment) -> Iterator[Finding]:
    """Words that the evidence has elsewhere, while between the same two neighbours it has another word.

    The end of a sentence is a neighbour too: "arrived at noon" for "was due at noon and arrived at three".
    """
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index in range(1, len(mine)):
        if alignment.places[index] is None or mine[index].kind is not AtomKind.WORD:
            continue
        between = [
            theirs[place]
            for place in range(1, len(theirs))
            if (theirs[place].kind is AtomKind.WORD or place == len(theirs) - 1)
            and mine[index].before == theirs[place].before
            and mine[index - 1].fits(theirs[place - 1])
            and _follow_alike(mine[index + 1 :], theirs[place + 1 :])
        ]
        if between and not any(other.fits(atom) for other in between for atom in mine):
            yield conflict(
                f"the evidence says {between[0].text!r} where the claim says {mine[index].text!r}",
                lacking=(mine[index].text,),
                against=(between[0].text,),
            )


def _follow_alike(mine: Sequence[Atom], theirs: Sequence[Atom]) -> bool:
    """Whether the same follows behind the same grammar, or nothing."""
    if not mine or not theirs:
        return not mine and not theirs
    return mine[0].before == theirs[0].before and mine[0].fits(theirs[0])


def rival_of(claim: AtomisedSentence, index: int, theirs: Sequence[Atom]) -> Atom | None:
    """What the evidence has in the place of a name, number or date that it does not have at all; None for nothing."""
    return _rival(theirs, claim.atoms, index, [])
