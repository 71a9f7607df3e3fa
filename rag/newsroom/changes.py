"""Two versions of a document, sentence by sentence, with the words that differ and what kind of words these are.

Which sentence is which is found in `alignment`. What differs in a sentence that changed is read twice: in letters, so
that each stretch has its place in both texts, and as numbers, dates, names and negations, so that "20 per cent" and
"twenty percent" are one number and "3 May" for "May 3" is another wording of one date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.atoms import AtomKind, sentences_of
from rag.checking.polarity import OperatorKind, operators_of
from rag.checking.quantities import quantity_at
from rag.language.english import MONTHS, NEGATING, NEGATIONS, WEEKDAYS
from rag.language.sentences import sentence_spans
from rag.newsroom.alignment import Match, align
from rag.types import Aspect, ChangeKind, Document, SentenceChange, Span, VersionSentence, WordChange

__all__ = ["changes_between", "is_announcement", "sentences_in"]

_TOKEN = re.compile(r"\s+|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[’'][^\W\d_]+)*|.", re.DOTALL)
_MOST_READ = 5_000
"""Changed sentences that are read as numbers, dates and names; of those behind them the letters alone tell."""
_DAYS = frozenset([*MONTHS, *WEEKDAYS, *(month[:3] for month in MONTHS)])
_NEGATING = NEGATIONS | NEGATING
_ANNOUNCED = re.compile(
    r"\b(?:correct(?:ion|ed)|clarif(?:ication|ied)|amended|retract(?:ion|ed)|editor[’']s note"
    r"|(?:an?|this) (?:earlier|previous) version|(?:was|has been) (?:updated|changed|revised))\b",
    re.IGNORECASE,
)


def sentences_in(document: Document) -> list[VersionSentence]:
    """The sentences of a version, cut as all versions are cut now, whatever cut them when they were stored."""
    spans = sentence_spans(document.text, document.metadata.get("language", ""))
    return [
        VersionSentence(ordinal=ordinal, span=span, text=span.slice(document.text))
        for ordinal, span in enumerate(spans)
    ]


def changes_between(old: Sequence[VersionSentence], new: Sequence[VersionSentence]) -> tuple[SentenceChange, ...]:
    """What became of every sentence of either version; see `VersionDiff.sentences` for the order.

    >>> def version(*texts):
    ...     return [VersionSentence(ordinal=n, span=Span(start=0, end=len(t)), text=t) for n, t in enumerate(texts)]
    >>> found = changes_between(version("It cost 20 crowns.", "He left."), version("It cost 25 crowns."))
    >>> [(change.kind.value, [each.value for each in change.aspects]) for change in found]
    [('changed', ['number']), ('gone', [])]
    """
    matches = align([sentence.text for sentence in old], [sentence.text for sentence in new])
    n_read = 0
    found = []
    for match in matches:
        n_read += bool(match.old and match.new and not match.is_same)
        found.append(_change(match, old, new, is_read=n_read <= _MOST_READ))
    return tuple(found)


def is_announcement(sentence: str) -> bool:
    """Whether it says that the text it stands in was corrected or updated.

    >>> is_announcement("Correction, 21 June: it was 355 million."), is_announcement("It rained.")
    (True, False)
    """
    return _ANNOUNCED.search(sentence) is not None


def _change(
    match: Match, old: Sequence[VersionSentence], new: Sequence[VersionSentence], *, is_read: bool
) -> SentenceChange:
    mine, theirs = tuple(old[i] for i in match.old), tuple(new[j] for j in match.new)
    kind = _kind(match)
    if kind not in (ChangeKind.CHANGED, ChangeKind.SPLIT, ChangeKind.JOINED):
        return SentenceChange(kind=kind, old=mine, new=theirs, is_moved=match.is_moved)
    differing = _differing(mine, theirs) if is_read else None
    words = tuple(_word_changes(mine, theirs, differing))
    aspects = {change.aspect for change in words} | (differing or set()) or {Aspect.FORM}  # cut at another place
    return SentenceChange(
        kind=kind,
        old=mine,
        new=theirs,
        words=words,
        aspects=tuple(aspect for aspect in Aspect if aspect in aspects),
        is_moved=match.is_moved,
    )


def _kind(match: Match) -> ChangeKind:
    if not match.old:
        return ChangeKind.NEW
    if not match.new:
        return ChangeKind.GONE
    if match.is_same:
        return ChangeKind.MOVED if match.is_moved else ChangeKind.KEPT
    if len(match.new) > 1:
        return ChangeKind.SPLIT
    return ChangeKind.JOINED if len(match.old) > 1 else ChangeKind.CHANGED


# What differs as a person reads it


_ASPECT = {AtomKind.QUANTITY: Aspect.NUMBER, AtomKind.DATE: Aspect.DATE, AtomKind.NAME: Aspect.NAME}


def _differing(old: Sequence[VersionSentence], new: Sequence[VersionSentence]) -> set[Aspect]:
    """Which of numbers, dates, names and negations one side has and the other has not."""
    mine, theirs = _said(old), _said(new)
    return {aspect for aspect, _ in (mine - theirs) + (theirs - mine)}


def _said(sentences: Sequence[VersionSentence]) -> Counter[tuple[Aspect, str]]:
    said: Counter[tuple[Aspect, str]] = Counter()
    for sentence in sentences_of(" ".join(each.text for each in sentences)):
        for atom in sentence.atoms:
            if atom.kind in _ASPECT:
                key = f"{atom.bound} {atom.key} {atom.unit}" if atom.kind is AtomKind.QUANTITY else atom.key
                said[_ASPECT[atom.kind], key] += 1
        said[Aspect.NEGATION, ""] += sum(found.kind is OperatorKind.NEGATION for found in operators_of(sentence))
    return said


# What differs in letters


class _Token(NamedTuple):
    text: str
    span: Span


def _tokens(sentences: Sequence[VersionSentence]) -> list[_Token]:
    """Words, numbers, marks and blanks, each with its place in the whole text; all letters are in one of them.

    Between two sentences stands one blank of no length where nothing is of either.
    """
    found: list[_Token] = []
    for sentence in sentences:
        start = sentence.span.start
        if found:
            found.append(_Token(" ", Span(start=found[-1].span.end, end=start)))
        found += [
            _Token(match.group(), Span(start=start + match.start(), end=start + match.end()))
            for match in _TOKEN.finditer(sentence.text)
        ]
    return found


def _word_changes(
    old: Sequence[VersionSentence], new: Sequence[VersionSentence], differing: set[Aspect] | None
) -> Iterator[WordChange]:
    """differing: what differs as a person reads it; None where that was not read."""
    mine, theirs = _tokens(old), _tokens(new)
    for start_i, end_i, start_j, end_j in _stretches(mine, theirs):
        before, after = mine[start_i:end_i], theirs[start_j:end_j]
        yield WordChange(
            old=_span(mine, start_i, end_i),
            new=_span(theirs, start_j, end_j),
            before="".join(token.text for token in before),
            after="".join(token.text for token in after),
            aspect=Aspect.NAME
            if _are_names(mine, start_i, end_i) and _are_names(theirs, start_j, end_j)
            else _aspect(before, after, differing),
        )


def _are_names(tokens: Sequence[_Token], start: int, end: int) -> bool:
    """Whether all words there have capitals that do not come from where they stand: behind a blank, not in front."""
    words = [token.text for token in tokens[start:end] if token.text[0].isalnum()]
    is_inside = start > 0 and tokens[start - 1].text.isspace()
    are_days = any(word.lower() in _DAYS for word in words)
    return bool(words) and is_inside and not are_days and all(word[0].isupper() for word in words)


def _span(tokens: Sequence[_Token], start: int, end: int) -> Span:
    if start < end:
        return Span(start=tokens[start].span.start, end=tokens[end - 1].span.end)
    at = tokens[start].span.start if start < len(tokens) else tokens[-1].span.end
    return Span(start=at, end=at)


def _stretches(mine: Sequence[_Token], theirs: Sequence[_Token]) -> list[tuple[int, int, int, int]]:
    """Where the two differ; stretches with nothing but one blank between them are one."""
    from rapidfuzz.distance import Indel

    found: list[tuple[int, int, int, int]] = []
    for code in Indel.opcodes([token.text for token in mine], [token.text for token in theirs]):
        if code.tag == "equal":
            continue
        here = (code.src_start, code.src_end, code.dest_start, code.dest_end)
        if found and _is_near(mine, found[-1][1], here[0]) and _is_near(theirs, found[-1][3], here[2]):
            here = (found[-1][0], here[1], found[-1][2], here[3])
            found.pop()
        found.append(here)
    return found


def _is_near(tokens: Sequence[_Token], end: int, start: int) -> bool:
    return start - end <= 1 and not any(token.text.strip() for token in tokens[end:start])


def _aspect(before: Sequence[_Token], after: Sequence[_Token], differing: set[Aspect] | None) -> Aspect:
    """The weightiest of what differs that the words of a stretch speak of."""
    words = [token.text for token in (*before, *after) if token.text[0].isalnum()]
    lower = {word.lower().replace("’", "'") for word in words}
    one, other = (_letters(tokens) for tokens in (before, after))
    if one == other:
        return Aspect.FORM
    may_be = set(Aspect) if differing is None else differing
    is_number = any(quantity_at([word.lower()], 0) for word in words)
    is_day = any(word.lower() in _DAYS and (word[0].isupper() or word.isdigit()) for word in words)
    if Aspect.NUMBER in may_be and is_number and not (is_day and Aspect.DATE in may_be):
        return Aspect.NUMBER
    if Aspect.DATE in may_be and (is_day or is_number):
        return Aspect.DATE
    if Aspect.NAME in may_be and any(word[0].isupper() for word in words):
        return Aspect.NAME
    if Aspect.NEGATION in may_be and any(word in _NEGATING or word.endswith("n't") for word in lower):
        return Aspect.NEGATION
    return Aspect.WORDING


def _letters(tokens: Sequence[_Token]) -> str:
    return "".join(token.text for token in tokens if token.text[0].isalnum()).lower()
