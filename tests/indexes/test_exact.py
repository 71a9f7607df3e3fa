from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest

from rag.errors import StoreError
from rag.indexes.exact import ExactIndex


def test_scores_are_inner_products():
    index = ExactIndex(2)
    index.add([1, 2], np.array([[3.0, 4.0], [1.0, -1.0]], dtype=np.float32))
    assert [(hit.passage_id, hit.score) for hit in index.search(np.array([[2.0, 1.0]], dtype=np.float32), 5)[0]] == [
        (1, 10.0),
        (2, 1.0),
    ]


def test_round_trip_keeps_vectors_and_generation(tmp_path):
    index = ExactIndex(2)
    index.add([5, 3], np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    index.save(tmp_path, embedder_id="model@1", generation=9)
    loaded = ExactIndex(2)
    assert loaded.load(tmp_path, embedder_id="model@1") is True
    assert loaded.ids() == [3, 5]
    assert loaded.generation == 9
    assert [path.name for path in tmp_path.iterdir()] == ["exact.index"]


def test_pickled_array_is_not_loaded(tmp_path):
    arrays = {"ids": np.array([{"a": 1}], dtype=object), "vectors": np.zeros((1, 2), dtype=np.float32)}
    buffer = io.BytesIO()
    np.savez(buffer, embedder_id=np.array("model@1"), generation=np.array(1), **arrays)
    content = buffer.getvalue()
    (tmp_path / "exact.index").write_bytes(hashlib.sha256(content).digest() + content)
    assert ExactIndex(2).load(tmp_path, embedder_id="model@1") is False


def test_vectors_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 2\), got \(1, 3\)"):
        ExactIndex(2).add([1], np.zeros((1, 3), dtype=np.float32))


def test_folder_that_cannot_be_written_is_a_store_error(tmp_path):
    with pytest.raises(StoreError, match="check that the folder exists"):
        ExactIndex(2).save(tmp_path / "missing", embedder_id="model@1", generation=1)
