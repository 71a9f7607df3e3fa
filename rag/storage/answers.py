"""The answers that were given, so that a citation can be opened later."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, update

from rag.storage import schema
from rag.storage.database import Database
from rag.types import Rating

__all__ = ["Answers", "StoredAnswer"]


_PATIENCE_SECONDS = 0.25


class StoredAnswer(NamedTuple):
    """An answer as it was recorded, as JSON text, and what a person thought of it."""

    answer: str
    rating: Rating


class Answers:
    """Reads and writes of answers; they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, answer_id: str, *, question: str, answer: str, document_ids: AbstractSet[str]) -> bool:
        """Record an answer that quotes these documents, as JSON text.

        False, and nothing is kept, when one of the documents was removed while the question was answered.

        Raises:
            StoreLockedError: somebody writes; a question does not wait for that.
        """
        documents = schema.documents.c
        with self._database.begin(wait_seconds=_PATIENCE_SECONDS) as connection:
            is_there = documents.id.in_(document_ids)
            if connection.scalar(select(func.count()).where(is_there)) != len(document_ids):
                return False
            connection.execute(
                schema.answers.insert().values(
                    answer_id=answer_id,
                    asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    question=question,
                    answer=answer,
                    rating=Rating.NONE.value,
                )
            )
            return True

    def last(self) -> StoredAnswer | None:
        """The answer recorded last, or None when there is none."""
        return self._first(select(schema.answers).order_by(schema.answers.c.id.desc()).limit(1))

    def get(self, answer_id: str) -> StoredAnswer | None:
        """The answer with that id, or None when it was not recorded."""
        return self._first(select(schema.answers).where(schema.answers.c.answer_id == answer_id))

    def rate(self, answer_id: str, rating: Rating) -> bool:
        """Keep the rating with the answer; False when it was not recorded.

        Raises:
            StoreLockedError: somebody writes.
        """
        columns = schema.answers.c
        with self._database.begin(wait_seconds=_PATIENCE_SECONDS) as connection:
            change = update(schema.answers).where(columns.answer_id == answer_id).values(rating=rating.value)
            return bool(connection.execute(change).rowcount)

    def _first(self, query: Select[Any]) -> StoredAnswer | None:
        with self._database.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else StoredAnswer(row.answer, Rating(row.rating))
