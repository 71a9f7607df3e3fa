"""Who does what to whom, where the order of words shows it.

Two checks without a grammar: three shared atoms in exactly the reverse order ("Paris warned Rome" for "Rome warned
Paris"), and "to" for "from", "before" for "after" in front of a shared atom. A passive turns the order legitimately.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.checking.alignment import Alignment, Finding, are_listed, conflict, missing
from rag.checking.atoms import Atom, AtomKind
from rag.checking.lexicon import PREPOSITIONS, SYMMETRIC, base_form, is_participle, is_past_form
from rag.checking.slots import is_capital, is_head
from rag.language.english import ARTICLES, BE, POSSESSIVES, word_set

__all__ = [
    "copula_findings",
    "object_findings",
    "owner_findings",
    "place_findings",
    "preposition_findings",
    "pronoun_findings",
    "swap_findings",
    "voice_findings",
]

_PAIRS = """
to from|into out|onto off|before after|over under|above below|for against|with without|inside outside|since until|
up down|from for|more less|with against|on off|from until|by to|by from|by for|outside in|near in|outside of|
because although|because despite|because though|before of
"""
_OPPOSED = frozenset(frozenset(pair.split()) for pair in _PAIRS.replace("\n", "").split("|"))
_PREPOSITIONS = frozenset[str]().union(*_OPPOSED)
_BE = BE | word_set("get gets got")
_BOUNDARIES = word_set(', ; : " - ( ) that who which but')
_OBJECTS = word_set("it him her them")
_DETERMINERS = ARTICLES | POSSESSIVES
_TAKEN_FOR = word_set("as for like")
_CONTAINING = frozenset(
    map(
        base_form,
        word_set("contain mention describe include show depict report quote discuss list record explain state"),
    )
)
"""Verbs of texts and vessels, whose passive has "in" for "by": "is mentioned in the letter"."""
_RELATING = word_set("after before until since later earlier")
_BEING = frozenset(
    map(base_form, word_set("become remain serve work form constitute mark act elect appoint name stay"))
)


def swap_findings(alignment: Alignment) -> Iterator[Finding]:
    """Two atoms that changed places around a third one."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    placed = [(index, place) for index, place in enumerate(alignment.places) if place is not None]
    for a, (first, first_place) in enumerate(placed):
        if not _may_act(theirs[first_place]):
            continue
        for b in range(a + 1, len(placed)):
            pivot, pivot_place = placed[b]
            if pivot_place >= first_place or not _is_pivot(theirs[pivot_place]):
                continue
            for last, last_place in placed[b + 1 :]:
                is_swap = last_place < pivot_place and _may_act(theirs[last_place])
                if is_swap and _is_one_clause(mine, first, last) and _is_one_clause(theirs, last_place, first_place):
                    if _is_turned(alignment, pivot, pivot_place):
                        continue
                    yield conflict(
                        f"the evidence says {_span(theirs, last_place, first_place)!r}, the claim turns it into "
                        f"{_span(mine, first, last)!r}",
                        lacking=(_span(mine, first, last),),
                        against=(_span(theirs, last_place, first_place),),
                    )
                    return


def object_findings(alignment: Alignment) -> Iterator[Finding]:
    """The subject of a verb that the claim makes its object: "she followed her son" for "her son followed"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    by_place = alignment.claim_index_by_place
    for place in range(1, len(theirs)):
        verb, subject = by_place.get(place), by_place.get(place - 1)
        if verb is None or subject != verb + 1 or not verb or not _is_pivot(theirs[place]) or theirs[place].before:
            continue
        is_object = bool(mine[subject].before) and _DETERMINERS.issuperset(mine[subject].before)
        is_active = is_past_form(mine[verb].lower) and _BE.isdisjoint(mine[verb].before)
        if (
            is_object
            and is_active
            and theirs[place - 1].kind is AtomKind.WORD
            and theirs[place].lower == mine[verb].lower
        ):
            yield conflict(
                f"the claim makes {mine[subject].text!r} the object of {mine[verb].text!r}",
                lacking=(mine[subject].text,),
            )
            return


def voice_findings(alignment: Alignment) -> Iterator[Finding]:
    """Verbs whose voice changed while the order did not: "A was attacked by B" for "A attacked B"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index, place in enumerate(alignment.places):
        if place is not None and _is_pivot(theirs[place]) and _is_made_passive(alignment, index, place):
            yield conflict(f"the claim turns round who and whom of {mine[index].text!r}", lacking=(mine[index].text,))
        if place is None or not _is_pivot(theirs[place]) or not _is_turned(alignment, index, place):
            continue
        if _is_passive(mine, index):
            agents, actives, pivot = _agents(mine, index), alignment.places, place
        else:
            by_place = alignment.claim_index_by_place
            agents, actives, pivot = _agents(theirs, place), tuple(by_place.get(i) for i in range(len(theirs))), index
        for agent in agents[:1]:
            active = actives[agent]
            if active is not None and active > pivot and active - pivot < 4:
                yield conflict(
                    f"the claim turns round who and whom of {mine[index].text!r}", lacking=(mine[index].text,)
                )


def _is_made_passive(alignment: Alignment, index: int, place: int) -> bool:
    """Whether who did something to a thing is what it was done to: "the judge was denied" for "denied the request"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    is_active = _BE.isdisjoint(theirs[place].before) and is_past_form(theirs[place].lower) and place + 1 < len(theirs)
    has_object = is_active and _DETERMINERS.issuperset(theirs[place + 1].before) and bool(theirs[place + 1].before)
    is_passive = not _BE.isdisjoint(mine[index].before) and is_participle(mine[index].lower) and index > 0
    return has_object and is_passive and place > 0 and alignment.places[index - 1] == place - 1


def _agents(atoms: Sequence[Atom], index: int) -> list[int]:
    by = {"by", "in"} if atoms[index].key in _CONTAINING else {"by"}
    return [i for i in range(index + 1, min(len(atoms), index + 4)) if not by.isdisjoint(atoms[i].before)]


def pronoun_findings(alignment: Alignment) -> Iterator[Finding]:
    """A pronoun behind a verb where the evidence has somebody whom the claim moved in front of it."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    by_place = alignment.claim_index_by_place
    for place in range(len(theirs) - 1):
        index, moved = by_place.get(place), by_place.get(place + 1)
        if index is None or moved is None or moved >= index or not _is_pivot(theirs[place]):
            continue
        behind = mine[index + 1].before if index + 1 < len(mine) else alignment.claim.after
        ours = theirs[place + 2].before if place + 2 < len(theirs) else alignment.evidence.after
        if _OBJECTS.intersection(behind) - set(ours) - set(theirs[place + 1].before) and index - moved < 8:
            yield missing(
                f"the evidence has {theirs[place + 1].text!r} behind {theirs[place].text!r}, the claim in front"
            )
            return


def owner_findings(alignment: Alignment) -> Iterator[Finding]:
    """Acts of somebody whom the claim leaves out: "the navy decided" for "the navy left after Dorvan's decision"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index, place in enumerate(alignment.places):
        if not index or not place or not alignment.in_order[index] or mine[index].lower == theirs[place].lower:
            continue
        owner, subject = theirs[place - 1], alignment.places[index - 1]
        is_owned = owner.kind is AtomKind.NAME and theirs[place].kind is AtomKind.WORD and not theirs[place].before
        is_left_out = is_owned and not any(atom.fits(owner) for atom in mine)
        if is_left_out and subject is not None and subject < place - 1 and not mine[index].before:
            yield missing(
                f"the evidence says it of {owner.text!r}, not of {mine[index - 1].text!r}",
                lacking=(mine[index - 1].text,),
                against=(owner.text,),
            )


def place_findings(alignment: Alignment) -> Iterator[Finding]:
    """Two names that took each other's place and preposition: "in Rome during May" for "in May during Rome"."""
    claim, theirs = alignment.claim.atoms, alignment.evidence.atoms
    placed = [
        (atom, place)
        for index, (atom, place) in enumerate(zip(claim, alignment.places, strict=True))
        if place is not None and is_capital(atom) and is_capital(theirs[place]) and is_head(claim, index)
    ]
    for (one, one_place), (other, other_place) in pairwise(placed):
        mine = (set(one.before) & PREPOSITIONS, set(other.before) & PREPOSITIONS)
        ours = (set(theirs[other_place].before) & PREPOSITIONS, set(theirs[one_place].before) & PREPOSITIONS)
        is_exchanged = one_place > other_place and mine == ours and mine[0] != mine[1]
        if is_exchanged and not are_listed(theirs, other_place, one_place):
            yield conflict(f"the claim exchanges {one.text!r} and {other.text!r}", lacking=(one.text, other.text))


def copula_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the claim says that something is, while the evidence only does something with the two: "plays a judge"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index in range(1, len(mine)):
        one, other = alignment.places[index - 1], alignment.places[index]
        is_copula = not _BE.isdisjoint(mine[index].before) and not is_participle(mine[index].lower)
        if one is None or other is None or not is_copula or mine[index].lower.endswith("ing"):
            continue
        first, last = min(one, other), max(one, other)
        words = alignment.evidence.tokens[theirs[first].end : theirs[last].position]
        if not _BE.isdisjoint(words):
            continue
        is_apposed = words[:1] in ((",",), ("(",), ("-",))
        is_other_verb = one < other and not is_apposed and _is_done_to(theirs[: last + 1], first)
        is_time = "in" in mine[index].before and not _RELATING.isdisjoint(words)
        if is_other_verb or is_time:
            yield missing(
                f"the evidence does not say that {mine[index - 1].text!r} is {mine[index].text!r}",
                lacking=(mine[index].text,),
            )
            return


def _is_done_to(atoms: Sequence[Atom], first: int) -> bool:
    """Whether the first does something to the last of the atoms, or is taken for it: "plays a judge", "for a ship"."""
    between, last = atoms[first + 1 : -1], atoms[-1]
    if not between:
        governor = atoms[first - 1].key if first else ""
        return not _TAKEN_FOR.isdisjoint(last.before) and governor not in _BEING
    verb = between[0]
    is_object = not (_DETERMINERS | _TAKEN_FOR).isdisjoint(last.before)
    return len(between) == 1 and is_object and not verb.before and verb.key not in _BEING


def _may_act(atom: Atom) -> bool:
    return atom.kind in (AtomKind.NAME, AtomKind.WORD) or atom.key.startswith("o:")


def _is_one_clause(atoms: Sequence[Atom], first: int, last: int) -> bool:
    return not any(_BOUNDARIES.intersection(atom.before) for atom in atoms[first + 1 : last + 1])


def _is_pivot(atom: Atom) -> bool:
    return atom.kind is AtomKind.WORD and atom.key not in SYMMETRIC


def _is_turned(alignment: Alignment, pivot: int, pivot_place: int) -> bool:
    """Whether one side is passive at the pivot and the other is not, so that the other order says the same."""
    return _is_passive(alignment.claim.atoms, pivot) is not _is_passive(alignment.evidence.atoms, pivot_place)


def _is_passive(atoms: Sequence[Atom], index: int) -> bool:
    agents = [i for i in _agents(atoms, index) if not atoms[i].lower.endswith("ing")]
    is_near = bool(agents) and (agents[0] == index + 1 or not _BE.isdisjoint(atoms[index].before))
    return is_near and is_participle(atoms[index].lower)


def _span(atoms: Sequence[Atom], first: int, last: int) -> str:
    return (
        " … ".join(atom.text for atom in (atoms[first], atoms[last]))
        if last - first > 4
        else " ".join(atom.text for atom in atoms[first : last + 1])
    )


def preposition_findings(alignment: Alignment) -> Iterator[Finding]:
    """Prepositions that say the opposite of those in front of the same atom of the evidence."""
    theirs = alignment.evidence.atoms
    for index, atom in enumerate(alignment.claim.atoms):
        place = alignment.places[index]
        if place is None:
            continue
        mine = set(atom.before) & _PREPOSITIONS
        ours = set(theirs[place].before) & _PREPOSITIONS
        for one in sorted(mine - ours):
            for other in sorted(ours - mine):
                if frozenset({one, other}) in _OPPOSED and not _is_elsewhere(theirs, atom, one):
                    yield conflict(
                        f"the evidence says {other!r} before {theirs[place].text!r}, the claim {one!r}",
                        lacking=(one,),
                        against=(other,),
                    )


def _is_elsewhere(theirs: Sequence[Atom], atom: Atom, preposition: str) -> bool:
    return any(other.fits(atom) and preposition in other.before for other in theirs)
