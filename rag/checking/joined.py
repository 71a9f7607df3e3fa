"""Whether a claim puts together what the evidence has apart: of different things, used twice, of two dates.

Each clause of a claim must stand in one cited sentence: "the bridge table was dropped" follows from no sentence about
the bridge and another about a table. Its names may stand in another cited sentence where the one that has the rest has
a pronoun, or a part of the name, in their place. Clauses that "and" joins may come from different sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from rag.checking.alignment import Alignment, Finding, conflict, missing
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, sentences_of
from rag.checking.lexicon import LIGHT_WORDS, base_form
from rag.language.english import (
    BE,
    CLAUSE_OPENERS,
    DO,
    HAVE,
    MODALS,
    OBJECTS,
    POSSESSIVES,
    SUBJECTS,
    word_set,
)

__all__ = [
    "conjunction_findings",
    "count_findings",
    "date_findings",
    "fragment_findings",
    "joining_findings",
    "name_findings",
    "reason_findings",
    "relative_findings",
    "summed",
]

_JOINTS = CLAUSE_OPENERS | word_set("and but whereas ; who whose :")
_OF_PERSONS = SUBJECTS | OBJECTS | POSSESSIVES | word_set("who whose himself herself itself")
_PRONOUNS = _OF_PERSONS | {"this", "these"}
_OF_THINGS = word_set("it its itself")
_OF_PLACES = word_set("in at near through into across")
_AUXILIARIES = (BE - {"being"}) | DO | HAVE | (MODALS - {"shall"}) | {"am"}
_N_NEAR = 2
"""Atoms between a pronoun and what stands beside the name in the claim."""


def joining_findings(
    claim: AtomisedSentence,
    cited: Sequence[Sequence[AtomisedSentence]],
    speaking: set[int],
    behind: Mapping[AtomisedSentence, frozenset[str]],
) -> Iterator[Finding]:
    """Clauses of the claim that no single quote has.

    cited: the sentences of each quote. speaking: the atoms of who speaks. behind: for a sentence the words before it in
    its document, where that is known: a name that is not among them is none of its pronouns.
    """
    if len(cited) < 2:
        return
    whole = [i for i, atom in enumerate(claim.atoms) if i not in speaking and atom.lower not in LIGHT_WORDS]
    covering = {i: {q for q, quote in enumerate(cited) if _has(quote, claim.atoms[i])} for i in whole}
    whole = [i for i in whole if covering[i]]
    if any(_is_from(claim, whole, cited[q], q, covering, behind) for q in range(len(cited))):
        return
    opening: list[int] = []
    for clause in _clauses(claim, whole):
        fitting = [q for q in range(len(cited)) if _is_from(claim, clause, cited[q], q, covering, behind)]
        if opening and _has_no_subject(claim.atoms[clause[0]]):
            fitting = [q for q in fitting if _is_about(claim, opening, cited[q])]
        if not fitting:
            words = " ".join(claim.atoms[i].text for i in clause[:6])
            yield missing(f"no single sentence that is cited says {words!r}")
            return
        opening = opening or clause


def fragment_findings(claim: AtomisedSentence, evidence: Sequence[AtomisedSentence]) -> Iterator[Finding]:
    """Claims of a single thing, without a verb, that no sentence has in one piece: "supported 1.0"."""
    atoms = claim.atoms
    n_things = sum(
        atom.kind in (AtomKind.WORD, AtomKind.NAME)
        and not (i and atom.kind is atoms[i - 1].kind is AtomKind.NAME and not atom.before)
        for i, atom in enumerate(atoms)
    )
    if n_things > 1 or not _PRONOUNS.isdisjoint(claim.tokens) or not _AUXILIARIES.isdisjoint(claim.tokens):
        return
    for sentence in evidence:
        for start in range(len(sentence.atoms) - len(atoms) + 1):
            piece = sentence.atoms[start : start + len(atoms)]
            if all(any(atom.fits(other) for other in piece) for atom in atoms):
                return
    yield missing("it states nothing that stands in the evidence in one piece")


def _has(quote: Sequence[AtomisedSentence], atom: Atom) -> bool:
    return any(atom.fits(other) for sentence in quote for other in sentence.atoms)


def _clauses(claim: AtomisedSentence, indexes: Sequence[int]) -> list[list[int]]:
    """The indexes in groups, cut where a clause begins; a group without a word and another atom is no clause."""
    groups: list[list[int]] = [[]]
    for i in indexes:
        if groups[-1] and not _JOINTS.isdisjoint(claim.atoms[i].before):
            groups.append([])
        groups[-1].append(i)
    clauses: list[list[int]] = []
    opening: list[int] = []
    for group in groups:
        group, opening = opening + group, []
        is_clause = len(group) > 1 and any(claim.atoms[i].kind is AtomKind.WORD for i in group)
        if clauses and not is_clause:
            clauses[-1] += group
        elif group and not is_clause:  # "Ann and Bob were acquitted": both are in the clause that follows
            opening = group
        elif group:
            clauses.append(group)
    return [*clauses, opening] if opening else clauses


def _is_from(
    claim: AtomisedSentence,
    clause: Sequence[int],
    quote: Sequence[AtomisedSentence],
    number: int,
    covering: dict[int, set[int]],
    behind: Mapping[AtomisedSentence, frozenset[str]],
) -> bool:
    """Whether the quote has the clause, but for names for which it has a pronoun or a part of the name."""
    lacking = [i for i in clause if number not in covering[i]]
    return len(lacking) < max(1, len(clause)) and all(_is_named_otherwise(claim, i, quote, behind) for i in lacking)


def _is_named_otherwise(
    claim: AtomisedSentence,
    index: int,
    quote: Sequence[AtomisedSentence],
    behind: Mapping[AtomisedSentence, frozenset[str]],
) -> bool:
    atoms = claim.atoms
    if atoms[index].kind is not AtomKind.NAME and not atoms[index].is_first:
        return False
    first = last = index
    while first and atoms[first - 1].text[0].isupper() and not atoms[first].before:
        first -= 1
    while last + 1 < len(atoms) and atoms[last + 1].text[0].isupper() and not atoms[last + 1].before:
        last += 1
    if any(_has(quote, atom) for atom in atoms[first : last + 1]):
        return True
    if not _OF_PLACES.isdisjoint(atoms[first].before):
        return False
    pronouns = _PRONOUNS - _OF_THINGS if last > first else _PRONOUNS
    is_owner = atoms[last].is_owner or "of" in atoms[first].before
    left, right = atoms[first - 1] if first else None, atoms[last + 1] if last + 1 < len(atoms) else None
    name = {atom.lower for atom in atoms[first : last + 1]}
    return any(
        _has_near(sentence, beside, pronouns, is_owner=is_owner) and not name.isdisjoint(behind.get(sentence, name))
        for sentence in quote
        for beside in (left, right)
    )


def _has_near(sentence: AtomisedSentence, beside: Atom | None, pronouns: frozenset[str], *, is_owner: bool) -> bool:
    if beside is None:
        return False
    for place, atom in enumerate(sentence.atoms):
        if not beside.fits(atom):
            continue
        near = [other.before for other in sentence.atoms[max(0, place - _N_NEAR + 1) : place + _N_NEAR]]
        if place == len(sentence.atoms) - 1:
            near.append((*sentence.after, "."))
        for before in near:
            owners = POSSESSIVES.intersection(before[-1:])  # "her pupil": whose, not who
            if not pronouns.isdisjoint(owners if is_owner else set(before) - owners):
                return True
    return False


def _has_no_subject(atom: Atom) -> bool:
    """Whether a clause that begins with the atom takes its subject from the one before: "and she was"."""
    is_pronoun = not _PRONOUNS.isdisjoint(atom.before)
    return is_pronoun or (atom.kind is AtomKind.WORD and not {"the", "a", "an"} & set(atom.before))


def _is_about(claim: AtomisedSentence, opening: Sequence[int], quote: Sequence[AtomisedSentence]) -> bool:
    """Whether the quote speaks of the first thing of the claim, or has a pronoun that may."""
    subject = claim.atoms[opening[0]]
    return _has(quote, subject) or any(not _PRONOUNS.isdisjoint(sentence.tokens) for sentence in quote)


_COUNTED = frozenset({AtomKind.QUANTITY, AtomKind.DATE})
_RANGE = word_set("and to until till or -")
_CONJUNCTIONS = word_set("and or nor")
_REASONS = frozenset({"because", "therefore", "thus", "hence"})


def count_findings(claim: AtomisedSentence, evidence: Sequence[AtomisedSentence]) -> Iterator[Finding]:
    """Numbers and names that the claim says more often than the evidence: one of them stands for something else.

    A name may stand for a pronoun of the evidence that the claim does not have.
    """
    has_pronoun = sum(map(_n_pronouns, evidence)) > _n_pronouns(claim)
    seen: set[tuple[str, str]] = set()
    for atom in claim.atoms:
        if (atom.key, atom.unit) in seen or (atom.kind not in _COUNTED and (has_pronoun or not _is_name(atom))):
            continue
        seen.add((atom.key, atom.unit))
        n_mine = sum(atom.fits(other) for other in claim.atoms)
        n_theirs = sum(atom.fits(other) for sentence in evidence for other in sentence.atoms)
        if n_mine == 2 and atom.kind is AtomKind.DATE and any(_has_range(sentence) for sentence in evidence):
            continue
        if 0 < n_theirs < n_mine:
            yield conflict(
                f"the claim has {atom.text!r} {_times(n_mine)}, the evidence {_times(n_theirs)}", lacking=(atom.text,)
            )


def _n_pronouns(sentence: AtomisedSentence) -> int:
    return sum(token in _OF_PERSONS for token in sentence.tokens)


def _has_range(sentence: AtomisedSentence) -> bool:
    """Whether two dates share a part: "between January and May 2020"."""
    dates = _dates(sentence)
    return any(not _RANGE.isdisjoint(right[0].before) for _, right in pairwise(dates))


def _is_name(atom: Atom) -> bool:
    return atom.kind is AtomKind.NAME and not atom.is_first


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def date_findings(claim: AtomisedSentence, evidence: Sequence[AtomisedSentence]) -> Iterator[Finding]:
    """Dates of several parts that the evidence does not put together: the day of one date with the year of another."""
    dates = [date for sentence in evidence for date in _dates(sentence)]
    for mine in _dates(claim):
        parts = _parts(mine)
        if len(parts) < 2:
            continue
        alike = [date for date in dates if any(_parts(date).get(part) == value for part, value in parts.items())]
        if not alike or any(_is_compatible(parts, _parts(date)) for date in alike):
            continue
        yield conflict(
            f"the evidence has the date {alike[0][0].text!r}, not {mine[0].text!r}",
            lacking=(mine[0].text,),
            against=(alike[0][0].text,),
        )


def _dates(sentence: AtomisedSentence) -> list[tuple[Atom, ...]]:
    """The atoms of each date that is written as one."""
    dated = [atom for atom in sentence.atoms if atom.kind is AtomKind.DATE]
    return [tuple(atoms) for _, atoms in groupby(dated, key=lambda atom: atom.position)]


def _parts(date: Sequence[Atom]) -> dict[str, str]:
    """Day, month and year ("n") of a date."""
    return {part: value for part, _, value in (atom.key.partition(":") for atom in date)}


def _is_compatible(mine: dict[str, str], theirs: dict[str, str]) -> bool:
    """Whether no part differs; the year that only one of them has may stand beside it."""
    return all(theirs.get(part, value) == value for part, value in mine.items())


def conjunction_findings(alignment: Alignment) -> Iterator[Finding]:
    """ "or" between two things where the evidence has "and", and the other way round."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index in range(1, len(mine)):
        place, left = alignment.places[index], alignment.places[index - 1]
        if place is None or left is None or place != left + 1:
            continue
        ours, other = _CONJUNCTIONS.intersection(mine[index].before), _CONJUNCTIONS.intersection(theirs[place].before)
        if ours and other and ours.isdisjoint(other):
            yield missing(
                f"the evidence says {min(other)!r} between {theirs[left].text!r} and {theirs[place].text!r}, "
                f"the claim {min(ours)!r}",
                lacking=(min(ours),),
                against=(min(other),),
            )


def reason_findings(alignment: Alignment) -> Iterator[Finding]:
    """A reason that the evidence does not give: both halves may be true, and one not because of the other."""
    theirs = frozenset[str]().union(*(atom.before for atom in alignment.evidence.atoms))
    if _REASONS.isdisjoint(theirs):
        given = {word for atom in alignment.claim.atoms for word in _REASONS.intersection(atom.before)}
        if given:
            yield missing(f"the evidence does not say {min(given)!r}", lacking=(min(given),))


_DISJOINT = (
    word_set("man men woman women child children"),
    word_set("adult adults child children"),
    word_set("boy boys girl girls"),
    word_set("son sons daughter daughters"),
    word_set("brother brothers sister sisters"),
)
"""Of which nobody is two at once, so that their numbers add up to one of people."""
_PEOPLE = word_set("people persons")


def summed(claim: str, evidence: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Evidence sentences whose numbers of people add up to the claim's, each with what the claim says of them.

    >>> summed("Five people were hurt.", ["Three children were hurt.", "Two adults were hurt."])
    (('Three children were hurt.', 'Three children were hurt.'), ('Two adults were hurt.', 'Two adults were hurt.'))
    """
    sentences = sentences_of(claim)
    if len(sentences) != 1 or len(evidence) < 2:
        return ()
    counted = _counted(sentences[0].atoms)
    if counted is None or counted[1].lower not in _PEOPLE:
        return ()
    number, people = counted
    rest = [atom for atom in sentences[0].atoms if atom not in (number, people)]
    found, nouns, total = [], set[str](), 0
    for sentence in (each for quote in evidence for each in sentences_of(quote)):
        theirs = _counted(sentence.atoms)
        if theirs is None or not all(any(atom.fits(other) for other in sentence.atoms) for atom in rest):
            continue
        words = claim.replace(number.text, theirs[0].text, 1).replace(people.text, theirs[1].text, 1)
        found.append((sentence.text, f"{words[0].upper()}{words[1:]}"))
        nouns.add(base_form(theirs[1].lower))
        total += _value(theirs[0])
    are_apart = len(nouns) == len(found) > 1 and any(nouns <= {base_form(word) for word in each} for each in _DISJOINT)
    return tuple(found) if are_apart and total == _value(number) > 0 else ()


def _counted(atoms: Sequence[Atom]) -> tuple[Atom, Atom] | None:
    """The only number of a sentence and the noun that it counts; None where there is not one."""
    places = [place for place, atom in enumerate(atoms) if atom.kind is AtomKind.QUANTITY and not atom.unit]
    if len(places) != 1 or places[0] + 1 >= len(atoms) or atoms[places[0]].bound != "=" or atoms[places[0] + 1].before:
        return None
    return atoms[places[0]], atoms[places[0] + 1]


def _value(atom: Atom) -> int:
    """The whole number of a quantity; 0 for another one."""
    number = atom.key.removeprefix("n:")
    return int(number) if number.isdigit() else 0


def name_findings(claim: AtomisedSentence, evidence: Sequence[AtomisedSentence]) -> Iterator[Finding]:
    """Names of several words whose words stand in the evidence, but never beside each other."""
    for left, right in pairwise(claim.atoms):
        if not (left.kind is right.kind is AtomKind.NAME) or right.before:
            continue
        places = [
            (sentence, place) for sentence in evidence for place, atom in enumerate(sentence.atoms) if left.fits(atom)
        ]
        is_there = any(right.fits(atom) for sentence in evidence for atom in sentence.atoms)
        if not places or not is_there:
            continue
        if not any(
            any(right.fits(atom) for atom in sentence.atoms[max(0, place - 3) : place + 4])
            for sentence, place in places
        ):
            yield missing(
                f"the name {f'{left.text} {right.text}'!r} is not in the evidence",
                lacking=(f"{left.text} {right.text}",),
            )


def relative_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the evidence says of another thing in a clause beside it: "A called B, who called C" is no "A called C".

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("Ann paid Tim."), sentences_of("Ann paid Bob, who paid Tim.")
    >>> [finding.reason for finding in relative_findings(align(claim, evidence))]
    ["the evidence says it of 'Bob', not of 'Ann'"]
    """
    places, atoms, tokens = alignment.places, alignment.evidence.atoms, alignment.evidence.tokens
    if len(places) < 3 or places[0] is None or places[-1] is None:
        return
    subject, last = places[0], atoms[places[-1]]
    verbs = [atoms[place] for place in places[1:-1] if place is not None]
    for position in (i for i, word in enumerate(tokens[:-1]) if word == "," and tokens[i + 1] in ("who", "which")):
        rest = tokens[position + 1 :]
        end = position + 1 + (rest.index(",") if "," in rest else len(rest))
        owner = max((place for place, atom in enumerate(atoms) if atom.position < position), default=subject)
        there = [atom for atom in atoms if position < atom.position < end]
        is_of_another = subject < owner and owner not in places and last in there
        if is_of_another and any(verb.fits(atom) for verb in verbs for atom in there):
            mine = alignment.claim.atoms[0].text
            yield missing(f"the evidence says it of {atoms[owner].text!r}, not of {mine!r}", lacking=(mine,))
            return
