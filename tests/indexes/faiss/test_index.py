from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import StoreError, StoreFullError
from rag.indexes.exact import ExactIndex
from rag.indexes.faiss import FaissIndex
from rag.indexes.faiss import segments as _segments
from rag.types import Hit

# Halves and quarters: their products and sums are exact in float32, so that ties are ties for both indexes.
NUMBERS = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0])
VECTORS = st.tuples(NUMBERS, NUMBERS, NUMBERS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.dictionaries(st.integers(0, 30), VECTORS, max_size=25)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 30), max_size=10)),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, question=VECTORS, k=st.integers(0, 40))
def test_any_history_of_changes_finds_what_exact_search_finds(steps, question, k):
    indexes = FaissIndex(3), ExactIndex(3)
    for action, values in steps:
        for index in indexes:
            if action == "add":
                index.add(list(values), np.array(list(values.values()), dtype=np.float32).reshape(-1, 3))
            else:
                index.remove(values)
    found, expected = (index.search(np.array([question], dtype=np.float32), k) for index in indexes)
    assert found == expected
    assert indexes[0].ids() == indexes[1].ids()
    assert len(indexes[0]) == len(indexes[1])


class _MeetingBody:
    """A body whose `find` gives hits when two are under way at once."""

    def __init__(self, body):
        self._body, self._meeting = body, threading.Barrier(2, timeout=10)

    def __getattr__(self, name):
        return getattr(self._body, name)

    def find(self, queries, k, among):
        self._meeting.wait()
        return self._body.find(queries, k, among)


def test_searches_wait_for_no_other_search():
    index = FaissIndex(2)
    index.add([1, 2], np.eye(2, dtype=np.float32))
    index._body = _MeetingBody(index._body)
    with ThreadPoolExecutor() as threads:
        found = [threads.submit(index.search, np.eye(2, dtype=np.float32)[:1], 1) for _ in range(2)]
        assert [[hit.passage_id for hit in searched.result()[0]] for searched in found] == [[1], [1]]


class _SlowBody(_MeetingBody):
    """A body whose first `find` lasts until somebody has tried to change something."""

    def find(self, queries, k, among):
        self._meeting.wait()
        time.sleep(0.05)
        self.is_searched = True
        return self._body.find(queries, k, among)

    def add(self, ids, vectors):
        assert self.is_searched
        self._body.add(ids, vectors)


def test_change_waits_for_the_search_under_way():
    index = FaissIndex(2)
    index.add([1], np.eye(2, dtype=np.float32)[:1])
    body = index._body = _SlowBody(index._body)
    with ThreadPoolExecutor() as threads:
        searched = threads.submit(index.search, np.eye(2, dtype=np.float32)[:1], 9)
        body._meeting.wait()
        index.add([2], np.eye(2, dtype=np.float32)[1:])
        assert [hit.passage_id for hit in searched.result()[0]] == [1]
    assert index.ids() == [1, 2]


def test_random_vectors_find_what_exact_search_finds():
    random = np.random.default_rng(7)
    vectors = random.standard_normal((3000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = random.permutation(100_000)[:3000].tolist()
    found, expected = [], []
    for index, hits in ((FaissIndex(384), found), (ExactIndex(384), expected)):
        index.add(ids, vectors)
        index.remove(ids[::5])
        hits.extend(index.search(vectors[:30], 10))
    assert [[hit.passage_id for hit in hits] for hits in found] == [
        [hit.passage_id for hit in hits] for hits in expected
    ]
    scores = [[[hit.score for hit in hits] for hits in results] for results in (found, expected)]
    np.testing.assert_allclose(*scores, atol=1e-5)


def test_question_finds_the_same_alone_and_among_many():
    random = np.random.default_rng(8)
    vectors = random.standard_normal((500, 384)).astype(np.float32)
    index = FaissIndex(384)
    index.add(range(1000), np.concatenate([vectors, vectors]))
    together = index.search(vectors[:64], 5)
    assert together == [index.search(vectors[row : row + 1], 5)[0] for row in range(64)]
    assert all(hits[0].passage_id == row and hits[1].passage_id == row + 500 for row, hits in enumerate(together))


def test_vectors_of_another_size_are_refused():
    index = FaissIndex(3)
    with pytest.raises(ValueError, match=r"shape \(2, 3\), got \(2, 4\)"):
        index.add([1, 2], np.zeros((2, 4), dtype=np.float32))
    with pytest.raises(ValueError, match="shape"):
        index.add([1, 2], np.zeros((1, 3), dtype=np.float32))
    assert len(index) == 0


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    index = FaissIndex(2)
    index.add([1, 2], np.eye(2, dtype=np.float32))
    index.save(tmp_path, embedder_id="model@1", generation=4)
    return tmp_path


def _load(folder: Path) -> FaissIndex | None:
    index = FaissIndex(2)
    return index if index.load(folder, embedder_id="model@1") else None


def test_round_trip_keeps_ids_vectors_and_generation(saved):
    loaded = _load(saved)
    assert loaded.ids() == [1, 2]
    assert loaded.generation == 4
    assert loaded.search(np.array([[0.0, 1.0]], dtype=np.float32), 1) == [[Hit(passage_id=2, score=1.0)]]


def test_empty_index_can_be_saved_and_loaded(tmp_path):
    FaissIndex(2).save(tmp_path, embedder_id="model@1", generation=1)
    assert len(_load(tmp_path)) == 0


def test_failed_load_forgets_the_generation(saved):
    index = _load(saved)
    assert index.load(saved, embedder_id="model@2") is False
    assert index.generation == 0


def test_saving_again_leaves_what_the_manifest_names_and_no_leftovers(saved):
    (saved / "exact.index").write_bytes(b"left by another backend")
    for name in ("faiss-0123456789abcdef.rows", ".saving-x.tmp"):
        (saved / name).write_bytes(b"left by a crash some time ago")
        os.utime(saved / name, (1, 1))
    index = _load(saved)
    (saved / ".saving-y.tmp").write_bytes(b"just being written by another process")
    index.remove([1])
    index.save(saved, embedder_id="model@1", generation=5)
    assert sorted(path.suffix for path in saved.iterdir()) == [".json", ".rows", ".tmp"]
    assert _load(saved).ids() == [2]
    assert _load(saved).generation == 5


@pytest.mark.parametrize("make_index", [FaissIndex, ExactIndex])
def test_what_a_killed_process_was_writing_goes_at_the_next_loading_and_not_before(tmp_path, make_index):
    (tmp_path / ".saving-dead.tmp").write_bytes(b"left by a crash a moment ago")
    with (tmp_path / ".saving-alive.tmp").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        make_index(2).load(tmp_path, embedder_id="model@1")
        assert [path.name for path in tmp_path.iterdir()] == [".saving-alive.tmp"]
    make_index(2).load(tmp_path, embedder_id="model@1")
    assert not any(tmp_path.iterdir())


def _break_off_at(monkeypatch: pytest.MonkeyPatch, call: int, error: BaseException) -> None:
    """The call to `os.fsync` with this number, from 1, ends in `error`; a save calls it for each file and folder."""
    calls = 0
    real = os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("call", [1, 2, 3])
def test_full_disk_leaves_the_old_index_and_no_temporary_file(saved, monkeypatch, call):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    index = _load(saved)
    index.remove([1])
    _break_off_at(monkeypatch, call, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(StoreFullError, match="disk is full - free some space"):
        index.save(saved, embedder_id="model@1", generation=5)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert index.generation == 4


@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_crash_while_saving_leaves_the_old_index_or_the_new_one(saved, monkeypatch, call):
    index = _load(saved)
    index.remove([1])
    _break_off_at(monkeypatch, call, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        index.save(saved, embedder_id="model@1", generation=5)
    loaded = _load(saved)
    assert (loaded.ids(), loaded.generation) == (([2], 5) if call == 4 else ([1, 2], 4))


def test_folder_that_cannot_be_written_is_a_store_error(tmp_path):
    with pytest.raises(StoreError, match="check that the folder exists"):
        FaissIndex(2).save(tmp_path / "missing", embedder_id="model@1", generation=1)


@pytest.mark.parametrize(
    "change",
    [
        {"segments": [[1, 3, "0" * 64]]},
        {"segments": [[1, 2, "0" * 64]]},
        {"segments": [[1, True, "0" * 64]]},
        {"segments": [[1, 10**15, "0" * 64]]},
        {"segments": [[1, 2, "../../etc/passwd"]]},
        {"segments": [[1, 2]]},
        {"segments": [1]},
        {"segments": {}},
        {"segments": None},
        {"dim": 3},
        {"dim": 2.0},
        {"format": 1},
        {"generation": None},
        {"embedder_id": ["model@1"]},
        {"trained": "0" * 64},
        {"trained": "0" * 64, "list_sizes": [2]},
        {"trained": None},
        {"list_sizes": [2]},
        {"list_sizes": [-1]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_manifest_with_other_values_loads_nothing(saved, change):
    manifest = json.loads((saved / "faiss.json").read_text())
    (saved / "faiss.json").write_text(json.dumps(manifest | change))
    assert _load(saved) is None


@pytest.mark.parametrize("missing", ["format", "embedder_id", "generation", "segments"])
def test_manifest_with_a_missing_value_loads_nothing(saved, missing):
    manifest = json.loads((saved / "faiss.json").read_text())
    del manifest[missing]
    (saved / "faiss.json").write_text(json.dumps(manifest))
    assert _load(saved) is None


@pytest.mark.parametrize("content", [b"[" * 100_000, b"null", b'{"format": 1}', b"\x80\x04K\x01."], ids=range(4))
def test_manifest_of_garbage_loads_nothing(saved, content):
    (saved / "faiss.json").write_bytes(content)
    assert _load(saved) is None


@pytest.mark.parametrize("suffix", [".json", ".rows"])
def test_missing_file_loads_nothing(saved, suffix):
    (path,) = saved.glob(f"*{suffix}")
    path.unlink()
    assert _load(saved) is None
    path.mkdir()
    assert _load(saved) is None


def test_segments_out_of_order_load_nothing(saved):
    index = _load(saved)
    index.save(saved, embedder_id="model@1", generation=5)
    manifest = json.loads((saved / "faiss.json").read_text())
    (saved / "faiss.json").write_text(json.dumps(manifest | {"segments": manifest["segments"] * 2}))
    assert _load(saved) is None


def _small_segments(monkeypatch: pytest.MonkeyPatch, n_passages: int, code_size: int) -> None:
    monkeypatch.setattr(_segments, "SEGMENT_BYTES", n_passages * (12 + code_size))


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, question=VECTORS)
def test_any_history_of_saves_loads_what_was_saved(tmp_path_factory, steps, question):
    folder = tmp_path_factory.mktemp("index")
    index, oracle = FaissIndex(3), ExactIndex(3)
    with pytest.MonkeyPatch.context() as patched:
        _small_segments(patched, 4, 12)
        for generation, (action, values) in enumerate(steps):
            for one in (index, oracle):
                if action == "add":
                    one.add(list(values), np.array(list(values.values()), dtype=np.float32).reshape(-1, 3))
                else:
                    one.remove(values)
            index.save(folder, embedder_id="model@1", generation=generation)
            loaded = FaissIndex(3)
            assert loaded.load(folder, embedder_id="model@1")
            assert loaded.ids() == oracle.ids()
            queries = np.array([question], dtype=np.float32)
            assert loaded.search(queries, 40) == oracle.search(queries, 40)
            manifest = json.loads((folder / "faiss.json").read_text())
            assert len(list(folder.iterdir())) == 1 + len({sha256 for _, _, sha256 in manifest["segments"]})
            assert all(n <= 4 for _, n, _ in manifest["segments"])
            assert len(manifest["segments"]) <= len(oracle) // 2 + 2 + generation * 10


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.rows")}


def test_change_of_a_document_writes_its_segment_alone(tmp_path, monkeypatch):
    _small_segments(monkeypatch, 100, 8)
    index = FaissIndex(2)
    index.add(range(1000), np.random.default_rng(1).standard_normal((1000, 2)).astype(np.float32))
    index.save(tmp_path, embedder_id="model@1", generation=1)
    before = _files(tmp_path)
    index.remove(range(340, 350))
    index.save(tmp_path, embedder_id="model@1", generation=2)
    after = _files(tmp_path)
    assert (len(before), len(after), len(before - after)) == (10, 10, 1)
    index.add(range(1000, 1008), np.ones((8, 2), dtype=np.float32))
    index.save(tmp_path, embedder_id="model@1", generation=3)
    assert len(_files(tmp_path) - after) == 1  # the last one is full: the new passages begin another


def test_many_small_changes_do_not_leave_many_small_segments(tmp_path, monkeypatch):
    _small_segments(monkeypatch, 100, 8)
    index = FaissIndex(2)
    for first in range(0, 1000, 10):
        index.add(range(first, first + 10), np.ones((10, 2), dtype=np.float32))
        index.save(tmp_path, embedder_id="model@1", generation=1 + first)
    assert len(_files(tmp_path)) == 10


def test_nothing_of_a_removed_passage_stays_in_the_files(tmp_path, monkeypatch):
    _small_segments(monkeypatch, 5, 8)
    index = FaissIndex(2)
    secret = np.array([[0.12345678, 0.87654321]], dtype=np.float32)
    index.add(range(30), np.ones((30, 2), dtype=np.float32))
    index.add([17], secret)
    index.save(tmp_path, embedder_id="model@1", generation=1)
    assert any(secret.tobytes() in path.read_bytes() for path in tmp_path.iterdir())
    index.remove([17])
    index.save(tmp_path, embedder_id="model@1", generation=2)
    assert not any(secret.tobytes() in path.read_bytes() for path in tmp_path.iterdir())


def test_two_processes_that_save_by_turns_leave_a_sound_index(tmp_path):
    first, second = FaissIndex(2), FaissIndex(2)
    first.add([1, 2, 3], np.eye(3, 2, dtype=np.float32))
    first.save(tmp_path, embedder_id="model@1", generation=1)
    assert second.load(tmp_path, embedder_id="model@1")
    for generation, (index, gone) in enumerate([(first, 1), (second, 2), (first, 3), (second, 1)], start=2):
        index.remove([gone])
        index.save(tmp_path, embedder_id="model@1", generation=generation)
        assert _load(tmp_path).ids() == index.ids()
