"""A SQLite database that is safe to share between threads and processes, with errors that people can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from rag.errors import StoreError, StoreFullError, StoreLockedError

__all__ = ["Database"]


class Database:
    """Transactions on one SQLite file.

    `connect` and `begin` join the transaction that is already open in the same context, so that an index that
    keeps its rows here is written in the same transaction as the text.

    Write-ahead logging lets readers go on while one writer writes. `synchronous = FULL` makes a committed document
    survive a power cut; `secure_delete` overwrites what is removed.
    """

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": timeout_seconds})
        self._ambient: ContextVar[Connection | None] = ContextVar("connection", default=None)
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection that sees one consistent state; the open transaction's own, when there is one."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        with self._transaction(self._engine.execution_options(immediate=True)) as connection:
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

    def close(self) -> None:
        """Close every connection; the database can be used again afterwards."""
        self._engine.dispose()


def _configure(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: `_begin` says when one starts and whether it will write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _translated(error: DatabaseError, path: Path) -> StoreError:
    cause = str(error.orig)
    if isinstance(error, OperationalError) and "locked" in cause:
        return StoreLockedError(f"cannot use store {str(path.parent)!r}: another process is writing - try again")
    if "full" in cause:
        return StoreFullError(f"cannot write to store {str(path.parent)!r}: the disk is full - free some space")
    if "readonly" in cause or "unable to open" in cause:
        return StoreError(f"cannot use store {str(path.parent)!r}: {cause} - check its owner and permissions")
    return StoreError(
        f"cannot use store {str(path.parent)!r}: {cause} - restore {path.name!r} from a backup, or name another store"
    )
