"""The best sentences read in their passages: whether each answers the question, and whether any does.

A reader sees question and sentences together and is thousands of times slower than any feature, so it sees only the
sentences that the features have put first, each with what stands around it and under its document's heading. Where one
is set, its word decides the order; `Retriever.rank` calls this, and without a reader nothing changes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from rag.protocols import FloatArray, PassageReader, PassageReading, Reranker, ShownPassage
from rag.retrieval.ranking import Ranked, SentenceReading, coefficients
from rag.storage import StoredPassage
from rag.types import Sentence

__all__ = ["MAX_WORDS", "OneByOne", "ReadingWeights", "read_ranking", "reading_weights", "windows_of"]

MAX_WORDS = 150
"""Of the sentences that are read at once: with question and heading about 220 tokens."""
N_BEFORE, N_AFTER = 2, 1
"""Sentences around one that is to be read: what a pronoun stands for mostly comes before."""
_N_LOOKS, _LIKELY = 2, 0.5
"""How often sentences are read, and the probability of the best one from which on once is enough."""


class ReadingWeights(NamedTuple):
    """How the log-odds that a sentence answers are made: from its reading, its score without one, and a constant."""

    answers: float
    any_answers: float
    among: float
    score: float
    intercept: float


@cache
def reading_weights() -> ReadingWeights:
    """The fitted ones."""
    return ReadingWeights(**coefficients()["reading"])


class OneByOne:
    """A reranker as a reader: each sentence alone, its score a probability, 0 to 1."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def read(self, question: str, passages: Sequence[ShownPassage]) -> list[PassageReading]:
        """One reading for each passage, in order."""
        if not passages:
            return []
        scores = self._reranker.score(question, [each for passage in passages for each in passage.sentences])
        bounded = np.clip(scores, _LEAST, 1 - _LEAST)
        log_odds = np.log(bounded / (1 - bounded)).astype(np.float32)
        ends = np.cumsum([len(passage.sentences) for passage in passages])[:-1]
        return [PassageReading(part, float(part.max(initial=_UNREAD))) for part in np.split(log_odds, ends)]


def read_ranking(
    question: str, ranked: Sequence[Ranked], reader: PassageReader, *, n: int, weights: ReadingWeights | None = None
) -> list[Ranked]:
    """The ranking, best first, by how likely each sentence answers once the best are read in their passages.

    ranked: best first. n: sentences that are read at once, those around the best ones counted; where none of them is
    likely to answer, as many are read once more. A sentence of score 0, such as the words of another speaker than the
    one asked for, keeps it, and those that are not read stay behind the others. weights: the fitted ones by default.
    """
    weights = weights or reading_weights()
    read: dict[Sentence, SentenceReading] = {}
    unread = [place for place in ranked if place.score > 0]
    for _ in range(_N_LOOKS):
        read |= _readings(question, _first(unread, n), reader)
        unread = [place for place in unread if place.candidate.sentence not in read]
        likely = [_read(place, read[place.candidate.sentence], weights) for place in ranked if _is_in(place, read)]
        if not unread or any(place.score >= _LIKELY for place in likely):
            break
    rest = [place if place.score <= 0 else _read(place, None, weights) for place in ranked if not _is_in(place, read)]
    return [*sorted(_source_by_source(question, likely), key=lambda place: -place.score), *rest]


def _first(ranked: Sequence[Ranked], n: int) -> list[Ranked]:
    """The best places, as many as are `n` sentences together with those around them; at least one."""
    chosen: list[Ranked] = []
    shown: set[tuple[int, int]] = set()
    for place in ranked:
        passage = place.candidate.passage
        around = _around(place)
        shown |= {(passage.passage.id, number) for number in around}
        if chosen and len(shown) > n:
            break
        chosen.append(place)
    return chosen


def _around(place: Ranked) -> range:
    """The numbers in its passage of the sentence and of those that are read with it."""
    passage = place.candidate.passage
    number = place.candidate.sentence.ordinal - passage.passage.first_sentence
    return range(max(0, number - N_BEFORE), min(len(passage.sentences), number + N_AFTER + 1))


def _readings(question: str, chosen: Sequence[Ranked], reader: PassageReader) -> dict[Sentence, SentenceReading]:
    windows = list(windows_of(chosen))
    shown = [
        ShownPassage(passage.heading, tuple(passage.quote(passage.sentences[number]) for number in window))
        for passage, window in windows
    ]
    return {
        passage.sentences[number]: SentenceReading(float(answers), reading.any_answers, float(among), reading.unmet)
        for (passage, window), reading in zip(windows, reader.read(question, shown) if shown else [], strict=True)
        for number, answers, among in zip(window, reading.answers, _log_shares(reading.answers), strict=False)
    }


def _log_shares(log_odds: FloatArray) -> FloatArray:
    """The logarithms of shares that are 1 together, each in proportion to its odds."""
    raised = np.exp(log_odds - log_odds.max(initial=_UNREAD))
    return np.asarray(np.log(raised / raised.sum()), dtype=np.float32)


def windows_of(chosen: Sequence[Ranked]) -> Iterator[tuple[StoredPassage, range]]:
    """Which sentences of which passage are read together: the chosen ones with what stands around them.

    Passages come in the order of their best sentence.
    """
    passages: dict[int, StoredPassage] = {}
    numbers: dict[int, set[int]] = {}
    for place in chosen:
        passage = place.candidate.passage
        passages[passage.passage.id] = passage
        numbers.setdefault(passage.passage.id, set()).update(_around(place))
    for id_, passage in passages.items():
        n_words = [len(passage.quote(sentence).split()) for sentence in passage.sentences]
        yield from ((passage, window) for window in _runs(sorted(numbers[id_]), n_words))


def _source_by_source(question: str, read: Sequence[Ranked]) -> list[Ranked]:
    """Where the question names several publishers or authors, the best sentence of each is as good as the best of all.

    Such a question ("Does The Verge report …, while Wired …?") has a part for each of them, and no sentence answers
    the whole. A source of which no sentence is likely at all stays where it is.
    """
    asked = f" {_words(question)} "
    named: dict[str, list[Ranked]] = {}
    for place in read:
        for name in _said_above(place.candidate.passage):
            if f" {_words(name)} " in asked:
                named.setdefault(_words(name), []).append(place)
    if len(named) < _N_SOURCES:
        return list(read)
    best = max(place.score for place in read)
    scores = {id(place): place.score for place in read}
    for places in named.values():
        of_source = max(place.score for place in places)
        if of_source >= _LIKELY_AT_ALL:
            for place in places:
                scores[id(place)] = max(scores[id(place)], best * place.score / of_source)
    return [place._replace(score=scores[id(place)]) for place in read]


def _said_above(passage: StoredPassage) -> list[str]:
    """Publisher and author, as the heading has them behind the title."""
    behind = passage.heading.removeprefix(passage.title.strip(" .")) if passage.title else passage.heading
    return [part for part in behind.split(". ") if len(part) > _SHORT and not part[-4:].isdigit()]


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


_N_SOURCES = 2
_SHORT = 2
_LIKELY_AT_ALL = 0.02


def _runs(numbers: Sequence[int], n_words: Sequence[int]) -> Iterator[range]:
    """Numbers that follow one another, cut where they are too many words together.

    >>> list(_runs([0, 1, 4, 5], [90, 50, 9, 9, 9, 200]))
    [range(0, 2), range(4, 5), range(5, 6)]
    """
    start = numbers[0]
    total = 0
    for position, number in enumerate(numbers):
        if position and (number != numbers[position - 1] + 1 or total + n_words[number] > MAX_WORDS):
            yield range(start, numbers[position - 1] + 1)
            start, total = number, 0
        total += n_words[number]
    yield range(start, numbers[-1] + 1)


def _is_in(place: Ranked, reading_of: Mapping[Sentence, SentenceReading]) -> bool:
    return place.score > 0 and place.candidate.sentence in reading_of


def _read(place: Ranked, reading: SentenceReading | None, weights: ReadingWeights) -> Ranked:
    answers, any_answers, among = (_UNREAD,) * 3 if reading is None else reading[:3]
    log_odds = weights.answers * answers + weights.any_answers * any_answers + weights.among * among
    log_odds += weights.score * place.score + weights.intercept
    return place._replace(score=1 / (1 + math.exp(-log_odds)), reading=reading, score_before=place.score)


_UNREAD = -12.0
"""Log-odds of a sentence that was not read: it is not known to answer."""
_LEAST = 1e-5
