"""The sentences of one document as attribution reads them: narrative here, quotations there, cues with resolved
speakers.

Pronouns follow a cautious form of centering (Grosz, Joshi and Weinstein, "Centering", Computational Linguistics 1995):
"he" is whoever spoke last, else the subject of the last sentence, and nobody when that sentence, or one between, names
another person who could be meant. A wrong speaker is worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from rag.attribution.cues import Cue, cues_of, wide_cues_of
from rag.attribution.names import name_words
from rag.attribution.phrases import Mention, MentionKind, phrase_from, subject_of
from rag.attribution.quotations import QUOTATION, Quotation, Token, tokens_of
from rag.attribution.registry import NameRegistry, is_body, is_plural
from rag.language.english import MONTHS, NEGATIONS, PLURAL_PRONOUNS, WEEKDAYS, one_of
from rag.language.saying import CUE_FORMS, WIDE_FORMS
from rag.types import Span

__all__ = ["Narrative", "Reading", "SpokenCue"]

_STEM = re.compile("|".join(sorted({form[: max(3, len(form) - 3)] for form in CUE_FORMS} | {"ccording"})) + r"|: ?\Z")
_WIDE_STEM = re.compile(one_of({form[: max(3, len(form) - 3)] for form in WIDE_FORMS} | {"ccording"}) + r"|: ")
_SHOWING = ("show", "find", "found", "indicat", "impl")
_GENDERS = {"he": 1, "she": -1}
_N_BACK = 4
_N_SKIP = 40
_N_PIECES = 50  # bounds on what is read of a sentence that is none, to stay linear on any input
_N_CHARACTERS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenCue:
    """A cue with its speaker resolved.

    speaker: "" when a pronoun could mean more than one person.
    mention: the noun phrase that stands for the speaker in this sentence, also when a later verb shares it.
    """

    cue: Cue
    speaker: str
    mention: Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """One candidate for a pronoun; `is_speaker` when the sentence reports his or her words."""

    name: str
    is_person: bool
    is_plural: bool
    is_body: bool
    is_speaker: bool


class Narrative:
    """One sentence: its narrative pieces and what is read from them, each thing when it is first asked for."""

    def __init__(self, text: str, span: Span, pieces: list[tuple[int, int, bool]]) -> None:
        self.span = span
        self.pieces = pieces
        self.spoken: list[SpokenCue] = []
        self.thought: list[SpokenCue] = []
        self.people: tuple[tuple[str, int], ...] | None = None
        self._text = text

    @cached_property
    def tokens(self) -> list[Token]:
        """The words and signs of the narrative, each quotation as one."""
        return tokens_of(self._text, self.pieces)

    @cached_property
    def subject(self) -> Mention | None:
        """Who or what the first main clause is about."""
        return subject_of(self._text, self.tokens)

    @cached_property
    def has_narrative(self) -> bool:
        """Whether words stand outside the quotation marks."""
        return any(
            not is_quoted and any(letter.isalnum() for letter in self._text[start:end])
            for start, end, is_quoted in self.pieces
        )

    @property
    def main(self) -> SpokenCue | None:
        """The cue that tells who says the sentence: the parenthetical one at the end, else the first of a main clause.

        An inverted or final cue wins because it governs all that stands before it: "Putin had lied, Trump said".
        """
        finals = [spoken for spoken in self.spoken if spoken.cue.is_final and spoken.cue.subject is not None]
        if finals:
            return finals[-1]
        mains = [spoken for spoken in self.spoken if not spoken.cue.is_embedded]
        return next(iter(mains or self.spoken), None)

    def find_wide_cues(self) -> list[Cue]:
        """Those of thoughts and judgements, which give the sentence no speaker."""
        if not any(
            not is_quoted and _WIDE_STEM.search(self._text, start, end) for start, end, is_quoted in self.pieces
        ):
            return []
        return wide_cues_of(self._text, self.tokens)

    def find_cues(self) -> list[Cue]:
        """The cues of the narrative; a quick search first, since most sentences have none."""
        if not any(not is_quoted and _STEM.search(self._text, start, end) for start, end, is_quoted in self.pieces):
            return []
        return cues_of(self._text, self.tokens)


class Reading:
    """All sentences of a document, with the speaker of every cue resolved in reading order."""

    def __init__(self, text: str, sentences: Sequence[Span], quotations: list[Quotation]) -> None:
        self._text = text
        self._registry = NameRegistry(text)
        self._described: dict[str, str] = {}
        ends = [quotation.end for quotation in quotations]
        self.sentences: list[Narrative] = []
        for span in sentences:
            reading = Narrative(text, span, _pieces(span, quotations, bisect_right(ends, span.start)))
            self.sentences.append(reading)
            self._resolve(reading, len(self.sentences) - 1)

    def _resolve(self, reading: Narrative, position: int) -> None:
        for cue in reading.find_cues():
            mention = cue.subject
            if mention is None:
                earlier = [spoken for spoken in reading.spoken if not spoken.cue.is_embedded]
                mention = reading.subject
                if earlier or mention is None or mention.start >= cue.start or not self._can_speak(mention):
                    earlier = earlier or reading.spoken
                    if earlier:
                        reading.spoken.append(
                            SpokenCue(cue=cue, speaker=earlier[-1].speaker, mention=earlier[-1].mention)
                        )
                    continue
            speaker = self._speaker(reading, position, mention, cue)
            if speaker or mention.kind is MentionKind.PRONOUN:
                reading.spoken.append(SpokenCue(cue=cue, speaker=speaker, mention=mention))

    def think(self) -> None:
        """Resolve the cues of thoughts and judgements as well, which whoever asks only who speaks goes without."""
        for position, reading in enumerate(self.sentences):
            known = {spoken.cue.first for spoken in reading.spoken}
            for cue in reading.find_wide_cues():
                if cue.first in known:
                    continue
                mention = cue.subject
                if mention is None:
                    mention = reading.subject
                    if mention is None or mention.start >= cue.start or not self._can_speak(mention):
                        continue
                if not self._can_think(mention, cue):
                    continue
                speaker = self._speaker(reading, position, mention, cue)
                reading.thought.append(SpokenCue(cue=cue, speaker=speaker, mention=mention))

    def _can_think(self, mention: Mention, cue: Cue) -> bool:
        """Whether somebody is meant who can think or judge; figures and writings can only show something."""
        first = mention.name.lower().split()[0]
        if first in NEGATIONS | set(MONTHS) | set(WEEKDAYS) or first in ("it", "who"):
            return False
        if cue.verb == ":":
            return self._text.count(mention.name.split()[-1]) > 1
        return cue.verb == "according" or cue.verb.startswith(_SHOWING) or self._can_speak(mention)

    def _can_speak(self, mention: Mention) -> bool:
        return (
            (mention.kind is MentionKind.PRONOUN and mention.name.lower() not in ("it", "i", "we", "you"))
            or self._registry.is_person(mention)
            or is_plural(mention)
            or is_body(mention)
        )

    def _speaker(self, reading: Narrative, position: int, mention: Mention, cue: Cue) -> str:
        if mention.kind is MentionKind.PRONOUN:
            return self._meant_by_pronoun(reading, position, mention, cue)
        return self._name(reading, mention)

    def _name(self, reading: Narrative, mention: Mention) -> str:
        """The fullest name for a mention that is no pronoun."""
        if mention.kind is MentionKind.NAME:
            return self._registry.full_name(mention)
        if mention.kind is MentionKind.JOINT:
            return mention.name
        after = mention.last + 1
        if after + 1 < len(reading.tokens) and reading.tokens[after].lower == ",":
            named = phrase_from(self._text, reading.tokens, after + 1)
            if named is not None and named.kind is MentionKind.NAME and self._is_full_person(named, reading.tokens):
                return self._registry.full_name(named)
        return self._described_by(mention)

    def _is_full_person(self, mention: Mention, tokens: list[Token]) -> bool:
        closes = mention.last + 1 < len(tokens) and tokens[mention.last + 1].lower in (",", ".", QUOTATION)
        return closes and len(name_words(mention.name)) > 1 and self._registry.is_person(mention)

    def _described_by(self, mention: Mention) -> str:
        """Who a description means: the holder of a title, or for "the source" the last source that was introduced."""
        words = name_words(mention.name)
        if not words:
            return ""
        is_definite = mention.name.lower().startswith(("the ", "this ", "that ")) or mention.name[0].isupper()
        holder = self._registry.holder(mention.name) if is_definite else ""
        if mention.name.lower().startswith("the "):
            earlier = self._described.get(words[-1], "")
            if earlier and set(words) <= set(name_words(earlier)):
                return earlier if not holder or len(words) == 1 else holder
        if holder:
            if len(words) > 1:
                self._described[words[-1]] = holder
            return holder
        self._described[words[-1]] = mention.name
        return mention.name

    def _meant_by_pronoun(self, reading: Narrative, position: int, mention: Mention, cue: Cue) -> str:
        pronoun = mention.name.lower()
        here = [spoken for spoken in reading.spoken if spoken.cue.start < mention.start]
        if here and not cue.is_final:
            person = self._person(here[0].mention, here[0].speaker, is_speaker=True)
            if _fits(person, pronoun) and self._agrees(person.name, pronoun):
                return person.name
        subject = reading.subject
        if subject is not None and subject.end <= mention.start and not cue.is_final and self._can_speak(subject):
            if subject.kind is MentionKind.PRONOUN:
                return self._before(position, pronoun, excluded=()) if subject.name.lower() == pronoun else ""
            person = self._person(subject, self._name(reading, subject), is_speaker=False)
            if _fits(person, pronoun) and self._agrees(person.name, pronoun):
                return person.name
        excluded = self._people(reading, before=mention.start) if cue.is_final else ()
        return self._before(position, pronoun, excluded=excluded)

    def _before(self, position: int, pronoun: str, *, excluded: tuple[str, ...]) -> str:
        """The antecedent of a pronoun in the sentences before `position`; "" when there is none or more than one."""
        between: set[str] = set()
        n_narrative = 0
        for index in range(position - 1, max(-1, position - _N_SKIP), -1):
            earlier = self.sentences[index]
            if not earlier.has_narrative:
                continue
            n_narrative += 1
            if n_narrative > _N_BACK or (earlier.main is not None and not earlier.main.speaker):
                return ""
            person = self._central(earlier)
            people = set(self._people(earlier, before=earlier.span.end))
            if person is not None and _fits(person, pronoun) and self._agrees(person.name, pronoun):
                own = set(name_words(person.name))
                rivals = {other for other in between if self._agrees(other, pronoun)} if pronoun in _GENDERS else set()
                if not person.is_speaker and pronoun in _GENDERS:
                    rivals |= {other for other in people if self._agrees(other, pronoun)}
                return "" if rivals - own or own & set(excluded) else person.name
            if person is not None and pronoun in PLURAL_PRONOUNS | {"it"}:
                return ""
            if person is not None and (person.is_plural and pronoun in _GENDERS):
                return ""
            if person is not None and person.is_person:
                matching = {other for other in people if self._registry.gender(other) == _GENDERS.get(pronoun, 0) != 0}
                if len(matching) == 1:
                    return self._registry.full_name(_as_mention(matching.pop()))
            between |= people
        return ""

    def _central(self, reading: Narrative) -> _Person | None:
        """Who a sentence is about: its speaker, else its subject."""
        if reading.main is not None:
            return self._person(reading.main.mention, reading.main.speaker, is_speaker=True)
        subject = reading.subject
        if subject is None:
            return None
        if subject.kind is MentionKind.PRONOUN:
            return None
        return self._person(subject, self._name(reading, subject), is_speaker=False)

    def _person(self, mention: Mention, name: str, *, is_speaker: bool) -> _Person:
        is_pronoun = mention.kind is MentionKind.PRONOUN
        return _Person(
            name=name,
            is_person=self._registry.is_person(mention) or (is_pronoun and mention.name.lower() in _GENDERS),
            is_plural=is_plural(mention) or (is_pronoun and mention.name.lower() == "they"),
            is_body=is_body(mention) or (is_pronoun and mention.name.lower() == "it"),
            is_speaker=is_speaker,
        )

    def _people(self, reading: Narrative, *, before: int) -> tuple[str, ...]:
        """Family names of the people whom the narrative of a sentence names, up to a place in the text."""
        if reading.people is None:
            reading.people = tuple(
                person
                for start, end, is_quoted in reading.pieces[:_N_PIECES]
                if not is_quoted
                for person in islice(
                    self._registry.people(self._text, start, min(end, start + _N_CHARACTERS)), _N_PIECES
                )
            )
        return tuple(word for word, start in reading.people if start < before)

    def _agrees(self, name: str, pronoun: str) -> bool:
        return self._registry.gender(name) * _GENDERS.get(pronoun, 0) >= 0


def _fits(person: _Person, pronoun: str) -> bool:
    if not person.name:
        return False
    if pronoun in _GENDERS:
        return person.is_person
    return person.is_plural if pronoun in PLURAL_PRONOUNS else person.is_body


def _as_mention(name: str) -> Mention:
    return Mention(kind=MentionKind.NAME, start=0, end=len(name), first=0, last=0, name=name)


def _pieces(span: Span, quotations: list[Quotation], first: int) -> list[tuple[int, int, bool]]:
    """A sentence cut at the quotations from number `first` on, as (start, end, is_quoted)."""
    pieces: list[tuple[int, int, bool]] = []
    position = span.start
    for number in range(first, len(quotations)):
        quotation = quotations[number]
        if quotation.start >= span.end:
            break
        start, end = max(span.start, quotation.start), min(span.end, quotation.end)
        if start > position:
            pieces.append((position, start, False))
        if end > start:
            pieces.append((start, end, True))
        position = max(position, end)
    if span.end > position:
        pieces.append((position, span.end, False))
    return pieces
