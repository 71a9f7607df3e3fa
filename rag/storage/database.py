"""A SQLite database that is safe to share between threads and processes, with errors that people can act on."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from rag.errors import StoreError, StoreFullError, StoreLockedError

__all__ = ["Database"]


class Database:
    """Transactions on one SQLite file.

    `connect` and `begin` join the transaction that is already open in the same context, so that an index that
    keeps its rows here is written in the same transaction as the text.

    Write-ahead logging lets readers go on while one writer writes. `synchronous = FULL` makes a committed document
    survive a power cut; `secure_delete` overwrites what is removed. A file that may not be written to can be read.
    """

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self.path = path
        self._timeout_seconds = timeout_seconds
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            creator=self._open,
            max_overflow=-1,  # any number of threads may read at once
        )
        self._ambient: ContextVar[Connection | None] = ContextVar("connection", default=None)
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection that sees one consistent state; the open transaction's own, when there is one."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def begin(self, *, wait_seconds: float | None = None) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back on any error.

        wait_seconds: how long to wait for another writer's transaction, if not as long as anything else waits.

        Raises:
            StoreLockedError: the other transaction did not end in time.
            RuntimeError: the open transaction is one of `connect`, which must not turn into a writing one: another
                process may have written since it began.
        """
        ambient = self._ambient.get()
        if ambient is not None and not _may_write(ambient):
            raise RuntimeError("begin() inside connect(): begin first, then read")
        wait_seconds = self._timeout_seconds if wait_seconds is None else wait_seconds
        with self._transaction(self._engine.execution_options(immediate=True, wait_seconds=wait_seconds)) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        ambient = self._ambient.get()
        if ambient is not None:
            yield ambient
            return
        try:
            with engine.begin() as connection:
                token = self._ambient.set(connection)
                try:
                    yield connection
                finally:
                    self._ambient.reset(token)
        except DatabaseError as error:
            raise _translated(error, self.path) from error

    def log_ahead(self) -> None:
        """Turn write-ahead logging on, once and for all; outside of transactions."""
        self._run_alone("PRAGMA journal_mode = WAL")

    def empty_log(self) -> None:
        """Move what was committed from the log into the database and empty the log; outside of transactions.

        While somebody reads, as much is moved as can be: the last connection to close moves the rest.
        """
        self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Write the database anew without the space of what was deleted; outside of transactions."""
        self._run_alone("VACUUM")

    def snapshot(self, path: Path) -> None:
        """Write the database as it is at this moment into a new file, without what was deleted.

        Source: https://www.sqlite.org/lang_vacuum.html, section 3 (VACUUM INTO, a consistent snapshot).
        """
        self._run_alone("VACUUM INTO ?", str(path))

    def _run_alone(self, statement: str, *values: str) -> None:
        try:
            with closing(self._open()) as connection:
                connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _translated(error, self.path) from error

    def close(self) -> None:
        """Close every connection; the database can be used again afterwards."""
        self._engine.dispose()

    def _open(self) -> sqlite3.Connection:
        """A connection of the driver, which does not open transactions by itself: `_begin` says when one starts.

        Even to read, SQLite makes two files beside one that has a write-ahead log. Where it may not, nobody else
        can be writing either, so that the file may be read as one that does not change.

        Source: https://www.sqlite.org/wal.html, section 5 (read-only databases).
        """
        folder, log = self.path.parent, self.path.with_name(f"{self.path.name}-wal")
        is_frozen = self.path.exists() and not os.access(folder, os.W_OK) and not log.exists()
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}{'?mode=ro&immutable=1' if is_frozen else ''}",
            uri=True,
            timeout=self._timeout_seconds,
            isolation_level=None,
            check_same_thread=False,
        )


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("lower_case", 1, _lower_case, deterministic=True)


def _lower_case(value: object) -> object:
    """SQLite's own `lower` knows the Latin letters of ASCII only."""
    return value.lower() if isinstance(value, str) else value


def _may_write(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("immediate", False))


def _begin(connection: Connection) -> None:
    if _may_write(connection):
        wait_seconds: float = connection.get_execution_options()["wait_seconds"]
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _translated(error: DatabaseError | sqlite3.DatabaseError, path: Path) -> StoreError:
    cause = str(error.orig if isinstance(error, DatabaseError) else error)
    if isinstance(error, (OperationalError, sqlite3.OperationalError)) and "locked" in cause:
        return StoreLockedError(f"cannot use store {str(path.parent)!r}: another process is writing - try again")
    if "full" in cause:
        return StoreFullError(f"cannot write to store {str(path.parent)!r}: the disk is full - free some space")
    if "readonly" in cause or "unable to open" in cause:
        return StoreError(f"cannot use store {str(path.parent)!r}: {cause} - check its owner and permissions")
    return StoreError(
        f"cannot use store {str(path.parent)!r}: {cause} - restore {path.name!r} from a backup, or name another store"
    )
