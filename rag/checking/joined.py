"""Whether a claim puts together what several cited sentences say of different things.

Each clause of a claim must stand in one cited sentence: "the bridge table was dropped" follows from no sentence about
the bridge and another about a table. Its names may stand in another cited sentence where the one that has the rest has
a pronoun, or a part of the name, in their place. Clauses that "and" joins may come from different sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.checking.atoms import Atom, AtomKind, Sentence
from rag.checking.findings import Finding, missing
from rag.checking.lexicon import LIGHT_WORDS, word_set

__all__ = ["fragment_findings", "joining_findings"]

_JOINTS = word_set("and but while whereas ; which who where whose although though because after before when as :")
_PRONOUNS = word_set(
    "he she it they him her them his its their i we me us my our you your who whose himself herself itself this these"
)
_AUXILIARIES = word_set(
    "is are was were be been am has have had do does did will would can could may might must should"
)
_N_NEAR = 2
"""Atoms between a pronoun and what stands beside the name in the claim."""


def joining_findings(claim: Sentence, cited: Sequence[Sequence[Sentence]], speaking: set[int]) -> Iterator[Finding]:
    """Clauses of the claim that no single quote has; `cited` has the sentences of each quote, `speaking` who speaks."""
    if len(cited) < 2:
        return
    whole = [i for i, atom in enumerate(claim.atoms) if i not in speaking and atom.lower not in LIGHT_WORDS]
    covering = {i: {q for q, quote in enumerate(cited) if _has(quote, claim.atoms[i])} for i in whole}
    whole = [i for i in whole if covering[i]]
    if any(_is_from(claim, whole, cited[q], q, covering) for q in range(len(cited))):
        return
    opening: list[int] = []
    for clause in _clauses(claim, whole):
        fitting = [q for q in range(len(cited)) if _is_from(claim, clause, cited[q], q, covering)]
        if opening and _has_no_subject(claim.atoms[clause[0]]):
            fitting = [q for q in fitting if _is_about(claim, opening, cited[q])]
        if not fitting:
            words = " ".join(claim.atoms[i].text for i in clause[:6])
            yield missing(f"no single sentence that is cited says {words!r}")
            return
        opening = opening or clause


def fragment_findings(claim: Sentence, evidence: Sequence[Sentence]) -> Iterator[Finding]:
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


def _has(quote: Sequence[Sentence], atom: Atom) -> bool:
    return any(atom.fits(other) for sentence in quote for other in sentence.atoms)


def _clauses(claim: Sentence, indexes: Sequence[int]) -> list[list[int]]:
    """The indexes in groups, cut where a clause begins; a group without a word and another atom is no clause."""
    groups: list[list[int]] = [[]]
    for i in indexes:
        if groups[-1] and not _JOINTS.isdisjoint(claim.atoms[i].before):
            groups.append([])
        groups[-1].append(i)
    clauses: list[list[int]] = []
    for group in groups:
        is_clause = len(group) > 1 and any(claim.atoms[i].kind is AtomKind.WORD for i in group)
        if clauses and not is_clause:
            clauses[-1] += group
        elif group:
            clauses.append(group)
    return clauses


def _is_from(
    claim: Sentence, clause: Sequence[int], quote: Sequence[Sentence], number: int, covering: dict[int, set[int]]
) -> bool:
    """Whether the quote has the clause, but for names for which it has a pronoun or a part of the name."""
    lacking = [i for i in clause if number not in covering[i]]
    return len(lacking) < max(1, len(clause)) and all(_is_named_otherwise(claim, i, quote) for i in lacking)


def _is_named_otherwise(claim: Sentence, index: int, quote: Sequence[Sentence]) -> bool:
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
    left, right = atoms[first - 1] if first else None, atoms[last + 1] if last + 1 < len(atoms) else None
    return any(_has_pronoun_near(sentence, left) or _has_pronoun_near(sentence, right) for sentence in quote)


def _has_pronoun_near(sentence: Sentence, beside: Atom | None) -> bool:
    if beside is None:
        return False
    for place, atom in enumerate(sentence.atoms):
        near = sentence.atoms[max(0, place - _N_NEAR + 1) : place + _N_NEAR]
        is_last = place == len(sentence.atoms) - 1
        words = {word for other in near for word in other.before} | set(sentence.after if is_last else ())
        if beside.fits(atom) and not _PRONOUNS.isdisjoint(words):
            return True
    return False


def _has_no_subject(atom: Atom) -> bool:
    """Whether a clause that begins with the atom takes its subject from the one before: "and she was"."""
    is_pronoun = not _PRONOUNS.isdisjoint(atom.before)
    return is_pronoun or (atom.kind is AtomKind.WORD and not {"the", "a", "an"} & set(atom.before))


def _is_about(claim: Sentence, opening: Sequence[int], quote: Sequence[Sentence]) -> bool:
    """Whether the quote speaks of the first thing of the claim, or has a pronoun that may."""
    subject = claim.atoms[opening[0]]
    return _has(quote, subject) or any(not _PRONOUNS.isdisjoint(sentence.tokens) for sentence in quote)
