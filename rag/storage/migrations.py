"""Changes to the tables, oldest first. Each runs once, in one transaction with the record that it ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Connection, inspect, select

from rag.errors import StoreError
from rag.storage import schema

__all__ = ["MIGRATIONS", "migrate", "pending"]

Migration: TypeAlias = Callable[[Connection], None]


def create_tables(connection: Connection) -> None:
    """The first tables."""
    schema.metadata.create_all(connection)
    connection.execute(schema.store.insert().values(id=1, generation=0))
    connection.execute(schema.generations.insert().values(generation=0))


MIGRATIONS: tuple[Migration, ...] = (create_tables,)


def pending(connection: Connection, store_name: str, known: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """The migrations that the store has not had yet, oldest first; nothing is written.

    Raises:
        StoreError: the database is not one of ours, or a newer version has changed it.
    """
    tables = set(inspect(connection).get_table_names())
    if tables and "migrations" not in tables:
        raise StoreError(
            f"cannot use store {store_name!r}: its database was made by another program - name another folder"
        )
    applied = set(connection.scalars(select(schema.migrations.c.name))) if tables else set()
    newer = applied - {migration.__name__ for migration in known}
    if newer:
        raise StoreError(
            f"cannot use store {store_name!r}: a newer version has changed it ({', '.join(sorted(newer))}) - "
            "update chapter-and-verse"
        )
    return [migration for migration in known if migration.__name__ not in applied]


def migrate(connection: Connection, store_name: str, known: Sequence[Migration] = MIGRATIONS) -> None:
    """Run the migrations that the store has not had yet, inside the caller's transaction.

    Raises:
        StoreError: the database is not one of ours, or a newer version has changed it.
    """
    for migration in pending(connection, store_name, known):
        migration(connection)
        connection.execute(
            schema.migrations.insert().values(
                name=migration.__name__, applied_at=datetime.now(UTC).isoformat(timespec="seconds")
            )
        )
