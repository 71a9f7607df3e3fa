"""The FAISS index when it is too large to compare every vector: lists, made by a thread of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.indexes.exact import ExactIndex
from rag.indexes.faiss import FaissIndex
from rag.indexes.faiss import bodies as _bodies
from rag.indexes.faiss import segments as _segments
from rag.protocols import FloatArray

DIM = 32


def _clustered(n: int, seed: int = 1) -> FloatArray:
    """Unit vectors around sixty centres."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((60, DIM))
    vectors = centres[random.integers(0, 60, n)] + 0.6 * random.standard_normal((n, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = _clustered(4000)
QUESTIONS = _clustered(40, seed=2)


@pytest.fixture
def index() -> FaissIndex:
    """Lists of 4,000 passages, with every even number as an id."""
    made = FaissIndex(DIM, flat_up_to=1000)
    for first in range(0, 4000, 250):
        made.add(range(2 * first, 2 * first + 500, 2), VECTORS[first : first + 250])
    made.wait()
    assert not made.is_exact
    return made


@pytest.fixture
def oracle() -> ExactIndex:
    exact = ExactIndex(DIM)
    exact.add(range(0, 8000, 2), VECTORS)
    return exact


def _recall(index: FaissIndex, oracle: ExactIndex, among: np.ndarray | None = None, *, n_asked: int = 30) -> float:
    found, wanted = index.search(QUESTIONS, n_asked, among=among), oracle.search(QUESTIONS, 10, among=among)
    shares = [
        len({hit.passage_id for hit in mine} & {hit.passage_id for hit in theirs}) / len(theirs)
        for mine, theirs in zip(found, wanted, strict=True)
    ]
    return float(np.mean(shares))


def test_few_passages_are_compared_exactly_and_many_in_lists():
    index = FaissIndex(DIM, flat_up_to=1000)
    index.add(range(1000), VECTORS[:1000])
    index.wait()
    assert index.is_exact
    index.add([1000], VECTORS[1000:1001])
    index.wait()
    assert not index.is_exact
    assert index.ids() == list(range(1001))


def test_lists_find_what_exact_search_finds(index, oracle):
    assert _recall(index, oracle) >= 0.99
    assert _recall(index, oracle, n_asked=10) >= 0.95
    scores = [hit.score for hits in index.search(QUESTIONS, 1) for hit in hits]
    exact_scores = [hit.score for hits in oracle.search(QUESTIONS, 1) for hit in hits]
    np.testing.assert_allclose(scores, exact_scores, atol=0.01)


@pytest.mark.parametrize("n_findable", [10, 300, 2000])
def test_passages_outside_of_a_choice_are_not_found(index, oracle, n_findable):
    chosen = np.sort(np.random.default_rng(3).choice(np.arange(0, 8000, 2), n_findable, replace=False))
    assert _recall(index, oracle, chosen) >= 0.99
    found = {hit.passage_id for hits in index.search(QUESTIONS, 50, among=chosen) for hit in hits}
    assert found <= set(chosen.tolist())
    assert all(len(hits) == min(50, n_findable) for hits in index.search(QUESTIONS, 50, among=chosen))


def test_farthest_lists_of_a_very_large_index_are_not_read(monkeypatch):
    scattered = np.random.default_rng(7).standard_normal((4000, DIM)).astype(np.float32)  # neighbours in many lists
    scattered /= np.linalg.norm(scattered, axis=1, keepdims=True)
    index, oracle = FaissIndex(DIM, flat_up_to=1000), ExactIndex(DIM)
    for one in (index, oracle):
        one.add(range(0, 8000, 2), scattered)
    index.wait()
    monkeypatch.setattr(_bodies, "_READ_WHOLE_UP_TO", 3999)
    monkeypatch.setattr(_bodies, "_READ_PART", 0.9)
    assert _recall(index, oracle) >= 0.98
    assert len(index.search(QUESTIONS[:1], 4000)[0]) == 4000
    assert index.search(QUESTIONS, 10) == [index.search(question[None], 10)[0] for question in QUESTIONS]
    monkeypatch.setattr(_bodies, "_READ_PART", 0.01)
    assert _recall(index, oracle) < 0.7


def test_choice_far_away_from_the_question_is_found_whole(index):
    scores = VECTORS @ QUESTIONS[0]
    far = np.sort(2 * np.argsort(scores)[:600])
    assert {hit.passage_id for hit in index.search(QUESTIONS[:1], 600, among=far)[0]} == set(far.tolist())


def test_choice_of_unknown_ids_finds_nothing(index):
    assert index.search(QUESTIONS[:2], 5, among=np.array([1, 3, 2**62])) == [[], []]
    assert index.search(QUESTIONS[:1], 5, among=np.zeros(0, dtype=np.int64)) == [[]]


def test_question_finds_the_same_alone_and_among_many(index):
    assert index.search(QUESTIONS, 10) == [index.search(question[None], 10)[0] for question in QUESTIONS]


def test_equal_vectors_come_by_id(index):
    index.add([9001, 9003, 9005], np.repeat(QUESTIONS[:1], 3, axis=0))
    index.add([1], QUESTIONS[:1])
    assert [hit.passage_id for hit in index.search(QUESTIONS[:1], 4)[0]] == [1, 9001, 9003, 9005]
    assert [hit.passage_id for hit in index.search(QUESTIONS[:1], 2)[0]] == [1, 9001]


def test_changed_lists_find_what_exact_search_finds_also_after_loading(index, oracle, tmp_path):
    index.save(tmp_path, embedder_id="model@1", generation=1)
    gone = list(range(0, 8000, 6))
    for one in (index, oracle):
        one.remove(gone)
        one.add(range(8000, 8100), _clustered(100, seed=5))
        one.add([2, 4], _clustered(2, seed=6))
    index.save(tmp_path, embedder_id="model@1", generation=2)
    loaded = FaissIndex(DIM, flat_up_to=1000)
    assert loaded.load(tmp_path, embedder_id="model@1")
    assert not loaded.is_exact
    for one in (index, loaded):
        assert one.ids() == oracle.ids()
        assert _recall(one, oracle) >= 0.99
        assert not {hit.passage_id for hits in one.search(VECTORS[:300:3], 4000) for hit in hits} & set(gone)
    assert loaded.search(QUESTIONS, 10) == index.search(QUESTIONS, 10)


def test_change_of_a_document_writes_little(index, tmp_path, monkeypatch):
    monkeypatch.setattr(_segments, "SEGMENT_BYTES", 400 * (12 + DIM))
    index.save(tmp_path, embedder_id="model@1", generation=1)
    before = {path.name for path in tmp_path.iterdir()}
    index.remove([4000, 4002])
    index.save(tmp_path, embedder_id="model@1", generation=2)
    assert len({path.name for path in tmp_path.iterdir()} - before) == 1
    assert len(before) > 10


def test_files_hold_the_lists_when_they_were_made_after_saving(tmp_path):
    index = FaissIndex(DIM, flat_up_to=1000)
    index.add(range(900), VECTORS[:900])
    index.save(tmp_path, embedder_id="model@1", generation=7)
    index.add(range(900, 1500), VECTORS[900:1500])
    index.wait()
    loaded = FaissIndex(DIM, flat_up_to=1000)
    assert loaded.load(tmp_path, embedder_id="model@1")
    assert not loaded.is_exact
    assert loaded.ids() == list(range(1500))
    assert loaded.generation == 7
    assert len({path.name for path in tmp_path.iterdir()}) == len(json.loads(_manifest(tmp_path))["segments"]) + 2


def _manifest(folder: Path) -> str:
    return (folder / "faiss.json").read_text()


def test_files_that_another_process_wrote_meanwhile_are_left_alone(tmp_path):
    index = FaissIndex(DIM, flat_up_to=1000)
    index.add(range(900), VECTORS[:900])
    index.save(tmp_path, embedder_id="model@1", generation=7)
    other = FaissIndex(DIM)
    other.add([1], VECTORS[:1])
    other.save(tmp_path, embedder_id="model@1", generation=8)
    before = _manifest(tmp_path)
    index.add(range(900, 1500), VECTORS[900:1500])
    index.wait()
    assert not index.is_exact
    assert _manifest(tmp_path) == before


def test_changes_while_lists_are_made_are_in_them():
    index, oracle = FaissIndex(DIM, flat_up_to=1000), ExactIndex(DIM)
    index.add(range(2000), VECTORS[:2000])  # from here on the thread works
    for one in (index, oracle):
        one.add(range(2000), VECTORS[:2000])
        for first in range(0, 2000, 100):
            one.remove(range(first, first + 20))
            one.add(range(first + 10_000, first + 10_050), VECTORS[first + 1000 : first + 1050])
        one.add(range(500), VECTORS[2000:2500])
    index.wait()
    assert not index.is_exact
    assert index.ids() == oracle.ids()
    assert _recall(index, oracle) >= 0.99
    assert len(index.search(QUESTIONS[:1], 10_000)[0]) == len(oracle)


def test_index_that_is_cleared_or_loaded_while_lists_are_made_stays_as_it_then_was(tmp_path):
    small = FaissIndex(DIM)
    small.add([5], VECTORS[:1])
    small.save(tmp_path, embedder_id="model@1", generation=3)
    index = FaissIndex(DIM, flat_up_to=1000)
    index.add(range(4000), VECTORS)
    index.clear()
    index.add([7], VECTORS[:1])
    index.wait()
    assert (index.ids(), index.is_exact) == ([7], True)
    index.add(range(4000), VECTORS)
    assert index.load(tmp_path, embedder_id="model@1")
    index.wait()
    assert (index.ids(), index.is_exact, index.generation) == ([5], True, 3)


def test_lists_are_made_anew_when_the_index_has_become_many_times_as_large():
    index, oracle = FaissIndex(DIM, flat_up_to=200), ExactIndex(DIM)
    for one in (index, oracle):
        one.add(range(0, 402, 2), VECTORS[:201])
    index.wait()
    first_training = index._n_trained
    for first in range(201, 4000, 500):
        index.add(range(2 * first, 2 * min(first + 500, 4000), 2), VECTORS[first : first + 500])
    oracle.add(range(402, 8000, 2), VECTORS[201:])
    index.wait()
    assert index._n_trained > 8 * first_training
    assert index.ids() == oracle.ids()
    assert _recall(index, oracle) >= 0.99


def test_searches_go_on_while_lists_are_made():
    index = FaissIndex(DIM, flat_up_to=1000)
    index.add(range(4000), VECTORS)
    for _ in range(50):
        assert index.search(VECTORS[:1], 1)[0][0].passage_id == 0
    index.wait()


def test_damaged_files_load_nothing(index, tmp_path):
    index.save(tmp_path, embedder_id="model@1", generation=1)
    for path in list(tmp_path.iterdir()):
        good = path.read_bytes()
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 0xFF
        for damaged in (b"", good[:-1], bytes(flipped)):
            path.write_bytes(damaged)
            loaded = FaissIndex(DIM, flat_up_to=1000)
            assert loaded.load(tmp_path, embedder_id="model@1") is False
            assert (loaded.ids(), loaded.is_exact) == ([], True)
        path.write_bytes(good)
