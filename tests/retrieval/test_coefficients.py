"""The fitted numbers fit the code that uses them."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import numpy as np
import pytest

from rag.retrieval.answerability import Signals
from rag.retrieval.ranking import Features, coefficients
from rag.retrieval.reading import ReadingWeights


def test_each_feature_and_each_signal_has_a_number():
    assert set(coefficients()["ranking"]) == set(Features._fields)
    assert set(coefficients()["answerability"]) == {*Signals._fields, "intercept"}
    assert set(coefficients()["read answerability"]) == {*Signals._fields, "intercept"}
    assert set(coefficients()["reading"]) == set(ReadingWeights._fields)
    assert all(math.isfinite(number) for part in coefficients().values() for number in part.values())


def test_no_feature_counts_against_a_sentence():
    assert min(coefficients()["ranking"].values()) >= 0


def test_nothing_that_a_reader_finds_counts_against_a_sentence():
    assert min(value for name, value in coefficients()["reading"].items() if name != "intercept") >= 0


@pytest.mark.parametrize("part", ["answerability", "read answerability"])
def test_what_is_lacking_never_makes_an_answer_more_likely(part):
    weights = coefficients()[part]
    assert weights["score"] > 0
    assert all(number <= 0 for name, number in weights.items() if name.startswith(("lacks", "knows_no")))


def test_the_file_says_where_its_numbers_come_from():
    fitted = json.loads((files("rag.retrieval") / "coefficients.json").read_text(encoding="utf-8"))
    assert {"made_by", "date", "data", "figures"} <= set(fitted)


def test_word_vectors_are_those_of_the_default_model():
    with (files("rag.retrieval") / "word_vectors.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        words, vectors = bytes(stored["words"]).decode("ascii").split(), stored["vectors"]
    assert vectors.shape == (len(words), 64) == (21_719, 64)
    assert vectors.dtype == np.int8
    assert len(set(words)) == len(words)
    assert np.abs(vectors.astype(int)).max(axis=1).min() == 127
