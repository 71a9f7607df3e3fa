"""The model's reranker: what it does with texts that cannot be read, and when it loads the model."""

from __future__ import annotations

import numpy as np

from rag.model.evidence import bundled_model
from rag.rerankers.evidence_model import EvidenceModelReranker

QUESTION = "Who climbed the mountain?"
ANSWER = "Anna climbed the mountain in 1954."


def test_scores_are_probabilities_and_what_says_nothing_does_not_answer():
    scores = EvidenceModelReranker().score(QUESTION, [ANSWER, "", "?!", "The valley is wide.", "climbed " * 2000])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores.argmax() == 0
    assert scores[[1, 2, 4]].max() < 1e-6


def test_score_does_not_depend_on_the_other_texts():
    reranker = EvidenceModelReranker()
    (alone,) = reranker.score(QUESTION, [ANSWER])
    together = reranker.score(QUESTION, ["Rain fell.", ANSWER, ANSWER, "The valley is wide, and the river long."])
    np.testing.assert_array_equal(together[1:3], [alone, alone])


def test_no_model_is_loaded_for_no_text():
    def load():
        raise AssertionError("nothing is to be read")

    assert EvidenceModelReranker(load_model=load).score(QUESTION, ["", "?"]).shape == (2,)


def test_a_text_that_comes_twice_is_read_once():
    class Counting:
        n = 0

        def read(self, pairs):
            self.n += len(pairs)
            return bundled_model().read(pairs)

    counting = Counting()
    EvidenceModelReranker(load_model=lambda: counting).score(QUESTION, [ANSWER, "Rain fell.", ANSWER])
    assert counting.n == 2
