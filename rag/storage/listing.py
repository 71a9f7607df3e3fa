"""Lists: a page of the documents that are searched, what they can be narrowed by, the versions of one, the last edits.

Rows of `documents` hold whole texts, so that to read all of them for a page takes as long as the texts are. What a list
is sorted, searched and counted by has a narrow table of its own, `listed`, which triggers keep; what is shown of a page
comes from the sealed rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, cast, delete, func, or_, select

from rag.storage import schema
from rag.storage.conditions import condition_of
from rag.storage.documents import info_of_row
from rag.storage.engines.database import Database
from rag.storage.engines.sql import NUMBER, lower_case, outlet_of, sorted_as
from rag.storage.engines.sql import listed as values_of
from rag.storage.filters import Filter
from rag.storage.sealing import SEALED_OF_DOCUMENTS, is_sound
from rag.types import Counted, DocumentKinds, DocumentOrder, DocumentPage, DocumentVersion, ListedDocument
from rag.types.documents import outlet_in

__all__ = ["Edits", "Listing", "Sought", "Versions"]

_AT_A_TIME = 500


class Sought(NamedTuple):
    """A word that a document of the list has in its title, in its path, or in one of these passages."""

    word: str
    passage_ids: Sequence[int] = ()


class Listing:
    """Reads of the list; nothing is written here."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[int, DocumentKinds] = (-1, DocumentKinds())

    def page(
        self,
        where: Filter | None,
        words: Sequence[Sought],
        *,
        order: DocumentOrder,
        is_descending: bool,
        start: int,
        k: int,
    ) -> DocumentPage:
        """At most `k` documents that fit the filter and have all of the words, from position `start` on."""
        listed = schema.listed.c
        with self._database.connect() as connection:
            root = _root(connection)
            query = select(listed.document_key)
            if where is not None:
                query = query.join(schema.documents, schema.documents.c.key == listed.document_key)
                query = query.where(condition_of(where, connection))
            for sought in words:
                query = query.where(_has(sought, root))
            keys = list(connection.scalars(query.order_by(*_order(order, is_descending=is_descending))))
            shown = self._shown(connection, keys[start : start + k], root)
        return DocumentPage(documents=tuple(shown), start=start, n_total=len(keys))

    def ids(self, where: Filter | None, words: Sequence[Sought]) -> list[str]:
        """The ids of all documents that fit the filter and have all of the words."""
        documents, listed = schema.documents, schema.listed.c
        query = select(documents.c.id).join(schema.listed, documents.c.key == listed.document_key)
        with self._database.connect() as connection:
            if where is not None:
                query = query.where(condition_of(where, connection))
            root = _root(connection)
            for sought in words:
                query = query.where(_has(sought, root))
            return list(connection.scalars(query.order_by(listed.source)))

    def _shown(self, connection: Connection, keys: Sequence[int], root: str) -> list[ListedDocument]:
        documents, kept = schema.documents.c, schema.documents.alias().c
        n_sentences = select(func.count()).where(schema.sentences.c.document_key == documents.key)
        n_versions = select(func.count()).where(
            kept.source == documents.source, kept.state.in_(("current", "superseded"))
        )
        query = select(
            documents.key,
            documents.seal,
            *SEALED_OF_DOCUMENTS,
            schema.listed.c.n_characters,
            n_sentences.scalar_subquery().label("n_sentences"),
            n_versions.scalar_subquery().label("n_versions"),
        ).join(schema.listed, schema.listed.c.document_key == documents.key)
        row_by_key: dict[int, Any] = {}
        for first in range(0, len(keys), _AT_A_TIME):
            part = query.where(documents.key.in_(keys[first : first + _AT_A_TIME]))
            row_by_key |= {row.key: row for row in connection.execute(part) if is_sound(schema.documents, row)}
        rows = [row_by_key[key] for key in keys if key in row_by_key]
        names = _notebooks(connection, [row.source for row in rows])
        return [
            ListedDocument(
                info=info_of_row(row),
                path=row.source.removeprefix(root),
                n_versions=row.n_versions,
                notebooks=tuple(names.get(row.source, ())),
            )
            for row in rows
        ]

    def kinds(self) -> DocumentKinds:
        """What the documents can be narrowed by, counted once for each generation of the store."""
        listed = schema.listed.c
        query = select(listed.source, listed.media_type, listed.published, listed.publisher, listed.url)
        with self._database.connect() as connection:
            generation = connection.scalar(select(schema.store.c.generation)) or 0
            known_at, known = self._known
            if known_at == generation:
                return known
            root = _root(connection)
            rows = connection.execute(query).all()
        days = sorted(row.published for row in rows if row.published)
        folders = Counter(
            folder for row in rows if root and row.source.startswith(root) for folder in _folders(row.source, root)
        )
        outlets = Counter(outlet_in(row.publisher, row.url or row.source) for row in rows)
        outlets.pop("", None)
        known = DocumentKinds(
            n_documents=len(rows),
            root=root,
            media_types=_by_count(Counter(row.media_type for row in rows)),
            outlets=_by_count(outlets),
            folders=tuple(Counted(*each) for each in sorted(folders.items())),
            n_dated=len(days),
            first_published=days[0] if days else "",
            last_published=days[-1] if days else "",
        )
        self._known = (generation, known)
        return known


def _order(order: DocumentOrder, *, is_descending: bool) -> tuple[ColumnElement[Any], ...]:
    """By the order, and by title where that says nothing; the same in each direction, so that no page repeats one."""
    listed = schema.listed.c
    title: ColumnElement[Any] = sorted_as(listed.title)
    by: ColumnElement[Any] = {
        DocumentOrder.TITLE: title,
        DocumentOrder.PUBLISHED: listed.published,
        DocumentOrder.ADDED: listed.added_at,
        DocumentOrder.OUTLET: sorted_as(outlet_of(listed.publisher, listed.url, listed.source)),
        DocumentOrder.LENGTH: listed.n_characters,
    }[order]
    says_nothing = by.is_(None) if order is DocumentOrder.LENGTH else by == ""
    return (
        case((says_nothing, 1), else_=0),
        by.desc() if is_descending else by,
        title,
        listed.source,
        listed.document_key,
    )


def _has(sought: Sought, root: str) -> ColumnElement[bool]:
    listed, passages, documents = schema.listed.c, schema.passages.c, schema.documents.c
    word = sought.word.lower()
    is_below = func.substr(listed.source, 1, len(root)) == root
    path = case((is_below, func.substr(listed.source, len(root) + 1)), else_=listed.source)
    found: list[ColumnElement[bool]] = [
        lower_case(said).contains(word, autoescape=True) for said in (listed.title, path)
    ]
    if sought.passage_ids:
        given = values_of(json.dumps(list(sought.passage_ids))).table_valued("value")
        keys = select(passages.document_key).where(passages.id.in_(select(cast(given.c.value, NUMBER))))
        copies = select(documents.key).where(documents.duplicate_of.in_(keys), documents.duplicate_of.is_not(None))
        found += [listed.document_key.in_(keys), listed.document_key.in_(copies)]
    return or_(*found)


def _root(connection: Connection) -> str:
    """The folder that all files lie in, with a slash at its end: what the first and the last of them have in common.

    One file has the folder that it is in. Uploads and pages of the web are kept inside the store, and lie in none.
    """
    file = schema.listed.c.file
    is_absolute = or_(func.substr(file, 1, 1) == "/", func.substr(file, 2, 2).in_((":/", ":\\")))
    first, last = connection.execute(select(func.min(file), func.max(file)).where(is_absolute)).one()
    if not first:
        return ""
    n = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    common = first[:n] if first != last else first
    return str(common[: max(common.rfind("/"), common.rfind("\\")) + 1])


def _folders(source: str, root: str) -> list[str]:
    """The folders that a document is in, below the root: `2025` and `2025/may` of `2025/may/a.txt`."""
    names = source.removeprefix(root).replace("\\", "/").split("/")[:-1]
    return ["/".join(names[:n]) for n in range(1, len(names) + 1)]


def _by_count(counts: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(*each) for each in sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _notebooks(connection: Connection, sources: Sequence[str]) -> dict[str, list[str]]:
    """Source → names of the notebooks that it is in."""
    kept, notebooks = schema.notebook_documents.c, schema.notebooks
    found: dict[str, list[str]] = {}
    for first in range(0, len(sources), _AT_A_TIME):
        is_shown = kept.source.in_(sources[first : first + _AT_A_TIME])
        query = select(kept.source, notebooks.c.name).join(notebooks, notebooks.c.id == kept.notebook_id)
        for row in connection.execute(query.where(is_shown).order_by(lower_case(notebooks.c.name))):
            found.setdefault(row.source, []).append(row.name)
    return found


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
