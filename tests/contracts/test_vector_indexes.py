"""The contract of the `VectorIndex` socket, over every backend."""

from __future__ import annotations

from itertools import count
from time import sleep

import pytest

from rag.indexes.exact import ExactIndex
from rag.indexes.faiss import FaissIndex
from rag.indexes.milvus import MilvusIndex
from rag.testing.vector_index import VECTOR_INDEX_CHECKS, check_vector_index


@pytest.mark.parametrize("make_index", [FaissIndex, ExactIndex])
@pytest.mark.parametrize("check", VECTOR_INDEX_CHECKS, ids=lambda check: check.__name__)
def test_vector_index(check, make_index, tmp_path):
    check(make_index, tmp_path)


@pytest.fixture(scope="module")
def make_in_milvus(tmp_path_factory):
    """Each index in a collection of its own, in Milvus Lite."""
    place, numbers = tmp_path_factory.mktemp("milvus") / "lite.db", count()
    return lambda dim: MilvusIndex(dim, uri=str(place), collection=f"contract_{next(numbers)}")


@pytest.mark.filterwarnings("ignore")  # of the libraries of Milvus
@pytest.mark.parametrize("check", VECTOR_INDEX_CHECKS, ids=lambda check: check.__name__)
def test_milvus(check, make_in_milvus, tmp_path):
    check(make_in_milvus, tmp_path)


def test_all_checks_run_as_one(tmp_path):
    check_vector_index(ExactIndex, tmp_path)


class _Forgetful(ExactIndex):
    """Keeps what is removed."""

    def remove(self, ids):
        pass


class _Generous(ExactIndex):
    """Finds passages outside of the choice."""

    def search(self, vectors, k, *, among=None):
        return super().search(vectors, k)


class _Unguarded(ExactIndex):
    """Walks over its passages while others change them."""

    def search(self, vectors, k, *, among=None):
        for _ in self._vector_by_id:
            sleep(1e-5)
        return super().search(vectors, k, among=among)


class _Trusting(ExactIndex):
    """Loads the vectors of any embedder."""

    def load(self, folder, *, embedder_id):
        return super().load(folder, embedder_id=embedder_id.replace("2", "1"))


@pytest.mark.parametrize("broken", [_Forgetful, _Generous, _Trusting, _Unguarded])
def test_contract_catches_a_broken_index(broken, tmp_path):
    with pytest.raises((AssertionError, RuntimeError)):
        check_vector_index(broken, tmp_path)
