"""A draft cut into what is checked: quotations, sentences that say who says what, and other claims.

A quotation is checked word for word, to whomever it is given; the sentence around it as well, where it says more than
who speaks. What stands inside a quotation is part of it; a quotation inside another is looked at by itself only when
the outer one is not found. Headlines, bylines, datelines and questions claim nothing that documents could prove: they
are named, and left alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from rag.attribution.attribution import Attribution, attribute
from rag.attribution.names import is_description
from rag.attribution.quotations import Quotation, find_paragraphs, find_quotations
from rag.language.english import ARTICLES, PREPOSITIONS, one_of
from rag.language.people import GROUPS, ROLES
from rag.language.saying import CUE_FORMS, REPORTED
from rag.language.sentences import sentence_spans
from rag.language.words import content_words
from rag.newsroom.draft.lexicon import BYLINE, DATELINE, WORK
from rag.newsroom.draft.source_text import full_speaker
from rag.types import DraftPart, Span

__all__ = ["Part", "cut"]

_MOST_TAG_WORDS = 14
_MOST_NEW_IN_TAG, _MOST_NEW_BESIDE_FEW = 5, 2
"""Words of a sentence beside its quotation that only say who speaks, to whom and when."""
_FEWEST_QUOTED = 4
_MOST_HEADING_WORDS = 18
_SCARED, _SCARED_OF_ANY = 3, 2
_ENDS = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*\s*$")
_ASKS = re.compile(r"[?？][\"'”’»)\]]*$")
_TITLE_CASE = re.compile(rf"^(?:[A-Z0-9][\w’'-]*|{one_of(ARTICLES | PREPOSITIONS | {'and', 'or'})}|[&:–-])$")
_FULL_NAME = r"(?P<name>[A-Z][\w’'-]+(?: [A-Z]\.)?(?: [A-Z][\w’'-]+){1,2})"
_VERB = rf"(?:{one_of(REPORTED | {'tells', 'adds'})})"
_NAME_SAYS = re.compile(rf",?\s{_FULL_NAME} {_VERB}\b")
_SAYS_NAME = re.compile(rf",?\s{_VERB} {_FULL_NAME}(?=[,.])")
_BULLET = re.compile(r"^(?:[-*•–—]|\d{1,2}[.)])\s+")


class Part(NamedTuple):
    """One part of a draft.

    span: what is checked; of a quotation its words without marks. sentence: the one it stands in, or begins in.
    speaker: to whom the draft gives it; empty for nobody, or when that cannot be told.
    is_said: the draft says that somebody says it, whoever that is.
    unchecked: why documents cannot prove it; empty where they can.
    is_light: nobody is wrong who uses it without a source, a headline or a word in scare quotes; it is looked up all
        the same.
    inner: the quotations inside this one. has_quotation: of a sentence, that words in it are quoted.
    """

    kind: DraftPart
    span: Span
    sentence: Span
    speaker: str = ""
    is_said: bool = False
    unchecked: str = ""
    is_light: bool = False
    inner: tuple[Span, ...] = ()
    has_quotation: bool = False


def cut(text: str, language: str = "") -> list[Part]:
    """The parts of a draft in its order.

    language: ISO 639-1 code of the draft, or empty.

    >>> draft = "The Pier\\n\\n“It is closed,” said Ann Lee. The pier was built in 1932."
    >>> [(part.kind.value, part.span.slice(draft), part.speaker) for part in cut(draft)]
    [('claim', 'The Pier', ''), ('quotation', 'It is closed,', 'Ann Lee'), ('claim', 'The pier was built in 1932.', '')]
    """
    sentences = sentence_spans(text, language)
    quotations = find_quotations(text, find_paragraphs(text))
    said = {found.sentence: found for found in attribute(text, sentences)}
    starts = [sentence.start for sentence in sentences]
    parts: list[Part] = []
    for quotation in quotations:
        number = max(0, bisect_right(starts, quotation.start) - 1)
        if part := _quoted(text, quotation, number, sentences, said):
            parts.append(part)
    for number, sentence in enumerate(sentences):
        if part := _told(text, sentence, quotations, said.get(number)):
            parts.append(part)
    return sorted(parts, key=lambda part: (part.span.start, part.span.end))


def _quoted(
    text: str, quotation: Quotation, number: int, sentences: Sequence[Span], said: dict[int, Attribution]
) -> Part | None:
    span = _trimmed(text, Span(start=quotation.inner_start, end=quotation.inner_end))
    words = span.slice(text).split()
    if not any(letter.isalnum() for letter in span.slice(text)) or not sentences:
        return None
    sentence = sentences[number]
    attribution = next(
        (
            found
            for found in _touching(number, span, sentences, said)
            if any(span.overlaps(one) for one in found.quotes)
        ),
        None,
    )
    beside = said.get(number)
    is_said = attribution is not None or (beside is not None and beside.cue is not None and len(words) > _SCARED)
    before = text[max(sentence.start, quotation.start - 40) : quotation.start]
    is_title = _is_title(words) and attribution is None
    beside_it = _speaker_beside(text, quotation)
    is_scared = len(words) <= _SCARED and (attribution is None or attribution.cue is None)
    is_scared = is_scared or (len(words) <= _SCARED_OF_ANY and attribution is not None and _is_anybody(attribution))
    inner = find_quotations(text, [(quotation.inner_start, quotation.inner_end)])
    return Part(
        DraftPart.QUOTATION,
        span,
        sentence,
        speaker=full_speaker(text, attribution) if attribution and attribution.speaker else beside_it,
        is_said=is_said or bool(beside_it),
        is_light=is_title or is_scared or bool(WORK.search(before)),
        inner=tuple(
            Span(start=one.inner_start, end=one.inner_end)
            for one in inner
            if one.is_closed and one.end - one.start < len(span) and one.inner_end > one.inner_start
        ),
    )


def _speaker_beside(text: str, quotation: Quotation) -> str:
    """A full name and a verb of saying right behind a quotation, where attribution makes nothing of them."""
    behind = text[quotation.end : quotation.end + 100]
    found = _NAME_SAYS.match(behind) or _SAYS_NAME.match(behind)
    return found["name"] if found else ""


def _is_anybody(attribution: Attribution) -> bool:
    """Whether no person and no body is named: "critics", "some", "a source"."""
    words = [word.lower() for word in attribution.speaker.split()]
    return is_description(attribution.speaker) or not (GROUPS | ROLES).isdisjoint(
        {words[-1], words[-1].removesuffix("s")}
    )


def _touching(number: int, span: Span, sentences: Sequence[Span], said: dict[int, Attribution]) -> list[Attribution]:
    """What is known of the sentences that a quotation stands in."""
    found = []
    while number < len(sentences) and sentences[number].start < span.end:
        if number in said:
            found.append(said[number])
        number += 1
    return found


def _is_title(words: Sequence[str]) -> bool:
    plain = [word.strip(".,;:!?") for word in words]
    n_capitals = sum(word[:1].isupper() for word in plain)
    is_cased = 2 <= len(plain) <= 12 and all(_TITLE_CASE.match(word) for word in plain if word) and n_capitals >= 2
    return is_cased and n_capitals * 2 >= len(plain) and not words[-1].endswith((".", "!", "?"))


def _told(text: str, sentence: Span, quotations: Sequence[Quotation], attribution: Attribution | None) -> Part | None:
    """The sentence as a claim; None when all of it is quoted, or only says who speaks."""
    inside = [one for one in quotations if one.start < sentence.end and one.end > sentence.start]
    narrative = _without(text, sentence, inside)
    words = narrative.split()
    n_quoted = max((len(text[one.inner_start : one.inner_end].split()) for one in inside), default=0)
    if not any(letter.isalnum() for letter in narrative):
        return None
    is_said = attribution is not None and attribution.cue is not None
    if inside and len(words) <= _MOST_TAG_WORDS:
        known = content_words(attribution.speaker) if attribution else []
        new = [word for word in content_words(narrative) if word not in known and word not in CUE_FORMS]
        if len(new) <= (_MOST_NEW_IN_TAG if n_quoted >= _FEWEST_QUOTED and attribution else _MOST_NEW_BESIDE_FEW):
            return None
    span = _without_dateline(text, sentence)
    kind = DraftPart.ATTRIBUTED if is_said else DraftPart.CLAIM
    part = Part(
        kind,
        span,
        sentence,
        speaker=full_speaker(text, attribution) if attribution and is_said else "",
        is_said=is_said,
    )
    part = part._replace(has_quotation=bool(inside))
    line = _line_of(text, sentence)
    if BYLINE.match(line) and len(line.split()) <= _MOST_HEADING_WORDS:
        return part._replace(unchecked="a byline or credit")
    if _ASKS.search(span.slice(text)):
        return part._replace(unchecked="a question")
    if len(span.slice(text).split()) < 2 and not inside:
        return part._replace(unchecked="a single word")
    is_heading = not _ENDS.search(line) and len(line.split()) <= _MOST_HEADING_WORDS and not _BULLET.match(line)
    return part._replace(is_light=is_heading)


def _without(text: str, sentence: Span, quotations: Sequence[Quotation]) -> str:
    pieces, position = [], sentence.start
    for one in quotations:
        pieces.append(text[position : max(position, one.start)])
        position = max(position, min(one.end, sentence.end))
    return " ".join([*pieces, text[position : sentence.end]])


def _without_dateline(text: str, sentence: Span) -> Span:
    if sentence.start and text[: sentence.start].rstrip(" \t")[-1:] not in ("", "\n"):
        return sentence
    found = DATELINE.match(text, sentence.start, sentence.end) or _BULLET.match(text[sentence.start : sentence.end])
    if found is None:
        return sentence
    start = found.end() if found.re is DATELINE else sentence.start + found.end()
    return Span(start=start, end=sentence.end) if start < sentence.end else sentence


def _line_of(text: str, span: Span) -> str:
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    return text[start : end if end >= 0 else len(text)].strip().lstrip("#").strip()


def _trimmed(text: str, span: Span) -> Span:
    piece = span.slice(text)
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start=start, end=max(start, span.start + len(piece.rstrip())))
