"""Each socket has a contract test, which takes its backends from `rag.assembly.backends` or names each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assembly.backends import BACKENDS

FILES = {
    "embedder": "test_embedders.py",
    "vector_index": "test_vector_indexes.py",
    "word_index": "test_word_indexes.py",
    "reranker": "test_rerankers.py",
    "generator": "test_generators.py",
    "verifier": "test_verifiers.py",
}


@pytest.mark.parametrize("socket", BACKENDS)
def test_every_backend_keeps_the_contract_of_its_socket(socket):
    code = (Path(__file__).parent / FILES[socket]).read_text(encoding="utf-8")
    if f'BACKENDS["{socket}"]' not in code:
        assert [target for target in BACKENDS[socket].values() if target.partition(":")[2] not in code] == []
