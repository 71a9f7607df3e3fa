"""A PostgreSQL database: many machines read and write one store; advisory locks say who writes.

Every transaction that writes holds a lock of the whole store, as SQLite's do, so that generations and ids of passages
become visible in their order. Readers see the state of one moment and wait for nobody. A lock is its connection's: the
server frees it when that ends, however it ends.

Source: https://www.postgresql.org/docs/15/explicit-locking.html, section 13.3.5 (advisory locks).
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, bindparam, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from rag.errors import SettingsError, StoreError, StoreFullError, StoreLockedError
from rag.storage.engines.address import shown
from rag.storage.engines.database import MAY_WRITE, Database

__all__ = ["AdvisoryLock", "PostgresqlDatabase", "Right"]

_CONNECT_SECONDS = 10
_LOCKS = 1_667_331_446  # drawn once, so that no other program's locks are ours
_LOCK_TAKEN, _DISK_FULL, _READ_ONLY, _NOT_ALLOWED = "55P03", "53100", "25006", "42501"
_ENCODING = text("SELECT current_setting('server_encoding')")
_KNOWS_LETTERS = text("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
_SIZE = text(
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relname IN :tables"
).bindparams(bindparam("tables", expanding=True))
_HOLDER = text(
    "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND classid = :locks AND objid = :lock"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


_LAST_KEY = text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:table, :column) AS regclass))")
_SET_LAST_KEY = text("SELECT setval(pg_get_serial_sequence(:table, :column), :key)")


class Right(IntEnum):
    """What only one process has at a time, each a lock of its own."""

    TO_WRITE = 1
    TO_COMMIT = 2
    TO_INDEX = 3


class PostgresqlDatabase(Database):
    """Transactions on one PostgreSQL database.

    tables: the names of the store's tables.

    Raises:
        SettingsError: the library that speaks to PostgreSQL is not installed.
    """

    def __init__(self, url: URL, *, timeout_seconds: float, tables: Sequence[str]) -> None:
        self._tables = tuple(tables)
        arguments = {"application_name": _command(), "client_encoding": "utf8"}
        if "connect_timeout" not in url.query:
            arguments["connect_timeout"] = str(_CONNECT_SECONDS)
        try:
            engine = create_engine(url, connect_args=arguments, max_overflow=-1, pool_pre_ping=True)
        except ImportError as error:
            raise SettingsError(
                f"cannot open store {shown(url)!r}: psycopg is not installed - "
                "`pip install chapter-and-verse[postgresql]`"
            ) from error
        event.listen(engine, "begin", _begin)
        self._alone = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._changing = engine.execution_options(isolation_level="READ COMMITTED")
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        super().__init__(
            shown(url), engine=reading, timeout_seconds=timeout_seconds, driver_error=engine.dialect.loaded_dbapi.Error
        )

    def _writing(self, wait_seconds: float) -> Engine:
        # Not a state of one moment: that would begin before the lock is there, and lack what was written meanwhile.
        return self._changing.execution_options(**{MAY_WRITE: True, "wait_seconds": wait_seconds})

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection without transactions: each statement stands for itself."""
        try:
            with self._alone.connect() as connection:
                yield connection
        except DatabaseError as error:
            raise self._translated(error) from error

    def prepare(self) -> None:
        """See `Database`.

        Raises:
            StoreError: the database does not keep every text as it is, or knows the letters of ASCII alone.
        """
        with self.alone() as connection:
            encoding = connection.scalar(_ENCODING)
            if encoding != "UTF8":
                raise StoreError(
                    f"cannot use store {self.name!r}: its database keeps texts in {encoding!r} - make another one with "
                    "`createdb --encoding=UTF8 --template=template0`"
                )
            if connection.scalar(_KNOWS_LETTERS) is None:
                raise StoreError(
                    f"cannot use store {self.name!r}: its server was built without ICU, and cannot tell capitals from "
                    "small letters - use a server with ICU"
                )

    @contextmanager
    def sparingly(self) -> Iterator[None]:
        """See `Database`; here every removal only marks rows."""
        yield

    def shrink(self) -> None:
        """See `Database`."""
        self._vacuum("VACUUM")

    def erase_traces(self) -> None:
        """See `Database`; the server's own log keeps what was removed until it is written over."""
        self._vacuum("VACUUM")

    def compact(self) -> None:
        """See `Database`; nobody can read a table while it is written anew."""
        self._vacuum("VACUUM FULL")

    def _vacuum(self, how: str) -> None:
        with self.alone() as connection:
            connection.exec_driver_sql(f"{how} {', '.join(self._tables)}")

    def has_unused_space(self) -> bool:
        """See `Database`; the server knows, and gives none of it back before `compact`."""
        return False

    def size_bytes(self) -> int:
        """See `Database`."""
        with self.connect() as connection:
            return int(connection.scalar(_SIZE, {"tables": self._tables}) or 0)

    def last_key(self, connection: Connection, table: Table) -> int:
        """See `Database`."""
        return int(connection.scalar(_LAST_KEY, _of_key(table)) or 0)

    def set_last_key(self, connection: Connection, table: Table, key: int) -> None:
        """See `Database`."""
        if key:
            connection.execute(_SET_LAST_KEY, {**_of_key(table), "key": key})

    def damages(self, connection: Connection) -> list[str]:
        """See `Database`; the server proves its own pages when it reads them, where it was set up to."""
        return []

    def holder(self, right: Right) -> str:
        """Who has the right, in words."""
        with suppress(StoreError), self.alone() as connection:
            row = connection.execute(_HOLDER, {"locks": _LOCKS, "lock": right}).first()
            if row is not None and row.application_name:
                since = f", since {row.backend_start:%Y-%m-%d %H:%M:%S}" if row.backend_start else ""
                return f"{row.application_name!r}{since}"
        return "another process"

    def _translated(self, error: Exception) -> StoreError:
        cause = error.orig if isinstance(error, DatabaseError) else error
        state: str = getattr(cause, "sqlstate", None) or ""
        said = " ".join(str(cause).split())
        if state == _LOCK_TAKEN:
            return StoreLockedError(f"cannot use store {self.name!r}: another process is writing - try again")
        if state == _DISK_FULL:
            return StoreFullError(f"cannot write to store {self.name!r}: the server's disk is full - free some space")
        if state == _READ_ONLY:
            return StoreError(f"cannot write to store {self.name!r}: its server may only be read - name its primary")
        if state == _NOT_ALLOWED:
            return StoreError(f"cannot use store {self.name!r}: {said} - ask its owner for the right to")
        if not state or state.startswith(("08", "57P")):
            return StoreError(f"cannot reach store {self.name!r}: {_cause(said)}")
        return StoreError(f"cannot use store {self.name!r}: {said} - restore it from a backup, or name another store")


class AdvisoryLock:
    """A right, such as to write to a store, that one connection has at a time."""

    def __init__(self, database: PostgresqlDatabase, right: Right, *, timeout_seconds: float) -> None:
        self._database = database
        self._right = right
        self._timeout_seconds = timeout_seconds
        self._between_threads = threading.RLock()
        self._held_by: Connection | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; waits for another writer first. May be nested.

        Raises:
            StoreLockedError: the other writer did not end in time; the message says who it is.
            StoreError: the server is out of reach, or was since the lock was taken.
        """
        if not self._between_threads.acquire(timeout=self._timeout_seconds):
            raise self._locked_error()
        try:
            if self._held_by is None:
                with self._taken():
                    yield
            else:
                self._prove(self._held_by)
                yield
        finally:
            self._between_threads.release()

    @contextmanager
    def _taken(self) -> Iterator[None]:
        with self._database.alone() as connection:
            try:
                connection.exec_driver_sql(f"SET lock_timeout = {_milliseconds(self._timeout_seconds)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCKS}, {self._right:d})")
            except DatabaseError as error:
                connection.invalidate()
                if getattr(error.orig, "sqlstate", "") == _LOCK_TAKEN:
                    raise self._locked_error() from error
                raise
            self._held_by = connection
            try:
                yield
            finally:
                self._held_by = None
                with suppress(DatabaseError):  # where the connection ended, the lock ended with it
                    if not connection.invalidated:
                        connection.exec_driver_sql("RESET lock_timeout")
                        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCKS}, {self._right:d})")

    def _prove(self, connection: Connection) -> None:
        """That the connection is still there: where it broke, another process may be writing by now."""
        with suppress(DatabaseError):
            if not connection.invalidated:  # one that broke would be made anew, without the lock
                connection.exec_driver_sql("SELECT 1")
                return
        raise StoreError(
            f"cannot go on writing to store {self._database.name!r}: its server ended the connection - try again"
        )

    def _locked_error(self) -> StoreLockedError:
        return StoreLockedError(
            f"cannot write to store {self._database.name!r}: {self._database.holder(self._right)} is writing to it - "
            "wait until it ends, or end it, and try again"
        )


def _of_key(table: Table) -> dict[str, str]:
    return {
        "table": table.name,
        "column": table.autoincrement_column.name if table.autoincrement_column is not None else "",
    }


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(MAY_WRITE, False):
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = {_milliseconds(options['wait_seconds'])};"
            f" SELECT pg_advisory_xact_lock({_LOCKS}, {Right.TO_COMMIT:d})"
        )


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))  # 0 would be for ever


def _command() -> str:
    """What the server shows of this process to those that wait for it; no argument that may hold a secret."""
    said = [Path(sys.argv[0]).name, *(argument for argument in sys.argv[1:2] if argument.isalpha())]
    return f"{' '.join(said)}, process {os.getpid()} on {socket.gethostname()}"


_CAUSES = (
    ("password authentication failed", "it refuses the user or the password - check both, or set PGPASSWORD"),
    ("no password supplied", "it asks for a password - put it into the address, or set PGPASSWORD or PGPASSFILE"),
    ("does not exist", "it has no such database or user - make it with `createdb`, or check the address"),
    ("refused", "no server answers there - start it, or check host and port"),
    ("timeout", "no server answers there in time - check host and port, and what stands between"),
    ("resolve host", "there is no host of that name - check the address"),
    ("name resolution", "there is no host of that name - check the address"),
)


def _cause(said: str) -> str:
    found = next((cause for sign, cause in _CAUSES if sign in said), "")
    return found or f"{said} - check the address, and whether the server runs"
