"""What every backend of the `VectorIndex` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event
from typing import TypeAlias

import numpy as np

from rag.protocols import FloatArray, VectorIndex
from rag.types import Hit

__all__ = ["VECTOR_INDEX_CHECKS", "MakeVectorIndex", "check_vector_index"]

MakeVectorIndex: TypeAlias = Callable[[int], VectorIndex]
"""Number of dimensions → a new, empty index."""

_N_SEARCHES = 300
EAST, NORTH, NORTH_EAST, WEST = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-1.0, 0.0)


def check_vector_index(make_index: MakeVectorIndex, folder: Path) -> None:
    """Nothing, when the indexes that `make_index` makes keep every promise. `folder` is empty and may be filled.

    Raises:
        AssertionError: they break one.
    """
    for number, check in enumerate(VECTOR_INDEX_CHECKS):
        place = folder / str(number)
        place.mkdir()
        check(make_index, place)


def finds_the_best_first(make_index: MakeVectorIndex, _: Path) -> None:
    """Hits come by inner product, best first, with it as their score; there are at most k."""
    index = make_index(2)
    index.add([30, 10, 20], _rows(EAST, NORTH, NORTH_EAST))
    (hits,) = index.search(_rows(EAST), 3)
    assert [hit.passage_id for hit in hits] == [30, 20, 10]
    np.testing.assert_allclose([hit.score for hit in hits], [1.0, 0.6, 0.0], atol=1e-6)
    assert [hit.passage_id for hit in index.search(_rows(EAST), 2)[0]] == [30, 20]
    assert index.search(_rows(EAST), 0) == [[]]


def keeps_the_order_of_questions(make_index: MakeVectorIndex, _: Path) -> None:
    """Each row of the search gets its own hits, the same ones as alone; no rows give no lists."""
    index = make_index(2)
    index.add([1, 2, 3], _rows(EAST, NORTH, WEST))
    questions = _rows(*[NORTH, EAST, WEST] * 10)
    found = index.search(questions, 2)
    assert [hits[0].passage_id for hits in found] == [2, 1, 3] * 10
    assert found == [index.search(question[None, :], 2)[0] for question in questions]
    assert index.search(np.zeros((0, 2), dtype=np.float32), 5) == []


def orders_equal_scores_by_id(make_index: MakeVectorIndex, _: Path) -> None:
    """Of passages that score the same, the lower ids come first and survive the cut."""
    index = make_index(2)
    ids = list(range(200, 0, -1))
    index.add(ids, _rows(*[NORTH_EAST] * 200))
    index.add([500], _rows(EAST))
    assert _found(index, EAST, 4) == [500, 1, 2, 3]
    assert _found(index, NORTH, 3) == [1, 2, 3]


def answers_when_k_exceeds_the_index(make_index: MakeVectorIndex, _: Path) -> None:
    """A large k gives all passages; an empty index gives none."""
    index = make_index(2)
    assert index.search(_rows(EAST, NORTH), 5) == [[], []]
    assert len(index) == 0
    assert index.ids() == []
    index.add([7], _rows(NORTH))
    assert _found(index, EAST, 1000) == [7]


def replaces_a_known_id(make_index: MakeVectorIndex, _: Path) -> None:
    """An id that is added again has its new vector only; of an id given twice in one call, the last counts."""
    index = make_index(2)
    index.add([1, 2], _rows(EAST, NORTH))
    index.add([1, 3], _rows(WEST, NORTH_EAST))
    assert len(index) == 3
    assert _found(index, EAST, 3) == [3, 2, 1]
    index.add([4, 4], _rows(WEST, EAST))
    assert len(index) == 4
    assert _found(index, EAST, 1) == [4]


def forgets_what_is_removed(make_index: MakeVectorIndex, _: Path) -> None:
    """A removed passage is not found, an unknown id is ignored, and a removed id can come back."""
    index = make_index(2)
    index.add([1, 2, 3], _rows(EAST, NORTH_EAST, NORTH))
    index.remove([1, 99])
    index.remove([])
    assert index.ids() == [2, 3]
    assert _found(index, EAST, 3) == [2, 3]
    index.add([1], _rows(EAST))
    assert _found(index, EAST, 3) == [1, 2, 3]
    index.clear()
    assert (len(index), index.ids(), index.search(_rows(EAST), 3)) == (0, [], [[]])
    index.add([5], _rows(EAST))
    assert _found(index, EAST, 3) == [5]


def takes_large_ids_and_no_passages(make_index: MakeVectorIndex, _: Path) -> None:
    """Ids go up to what a database gives out, and adding nothing changes nothing; `ids` is ascending."""
    index = make_index(2)
    index.add([], np.zeros((0, 2), dtype=np.float32))
    assert len(index) == 0
    index.add([2**62, 0, 2**40], _rows(EAST, NORTH, WEST))
    assert index.ids() == [0, 2**40, 2**62]
    assert _found(index, EAST, 1) == [2**62]


def keeps_its_own_copy_of_vectors(make_index: MakeVectorIndex, _: Path) -> None:
    """What the caller does with the array afterwards does not matter."""
    index = make_index(2)
    vectors = _rows(EAST, NORTH)
    index.add([1, 2], vectors)
    vectors[:] = 0.0
    assert index.search(_rows(EAST), 1) == [[Hit(passage_id=1, score=1.0)]]


def finds_only_among_the_chosen(make_index: MakeVectorIndex, _: Path) -> None:
    """With `among`, hits are those that a search of these passages alone would give; unknown ids are ignored."""
    index = make_index(2)
    index.add([30, 10, 20, 2**40], _rows(EAST, NORTH, NORTH_EAST, EAST))
    assert _found(index, EAST, 4, among=[10, 20]) == [20, 10]
    assert _found(index, EAST, 1, among=[10, 20, 2**40]) == [2**40]
    assert _found(index, EAST, 9, among=[5, 10, 11, 2**62]) == [10]
    assert _found(index, EAST, 9, among=[5, 11]) == []
    assert _found(index, EAST, 9, among=[]) == []
    index.remove([20])
    assert _found(index, EAST, 9, among=[10, 20]) == [10]
    questions = _rows(EAST, NORTH)
    both = index.search(questions, 1, among=np.array([10, 30], dtype=np.int64))
    assert [[hit.passage_id for hit in hits] for hits in both] == [[30], [10]]
    index.add(range(1000, 1200), _rows(*[NORTH_EAST] * 200))
    assert _found(index, EAST, 3, among=list(range(1, 1200, 7))) == [1002, 1009, 1016]


def answers_while_others_search_and_change(make_index: MakeVectorIndex, _: Path) -> None:
    """Threads find what is always there, and nothing but that and what another one adds and removes."""
    index = make_index(2)
    index.add([1, 2], _rows(EAST, NORTH))

    def search() -> set[int]:
        found = [{hit.passage_id for hit in index.search(_rows(EAST), 99)[0]} for _ in range(_N_SEARCHES)]
        assert all({1, 2} <= ids for ids in found)
        return set().union(*found)

    is_searched = Event()

    def change() -> None:
        for number in count():
            index.add([3, 4 + number % 50], _rows(WEST, NORTH_EAST))
            index.remove([3, *range(4, 54, 7)])
            if is_searched.is_set():
                return

    with ThreadPoolExecutor() as threads:
        changing = threads.submit(change)
        searching = [threads.submit(search) for _ in range(3)]
        try:
            assert all(searched.result() <= set(range(54)) for searched in searching)
        finally:
            is_searched.set()
        changing.result()


def loads_what_was_saved_or_nothing(make_index: MakeVectorIndex, folder: Path) -> None:
    """After `save`, a new index finds the same, or `load` is False and the index empty; the last save counts."""
    index = make_index(2)
    index.add([1, 2, 3], _rows(EAST, NORTH_EAST, NORTH))
    index.save(folder, embedder_id="model@1", generation=6)
    index.remove([2])
    index.save(folder, embedder_id="model@1", generation=7)
    loaded = make_index(2)
    loaded.add([9], _rows(EAST))
    if loaded.load(folder, embedder_id="model@1"):
        assert loaded.ids() == [1, 3]
        assert loaded.generation == 7
        assert loaded.search(_rows(EAST), 3) == index.search(_rows(EAST), 3)
        loaded.add([1, 4], _rows(NORTH, EAST))
        loaded.remove([3])
        assert _found(loaded, EAST, 3) == [4, 1]
    else:
        _assert_empty(loaded)


def loads_no_other_index(make_index: MakeVectorIndex, folder: Path) -> None:
    """`load` is False, and the index empty, where nothing was saved, by another embedder, or in another size."""
    index = make_index(2)
    index.add([1], _rows(EAST))
    assert index.load(folder, embedder_id="model@1") is False
    _assert_empty(index)
    assert index.load(folder / "missing", embedder_id="model@1") is False
    index.add([1], _rows(EAST))
    index.save(folder, embedder_id="model@1", generation=1)
    other = make_index(2)
    other.add([1], _rows(EAST))
    assert other.load(folder, embedder_id="model@2") is False
    _assert_empty(other)
    assert make_index(3).load(folder, embedder_id="model@1") is False


def loads_nothing_from_damaged_files(make_index: MakeVectorIndex, folder: Path) -> None:
    """Files that were cut, changed, emptied or swapped for garbage make `load` False; it raises nothing."""
    index = make_index(2)
    index.add([1, 2], _rows(EAST, NORTH))
    index.save(folder, embedder_id="model@1", generation=1)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        good = path.read_bytes()
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 0xFF
        for damaged in (b"", good[: len(good) // 2], bytes(flipped), b"garbage", b"[]", b"{}", b"\xff\xfe" * 50):
            path.write_bytes(damaged)
            loaded = make_index(2)
            loaded.add([9], _rows(EAST))
            assert loaded.load(folder, embedder_id="model@1") is False, f"{path.name} as {damaged[:20]!r} was loaded"
            _assert_empty(loaded)
        path.write_bytes(good)


def _rows(*rows: tuple[float, ...]) -> FloatArray:
    return np.array(rows, dtype=np.float32)


def _found(index: VectorIndex, vector: tuple[float, ...], k: int, *, among: Sequence[int] | None = None) -> list[int]:
    chosen = None if among is None else np.array(among, dtype=np.int64)
    return [hit.passage_id for hit in index.search(_rows(vector), k, among=chosen)[0]]


def _assert_empty(index: VectorIndex) -> None:
    assert len(index) == 0
    assert index.ids() == []
    assert index.search(_rows(EAST), 3) == [[]]


VECTOR_INDEX_CHECKS: tuple[Callable[[MakeVectorIndex, Path], None], ...] = (
    finds_the_best_first,
    keeps_the_order_of_questions,
    orders_equal_scores_by_id,
    answers_when_k_exceeds_the_index,
    replaces_a_known_id,
    forgets_what_is_removed,
    takes_large_ids_and_no_passages,
    keeps_its_own_copy_of_vectors,
    finds_only_among_the_chosen,
    answers_while_others_search_and_change,
    loads_what_was_saved_or_nothing,
    loads_no_other_index,
    loads_nothing_from_damaged_files,
)
