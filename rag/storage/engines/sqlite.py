"""A SQLite database that is safe to share between threads and processes, with errors that people can act on."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from rag.errors import StoreError, StoreFullError, StoreLockedError, disk_refusal
from rag.storage.engines.database import MAY_WRITE, Database
from rag.types.documents import outlet_in

__all__ = ["SqliteDatabase"]

_PAGES_AT_A_TIME = 64
_BEFORE_WORDS = re.compile(r"^[\W_]+")
_NO_SPACE_BYTES = 65_536
"""What SQLite needs beside the database to open it; with less, it speaks of an error of the disk."""
_WRITING = frozenset(
    f"SQLITE_IOERR{what}" for what in ("", "_WRITE", "_TRUNCATE", "_FSYNC", "_SHMOPEN", "_SHMSIZE", "_SHMMAP")
)


_LAST_KEY = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_FORGET_LAST_KEY = text("DELETE FROM sqlite_sequence WHERE name = :name")
_NOTE_LAST_KEY = text("INSERT INTO sqlite_sequence VALUES (:name, :key)")


class SqliteDatabase(Database):
    """Transactions on one SQLite file.

    Write-ahead logging lets readers go on while one writer writes. `synchronous = FULL` makes a committed document
    survive a power cut; `secure_delete` overwrites what is removed. A file that may not be written to can be read.
    """

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self.path = path
        self._erasing = "ON"
        engine = create_engine(
            URL.create("sqlite", database=str(path)),
            creator=self._open,
            max_overflow=-1,  # any number of threads may read at once
        )
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        super().__init__(
            str(path.parent), engine=engine, timeout_seconds=timeout_seconds, driver_error=sqlite3.DatabaseError
        )

    def _writing(self, wait_seconds: float) -> Engine:
        options = {MAY_WRITE: True, "wait_seconds": wait_seconds, "erasing": self._erasing}
        return self._engine.execution_options(**options)

    def _translated(self, error: Exception) -> StoreError:
        return _translated(error, self.path)

    @contextmanager
    def sparingly(self) -> Iterator[None]:
        """See `Database`."""
        before, self._erasing = self._erasing, "FAST"
        try:
            yield
        finally:
            self._erasing = before

    def prepare(self) -> None:
        """Turn write-ahead logging on, once and for all.

        A new database can also give back pages one by one, which one without that can only by being written anew.
        """
        self._run_alone("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")

    def shrink(self) -> None:
        """Give unused pages back to the disk, few at a time, so that next to no space is needed for it.

        A database of an older version gives none back.
        """
        self.erase_traces()
        while (n_unused := self._run_alone("PRAGMA freelist_count")) and isinstance(n_unused, int):
            self._run_alone(f"PRAGMA incremental_vacuum({_PAGES_AT_A_TIME})")
            self.erase_traces()
            if self._run_alone("PRAGMA freelist_count") == n_unused:
                return

    def erase_traces(self) -> None:
        """Move what was committed from the log into the database and empty the log.

        While somebody reads, as much is moved as can be: the last connection to close moves the rest.
        """
        self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """See `Database`."""
        self.erase_traces()
        self._run_alone("VACUUM")
        self.erase_traces()

    def has_unused_space(self) -> bool:
        """See `Database`."""
        with self.connect() as connection:
            return bool(connection.exec_driver_sql("PRAGMA freelist_count").scalar())

    def size_bytes(self) -> int:
        """See `Database`."""
        files = [self.path.with_name(f"{self.path.name}{suffix}") for suffix in ("", "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def last_key(self, connection: Connection, table: Table) -> int:
        """See `Database`."""
        known = connection.scalar(_LAST_KEY, {"name": table.name}) or 0
        return max(known, connection.scalar(select(func.max(table.autoincrement_column))) or 0)

    def set_last_key(self, connection: Connection, table: Table, key: int) -> None:
        """See `Database`; a table without a note of it goes by the keys that are there."""
        if key and table.dialect_options["sqlite"]["autoincrement"]:
            connection.execute(_FORGET_LAST_KEY, {"name": table.name})
            connection.execute(_NOTE_LAST_KEY, {"name": table.name, "key": key})

    def damages(self, connection: Connection) -> list[str]:
        """See `Database`."""
        found = [
            f"the database is damaged: {damage}"
            for damage in connection.exec_driver_sql("PRAGMA integrity_check").scalars()
            if damage != "ok"
        ]
        return found + [
            f"a row of the table {row.table!r} belongs to no row of {row.parent!r}"
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
        ]

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


def _decoded(content: bytes) -> str:
    """A damaged text is read as far as it goes: its row can be named then, and its seal keeps it from being quoted."""
    return str(content, "utf-8", "replace")


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("lower_case", 1, _lower_case, deterministic=True)
    connection.create_function("sorted_as", 1, _sorted_as, deterministic=True)
    connection.create_function("outlet_of", 3, _outlet_of, deterministic=True)


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


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(MAY_WRITE, False):
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(options['wait_seconds'] * 1000)}")
        connection.exec_driver_sql(f"PRAGMA secure_delete = {options['erasing']}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _translated(error: Exception, path: Path) -> StoreError:
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
