"""The best sentences read in their passages."""

from __future__ import annotations

import numpy as np
import pytest

from rag.protocols import PassageReading, ShownPassage
from rag.rerankers.overlap import OverlapReranker
from rag.retrieval.answerability import answerability, measure_signals
from rag.retrieval.ranking import candidates_of
from rag.retrieval.reading import MAX_WORDS, OneByOne, ReadingWeights, windows_of
from rag.retrieval.reading import read_ranking as read_with

WEIGHTS = ReadingWeights(answers=0.5, any_answers=0.2, among=0.2, score=2.0, intercept=-1.5)
SENTENCES = [f"Sentence number {number} says little." for number in range(12)]


class Likes:
    """Finds that the sentences with a word answer, and remembers the passages it was shown."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.seen: list[ShownPassage] = []

    def read(self, question, passages):
        self.seen += passages
        readings = []
        for passage in passages:
            answers = np.array([4.0 if self.word in text else -4.0 for text in passage.sentences], dtype=np.float32)
            readings.append(PassageReading(answers, float(answers.max())))
        return readings


def read_ranking(question, ranked, reader, *, n):
    return read_with(question, ranked, reader, n=n, weights=WEIGHTS)


@pytest.fixture
def ranked_passage(make_passage, rank):
    """The twelve sentences of one passage, the first most like the question."""

    def ranked(question="Who says little?", sentences=SENTENCES):
        vectors = [[1 - number / 20, 0.0] for number in range(len(sentences))]
        passage = make_passage(sentences, vectors, title="A heading")
        return rank(question, candidates_of([passage], [0.5], np.array([1.0, 0.0], dtype=np.float32)))

    return ranked


def test_what_the_reader_finds_to_answer_comes_first(ranked_passage):
    ranked = read_ranking("Who says little?", ranked_passage(), Likes("number 3"), n=12)
    assert ranked[0].candidate.quote == SENTENCES[3]
    assert ranked[0].score > 0.5 > ranked[1].score


def test_a_sentence_is_read_between_its_neighbours_and_under_its_heading(ranked_passage):
    reader = Likes("x")
    best = next(place for place in ranked_passage() if place.candidate.quote == SENTENCES[5])
    read_ranking("Who says little?", [best], reader, n=1)
    assert reader.seen == [ShownPassage("A heading", tuple(SENTENCES[3:7]))]


def test_all_of_a_window_are_read_and_the_rest_stays_behind_in_its_order(ranked_passage):
    after = read_ranking("Who says little?", ranked_passage(), Likes("number 1 "), n=2)
    assert [place.candidate.sentence.ordinal for place in after] == [1, 0, *range(2, 12)]
    assert [place.reading is not None for place in after] == [True, True, *[False] * 10]
    assert max(place.score for place in after[2:]) < after[1].score


def test_where_nothing_is_likely_as_many_are_read_once_more(ranked_passage):
    reader = Likes("no such word")
    after = read_ranking("Who says little?", ranked_passage(), reader, n=4)
    n_read = sum(place.reading is not None for place in after)
    assert 4 < n_read <= 8 == 2 * 4
    found = Likes("number 0")
    read_ranking("Who says little?", ranked_passage(), found, n=4)
    assert len(found.seen) < len(reader.seen)


def test_every_chosen_sentence_is_in_one_window_of_bounded_length(ranked_passage):
    long = [f"{'word ' * 70}{number}." for number in range(9)]
    chosen = ranked_passage(sentences=long)
    windows = [window for _, window in windows_of(chosen)]
    assert sorted(number for window in windows for number in window) == list(range(9))
    assert all(sum(len(long[number].split()) for number in window) <= MAX_WORDS for window in windows)


def test_words_of_the_wrong_speaker_keep_their_score_and_are_not_asked_about(ranked_passage):
    ranked = [place._replace(score=0.0) for place in ranked_passage()]
    reader = Likes("number")
    assert read_ranking("Who says little?", ranked, reader, n=12) == ranked
    assert reader.seen == []


def test_a_ranking_of_nothing_stays_empty():
    assert read_ranking("Who?", [], Likes("x"), n=24) == []


def test_whether_the_documents_answer_follows_the_reader(ranked_passage):
    question = "Who says little?"
    yes = read_ranking(question, ranked_passage(), Likes("number 3"), n=12)
    no = read_ranking(question, ranked_passage(), Likes("no such word"), n=12)
    assert (measure_signals(question, yes, None).answers, measure_signals(question, no, None).answers) == (4, -4)
    assert answerability(question, yes, None) > answerability(question, no, None) + 0.2


def test_a_reranker_reads_one_by_one():
    texts = ["Anna climbed the mountain.", "Rain fell.", "The mountain is high."]
    reader = OneByOne(OverlapReranker())
    first, second = reader.read(
        "Who climbed the mountain?", [ShownPassage("", (*texts[:2],)), ShownPassage("", (texts[2],))]
    )
    scores = OverlapReranker().score("Who climbed the mountain?", texts)
    odds = np.exp([*first.answers, *second.answers])
    np.testing.assert_allclose(odds / (1 + odds), np.clip(scores, 1e-5, 1 - 1e-5), atol=1e-4)
    assert first.any_answers == first.answers.max()
    assert reader.read("Who?", []) == []
