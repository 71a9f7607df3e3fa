"""The contract of the `Embedder` socket, over every backend."""

from __future__ import annotations

import pytest

from rag.embedders.hashing import HashingEmbedder
from rag.protocols import Embedder
from rag.testing.embedder import EMBEDDER_CHECKS, check_embedder


@pytest.fixture(
    scope="module",
    params=[
        "hashing",
        "llama-index",
        pytest.param("onnx", marks=pytest.mark.model),
        pytest.param("sentence-transformers", marks=pytest.mark.model),
    ],
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    if request.param == "llama-index":
        from llama_index.core.embeddings import BaseEmbedding

        from rag.embedders.llama_index import LlamaIndexEmbedder

        hashing = HashingEmbedder()

        class Hashing(BaseEmbedding):
            def _get_text_embedding(self, text):
                return hashing.embed_passages([text])[0].tolist()

            def _get_query_embedding(self, query):
                return self._get_text_embedding(query)

            async def _aget_query_embedding(self, query):
                return self._get_text_embedding(query)

        return LlamaIndexEmbedder(Hashing())
    if request.param == "onnx":
        from rag.embedders.onnx import OnnxEmbedder

        return OnnxEmbedder()
    from rag.embedders.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder()


@pytest.mark.parametrize("check", EMBEDDER_CHECKS, ids=lambda check: check.__name__)
def test_embedder(check, embedder):
    check(embedder)


def test_all_checks_run_as_one():
    check_embedder(HashingEmbedder(64, max_tokens=40))


class _Broken(HashingEmbedder):
    """Gives rows that depend on the batch."""

    def _embed(self, texts):
        vectors = super()._embed(texts)
        return vectors[::-1].copy() if len(texts) > 1 else vectors


def test_contract_catches_rows_out_of_order():
    with pytest.raises(AssertionError):
        check_embedder(_Broken())
