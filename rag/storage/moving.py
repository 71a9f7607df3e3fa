"""A store copied into another one, row by row: from a folder to a server, or back.

Keys stay as they are, and with them the ids of passages and all that is sealed, so that nothing has to be embedded, cut
or sealed anew, and a recorded answer opens as before.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, select

from rag.errors import StoreError
from rag.storage import schema
from rag.storage.files import private_folder
from rag.storage.store import Store

__all__ = ["copy_files", "copy_rows", "snapshot"]

_AT_A_TIME = 500
_SETTLED = frozenset({schema.migrations.name})
"""What a new store has of its own."""
_NOTED = schema.loose_vectors
"""What triggers write while the others come."""
_KEPT_FILES = ("uploads", "web")


def copy_rows(source: Store, target: Store) -> int:
    """Copy all that is in a store into one that holds nothing, inside a transaction of that; the number of documents.

    Raises:
        StoreError: the target holds something, or what was copied is not what came.
    """
    tables = [table for table in schema.metadata.sorted_tables if table.name not in _SETTLED]
    tables.sort(key=lambda table: table is _NOTED)
    with source.connect() as taken_from, target.connect() as put_into:
        if any(_count(put_into, table) for table in (schema.documents, schema.answers, schema.embeddings)):
            raise StoreError(f"cannot copy a store into {target.name!r}: it holds something - name a new or empty one")
        for table in tables:
            put_into.execute(delete(table))
            rows = taken_from.execute(select(table).execution_options(yield_per=_AT_A_TIME)).mappings()
            for part in rows.partitions(_AT_A_TIME):
                put_into.execute(table.insert(), [dict(row) for row in part])
            if table.autoincrement_column is not None:
                target.set_last_key(put_into, table, source.last_key(taken_from, table))
        for table in tables:
            if _count(taken_from, table) != _count(put_into, table):
                raise StoreError(f"cannot copy a store into {target.name!r}: some of {table.name!r} did not arrive")
        return _count(put_into, schema.documents, current_only=True)


def copy_files(source: Store, target: Store) -> None:
    """Copy the files that were uploaded or fetched, where they are there; a document is whole without its file."""
    with source.connect() as connection:
        files = connection.scalars(select(schema.documents.c.file).distinct()).all()
    for file in files:
        if file.partition("/")[0] in _KEPT_FILES and (source.folder / file).is_file():
            place = target.folder / file
            for folder in reversed(place.relative_to(target.folder).parents):
                private_folder(target.folder / folder)
            with suppress(FileExistsError):
                shutil.copy2(source.folder / file, place)


def snapshot(store: Store, path: Path) -> None:
    """Write what is in the store at this moment into a new file of SQLite; others may go on writing meanwhile."""
    if not store.is_on_server:
        store.snapshot(path)
        return
    copy = Store(path.with_name(f"{path.name}-copy"), lock_timeout_seconds=1)
    try:
        with copy.begin():
            copy_rows(store, copy)
        copy.snapshot(path)
    finally:
        copy.close()
        shutil.rmtree(copy.folder, ignore_errors=True)


def _count(connection: Connection, table: Table, *, current_only: bool = False) -> int:
    query = select(func.count()).select_from(table)
    return connection.scalar(query.where(table.c.state == "current") if current_only else query) or 0
