"""The versions of a source: those that were superseded and are kept, and what took the place of what last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import case, delete, select

from rag.storage import schema
from rag.storage.database import Database
from rag.storage.sealing import SEALED_OF_DOCUMENTS, is_sound
from rag.types import DocumentVersion

__all__ = ["Edits", "Versions"]

_AT_A_TIME = 500


class Edits(NamedTuple):
    """Ids of the older and the newer version of what changed; the newer one is empty where its file was gone.

    made_at: when, ISO 8601 in UTC; empty when nothing ever changed.
    """

    made_at: str
    pairs: list[tuple[str, str]]


class Versions:
    """Reads of versions; what is noted of edits names them by their keys and goes with them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source: str) -> list[DocumentVersion]:
        """All versions of a source that are kept and sound, the oldest first; the one that is searched comes last."""
        columns = schema.documents.c
        query = select(columns.seal, *SEALED_OF_DOCUMENTS).where(
            columns.source == source, columns.state.in_(("current", "superseded"))
        )
        order = (case((columns.state == "current", 1), else_=0), columns.superseded_at, columns.key)
        with self._database.connect() as connection:
            rows = [row for row in connection.execute(query.order_by(*order)) if is_sound(schema.documents, row)]
        return [
            DocumentVersion(
                number=number,
                document_id=row.id,
                source=row.source,
                title=row.title,
                added_at=row.added_at,
                superseded_at=row.superseded_at,
                published=str(json.loads(row.metadata).get("published", "")),
            )
            for number, row in enumerate(rows, start=1)
        ]

    def superseded(self) -> frozenset[str]:
        """Ids of all documents that are kept for old citations alone."""
        columns = schema.documents.c
        keys = select(columns.key).where(columns.state == "superseded")  # of an index: rows hold texts before states
        with self._database.connect() as connection:
            return frozenset(connection.scalars(select(columns.id).where(columns.key.in_(keys))))

    def note_edits(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep these as the edits that were made last, each as the ids of an older and a newer version, or of none.

        Raises:
            StoreLockedError: somebody writes, and did not end in time.
        """
        columns = schema.documents.c
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.begin() as connection:
            ids = [document_id for pair in pairs for document_id in pair if document_id]
            key_by_id: dict[str, int] = {}
            for start in range(0, len(ids), _AT_A_TIME):
                part = ids[start : start + _AT_A_TIME]
                found = connection.execute(select(columns.id, columns.key).where(columns.id.in_(part)))
                key_by_id |= {row.id: row.key for row in found}
            rows = {
                key_by_id[old]: {"old_key": key_by_id[old], "new_key": key_by_id.get(new), "made_at": made_at}
                for old, new in pairs
                if old in key_by_id and (not new or new in key_by_id)
            }
            connection.execute(delete(schema.edits))
            if rows:
                connection.execute(schema.edits.insert(), list(rows.values()))

    def last_edits(self) -> Edits:
        """What changed when the store last took in a change."""
        old, new = schema.documents.alias(), schema.documents.alias()
        query = (
            select(schema.edits.c.made_at, old.c.id, new.c.id)
            .join(old, old.c.key == schema.edits.c.old_key)
            .outerjoin(new, new.c.key == schema.edits.c.new_key)
            .order_by(old.c.source, old.c.key)
        )
        with self._database.connect() as connection:
            rows = connection.execute(query).all()
        return Edits(rows[0][0] if rows else "", [(row[1], row[2] or "") for row in rows])
