"""Who does what to whom, where the order of words shows it.

Two checks without a grammar: three shared atoms in exactly the reverse order ("Paris warned Rome" for "Rome warned
Paris"), and "to" for "from", "before" for "after" in front of a shared atom. A passive turns the order legitimately.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.checking.alignment import Alignment, Finding, are_listed, conflict, missing
from rag.checking.assertion import stems_of
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind
from rag.checking.lexicon import PREPOSITIONS, SYMMETRIC, base_form, is_participle, is_past_form
from rag.checking.slots import is_capital, is_head
from rag.language import saying
from rag.language.english import ARTICLES, BE, COUNTED_IN, DO, HAVE, MODALS, POSSESSIVES, SO_CALLED, word_set

__all__ = [
    "head_findings",
    "object_findings",
    "owner_findings",
    "place_findings",
    "preposition_findings",
    "pronoun_findings",
    "swap_findings",
    "tells_which",
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
_CONTAINING = frozenset(
    map(
        base_form,
        word_set("contain mention describe include show depict report quote discuss list record explain state"),
    )
)
"""Verbs of texts and vessels, whose passive has "in" for "by": "is mentioned in the letter"."""


def swap_findings(alignment: Alignment) -> Iterator[Finding]:
    """Two atoms that changed places around a third one."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    placed = [
        (index, place)
        for index, place in enumerate(alignment.places)
        if place is not None and not (theirs[place].is_owner and "of" in mine[index].before)  # "the union's", "of the"
    ]
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


_OF_MANY = stems_of(
    COUNTED_IN
    | word_set(
        """dozen hundred thousand million score bunch lot plenty host string wave spate range variety kind sort type
        form mass squad gang crew batch all each both"""
    )
)
"""Before "of": what stands behind it is the thing itself."""
_SO_CALLED = stems_of(SO_CALLED | word_set("isle borough parish municipality duchy commune year company"))
"""Before "of" and a name: what the name is."""
_ONE_OF = word_set("one none any either neither another who whom")
_ADVERBS = saying.DROPPED_AT_WILL | word_set("together alone twice home ahead abroad apart almost just even never")
_FINITE = BE | HAVE | MODALS | DO


def head_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the evidence says of a part, a relation or a share of something, and the claim of the thing itself.

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("The duke fell."), sentences_of("The duke's horse fell.")
    >>> [finding.reason for finding in head_findings(align(claim, evidence))]
    ["the evidence says it of 'duke horse', not of 'duke'"]
    """
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    kept = {place for place in alignment.places if place is not None}
    for index, place in enumerate(alignment.places):
        if place is None or theirs[place].kind is AtomKind.DATE:
            continue
        head = (
            _head_behind(mine, index, theirs, place, kept)
            or _head_before(mine[index], theirs, place, kept)
            or _subject_left_out(alignment, index, kept)
        )
        if head:
            yield missing(
                f"the evidence says it of {head!r}, not of {mine[index].text!r}",
                lacking=(mine[index].text,),
                against=(head,),
            )
            return


def _head_behind(mine: Sequence[Atom], index: int, theirs: Sequence[Atom], place: int, kept: set[int]) -> str:
    """The thing that the claim's owner has, or whose name begins with it: "the duke's horse", "the church roof"."""
    atom, other = mine[index], theirs[place]
    if place + 1 >= len(theirs) or place + 1 in kept or atom.is_owner:
        return ""
    words = f"{other.text} {theirs[place + 1].text}"
    if other.is_owner:
        is_told = theirs[place + 1].lower in _WORDS_OF
        return "" if is_told or _RELATED.intersection(atom.before) else words
    end = next((i for i in range(place + 1, len(theirs)) if i in kept), len(theirs))
    inner = theirs[place + 1 : end]
    if end == len(theirs) or index + 1 >= len(mine) or not mine[index + 1].fits(theirs[end]):
        return ""
    is_noun = all(not each.before and each.kind is AtomKind.WORD and _may_be_noun(each) for each in inner)
    is_verb = not _FINITE.isdisjoint(theirs[end].before[:2]) or (
        not theirs[end].before and is_past_form(theirs[end].lower)
    )
    is_thing = other.kind is AtomKind.NAME or not is_past_form(other.lower)
    return words if is_noun and is_verb and is_thing else ""


def _subject_left_out(alignment: Alignment, index: int, kept: set[int]) -> str:
    """Who does it, where the claim lets a thing behind a preposition do it: "by a tip from a boy, [police] found"."""
    mine, theirs, place = alignment.claim.atoms, alignment.evidence.atoms, alignment.places[index]
    verb = alignment.places[index + 1] if index + 1 < len(mine) else None
    if place is None or verb is None or verb <= place + 1 or verb - 1 in kept:
        return ""
    is_behind = not PREPOSITIONS.isdisjoint(theirs[place].before) and PREPOSITIONS.isdisjoint(mine[index].before)
    is_active = not mine[index + 1].before and not theirs[verb].before and is_past_form(theirs[verb].lower)
    subject = theirs[verb - 1]
    is_thing = subject.kind in (AtomKind.NAME, AtomKind.WORD) and not subject.lower.endswith("ly")
    return subject.text if is_behind and is_active and is_thing and not is_past_form(subject.lower) else ""


_RELATED = word_set("of by in from for")
_WORDS_OF = word_set("words view opinion eyes")
"""What somebody has who says or thinks a thing: "in the minister's words"."""


def _may_be_noun(atom: Atom) -> bool:
    lower = atom.lower
    return lower not in _ADVERBS and not lower.endswith("ly") and not is_past_form(lower)


def _head_before(atom: Atom, theirs: Sequence[Atom], place: int, kept: set[int]) -> str:
    """What "of" relates to the claim's thing: "the roof of the church", "one of the twins"."""
    before = theirs[place].before
    if "of" not in before or "of" in atom.before or atom.is_owner:
        return ""
    ahead = before[: before.index("of")]
    if ahead:
        return f"{ahead[-1]} of {theirs[place].text}" if ahead[-1] in _ONE_OF else ""
    head = theirs[place - 1] if place else None
    if head is None or place - 1 in kept or base_form(head.lower) in _OF_MANY or head.kind is AtomKind.DATE:
        return ""
    if atom.kind is AtomKind.QUANTITY and head.kind is not AtomKind.QUANTITY:  # "a population of 812"
        return ""
    is_name = theirs[place].kind is not AtomKind.WORD and base_form(head.lower) in _SO_CALLED
    return "" if is_name or head.lower.endswith("ing") else f"{head.text} of {theirs[place].text}"


_RELATIVE = word_set("who which where whose whom that")
_WHICH_OF_MANY = word_set("with without under over above below aged older younger")
_IRREGULAR_PLURALS = word_set("people men women children")


def tells_which(evidence: AtomisedSentence, head: int, gap: range, *, is_time: bool) -> bool:
    """Whether tokens behind a noun tell which of many are meant: "prisoners [over seventy]", "houses [on the hill]".

    head: the atom of the noun. gap: the tokens. is_time: they only tell when or where something happened.

    A number before them leaves some of them: "two climbers [from Poland]".
    """
    atoms, tokens = evidence.atoms, evidence.tokens
    inside = [atom for atom in atoms if atom.position in gap]
    if not inside or not _is_plural(atoms[head]) or inside[0].kind is AtomKind.DATE:
        return False
    opening = head
    while opening and not atoms[opening].before and not is_past_form(atoms[opening - 1].lower):
        opening -= 1
    if any(atom.kind is AtomKind.QUANTITY for atom in atoms[opening : head + 1]) or "no" in atoms[opening].before:
        return False
    first = tokens[gap.start]
    is_participle_there = inside[0].position == gap.start and _is_telling_which(tokens, gap.start)
    if first in _RELATIVE or first in _WHICH_OF_MANY or is_participle_there:
        return True
    is_subject = not any(is_past_form(atom.lower) or not _FINITE.isdisjoint(atom.before) for atom in atoms[:opening])
    return is_subject and gap.stop < len(tokens) and first in PREPOSITIONS and not is_time


def _is_plural(atom: Atom) -> bool:
    is_plural = atom.lower.endswith("s") and not atom.lower.endswith(("ss", "us", "is"))
    return atom.kind is AtomKind.WORD and (is_plural or atom.lower in _IRREGULAR_PLURALS)


def _is_telling_which(tokens: Sequence[str], position: int) -> bool:
    """Whether a participle stands here: "workers [hired after 2010]", "families [living near the plant]"."""
    is_past = is_past_form(tokens[position]) and not PREPOSITIONS.isdisjoint(tokens[position + 1 : position + 2])
    return is_past or (tokens[position].endswith("ing") and not is_past_form(tokens[position]))
