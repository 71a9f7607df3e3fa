"""Whose words a sentence reports, and whether the question asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.attribution import AskedSpeaker, names_same
from rag.attribution.introductions import describes, introduction_of, is_introduced_as
from rag.types import Sentence

__all__ = ["Voice", "introductions_of", "speaker_fits", "voice_of"]


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
