"""Whose words a sentence reports, how documents introduce them, and whether the question asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rag.attribution.names import is_description, names_same
from rag.attribution.questions import AskedSpeaker
from rag.language.words import content_stems
from rag.types import Sentence

__all__ = ["Voice", "describes", "introduction_of", "introductions_of", "is_introduced_as", "speaker_fits", "voice_of"]

_APPOSITION = re.compile(r",\s+([^,;:.()“”\"]{3,80})(?=[,.)])")
_TITLE = re.compile(r"((?:(?:[A-Z][\w’'-]*|of|the|for)\s+){1,6})\Z")
_EDGE = re.compile(r"\b")


def introduction_of(speaker: str, sentences: Iterable[str]) -> str:
    """The words with which the first of `sentences` that introduces `speaker` does so; empty when none does.

    >>> introduction_of("John Healey", ["On Wednesday, John Healey, Britain’s Defence Secretary, spoke."])
    'Britain’s Defence Secretary'
    >>> introduction_of("Marco Rubio", ["US Secretary of State Marco Rubio spoke."])
    'US Secretary of State'
    """
    for sentence in sentences if speaker else ():
        words = _introduction_in(sentence, speaker)
        if words:
            return words.strip()
    return ""


def _introduction_in(sentence: str, speaker: str) -> str:
    """What begins first, before the name or after it, wherever it stands; of two that begin together, the longer.

    One regular expression that holds the name would say the same, but to compile it for each speaker of a ranking
    takes longer than to rank.
    """
    found = []
    start = sentence.find(speaker)
    while start >= 0:
        end = start + len(speaker)
        after = _APPOSITION.match(sentence, end) if _EDGE.match(sentence, start) else None
        before = _TITLE.search(sentence, 0, start) if _EDGE.match(sentence, end) else None
        found += [(start, 0, 0, after[1])] if after else []
        found += [(before.start(), 1, -start, before[1])] if before else []
        start = sentence.find(speaker, start + 1)
    return min(found)[-1] if found else ""


def is_introduced_as(mention: str, speaker: str, introduction: str) -> bool:
    """Whether `mention` describes the speaker as the introduction does, in part or in whole.

    A mention without a role ("London") is no description: it may stand for anybody of the place. A head of state or
    government is also a "leader".

    >>> is_introduced_as("Warsaw's minister", "Radek Sikorski", "Poland’s Foreign Minister")
    True
    >>> is_introduced_as("the French minister", "Radek Sikorski", "Poland’s Foreign Minister")
    False
    """
    if not introduction or not is_description(mention):
        return False
    words = content_stems(introduction)
    return content_stems(mention) <= words | _as_leader(words) | content_stems(speaker)


def describes(question: str, introduction: str) -> bool:
    """Whether the question holds all words of an introduction of at least two words, or calls the person a leader.

    >>> describes("List all the points the French defence minister made", "the French Defence Minister")
    True
    >>> describes("List all the points the minister made", "the French Defence Minister")
    False
    """
    words, asked = content_stems(introduction), content_stems(question)
    return len(words) > 1 and (words <= asked or _as_leader(words) <= asked)


def _as_leader(words: frozenset[str]) -> frozenset[str]:
    """The words with "leader" in the place of the office of who heads a state or government."""
    return words - _HEADS | {"leader"} if words & _HEADS else words


_HEADS = content_stems("president premier prime minister chancellor") - content_stems("minister")


class Voice(NamedTuple):
    """A speaker of one document; an empty name stands for nobody."""

    document_id: str
    speaker: str


class _Wanted(NamedTuple):
    """The voices that a question is about; when it asks for their words, everybody else's are beside the point."""

    voices: frozenset[Voice]
    is_exclusive: bool


def voice_of(sentence: Sentence) -> Voice:
    """Who says the sentence, in its document."""
    return Voice(sentence.document_id, sentence.speaker)


def introductions_of(sentences: Sequence[Sentence], quotes: Sequence[str]) -> dict[Voice, str]:
    """How each voice of the sentences, whose texts are `quotes`, is introduced by its own document."""
    quotes_of: dict[str, list[str]] = {}
    for sentence, quote in zip(sentences, quotes, strict=True):
        quotes_of.setdefault(sentence.document_id, []).append(quote)
    voices = dict.fromkeys(map(voice_of, sentences))
    return {voice: introduction_of(voice.speaker, quotes_of[voice.document_id]) for voice in voices}


def speaker_fits(question: str, introductions: Mapping[Voice, str], asked: AskedSpeaker | None) -> dict[Voice, float]:
    """For each introduced voice 1 when the question is about it, -1 when it asks for another's words, else 0."""
    wanted = _wanted(question, introductions, asked)
    return {
        voice: 1.0 if voice in wanted.voices else -1.0 if wanted.is_exclusive and voice.speaker else 0.0
        for voice in introductions
    }


def _wanted(question: str, introductions: Mapping[Voice, str], asked: AskedSpeaker | None) -> _Wanted:
    """Those whose words are asked for, by name or by description; else those whom the question describes in full.

    A name that no speaker bears bars nobody: it may be a short form ("AAA") or, after all, no speaker.
    """
    if asked and asked.speaker:
        named = {voice for voice in introductions if voice.speaker and names_same(voice.speaker, asked.speaker)}
        return _Wanted(frozenset(named), True)
    introduced = introductions.items()
    if asked:
        described = {voice for voice, words in introduced if is_introduced_as(asked.mention, voice.speaker, words)}
        if described:
            return _Wanted(frozenset(described), True)
    return _Wanted(frozenset(voice for voice, words in introduced if describes(question, words)), False)
