"""What everybody says in a document, as verbatim spans: direct quotations and reported speech, with cue and source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.attribution.attribution import Attribution, SpeakersOfQuotations, attributions_of, read
from rag.attribution.contents import extents_of
from rag.attribution.names import is_description
from rag.attribution.quotations import Quotation
from rag.attribution.reading import Narrative, SpokenCue
from rag.attribution.stances import stance_of
from rag.language.english import DETERMINERS
from rag.types import SourceKind, Span, Speech, Stance, Utterance

__all__ = ["DocumentSpeech", "speech_of", "utterances_of"]

_N_WORDS_OF_A_TERM = 4
_N_WORDS_OF_A_CLAUSE = 14
_N_WORDS_BETWEEN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpeech:
    """Both views of who says what: for each sentence its speaker, and every utterance with its spans."""

    attributions: list[Attribution]
    utterances: list[Utterance]


def speech_of(text: str, sentences: Sequence[Span]) -> DocumentSpeech:
    """Who says what in a document: as `attribute` and `utterances_of`, for the price of one reading."""
    speakers = read(text, sentences, thoughts=True)
    return DocumentSpeech(
        attributions=attributions_of(text, speakers), utterances=_Collecting(text, speakers).utterances()
    )


def utterances_of(text: str, sentences: Sequence[Span]) -> list[Utterance]:
    """The utterances of a document, in the order in which they begin.

    >>> text = "Marco Rubio met them. “No,” Rubio said. “Never.”"
    >>> [found] = utterances_of(text, [Span(start=0, end=21), Span(start=22, end=39), Span(start=40, end=48)])
    >>> found.speaker, [span.slice(text) for span in found.spans]
    ('Marco Rubio', ['“No,”', '“Never.”'])
    """
    return _Collecting(text, read(text, sentences, thoughts=True)).utterances()


@dataclass(slots=True)
class _Draft:
    """An utterance in the making."""

    spoken: SpokenCue | None
    speaker: str
    places: list[tuple[int, int]] = field(default_factory=list)


class _Collecting:
    """Goes through a document once: the words of each cue, then the quotations that nobody has taken."""

    def __init__(self, text: str, speakers: SpeakersOfQuotations) -> None:
        self._text = text
        self._speakers = speakers
        self._quotations = speakers.quotations
        self._starts = [quotation.start for quotation in self._quotations]
        self._ends = [quotation.end for quotation in self._quotations]
        self._draft_by_quotation: dict[int, _Draft] = {}
        self._drafts: list[_Draft] = []

    def utterances(self) -> list[Utterance]:
        for sentence in self._speakers.sentences:
            self._from_cues(sentence)
        for number in range(len(self._quotations)):
            if number not in self._draft_by_quotation:
                self._from_quotation(number)
        found = [self._made(draft) for draft in self._drafts if self._has_words(draft)]
        return sorted(found, key=lambda utterance: (utterance.spans[0], utterance.spans[-1]))

    def _from_cues(self, sentence: Narrative) -> None:
        spoken = sorted([*sentence.spoken, *sentence.thought], key=lambda one: one.cue.start)
        if not spoken:
            return
        for one, places in zip(spoken, extents_of(self._text, sentence.tokens, spoken), strict=True):
            if not places:
                continue
            draft = _Draft(spoken=one, speaker=one.speaker, places=[self._widened(*place) for place in places])
            numbers = [number for place in draft.places for number in self._within(*place)]
            if any(number in self._draft_by_quotation for number in numbers):
                continue
            self._drafts.append(draft)
            self._draft_by_quotation.update(dict.fromkeys(numbers, draft))

    def _within(self, start: int, end: int) -> range:
        """Numbers of the quotations that share a character with a place."""
        return range(bisect_right(self._ends, start), bisect_left(self._starts, end))

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        """The place with the whole of each quotation that it cuts: one may run over sentences."""
        for number in self._within(start, end):
            start = min(start, self._starts[number])
            end = max(end, self._ends[number])
        return start, end

    def _from_quotation(self, number: int) -> None:
        """A quotation without a cue goes on with the one before, or has a speaker, or stands alone."""
        quotation = self._quotations[number]
        speaker = self._speakers.speaker_by_quotation.get(number, "")
        before = self._draft_by_quotation.get(number - 1)
        if before is not None and before.speaker == speaker and self._goes_on(number, is_known=bool(speaker)):
            before.places.append((quotation.start, quotation.end))
            self._draft_by_quotation[number] = before
            return
        words = self._words(number).split()
        if not speaker and (len(words) <= _N_WORDS_OF_A_TERM or not self._is_sentence(quotation)):
            return
        draft = _Draft(spoken=None, speaker=speaker, places=[(quotation.start, quotation.end)])
        self._drafts.append(draft)
        self._draft_by_quotation[number] = draft

    def _words(self, number: int) -> str:
        """What stands between the marks of a quotation."""
        return self._text[self._quotations[number].inner_start : self._quotations[number].inner_end].strip()

    def _goes_on(self, number: int, *, is_known: bool) -> bool:
        """Whether a quotation goes on with the one before: little stands between them, or the rest of a sentence."""
        between = self._text[self._ends[number - 1] : self._starts[number]]
        n_words = len(between.split())
        if not is_known:
            return n_words <= _N_WORDS_OF_A_CLAUSE and "\n" not in between and between.rstrip().endswith((".", ","))
        return n_words <= _N_WORDS_BETWEEN and between.count("\n\n") <= (n_words <= _N_WORDS_OF_A_CLAUSE)

    def _is_sentence(self, quotation: Quotation) -> bool:
        """Whether a quotation reads as a sentence: a capital at its start, and a mark at its end."""
        words = self._text[quotation.inner_start : quotation.inner_end].strip()
        return words[:1].isupper() and words[-1:] in ".,!?…"

    def _has_words(self, draft: _Draft) -> bool:
        draft.places = [place for place in draft.places if any(map(str.isalnum, self._text[slice(*place)]))]
        return bool(draft.places)

    def _made(self, draft: _Draft) -> Utterance:
        spans = tuple(Span(start=start, end=end) for start, end in _merged(draft.places))
        quoted = tuple(
            Span(start=self._quotations[number].inner_start, end=self._quotations[number].inner_end)
            for span in spans
            for number in self._within(span.start, span.end)
            if self._words(number)
        )
        spoken = draft.spoken
        cue = None if spoken is None else Span(start=spoken.cue.start, end=spoken.cue.end)
        source = None if spoken is None else Span(start=spoken.mention.start, end=spoken.mention.end)
        return Utterance(
            spans=spans,
            quoted=quoted,
            speech=self._speech(spans, quoted),
            stance=Stance.SAID if spoken is None else stance_of(spoken.cue.verb),
            cue=cue,
            source=source,
            speaker=draft.speaker,
            source_kind=_source_kind(draft.speaker),
        )

    def _speech(self, spans: Sequence[Span], quoted: Sequence[Span]) -> Speech:
        if not quoted:
            return Speech.REPORTED
        n_outside = sum(len(span) for span in spans) - sum(len(span) for span in quoted)
        return Speech.DIRECT if n_outside <= 4 * len(quoted) else Speech.PARTIAL


def _merged(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in reading order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _source_kind(speaker: str) -> SourceKind:
    if not speaker:
        return SourceKind.UNRESOLVED
    first, *others = speaker.split()
    is_common = first[0].islower() or (first.lower() in DETERMINERS and not any(word[0].isupper() for word in others))
    return SourceKind.UNNAMED if is_common or is_description(speaker) else SourceKind.NAMED
