"""Which documents are copies of each other, so that what several say is evidence once and names all of them.

A copy has its own text and sentences; the passages of what it shares with its original are the original's alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select, update

from rag.storage import schema
from rag.storage.conditions import handed_over_alike
from rag.storage.engines.database import Database
from rag.storage.engines.sql import add_new, for_each_engine, rows_of
from rag.storage.sealing import change_sealed

__all__ = ["Copies", "Copy"]

_MOST_CANDIDATES = 5

# What every question reads, as text: to compose it took longer than to run it.
_BESIDE = for_each_engine(
    "WITH asked AS MATERIALIZED (SELECT documents.id, documents.key, coalesce(duplicate_of, documents.key) AS original"
    " FROM {texts} CROSS JOIN documents WHERE documents.id = value)"
    " SELECT asked.id AS of, documents.id, source, text FROM asked CROSS JOIN documents WHERE documents.key = original"
    " AND documents.key != asked.key AND state = 'current'"
    " UNION ALL"
    " SELECT asked.id AS of, documents.id, source, text FROM asked CROSS JOIN documents WHERE duplicate_of = original"
    " AND documents.key != asked.key AND state = 'current' ORDER BY source"
)


class Copy(NamedTuple):
    """A document beside another one that says the same.

    text: its whole text.
    """

    document_id: str
    source: str
    text: str


class Copies:
    """Reads and writes of what is a copy of what. Writes happen inside `Store.begin`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self, bands: Sequence[int], *, source: str) -> list[str]:
        """Ids of the originals that share most of these bands, at most 5; not `source` itself, nor another user's."""
        columns, banded = schema.documents.c, schema.bands.c
        query = (
            select(columns.id)
            .join_from(schema.bands, schema.documents, banded.document_key == columns.key)
            .where(banded.band.in_(bands), columns.source != source, columns.state == "current")
            .where(handed_over_alike(source))
            .group_by(columns.key)
            .order_by(func.count().desc(), columns.key)
            .limit(_MOST_CANDIDATES)
        )
        with self._database.connect() as connection:
            return list(connection.scalars(query))

    def put(self, document_id: str, *, bands: Sequence[int], original_id: str = "") -> None:
        """Say of a document that it is a copy of another one; or else keep the bands by which its copies find it."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            if original_id:
                key = connection.scalar(select(columns.key).where(columns.id == original_id))
                change_sealed(connection, schema.documents, columns.id == document_id, duplicate_of=key)
                return
            key = connection.scalar(select(columns.key).where(columns.id == document_id))
            if bands:
                rows = [{"band": band, "document_key": key} for band in sorted(set(bands))]
                add_new(connection, schema.bands, rows)

    def is_original(self, document_id: str) -> bool:
        """Whether the document is searched and no copy itself."""
        columns = schema.documents.c
        query = select(columns.key).where(
            columns.id == document_id, columns.state == "current", columns.duplicate_of.is_(None)
        )
        with self._database.connect() as connection:
            return connection.scalar(query) is not None

    def of(self, document_id: str) -> list[Copy]:
        """The copies of an original, oldest first."""
        columns = schema.documents.c
        original = select(columns.key).where(columns.id == document_id).scalar_subquery()
        query = select(columns.id, columns.source, columns.text).where(columns.duplicate_of == original)
        with self._database.connect() as connection:
            return [Copy(*row) for row in connection.execute(query.order_by(columns.key))]

    def heir_of(self, document_id: str) -> str:
        """The id of the oldest copy of an original that has its very text and sentences; empty when none has."""
        columns, original = schema.documents.c, schema.documents.alias().c
        query = (
            select(columns.id)
            .where(original.id == document_id, columns.duplicate_of == original.key)
            .where(columns.text_hash == original.text_hash, columns.sentences_hash == original.sentences_hash)
            .order_by(columns.key)
        )
        with self._database.connect() as connection:
            return connection.scalar(query.limit(1)) or ""

    def original_of(self, document_id: str) -> str:
        """The id of the document that this one is a copy of; empty for an original."""
        columns = schema.documents.c
        original = schema.documents.alias()
        query = select(original.c.id).join_from(schema.documents, original, columns.duplicate_of == original.c.key)
        with self._database.connect() as connection:
            return connection.scalar(query.where(columns.id == document_id)) or ""

    def take_over(self, document_id: str, heir_id: str) -> None:
        """Let a copy with the very same text have the passages, the bands and the other copies of its original."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            key = connection.scalar(select(columns.key).where(columns.id == document_id))
            heir = connection.scalar(select(columns.key).where(columns.id == heir_id))
            others = (columns.duplicate_of == key) & (columns.key != heir)
            change_sealed(connection, schema.documents, others, duplicate_of=heir)
            change_sealed(connection, schema.documents, columns.key == heir, duplicate_of=None)
            for table in (schema.passages, schema.bands):
                connection.execute(update(table).where(table.c.document_key == key).values(document_key=heir))

    def set_free(self, document_id: str) -> None:
        """Make a copy a document that nothing is known of, so that its file is read anew."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            change_sealed(connection, schema.documents, columns.id == document_id, duplicate_of=None, recipe="")

    def beside(self, document_ids: Sequence[str]) -> Mapping[str, list[Copy]]:
        """For each document its original and the other copies of that, by source; for one that has none, none."""
        found: dict[str, list[Copy]] = {document_id: [] for document_id in document_ids}
        with self._database.connect() as connection:
            for of, *copy in rows_of(connection, _BESIDE, {"ids": json.dumps(list(document_ids))}):
                found[of].append(Copy(*copy))
        return found
