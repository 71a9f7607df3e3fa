from __future__ import annotations

import threading
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.embeddings import BaseEmbedding, MockEmbedding
from pydantic import PrivateAttr

from rag import Assistant, Settings
from rag.embedders.llama_index import LlamaIndexEmbedder
from rag.errors import BackendError, SettingsError
from rag.testing.embedder import EMBEDDER_CHECKS
from rag.types import Span


class HashedEmbedding(BaseEmbedding):
    """A LlamaIndex model whose vectors follow shared words; refuses blank texts, as hosted models do."""

    n_numbers: int = 256
    scale: float = 3.0
    _batches: list[list[str]] = PrivateAttr(default_factory=list)
    _n_inside: int = PrivateAttr(default=0)

    def _vector(self, text: str) -> list[float]:
        assert text.strip(), "the input must not be blank"
        text.encode()
        self._n_inside += 1
        assert self._n_inside == 1, "several threads at once"
        vector = np.zeros(self.n_numbers)
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".?!").encode()) % self.n_numbers] += self.scale
        self._n_inside -= 1
        return vector.tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._vector(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vector(text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self._batches.append(texts)
        return [self._vector(text) for text in texts]


class BrokenEmbedding(HashedEmbedding):
    """Works until it is told what to give instead of vectors."""

    api_key: str = "sk-secret"
    _given: Any = PrivateAttr(default=None)

    def _get_text_embeddings(self, texts: list[str]) -> Any:
        if isinstance(self._given, Exception):
            raise self._given
        return self._given


@pytest.fixture(scope="module")
def embedder():
    return LlamaIndexEmbedder(HashedEmbedding())


@pytest.mark.parametrize("check", EMBEDDER_CHECKS, ids=lambda check: check.__name__)
def test_contract(check, embedder):
    check(embedder)


@pytest.mark.parametrize("arguments", [{"max_tokens": 7}, {"max_tokens": 20_000}])
@pytest.mark.parametrize("check", EMBEDDER_CHECKS, ids=lambda check: check.__name__)
def test_contract_with_other_limits(check, arguments):
    if arguments["max_tokens"] == 7 and check.__name__ in ("puts_like_texts_closer", "embeds_sentences_of_passages"):
        pytest.skip("seven tokens are less than the sentence that the check asks for")
    check(LlamaIndexEmbedder(HashedEmbedding(embed_batch_size=2), **arguments))


def test_id_names_class_model_limit_and_revision():
    model = HashedEmbedding(model_name="hashed-v2")
    assert LlamaIndexEmbedder(model).id == "llama-index-HashedEmbedding/hashed-v2-256@1"
    ids = {
        LlamaIndexEmbedder(model).id,
        LlamaIndexEmbedder(model, max_tokens=9).id,
        LlamaIndexEmbedder(model, revision="2").id,
        LlamaIndexEmbedder(HashedEmbedding()).id,
        LlamaIndexEmbedder(MockEmbedding(4, model_name="hashed-v2")).id,
    }
    assert len(ids) == 5


def test_class_is_named_in_text():
    embedder = LlamaIndexEmbedder(
        "llama_index.core.embeddings:MockEmbedding", model_arguments={"embed_dim": 4}, max_tokens=9
    )
    assert (embedder.dim, embedder.max_tokens) == (4, 9)
    np.testing.assert_allclose(embedder.embed_questions(["Who?"]), [[0.5, 0.5, 0.5, 0.5]])


def test_dim_is_learned_with_one_text():
    model = HashedEmbedding(n_numbers=31)
    assert LlamaIndexEmbedder(model).dim == 31
    assert model._batches == []


def test_texts_go_to_the_model_in_its_batches():
    model = HashedEmbedding(embed_batch_size=2)
    LlamaIndexEmbedder(model).embed_passages(["one", "", "two", "three", "  ", "four\ud83d"])
    assert model._batches == [["one", "two"], ["three", "four\ufffd"]]


def test_passage_and_its_sentences_take_one_round_of_batches():
    model = HashedEmbedding(embed_batch_size=100)
    embedder = LlamaIndexEmbedder(model)
    text = "Anna climbed. Ben slept."
    spans = [Span(start=0, end=13), Span(start=14, end=24)]
    passages, sentences = embedder.embed_sentences([text, "Rain"], [spans, []])
    assert model._batches == [[text, "Rain", "Anna climbed.", "Ben slept."]]
    np.testing.assert_array_equal(passages, embedder.embed_passages([text, "Rain"]))
    np.testing.assert_array_equal(sentences[0], embedder.embed_passages(["Anna climbed.", "Ben slept."]))
    assert sentences[1].shape == (0, 256)


def test_wordless_texts_and_zero_vectors_share_one_unit_vector():
    vectors = LlamaIndexEmbedder(HashedEmbedding(n_numbers=3)).embed_passages(["", " \n"])
    assert vectors.tolist() == [[1.0, 0.0, 0.0]] * 2
    (zero,) = LlamaIndexEmbedder(HashedEmbedding(n_numbers=3, scale=0)).embed_passages(["word"])
    assert zero.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_rows_have_length_1_whatever_the_model_gives(scale):
    vectors = LlamaIndexEmbedder(HashedEmbedding(scale=scale)).embed_questions(["one two two"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_count_is_worked_out_by_hand():
    counted = {"giant": 2, "awakening": 3, "it's": 3, "1984": 2, "20250312": 4, "é": 1, "ждать": 5, "東京": 4, "😀": 3}
    assert LlamaIndexEmbedder(HashedEmbedding()).count_tokens(list(counted)) == list(counted.values())


@given(st.text(max_size=60), st.integers(1, 40))
def test_model_reads_what_is_counted_and_no_more(text, max_tokens):
    model = HashedEmbedding()
    embedder = LlamaIndexEmbedder(model, max_tokens=max_tokens)
    embedder.embed_passages([text])
    read = model._batches[0][0] if model._batches else ""
    assert text.startswith(read)
    assert embedder.count_tokens([read])[0] <= max_tokens
    if embedder.count_tokens([text])[0] <= max_tokens:
        assert len(read) == len(text.rstrip())


def test_threads_wait_for_each_other():
    embedder = LlamaIndexEmbedder(HashedEmbedding())
    texts = ["word " * 50] * 20
    failures = []

    def embed():
        try:
            embedder.embed_passages(texts)
            embedder.embed_questions(texts)
        except BackendError as error:
            failures.append(error)

    threads = [threading.Thread(target=embed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "given",
    [
        [[1.0, 2.0]] * 2,
        [[1.0] * 256],
        [],
        [[float("nan")] * 256] * 2,
        [[float("inf")] * 256] * 2,
        [["a"] * 256] * 2,
        [[1.0] * 255 + [None]] * 2,
        [[1.0] * 256, [1.0]],
        None,
    ],
    ids=["short", "one", "none", "nan", "infinite", "text", "hole", "ragged", "nothing"],
)
def test_what_is_no_vector_is_refused(given):
    model = BrokenEmbedding()
    embedder = LlamaIndexEmbedder(model)
    model._given = given
    with pytest.raises(BackendError, match=r"cannot embed with '.*BrokenEmbedding/unknown-256@1': "):
        embedder.embed_passages(["two", "words"])


def test_failure_of_the_model_is_one_clear_error():
    model = BrokenEmbedding()
    embedder = LlamaIndexEmbedder(model)
    model._given = ConnectionError("connection refused\n" + "x" * 2000)
    with pytest.raises(BackendError, match=r"ConnectionError: connection refused x.* - start or mend") as caught:
        embedder.embed_passages(["word"])
    assert len(str(caught.value)) < 600
    assert caught.value.__cause__ is model._given


def test_key_in_an_error_is_not_shown():
    model = BrokenEmbedding()
    embedder = LlamaIndexEmbedder(model)
    model._given = PermissionError("wrong key sk-secret")
    with pytest.raises(BackendError, match="PermissionError") as caught:
        embedder.embed_passages(["word"])
    assert "sk-secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_model_that_does_not_answer_is_refused_when_made():
    with pytest.raises(BackendError, match="gave no 1 vectors of 0 numbers"):
        LlamaIndexEmbedder(MockEmbedding(0))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no_such_package:Embedding", "no_such_package"),
        ("llama_index.core.embeddings:NoSuchEmbedding", "NoSuchEmbedding"),
        ("llama_index.core.embeddings", "module:Class"),
        ("", "module:Class"),
        ("collections:OrderedDict", "no LlamaIndex embedding model"),
    ],
)
def test_unknown_class_is_a_backend_error(target, reason):
    with pytest.raises(BackendError, match=reason):
        LlamaIndexEmbedder(target)


def test_refused_arguments_are_a_settings_error():
    with pytest.raises(SettingsError, match=r"\['embed_dim'\]"):
        LlamaIndexEmbedder("llama_index.core.embeddings:MockEmbedding", model_arguments={"embed_dim": "many"})


def test_limit_below_one_is_refused():
    with pytest.raises(SettingsError, match="max_tokens=0"):
        LlamaIndexEmbedder(HashedEmbedding(), max_tokens=0)


def test_spans_must_match_the_texts(embedder):
    with pytest.raises(ValueError, match="argument 2"):
        embedder.embed_sentences(["a", "b"], [[]])


def test_store_is_built_by_the_class_that_the_settings_name(tmp_path):
    (tmp_path / "note.txt").write_text("The bridge opened in 1932. It is painted grey.", encoding="utf-8")
    settings = Settings(
        embedder="llama-index",
        embedding_model="llama_index.core.embeddings:MockEmbedding",
        embedding_arguments={"embed_dim": 8},
        abstain_below=0,
    )
    with Assistant.open(tmp_path / "store", settings) as assistant:
        assistant.add([tmp_path / "note.txt"])
        assert assistant.ask("When did the bridge open?").citations[0].quote == "The bridge opened in 1932."
