"""The bundled reader: what it does with what cannot be read, and when it loads the model."""

from __future__ import annotations

import numpy as np
import pytest

from rag.model.evidence import bundled_reader
from rag.protocols import ShownPassage
from rag.rerankers.reader import ReaderReranker

QUESTION = "Who climbed the mountain?"
ANSWER = "Anna climbed the mountain in 1954."
PASSAGE = ShownPassage("A mountain", ("The valley is wide.", ANSWER, "Rain fell for days."))


def test_the_answer_leads_in_its_passage_and_the_passage_answers():
    here, elsewhere = ReaderReranker().read(QUESTION, [PASSAGE, ShownPassage("", ("The valley is wide.",))])
    assert here.answers.shape == (3,)
    assert here.answers.argmax() == 1
    assert here.any_answers > elsewhere.any_answers


def test_scores_are_probabilities_and_what_says_nothing_does_not_answer():
    scores = ReaderReranker().score(QUESTION, [ANSWER, "", "?!", "The valley is wide.", "climbed " * 2000])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores.argmax() == 0
    assert scores[[1, 2, 4]].max() < 1e-6


def test_a_passage_that_is_too_long_is_read_as_far_as_it_fits():
    long = ShownPassage("", (ANSWER, "word " * 400, "Rain fell."))
    (reading,) = ReaderReranker().read(QUESTION, [long])
    assert reading.answers.shape == (1,)


def test_a_reading_does_not_depend_on_the_other_passages():
    reader = ReaderReranker()
    (alone,) = reader.read(QUESTION, [PASSAGE])
    _, together, _ = reader.read(QUESTION, [ShownPassage("", ("Rain fell.",)), PASSAGE, ShownPassage("x", ("y",))])
    np.testing.assert_array_equal(alone.answers, together.answers)
    assert alone.any_answers == together.any_answers


@pytest.mark.parametrize("texts", [[], ["", "?"]])
def test_no_model_is_loaded_for_no_text(texts):
    def load():
        raise AssertionError("nothing is to be read")

    assert ReaderReranker(load_model=load).score(QUESTION, texts).shape == (len(texts),)


def test_a_text_that_comes_twice_is_read_once():
    class Counting:
        n = 0

        def read(self, pairs):
            self.n += len(pairs)
            return bundled_reader().read(pairs)

    counting = Counting()
    ReaderReranker(load_model=lambda: counting).score(QUESTION, [ANSWER, "Rain fell.", ANSWER])
    assert counting.n == 2
