"""The two forms that an index by FAISS has in memory, behind one face.

`FlatBody` keeps every vector as it is and compares all of them. `ListsBody` keeps each number of a vector in one byte,
the vectors in lists around centroids, and of very many passages compares those of the nearer lists only: a quarter of
the memory and less time, for scores that are off in the third digit.

The bytes are steps of one size, so that bytes can be compared with those of the question as whole numbers, in half the
time that it takes to turn them back into floats. FAISS does so for distances: of vectors of length 1 the nearest have
the greatest inner product.

Source: Jégou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search" (2011), section 4 (inverted lists);
https://github.com/facebookresearch/faiss/wiki/Faiss-indexes (scalar quantiser, QT_8bit_direct).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from math import ceil
from typing import Any, NamedTuple, Protocol

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from rag.protocols import FloatArray, IdArray

__all__ = ["Body", "Codes", "FlatBody", "ListsBody", "Rows", "SharedLock", "Trained", "one_thread", "train"]

faiss: Any = _faiss  # its type hints are those of the C++ classes, without what its Python layer adds
Codes = NDArray[np.uint8]
ListNumbers = NDArray[np.int32]

_MAX_BITMAP_ID = 2**27  # 16 MB of bits; larger ids are looked up in a table
_MOST = 255  # of a byte
_ROUNDS = 10
_READ_WHOLE_UP_TO = 250_000
"""Passages up to which all lists are read: ten milliseconds at most. Beyond, the farthest lists are left out, and FAISS
may use several threads."""
_READ_PART = 0.75
"""Which part of the lists is read beyond. Share of the ten nearest that was found with half of the lists: .981 of
100,000 synthetic passages, .992 with public questions over 200,000 neighbours of real ones; with three quarters .995 of
the synthetic ones."""


class Rows(NamedTuple):
    """Passages as a body keeps them, by ascending id.

    lists: int32 (n,), the list of each; 0 in a flat body. codes: uint8 (n, code_size).
    """

    ids: IdArray
    lists: ListNumbers
    codes: Codes


class Trained(NamedTuple):
    """What lists are made from.

    centroids: float32 (number of lists, dim).
    ranges: float32 (2 * dim,), where the 256 steps of each number begin, and then how far they reach: equally far.
    """

    centroids: FloatArray
    ranges: FloatArray


class Body(Protocol):
    """Passages in memory. `find` and `rows` may run in several threads at once, but not beside what changes them."""

    is_exact: bool
    code_size: int

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """Put in passages that are not there yet."""

    def remove(self, ids: IdArray) -> None:
        """Take out passages that are there."""

    def find(self, queries: FloatArray, k: int, among: IdArray | None) -> tuple[FloatArray, IdArray]:
        """Scores and ids, each (number of queries, k), best first; id -1 where fewer than k are found."""

    def rows(self, first: int, last: int) -> Rows:
        """A copy of the passages with ids from `first` to `last`, both included."""

    def put(self, rows: Rows) -> None:
        """Put in rows that another body of the same kind and training gave."""

    def decode(self, codes: Codes) -> FloatArray:
        """The vectors, float32 (n, dim), that the codes stand for."""


class FlatBody:
    """Vectors as they are, in an `IndexIDMap` over an `IndexFlatIP`."""

    is_exact = True

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self.code_size = 4 * dim
        self._index = faiss.IndexIDMap(faiss.IndexFlatIP(dim))

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)

    def remove(self, ids: IdArray) -> None:
        self._index.remove_ids(ids)

    def find(self, queries: FloatArray, k: int, among: IdArray | None) -> tuple[FloatArray, IdArray]:
        selector = None if among is None else _Selector(among)
        parameters = selector and faiss.SearchParameters(sel=selector.faiss)
        with one_thread():
            found: tuple[FloatArray, IdArray] = self._index.search(queries, k, params=parameters)
        return found

    def rows(self, first: int, last: int) -> Rows:
        ids = faiss.vector_to_array(self._index.id_map)
        (places,) = np.nonzero((ids >= first) & (ids <= last))
        places = places[np.argsort(ids[places])]
        stored = faiss.downcast_index(self._index.index)
        vectors = faiss.rev_swig_ptr(stored.get_xb(), len(ids) * self._dim).reshape(-1, self._dim)[places]
        return Rows(ids[places], np.zeros(len(places), dtype=np.int32), vectors.view(np.uint8))

    def put(self, rows: Rows) -> None:
        self.add(rows.ids, self.decode(rows.codes))

    def decode(self, codes: Codes) -> FloatArray:
        return np.ascontiguousarray(codes).view(np.float32)


class ListsBody:
    """One byte for each number of a unit vector, in lists around centroids: an `IndexIVFScalarQuantizer`."""

    is_exact = False

    def __init__(self, trained: Trained, list_sizes: NDArray[np.int64] | None = None) -> None:
        """Empty lists; `list_sizes` says how many rows will be put into each, so that no memory is kept in reserve."""
        n_lists, dim = trained.centroids.shape
        self.trained = trained
        self.code_size = dim
        self._least = trained.ranges[:dim]
        self._step = float(trained.ranges[dim:].max()) / _MOST or 1.0
        self._quantizer = faiss.IndexFlatL2(dim)  # the index below only borrows it
        self._quantizer.add(self._in_steps(trained.centroids))
        self._index = faiss.IndexIVFScalarQuantizer(
            self._quantizer, dim, n_lists, faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2, False
        )
        self._index.is_trained = True
        self._lists = faiss.downcast_InvertedLists(self._index.invlists)
        if list_sizes is not None:
            for number in np.nonzero(list_sizes)[0].tolist():
                self._lists.resize(number, int(list_sizes[number]))
                self._lists.resize(number, 0)

    @property
    def list_sizes(self) -> NDArray[np.int64]:
        """int64 (number of lists,): passages in each."""
        return np.array([self._lists.list_size(number) for number in range(self._index.nlist)], dtype=np.int64)

    def _in_steps(self, vectors: FloatArray) -> FloatArray:
        """float32 (n, dim): the numbers counted in steps from the least, not rounded."""
        return np.ascontiguousarray((vectors - self._least) / self._step, dtype=np.float32)

    def _bytes_of(self, vectors: FloatArray) -> FloatArray:
        """float32 (n, dim), whole numbers from 0 to 255; what is out of range is cut."""
        return np.rint(self._in_steps(vectors)).clip(0, _MOST)

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        self._index.add_with_ids(self._bytes_of(vectors), ids)

    def remove(self, ids: IdArray) -> None:
        self._index.remove_ids(ids)

    def find(self, queries: FloatArray, k: int, among: IdArray | None) -> tuple[FloatArray, IdArray]:
        queries = self._bytes_of(queries)
        n_lists, is_large = self._index.nlist, self._index.ntotal > _READ_WHOLE_UP_TO
        selector = None if among is None else _Selector(among)
        n_probed = n_lists if among is not None or not is_large else ceil(_READ_PART * n_lists)
        with nullcontext() if is_large else one_thread():
            distances, ids = self._search(queries, k, n_probed, selector)
            short = np.nonzero(ids[:, -1] < 0)[0]
            if n_probed < n_lists and len(short):  # the nearest lists hold fewer than k
                distances[short], ids[short] = self._search(queries[short], k, n_lists, selector)
        scores = 1 - distances * (self._step**2 / 2)
        return np.where(ids < 0, -np.inf, scores).astype(np.float32), ids

    def _search(
        self, queries: FloatArray, k: int, n_probed: int, selector: _Selector | None
    ) -> tuple[FloatArray, IdArray]:
        """Squared distances in steps, and ids."""
        parameters = faiss.SearchParametersIVF(nprobe=n_probed, sel=selector and selector.faiss)
        found: tuple[FloatArray, IdArray] = self._index.search(queries, k, params=parameters)
        return found

    def rows(self, first: int, last: int) -> Rows:
        found: list[Rows] = []
        for number in range(self._index.nlist):
            size = self._lists.list_size(number)
            if size:
                ids = faiss.rev_swig_ptr(self._lists.get_ids(number), size)
                (places,) = np.nonzero((ids >= first) & (ids <= last))
                if len(places):
                    codes = faiss.rev_swig_ptr(self._lists.get_codes(number), size * self.code_size)
                    lists = np.full(len(places), number, dtype=np.int32)
                    found.append(Rows(ids[places], lists, codes.reshape(size, self.code_size)[places]))
        if not found:
            empty = np.zeros((0, self.code_size), dtype=np.uint8)
            return Rows(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), empty)
        ids, lists, codes = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.argsort(ids)
        return Rows(ids[order], lists[order], codes[order])

    def put(self, rows: Rows) -> None:
        order = np.argsort(rows.lists, kind="stable")
        ids, lists, codes = (np.ascontiguousarray(part[order]) for part in rows)
        numbers, starts = np.unique(lists, return_index=True)
        ends = np.append(starts[1:], len(lists))
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True):
            self._lists.add_entries(
                number, end - start, faiss.swig_ptr(ids[start:end]), faiss.swig_ptr(codes[start:end])
            )
        self._index.ntotal += len(ids)

    def decode(self, codes: Codes) -> FloatArray:
        vectors: FloatArray = codes.astype(np.float32) * np.float32(self._step) + self._least
        return vectors

    def lists_of(self, vectors: FloatArray) -> ListNumbers:
        """int32 (n,): the list that each vector belongs into."""
        numbers: ListNumbers = self._quantizer.search(self._in_steps(vectors), 1)[1][:, 0].astype(np.int32)
        return numbers


class SharedLock:
    """Lets any number search at once, or one change what is searched, who goes before those that come after him.

    lock: held for all of a change, and for the moment in which a search begins or ends.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._n_searching = 0
        self._n_waiting = 0

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Nothing is changed inside."""
        with self._condition:
            self._condition.wait_for(lambda: not self._n_waiting)
            self._n_searching += 1
        try:
            yield
        finally:
            with self._condition:
                self._n_searching -= 1
                self._condition.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody searches inside."""
        with self._condition:
            self._n_waiting += 1
            try:
                self._condition.wait_for(lambda: not self._n_searching)
                yield
            finally:
                self._n_waiting -= 1
                self._condition.notify_all()


@contextmanager
def one_thread() -> Iterator[None]:
    """FAISS without helpers, in this thread only: on a busy machine they keep a question waiting for each other."""
    n_threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(n_threads)


class _Selector:
    """A set of ids in the form in which FAISS takes it, with the arrays that FAISS only points to."""

    def __init__(self, ids: IdArray) -> None:
        self._ids = np.ascontiguousarray(ids, dtype=np.int64)
        if len(ids) and ids[0] >= 0 and ids[-1] < _MAX_BITMAP_ID:
            marks = np.zeros(int(ids[-1]) + 1, dtype=bool)
            marks[self._ids] = True
            self._bits = np.packbits(marks, bitorder="little")
            self.faiss = faiss.IDSelectorBitmap(len(self._bits), faiss.swig_ptr(self._bits))
        else:
            self.faiss = faiss.IDSelectorBatch(self._ids)


def train(sample: FloatArray, n_lists: int, ranges: FloatArray | None = None) -> Trained:
    """Centroids for `n_lists` lists, and the range of each number unless it is given."""
    dim = sample.shape[1]
    clustering = faiss.Kmeans(
        dim, n_lists, niter=_ROUNDS, spherical=True, seed=1, min_points_per_centroid=1, max_points_per_centroid=64
    )
    clustering.train(np.ascontiguousarray(sample))
    if ranges is None:
        least, most = sample.min(axis=0), sample.max(axis=0)
        span = np.full(dim, (most - least).max(), dtype=np.float32)
        ranges = np.concatenate([(least + most - span) / 2, span])
    return Trained(clustering.centroids.reshape(n_lists, dim), np.asarray(ranges, dtype=np.float32))
