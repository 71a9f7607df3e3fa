"""Exact search in plain numpy: every vector is compared with every question.

The oracle that other indexes are tested against, and enough for some ten thousand passages.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.indexes._saving import clear_unfinished, file_errors_reported, write_whole
from rag.protocols import FloatArray, IdArray
from rag.types import Hit

__all__ = ["ExactIndex"]

_FILE_NAME = "exact.index"


class ExactIndex:
    """Passages in a dictionary, searched one by one.

    generation: of the file that was last loaded or saved, 0 when there is none.
    is_exact: always; nothing is approximated here.
    """

    is_exact = True
    is_shared = False

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.generation = 0
        self._vector_by_id: dict[int, FloatArray] = {}

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Make the passages findable; an id that is known already gets its new vector."""
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"need vectors of shape {(len(ids), self.dim)}, got {vectors.shape}")
        for passage_id, vector in zip(ids, vectors, strict=True):
            self._vector_by_id[int(passage_id)] = np.array(vector, dtype=np.float32)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""
        for passage_id in ids:
            self._vector_by_id.pop(int(passage_id), None)

    def search(self, vectors: FloatArray, k: int, *, among: IdArray | None = None) -> list[list[Hit]]:
        """For each row of `vectors` at most `k` hits by inner product, best first, equal scores by id.

        among: int64 (m,), ascending: the only ids that may be found; None for all. Unknown ids are ignored.
        """
        findable = dict(self._vector_by_id)  # as it is now: another thread may add to it
        if among is not None:
            findable = {passage_id: findable[passage_id] for passage_id in among.tolist() if passage_id in findable}
        results = []
        for vector in vectors:
            scores = ((float(np.dot(row, vector)), passage_id) for passage_id, row in findable.items())
            best = sorted(scores, key=lambda pair: (-pair[0], pair[1]))[: max(k, 0)]
            results.append([Hit(passage_id=passage_id, score=score) for score, passage_id in best])
        return results

    def clear(self) -> None:
        """Forget everything."""
        self._vector_by_id.clear()
        self.generation = 0

    def ids(self) -> list[int]:
        """The ids of all passages in the index, ascending."""
        return sorted(self._vector_by_id)

    def newest(self) -> int:
        """The highest id; -1 when there are none."""
        return max(self._vector_by_id, default=-1)

    def save(self, folder: Path, *, embedder_id: str, generation: int) -> None:
        """Write the index into one file of `folder`, in one step: its SHA-256, then its arrays in numpy's format.

        Raises:
            StoreFullError: the disk is full; the old file is untouched.
            StoreError: the folder cannot be written to for another reason.
        """
        ids = self.ids()
        vectors = [self._vector_by_id[passage_id] for passage_id in ids]
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            ids=np.array(ids, dtype=np.int64),
            vectors=np.array(vectors, dtype=np.float32).reshape(-1, self.dim),
            embedder_id=np.array(embedder_id),
            generation=np.array(generation, dtype=np.int64),
        )
        arrays = buffer.getvalue()
        with file_errors_reported(folder):
            write_whole(folder / _FILE_NAME, hashlib.sha256(arrays).digest() + arrays)
        self.generation = generation

    def load(self, folder: Path, *, embedder_id: str) -> bool:
        """Read what `save` wrote; False, and an empty index, when it is missing, torn or of another embedder."""
        self.clear()
        clear_unfinished(folder)
        try:
            content = (folder / _FILE_NAME).read_bytes()
        except OSError:
            return False
        digest, arrays = content[:32], content[32:]
        if hashlib.sha256(arrays).digest() != digest:
            return False
        try:
            with np.load(io.BytesIO(arrays), allow_pickle=False) as values:
                ids, vectors = values["ids"], values["vectors"]
                found_embedder, generation = str(values["embedder_id"]), int(values["generation"])
        except (ValueError, KeyError, TypeError, EOFError):
            return False
        if found_embedder != embedder_id or vectors.shape != (len(ids), self.dim):
            return False
        self.add(ids.tolist(), vectors)
        self.generation = generation
        return True

    def __len__(self) -> int:
        return len(self._vector_by_id)
