"""A document as drafts are held against it: its words, its quotations, who says them, and which outlet it is of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from rag.attribution.attribution import Attribution, attribute
from rag.attribution.names import name_words
from rag.attribution.quotations import Quotation, find_paragraphs, find_quotations
from rag.language.english import THIRD_PERSON
from rag.language.words import content_stems
from rag.newsroom.draft.words import Vocabulary, Words, read_words
from rag.types import Document, DraftPlace, Sentence, Span

__all__ = ["Said", "SourceText", "Stream", "full_speaker"]

_SMALL_NAME = re.compile(r"(?<!\w)(Per|Will) $")
_BREAK = "\x01"
"""Stands for no word, so that nothing is found over it."""
_LONGEST_TAG = 30
"""Words between two parts of one quotation: "…," Ann Lee told reporters on the quay on Monday. "…"."""
_ABOUT = 400
"""Characters at the start and the end of a text that say what it is."""
_AROUND = 240


def full_speaker(text: str, attribution: Attribution) -> str:
    """The speaker, with a given name that is spelt like a small word: "said Per Solberg"."""
    speaker, span = attribution.speaker, attribution.speaker_span
    if not speaker or span is None:
        return speaker
    given = _SMALL_NAME.search(text[max(0, span.start - 6) : span.start])
    named = f"{given[1]} {span.slice(text)}" if given else ""
    return named if named and named.split()[-1] == speaker.split()[-1] else speaker


class Said(NamedTuple):
    """Who says the words at a place; `is_sure` when they stand in quotation marks that are known to be theirs."""

    speaker: str
    is_sure: bool


class Stream(NamedTuple):
    """Words of a document one after the other; `numbers[i]` is the number among all of those at letter i, or -1."""

    encoded: str
    numbers: Sequence[int]


class SourceText:
    """One document. What is read from it is read when it is first asked for."""

    def __init__(self, document: Document, sentences: Sequence[Sentence], vocabulary: Vocabulary) -> None:
        self.document = document
        self.sentences = sentences
        self._vocabulary = vocabulary
        self._starts = [sentence.span.start for sentence in sentences]

    @property
    def text(self) -> str:
        """All of it."""
        return self.document.text

    @cached_property
    def words(self) -> Words:
        """Its words."""
        return read_words(self.text, self._vocabulary)

    @cached_property
    def quotations(self) -> list[Quotation]:
        """Its outermost quotations."""
        return find_quotations(self.text, find_paragraphs(self.text))

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        """All its words, and those in quotation marks without what stands between two parts of one quotation."""
        whole = Stream(self.words.encoded, range(len(self.words.encoded)))
        spoken = self._spoken()
        return (whole, spoken) if spoken.encoded else (whole,)

    def _spoken(self) -> Stream:
        letters: list[str] = []
        numbers: list[int] = []
        starts = [start for start, _ in self.words.spans]
        last_end, last_speaker = -1, ""
        for quotation in self.quotations:
            first, end = bisect_left(starts, quotation.inner_start), bisect_left(starts, quotation.inner_end)
            if first >= end:
                continue
            speaker = self.said_at(Span(start=quotation.inner_start, end=quotation.inner_end)).speaker
            is_same = not speaker or not last_speaker or speaker == last_speaker
            if last_end < 0 or first - last_end > _LONGEST_TAG or not is_same:
                letters.append(_BREAK)
                numbers.append(-1)
            letters.append(self.words.encoded[first:end])
            numbers.extend(range(first, end))
            last_end, last_speaker = end, speaker
        return Stream("".join(letters), numbers)

    @cached_property
    def _attributions(self) -> dict[int, Attribution]:
        return {found.sentence: found for found in attribute(self.text, [each.span for each in self.sentences])}

    @cached_property
    def _speakers(self) -> dict[int, str]:
        """Who speaks in each sentence of `_attributions`; "he" is whom the attribution before means by his name."""
        found: dict[int, str] = {}
        short, full = "", ""
        for number, attribution in self._attributions.items():
            speaker = full_speaker(self.text, attribution)
            span = attribution.speaker_span
            goes_on = span is None or span.slice(self.text).lower() in THIRD_PERSON
            found[number] = full if goes_on and speaker == short else speaker
            short, full = attribution.speaker, found[number]
        return found

    def numbers_at(self, span: Span) -> range:
        """Numbers of the sentences that share a character with the span."""
        first = max(0, bisect_right(self._starts, span.start) - 1)
        while first < len(self.sentences) and self.sentences[first].span.end <= span.start:
            first += 1
        return range(first, max(first, bisect_left(self._starts, span.end)))

    def said_at(self, span: Span) -> Said:
        """Who says what stands at the span."""
        speaker, is_sure = "", False
        for number in self.numbers_at(span):
            attribution = self._attributions.get(number)
            if attribution is None or not attribution.speaker:
                continue
            if any(span.overlaps(one) for one in attribution.quotes):
                return Said(self._speakers[number], True)
            if attribution.cue is not None and not self.is_quoted(span):
                speaker = speaker or self._speakers[number]
        return Said(speaker, is_sure)

    def is_quoted(self, span: Span) -> bool:
        """Whether all of the span stands inside quotation marks, those of several parts too."""
        inside = [one for one in self.quotations if one.start < span.end and one.end > span.start]
        return bool(inside) and inside[0].start <= span.start and span.end <= inside[-1].end

    def speakers_at(self, span: Span) -> set[str]:
        """Everybody to whom the sentences at the span give words, also where their quotations cannot be told apart."""
        found = {self._speakers[number] for number in self.numbers_at(span) if number in self._speakers}
        return {speaker for speaker in found if speaker}

    @cached_property
    def about(self) -> str:
        """What says whose text it is: title, publisher, author, address, and how it begins and ends."""
        document = self.document
        said = (document.metadata.get(name, "") for name in ("publisher", "author", "url", "site"))
        return "\n".join([document.title, *said, document.source, self.text[:_ABOUT], self.text[-_ABOUT:]])

    @cached_property
    def about_words(self) -> frozenset[str]:
        """The folded words of `about`."""
        return frozenset(name_words(self.about))

    def stems(self, number: int) -> frozenset[str]:
        """The stems of the words of a sentence that carry meaning."""
        known = self._stems.get(number)
        if known is None:
            known = self._stems[number] = frozenset(content_stems(self.sentences[number].span.slice(self.text)))
        return known

    @cached_property
    def _stems(self) -> dict[int, frozenset[str]]:
        return {}

    def place(self, span: Span) -> DraftPlace:
        """The place, with who speaks there and what stands around it on its line."""
        line_start = self.text.rfind("\n", 0, span.start) + 1
        line_end = self.text.find("\n", span.end)
        before = self.text[max(line_start, span.start - _AROUND) : span.start]
        after = self.text[span.end : min(line_end if line_end >= 0 else len(self.text), span.end + _AROUND)]
        return DraftPlace(
            document_id=self.document.id,
            source=self.document.source,
            title=self.document.title,
            published=self.document.published,
            speaker=self.said_at(span).speaker,
            span=span,
            quote=span.slice(self.text),
            before=before,
            after=after,
        )
