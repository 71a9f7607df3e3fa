"""A vector index that is always in step with its store."""

from __future__ import annotations

import threading
from contextlib import suppress

import numpy as np

from rag.errors import EmbedderMismatchError, StoreError
from rag.protocols import Embedder, FloatArray, VectorIndex
from rag.storage import Store
from rag.types import Hit

__all__ = ["VectorSearch"]


class VectorSearch:
    """Searches an index after bringing it up to the store's generation.

    Passages that the index lacks are added from the store and those that are gone are removed, so that it does not
    matter which process changed the store, or what became of the index's files.
    """

    def __init__(self, store: Store, index: VectorIndex, embedder: Embedder) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._generation = -1
        self._lock = threading.Lock()

    def search(self, vector: FloatArray, k: int) -> list[Hit]:
        """At most `k` passages for one vector, float32 (dim,), best first.

        Raises:
            EmbedderMismatchError: the store's vectors are by another embedder.
        """
        with self._lock:
            self._refresh()
            return self._index.search(vector[None, :], k)[0]

    def refresh(self) -> None:
        """Bring the index up to the store's generation now, and save it.

        Raises:
            EmbedderMismatchError: the store's vectors are by another embedder.
        """
        with self._lock:
            self._refresh()

    def _refresh(self) -> None:
        with self._store.connect():  # one consistent state for all that is read below
            generation = self._store.generation()
            if generation == self._generation:
                return
            stored = self._store.embedder_id()
            if stored not in ("", self._embedder.id):
                raise EmbedderMismatchError(
                    f"cannot search store {str(self._store.folder)!r}: its vectors are by {stored!r}, the settings ask "
                    f"for {self._embedder.id!r} - run `rag rebuild`, or set the embedding model back"
                )
            if self._generation < 0:
                is_loaded = self._index.load(self._store.index_folder, embedder_id=self._embedder.id)
                if is_loaded and not self._store.has_had(self._index.generation):
                    self._index.clear()  # of another store, or of a past that a backup has undone
            changed = self._catch_up()
        self._generation = generation
        if changed:
            self._save(generation)

    def _save(self, generation: int) -> None:
        """Write the index to disk. Where that fails, searching goes on: the next open rebuilds what is missing."""
        with suppress(StoreError, OSError):
            self._store.index_folder.mkdir(exist_ok=True)
            self._index.save(self._store.index_folder, embedder_id=self._embedder.id, generation=generation)

    def _catch_up(self) -> bool:
        wanted = np.array(self._store.passages.ids(), dtype=np.int64)
        present = np.array(self._index.ids(), dtype=np.int64)
        gone = np.setdiff1d(present, wanted, assume_unique=True)
        missing = np.setdiff1d(wanted, present, assume_unique=True)
        if len(gone):
            self._index.remove(gone.tolist())
        for ids, vectors in self._store.passages.vectors(missing.tolist(), self._embedder.dim):
            self._index.add(ids, vectors)
        return bool(len(gone) or len(missing))
