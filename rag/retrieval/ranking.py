"""Which sentence of the passages found answers best."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.attribution import AskedSpeaker, names_same
from rag.protocols import FloatArray, Reranker
from rag.retrieval.expectations import expected_by, holds, without_request
from rag.retrieval.introductions import describes, introduction_of, is_introduced_as
from rag.storage import StoredPassage
from rag.types import Sentence

__all__ = ["Candidate", "Features", "candidates_of", "features", "score"]


class Candidate(NamedTuple):
    """A sentence that may answer, with what is known about it before the question is read."""

    passage: StoredPassage
    sentence: Sentence
    quote: str
    before: str
    passage_score: float
    similarity: float


class Features(NamedTuple):
    """What speaks for a sentence; each 0 to 1 unless it says otherwise.

    similarity: inner product of the question and the sentence in its passage, -1 to 1.
    overlap: weighted share of the question's words in the sentence or in its speaker's name.
    context: the same for the sentence with the one before it and the document's title.
    passage: fused score of its passage.
    speaker: 1 when the question asks for this speaker's words or describes them, -1 when it asks for another's, else 0.
    expected: 1 when the sentence holds a thing of the kind that the question asks for.
    """

    similarity: float
    overlap: float
    context: float
    passage: float
    speaker: float
    expected: float


def candidates_of(
    passages: Sequence[StoredPassage], scores: Sequence[float], question_vector: FloatArray
) -> list[Candidate]:
    """The sentences of the passages, each text once: the same sentence in a second document adds nothing."""
    candidates = []
    seen = set()
    for passage, score in zip(passages, scores, strict=True):
        similarities = passage.vectors @ question_vector
        before = ""
        for sentence, similarity in zip(passage.sentences, similarities, strict=True):
            quote = passage.quote(sentence)
            key = " ".join(quote.split()).casefold()
            if key not in seen:
                seen.add(key)
                candidates.append(Candidate(passage, sentence, quote, before, score, float(similarity)))
            before = quote
    return candidates


def features(
    question: str, candidates: Sequence[Candidate], reranker: Reranker, asked: AskedSpeaker | None
) -> list[Features]:
    """The features of each candidate, aligned with `candidates`."""
    kind = expected_by(question)
    introductions = _introductions(candidates)
    introduced = [introductions[_voice(candidate)] for candidate in candidates]
    spoken = [
        f"{candidate.quote} {candidate.sentence.speaker} {introduction}"
        for candidate, introduction in zip(candidates, introduced, strict=True)
    ]
    around = [
        f"{candidate.passage.title} {candidate.before} {text}"
        for candidate, text in zip(candidates, spoken, strict=True)
    ]
    asked_about = without_request(question)
    overlaps = reranker.score(asked_about, spoken)
    contexts = reranker.score(asked_about, around)
    wanted = _wanted(question, introductions, asked)
    return [
        Features(
            similarity=candidate.similarity,
            overlap=float(overlap),
            context=float(context),
            passage=candidate.passage_score,
            speaker=_speaker_fit(_voice(candidate), wanted),
            expected=float(holds(kind, candidate.quote, question)),
        )
        for candidate, overlap, context in zip(candidates, overlaps, contexts, strict=True)
    ]


class _Voice(NamedTuple):
    """A speaker of one document; an empty name stands for nobody."""

    document_id: str
    speaker: str


def _voice(candidate: Candidate) -> _Voice:
    return _Voice(candidate.sentence.document_id, candidate.sentence.speaker)


def _introductions(candidates: Sequence[Candidate]) -> dict[_Voice, str]:
    """How each voice of the candidates is introduced, by its own document."""
    quotes_of: dict[str, list[str]] = {}
    for candidate in candidates:
        quotes_of.setdefault(candidate.sentence.document_id, []).append(candidate.quote)
    voices = dict.fromkeys(_voice(candidate) for candidate in candidates)
    return {voice: introduction_of(voice.speaker, quotes_of[voice.document_id]) for voice in voices}


class _Wanted(NamedTuple):
    """The voices that a question is about; when it asks for their words, everybody else's are beside the point."""

    voices: frozenset[_Voice]
    is_exclusive: bool


def _wanted(question: str, introductions: Mapping[_Voice, str], asked: AskedSpeaker | None) -> _Wanted:
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


def _speaker_fit(voice: _Voice, wanted: _Wanted) -> float:
    if voice in wanted.voices:
        return 1.0
    return -1.0 if wanted.is_exclusive and voice.speaker else 0.0


def score(values: Features, quote: str) -> float:
    """How well a sentence fits, 0 to 1: the weighted sum of its features, and 0 for words of the wrong speaker.

    A sentence that is a question itself is much like the one asked and seldom its answer.
    """
    if values.speaker < 0:
        return 0.0
    total = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True))
    return min(max(total, 0.0), 1.0) * (_OF_A_QUESTION if _QUESTION.search(quote) else 1.0)


_QUESTION = re.compile(r"^[^“”\"«»„]*\?[\s)\]’'!?]*$")
"""A question that nobody is quoted with."""
_OF_A_QUESTION = 0.6

_WEIGHTS = Features(similarity=0.5, overlap=0.09, context=0.24, passage=0.1, speaker=0.1, expected=0.06)
"""Fitted on 2026-11-23 by logistic regression on pairs of a gold sentence and one that is not, on the development
halves of SQuAD 2.0 and QED (documents by hash), scaled to a similarity of 0.5; the weight of the speaker, whom those
sets lack, by hand on the development questions about the seed article."""
