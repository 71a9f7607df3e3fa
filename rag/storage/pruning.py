"""Older versions that nobody needs any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from rag.storage import schema
from rag.storage.store import Store
from rag.types import PruneReport

__all__ = ["prune"]

_DOCUMENT_ID = re.compile(r'"document_id": ?"([^"]+)"')
_AT_A_TIME = 500


def prune(store: Store, *, days: int | None) -> PruneReport:
    """Delete superseded texts that no recorded answer quotes, and give the disk space back.

    days: also delete those that were superseded longer ago than that many days, with the answers that quote them.
    """
    with store.writing():
        size_before = store.size_bytes()
        with store.begin() as connection:
            quoted = _quoted(connection)
            doomed = [
                row
                for row in connection.execute(_superseded())
                if row.id not in quoted or _is_old(row.superseded_at, days)
            ]
            n_answers = sum(
                connection.execute(delete(schema.answers).where(schema.answers.c.answer.contains(row.id))).rowcount
                for row in doomed
                if row.id in quoted
            )
            for keys in _parts([row.key for row in doomed]):
                connection.execute(delete(schema.documents).where(schema.documents.c.key.in_(keys)))
            store.passages.delete_unused_vectors()
        store.compact()
        return PruneReport(
            n_texts=len(doomed),
            n_characters=sum(row.n_characters for row in doomed),
            n_answers=n_answers,
            bytes_freed=max(0, size_before - store.size_bytes()),
        )


def _superseded() -> Select[Any]:
    columns = schema.documents.c
    return select(
        columns.key, columns.id, columns.superseded_at, func.length(columns.text).label("n_characters")
    ).where(columns.state != "current")


def _quoted(connection: Connection) -> set[str]:
    """Ids of all documents that recorded answers quote, as citation or as evidence."""
    answers = connection.execute(select(schema.answers.c.answer)).scalars()
    return {found for answer in answers for found in _DOCUMENT_ID.findall(answer)}


def _is_old(superseded_at: str, days: int | None) -> bool:
    if days is None or not superseded_at:
        return False
    return datetime.fromisoformat(superseded_at) <= datetime.now(UTC) - timedelta(days=days)


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _AT_A_TIME):
        yield keys[start : start + _AT_A_TIME]
