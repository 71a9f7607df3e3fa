"""The answers that were given, so that a citation can be opened later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, bindparam, delete, select

from rag.errors import StoreError
from rag.storage import schema
from rag.storage.engines.database import Database
from rag.storage.engines.sql import for_each_engine, rows_of, run
from rag.storage.sealing import SEALED_OF_ANSWERS, change_sealed, is_sound, seal_of
from rag.types import Rating, RecordedAnswer

__all__ = ["PATIENCE_SECONDS", "Answers", "StoredAnswer", "forget_quoting", "quoted_documents"]

Read = TypeVar("Read")

PATIENCE_SECONDS = 0.25
_AT_A_TIME = 50  # texts in memory
_FEW = 8
_ID = re.compile(r'"([0-9a-f]{16})"')
_DOCUMENT_ID = re.compile(r'"document_id": ?"([^"]+)"')


# What is done after every answer, as text: to compose these took longer than to run them.
_COUNT_THERE = for_each_engine("SELECT count(*) AS n FROM {texts} CROSS JOIN documents WHERE documents.id = value")
_PUT = for_each_engine(
    "INSERT INTO answers (answer_id, asked_at, question, answer, rating, seal, owner) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = for_each_engine("SELECT count(*) AS n FROM answers")
_FORGET_FIRST = for_each_engine("DELETE FROM answers WHERE id IN (SELECT id FROM answers ORDER BY id LIMIT ?)")
_FORGET_OLD = for_each_engine(
    "DELETE FROM answers WHERE id < (SELECT id FROM answers WHERE asked_at >= ? ORDER BY id LIMIT 1)"
)


class StoredAnswer(NamedTuple):
    """An answer as it was recorded, as JSON text, what a person thought of it, and when it was given, in UTC."""

    answer: str
    rating: Rating
    asked_at: str


class Answers:
    """Reads and writes of answers, sealed (see `sealing`); they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        answer_id: str,
        *,
        question: str,
        answer: str,
        document_ids: AbstractSet[str],
        owner: str = "",
        keep: int | None = None,
        keep_for: timedelta | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> bool:
        """Record an answer that quotes these documents, as JSON text, and forget the oldest ones.

        False, and nothing is kept, when one of the documents was removed while the question was answered.

        owner: the user who asked.
        keep, keep_for: how many answers are kept, this one included, and for how long; without them, all and for ever.
        patience_seconds: how long to wait for somebody who writes.

        Raises:
            StoreLockedError: somebody writes for longer.
        """
        with self._database.begin(wait_seconds=patience_seconds) as connection:
            if rows_of(connection, _COUNT_THERE, {"ids": json.dumps([*document_ids])})[0][0] != len(document_ids):
                return False
            values = {
                "answer_id": answer_id,
                "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "question": question,
                "answer": answer,
                "rating": Rating.NONE.value,
            }
            run(connection, _PUT, (*values.values(), seal_of(schema.answers, values), owner))
            _forget(connection, keep, keep_for)
            return True

    def last(self) -> StoredAnswer | None:
        """The answer recorded last, or None when there is none.

        Raises:
            StoreError: it is damaged.
        """
        return self._first(select(schema.answers).order_by(schema.answers.c.id.desc()).limit(1))

    def get(self, answer_id: str, *, owner: str | None = None) -> StoredAnswer | None:
        """The answer with that id, or None when it was not recorded, or for another user than the one that is named.

        Raises:
            StoreError: it is damaged.
        """
        columns = schema.answers.c
        query = select(schema.answers).where(columns.answer_id == answer_id)
        return self._first(query if owner is None else query.where(columns.owner == owner))

    def rate(self, answer_id: str, rating: Rating) -> bool:
        """Keep the rating with the answer; False when it was not recorded.

        Raises:
            StoreLockedError: somebody writes.
        """
        columns = schema.answers.c
        with self._database.begin(wait_seconds=PATIENCE_SECONDS) as connection:
            is_it = columns.answer_id == answer_id
            return bool(change_sealed(connection, schema.answers, is_it, rating=rating.value))

    def all(self) -> list[RecordedAnswer]:
        """Every recorded answer that is not damaged, the last one first."""
        return self.read_all(lambda recorded, _: recorded)

    def read_all(self, read: Callable[[RecordedAnswer, str], Read]) -> list[Read]:
        """What `read` makes of every recorded answer that is not damaged and its JSON text, the last one first.

        One text at a time, because there may be ten thousand of them.
        """
        columns = schema.answers.c
        query = select(columns.seal, *SEALED_OF_ANSWERS).order_by(columns.id.desc())
        with self._database.connect() as connection:
            return [
                read(
                    RecordedAnswer(
                        id=row.answer_id, asked_at=row.asked_at, question=row.question, rating=Rating(row.rating)
                    ),
                    str(row.answer),
                )
                for row in connection.execute(query.execution_options(yield_per=_AT_A_TIME))
                if is_sound(schema.answers, row)
            ]

    def clear(self, older_than: timedelta | None, answer_ids: Collection[str] | None = None) -> int:
        """Delete the answers that are older, or all, or of these alone; how many those were.

        Raises:
            StoreLockedError: somebody writes, and did not end in time.
        """
        doomed = delete(schema.answers)
        if older_than is not None:
            doomed = doomed.where(schema.answers.c.asked_at < _before(older_than))
        if answer_ids is not None:
            doomed = doomed.where(schema.answers.c.answer_id.in_(answer_ids))
        with self._database.begin() as connection:
            return connection.execute(doomed).rowcount

    def _first(self, query: Select[Any]) -> StoredAnswer | None:
        with self._database.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if not is_sound(schema.answers, row):
            raise StoreError("cannot open the recorded answer: it is damaged - ask again")
        return StoredAnswer(row.answer, Rating(row.rating), row.asked_at)


def quoted_documents(connection: Connection) -> set[str]:
    """Ids of all documents that recorded answers quote, as citation or as evidence."""
    answers = connection.scalars(select(schema.answers.c.answer))
    return {found for answer in answers for found in _DOCUMENT_ID.findall(str(answer))}


def forget_quoting(connection: Connection, document_ids: AbstractSet[str]) -> int:
    """Delete the answers that quote any of the documents, in one walk through all that are kept; how many those were.

    It is enough that an id stands anywhere in an answer, which may be damaged.
    """
    columns = schema.answers.c
    answers = connection.execute(select(columns.id, columns.answer)) if document_ids else ()
    doomed = [{"doomed": row.id} for row in answers if _holds_any(str(row.answer), document_ids)]
    if doomed:
        connection.execute(delete(schema.answers).where(columns.id == bindparam("doomed")), doomed)
    return len(doomed)


def _holds_any(answer: str, document_ids: AbstractSet[str]) -> bool:
    if len(document_ids) <= _FEW:  # it takes a tenth of the time then
        return any(document_id in answer for document_id in document_ids)
    return not document_ids.isdisjoint(_ID.findall(answer))


def _forget(connection: Connection, keep: int | None, keep_for: timedelta | None) -> None:
    """Delete the oldest answers past the number and the time; they were recorded in the order of their ids.

    Looked for from the oldest on, so that an answer costs no walk through all that are kept; to count them, SQLite
    walks through the ids alone.
    """
    if keep is not None and (surplus := rows_of(connection, _COUNT)[0][0] - keep) > 0:
        run(connection, _FORGET_FIRST, (surplus,))
    if keep_for is not None:
        run(connection, _FORGET_OLD, (_before(keep_for),))


def _before(age: timedelta) -> str:
    """The moment that long ago, as `asked_at` writes it; the first there is when the age is beyond that."""
    try:
        return (datetime.now(UTC) - age).isoformat(timespec="seconds")
    except OverflowError:
        return ""
