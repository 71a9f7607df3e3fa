"""A vector index that is always in step with its store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
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
    """An index with what it holds: passages of this embedder, of the store at this generation, none after `newest`."""

    index: VectorIndex
    embedder_id: str
    generation: int
    newest: int


class VectorSearch:
    """Searches an index after bringing it up to the store's generation.

    Passages that the index lacks are added from the store and those that are gone are removed, so that it does not
    matter which process changed the store, or what became of the index's files. Threads search side by side; what
    another one has brought up to a later generation meanwhile, `Passages.load` leaves out.

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
        candidates = index.search(vector[None, :], k if is_exact else k + max(k, _MARGIN), among=among)[0]
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

    def is_damaged(self) -> bool:
        """Whether the index's files are there and cannot be read; another index is then made when one is needed."""
        embedder, folder = self._store.embedder(), self._store.index_folder
        if embedder is None or not any(path.is_file() for path in folder.glob("*")):
            return False
        return not self._make_index(embedder.dim).load(folder, embedder_id=embedder.id)

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
        with self._store.connect():
            if self._opened is None or self._opened.embedder_id != embedder_id:
                self._opened = self._loaded(embedder_id, dim)
            if self._opened.generation < 0:  # to make the index anew is left to the next question
                return False
            self._opened.generation = self._store.generation()
            self._opened.index.remove(passage_ids)
            self._catch_up(self._opened, dim)
        return self._is_saved(self._opened)

    def _refreshed(self) -> VectorIndex:
        with self._store.connect():  # one consistent state for all that is read below
            embedder, generation = self._embedder(), self._store.generation()
            opened = self._opened
            if opened is not None and (opened.embedder_id, opened.generation) == (embedder.id, generation):
                return opened.index
            stored = self._store.embedder_id()
            if stored not in ("", embedder.id):
                raise EmbedderMismatchError(
                    f"cannot search store {str(self._store.folder)!r}: its vectors are by {stored!r}, the settings ask "
                    f"for {embedder.id!r} - run `rag rebuild`, or set the embedding model back"
                )
            if opened is None or opened.embedder_id != embedder.id:
                opened = self._loaded(embedder.id, embedder.dim)
            self._opened = None  # what is cut off half-way is begun anew
            is_changed = self._catch_up(opened, embedder.dim)
            opened.generation = generation
            self._opened = opened
        if is_changed:
            self._is_saved(opened)
        return opened.index

    def _loaded(self, embedder_id: str, dim: int) -> _Opened:
        """The index from its files; empty, and of generation -1, when they are not of this store or damaged."""
        index = self._make_index(dim)
        if index.load(self._store.index_folder, embedder_id=embedder_id) and self._store.has_had(index.generation):
            ids = index.ids()
            return _Opened(index, embedder_id, index.generation, ids[-1] if ids else -1)
        index.clear()  # of another store, or of a past that a backup has undone
        return _Opened(index, embedder_id, -1, -1)

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
