"""A model's score for the best sentences."""

from __future__ import annotations

import numpy as np

from rag.retrieval import ranking
from rag.retrieval.answerability import measure_signals
from rag.retrieval.ranking import reread_best


class Likes:
    """Gives 1 to the texts with a word and remembers what it was asked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.seen: list[str] = []

    def score(self, question, texts):
        self.seen += texts
        return np.array([float(self.word in text) for text in texts], dtype=np.float32)


def ranked_two(make_candidate, rank):
    return rank(
        "Who slept?", [make_candidate("Anna slept.", similarity=0.6), make_candidate("Tom ate.", similarity=0.5)]
    )


def test_the_score_of_the_model_becomes_a_feature(make_candidate, rank):
    ranked = reread_best("Who slept?", ranked_two(make_candidate, rank), Likes("Tom"))
    assert {place.candidate.quote: place.features.model for place in ranked} == {"Anna slept.": 0, "Tom ate.": 1}


def test_what_the_model_prefers_comes_first_where_the_rest_is_close(make_candidate, rank):
    ranked = rank(
        "Who slept?", [make_candidate("Anna slept.", similarity=0.6), make_candidate("Tom slept.", similarity=0.55)]
    )
    assert [place.candidate.quote for place in ranked] == ["Anna slept.", "Tom slept."]
    looked_at = reread_best("Who slept?", ranked, Likes("Tom"))
    assert [place.candidate.quote for place in looked_at] == ["Tom slept.", "Anna slept."]


def test_whether_the_documents_answer_is_judged_by_what_it_was_fitted_to(make_candidate, rank):
    before = ranked_two(make_candidate, rank)
    after = reread_best("Who slept?", before, Likes("Anna"))
    assert after[0].score > before[0].score
    assert measure_signals("Who slept?", after, None)._replace(model=0.0) == measure_signals("Who slept?", before, None)


def test_only_the_first_are_shown_and_none_of_score_0(make_candidate, rank):
    ranked = ranked_two(make_candidate, rank)
    worthless = ranked[1]._replace(score=0.0)
    model = Likes("Tom")
    assert reread_best("Who slept?", [ranked[0], worthless], model) == [ranked[0], worthless]
    assert reread_best("Who slept?", ranked, model, n=1)[1] == ranked[1]
    assert model.seen == ["Anna slept.", "Anna slept."]


def test_a_ranking_of_nothing_stays_empty():
    assert reread_best("Who?", [], Likes("x")) == []


def test_scores_of_looked_at_sentences_are_those_of_their_features(make_candidate, rank):
    for place in reread_best("Who slept?", ranked_two(make_candidate, rank), Likes("Anna")):
        assert place.score == ranking.score(place.features, place.candidate.quote)
