"""Vector search by FAISS: a flat index, which compares every vector and is therefore exact.

What FAISS leaves open is settled here: which of equal scores comes first, what happens to an id that is added twice,
and how a file that was torn or changed on disk is told from a good one before FAISS gets to parse it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import faiss
import numpy as np

from rag.indexes._saving import TEMPORARY_FILES, file_errors_reported, write_whole
from rag.protocols import FloatArray
from rag.types import Hit

__all__ = ["FaissIndex"]

_FORMAT = 1
_MANIFEST_NAME = "faiss.json"
_QUERIES_AT_ONCE = 16
_MARGIN = 16


class _Manifest(NamedTuple):
    """What the index file holds; its name follows from the hash, so the manifest alone decides which file counts."""

    format: int
    embedder_id: str
    generation: int
    n_passages: int
    dim: int
    sha256: str


class FaissIndex:
    """Passages in an `IndexIDMap2` over an `IndexFlatIP`. Methods may be called from several threads at once.

    generation: of the files that were last loaded or saved, 0 when there are none.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.generation = 0
        self._lock = Lock()
        self._index = _empty(dim)
        self._ids: set[int] = set()

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Make the passages findable; an id that is known already gets its new vector.

        Raises:
            ValueError: `vectors` is not of shape (number of ids, dim).
        """
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"need vectors of shape {(len(ids), self.dim)}, got {vectors.shape}")
        row_by_id = {int(passage_id): row for row, passage_id in enumerate(ids)}  # of an id given twice, the last
        if not row_by_id:
            return
        rows = np.ascontiguousarray(vectors[list(row_by_id.values())], dtype=np.float32)
        with self._lock:
            self._remove(row_by_id.keys() & self._ids)
            self._index.add_with_ids(rows, np.fromiter(row_by_id, dtype=np.int64))
            self._ids.update(row_by_id)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""
        with self._lock:
            self._remove({int(passage_id) for passage_id in ids} & self._ids)

    def _remove(self, known: set[int]) -> None:
        if known:
            self._index.remove_ids(np.array(sorted(known), dtype=np.int64))
            self._ids -= known

    def search(self, vectors: FloatArray, k: int) -> list[list[Hit]]:
        """For each row of `vectors` at most `k` hits by inner product, best first, equal scores by id.

        From 20 queries on FAISS multiplies matrices, where equal vectors get scores that differ in the last bit by
        their place in the matrix; below, each pair is computed alone. So that a question finds the same in any
        batch, few go in at once.
        """
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        results: list[list[Hit]] = []
        with self._lock:
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                results.extend(self._search(queries[start : start + _QUERIES_AT_ONCE], k))
        return results

    def _search(self, queries: FloatArray, k: int) -> Iterator[list[Hit]]:
        """Hits by query. Which of equal scores FAISS cuts off is open, so more are fetched while the cut is a tie."""
        n_passages = len(self._ids)
        k = min(k, n_passages)
        if k < 1:
            yield from ([] for _ in queries)
            return
        n_fetched = min(k + _MARGIN, n_passages)
        scores, ids = self._index.search(queries, n_fetched)
        while n_fetched < n_passages and (scores[:, -1] == scores[:, k - 1]).any():
            n_fetched = min(2 * n_fetched, n_passages)
            scores, ids = self._index.search(queries, n_fetched)
        for row_scores, row_ids in zip(scores.tolist(), ids.tolist(), strict=True):
            pairs = sorted(zip(row_scores, row_ids, strict=True), key=lambda pair: (-pair[0], pair[1]))
            yield [Hit(passage_id=passage_id, score=score) for score, passage_id in pairs[:k] if passage_id >= 0]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._index = _empty(self.dim)
            self._ids = set()
            self.generation = 0

    def ids(self) -> list[int]:
        """The ids of all passages in the index, ascending."""
        with self._lock:
            return sorted(self._ids)

    def save(self, folder: Path, *, embedder_id: str, generation: int) -> None:
        """Write the index into `folder` in one step: a crash leaves the old files or the new ones.

        The index goes into a file named after its hash, beside the old one; replacing the manifest, which names the
        hash, is the step. Files that no manifest names are swept up afterwards.

        Raises:
            StoreFullError: the disk is full; the old files are untouched.
            StoreError: the folder cannot be written to for another reason.
        """
        with self._lock:
            content = faiss.serialize_index(self._index).tobytes()
            manifest = _Manifest(
                format=_FORMAT,
                embedder_id=embedder_id,
                generation=generation,
                n_passages=len(self._ids),
                dim=self.dim,
                sha256=hashlib.sha256(content).hexdigest(),
            )
            try:
                with file_errors_reported(folder):
                    write_whole(folder / _index_name(manifest), content)
                    write_whole(folder / _MANIFEST_NAME, json.dumps(manifest._asdict(), indent=1).encode())
            finally:
                _sweep(folder)
            self.generation = generation

    def load(self, folder: Path, *, embedder_id: str) -> bool:
        """Read what `save` wrote; False, and an empty index, when it is missing, torn or of another embedder.

        FAISS parses only bytes whose hash is the one in the manifest; nothing is ever unpickled.
        """
        self.clear()
        manifest = _read_manifest(folder)
        if manifest is None or manifest.embedder_id != embedder_id or manifest.dim != self.dim:
            return False
        index = _read_index(folder / _index_name(manifest), manifest)
        if index is None:
            return False
        ids = set(faiss.vector_to_array(index.id_map).tolist())
        if len(ids) != manifest.n_passages:
            return False
        with self._lock:
            self._index, self._ids, self.generation = index, ids, manifest.generation
        return True

    def __len__(self) -> int:
        return len(self._ids)


def _empty(dim: int) -> Any:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dim))


def _index_name(manifest: _Manifest) -> str:
    return f"faiss-{manifest.sha256[:16]}.index"


def _read_manifest(folder: Path) -> _Manifest | None:
    """The manifest, or None when it is missing or is not one of ours."""
    try:
        values = json.loads((folder / _MANIFEST_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or values.keys() != set(_Manifest._fields):
        return None
    manifest = _Manifest(**values)
    is_typed = all(type(value) is type_ for value, type_ in zip(manifest, (int, str, int, int, int, str), strict=True))
    return manifest if is_typed and manifest.format == _FORMAT and manifest.sha256.isalnum() else None


def _read_index(path: Path, manifest: _Manifest) -> Any | None:
    """The index in `path`, or None when its bytes are not those that the manifest promises."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != manifest.sha256:
        return None
    try:
        index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
    except (RuntimeError, ValueError):
        return None
    if not isinstance(index, faiss.IndexIDMap2) or index.ntotal != manifest.n_passages or index.d != manifest.dim:
        return None
    return index if isinstance(faiss.downcast_index(index.index), faiss.IndexFlatIP) else None


def _sweep(folder: Path) -> None:
    """Delete temporary files, and index files that the manifest does not name."""
    manifest = _read_manifest(folder)
    for path in (*folder.glob("faiss-*.index"), *folder.glob(TEMPORARY_FILES)):
        if manifest is None or path.name != _index_name(manifest):
            with suppress(OSError):  # what cannot be deleted does no harm: no manifest names it
                path.unlink()
