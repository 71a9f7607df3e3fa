"""Which sentence of the passages found answers best.

How near its words come to those of the question counts too: "wrote" to "written", "biggest" to "largest". Each word has
one short vector, whatever stands around it, so that a ranking costs look-ups and one multiplication. The vectors are
the word embeddings with which the default embedding model begins, cut to their principal components; they are read from
this package, not from the model, and serve every embedder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.attribution import AskedSpeaker
from rag.attribution.questions import introductions_of, speaker_fits, voice_of
from rag.language.words import content_stems, distinct_content_words
from rag.protocols import FloatArray, Reranker
from rag.retrieval.answer_kinds import adds_name_or_number, asked_words, expected_by, has_kind, without_request
from rag.storage import StoredPassage
from rag.types import Sentence

__all__ = [
    "Candidate",
    "Features",
    "Ranked",
    "SentenceReading",
    "candidates_of",
    "coefficients",
    "feature_weights",
    "is_question",
    "likeness",
    "measure_features",
    "rows_by_word",
    "scores_of",
]


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
    context: the same for the sentence with the one before it and the document's heading.
    likeness: as overlap, but a word of nearly the same meaning counts too.
    likeness_around: the same where either the sentence or what stands around it may hold the word.
    passage: fused score of its passage.
    speaker: 1 when the question asks for this speaker's words or describes them, -1 when it asks for another's, else 0.
    expected: 1 when the sentence holds a thing of the kind that the question asks for.
    news: 1 when that is a number or a name which the question does not hold.
    whole: 0, or -1 when it does not end as a sentence does: a heading or a caption seldom answers.
    """

    similarity: float
    overlap: float
    context: float
    likeness: float
    likeness_around: float
    passage: float
    speaker: float
    expected: float
    news: float
    whole: float


class SentenceReading(NamedTuple):
    """What a reader says of a sentence in its passage.

    answers, any_answers: log-odds that it answers, and that any sentence of what was read with it does.
    among: logarithm of its share, 0 to 1, among what was read with it, if one of them answers.
    unmet: words of the question that the passage says nothing of.
    """

    answers: float
    any_answers: float
    among: float
    unmet: tuple[str, ...] = ()


class Ranked(NamedTuple):
    """A candidate with its features and its score, 0 to 1.

    reading: None where nothing has read it. score_before: where a reader was asked, the score by the features alone.
    """

    candidate: Candidate
    features: Features
    score: float
    reading: SentenceReading | None = None
    score_before: float | None = None


def candidates_of(
    passages: Sequence[StoredPassage], scores: Sequence[float], question_vector: FloatArray
) -> list[Candidate]:
    """The sentences of the passages, each text once: the same sentence in a second document adds nothing."""
    candidates = []
    seen = set()
    for passage, passage_score in zip(passages, scores, strict=True):
        similarities = passage.vectors @ question_vector
        before = ""
        for sentence, similarity in zip(passage.sentences, similarities, strict=True):
            quote = passage.quote(sentence)
            key = " ".join(quote.split()).casefold()
            if key not in seen:
                seen.add(key)
                candidates.append(Candidate(passage, sentence, quote, before, passage_score, float(similarity)))
            before = quote
    return candidates


def measure_features(
    question: str, candidates: Sequence[Candidate], reranker: Reranker, asked: AskedSpeaker | None
) -> list[Features]:
    """The features of each candidate, aligned with `candidates`."""
    kind = expected_by(question)
    quotes = [candidate.quote for candidate in candidates]
    introductions = introductions_of([candidate.sentence for candidate in candidates], quotes)
    voices = [voice_of(candidate.sentence) for candidate in candidates]
    fits = speaker_fits(question, introductions, asked)
    # Line by line, since the words of a line are read once: a sentence stands before the next one, too.
    spoken = [
        f"{quote}\n{voice.speaker} {introductions[voice]}" if voice.speaker else quote
        for quote, voice in zip(quotes, voices, strict=True)
    ]
    around = [
        f"{candidate.passage.heading}\n{candidate.before}\n{text}"
        for candidate, text in zip(candidates, spoken, strict=True)
    ]
    asked_about = without_request(question)
    overlaps = reranker.score(asked_about, spoken)
    contexts = reranker.score(asked_about, around)
    alike, alike_around = _likeness(question, candidates, spoken)
    return [
        Features(
            similarity=candidate.similarity,
            overlap=float(overlaps[row]),
            context=float(contexts[row]),
            likeness=float(alike[row]),
            likeness_around=float(alike_around[row]),
            passage=candidate.passage_score,
            speaker=fits[voices[row]],
            expected=float(has_kind(kind, candidate.quote, question)),
            news=float(adds_name_or_number(kind, candidate.quote, question)),
            whole=0.0 if _ENDED.search(candidate.quote) else -1.0,
        )
        for row, candidate in enumerate(candidates)
    ]


def _likeness(question: str, candidates: Sequence[Candidate], own: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """float32 (n,) twice: the weighted share of the question's words in each sentence, and in or around it.

    own: the words of each candidate, with those of its speaker.

    A word weighs the more the fewer of the sentences hold it, by the formula of `rag.rerankers.overlap`.
    """
    words = asked_words(question)
    if not words or not candidates:
        return np.zeros(len(candidates), dtype=np.float32), np.zeros(len(candidates), dtype=np.float32)
    before, headings = [each.before for each in candidates], [each.passage.heading for each in candidates]
    texts = list(dict.fromkeys([*own, *before, *headings]))
    place_by_text = {text: place for place, text in enumerate(texts)}
    found = likeness(words, texts)
    inside, ahead, above = (found[[place_by_text[text] for text in group]] for group in (own, before, headings))
    counts = (inside == 1).sum(axis=0)
    weights = np.log(1 + (len(own) - counts + 0.5) / (counts + 0.5)).astype(np.float32)
    weights /= weights.sum()
    return inside @ weights, np.maximum(np.maximum(inside, ahead), above) @ weights


def scores_of(features: Sequence[Features], quotes: Sequence[str]) -> list[float]:
    """How well each sentence fits, 0 to 1: the weighted sum of its features, and 0 for words of the wrong speaker.

    A sentence that is a question itself is much like the one asked and seldom its answer.
    """
    if not features:
        return []
    values = np.array(features)
    totals = np.einsum("ij,j->i", values, np.array(feature_weights())).clip(0.0, 1.0)  # equal rows score the same
    totals[values[:, Features._fields.index("speaker")] < 0] = 0.0
    return [
        total * (_OF_A_QUESTION if is_question(quote) else 1.0)
        for total, quote in zip(totals.tolist(), quotes, strict=True)
    ]


def is_question(quote: str) -> bool:
    """Whether it is a question that nobody is quoted with."""
    return _QUESTION.search(quote) is not None


@cache
def feature_weights() -> Features:
    """How much each feature counts."""
    return Features(**coefficients()["ranking"])


@cache
def coefficients() -> Mapping[str, Mapping[str, float]]:
    """What is fitted → name → number: "ranking" has the weight of each feature, "answerability" of each signal.

    "reading" makes the score of a sentence that a reader has read, "read answerability" weighs the signals then.
    `eval.training.ranking.fit` makes the first two, `eval.training.reader.fit` the others. The file is part of this
    package, so it is read without checks; a test compares its names with those used here.
    """
    fitted = json.loads(files("rag.retrieval").joinpath(_COEFFICIENTS).read_text(encoding="utf-8"))
    return {part: fitted[part] for part in ("ranking", "answerability", "reading", "read answerability")}


def likeness(words: Sequence[str], texts: Sequence[str]) -> FloatArray:
    """float32 (len(texts), len(words)), 0 to 1: how well each text holds each word, in lower case.

    1 where it holds the word, in any form that `content_stems` takes for the same; else what its nearest word has in
    common with it, at most 0.85, and 0 when either of them is rare or nothing is near.

    >>> found = likeness(["biggest"], ["The largest city.", "The biggest city.", "He slept."])
    >>> bool(found[1, 0] == 1 > found[0, 0] > 0.4), float(found[2, 0])
    (True, 0.0)
    """
    table = _table()
    found = np.zeros((len(texts), len(words)), dtype=np.float32)
    if not words or not texts:
        return found
    asked = table.vectors[[table.row_by_word.get(word, -1) for word in words]]
    rows = [_rows(text) for text in texts]
    filled = [place for place, row in enumerate(rows) if row.size]
    if filled:
        distinct, column = np.unique(np.concatenate([rows[place] for place in filled]), return_inverse=True)
        cosines = (asked @ table.vectors[distinct].T)[:, column]
        starts = np.cumsum([0, *(rows[place].size for place in filled[:-1])])
        nearest = np.maximum.reduceat(cosines, starts, axis=1).T
        found[filled] = np.clip((nearest - _UNLIKE) / (1 - _UNLIKE), 0, _ALMOST)
    stems_of_words = [content_stems(word) for word in words]
    asked_stems = frozenset[str]().union(*stems_of_words)
    for place, text in enumerate(texts):
        stems = content_stems(text) & asked_stems
        held = [column for column, asked_for in enumerate(stems_of_words) if asked_for <= stems]
        if held:
            found[place, held] = 1
    return found


def rows_by_word() -> Mapping[str, int]:
    """The words of English that have a vector, some ten thousand, with the numbers of their rows."""
    return _table().row_by_word


class _Table(NamedTuple):
    """vectors: float32 (n + 1, 64), rows of length 1; the last one, of every word that has none, is zero."""

    row_by_word: Mapping[str, int]
    vectors: FloatArray


@cache
def _table() -> _Table:
    """Read when the first question is asked. Source: `python -m eval.training.ranking.word_vectors`."""
    with (files("rag.retrieval") / _WORD_VECTORS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        words = bytes(stored["words"]).decode("ascii").split()
        vectors = stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    blank = np.zeros((1, vectors.shape[1]), dtype=np.float32)
    return _Table({word: row for row, word in enumerate(words)}, np.vstack([vectors, blank]))


@lru_cache(maxsize=10_000)
def _rows(text: str) -> NDArray[np.int64]:
    """The rows of the words of the text that have a vector, each once."""
    row_by_word = _table().row_by_word
    words = distinct_content_words(text)
    return np.array([row_by_word[word] for word in words if word in row_by_word], dtype=np.int64)


_COEFFICIENTS = "coefficients.json"
_WORD_VECTORS = "word_vectors.npz"
_UNLIKE = 0.3
"""Cosines up to here are chance: two words of English taken at random have about 0.05, one pair in a hundred this."""
_ALMOST = 0.85
"""The most that another word can count; 1 is the same word in any of its forms."""
_QUESTION = re.compile(r"^[^“”\"«»„]*\?[\s)\]’'!?]*$")
_OF_A_QUESTION = 0.6
_ENDED = re.compile(r"[.!?…。！？।؟]\W*$")
