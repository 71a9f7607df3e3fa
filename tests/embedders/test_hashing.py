from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rag.embedders.hashing import HashingEmbedder
from rag.types import Span


def test_vector_is_the_same_in_every_process():
    code = "from rag.embedders.hashing import HashingEmbedder as E; print(E(8).embed_passages(['giant'])[0].tolist())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert printed == {f"{HashingEmbedder(8).embed_passages(['giant'])[0].tolist()}\n"}


def test_known_vector_keeps_its_numbers():
    vector = HashingEmbedder(8).embed_passages(["The giant is awakening"])[0]
    np.testing.assert_allclose(vector[:5], [0.5011132, -0.1156415, 0.6167547, 0.0, -0.1156415], atol=1e-6)


def test_words_match_without_case_and_by_parts():
    vectors = HashingEmbedder().embed_passages(["Territory", "territory", "territories", "bread"])
    same, inflected, other = vectors[1:] @ vectors[0]
    assert same == pytest.approx(1.0)
    assert 0.2 < inflected < 0.9
    assert abs(other) < 0.2


def test_wordless_texts_share_one_unit_vector():
    vectors = HashingEmbedder(4).embed_passages(["", "?!", "😀"])
    assert vectors.tolist() == [[1.0, 0.0, 0.0, 0.0]] * 3


def test_sentence_is_embedded_apart_from_its_passage():
    embedder = HashingEmbedder()
    text = "Anna climbed. Ben slept."
    _, (sentences,) = embedder.embed_sentences([text], [[Span(start=14, end=24)]])
    np.testing.assert_array_equal(sentences, embedder.embed_passages(["Ben slept."]))


def test_repeated_word_weighs_less_than_twice():
    embedder = HashingEmbedder()
    once, often, other = embedder.embed_passages(["giant valley", "giant giant giant giant valley", "valley"])
    assert once @ other > often @ other > 0.2


def test_settings_are_part_of_the_id():
    ids = {HashingEmbedder().id, HashingEmbedder(64).id, HashingEmbedder(max_tokens=9).id}
    assert len(ids) == 3


@pytest.mark.parametrize("arguments", [{"dim": 0}, {"max_tokens": 0}])
def test_useless_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match="must be positive"):
        HashingEmbedder(**arguments)


def test_spans_must_match_the_texts():
    with pytest.raises(ValueError, match="argument 2"):
        HashingEmbedder().embed_sentences(["a", "b"], [[]])
