"""Questions that stand, and where the sentences stood that supported the last answer to each.

Places alone are kept, by document and position: when a document is removed its places go with it, so that nothing of
its text is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from rag.errors import SettingsError
from rag.storage import schema
from rag.storage.engines.database import Database
from rag.types import Span, StandingQuestion

__all__ = ["Place", "Standing"]

MOST_QUESTIONS = 1_000
"""Each is asked again after every change."""


class Place(NamedTuple):
    """A place in a document."""

    document_id: str
    span: Span


class Standing:
    """Reads and writes of questions that stand; they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, question: str, searched: str) -> int:
        """The number of the question, which has no support yet.

        Raises:
            SettingsError: there are as many as there may be.
        """
        now = _now()
        with self._database.begin() as connection:
            n = connection.scalar(select(func.count()).select_from(schema.standing_questions)) or 0
            if n >= MOST_QUESTIONS:
                raise SettingsError(
                    f"cannot keep a standing question more: there are {n:,} - remove some with "
                    "`rag watch-question --remove N`"
                )
            values = {"question": question, "searched": searched, "made_at": now, "checked_at": now}
            key = connection.execute(schema.standing_questions.insert().values(values)).inserted_primary_key
        return int(key[0]) if key else 0

    def all(self) -> list[StandingQuestion]:
        """All of them, the oldest first."""
        columns = schema.standing_questions.c
        with self._database.connect() as connection:
            return [
                StandingQuestion(
                    number=row.id,
                    question=row.question,
                    searched=row.searched,
                    made_at=row.made_at,
                    checked_at=row.checked_at,
                    n_support=row.n_support,
                )
                for row in connection.execute(select(schema.standing_questions).order_by(columns.id))
            ]

    def remove(self, number: int) -> bool:
        """Whether there was such a question; it is gone."""
        with self._database.begin() as connection:
            doomed = delete(schema.standing_questions).where(schema.standing_questions.c.id == number)
            return bool(connection.execute(doomed).rowcount)

    def support(self, number: int) -> list[Place]:
        """The places that supported it when it was last asked, but for those in documents that were removed."""
        columns = schema.standing_support.c
        query = (
            select(schema.documents.c.id, columns.start, columns.end)
            .join(schema.documents, schema.documents.c.key == columns.document_key)
            .where(columns.question_id == number)
            .order_by(schema.documents.c.source, columns.start, columns.end)
        )
        with self._database.connect() as connection:
            return [Place(row[0], Span(start=row[1], end=row[2])) for row in connection.execute(query)]

    def put_support(self, number: int, places: Sequence[Place]) -> None:
        """Keep these as what supports the question now."""
        documents = schema.documents.c
        with self._database.begin() as connection:
            found = connection.execute(
                select(documents.id, documents.key).where(documents.id.in_({place.document_id for place in places}))
            )
            key_by_id = {row.id: row.key for row in found}
            rows = [
                {"question_id": number, "document_key": key, "start": start, "end": end}
                for key, start, end in sorted(
                    {
                        (key_by_id[place.document_id], place.span.start, place.span.end)
                        for place in places
                        if place.document_id in key_by_id
                    }
                )
            ]
            connection.execute(delete(schema.standing_support).where(schema.standing_support.c.question_id == number))
            changed = update(schema.standing_questions).where(schema.standing_questions.c.id == number)
            if connection.execute(changed.values(checked_at=_now(), n_support=len(rows))).rowcount and rows:
                connection.execute(schema.standing_support.insert(), rows)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
