"""A word index beside a store on a server: in a file of this machine, and always in step with the store.

The score of a word is that of an index of all passages, which the search of a database by words does not have. So the
index that a store in a folder keeps inside itself stands here beside it, and finds the very same. The store itself only
notes which passages are in it, and when each was put there; what is missing here is read from the store before the next
search, so that it does not matter which machine wrote, or what became of the file.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import Context
from typing import NamedTuple, TypeAlias

import numpy as np
from sqlalchemy import Connection, text

from rag.errors import StoreError, StoreFullError, StoreLockedError
from rag.protocols import IdArray, WordIndex
from rag.storage import SqliteDatabase, Store, private_folder
from rag.types import Hit

__all__ = ["WordsBeside"]

MakeIndex: TypeAlias = Callable[[Callable[[], AbstractContextManager[Connection]]], WordIndex]
"""Makes a word index that keeps its rows where the connections lead."""

_FILE = "words.db"
_BITS = 62

_IS_THERE = text("SELECT to_regclass('indexed_words') IS NOT NULL")
_CREATE = (
    text("CREATE SEQUENCE indexed_words_changes"),
    text(
        "CREATE TABLE indexed_words (passage_id BIGINT PRIMARY KEY,"
        " change BIGINT NOT NULL DEFAULT nextval('indexed_words_changes'))"
    ),
    text("CREATE INDEX indexed_words_by_change ON indexed_words (change)"),
    text("CREATE TABLE indexed_words_from (beginning BIGINT NOT NULL)"),
    text("INSERT INTO indexed_words_from VALUES (0)"),
)
_PUT = text(
    "INSERT INTO indexed_words (passage_id) VALUES (:id)"
    " ON CONFLICT (passage_id) DO UPDATE SET change = nextval('indexed_words_changes')"
)
_REMOVE = text("DELETE FROM indexed_words WHERE passage_id = :id")
_CLEAR = text("DELETE FROM indexed_words")
_BEGIN_ANEW = text("UPDATE indexed_words_from SET beginning = :beginning")
_BEGINNING = text("SELECT beginning FROM indexed_words_from")
_CHANGED = text("SELECT passage_id, change FROM indexed_words WHERE change > :seen ORDER BY change")
_COUNT = text("SELECT count(*) FROM indexed_words")
_IDS = text("SELECT passage_id FROM indexed_words")

_KEPT = text("CREATE TABLE IF NOT EXISTS kept (beginning INTEGER, generation INTEGER, seen INTEGER)")
_HELD = text("CREATE TABLE IF NOT EXISTS held (passage_id INTEGER PRIMARY KEY)")
_READ_KEPT = text("SELECT beginning, generation, seen FROM kept")
_DELETE_KEPT = text("DELETE FROM kept")
_KEEP = text("INSERT INTO kept VALUES (:beginning, :generation, :seen)")
_HOLD = text("INSERT OR IGNORE INTO held VALUES (:id)")
_LET_GO = text("DELETE FROM held WHERE passage_id = :id")
_LET_ALL_GO = text("DELETE FROM held")
_HELD_IDS = text("SELECT passage_id FROM held")
_COUNT_HELD = text("SELECT count(*) FROM held")


class _State(NamedTuple):
    """What is in an index: since it last began anew, up to a generation of the store and a change."""

    beginning: int
    generation: int
    seen: int


class WordsBeside:
    """A word index whose passages are noted in the store, within its transactions, and whose words are in a file."""

    def __init__(self, store: Store, *, make_index: MakeIndex, timeout_seconds: float) -> None:
        self._store = store
        self._folder = store.folder / "words"
        self._file = SqliteDatabase(self._folder / _FILE, timeout_seconds=timeout_seconds)
        self._index = make_index(self._file.connect)
        self._lock = threading.Lock()
        self._generation = -1
        self._is_to_compact = False

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def add(self, ids: Sequence[int], texts: Sequence[str], *, headings: Sequence[str] = ()) -> None:
        """See `WordIndex`; what is not committed is found by nobody, not even here."""
        with self._store.connect() as connection:
            if not connection.scalar(_IS_THERE):
                for statement in _CREATE:
                    connection.execute(statement)
                connection.execute(_BEGIN_ANEW, {"beginning": secrets.randbits(_BITS)})
            if ids:
                connection.execute(_PUT, [{"id": int(passage_id)} for passage_id in ids])

    def remove(self, ids: Sequence[int]) -> None:
        """See `WordIndex`."""
        with self._store.connect() as connection:
            if ids and connection.scalar(_IS_THERE):
                connection.execute(_REMOVE, [{"id": int(passage_id)} for passage_id in ids])

    def holding(self, word: str) -> IdArray:
        """See `WordIndex`."""
        self.refresh()
        return self._index.holding(word)

    def clear(self) -> None:
        """See `WordIndex`; every machine begins anew."""
        with self._store.connect() as connection:
            if connection.scalar(_IS_THERE):
                connection.execute(_CLEAR)
                connection.execute(_BEGIN_ANEW, {"beginning": secrets.randbits(_BITS)})

    def search(self, question: str, k: int, *, among: IdArray | None = None) -> list[Hit]:
        """See `WordIndex`."""
        self.refresh()
        return self._index.search(question, k, among=among)

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """See `WordIndex`."""
        self.refresh()
        return self._index.document_frequencies(words)

    def compact(self) -> bool:
        """See `WordIndex`; done when the file has been brought in step."""
        self._is_to_compact = True
        return True

    def compact_partly(self, *, is_roomy: bool = False) -> bool:
        """See `WordIndex`; the file is brought in step and compacted as a whole."""
        self._is_to_compact = True
        return False

    def is_sound(self, passages: Iterable[tuple[Sequence[int], Sequence[str]]]) -> bool:
        """See `WordIndex`."""
        self.refresh()
        return self._index.is_sound(passages)

    def __len__(self) -> int:
        self.refresh()
        return len(self._index)

    def refresh(self) -> None:
        """Bring the file in step with what is committed in the store.

        A file that cannot be read is made anew.

        Raises:
            StoreFullError, StoreLockedError, StoreError: the file cannot be written, or the store cannot be read.
        """
        with self._lock:
            if self._store.generation() == self._generation and not self._is_to_compact:
                return
            # Not in the caller's transaction, which may see an older state than the file has by now.
            try:
                Context().run(self._catch_up)
            except (StoreFullError, StoreLockedError):
                raise
            except StoreError as error:
                if not isinstance(getattr(error.__cause__, "orig", None), sqlite3.DatabaseError):
                    raise  # it is the store that cannot be read
                self._delete()
                Context().run(self._catch_up)

    def _catch_up(self) -> None:
        private_folder(self._folder)
        if not (self._folder / _FILE).exists():
            self._file.prepare()
        with self._file.begin() as kept, self._store.connect() as connection:
            for statement in (_KEPT, _HELD):
                kept.execute(statement)
            generation = self._store.generation()
            if connection.scalar(_IS_THERE):
                state = self._state(kept, connection.scalar(_BEGINNING) or 0)
                if state.generation != generation:
                    self._take_over(kept, connection, state, generation)
        if self._is_to_compact:
            self._compact()
        self._generation, self._is_to_compact = generation, False

    def _compact(self) -> None:
        with self._file.begin():
            is_more = not self._index.compact()
        while is_more:
            with self._file.begin():
                is_more = self._index.compact_partly(is_roomy=True)
        self._file.erase_traces()

    def _state(self, kept: Connection, beginning: int) -> _State:
        """What the file holds; nothing where that is not of this store, or of a past that a backup has undone."""
        row = kept.execute(_READ_KEPT).first()
        if row is not None and row.beginning == beginning and self._store.has_had(row.generation):
            return _State(*row)
        self._index.clear()
        kept.execute(_LET_ALL_GO)
        return _State(beginning, -1, -1)

    def _take_over(self, kept: Connection, connection: Connection, state: _State, generation: int) -> None:
        changed = connection.execute(_CHANGED, {"seen": state.seen}).all()
        for part in _parts([row.passage_id for row in changed]):
            for ids, texts, headings in self._store.passages.texts(part):
                self._index.add(ids, texts, headings=headings)
                kept.execute(_HOLD, [{"id": passage_id} for passage_id in ids])
        if kept.scalar(_COUNT_HELD) != connection.scalar(_COUNT):
            held = np.fromiter(kept.scalars(_HELD_IDS), dtype=np.int64)
            gone = np.setdiff1d(held, np.fromiter(connection.scalars(_IDS), dtype=np.int64)).tolist()
            self._index.remove(gone)
            kept.execute(_LET_GO, [{"id": passage_id} for passage_id in gone])
        seen = max([state.seen, *(row.change for row in changed[-1:])])
        kept.execute(_DELETE_KEPT)
        kept.execute(_KEEP, {"beginning": state.beginning, "generation": generation, "seen": seen})

    def _delete(self) -> None:
        self._file.close()
        for path in self._folder.glob(f"{_FILE}*"):
            path.unlink(missing_ok=True)
        self._generation = -1


def _parts(ids: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
