"""Vector search in Milvus: a server or cluster by its address, or Milvus Lite in a folder, for one machine.

The vectors of a store lie in a collection of their own, which every process that has the store open searches and
changes. A second, small collection says what they were made from, so that a process can tell whether it is up to date.

Source: https://milvus.io/docs (collections, consistency levels, boolean expressions).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from rag.errors import SettingsError, StoreError
from rag.protocols import FloatArray, IdArray
from rag.types import Hit

__all__ = ["MilvusIndex"]

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs is raised as well, and becomes a sentence

_LITE = ".db"
_MOST_FOUND = 16_384  # of one search, by Milvus
_TIES = 16
_ROWS_AT_A_TIME = 5_000  # 8 MB of 384 numbers; Milvus takes 64
_SECONDS = 10.0
_CONNECTION = {
    # A server that was started anew is tried at once, and not when the last of many failures is long enough ago.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
}
_MARK = 0
_MARKED: dict[str, tuple[DataType, dict[str, int]]] = {
    "embedder": (DataType.VARCHAR, {"max_length": 4096}),
    "dim": (DataType.INT64, {}),
    "generation": (DataType.INT64, {}),
    "newest": (DataType.INT64, {}),
}


class MilvusIndex:
    """Passages in a collection of Milvus. Methods may be called from several threads at once.

    generation: of the mark that was last loaded or saved, 0 when there is none.
    is_exact: never counted on: a cluster searches graphs, and sums in an order of its own.
    is_shared: always; other processes change the collection too.
    """

    is_exact = False
    is_shared = True

    def __init__(self, dim: int, *, uri: str, collection: str, token: str = "") -> None:
        """Nothing is reached before the index is used.

        uri: http://host:19530, or a path that ends in .db, for Milvus Lite.
        collection: its name, a letter and then letters, numbers and underscores; no other store has it.

        Raises:
            SettingsError: `uri` is neither, or holds a password.
        """
        address = uri.partition("://")[2].partition("/")[0]
        if "@" in address:
            raise SettingsError(
                f"cannot use a password in the address of the vector index at {address.rpartition('@')[2]!r}"
                " - put it into RAG_VECTOR_INDEX_TOKEN, as user:password"
            )
        if not (uri.startswith(("http://", "https://")) or (uri.endswith(_LITE) and "://" not in uri)):
            raise SettingsError(
                f"cannot use {uri!r} as the place of a Milvus index - set vector_index_uri to an address such as "
                "http://localhost:19530, or to a path that ends in .db, for Milvus Lite"
            )
        self.dim = dim
        self.generation = 0
        self._uri = uri
        self._token = token
        self._name = collection
        self._state = f"{collection}_state"
        self._client: Any = None
        self._is_made = False
        self._newest = -1

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Make the passages findable; an id that is known already gets its new vector.

        Raises:
            ValueError: `vectors` is not of shape (number of ids, dim).
            StoreError: Milvus cannot be reached, or refuses.
        """
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"need vectors of shape {(len(ids), self.dim)}, got {vectors.shape}")
        last = {int(passage_id): row for row, passage_id in enumerate(ids)}
        with self._reached() as client:
            self._make()
            rows = [{"id": passage_id, "vector": vectors[row]} for passage_id, row in last.items()]
            for first in range(0, len(rows), _ROWS_AT_A_TIME):
                client.upsert(self._name, rows[first : first + _ROWS_AT_A_TIME])
        self._newest = max([self._newest, *last])

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored.

        Raises:
            StoreError: as `add`.
        """
        with self._reached() as client:
            if self._exists():
                for first in range(0, len(ids), _ROWS_AT_A_TIME):
                    client.delete(self._name, ids=[int(each) for each in ids[first : first + _ROWS_AT_A_TIME]])

    def search(self, vectors: FloatArray, k: int, *, among: IdArray | None = None) -> list[list[Hit]]:
        """For each row of `vectors` at most `k` hits by inner product, best first, equal scores by id.

        At most 16,384 are found.

        among: int64 (m,), ascending: the only ids that may be found; None for all. Unknown ids are ignored.

        Raises:
            StoreError: as `add`; also when the collection has gone since something was added.
        """
        if k < 1 or not len(vectors) or (among is not None and not len(among)):
            return [[] for _ in vectors]
        with self._reached() as client:
            if not (self._is_made or self._exists()):
                return [[] for _ in vectors]
            asked: dict[str, Any] = {"data": np.ascontiguousarray(vectors), "output_fields": ["id"]}
            if among is not None:
                asked["filter"] = f"id in {among.tolist()}"
            limit = min(k + _TIES, _MOST_FOUND)
            while True:
                found = client.search(self._name, limit=limit, **asked)
                if limit == _MOST_FOUND or not any(_is_cut_in_a_tie(hits, k, limit) for hits in found):
                    return [_best(hits, k) for hits in found]
                limit = min(4 * limit, _MOST_FOUND)

    def clear(self) -> None:
        """Forget everything, for every process.

        Raises:
            StoreError: as `add`.
        """
        with self._reached() as client:
            for name in (self._state, self._name):
                client.drop_collection(name)
        self._is_made = False
        self.generation = 0
        self._newest = -1

    def ids(self) -> list[int]:
        """The ids of all passages in the index, ascending.

        Raises:
            StoreError: as `add`.
        """
        found: list[int] = []
        with self._reached() as client:
            if self._exists():
                with contextlib.closing(
                    client.query_iterator(self._name, batch_size=_ROWS_AT_A_TIME, output_fields=["id"])
                ) as batches:
                    while batch := batches.next():
                        found += [row["id"] for row in batch]
        return sorted(found)

    def newest(self) -> int:
        """As far as this process has added, or was known when the mark was loaded; -1 when nothing was."""
        return self._newest

    def save(self, folder: Path, *, embedder_id: str, generation: int) -> None:
        """Note in Milvus what the passages were made from.

        Raises:
            StoreError: as `add`.
        """
        mark = {"id": _MARK, "vector": [0.0, 1.0], "embedder": embedder_id, "dim": self.dim}
        mark |= {"generation": generation, "newest": self._newest}
        with self._reached() as client:
            self._make()
            client.upsert(self._state, [mark])
        self.generation = generation

    def load(self, folder: Path, *, embedder_id: str) -> bool:
        """See what the passages were made from; False, and an empty index, when that is unknown or another embedder.

        Raises:
            StoreError: as `add`.
        """
        with self._reached() as client:
            is_there = client.has_collection(self._name) and client.has_collection(self._state)
            if is_there:  # into the memory of the server, which may have been started anew
                client.load_collection(self._state)
            marks = client.get(self._state, ids=[_MARK], output_fields=list(_MARKED)) if is_there else []
            if not marks or (marks[0]["embedder"], marks[0]["dim"]) != (embedder_id, self.dim):
                self.clear()
                return False
            client.load_collection(self._name)
        self._is_made = True
        self.generation, self._newest = int(marks[0]["generation"]), int(marks[0]["newest"])
        return True

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def __len__(self) -> int:
        with self._reached() as client:
            return int(client.query(self._name, output_fields=["count(*)"])[0]["count(*)"]) if self._exists() else 0

    def _exists(self) -> bool:
        self._is_made = bool(self._client.has_collection(self._name))
        return self._is_made

    def _make(self) -> None:
        """Make both collections, unless they are there."""
        if self._is_made and self._exists():
            return
        for name, dim in ((self._name, self.dim), (self._state, 2)):
            if self._client.has_collection(name):
                continue
            schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
            if name == self._state:
                for field, (kind, limits) in _MARKED.items():
                    schema.add_field(field, kind, **limits)
            index = self._client.prepare_index_params()
            index.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
            # Strong: whoever asks after something was acknowledged finds it, and nothing that was removed before.
            self._client.create_collection(name, schema=schema, index_params=index, consistency_level="Strong")
        self._is_made = True

    @contextmanager
    def _reached(self) -> Iterator[Any]:
        """The connection; what goes wrong with it as a sentence."""
        try:
            if self._client is None:
                self._client = MilvusClient(self._uri, token=self._token, timeout=_SECONDS, grpc_options=_CONNECTION)
            yield self._client
        except MilvusException as error:
            self._client, self._is_made = None, False
            raise StoreError(
                f"cannot use the vector index at {self._uri!r}: {_first_line(error)} - see that Milvus runs there and "
                "lets you in (RAG_VECTOR_INDEX_TOKEN), or set vector_index to faiss"
            ) from error


def _first_line(error: MilvusException) -> str:
    lines = str(error.message).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _is_cut_in_a_tie(hits: Sequence[Any], k: int, limit: int) -> bool:
    """Whether more passages may score as the k-th does than were found."""
    return len(hits) == limit and hits[-1]["distance"] == hits[k - 1]["distance"]


def _best(hits: Sequence[Any], k: int) -> list[Hit]:
    found = [Hit(passage_id=int(hit["id"]), score=float(hit["distance"])) for hit in hits]
    return sorted(found, key=lambda hit: (-hit.score, hit.passage_id))[:k]
