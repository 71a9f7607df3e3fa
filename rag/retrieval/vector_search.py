"""A vector index that is always in step with its store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import Context
from dataclasses import dataclass

import numpy as np

from rag.errors import EmbedderMismatchError, StoreError
from rag.protocols import Embedder, FloatArray, IdArray, VectorIndex
from rag.storage import Store, private_folder
from rag.types import Hit

__all__ = ["VectorSearch"]

_MARGIN = 16


@dataclass
class _Opened:
    """An index with what it holds: passages of this embedder, of the store at this generation, none after `newest`.

    generation: -1 when it holds nothing yet.
    """

    index: VectorIndex
    embedder_id: str
    generation: int
    newest: int


class VectorSearch:
    """Searches an index after bringing it up to the store's generation.

    Passages that the index lacks are added from the store and those that are gone are removed, so that it does not
    matter which process changed the store, or what became of the index's files. Threads search side by side; what
    another one has brought up to a later generation meanwhile, `Passages.load` leaves out.

    An index that all processes share is changed by one of them at a time, and forwards only: who still reads an earlier
    state of the store searches the later index as it is. So nothing that was acknowledged is taken out again.

    make_index: number of dimensions → a new, empty index.
    embedder: gives the embedder of the settings; called only when something is searched or was added.
    """

    def __init__(
        self, store: Store, *, make_index: Callable[[int], VectorIndex], embedder: Callable[[], Embedder]
    ) -> None:
        self._store = store
        self._make_index = make_index
        self._embedder = embedder
        self._opened: _Opened | None = None
        self._lock = threading.Lock()

    def search(self, vector: FloatArray, k: int, *, among: IdArray | None = None) -> list[Hit]:
        """At most `k` passages for one vector, float32 (dim,), best first, equal scores by id.

        Scores are inner products with the stored vectors, also where the index only knows them roughly.

        among: int64 (m,), ascending: the only ids that may be found; None for all.

        Raises:
            EmbedderMismatchError: the store's vectors are by another embedder.
        """
        with self._lock:
            index = self._refreshed()
        is_exact = index.is_exact
        n_candidates = k if is_exact else k + max(k, _MARGIN)
        try:
            candidates = index.search(vector[None, :], n_candidates, among=among)[0]
        except StoreError:  # of a server that was started anew, or has lost the passages
            candidates = self._reopened().search(vector[None, :], n_candidates, among=among)[0]
        if (is_exact and index.is_exact) or k < 1:  # lists may have been made meanwhile
            return candidates
        return self._scored([hit.passage_id for hit in candidates], vector)[:k]

    def refresh(self) -> None:
        """Bring the index up to the store's generation now, and save it.

        Raises:
            EmbedderMismatchError: the store's vectors are by another embedder.
        """
        with self._lock:
            self._refreshed()

    def close(self) -> None:
        """End what connects to an index elsewhere."""
        with self._lock:
            opened, self._opened = self._opened, None
        if close := getattr(opened and opened.index, "close", None):
            close()

    def is_damaged(self) -> bool:
        """Whether the index's files are there and cannot be read; another index is then made when one is needed."""
        embedder, folder = self._store.embedder(), self._store.index_folder
        if embedder is None or not any(path.is_file() for path in folder.glob("*")):
            return False
        index = self._make_index(embedder.dim)
        return not (index.is_shared or index.load(folder, embedder_id=embedder.id))

    def forget_removed(self, passage_ids: Sequence[int] = ()) -> None:
        """Leave no vector of a removed passage in the index's files; needs no embedder.

        passage_ids: those that were removed, as far as they are known: what else is gone takes comparing all ids.

        Where the files cannot be brought up to date they are deleted, and made again when they are next needed.
        """
        with self._lock:
            embedder = self._store.embedder()
            if embedder is None or not self._is_saved_after_removal(embedder.id, embedder.dim, passage_ids):
                self._opened = None
                self._store.delete_index()

    def delete(self) -> None:
        """Give the space of the index's files back to the disk; they are made again when they are next needed."""
        with self._lock:
            self._opened = None
            self._store.delete_index()

    def _is_saved_after_removal(self, embedder_id: str, dim: int, passage_ids: Sequence[int]) -> bool:
        try:
            with self._changing(embedder_id, dim) as opened:
                if opened.generation < 0:  # to make the index anew is left to the next question
                    return False
                with self._store.connect():
                    generation = self._store.generation()
                    if generation < opened.generation:  # another process has done this, and more
                        return True
                    opened.index.remove(passage_ids)
                    self._catch_up(opened, dim)
                opened.generation = generation
                return self._is_saved(opened)
        except StoreError:  # an index elsewhere is out of reach: it will be seen to lack a generation
            return False

    def _reopened(self) -> VectorIndex:
        with self._lock:
            self._opened = None
            return self._refreshed()

    def _refreshed(self) -> VectorIndex:
        embedder, opened = self._embedder(), self._opened
        with self._store.connect():
            if opened and (opened.embedder_id, opened.generation) == (embedder.id, self._store.generation()):
                return opened.index
            self._see_that_it_is_of(embedder)
        with self._changing(embedder.id, embedder.dim) as opened:
            with self._store.connect():  # one consistent state for all that is read below
                self._see_that_it_is_of(embedder)
                generation = self._store.generation()
                is_changed = opened.generation <= generation and self._catch_up(opened, embedder.dim)
            opened.generation = max(opened.generation, generation)
            if is_changed:
                self._is_saved(opened)
        return opened.index

    def _see_that_it_is_of(self, embedder: Embedder) -> None:
        stored = self._store.embedder_id()
        if stored not in ("", embedder.id):
            raise EmbedderMismatchError(
                f"cannot search store {self._store.name!r}: its vectors are by {stored!r}, the settings ask "
                f"for {embedder.id!r} - run `rag rebuild`, or set the embedding model back"
            )

    @contextmanager
    def _changing(self, embedder_id: str, dim: int) -> Iterator[_Opened]:
        """The index as it is, for nobody else to change meanwhile; what is cut off half-way is begun anew."""
        opened, self._opened = self._opened, None
        if opened is not None and opened.embedder_id != embedder_id:
            opened = None
        index = opened.index if opened else self._make_index(dim)
        with self._store.indexing() if index.is_shared else nullcontext():
            if opened is None or index.is_shared:
                opened = self._loaded(index, embedder_id, opened)
            yield opened
            self._opened = opened

    def _loaded(self, index: VectorIndex, embedder_id: str, before: _Opened | None) -> _Opened:
        """The index from where it was saved; empty when that is not of this store, or damaged.

        before: what was known of it; still true when nobody has saved it since.
        """
        is_whole = index.load(self._store.index_folder, embedder_id=embedder_id)
        if is_whole and before is not None and before.generation == index.generation:
            return before
        if is_whole and self._has_had(index):
            return _Opened(index, embedder_id, index.generation, index.newest())
        index.clear()  # of another store, or of a past that a backup has undone
        return _Opened(index, embedder_id, -1, -1)

    def _has_had(self, index: VectorIndex) -> bool:
        if self._store.has_had(index.generation):
            return True
        # Outside of the state that is read here: another process may have written, and saved, since that.
        return index.is_shared and Context().run(self._store.has_had, index.generation)

    def _is_saved(self, opened: _Opened) -> bool:
        """Whether the index is on disk. Where it is not, searching goes on: the next open makes what is missing."""
        try:
            private_folder(self._store.index_folder)
            opened.index.save(self._store.index_folder, embedder_id=opened.embedder_id, generation=opened.generation)
        except (StoreError, OSError):
            return False
        return True

    def _catch_up(self, opened: _Opened, dim: int) -> bool:
        """Whether anything had to be changed for the index to hold the store's passages.

        Ids only grow, and the index takes them in their order. So it lacks those after its newest and no other, and
        when the numbers then agree it holds none that is gone: a million ids need not be compared one by one.
        """
        index, passages = opened.index, self._store.passages
        added = passages.ids(after=opened.newest)
        n_gone = len(index) + len(added) - passages.count()
        if n_gone:
            wanted = np.array(passages.ids(), dtype=np.int64)
            present = np.array(index.ids(), dtype=np.int64)
            index.remove(np.setdiff1d(present, wanted, assume_unique=True).tolist())
            added = np.setdiff1d(wanted, present, assume_unique=True).tolist()
        for ids, vectors in passages.vectors(added, dim):
            index.add(ids, vectors)
        opened.newest = max([opened.newest, *added[-1:]])
        return bool(n_gone or added)

    def _scored(self, passage_ids: list[int], vector: FloatArray) -> list[Hit]:
        hits = []
        for ids, vectors in self._store.passages.vectors(passage_ids, len(vector)):
            scores = np.einsum("ij,j->i", vectors, vector)  # row by row, so that equal vectors score the same
            hits += [Hit(passage_id=id_, score=score) for id_, score in zip(ids, scores.tolist(), strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))
