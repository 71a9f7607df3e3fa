"""Who says what in the documents of a store: rows that follow from the texts, bound to them as all that is derived is.

Each document that was read has one row of `speeches`, whose seal is over the hash of its text and all its utterances;
one without, or whose seal does not fit, is read when somebody next asks (see `rag.newsroom.quotes`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from rag.storage import schema
from rag.storage.conditions import condition_of
from rag.storage.engines.database import Database
from rag.storage.engines.sql import listed
from rag.storage.filters import Filter
from rag.storage.sealing import digest
from rag.types import SourceKind, Span, Speech, Stance, Utterance

__all__ = ["SPEECH_VERSION", "DocumentUtterances", "SpeakerRow", "Utterances", "put_utterances", "unsound_speeches"]

SPEECH_VERSION = 2
"""Raised when attribution changes what is stored, so that texts are read anew."""

_COLUMNS = ("ordinal", "spans", "quoted", "speech", "stance", "cue", "source", "speaker", "source_kind")


class DocumentUtterances(NamedTuple):
    """What is said in a document; `is_sound` when that is what was stored for its text."""

    document_id: str
    is_sound: bool
    utterances: tuple[Utterance, ...]


class SpeakerRow(NamedTuple):
    """How often a document quotes a speaker."""

    speaker: str
    kind: SourceKind
    document_id: str
    n_quotes: int


class Utterances:
    """Reads and writes of utterances. Writes happen inside `Store.begin`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, document_id: str, utterances: Sequence[Utterance]) -> None:
        """Store what is said in a document, in the place of what was stored of it."""
        documents = schema.documents.c
        with self._database.connect() as connection:
            row = connection.execute(
                select(documents.key, documents.text_hash).where(documents.id == document_id)
            ).one_or_none()
            if row is not None:
                put_utterances(connection, row.key, row.text_hash, utterances)

    def clear(self) -> None:
        """Forget all of them: each text is read anew when somebody asks."""
        with self._database.connect() as connection:
            connection.execute(delete(schema.speeches))

    def unread(self) -> list[str]:
        """Ids of the current documents of which nothing is stored, or what an older version made of them."""
        documents, speeches = schema.documents.c, schema.speeches.c
        known = select(speeches.document_key).where(speeches.version == SPEECH_VERSION)
        query = select(documents.id).where(documents.state == "current", documents.key.not_in(known))
        with self._database.connect() as connection:
            return list(connection.scalars(query.order_by(documents.source)))

    def speakers(self, where: Filter | None = None) -> list[SpeakerRow]:
        """Who is quoted in the current documents that fit, with the number of quotations in each."""
        documents, utterances = schema.documents.c, schema.utterances.c
        query = (
            select(utterances.speaker, utterances.source_kind, documents.id, func.count())
            .join_from(schema.utterances, schema.documents, utterances.document_key == documents.key)
            .group_by(utterances.speaker, utterances.source_kind, documents.id)
        )
        with self._database.connect() as connection:
            return [
                SpeakerRow(str(speaker), _kind(kind), document_id, n)
                for speaker, kind, document_id, n in connection.execute(query.where(_fits(where, connection)))
            ]

    def names(self) -> list[str]:
        """Everybody who is quoted, each once, in alphabetical order."""
        speaker = schema.utterances.c.speaker
        with self._database.connect() as connection:
            return list(connection.scalars(select(speaker).where(speaker != "").distinct().order_by(speaker)))

    def with_speakers(self, speakers: Collection[str], where: Filter | None = None) -> list[DocumentUtterances]:
        """All utterances of the current documents that fit and quote one of the speakers; seals are proved."""
        documents, utterances = schema.documents.c, schema.utterances.c
        asked = json.dumps(sorted(speakers))
        named = select(listed(asked).table_valued("value").c.value)
        quoting = select(utterances.document_key).where(utterances.speaker.in_(named))
        query = select(documents.key, documents.id, documents.text_hash).where(documents.key.in_(quoting))
        with self._database.connect() as connection:
            rows = connection.execute(query.where(_fits(where, connection)).order_by(documents.source)).all()
            return [_read(connection, row) for row in rows]


def put_utterances(
    connection: Connection, document_key: int, text_hash: bytes, utterances: Sequence[Utterance]
) -> None:
    """Write the rows of a document; inside a transaction."""
    connection.execute(delete(schema.speeches).where(schema.speeches.c.document_key == document_key))
    rows = [_row(ordinal, utterance) for ordinal, utterance in enumerate(utterances)]
    seal = _seal(text_hash, SPEECH_VERSION, rows)
    connection.execute(schema.speeches.insert().values(document_key=document_key, version=SPEECH_VERSION, seal=seal))
    if rows:
        connection.execute(
            schema.utterances.insert(),
            [{"document_key": document_key, **dict(zip(_COLUMNS, row, strict=True))} for row in rows],
        )


def unsound_speeches(connection: Connection) -> Iterator[str]:
    """Sources of current documents whose stored utterances are not what was stored for their text."""
    documents, speeches = schema.documents.c, schema.speeches.c
    query = (
        select(documents.key, documents.id, documents.text_hash, documents.source)
        .join_from(schema.speeches, schema.documents, speeches.document_key == documents.key)
        .where(documents.state == "current", speeches.version == SPEECH_VERSION)
        .order_by(documents.source)
    )
    for row in connection.execute(query).all():
        if not _read(connection, row).is_sound:
            yield str(row.source)


def _fits(where: Filter | None, connection: Connection) -> ColumnElement[bool]:
    is_current = schema.documents.c.state == "current"
    return is_current if where is None else and_(is_current, condition_of(where, connection))


def _read(connection: Connection, document: Any) -> DocumentUtterances:
    utterances, speeches = schema.utterances.c, schema.speeches.c
    query = select(*(utterances[name] for name in _COLUMNS)).where(utterances.document_key == document.key)
    rows = [tuple(row) for row in connection.execute(query.order_by(utterances.ordinal))]
    speech = connection.execute(select(schema.speeches).where(speeches.document_key == document.key)).one_or_none()
    is_sound = speech is not None and speech.seal == _seal(document.text_hash, speech.version, rows)
    return DocumentUtterances(document.id, is_sound, tuple(map(_utterance, rows)) if is_sound else ())


def _seal(text_hash: bytes, version: int, rows: Sequence[tuple[object, ...]]) -> bytes:
    return digest(text_hash, version, *rows)


def _row(ordinal: int, utterance: Utterance) -> tuple[object, ...]:
    return (
        ordinal,
        _written(utterance.spans),
        _written(utterance.quoted),
        utterance.speech.value,
        utterance.stance.value,
        _written(() if utterance.cue is None else (utterance.cue,)),
        _written(() if utterance.source is None else (utterance.source,)),
        utterance.speaker,
        utterance.source_kind.value,
    )


def _utterance(row: tuple[Any, ...]) -> Utterance:
    _, spans, quoted, speech, stance, cue, source, speaker, kind = row
    return Utterance(
        spans=_spans(spans),
        quoted=_spans(quoted),
        speech=Speech(speech),
        stance=Stance(stance),
        cue=next(iter(_spans(cue)), None),
        source=next(iter(_spans(source)), None),
        speaker=speaker,
        source_kind=SourceKind(kind),
    )


def _written(spans: Sequence[Span]) -> str:
    """ "4-9,12-20", as the column has it."""
    return ",".join(f"{span.start}-{span.end}" for span in spans)


def _spans(written: str) -> tuple[Span, ...]:
    pairs = (part.split("-") for part in written.split(",") if part)
    return tuple(Span(start=int(start), end=int(end)) for start, end in pairs)


def _kind(value: str) -> SourceKind:
    return SourceKind(value) if value in SourceKind._value2member_map_ else SourceKind.UNRESOLVED
