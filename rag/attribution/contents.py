"""What a cue governs: which words of its sentence, and of the quotations in it, are those of the speaker.

Before the cue when it stands at the end (`…, he said`), else after it, up to the next cue of the sentence; on both
sides when it stands in the middle (`“A,” he said, “B.”`). Who hears it, when and where it was said, belong to nobody's
words.
"""

from __future__ import annotations

from rag.attribution.cues import Cue
from rag.attribution.quotations import QUOTATION, Token, is_capital, is_possessive
from rag.attribution.reading import SpokenCue
from rag.language.english import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    MODALS,
    MONTHS,
    OBJECTS,
    POSSESSIVES,
    PREPOSITIONS,
    WEEKDAYS,
)
from rag.language.people import ROLES
from rag.language.saying import CUE_FORMS, TO_HEARERS

__all__ = ["Extent", "extents_of"]

Extent = tuple[int, int]
"""From where to where in the text somebody's words stand."""

_N_HEARER = 14
_N_DESCRIBED = 7
_N_BEFORE_THAT = 4
_DAYS = frozenset(WEEKDAYS) | frozenset(MONTHS) | {"today", "yesterday", "tonight", "earlier", "later", "again", "last"}
_SIGNS = frozenset({",", ".", ";", ":", "!", "?", "—", "–", "-", ")", "("})
_FINITE = AUXILIARIES | MODALS


def extents_of(text: str, tokens: list[Token], spoken: list[SpokenCue]) -> list[list[Extent]]:
    """For each cue of a sentence the places of the words that it governs, in reading order; none where there are none.

    What an earlier cue of the sentence governs is not looked into: words within words are those of who says them all.
    """
    found: list[list[Extent]] = []
    position = 0  # tokens before it are taken
    closing = [_clause(one.cue)[0] for one in spoken if _closes(tokens, one.cue)]
    for number, one in enumerate(spoken):
        cue = one.cue
        clause_first, clause_last = _clause(cue)
        is_within = not cue.is_final and any(clause_first < first for first in closing)
        if clause_first < position or is_within:
            found.append([])
            continue
        following = _next_clause(tokens, spoken, number)
        places = _governed(text, tokens, cue, position, following)
        position = max([following if places and places[-1][1] > clause_last else clause_last + 1, position])
        found.append([(tokens[first].start, tokens[last].end) for first, last in places])
    return found


def _clause(cue: Cue) -> tuple[int, int]:
    if cue.subject is None:
        return cue.first, cue.last
    return min(cue.first, cue.subject.first), max(cue.last, cue.subject.last)


def _closes(tokens: list[Token], cue: Cue) -> bool:
    """Whether a cue ends a sentence all of which somebody says: "…, a source said"; not behind a quotation."""
    first, last = _clause(cue)
    if not cue.is_final or cue.subject is None or not first or tokens[first - 1].word == QUOTATION:
        return False
    return not _introduces(tokens, last + 1) and all(token.word != QUOTATION for token in tokens[last + 1 :])


def _next_clause(tokens: list[Token], spoken: list[SpokenCue], number: int) -> int:
    """Where the words after a cue end at the latest: before the next cue that is not part of them."""
    _, clause_last = _clause(spoken[number].cue)
    for later in spoken[number + 1 :]:
        first, _ = _clause(later.cue)
        if first <= clause_last:
            continue
        before = tokens[first - 1].lower if first else ""
        if before in ("while", "but", "and", "though", "although") and tokens[first - 2].lower == ",":
            return first - 2
        if later.cue.is_embedded:
            continue
        if later.cue.is_final or (before in (",", "—", "–", ";", QUOTATION) and later.cue.subject is None):
            return first
        if later.cue.subject is None and before in ("and", "but", "then"):
            return first
    return len(tokens)


def _governed(text: str, tokens: list[Token], cue: Cue, position: int, following: int) -> list[tuple[int, int]]:
    """As first and last token."""
    clause_first, clause_last = _clause(cue)
    if cue.verb == "according":
        if clause_first <= position or tokens[clause_first - 1].lower not in (",", "—", "–", QUOTATION):
            after = _trimmed(tokens, clause_last + 1, following)
            if clause_first - position <= 1 or not _trimmed(tokens, position, clause_first):
                comma = next((at for at in range(clause_last + 1, following) if tokens[at].lower == ","), clause_last)
                after = _trimmed(tokens, comma + 1, following)
                return [after] if after else []
        before = _trimmed(tokens, position, clause_first)
        return [before] if before else []
    quotation = _quotation_before(text, tokens, position, clause_first)
    if quotation >= 0:
        before = _trimmed(tokens, position, quotation + 1)
        after = _resumed(tokens, clause_last + 1, following)
        return [place for place in (before, after) if place]
    if cue.is_final and not _introduces(tokens, clause_last + 1):
        before = _trimmed(tokens, position, clause_first)
        after = _resumed(tokens, clause_last + 1, following)
        return [place for place in (before, after) if place]
    after = _after(tokens, cue, clause_last, following)
    if after:
        return [after]
    if clause_first > position and tokens[clause_first - 1].lower == QUOTATION:
        before = _trimmed(tokens, position, clause_first)
        return [before] if before else []
    return []


def _quotation_before(text: str, tokens: list[Token], position: int, first: int) -> int:
    """The quotation that the clause of a cue follows, as in “Yes,” the lawyer Anna Berg said; -1 for none.

    Its last mark must not be one that ends a sentence, unless the clause begins with its cue or a small letter.
    """
    for at in range(first - 1, max(position - 1, first - _N_DESCRIBED), -1):
        if tokens[at].word == QUOTATION:
            words = text[tokens[at].start : tokens[at].end].rstrip("”\"'’»“ ")
            return at if words.endswith((",", "?", "!", "—", "–", "-")) else -1
        if not tokens[at].word[0].isalnum() and tokens[at].word not in (",", "—", "–", "-"):
            return -1
    return -1


def _trimmed(tokens: list[Token], first: int, end: int) -> tuple[int, int] | None:
    """The tokens without signs and conjunctions at their borders; None when no word is left."""
    while first < end and tokens[first].lower in _SIGNS | {"and", "but"}:
        first += 1
    while end > first and tokens[end - 1].lower in _SIGNS | {"and", "but"} - {")"}:
        end -= 1
    return (first, end - 1) if first < end else None


def _resumed(tokens: list[Token], first: int, end: int) -> tuple[int, int] | None:
    """The words after a cue in the middle, when they go on: a quotation soon, or a verb right after the comma."""
    for at in range(first, min(end, first + _N_HEARER)):
        if tokens[at].word == QUOTATION:
            return _trimmed(tokens, at, end)
    if first + 1 < end and tokens[first].lower == "," and tokens[first + 1].lower in _FINITE:
        return _trimmed(tokens, first + 1, end)
    return None


def _after(tokens: list[Token], cue: Cue, last: int, end: int) -> tuple[int, int] | None:
    """The words after a cue, without who hears them and when."""
    first = _past_hearer(tokens, cue, last + 1, end)
    place = _trimmed(tokens, first, end)
    if place is None:
        return None
    if place[0] == place[1] and tokens[place[0]].lower in _DAYS | ADVERBS:
        return None
    return place


def _introduces(tokens: list[Token], first: int) -> bool:
    """Whether "that" follows soon, as in "Berg, the mayor, said on Tuesday that …"."""
    return any(token.lower == "that" for token in tokens[first : first + _N_BEFORE_THAT])


def _past_hearer(tokens: list[Token], cue: Cue, first: int, end: int) -> int:
    """Past who is told and where, to "that", a colon or a quotation; else past the first phrase or nothing."""
    if first >= end or tokens[first].lower in ("that", ":") or tokens[first].word == QUOTATION:
        return first
    is_told = cue.verb in TO_HEARERS
    if is_told or tokens[first].lower in PREPOSITIONS | _DAYS | {","} or tokens[first].lower.endswith("ly"):
        for at in range(first, min(end, first + _N_HEARER)):
            lower = tokens[at].lower
            if lower in ("that", ":") or tokens[at].word == QUOTATION:
                return at
            if at > first and lower in CUE_FORMS | _FINITE and not is_capital(tokens, at):
                break
    return _past_phrase(tokens, first, end) if is_told else _past_adverbials(tokens, first, end)


def _past_phrase(tokens: list[Token], first: int, end: int) -> int:
    """Past the noun phrase of who is told."""
    if first < end and tokens[first].lower in OBJECTS:
        return _past_adverbials(tokens, first + 1, end)
    at = first
    while at < end and (tokens[at].lower in DETERMINERS | POSSESSIVES or is_possessive(tokens[at])):
        at += 1
    while at < end and (is_capital(tokens, at) or (is_possessive(tokens[at]) and tokens[at].word[0].isupper())):
        at += 1
    while at < end and tokens[at].lower in ROLES | {"reporters", "supporters", "crowd", "audience", "voters"}:
        at += 1
    return _past_adverbials(tokens, at, end)


def _past_adverbials(tokens: list[Token], first: int, end: int) -> int:
    """Past "on Monday", "last week", "again"."""
    at = first
    while at < end:
        lower = tokens[at].lower
        if lower in _DAYS or (lower.isdigit() and at > first):
            at += 1
        elif lower in PREPOSITIONS and at + 1 < end and tokens[at + 1].lower in _DAYS:
            at += 2
        elif at > first and lower in ("morning", "afternoon", "evening", "night", "week", "month", "year", ","):
            at += 1
        else:
            break
    return at
