"""The files of an index by FAISS: many small ones named after their content, and a manifest that says which count.

A segment holds the passages of a range of ids. What changes a few passages rewrites a few segments, so that neither
adding nor removing a document costs a copy of the whole index, and no file keeps what was removed. Replacing the
manifest is the one step in which a new state takes the place of the old one.

Nothing but arrays of known sizes is read, and only from bytes whose SHA-256 the manifest names.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.indexes._saving import TEMPORARY_FILES, write_whole
from rag.indexes.faiss.bodies import Rows, Trained
from rag.protocols import IdArray

__all__ = [
    "FORMAT",
    "SEGMENT_BYTES",
    "Manifest",
    "Segment",
    "Segments",
    "has_files",
    "names",
    "read_manifest",
    "read_rows",
    "read_trained",
    "sweep",
    "write_manifest",
    "write_rows",
    "write_trained",
]

SEGMENT_BYTES = 12_000_000
"""The most that a segment holds, and so about what adding or removing one document writes."""

FORMAT = 3
"""Of the files; those of another one are made anew."""

_MANIFEST_NAME = "faiss.json"
_ROW_BYTES = 8 + 4  # besides the code: id and list
_STRAY_SECONDS = 600
_HASH_DIGITS = 64


class Segment(NamedTuple):
    """The passages from `first` up to the next segment's first; `sha256` is empty until they are on disk."""

    first: int
    n_passages: int
    sha256: str


class Manifest(NamedTuple):
    """What the files hold.

    trained: SHA-256 of what the lists were made from, empty for a flat index.
    n_trained: passages there were when they were made.
    list_sizes: passages in each list, empty for a flat index.
    segments: [first id, number of passages, SHA-256] each, by id.
    """

    format: int
    embedder_id: str
    generation: int
    dim: int
    trained: str
    n_trained: int
    list_sizes: list[int]
    segments: list[Segment]


class Segments:
    """Which ids are in which segment, and which segments are no longer what is on disk."""

    def __init__(self, segments: list[Segment] | None = None) -> None:
        self._segments = segments or []

    def touch(self, ids: IdArray) -> None:
        """These passages were added, changed or removed; `ids` is not empty."""
        if not self._segments:
            self._segments = [Segment(int(ids.min()), 0, "")]
        firsts = np.array([segment.first for segment in self._segments], dtype=np.int64)
        for number in np.unique(np.maximum(np.searchsorted(firsts, ids, side="right") - 1, 0)).tolist():
            self._segments[number] = self._segments[number]._replace(sha256="")
        self._segments[0] = self._segments[0]._replace(first=min(self._segments[0].first, int(ids.min())))

    def planned(self, ids: IdArray, code_size: int) -> list[Segment]:
        """The segments to have on disk for an index of these ids, ascending; those without a hash are to be written.

        Neighbours that are written anew are cut anew; what stays small joins the neighbour before it.
        """
        capacity = max(1, SEGMENT_BYTES // (_ROW_BYTES + code_size))
        bounds = [*np.searchsorted(ids, [segment.first for segment in self._segments[1:]]).tolist(), len(ids)]
        planned: list[Segment] = []
        start = 0  # of the passages that are to be written, and go on being collected
        for segment, end in zip(self._segments, bounds, strict=False):  # no segments, one bound
            if segment.sha256:
                planned += _cut(ids, start, end - segment.n_passages, capacity)
                planned.append(segment)
                start = end
            elif planned and planned[-1].sha256 and end - start + planned[-1].n_passages <= capacity // 2:
                start -= planned.pop().n_passages
        return planned + _cut(ids, start, len(ids), capacity)

    def written(self, segments: list[Segment]) -> None:
        """These are on disk now."""
        self._segments = segments

    def touch_all(self) -> None:
        """All passages are kept in another form."""
        self._segments = [segment._replace(sha256="") for segment in self._segments]


def _cut(ids: IdArray, start: int, end: int, capacity: int) -> list[Segment]:
    return [Segment(int(ids[first]), min(capacity, end - first), "") for first in range(start, end, capacity)]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest, or None when it is missing or is not one of ours."""
    try:
        values = json.loads((folder / _MANIFEST_NAME).read_bytes())
        listed = values.pop("segments")
        segments = [Segment(*segment) for segment in listed]
        manifest = Manifest(**values, segments=segments)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    types = (int, str, int, int, str, int, list)
    is_typed = (
        isinstance(listed, list)
        and all(type(value) is type_ for value, type_ in zip(manifest, types, strict=False))
        and all(type(size) is int and size >= 0 for size in manifest.list_sizes)
        and all(
            type(first) is int and type(n_passages) is int and n_passages > 0 and _is_hash(sha256)
            for first, n_passages, sha256 in segments
        )
        and (manifest.trained == "" or _is_hash(manifest.trained))
        and (manifest.trained == "") == (not manifest.list_sizes)
    )
    return manifest if is_typed and manifest.format == FORMAT else None


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == _HASH_DIGITS and value.isascii() and value.isalnum()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The step that makes the files that it names count."""
    write_whole(folder / _MANIFEST_NAME, json.dumps(manifest._asdict()).encode())


def write_rows(folder: Path, rows: Rows, written: set[str]) -> str:
    """The SHA-256 of the segment file that now holds the rows; its name is put into `written`."""
    return _write(folder, written, rows.ids.astype("<i8"), rows.lists.astype("<i4"), rows.codes)


def write_trained(folder: Path, trained: Trained, written: set[str]) -> str:
    """The SHA-256 of the file that now holds what the lists are made from; its name is put into `written`."""
    return _write(folder, written, trained.centroids.astype("<f4"), trained.ranges.astype("<f4"))


def _write(folder: Path, written: set[str], *arrays: NDArray[np.generic]) -> str:
    content = b"".join(array.tobytes() for array in arrays)
    sha256 = hashlib.sha256(content).hexdigest()
    written.add(_file_name(sha256))
    write_whole(folder / _file_name(sha256), content)
    return sha256


def has_files(folder: Path, manifest: Manifest) -> bool:
    """Whether all files are there in the size that the manifest promises, which is seen before any is read."""
    code_size = manifest.dim if manifest.trained else 4 * manifest.dim
    sizes = {_file_name(sha256): n * (_ROW_BYTES + code_size) for _, n, sha256 in manifest.segments}
    if manifest.trained:
        sizes[_file_name(manifest.trained)] = 4 * manifest.dim * (len(manifest.list_sizes) + 2)
        if sum(manifest.list_sizes) != sum(segment.n_passages for segment in manifest.segments):
            return False
    try:
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except OSError:
        return False


def read_rows(folder: Path, segment: Segment, code_size: int) -> Rows | None:
    """The rows of a segment, or None when its file is not what the manifest promises."""
    n = segment.n_passages
    content = _read(folder, segment.sha256, n * (_ROW_BYTES + code_size))
    if content is None:
        return None
    rows = Rows(
        np.frombuffer(content, "<i8", n).astype(np.int64),
        np.frombuffer(content, "<i4", n, 8 * n).astype(np.int32),
        np.frombuffer(content, np.uint8, n * code_size, _ROW_BYTES * n).reshape(n, code_size),
    )
    return rows if rows.ids[0] == segment.first and (np.diff(rows.ids) > 0).all() else None


def read_trained(folder: Path, manifest: Manifest) -> Trained | None:
    """What the lists are made from, or None when its file is not what the manifest promises."""
    n_lists, dim = len(manifest.list_sizes), manifest.dim
    content = _read(folder, manifest.trained, 4 * dim * (n_lists + 2))
    if content is None:
        return None
    values = np.frombuffer(content, "<f4").astype(np.float32)
    return Trained(values[: n_lists * dim].reshape(n_lists, dim), values[n_lists * dim :])


def _read(folder: Path, sha256: str, size_bytes: int) -> bytes | None:
    try:
        content = (folder / _file_name(sha256)).read_bytes()
    except OSError:
        return None
    return content if len(content) == size_bytes and hashlib.sha256(content).hexdigest() == sha256 else None


def sweep(folder: Path, doomed: AbstractSet[str]) -> None:
    """Delete the files of these names, and whatever else is not of this index.

    Files that no manifest names may be those of another process, which is about to write its manifest: they are
    deleted when they are old.
    """
    named = names(read_manifest(folder))
    for path in folder.iterdir():
        is_ours = path.match("faiss-*.rows") or path.match(TEMPORARY_FILES)
        with suppress(OSError):  # what cannot be deleted does no harm: no manifest names it
            is_stray = not is_ours or time.time() - path.stat().st_mtime > _STRAY_SECONDS
            if path.name in doomed or (is_stray and path.name not in named):
                path.unlink()


def names(manifest: Manifest | None) -> set[str]:
    """The names of the files that a manifest makes count, its own included."""
    hashes = {segment.sha256 for segment in manifest.segments} | {manifest.trained} if manifest else set()
    return {_MANIFEST_NAME, *map(_file_name, hashes - {""})}


def _file_name(sha256: str) -> str:
    return f"faiss-{sha256[:32]}.rows"
