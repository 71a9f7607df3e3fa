"""A timeline of a subject: sentences about it, each with its date, and those that say different numbers of one thing.

Retrieval ranks; what is kept is a cut of that ranking. A sentence is about the subject when it holds half of what the
subject says, rare words weighing more, and fits it a third as well as the best one; or when it fits almost as well as
that one without holding its words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.answering.citations import surroundings_of
from rag.checking.atoms import Atom, AtomKind, sentences_of
from rag.checking.attributed import assertion_of
from rag.language.words import content_stems
from rag.newsroom.dates import Dated, date_of
from rag.types import DateOrigin, Document, Evidence, Timeline, TimelineConflict, TimelineRow

__all__ = ["MOST_SENTENCES", "about", "timeline_of"]

MOST_SENTENCES = 300
"""Sentences that are looked at, those that retrieval ranks first."""
LEAST_SHARE = 0.45
"""Of the subject's words, by weight, that a sentence holds; fitted on articles of the tune half, see eval/LOG.md."""
LEAST_FIT = 0.35
LEAST_FIT_WITHOUT = 0.85
"""Scores, as shares of the best one's, for sentences with and without these words; fitted with it."""

_LEAST_ALIKE = 0.6
_LEAST_SHARED = 3


def about(subject: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Those of the sentences that are about the subject, in their order."""
    asked = content_stems(subject)
    stems = [content_stems(f"{each.quote} {each.speaker}") for each in evidence]
    weights = {word: math.log((len(stems) + 1) / (0.5 + sum(word in held for held in stems))) for word in asked}
    whole = sum(weights.values())
    best = max((each.score for each in evidence), default=0.0)
    kept = []
    for each, held in zip(evidence, stems, strict=True):
        share = sum(weights[word] for word in asked & held) / whole if whole else 0.0
        least = LEAST_FIT if share >= LEAST_SHARE else LEAST_FIT_WITHOUT
        if each.score > 0 and each.score >= least * best:
            kept.append(each)
    return kept


class _Place(NamedTuple):
    evidence: Evidence
    dated: Dated


def timeline_of(
    subject: str,
    evidence: Sequence[Evidence],
    *,
    document_of: Callable[[str], Document],
    since: str = "",
    until: str = "",
    searched: str = "",
) -> Timeline:
    """The rows that sentences about the subject make.

    since, until: days, months or years, as in "2025-03"; rows that may lie between them are kept.
    """
    dated = [(each, date_of(each.quote, each.published)) for each in evidence]
    places = [_Place(each, found) for each, found in dated if found is not None]
    inside = [place for place in places if _is_between(place.dated, since, until)]
    inside.sort(key=lambda place: (place.dated.first, place.dated.last, -place.evidence.score, place.evidence.number))
    rows = [_row(number, place, document_of) for number, place in enumerate(inside, start=1)]
    conflicts = tuple(_conflicts(rows))
    against: dict[int, list[int]] = {}
    for conflict in conflicts:
        one, other = conflict.rows
        against.setdefault(one, []).append(other)
        against.setdefault(other, []).append(one)
    return Timeline(
        subject=subject,
        rows=tuple(replace(row, conflicts=tuple(sorted(against.get(row.number, ())))) for row in rows),
        conflicts=conflicts,
        searched=searched,
        n_undated=len(dated) - len(places),
        n_outside=len(places) - len(inside),
    )


def _is_between(dated: Dated, since: str, until: str) -> bool:
    """Compared as far as what was asked for goes: "2025-03" begins with its first day and ends with its last."""
    is_late_enough = not since or dated.last.isoformat()[: len(since)] >= since
    return is_late_enough and (not until or dated.first.isoformat()[: len(until)] <= until)


def _row(number: int, place: _Place, document_of: Callable[[str], Document]) -> TimelineRow:
    evidence, dated = place
    around = surroundings_of(evidence.span, document_of(evidence.document_id).text, evidence.title)
    return TimelineRow(
        number=number,
        date=dated.text,
        first_day=dated.first.isoformat(),
        last_day=dated.last.isoformat(),
        origin=dated.origin,
        words=dated.words,
        quote=evidence.quote,
        document_id=evidence.document_id,
        source=evidence.source,
        title=evidence.title,
        span=evidence.span,
        score=evidence.score,
        published=evidence.published,
        speaker=evidence.speaker,
        also_in=evidence.also_in,
        assertion=assertion_of(evidence.quote, around, speaker=evidence.speaker),
    )


# Conflicts


class _Said(NamedTuple):
    """What a row says beside its numbers, and the numbers by what they count."""

    words: frozenset[str]
    numbers: dict[str, dict[str, str]]
    """What is counted → keys of the numbers → as they are written."""


def _conflicts(rows: Sequence[TimelineRow]) -> Iterator[TimelineConflict]:
    """Pairs of rows about one thing, at one time as far as they say, that count it differently."""
    said = [_said(row.quote) for row in rows]
    for i, one in enumerate(rows):
        for j in range(i + 1, len(rows)):
            if not said[i].numbers.keys() & said[j].numbers.keys() or not _may_be_one_time(one, rows[j]):
                continue
            shared = said[i].words & said[j].words
            if len(shared) < max(_LEAST_SHARED, _LEAST_ALIKE * min(len(said[i].words), len(said[j].words))):
                continue
            reason = _reason(said[i], said[j])
            if reason:
                yield TimelineConflict(rows=(one.number, rows[j].number), reason=reason)


def _said(quote: str) -> _Said:
    words: set[str] = set()
    numbers: dict[str, dict[str, str]] = {}
    for sentence in sentences_of(quote):
        for position, atom in enumerate(sentence.atoms):
            if atom.kind is AtomKind.QUANTITY:
                counted = _counted(sentence.atoms, position)
                if counted:
                    numbers.setdefault(counted, {})[f"{atom.key} {atom.unit}"] = atom.text
            elif atom.kind is not AtomKind.DATE:
                words.add(atom.key)
    return _Said(frozenset(words), numbers)


def _counted(atoms: Sequence[Atom], position: int) -> str:
    """What a number is of: its unit, or the word right behind it; empty where neither is there."""
    atom = atoms[position]
    following = atoms[position + 1] if position + 1 < len(atoms) else None
    if following is not None and following.kind is AtomKind.WORD and following.position == atom.end:
        return following.key
    return atom.unit


def _may_be_one_time(one: TimelineRow, other: TimelineRow) -> bool:
    """Days that both sentences name have to meet; a sentence that names none may be of any day."""
    if DateOrigin.PUBLISHED in (one.origin, other.origin):
        return True
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def _reason(one: _Said, other: _Said) -> str:
    for counted in sorted(one.numbers.keys() & other.numbers.keys()):
        mine, theirs = one.numbers[counted], other.numbers[counted]
        if mine.keys().isdisjoint(theirs):
            return f"{' and '.join(mine.values())} here, {' and '.join(theirs.values())} there"
    return ""
