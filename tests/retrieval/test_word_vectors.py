"""Words of nearly the same meaning."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrieval.word_vectors import likeness


def test_the_word_itself_in_any_form_is_1_and_a_text_without_words_0():
    found = likeness(["territories"], ["One territory.", "", "?!"])
    assert found.tolist() == [[1.0], [0.0], [0.0]]


@pytest.mark.parametrize(("word", "near", "far"), [("wrote", "written", "bridge"), ("biggest", "largest", "june")])
def test_a_near_word_is_between_a_far_one_and_the_word_itself(word, near, far):
    found = likeness([word], [far, near, word])[:, 0]
    assert found[0] < found[1] < found[2] == 1
    assert found[1] > 0.3


def test_rare_words_are_alike_only_to_themselves():
    assert likeness(["xyzzyqua"], ["Xyzzyqua came.", "Xyzzyqub came."]).tolist() == [[1.0], [0.0]]


def test_each_text_has_its_own_row_whatever_stands_beside_it():
    texts = ["He wrote it.", "", "Snow fell.", "東京 😀", "A writer came."]
    together = likeness(["written", "snow"], texts)
    assert together.shape == (5, 2)
    assert together.dtype == np.float32
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(likeness(["written", "snow"], [text])[0], row, atol=1e-6)


def test_no_words_or_no_texts_give_an_empty_array():
    assert likeness([], ["a"]).shape == (1, 0)
    assert likeness(["a"], []).shape == (0, 1)
