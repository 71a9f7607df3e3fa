"""Transactions that threads and processes can share, whatever database they are in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DatabaseError

from rag.errors import StoreError

__all__ = ["MAY_WRITE", "Database"]

MAY_WRITE = "may_write"
"""The execution option of connections whose transactions may write."""


class Database(ABC):
    """Transactions on one database.

    `connect` and `begin` join the transaction that is already open in the same context, so that an index that
    keeps its rows here is written in the same transaction as the text.

    name: what people call it: a file, or an address without the password.
    engine: makes connections that see one consistent state.
    driver_error: what the library below raises by itself, see `rows_of`.
    """

    def __init__(self, name: str, *, engine: Engine, timeout_seconds: float, driver_error: type[Exception]) -> None:
        self.name = name
        self._engine = engine
        self._timeout_seconds = timeout_seconds
        self._errors = (DatabaseError, driver_error)
        self._ambient: ContextVar[Connection | None] = ContextVar("connection", default=None)

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
        if ambient is not None and not ambient.get_execution_options().get(MAY_WRITE, False):
            raise RuntimeError("begin() inside connect(): begin first, then read")
        seconds = self._timeout_seconds if wait_seconds is None else wait_seconds
        with self._transaction(self._writing(seconds)) as connection:
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
        except self._errors as error:
            raise self._translated(error) from error

    def close(self) -> None:
        """Close every connection; the database can be used again afterwards."""
        self._engine.dispose()

    @abstractmethod
    def _writing(self, wait_seconds: float) -> Engine:
        """Makes connections whose transactions are the only ones that write, and have the option `MAY_WRITE`."""

    @abstractmethod
    def _translated(self, error: Exception) -> StoreError:
        """The error in words that people can act on."""

    @abstractmethod
    def prepare(self) -> None:
        """What a new database needs before its first table; outside of transactions, as all that follows."""

    @abstractmethod
    def sparingly(self) -> AbstractContextManager[None]:
        """Inside, removing writes as little as it can: what is removed is overwritten where that costs nothing."""

    @abstractmethod
    def shrink(self) -> None:
        """Give unused space back to the disk, a little at a time, so that next to none is needed for it."""

    @abstractmethod
    def erase_traces(self) -> None:
        """Leave as little of what was removed in logs and unused space as can be done without writing all anew."""

    @abstractmethod
    def compact(self) -> None:
        """Write the database anew without the space of what was deleted."""

    @abstractmethod
    def has_unused_space(self) -> bool:
        """Whether there is space that nothing is in, where what was removed may still be read."""

    @abstractmethod
    def size_bytes(self) -> int:
        """How much of the disk the store's tables take."""

    @abstractmethod
    def last_key(self, connection: Connection, table: Table) -> int:
        """The highest key that a row of the table ever had, of a table that makes its keys; 0 for none."""

    @abstractmethod
    def set_last_key(self, connection: Connection, table: Table, key: int) -> None:
        """Let new rows get higher keys than that."""

    @abstractmethod
    def damages(self, connection: Connection) -> list[str]:
        """What the database itself says is wrong with it, one sentence each."""
