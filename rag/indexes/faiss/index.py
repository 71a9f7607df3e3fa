"""Vector search by FAISS: exact while the passages are few, in quantised lists when they are many.

Up to `flat_up_to` passages every vector is compared. Beyond, a thread of its own makes lists around centroids, with
one byte for a number, while searches go on with what there is; it does so again when the passages have become many
times those that the lists were made for. Hits of lists are candidates: see `is_exact`.

What FAISS leaves open is settled here: which of equal scores comes first, what happens to an id that is added twice,
and how files that were torn or changed on disk are told from good ones before anything of them is used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.errors import StoreError
from rag.indexes._saving import clear_unfinished, file_errors_reported
from rag.indexes.faiss.bodies import Body, FlatBody, ListsBody, Rows, SharedLock, Trained, one_thread, train
from rag.indexes.faiss.segments import (
    FORMAT,
    Manifest,
    Segments,
    has_files,
    names,
    read_manifest,
    read_rows,
    read_trained,
    sweep,
    write_manifest,
    write_rows,
    write_trained,
)
from rag.protocols import FloatArray, IdArray
from rag.types import Hit

__all__ = ["FaissIndex"]

_QUERIES_AT_ONCE = 16
_MARGIN = 16
_ROWS_AT_ONCE = 16_384
_MAX_LISTS = 1024
_PASSAGES_A_LIST = 32  # at least, when the lists are made
_SAMPLE_A_LIST = 64
_GROWTH = 8  # the lists are made anew when the passages are so many times as many
_FEW_CHANGES = 4096


class _Place(NamedTuple):
    """Where the index was last saved or loaded, and what its manifest said."""

    folder: Path
    manifest: Manifest


class FaissIndex:
    """Passages in a flat index or in lists. Methods may be called from several threads at once.

    generation: of the files that were last loaded or saved, 0 when there are none.
    """

    is_shared = False

    def __init__(self, dim: int, *, flat_up_to: int = 50_000) -> None:
        self.dim = dim
        self.generation = 0
        self._flat_up_to = flat_up_to
        self._shared = SharedLock()
        self._lock = self._shared.lock
        self._saving = threading.RLock()
        self._builder: threading.Thread | None = None  # the last one
        self._is_building = False
        self._place: _Place | None = None
        self._reset()

    def _reset(self) -> None:
        self._body: Body = FlatBody(self.dim)
        self._ids: IdArray = np.zeros(0, dtype=np.int64)
        self._segments = Segments()
        self._n_trained = 0
        self._changed: set[int] = set()  # since the thread that builds looked last
        self._epoch = object()  # another one when a build under way has become pointless
        self.generation = 0

    @property
    def is_exact(self) -> bool:
        """Whether scores are inner products of the vectors themselves, or only close to them."""
        return self._body.is_exact

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Make the passages findable; an id that is known already gets its new vector.

        Raises:
            ValueError: `vectors` is not of shape (number of ids, dim).
        """
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"need vectors of shape {(len(ids), self.dim)}, got {vectors.shape}")
        if not len(ids):
            return
        reverse = np.asarray(ids, dtype=np.int64)[::-1]
        added, places = np.unique(reverse, return_index=True)  # of an id given twice, the last
        rows = np.ascontiguousarray(vectors, dtype=np.float32)[len(reverse) - 1 - places]
        with self._shared.changing():
            self._remove(self._known(added))
            self._body.add(added, rows)
            is_after = not len(self._ids) or added[0] > self._ids[-1]
            self._ids = np.concatenate([self._ids, added]) if is_after else np.union1d(self._ids, added)
            self._note(added)
            self._build_if_due()

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""
        with self._shared.changing():
            self._remove(self._known(np.unique(np.fromiter(ids, dtype=np.int64))))

    def _known(self, ids: IdArray) -> IdArray:
        if not len(self._ids):
            return ids[:0]
        places = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        known: IdArray = ids[self._ids[places] == ids]
        return known

    def _remove(self, known: IdArray) -> None:
        if len(known):
            self._body.remove(known)
            self._ids = np.delete(self._ids, np.searchsorted(self._ids, known))
            self._note(known)

    def _note(self, ids: IdArray) -> None:
        self._segments.touch(ids)
        if self._is_building:
            self._changed.update(ids.tolist())

    def search(self, vectors: FloatArray, k: int, *, among: IdArray | None = None) -> list[list[Hit]]:
        """For each row of `vectors` at most `k` hits by inner product, best first, equal scores by id.

        From 20 queries on FAISS multiplies matrices, where equal vectors get scores that differ in the last bit by
        their place in the matrix; below, each pair is computed alone. So that a question finds the same in any
        batch, few go in at once.

        among: int64 (m,), ascending: the only ids that may be found; None for all. Unknown ids are ignored.
        """
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        results: list[list[Hit]] = []
        with self._shared.searching():
            with self._lock:
                body, n_passages = self._body, len(self._ids)
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                results.extend(_hits(body, n_passages, queries[start : start + _QUERIES_AT_ONCE], k, among))
        return results

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._reset()

    def ids(self) -> list[int]:
        """The ids of all passages in the index, ascending."""
        ids: list[int] = self._ids.tolist()
        return ids

    def newest(self) -> int:
        """The highest id; -1 when there are none."""
        ids = self._ids
        return int(ids[-1]) if len(ids) else -1

    def __len__(self) -> int:
        return len(self._ids)

    # Files

    def save(self, folder: Path, *, embedder_id: str, generation: int) -> None:
        """Write what changed into `folder` in one step: a crash leaves the old files or the new ones.

        Replacing the manifest is the step. What the old one named and the new one does not is deleted afterwards.

        Raises:
            StoreFullError: the disk is full; the old files are untouched.
            StoreError: the folder cannot be written to for another reason.
        """
        with self._saving:
            if self._place is None or self._place.folder != folder or read_manifest(folder) != self._place.manifest:
                with self._lock:  # another process has written, and swept what it did not need
                    self._segments.touch_all()
            with file_errors_reported(folder):
                self._save(folder, embedder_id, generation)

    def _save(self, folder: Path, embedder_id: str, generation: int) -> None:
        doomed = names(read_manifest(folder))
        manifest: Manifest | None = None
        try:
            while manifest is None:
                manifest = self._written(folder, embedder_id, generation, doomed)
            write_manifest(folder, manifest)
        finally:
            sweep(folder, doomed - names(read_manifest(folder)))
        self._place = _Place(folder, manifest)
        self.generation = generation

    def _written(self, folder: Path, embedder_id: str, generation: int, written: set[str]) -> Manifest | None:
        """The manifest of files that are all on disk; None when the index changed while they were written.

        The lock is held while one segment is copied, not while it is written: searches go on. The names of the files
        are put into `written`.
        """
        with self._lock:
            body, ids, n_trained = self._body, self._ids, self._n_trained
            segments = self._segments.planned(ids, body.code_size)
            list_sizes = body.list_sizes.tolist() if isinstance(body, ListsBody) else []
        trained = write_trained(folder, body.trained, written) if isinstance(body, ListsBody) else ""
        for number, segment in enumerate(segments):
            if not segment.sha256:
                with self._lock:
                    if self._body is not body or self._ids is not ids:
                        return None
                    first = int(np.searchsorted(ids, segment.first))
                    rows = body.rows(segment.first, int(ids[first + segment.n_passages - 1]))
                segments[number] = segment._replace(sha256=write_rows(folder, rows, written))
        with self._lock:
            if self._body is not body or self._ids is not ids:
                return None
            self._segments.written(list(segments))
        return Manifest(
            format=FORMAT,
            embedder_id=embedder_id,
            generation=generation,
            dim=self.dim,
            trained=trained,
            n_trained=n_trained,
            list_sizes=list_sizes,
            segments=segments,
        )

    def load(self, folder: Path, *, embedder_id: str) -> bool:
        """Read what `save` wrote; False, and an empty index, when it is missing, torn or of another embedder."""
        with self._saving, self._lock:
            self._reset()
            self._place = None
            clear_unfinished(folder)
            manifest = read_manifest(folder)
            if manifest is None or manifest.embedder_id != embedder_id or manifest.dim != self.dim:
                return False
            if not has_files(folder, manifest):
                return False
            body = _empty_body(folder, manifest)
            ids = None if body is None else _fill(body, folder, manifest)
            if body is None or ids is None:
                return False
            self._body, self._ids, self.generation = body, ids, manifest.generation
            self._segments, self._n_trained = Segments(list(manifest.segments)), manifest.n_trained
            self._place = _Place(folder, manifest)
            self._build_if_due()
            return True

    # Lists

    def wait(self) -> None:
        """Return when no lists are being made, neither now nor next, and the files are those of the lists."""
        builder = self._builder
        while builder is not None and builder.is_alive():
            builder.join()
            builder = self._builder  # its successor, if it started one

    def _build_if_due(self) -> None:
        limit = self._flat_up_to if self._body.is_exact else _GROWTH * self._n_trained
        if len(self._ids) > limit and not self._is_building:
            self._changed, self._is_building = set(), True
            # Not a daemon: a process that ends waits for it, or else every short one would begin again.
            self._builder = threading.Thread(target=self._build, name="index-builder", args=(self._epoch,))
            self._builder.start()

    def _build(self, epoch: object) -> None:
        try:
            with one_thread():
                self._change_over(epoch)
        finally:
            with self._lock:
                self._is_building = False
        with self._lock:
            self._build_if_due()  # many may have come meanwhile
            is_last = not self._is_building
        if is_last:
            self._save_again()

    def _change_over(self, epoch: object) -> None:
        """Make lists of all passages and put them in the place of what is searched now."""
        with self._lock:
            if self._epoch is not epoch:
                return
            old, ids = self._body, self._ids
        trained = self._trained(old, ids, epoch)
        if trained is None:
            return
        new = ListsBody(trained)
        remaining = ids
        while True:
            for first in range(0, len(remaining), _ROWS_AT_ONCE):
                if not self._copy(old, new, remaining[first : first + _ROWS_AT_ONCE], epoch):
                    return
            with self._lock:
                if self._epoch is not epoch:
                    return
                changed = np.array(sorted(self._changed), dtype=np.int64)
                self._changed = set()
                new.remove(changed)
                remaining = self._known(changed)
                if len(remaining) <= _FEW_CHANGES:
                    self._copy(old, new, remaining, epoch)
                    self._body, self._n_trained = new, len(self._ids)
                    self._segments.touch_all()
                    return

    def _trained(self, old: Body, ids: IdArray, epoch: object) -> Trained | None:
        """What to make lists from, learned from a sample; None when that has become pointless."""
        n_lists = max(1, min(_MAX_LISTS, len(ids) // _PASSAGES_A_LIST))
        n_sampled = min(len(ids), _SAMPLE_A_LIST * n_lists)
        chosen = ids[np.sort(np.random.default_rng(len(ids)).choice(len(ids), n_sampled, replace=False))]
        sample = []
        for first in range(0, len(chosen), _ROWS_AT_ONCE):
            rows = self._rows(old, chosen[first : first + _ROWS_AT_ONCE], epoch)
            if rows is None:
                return None
            sample.append(old.decode(rows.codes))
        vectors = np.concatenate(sample)
        if not len(vectors):
            return None
        return train(vectors, min(n_lists, len(vectors)), old.trained.ranges if isinstance(old, ListsBody) else None)

    def _copy(self, old: Body, new: ListsBody, ids: IdArray, epoch: object) -> bool:
        """Put the passages into the new lists; False when that has become pointless."""
        rows = self._rows(old, ids, epoch)
        if rows is not None and len(rows.ids):
            vectors = old.decode(rows.codes)
            if isinstance(old, ListsBody):
                new.put(rows._replace(lists=new.lists_of(vectors)))
            else:
                new.add(rows.ids, vectors)
        return rows is not None

    def _rows(self, body: Body, ids: IdArray, epoch: object) -> Rows | None:
        with self._lock:
            if self._epoch is not epoch:
                return None
            if not len(ids):
                return body.rows(1, 0)
            rows = body.rows(int(ids[0]), int(ids[-1]))
        is_wanted = np.isin(rows.ids, ids, assume_unique=True)
        return Rows(rows.ids[is_wanted], rows.lists[is_wanted], rows.codes[is_wanted])

    def _save_again(self) -> None:
        """Put the lists on disk, unless somebody else has written there since: the next save will do it."""
        with self._saving:
            place = self._place
            if place is None or read_manifest(place.folder) != place.manifest:
                return
            try:
                self.save(place.folder, embedder_id=place.manifest.embedder_id, generation=self.generation)
            except (StoreError, OSError):
                return


def _hits(body: Body, n_passages: int, queries: FloatArray, k: int, among: IdArray | None) -> Iterator[list[Hit]]:
    """Hits by query. Which of equal scores FAISS cuts off is open, so more are fetched while the cut is a tie."""
    n_findable = n_passages if among is None else min(n_passages, len(among))
    k = min(k, n_findable)
    if k < 1:
        yield from ([] for _ in queries)
        return
    n_fetched = min(k + _MARGIN, n_findable)
    scores, ids = body.find(queries, n_fetched, among)
    while n_fetched < n_findable and ((scores[:, -1] == scores[:, k - 1]) & (ids[:, -1] >= 0)).any():
        n_fetched = min(2 * n_fetched, n_findable)
        scores, ids = body.find(queries, n_fetched, among)
    for row_scores, row_ids in zip(scores.tolist(), ids.tolist(), strict=True):
        pairs = sorted(zip(row_scores, row_ids, strict=True), key=lambda pair: (-pair[0], pair[1]))
        found = [Hit(passage_id=passage_id, score=score) for score, passage_id in pairs if passage_id >= 0]
        yield found[:k]


def _empty_body(folder: Path, manifest: Manifest) -> Body | None:
    if not manifest.trained:
        return FlatBody(manifest.dim)
    trained = read_trained(folder, manifest)
    return None if trained is None else ListsBody(trained, np.array(manifest.list_sizes, dtype=np.int64))


def _fill(body: Body, folder: Path, manifest: Manifest) -> IdArray | None:
    """All ids, after their rows were put into the body; None when a file is not what the manifest promises."""
    ids: list[IdArray] = [np.zeros(0, dtype=np.int64)]
    n_lists = max(1, len(manifest.list_sizes))
    for segment in manifest.segments:
        rows = read_rows(folder, segment, body.code_size)
        is_sound = (
            rows is not None
            and (not len(ids[-1]) or rows.ids[0] > ids[-1][-1])
            and int(rows.lists.min()) >= 0
            and int(rows.lists.max()) < n_lists
        )
        if rows is None or not is_sound:
            return None
        body.put(rows)
        ids.append(rows.ids)
    return np.concatenate(ids)
