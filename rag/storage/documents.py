"""The documents of a store: texts that never change, their versions, their sentences."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from rag.errors import NotFoundError, StoreError
from rag.storage import schema
from rag.storage.answers import forget_quoting
from rag.storage.conditions import condition_of
from rag.storage.conflicts import forget_comparisons
from rag.storage.engines.database import Database
from rag.storage.engines.sql import for_each_engine, rows_of
from rag.storage.filters import Filter
from rag.storage.notebooks import forget_sources, rename_sources
from rag.storage.passages import NewPassage, put_passages, sentence_record
from rag.storage.sealing import (
    SEALED_OF_DOCUMENTS,
    change_sealed,
    is_sound,
    seal_of,
    sentences_digest,
    text_digest,
)
from rag.storage.utterances import put_utterances
from rag.types import Document, DocumentInfo, Sentence, Utterance

__all__ = ["Documents", "KnownVersion", "info_of_row"]


_AT_A_TIME = 50  # texts in memory
_IDS_AT_A_TIME = 500
_BY_ID = for_each_engine("SELECT * FROM documents WHERE id = ?")


class KnownVersion(NamedTuple):
    """What the store knows of the current version of a source.

    recipe: empty when what is stored of it is damaged, so that its file is read anew.
    """

    source: str
    document_id: str
    file: str
    file_hash: str
    recipe: str


class Original(NamedTuple):
    """The file that a document was read from.

    file: its path; one inside the store is relative to the store's folder. sha256: of its bytes, in hexadecimal digits.
    """

    file: str
    sha256: str


_UNKNOWN = Original("", "")


class Documents:
    """Reads and writes of documents. Writes happen inside `Store.begin`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known_version(self, source: str) -> KnownVersion | None:
        """The current version of `source`, or None when the store does not have it."""
        versions = self._known_versions(schema.documents.c.source == source)
        return versions[0] if versions else None

    def in_file(self, file: str) -> list[KnownVersion]:
        """The current documents that were read from `file`, by source; a text that is damaged counts, too."""
        return self._known_versions(schema.documents.c.file == file, is_read=True)

    def in_folder(self, folder: str) -> list[KnownVersion]:
        """The current documents that were read from files in `folder` or in folders in it, by file and source."""
        return self._known_versions(*_is_inside(folder))

    def _known_versions(self, *conditions: ColumnElement[bool], is_read: bool = False) -> list[KnownVersion]:
        """is_read: the texts are read and proved as well."""
        columns = schema.documents.c
        texts = [columns.text] if is_read else []
        query = select(columns.seal, *SEALED_OF_DOCUMENTS, *texts).where(*conditions, columns.state == "current")
        query = query.order_by(columns.file, columns.source).execution_options(yield_per=_AT_A_TIME)
        try:
            with self._database.connect() as connection:
                return [
                    KnownVersion(
                        source=row.source,
                        document_id=row.id,
                        file=row.file,
                        file_hash=row.file_hash,
                        recipe=row.recipe if (_is_whole(row) if is_read else is_sound(schema.documents, row)) else "",
                    )
                    for row in connection.execute(query)
                ]
        except UnicodeEncodeError:  # a name that is no text: no such name can be stored
            return []

    def named(self, names: Sequence[str], *, files: Sequence[str], folder: str) -> list[KnownVersion]:
        """Every version, current or superseded, of what has such an id or source, or was read from the files or folder.

        By source. Found by the indexes of the table: to go through all names takes a second when they are 100,000.
        """
        try:
            "".join([*names, *files, folder]).encode()
        except UnicodeEncodeError:  # no such name can be stored
            return []
        columns = schema.documents.c
        query = select(columns.source, columns.id, columns.file, columns.file_hash, columns.recipe).where(
            or_(columns.id.in_(names), columns.source.in_(names), columns.file.in_(files), and_(*_is_inside(folder)))
        )
        with self._database.connect() as connection:
            return [KnownVersion(*row) for row in connection.execute(query.order_by(columns.source, columns.key))]

    def sources_of(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Document id → source, of those that are there, current or superseded."""
        columns = schema.documents.c
        found: dict[str, str] = {}
        with self._database.connect() as connection:
            for start in range(0, len(document_ids), _IDS_AT_A_TIME):
                part = columns.id.in_(document_ids[start : start + _IDS_AT_A_TIME])
                found |= {
                    row.id: row.source for row in connection.execute(select(columns.id, columns.source).where(part))
                }
        return found

    def source_of(self, document_id: str) -> str:
        """The source of the document with that id, current or superseded; empty when there is none."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            return connection.scalar(select(columns.source).where(columns.id == document_id)) or ""

    def original_of(self, document_id: str) -> Original:
        """What a document was read from; both empty where it is not known."""
        row = self._row(document_id)
        return Original(row.file, row.file_hash) if row is not None and is_sound(schema.documents, row) else _UNKNOWN

    def put(
        self,
        document: Document,
        *,
        file_hash: str,
        recipe: str,
        sentences: Sequence[Sentence],
        passages: Sequence[NewPassage],
        utterances: Sequence[Utterance] | None = None,
        file: str = "",
    ) -> list[int]:
        """Store `document` as the current version of its source; the ids of its passages.

        utterances: None where its text was not read for them yet.
        file: which it was read from, when that is not its source.
        """
        text_hash = text_digest(document.text)
        rows = [(sentence.ordinal, sentence.span.start, sentence.span.end, sentence.speaker) for sentence in sentences]
        values = {
            "id": document.id,
            "source": document.source,
            "title": document.title,
            "media_type": document.media_type,
            "metadata": json.dumps(dict(document.metadata), ensure_ascii=False),
            "file_hash": file_hash,
            "recipe": recipe,
            "state": "current",
            "added_at": _now(),
            "file": file or document.source,
            "superseded_at": "",
            "duplicate_of": None,
            "text_hash": text_hash,
            "sentences_hash": sentences_digest(rows),
        }
        values |= {"seal": seal_of(schema.documents, values), "text": document.text}
        with self._database.connect() as connection:
            columns = schema.documents.c
            is_replaced = (columns.source == document.source) & (columns.state == "damaged")
            connection.execute(delete(schema.documents).where(is_replaced, columns.id != document.id))
            key = _put_row(connection, values)
            if rows:
                names = ("ordinal", "start", "end", "speaker")
                connection.execute(
                    schema.sentences.insert(),
                    [{"document_key": key, **dict(zip(names, row, strict=True))} for row in rows],
                )
            if utterances is not None:
                put_utterances(connection, key, text_hash, utterances)
            return put_passages(connection, key, passages, document.text, text_hash, rows)

    def supersede(self, document_id: str) -> list[int]:
        """Keep the document's text but let nothing find it; the ids of the passages it had."""
        with self._database.connect() as connection:
            key = connection.scalar(select(schema.documents.c.key).where(schema.documents.c.id == document_id))
            passage_ids = _delete_derived(connection, [] if key is None else [key])
            is_it = schema.documents.c.key == key
            change_sealed(
                connection, schema.documents, is_it, state="superseded", superseded_at=_now(), duplicate_of=None
            )
        return passage_ids

    def set_aside(self, document_id: str) -> None:
        """Say of a superseded document that its text is damaged: only its file can bring it back."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            connection.execute(update(schema.documents).where(columns.id == document_id).values(state="damaged"))

    def set_file_hash(self, file: str, file_hash: str) -> None:
        """Say of all current documents of `file` that they were read from these bytes."""
        columns = schema.documents.c
        with self._database.connect() as connection:
            are_its = (columns.file == file) & (columns.state == "current")
            change_sealed(connection, schema.documents, are_its, file_hash=file_hash)

    def move(self, file: str, new_file: str) -> None:
        """Give all that was read from `file` its new name, older versions too; ids stay as they are."""

        def title(row: Any) -> str:
            is_name = row.title == Path(file).name
            return Path(new_file).name if is_name else str(row.title)

        columns = schema.documents.c
        with self._database.connect() as connection:
            sources = connection.scalars(select(columns.source).where(columns.file == file).distinct()).all()
            rename_sources(connection, {source: new_file + source[len(file) :] for source in sources})
            change_sealed(
                connection,
                schema.documents,
                columns.file == file,
                title=title,
                source=lambda row: new_file + str(row.source)[len(file) :],
                file=new_file,
            )

    def remove_sources(self, sources: Sequence[str]) -> list[int]:
        """Delete every version of each of the sources, and the answers that quote one.

        Returns the ids of the passages they had.
        """
        columns = schema.documents.c
        passage_ids: list[int] = []
        removed: set[str] = set()
        with self._database.connect() as connection:
            for source in sources:
                rows = connection.execute(select(columns.key, columns.id).where(columns.source == source)).all()
                keys = [row.key for row in rows]
                passage_ids += _delete_derived(connection, keys)
                connection.execute(delete(schema.documents).where(columns.key.in_(keys)))
                removed.update(row.id for row in rows)
            forget_sources(connection, sources)
            forget_quoting(connection, removed)
        return passage_ids

    def fitting(self, document_ids: AbstractSet[str], where: Filter) -> set[str]:
        """Those of the documents that fit the filter."""
        columns = schema.documents.c
        query = select(columns.id).where(columns.id.in_(document_ids))
        with self._database.connect() as connection:
            return set(connection.scalars(query.where(condition_of(where, connection))))

    def count(self) -> int:
        """How many documents are searched."""
        query = select(func.count()).where(schema.documents.c.state == "current")
        with self._database.connect() as connection:
            return connection.scalar(query) or 0

    def all(self, where: Filter | None = None) -> list[DocumentInfo]:
        """The current documents, by source, without their texts; those that fit the filter, if there is one."""
        columns = schema.documents.c
        counted = select(func.count()).where(schema.sentences.c.document_key == columns.key).scalar_subquery()
        n_characters = func.length(columns.text).label("n_characters")
        query = select(*SEALED_OF_DOCUMENTS, columns.seal, n_characters, counted.label("n_sentences"))
        with self._database.connect() as connection:
            if where is not None:
                query = query.where(condition_of(where, connection))
            rows = connection.execute(query.where(columns.state == "current").order_by(columns.source)).all()
        return [info_of_row(row) for row in rows if is_sound(schema.documents, row)]

    def get(self, document_id: str) -> Document:
        """The document with that id, current or superseded.

        Raises:
            NotFoundError: the store has no such document, or has it no more.
            StoreError: it is damaged.
        """
        row = self._row(document_id)
        if row is None:
            raise NotFoundError(f"no document has the id {document_id!r}: it was removed, or never added")
        if not _is_whole(row):
            raise StoreError(
                f"cannot quote {row.source!r}: what the store has of it is not what was added - `rag add` its file "
                "again, or leave it out with `rag check --repair`"
            )
        return _document(row)

    def find(self, document_id: str) -> Document | None:
        """As `get`; None for one that is not there, or that is damaged."""
        row = self._row(document_id)
        return _document(row) if row is not None and _is_whole(row) else None

    def _row(self, document_id: str) -> Any:
        """Its values by the names of the columns; None where there is none."""
        with self._database.connect() as connection:
            return next(iter(rows_of(connection, _BY_ID, (document_id,))), None)

    def sentences(self, document_id: str) -> list[Sentence]:
        """The sentences of a current document, in reading order; none for a superseded one."""
        query = (
            select(schema.sentences)
            .join(schema.documents)
            .where(schema.documents.c.id == document_id)
            .order_by(schema.sentences.c.ordinal)
        )
        with self._database.connect() as connection:
            return [sentence_record(row, document_id) for row in connection.execute(query)]

    def passage_ids(self, document_id: str) -> list[int]:
        """The ids of the passages of a document, in reading order; none for a copy."""
        columns = schema.passages.c
        query = select(columns.id).join_from(schema.passages, schema.documents)
        with self._database.connect() as connection:
            return list(connection.scalars(query.where(schema.documents.c.id == document_id).order_by(columns.id)))

    def speakers(self, where: Filter | None = None) -> list[str]:
        """Everybody whose words the current documents report, or those that fit, each once, in alphabetical order."""
        speaker = schema.sentences.c.speaker
        query = select(speaker).where(speaker != "")
        with self._database.connect() as connection:
            if where is not None:
                query = query.join_from(schema.sentences, schema.documents).where(condition_of(where, connection))
            return list(connection.scalars(query.distinct().order_by(speaker)))


def info_of_row(row: Any) -> DocumentInfo:
    """What a sound row says of its document, with the numbers of its characters and sentences beside it."""
    return DocumentInfo(
        id=row.id,
        source=row.source,
        title=row.title,
        media_type=row.media_type,
        n_characters=row.n_characters,
        n_sentences=row.n_sentences,
        added_at=row.added_at,
        metadata=json.loads(row.metadata),
    )


def _is_whole(row: Any) -> bool:
    return is_sound(schema.documents, row) and bool(row.text_hash == text_digest(row.text))


def _document(row: Any) -> Document:
    return Document(
        id=row.id,
        source=row.source,
        title=row.title,
        media_type=row.media_type,
        text=row.text,
        metadata=json.loads(row.metadata),
    )


def _put_row(connection: Connection, values: Mapping[str, object]) -> int:
    """The key of the row with these values, new or in the place of an older one with the same id."""
    documents = schema.documents
    key: int | None = connection.scalar(select(documents.c.key).where(documents.c.id == values["id"]))
    if key is None:
        key = connection.execute(documents.insert().values(values).returning(documents.c.key)).scalar_one()
        return int(key)
    connection.execute(update(documents).where(documents.c.key == key).values(values))
    return key


def _is_inside(folder: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a file stands in the folder or in one in it, in two parts that an index can answer."""
    inside = f"{folder.rstrip(os.sep)}{os.sep}"
    after = f"{inside[:-1]}{chr(ord(os.sep) + 1)}"  # the first text after all that begin with `inside`
    return schema.documents.c.file >= inside, schema.documents.c.file < after


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _delete_derived(connection: Connection, document_keys: Sequence[int]) -> list[int]:
    passages = schema.passages
    passage_ids = list(connection.scalars(select(passages.c.id).where(passages.c.document_key.in_(document_keys))))
    connection.execute(delete(passages).where(passages.c.document_key.in_(document_keys)))
    connection.execute(delete(schema.sentences).where(schema.sentences.c.document_key.in_(document_keys)))
    for table in (schema.bands, schema.speeches):
        connection.execute(delete(table).where(table.c.document_key.in_(document_keys)))
    forget_comparisons(connection, document_keys)
    return passage_ids
