"""Who says what: for every sentence of a document that reports words, the speaker, the cue and the quoted words.

Rules over closed classes of words; no model. This is rule-based quotation attribution as in Pouliquen, Steinberger and
Best,
"Automatic Detection of Quotations in Multilingual News" (RANLP 2007), with two additions: indirect speech, and
quotations that run over sentences and paragraphs. Where two speakers are equally plausible nobody is named: `speaker`
is "" and no quoted words are attributed, because an answer that puts words into the wrong mouth is worse than a missing
one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rag.attribution.cues import Cue
from rag.attribution.quotations import Quotation, find_paragraphs, find_quotations
from rag.attribution.reading import Narrative, Reading
from rag.types import Span

__all__ = ["Attribution", "SpeakersOfQuotations", "attribute", "attributions_of", "read"]

_GAP = " \t\n\u00a0,–—-"
_N_OF_A_LETTER = 60
_SALUTATION = re.compile(
    r"(?:Sir|Madam|Sirs|Sir or Madam)\b,|Dear (?:[\w.’'-]+ ){0,4}[\w.’'-]+,|To the editor\b", re.IGNORECASE
)
_NAME = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Rev|Sir)\.? )?[A-Z][\w’'-]+(?: [A-Z]\.)?(?: (?:[a-z]{2,3} )?[A-Z][\w’'-]+){1,2}"
_SIGNATURE = re.compile(
    rf"(?:(?:Yours|Sincerely|Kind|Best|Warm)[^,\n]{{0,30}},\s*)?({_NAME})(?:, [A-Z][\w ,’'-]{{1,60}})?"
)
"""A line with a name, and perhaps where somebody is from."""
_DASHED = re.compile(
    rf"(?:[—–―]|--) ?(?:(?P<account>[^()@\n]{{1,60}}) \(@\w{{1,30}}\)|(?P<person>{_NAME}))(?:,? [^.!?\n]{{1,60}})?"
)
"""The line under a post or a motto that says whose it is."""
_IS_QUOTED = re.compile(r"[\"“«„‹][^\n]+[\"”»“›]")
_ASKING = frozenset({"asked", "ask", "asks", "asking"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """One sentence in which somebody says something.

    sentence: its position among the sentences given.
    speaker: the fullest name by which the document calls who speaks; "" when a pronoun could mean several people.
    speaker_span: where name, title or pronoun stands; None when the sentence only goes on with, or begins, a quotation
        whose cue is in another sentence.
    cue: the verb of saying, or "according to"; None as above.
    quotes: the speaker's quoted words in this sentence, without the marks; none when `speaker` is "".
    """

    sentence: int
    speaker: str
    speaker_span: Span | None
    cue: Span | None
    quotes: tuple[Span, ...]


def attribute(text: str, sentences: Sequence[Span]) -> list[Attribution]:
    """The attributions of a document in sentence order, at most one per sentence; sentences that report no words have
    none.

    >>> text = "Marco Rubio met them. “No,” Rubio said."
    >>> found = attribute(text, [Span(start=0, end=21), Span(start=22, end=39)])
    >>> [(one.sentence, one.speaker, one.quotes[0].slice(text)) for one in found]
    [(1, 'Marco Rubio', 'No,')]
    """
    return attributions_of(text, read(text, sentences))


def read(text: str, sentences: Sequence[Span], *, thoughts: bool = False) -> SpeakersOfQuotations:
    """The document's sentences with their cues, its quotations, and who speaks each.

    thoughts: with the cues of thoughts and judgements.
    """
    spans = [Span(start=min(span.start, len(text)), end=min(span.end, len(text))) for span in sentences]
    paragraphs = find_paragraphs(text)
    quotations = find_quotations(text, paragraphs)
    reading = Reading(text, spans, quotations)
    if thoughts:
        reading.think()
    speakers = SpeakersOfQuotations(text, reading.sentences, quotations, [start for start, _ in paragraphs])
    speakers.from_cues()
    speakers.from_continuation()
    return speakers


def attributions_of(text: str, speakers: SpeakersOfQuotations) -> list[Attribution]:
    """As `attribute`, of a document that was read."""
    spans = [sentence.span for sentence in speakers.sentences]
    signers = _signers(text, spans)
    found = (speakers.attribution(position) or signers.get(position) for position in range(len(spans)))
    return [attribution for attribution in found if attribution is not None]


def _signers(text: str, sentences: Sequence[Span]) -> dict[int, Attribution]:
    """The sentences of letters, by position, each with whoever signs it: all between "Sir," or "Dear …" and a name.

    A letter whose end is not found within `_N_OF_A_LETTER` sentences, or before the next one opens, has no signer. The
    line over a name after a dash is that person's if an account is named too, or if all of it is quoted.
    """
    found: dict[int, Attribution] = {}
    opened = -1

    def sign(first: int, end: int, name: str) -> None:
        for place in range(first, end):
            found[place] = Attribution(sentence=place, speaker=name, speaker_span=None, cue=None, quotes=())

    for position, span in enumerate(sentences):
        line = text[span.start : span.end]
        if _SALUTATION.match(line) and text[: span.start].rstrip(" \t")[-1:] in ("", "\n"):
            opened = position
        elif opened >= 0 and position - opened <= _N_OF_A_LETTER and (name := _SIGNATURE.fullmatch(line.strip())):
            sign(opened, position, name[1])
            opened = -1
        elif position and (name := _DASHED.fullmatch(line.strip())):
            above = text.rfind("\n", 0, sentences[position - 1].end - 1) + 1
            if name["account"] or _IS_QUOTED.fullmatch(text[above : span.start].strip()):
                first = bisect_left(sentences, above, key=lambda sentence: sentence.start)
                sign(first, position, name["account"] or name["person"])
    return found


class SpeakersOfQuotations:
    """Who speaks each quotation, filled in two steps: from cues, then from the quotations before.

    sentences, quotations: what was read; speaker_by_quotation: by number, without those whose speaker is not known.
    """

    def __init__(
        self, text: str, sentences: list[Narrative], quotations: list[Quotation], paragraph_starts: list[int]
    ) -> None:
        self._text = text
        self.sentences = sentences
        self.quotations = quotations
        self._starts = [quotation.start for quotation in quotations]
        self._ends = [quotation.end for quotation in quotations]
        self._paragraph_starts = paragraph_starts
        self.speaker_by_quotation: dict[int, str] = {}

    def from_cues(self) -> None:
        """Gives quotations the speaker of the cue that governs them; one right after a quotation wins."""
        after: dict[int, str] = {}
        for sentence in self.sentences:
            touched = self._touched(sentence.span) if sentence.spoken else range(0)
            governed: set[int] = set()
            for spoken in sentence.spoken:
                cue = spoken.cue
                number = bisect_right(self._ends, cue.clause_start) - 1
                if (
                    number >= 0
                    and self._follows(self.quotations[number], cue)
                    and (cue.is_final or number not in governed)
                ):
                    after[number] = spoken.speaker
                for number in touched:
                    quotation = self.quotations[number]
                    if quotation.start >= cue.end and quotation.start >= sentence.span.start:
                        self.speaker_by_quotation[number] = spoken.speaker
                        governed.add(number)
                    elif cue.is_final and quotation.end <= cue.clause_start:
                        self.speaker_by_quotation.setdefault(number, spoken.speaker)
        self.speaker_by_quotation.update(after)

    def _touched(self, span: Span) -> range:
        """Numbers of the quotations that share a character with a span; not one by one, as this is asked for each."""
        return range(bisect_right(self._ends, span.start), bisect_left(self._starts, span.end))

    def _follows(self, quotation: Quotation, cue: Cue) -> bool:
        """Whether a cue stands right after a quotation: `…,” he said`, not `….” He said that …`."""
        gap = self._text[quotation.end : cue.clause_start]
        if len(gap) > 3 or gap.strip(_GAP) or "\n" in gap:
            return False
        is_sentence = self._text[quotation.inner_end - 1] == "." and "," not in gap
        return not is_sentence or cue.is_final or self._text[cue.clause_start].islower()

    def from_continuation(self) -> None:
        """Gives quotations without a cue the speaker of what they continue."""
        starts = [sentence.span.start for sentence in self.sentences]
        for number, quotation in enumerate(self.quotations):
            if number in self.speaker_by_quotation:
                continue
            if quotation.continues and number:
                speaker = self.speaker_by_quotation.get(number - 1, "")
            else:
                speaker = self._continued(quotation, bisect_right(starts, quotation.start) - 1)
            if speaker:
                self.speaker_by_quotation[number] = speaker

    def _paragraph_of(self, position: int) -> int:
        return bisect_right(self._paragraph_starts, position) - 1

    def _continued(self, quotation: Quotation, position: int) -> str:
        """The speaker of a cueless quotation that makes up whole sentences, from the sentence right before it."""
        if position < 1 or not self._is_whole(quotation, position):
            return ""
        before = self.sentences[position - 1]
        main = before.main
        if main is not None and main.cue.verb in _ASKING:
            return ""
        paragraph, paragraph_before = (
            self._paragraph_of(self.sentences[position].span.start),
            self._paragraph_of(before.span.start),
        )
        if paragraph == paragraph_before:
            return self._said_last(position - 1)
        if paragraph != paragraph_before + 1 or not self._is_all_quoted(position, paragraph):
            return ""
        speakers = self._speakers_of_paragraph(position - 1, paragraph_before)
        return self._said_last(position - 1) if len(speakers) == 1 else ""

    def _is_whole(self, quotation: Quotation, position: int) -> bool:
        """Whether nothing but the quotation stands in the sentences that it touches."""
        while position < len(self.sentences) and self.sentences[position].span.start < quotation.end:
            if self.sentences[position].has_narrative:
                return False
            position += 1
        return True

    def _is_all_quoted(self, position: int, paragraph: int) -> bool:
        while position < len(self.sentences) and self._paragraph_of(self.sentences[position].span.start) == paragraph:
            if self.sentences[position].has_narrative:
                return False
            position += 1
        return True

    def _said_last(self, position: int) -> str:
        """Who speaks at the end of a sentence: the last quotation's speaker, else that of its main cue."""
        sentence = self.sentences[position]
        touched = self._touched(sentence.span)
        main = sentence.main
        if touched:
            speaker = self.speaker_by_quotation.get(touched[-1], "")
            return speaker if main is None or main.speaker == speaker else ""
        return main.speaker if main is not None else ""

    def _speakers_of_paragraph(self, position: int, paragraph: int) -> set[str]:
        """Everybody who is quoted or reported in a paragraph, its last sentence given; a long one is read from its
        end."""
        speakers: set[str] = set()
        for index in range(position, max(-1, position - 30), -1):
            sentence = self.sentences[index]
            if self._paragraph_of(sentence.span.start) != paragraph:
                break
            if sentence.main is not None:
                speakers.add(sentence.main.speaker)
            speakers.update(
                self.speaker_by_quotation.get(number, "")
                for number in self._touched(sentence.span)
                if self._is_long(number)
            )
        return speakers

    def _is_long(self, number: int) -> bool:
        """Whether a quotation is more than a quoted term: an uncued “coalition of the willing” has no speaker of its
        own."""
        return (
            number in self.speaker_by_quotation
            or len(self._text[self.quotations[number].start : self._ends[number]].split()) > 6
        )

    def attribution(self, position: int) -> Attribution | None:
        """What is known about one sentence."""
        sentence = self.sentences[position]
        touched = self._touched(sentence.span)
        main = sentence.main
        if main is not None:
            return Attribution(
                sentence=position,
                speaker=main.speaker,
                speaker_span=Span(start=main.mention.start, end=main.mention.end),
                cue=Span(start=main.cue.start, end=main.cue.end),
                quotes=self._quotes(sentence.span, touched, main.speaker) if main.speaker else (),
            )
        speaker = next((found for number in touched if (found := self.speaker_by_quotation.get(number, ""))), "")
        quotes = self._quotes(sentence.span, touched, speaker) if speaker else ()
        if not quotes:
            return None
        return Attribution(sentence=position, speaker=speaker, speaker_span=None, cue=None, quotes=quotes)

    def _quotes(self, span: Span, touched: range, speaker: str) -> tuple[Span, ...]:
        """The speaker's words inside a sentence, without marks and outer space."""
        quotes = []
        for number in touched:
            if self.speaker_by_quotation.get(number, "") != speaker:
                continue
            start = max(span.start, self.quotations[number].inner_start)
            end = min(span.end, self.quotations[number].inner_end)
            while start < end and self._text[start].isspace():
                start += 1
            while end > start and self._text[end - 1].isspace():
                end -= 1
            if end > start:
                quotes.append(Span(start=start, end=end))
        return tuple(quotes)
