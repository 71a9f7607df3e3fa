"""Coverage of the question's words, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.rerankers.overlap import OverlapReranker


def score(question: str, *texts: str) -> list[float]:
    return OverlapReranker().score(question, texts).tolist()


def test_all_words_give_1_and_none_gives_0():
    assert score("bridge opened", "The bridge opened.", "Rain fell.") == [1, 0]


def test_a_rare_word_weighs_as_the_formula_says():
    rare, common = math.log(1 + 2.5 / 1.5), math.log(1 + 0.5 / 3.5)
    found = score("old bridge", "bridge", "bridge", "old bridge")
    assert found == pytest.approx([common / (rare + common)] * 2 + [1])


def test_forms_of_a_word_and_names_of_a_country_count_as_one():
    assert score("territories of Britain", "London's territory") == [1]


def test_words_of_asking_do_not_count():
    assert score("What did the article say about bridges?", "A bridge.") == [1]
    assert score("What did they say?", "They say no.", "No.") == [1, 0]


@pytest.mark.parametrize("question", ["", "who is it?", "?!"])
def test_a_question_without_content_gives_0(question):
    assert score(question, "It is Anna.", "") == [0, 0]


def test_scores_are_float32_aligned_with_any_number_of_texts():
    assert OverlapReranker().score("bridge", []).shape == (0,)
    scores = OverlapReranker().score("bridge", ["", "bridge", "bridge " * 1000])
    assert scores.dtype == np.float32
    assert scores.tolist() == [0, 1, 1]
