"""The answers that were given, so that a citation can be opened later."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from rag.storage import schema
from rag.storage.database import Database

__all__ = ["Answers", "StoredAnswer"]


_PATIENCE_SECONDS = 0.25


class StoredAnswer(NamedTuple):
    """An answer as it was recorded, as JSON text."""

    id: int
    answer: str


class Answers:
    """Reads and writes of answers; they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, question: str, answer: str, *, document_ids: AbstractSet[str]) -> int | None:
        """Record an answer that quotes these documents, as JSON text; its id.

        None, and nothing is kept, when one of the documents was removed while the question was answered.

        Raises:
            StoreLockedError: somebody writes; a question does not wait for that.
        """
        documents = schema.documents.c
        with self._database.begin(wait_seconds=_PATIENCE_SECONDS) as connection:
            is_there = documents.id.in_(document_ids)
            if connection.scalar(select(func.count()).where(is_there)) != len(document_ids):
                return None
            answer_id: int = connection.execute(
                schema.answers.insert()
                .returning(schema.answers.c.id)
                .values(asked_at=datetime.now(UTC).isoformat(timespec="seconds"), question=question, answer=answer)
            ).scalar_one()
            return answer_id

    def last(self) -> StoredAnswer | None:
        """The answer recorded last, or None when there is none."""
        columns = schema.answers.c
        with self._database.connect() as connection:
            row = connection.execute(select(columns.id, columns.answer).order_by(columns.id.desc()).limit(1)).first()
        return None if row is None else StoredAnswer(row.id, row.answer)
