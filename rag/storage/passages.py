"""The passages of a store, the vectors of what is in them, and what stands above a document's text.

A passage of a news item seldom repeats its title, outlet or date, and questions often name them. The line with them is
only given to indexes; it is part of no passage and no quote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

import numpy as np
from sqlalchemy import Connection, ScalarSelect, delete, func, select

from rag.protocols import FloatArray, IdArray
from rag.storage import schema
from rag.storage.conditions import condition_of
from rag.storage.engines.database import Database
from rag.storage.engines.sql import add_new, for_each_engine, rows_of
from rag.storage.filters import Filter
from rag.storage.sealing import SEALED_OF_DOCUMENTS, checksum, is_sound, passage_seal
from rag.types import NO_METADATA, Passage, Sentence, Span

__all__ = [
    "LoadedPassages",
    "NewPassage",
    "PassageTexts",
    "Passages",
    "StoredPassage",
    "heading_of",
    "put_passages",
    "sentence_record",
]

Value = TypeVar("Value")

N_HEADING_CHARACTERS = 400
_BATCH = 500  # SQLite takes at most 32,766 values in one statement; this also bounds memory

# What every question reads, as text: to compose these and to bind each id by itself took longer than to run them.
_VECTORS = for_each_engine(
    "SELECT passages.id, substr(vectors, 1, :size) AS vector FROM {numbers} CROSS JOIN passages"
    " JOIN embeddings ON hash = embedding_hash AND embedder_key ="
    " (SELECT embedders.key FROM embedders JOIN store ON embedders.id = embedder_id)"
    " WHERE passages.id = value ORDER BY passages.id"
)
_PASSAGES = for_each_engine(
    'SELECT passages.id, first_sentence, last_sentence, start, "end", passages.text,'
    " embedding_hash, passages.seal, document_key, vectors, checksum FROM {numbers} CROSS JOIN passages"
    " JOIN embeddings ON hash = embedding_hash"
    " AND embedder_key = (SELECT embedders.key FROM embedders JOIN store ON embedders.id = embedder_id)"
    " WHERE passages.id = value"
)
_DOCUMENTS = for_each_engine(
    f"SELECT key, seal, {', '.join(column.name for column in SEALED_OF_DOCUMENTS)} FROM documents WHERE key IN"  # noqa: S608 - names of columns
    " (SELECT document_key FROM {numbers} CROSS JOIN passages WHERE passages.id = value)"
)
_SENTENCES = for_each_engine(
    'SELECT passages.id AS passage_id, ordinal, sentences.start, sentences."end", speaker FROM {numbers}'
    " CROSS JOIN passages JOIN sentences ON sentences.document_key = passages.document_key"
    " AND ordinal BETWEEN first_sentence AND last_sentence WHERE passages.id = value ORDER BY passages.id, ordinal"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with all that ranking its sentences needs.

    sentences: those of the passage, in reading order; their spans are positions in the document.
    vectors: float32 (len(sentences), dim), rows of length 1, row i belongs to sentences[i].
    heading: what stands above the document's text: title, publisher, author and date, as far as they are known.
    """

    passage: Passage
    source: str
    title: str
    published: str
    text: str
    sentences: tuple[Sentence, ...]
    vectors: FloatArray
    heading: str = ""

    def quote(self, sentence: Sentence) -> str:
        """The text of one of the passage's sentences."""
        offset = self.passage.span.start
        return self.text[sentence.span.start - offset : sentence.span.end - offset]


class NewPassage(NamedTuple):
    """A passage before storage has given it an id.

    sentence_spans: the spans of its sentences, relative to the start of its own.
    embedding_hash: names what is embedded, the passage's text and its sentence spans, in 32 bytes.
    prefix: what the embedder reads before the text, and what is in no span.
    """

    first_sentence: int
    last_sentence: int
    span: Span
    sentence_spans: list[Span]
    embedding_hash: bytes
    prefix: str = ""

    def as_embedded(self, document_text: str) -> tuple[str, list[Span]]:
        """What the embedder reads, and the spans of the sentences in that."""
        n = len(self.prefix)
        shifted = [Span(start=span.start + n, end=span.end + n) for span in self.sentence_spans]
        return self.prefix + self.span.slice(document_text), shifted


class LoadedPassages(NamedTuple):
    """Passages, and the sources of those that were left out because what is stored of them is damaged."""

    passages: list[StoredPassage]
    damaged: tuple[str, ...]


class PassageTexts(NamedTuple):
    """Passages by id, with what stands in each and above it."""

    ids: list[int]
    texts: list[str]
    headings: list[str]


class Passages:
    """Reads of passages, reads and writes of vectors. Writes happen inside `Store.begin`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self, *, after: int = -1) -> list[int]:
        """The ids of all passages that can be found, ascending; only those greater than `after`."""
        column = schema.passages.c.id
        with self._database.connect() as connection:
            if after >= 0:
                return list(connection.scalars(select(column).where(column > after).order_by(column)))
            # Sorted here: SQLite would read the whole table to give them in order, but reads a small index without.
            return sorted(connection.scalars(select(column)))

    def ids_where(self, filter_: Filter) -> IdArray:
        """int64 (n,), ascending: the ids of the passages of current documents that fit the filter.

        Who must speak in a document that fits has to in the passage. Where a copy fits, the passages are its own and
        those of the document that it is a copy of.
        """
        documents, key = schema.documents.c, schema.passages.c.document_key
        is_current = documents.state == "current"
        own = select(schema.passages.c.id).join_from(schema.passages, schema.documents, documents.key == key)
        with self._database.connect() as connection:
            fits = is_current & condition_of(filter_, connection)
            originals = select(documents.duplicate_of).where(fits, documents.duplicate_of.is_not(None))
            query = own.where(is_current & condition_of(filter_, connection, of_passage=True)).union(
                select(schema.passages.c.id).where(key.in_(originals))
            )
            return np.sort(np.fromiter(connection.scalars(query), dtype=np.int64))

    def count(self) -> int:
        """How many passages can be found."""
        with self._database.connect() as connection:
            return connection.scalar(select(func.count()).select_from(schema.passages)) or 0

    def texts(self, passage_ids: Sequence[int]) -> Iterator[PassageTexts]:
        """Ids, texts and headings of the passages, a batch at a time."""
        columns, documents = schema.passages.c, schema.documents.c
        for batch in _batches(passage_ids):
            query = (
                select(columns.id, columns.text, documents.title, documents.metadata, documents.source)
                .join_from(schema.passages, schema.documents)
                .where(columns.id.in_(batch))
                .order_by(columns.id)
            )
            with self._database.connect() as connection:  # closed before the caller goes on, who may not come back
                rows = connection.execute(query).all()
            headings = [heading_of(str(row.title), _said(row.metadata), source=str(row.source)) for row in rows]
            yield PassageTexts([row.id for row in rows], [row.text for row in rows], headings)

    def vectors(self, passage_ids: Sequence[int], dim: int) -> Iterator[tuple[list[int], FloatArray]]:
        """Ids and vectors, float32 (n, dim), of the passages, a batch at a time."""
        for batch in _batches(passage_ids):
            with self._database.connect() as connection:
                rows = rows_of(connection, _VECTORS, {"ids": json.dumps(list(batch)), "size": 4 * dim})
            vectors = np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f4").reshape(-1, dim)
            yield [id_ for id_, _ in rows], vectors.astype(np.float32)

    def load(self, passage_ids: Sequence[int], dim: int) -> LoadedPassages:
        """The passages with their sentences and the sentences' vectors, in the order asked for.

        An id that is not there any more is left out: another process may have removed it a moment ago. So is what is
        not what was stored.
        """
        found: dict[int, StoredPassage] = {}
        damaged: set[str] = set()
        if not passage_ids:
            return LoadedPassages([], ())
        with self._database.connect() as connection:
            for batch in _batches(passage_ids):
                ids = {"ids": json.dumps(list(batch))}
                documents = {row.key: _Loaded.of(row) for row in rows_of(connection, _DOCUMENTS, ids)}
                by_passage: dict[int, list[_SentenceRow]] = {}
                for passage_id, *sentence in rows_of(connection, _SENTENCES, ids):
                    by_passage.setdefault(passage_id, []).append(_SentenceRow(*sentence))
                for row in rows_of(connection, _PASSAGES, ids):
                    document, sentences = documents[row.document_key], by_passage.get(row.id, [])
                    is_whole = document.is_sound and _is_as_stored(row, document.row.text_hash, sentences)
                    if is_whole and len(row.vectors) == 4 * dim * (1 + len(sentences)):
                        found[row.id] = _stored_passage(row, document, sentences, dim)
                    else:
                        damaged.add(str(document.row.source))
        passages = [found[passage_id] for passage_id in passage_ids if passage_id in found]
        return LoadedPassages(passages, tuple(sorted(damaged)))

    def known_vectors(self, hashes: Sequence[bytes], embedder_id: str) -> set[bytes]:
        """Those of `hashes` whose vectors are stored already."""
        columns = schema.embeddings.c
        known: set[bytes] = set()
        with self._database.connect() as connection:
            for batch in _batches(hashes):
                known.update(
                    connection.scalars(
                        select(columns.hash).where(
                            columns.hash.in_(batch), columns.embedder_key == _embedder_key(embedder_id)
                        )
                    )
                )
        return known

    def put_vectors(self, vectors_by_hash: Mapping[bytes, FloatArray], embedder_id: str) -> None:
        """Store vectors; each float32 (1 + number of sentences, dim), the passage's row first."""
        if not vectors_by_hash:
            return
        with self._database.connect() as connection:
            key = connection.scalar(select(schema.embedders.c.key).where(schema.embedders.c.id == embedder_id))
            if key is None:
                dim = next(iter(vectors_by_hash.values())).shape[1]
                insert = schema.embedders.insert().returning(schema.embedders.c.key).values(id=embedder_id, dim=dim)
                key = connection.execute(insert).scalar_one()
            add_new(
                connection,
                schema.embeddings,
                [
                    {"embedder_key": key, "hash": hash_, "vectors": stored, "checksum": checksum(stored)}
                    for hash_, vectors in vectors_by_hash.items()
                    for stored in [vectors.astype("<f4").tobytes()]
                ],
            )

    def delete_vectors(self) -> None:
        """Delete all vectors: whoever calls it makes new ones in the same transaction."""
        with self._database.connect() as connection:
            connection.execute(delete(schema.embeddings))

    def delete_unused_vectors(self) -> None:
        """Delete the vectors of texts that no passage has any more.

        The database's triggers note which these may be, so that nothing else has to be looked at.
        """
        loose, passages, embeddings = schema.loose_vectors, schema.passages, schema.embeddings
        with self._database.connect() as connection:
            is_used = select(passages.c.id).where(passages.c.embedding_hash == loose.c.hash).exists()
            unused = select(loose.c.hash).where(~is_used)
            connection.execute(delete(embeddings).where(embeddings.c.hash.in_(unused)))
            connection.execute(delete(loose))


def _said(metadata: object) -> dict[str, str]:
    """What is known of a document, whose row may be damaged: a heading is only searched."""
    try:
        found = json.loads(str(metadata))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


class _SentenceRow(NamedTuple):
    """What a passage's seal is over, of each of its sentences."""

    ordinal: int
    start: int
    end: int
    speaker: str


class _Loaded(NamedTuple):
    """What all passages of a document share, made once: `said` and `heading` only of one that is what was stored."""

    row: Any
    is_sound: bool
    said: Mapping[str, str]
    heading: str

    @classmethod
    def of(cls, row: Any) -> _Loaded:
        if not is_sound(schema.documents, row):
            return cls(row, False, NO_METADATA, "")
        said = json.loads(row.metadata)
        return cls(row, True, said, heading_of(row.title, said, source=row.source))


def _is_as_stored(row: Any, text_hash: bytes, sentences: Sequence[_SentenceRow]) -> bool:
    return bool(row.seal == passage_seal(row, text_hash, sentences) and checksum(row.vectors) == row.checksum)


def _stored_passage(row: Any, document: _Loaded, sentences: Sequence[_SentenceRow], dim: int) -> StoredPassage:
    document_id = document.row.id
    return StoredPassage(
        passage=Passage(
            id=row.id,
            document_id=document_id,
            first_sentence=row.first_sentence,
            last_sentence=row.last_sentence,
            span=Span(start=row.start, end=row.end),
        ),
        source=document.row.source,
        title=document.row.title,
        published=document.said.get("published", ""),
        text=row.text,
        sentences=tuple(sentence_record(sentence, document_id) for sentence in sentences),
        vectors=np.frombuffer(row.vectors, dtype="<f4").reshape(-1, dim)[1:].astype(np.float32),
        heading=document.heading,
    )


def put_passages(
    connection: Connection,
    document_key: int,
    passages: Sequence[NewPassage],
    text: str,
    text_hash: bytes,
    sentences: Sequence[Sequence[object]],
) -> list[int]:
    """Store the passages of a document; their ids, in their order: ids only grow.

    text_hash: of the document's text. sentences: all of the document's, as `sentences_digest` takes them.
    """
    rows = []
    for passage in passages:
        values = {
            "document_key": document_key,
            "first_sentence": passage.first_sentence,
            "last_sentence": passage.last_sentence,
            "start": passage.span.start,
            "end": passage.span.end,
            "text": passage.span.slice(text),
            "embedding_hash": passage.embedding_hash,
        }
        its = sentences[passage.first_sentence : passage.last_sentence + 1]
        rows.append(values | {"seal": passage_seal(SimpleNamespace(**values), text_hash, its)})
    if not rows:
        return []
    insert = schema.passages.insert().returning(schema.passages.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(insert, rows))


def sentence_record(row: Any, document_id: str) -> Sentence:
    """The record of a row of the table of sentences."""
    return Sentence(
        document_id=document_id,
        ordinal=row.ordinal,
        span=Span(start=row.start, end=row.end),
        speaker=row.speaker,
    )


def _batches(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _embedder_key(embedder_id: str) -> ScalarSelect[int]:
    return select(schema.embedders.c.key).where(schema.embedders.c.id == embedder_id).scalar_subquery()


def heading_of(title: str, metadata: Mapping[str, str], *, source: str) -> str:
    """Title, publisher, author and date with full stops between them; what is not known is left out.

    source: of the document. A title that is only the name of its file says nothing, and may change with it.

    >>> heading_of("A deal in Jeddah", {"publisher": "The Verge", "published": "2025-03-12"}, source="/news/1.html")
    'A deal in Jeddah. The Verge. 12 March 2025'
    >>> heading_of("1.html", {}, source="/news/1.html")
    ''
    """
    file = source.partition("#")[0]
    is_file_name = file == title or file.endswith((f"/{title}", f"\\{title}"))
    parts = (
        "" if is_file_name else title,
        metadata.get("publisher", ""),
        metadata.get("author", ""),
        _in_words(metadata.get("published", "")),
    )
    return ". ".join(filter(None, (part.strip(" .") for part in parts)))[:N_HEADING_CHARACTERS]


def _in_words(published: str) -> str:
    """An ISO 8601 date as people ask for it; as it is when it is none."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
