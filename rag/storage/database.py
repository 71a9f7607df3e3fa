"""A SQLite database that is safe to share between threads and processes, with errors that people can act on."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import unicodedata
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from rag.attribution.names import names_same
from rag.errors import StoreError, StoreFullError, StoreLockedError, disk_refusal
from rag.storage.sealing import are_numbers, checksum
from rag.types.documents import outlet_in

__all__ = ["Database", "rows_of"]

_PAGES_AT_A_TIME = 64
_BEFORE_WORDS = re.compile(r"^[\W_]+")
_NO_SPACE_BYTES = 65_536
"""What SQLite needs beside the database to open it; with less, it speaks of an error of the disk."""
_WRITING = frozenset(
    f"SQLITE_IOERR{what}" for what in ("", "_WRITE", "_TRUNCATE", "_FSYNC", "_SHMOPEN", "_SHMSIZE", "_SHMMAP")
)


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
        self._erasing = "ON"
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
        options = {"immediate": True, "wait_seconds": wait_seconds, "erasing": self._erasing}
        with self._transaction(self._engine.execution_options(**options)) as connection:
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
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise _translated(error, self.path) from error

    @contextmanager
    def sparingly(self) -> Iterator[None]:
        """Inside, removing writes as little as it can: what is removed is overwritten where that costs nothing."""
        before, self._erasing = self._erasing, "FAST"
        try:
            yield
        finally:
            self._erasing = before

    def log_ahead(self) -> None:
        """Turn write-ahead logging on, once and for all; outside of transactions.

        A new database can also give back pages one by one, which one without that can only by being written anew.
        """
        self._run_alone("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")

    def shrink(self) -> None:
        """Give unused pages back to the disk, few at a time, so that next to no space is needed for it.

        A database of an older version gives none back.
        """
        while (n_unused := self._run_alone("PRAGMA freelist_count")) and isinstance(n_unused, int):
            self._run_alone(f"PRAGMA incremental_vacuum({_PAGES_AT_A_TIME})")
            self.empty_log()
            if self._run_alone("PRAGMA freelist_count") == n_unused:
                return

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
        self._run_alone("VACUUM INTO ?", values=(str(path),))

    def _run_alone(self, *statements: str, values: tuple[str, ...] = ()) -> object:
        """The first value that the last statement gives; None when it gives none."""
        try:
            with closing(self._open()) as connection:
                for statement in statements:
                    rows = connection.execute(statement, values).fetchall()
                return rows[0][0] if rows else None
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
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}{'?mode=ro&immutable=1' if is_frozen else ''}",
            uri=True,
            timeout=self._timeout_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = _decoded
        return connection


def rows_of(connection: Connection, statement: str, values: Mapping[str, object] | Sequence[object] = ()) -> list[Any]:
    """What a statement gives that every question runs, as named tuples of its columns.

    The driver is asked by itself: what SQLAlchemy does around a statement takes longer than SQLite for these.
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is open
    with closing(driver.execute(statement, values)) as cursor:
        made = _row_of(tuple(column[0] for column in cursor.description))
        return list(map(made, cursor.fetchall()))


@lru_cache(maxsize=64)
def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[object]], object]:
    make_type: Any = namedtuple  # noqa: PYI024 - which names there are is known when it runs
    row = make_type("row", names)
    make: Callable[[Iterable[object]], object] = row._make
    return make


def _decoded(content: bytes) -> str:
    """A damaged text is read as far as it goes: its row can be named then, and its seal keeps it from being quoted."""
    return str(content, "utf-8", "replace")


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("lower_case", 1, _lower_case, deterministic=True)
    connection.create_function("same_name", 2, _same_name, deterministic=True)
    connection.create_function("sorted_as", 1, _sorted_as, deterministic=True)
    connection.create_function("outlet_of", 3, _outlet_of, deterministic=True)
    connection.create_function("are_numbers", 1, are_numbers, deterministic=True)
    connection.create_function("checksum_of", 1, checksum, deterministic=True)


def _same_name(name: object, other: object) -> bool:
    return isinstance(name, str) and isinstance(other, str) and names_same(name, other)


def _lower_case(value: object) -> object:
    """SQLite's own `lower` knows the Latin letters of ASCII only."""
    return value.lower() if isinstance(value, str) else value


def _sorted_as(value: object) -> str:
    """What a title is sorted by: its letters and numbers, whatever their capitals and accents."""
    if not isinstance(value, str):
        return ""
    letters = (sign for sign in unicodedata.normalize("NFKD", value) if not unicodedata.combining(sign))
    folded = "".join(letters).casefold()
    return folded if folded[:1].isalnum() else _BEFORE_WORDS.sub("", folded)


def _outlet_of(publisher: object, url: object, source: object) -> str:
    return outlet_in(*(said if isinstance(said, str) else "" for said in (publisher, url or source)))


def _may_write(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("immediate", False))


def _begin(connection: Connection) -> None:
    if _may_write(connection):
        wait_seconds: float = connection.get_execution_options()["wait_seconds"]
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")
        connection.exec_driver_sql(f"PRAGMA secure_delete = {connection.get_execution_options()['erasing']}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _translated(error: DatabaseError | sqlite3.DatabaseError, path: Path) -> StoreError:
    cause = str(error.orig if isinstance(error, DatabaseError) else error)
    if isinstance(error, (OperationalError, sqlite3.OperationalError)) and "locked" in cause:
        return StoreLockedError(f"cannot use store {str(path.parent)!r}: another process is writing - try again")
    refusal = _disk_refusal(error.orig if isinstance(error, DatabaseError) else error, path.parent)
    if refusal:
        return StoreFullError(f"cannot write to store {str(path.parent)!r}: {refusal}")
    if "disk I/O" in cause:
        return StoreError(
            f"cannot use store {str(path.parent)!r}: the disk cannot be read or written - check the disk, and "
            f"`rag check` the store afterwards"
        )
    if "readonly" in cause or "unable to open" in cause:
        return StoreError(f"cannot use store {str(path.parent)!r}: {cause} - check its owner and permissions")
    return StoreError(
        f"cannot use store {str(path.parent)!r}: {cause} - restore {path.name!r} from a backup, or name another store"
    )


def _disk_refusal(error: BaseException | None, folder: Path) -> str:
    """Why nothing more can be written, when that is what SQLite means, and what to do; else empty."""
    name: str = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return disk_refusal(errno.ENOSPC)
    if name not in _WRITING:
        return ""
    try:
        is_full = shutil.disk_usage(folder).free < _NO_SPACE_BYTES
    except OSError:
        return ""
    return disk_refusal(errno.ENOSPC if is_full else errno.EFBIG) if is_full or _has_limit() else ""


def _has_limit() -> bool:
    """Whether files of this process may only grow so far."""
    try:
        import resource
    except ImportError:  # no such limits on this system
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
