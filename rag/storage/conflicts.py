"""Pairs of sentences that conflict, and which documents were compared with the others already.

A pair is two places with the hashes of the texts that they are in, sealed: one that is damaged, or whose text is not
what it was, is left out and found again when its documents are compared anew. Both rows go with either document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, or_, select

from rag.storage import schema
from rag.storage.engines.database import Database
from rag.storage.engines.sql import put
from rag.storage.sealing import digest
from rag.types import Difference, Relation, Span

__all__ = ["Conflicts", "StoredConflict", "forget_comparisons"]


class StoredConflict(NamedTuple):
    """Two places that conflict, the older one first; see `Conflict`."""

    one_id: str
    one_span: Span
    other_id: str
    other_span: Span
    relation: Relation
    differs: Difference
    one_words: str
    other_words: str


class Conflicts:
    """Reads and writes of what conflicts with what; they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uncompared(self, recipe: str) -> list[str]:
        """Ids of the searched documents, without copies, that were not compared by this recipe, oldest first."""
        documents, compared = schema.documents.c, schema.compared.c
        query = (
            select(documents.id)
            .select_from(schema.documents.outerjoin(schema.compared, compared.document_key == documents.key))
            .where(documents.state == "current", documents.duplicate_of.is_(None))
            .where(or_(compared.recipe.is_(None), compared.recipe != recipe))
            .order_by(documents.key)
        )
        with self._database.connect() as connection:
            return list(connection.scalars(query))

    def put(self, document_ids: Sequence[str], found: Iterable[StoredConflict], *, recipe: str) -> None:
        """Record that these documents were compared with all others, and what was found, in one transaction.

        What conflicts with a document that was removed meanwhile is left out.
        """
        with self._database.begin() as connection:
            rows = list(found)
            named = {id_ for row in rows for id_ in (row.one_id, row.other_id)} | set(document_ids)
            columns = schema.documents.c
            query = select(columns.id, columns.key, columns.text_hash).where(
                columns.id.in_(named), columns.state == "current"
            )
            known = {row.id: row for row in connection.execute(query)}
            values = [
                _values(row, known[row.one_id], known[row.other_id])
                for row in rows
                if row.one_id in known and row.other_id in known
            ]
            put(connection, schema.conflicts, values)
            done = [{"document_key": known[id_].key, "recipe": recipe} for id_ in document_ids if id_ in known]
            put(connection, schema.compared, done)

    def forget(self) -> None:
        """Forget all pairs and comparisons, for a recipe that is new."""
        with self._database.begin() as connection:
            connection.execute(delete(schema.conflicts))
            connection.execute(delete(schema.compared))

    def recipes(self) -> set[str]:
        """The recipes by which documents were compared."""
        with self._database.connect() as connection:
            return set(connection.scalars(select(schema.compared.c.recipe).distinct()))

    def all(self) -> list[StoredConflict]:
        """The pairs of searched documents that are as they were stored, those of older documents first."""
        conflicts = schema.conflicts
        one, other = schema.documents.alias(), schema.documents.alias()
        query = (
            select(
                conflicts,
                one.c.id.label("one_id"),
                other.c.id.label("other_id"),
                one.c.text_hash.label("one_now"),
                other.c.text_hash.label("other_now"),
            )
            .join_from(conflicts, one, one.c.key == conflicts.c.one_key)
            .join(other, other.c.key == conflicts.c.other_key)
            .where(one.c.state == "current", other.c.state == "current")
            .order_by(conflicts.c.one_key, conflicts.c.one_start, conflicts.c.other_key, conflicts.c.other_start)
        )
        with self._database.connect() as connection:
            return [_stored(row) for row in connection.execute(query) if _is_sound(row)]


def forget_comparisons(connection: Connection, document_keys: Sequence[int]) -> None:
    """Delete what was found about documents that are searched no more."""
    conflicts, compared = schema.conflicts, schema.compared
    is_theirs = conflicts.c.one_key.in_(document_keys) | conflicts.c.other_key.in_(document_keys)
    connection.execute(delete(conflicts).where(is_theirs))
    connection.execute(delete(compared).where(compared.c.document_key.in_(document_keys)))


_SEALED = tuple(column.name for column in schema.conflicts.c if column.name != "seal")


def _values(row: StoredConflict, one: Any, other: Any) -> dict[str, object]:
    values: dict[str, object] = {
        "one_key": one.key,
        "one_start": row.one_span.start,
        "one_end": row.one_span.end,
        "other_key": other.key,
        "other_start": row.other_span.start,
        "other_end": row.other_span.end,
        "relation": row.relation.value,
        "differs": row.differs.value,
        "one_words": row.one_words,
        "other_words": row.other_words,
        "one_hash": one.text_hash,
        "other_hash": other.text_hash,
    }
    return values | {"seal": digest(*(values[name] for name in _SEALED))}


def _is_sound(row: Any) -> bool:
    known = row._mapping
    is_as_stored = row.seal == digest(*(known[name] for name in _SEALED))
    return bool(is_as_stored and (row.one_hash, row.other_hash) == (row.one_now, row.other_now))


def _stored(row: Any) -> StoredConflict:
    return StoredConflict(
        row.one_id,
        Span(start=row.one_start, end=row.one_end),
        row.other_id,
        Span(start=row.other_start, end=row.other_end),
        Relation(row.relation),
        Difference(row.differs),
        row.one_words,
        row.other_words,
    )
