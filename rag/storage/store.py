"""A store: its database, in a folder or on a server, the lock of its writer, and a folder of files beside it."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Table, inspect, select, update

from rag.errors import NotFoundError, StoreFullError, StoreLockedError
from rag.storage import schema
from rag.storage.answers import Answers
from rag.storage.conflicts import Conflicts
from rag.storage.copies import Copies
from rag.storage.documents import Documents
from rag.storage.engines.address import folder_of, server_address
from rag.storage.engines.database import Database
from rag.storage.engines.sql import for_each_engine, rows_of
from rag.storage.engines.sqlite import SqliteDatabase
from rag.storage.files import (
    DATABASE,
    ERASING,
    HOLDER,
    INCOMING,
    INDEX_LOCK,
    LOCK,
    LOG_FILES,
    IndexLock,
    WriterLock,
    clear_leftovers,
    make_beside,
    opened_privately,
    prepare,
)
from rag.storage.listing import Listing, Versions
from rag.storage.migrations import migrate, pending
from rag.storage.notebooks import Notebooks
from rag.storage.passages import Passages
from rag.storage.standing import Standing
from rag.storage.utterances import Utterances

if TYPE_CHECKING:
    from rag.storage.engines.postgresql import AdvisoryLock

__all__ = ["Store"]

_MAX_STEP = 2**31
_GENERATION = for_each_engine("SELECT generation FROM store")


class StoredEmbedder(NamedTuple):
    """What the store knows of the embedder of its vectors."""

    id: str
    dim: int


class Store:
    """Documents and everything derived from them, in one folder, or in a database on a server.

    documents, listing, versions, notebooks, standing, copies, passages, utterances, answers, conflicts: reads and
    writes of each, in the words of the records.

    name: what people call it; an address shows no password.
    folder: of the files beside the database; of one on a server each user of each machine has his own.
    PASSING_FILES: those beside the database that are made again when they are needed.

    Raises, from every method:
        StoreLockedError: another process kept the database locked for longer than the time-out.
        StoreFullError: the disk is full; the transaction was rolled back.
        StoreError: the database is damaged or out of reach.
    """

    PASSING_FILES = LOG_FILES | {HOLDER, INDEX_LOCK, LOCK}

    def __init__(self, place: str | Path, *, lock_timeout_seconds: float, must_exist: bool = False) -> None:
        """Open the store in a folder, or make one, for its owner alone, when the folder is missing or empty.

        place: the folder, or the address of a database on a server, as text; see `server_address`.
        must_exist: make none.

        Raises:
            NotFoundError: there is no store, and none is to be made.
            StoreError: the folder or database holds something else, or a newer version's store, or one that has been
                emptied; the server cannot be reached, or lets nobody in.
            SettingsError: the library that speaks to the server is not installed.
        """
        self._database, self._lock, self._index_lock, self.folder = _opened(
            place, lock_timeout_seconds, must_exist=must_exist
        )
        self.name = self._database.name
        self.is_on_server = server_address(place) is not None
        self.index_folder = self.folder / "index"
        for parent in (self.folder / INCOMING, self.folder.parent):  # of uploads; of exports and imports beside it
            clear_leftovers(parent)
        self.documents = Documents(self._database)
        self.listing = Listing(self._database)
        self.versions = Versions(self._database)
        self.notebooks = Notebooks(self._database)
        self.standing = Standing(self._database)
        self.copies = Copies(self._database)
        self.passages = Passages(self._database)
        self.answers = Answers(self._database)
        self.utterances = Utterances(self._database)
        self.conflicts = Conflicts(self._database)
        try:
            if must_exist and self.is_on_server:
                self._require_tables()
            self._migrate_if_need_be()
        except BaseException:
            self.close()
            raise

    def _require_tables(self) -> None:
        with self.connect() as connection:
            if not inspect(connection).has_table(schema.migrations.name):
                raise NotFoundError(
                    f"there is no store in {self.name!r} - make one with `rag add PATH`, or check where it is"
                )

    def _migrate_if_need_be(self) -> None:
        try:
            self._migrate()
        except StoreFullError:  # where not even that is free that SQLite needs to open a database
            if not self.index_folder.exists():
                raise
            self.delete_index()
            self._migrate()

    def _migrate(self) -> None:
        with self._database.connect() as connection:
            if not pending(connection, self.name):
                return
        with self._lock.held():
            self._database.prepare()
            with self._database.begin() as connection:
                migrate(connection, self.name)

    def close(self) -> None:
        """Release the database's files."""
        self._database.close()

    def writing(self) -> AbstractContextManager[None]:
        """Hold the right to write, for as long as several transactions belong together; may be nested."""
        return self._lock.held()

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Hold the right to bring an index that several processes share into step; documents may be added meanwhile.

        Raises:
            StoreLockedError: another process did not end in time.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(self._index_lock.held())
            except StoreLockedError as error:
                raise StoreLockedError(
                    f"cannot search store {self.name!r}: another process brings its vector index into step"
                    " - ask again when it has ended, or raise lock_timeout_seconds"
                ) from error
            yield

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that changes documents: all of it happens, and the generation goes up, or nothing does.

        The generation goes up by a random step, so that two stores, and two futures of a store that was restored
        from a backup, do not come to the same number.
        """
        with self._lock.held(), self._database.begin() as connection:
            yield connection
            generation = self.generation() + 1 + secrets.randbelow(_MAX_STEP)
            connection.execute(update(schema.store).values(generation=generation))
            connection.execute(schema.generations.insert().values(generation=generation))

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A transaction that keeps what follows from the texts and is in no index, so that none goes stale by it."""
        with self._lock.held(), self._database.begin() as connection:
            yield connection

    def connect(self) -> AbstractContextManager[Connection]:
        """The open transaction, or a new one for reading."""
        return self._database.connect()

    def generation(self) -> int:
        """A number that every change of the documents increases."""
        with self.connect() as connection:
            found = rows_of(connection, _GENERATION)
            return found[0][0] if found and isinstance(found[0][0], int) else 0

    def has_had(self, generation: int) -> bool:
        """Whether what was made from the store at `generation` was made from this store, now or earlier."""
        with self.connect() as connection:
            columns = schema.generations.c
            return connection.scalar(select(columns.generation).where(columns.generation == generation)) is not None

    def note_words_left(self) -> None:
        """Keep in mind, also after a kill, that the word index holds words of what is removed; before they are left."""
        with opened_privately(self.folder / ERASING, "wb") as file:
            file.write(secrets.token_hex(8).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def words_left(self) -> str:
        """What tells this note from every other one; empty when there is none."""
        try:
            return (self.folder / ERASING).read_text(encoding="ascii")
        except OSError:
            return ""

    def note_no_words_left(self) -> None:
        """The word index holds no word of what is removed."""
        (self.folder / ERASING).unlink(missing_ok=True)

    def erase_traces(self) -> None:
        """Leave nothing of removed documents in the database's log; called outside of transactions.

        For the vector index see `VectorSearch.forget_removed`.
        """
        self._database.erase_traces()

    def delete_index(self) -> None:
        """Give the space of the vector index back to the disk: it is made again when it is next needed."""
        shutil.rmtree(self.index_folder, ignore_errors=True)

    def sparingly(self) -> AbstractContextManager[None]:
        """Inside, removing needs little more space, and leaves traces until `shrink` or `compact`."""
        return self._database.sparingly()

    def shrink(self) -> None:
        """Give unused space back to the disk bit by bit, which needs next to none."""
        self._database.shrink()

    def has_unused_space(self) -> bool:
        """Whether there are pages in the database that nothing is in, where what was removed may still be read."""
        return self._database.has_unused_space()

    def compact(self) -> None:
        """Give the space of what was deleted back to the disk; takes as long as copying the store."""
        self._database.compact()

    def size_bytes(self) -> int:
        """How much of the disk the database takes."""
        return self._database.size_bytes()

    def snapshot(self, path: Path) -> None:
        """Write a database in a folder as it is at this moment into a new file; others may go on writing meanwhile."""
        if not isinstance(self._database, SqliteDatabase):
            raise TypeError("a database on a server is no file")
        self._database.snapshot(path)

    def last_key(self, connection: Connection, table: Table) -> int:
        """The highest key that a row of the table ever had, of a table that makes its keys; 0 for none."""
        return self._database.last_key(connection, table)

    def set_last_key(self, connection: Connection, table: Table, key: int) -> None:
        """Let new rows of the table get higher keys than that."""
        self._database.set_last_key(connection, table, key)

    def database_damages(self) -> list[str]:
        """What the database itself says is wrong with it, one sentence each."""
        with self.connect() as connection:
            return self._database.damages(connection)

    def embedder_id(self) -> str:
        """The embedder whose vectors are searched; empty until something was embedded."""
        with self.connect() as connection:
            return connection.scalar(select(schema.store.c.embedder_id)) or ""

    def embedder(self) -> StoredEmbedder | None:
        """The embedder whose vectors are searched; None until something was embedded."""
        columns = schema.embedders.c
        with self.connect() as connection:
            row = connection.execute(select(columns.id, columns.dim).where(columns.id == self.embedder_id())).first()
        return None if row is None else StoredEmbedder(row.id, row.dim)

    def set_embedder(self, embedder_id: str) -> None:
        """Make `embedder_id` the one whose vectors are searched; inside `begin`."""
        with self.connect() as connection:
            connection.execute(update(schema.store).values(embedder_id=embedder_id))


class _Opened(NamedTuple):
    """The database of a store, its locks, and the folder of the files beside it."""

    database: Database
    lock: WriterLock | AdvisoryLock
    index_lock: IndexLock | AdvisoryLock
    folder: Path


def _opened(place: str | Path, timeout_seconds: float, *, must_exist: bool) -> _Opened:
    url = server_address(place)
    if url is None:
        folder = Path(place)
        prepare(folder, must_exist=must_exist)
        database = SqliteDatabase(folder / DATABASE, timeout_seconds=timeout_seconds)
        lock = WriterLock(folder, timeout_seconds=timeout_seconds)
        return _Opened(database, lock, IndexLock(folder, timeout_seconds=timeout_seconds), folder)
    from rag.storage.engines.postgresql import AdvisoryLock, PostgresqlDatabase, Right

    folder = folder_of(url)
    make_beside(folder)
    on_server = PostgresqlDatabase(url, timeout_seconds=timeout_seconds, tables=list(schema.metadata.tables))
    to_write, to_index = (
        AdvisoryLock(on_server, right, timeout_seconds=timeout_seconds) for right in (Right.TO_WRITE, Right.TO_INDEX)
    )
    return _Opened(on_server, to_write, to_index, folder)
