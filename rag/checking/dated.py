"""What the evidence has, but not like this: used twice, put together from two dates, joined by another conjunction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from rag.checking.alignment import Alignment
from rag.checking.atoms import Atom, AtomKind, Sentence
from rag.checking.findings import Finding, conflict, missing
from rag.checking.lexicon import word_set

__all__ = ["conjunction_findings", "count_findings", "date_findings", "reason_findings"]

_COUNTED = frozenset({AtomKind.QUANTITY, AtomKind.DATE})
_PRONOUNS = word_set(
    "he she it they him her them his its their i we me us my our you your who whose himself herself itself"
)
_RANGE = word_set("and to until till or -")
_CONJUNCTIONS = word_set("and or nor")
_REASONS = frozenset({"because", "therefore", "thus", "hence"})


def count_findings(claim: Sentence, evidence: Sequence[Sentence]) -> Iterator[Finding]:
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
            yield conflict(f"the claim has {atom.text!r} {_times(n_mine)}, the evidence {_times(n_theirs)}")


def _n_pronouns(sentence: Sentence) -> int:
    return sum(token in _PRONOUNS for token in sentence.tokens)


def _has_range(sentence: Sentence) -> bool:
    """Whether two dates share a part: "between January and May 2020"."""
    dates = _dates(sentence)
    return any(not _RANGE.isdisjoint(right[0].before) for _, right in pairwise(dates))


def _is_name(atom: Atom) -> bool:
    return atom.kind is AtomKind.NAME and not atom.is_first


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def date_findings(claim: Sentence, evidence: Sequence[Sentence]) -> Iterator[Finding]:
    """Dates of several parts that the evidence does not put together: the day of one date with the year of another."""
    dates = [date for sentence in evidence for date in _dates(sentence)]
    for mine in _dates(claim):
        parts = _parts(mine)
        if len(parts) < 2:
            continue
        alike = [date for date in dates if any(_parts(date).get(part) == value for part, value in parts.items())]
        if not alike or any(_is_compatible(parts, _parts(date)) for date in alike):
            continue
        yield conflict(f"the evidence has the date {alike[0][0].text!r}, not {mine[0].text!r}")


def _dates(sentence: Sentence) -> list[tuple[Atom, ...]]:
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
                f"the claim {min(ours)!r}"
            )


def reason_findings(alignment: Alignment) -> Iterator[Finding]:
    """A reason that the evidence does not give: both halves may be true, and one not because of the other."""
    theirs = frozenset[str]().union(*(atom.before for atom in alignment.evidence.atoms))
    if _REASONS.isdisjoint(theirs):
        given = {word for atom in alignment.claim.atoms for word in _REASONS.intersection(atom.before)}
        if given:
            yield missing(f"the evidence does not say {min(given)!r}")
