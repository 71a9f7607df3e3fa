"""Seals: a hash beside each row of what was written into it, so that damage is seen before anything is quoted.

A text has the hash of itself, and so have the sentences of a document and every vector; the seal of a document is over
all else that is known of it, these hashes among it, and the seal of a passage over its text, its sentences and the hash
of the text that it was cut from. So a passage can be trusted without reading its whole document, and a change of both
together is noticed as well. A seal keeps damage from being taken for truth; it keeps out nobody who can write to the
store and knows how seals are made.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from rag.storage import schema

__all__ = [
    "SEALED_OF_ANSWERS",
    "SEALED_OF_DOCUMENTS",
    "are_numbers",
    "change_sealed",
    "checksum",
    "digest",
    "is_sound",
    "passage_seal",
    "seal_of",
    "sentences_digest",
    "text_digest",
]

_SIZE_BYTES = 16

SEALED_OF_DOCUMENTS = tuple(c for c in schema.documents.c if c.name not in {"key", "text", "seal"})
"""What the seal of a document is over: all but its text, of which it is over the hash."""
SEALED_OF_ANSWERS = tuple(c for c in schema.answers.c if c.name not in {"id", "seal", "owner"})
_SEALED = {"documents": SEALED_OF_DOCUMENTS, "answers": SEALED_OF_ANSWERS}
_SEALED_NAMES = {table: [column.name for column in columns] for table, columns in _SEALED.items()}
_SEALED_VALUES = {table: attrgetter(*names) for table, names in _SEALED_NAMES.items()}


def digest(*values: object) -> bytes:
    """BLAKE2b of the values with their types, 16 bytes: a number is not the text of it, nor two texts their sum.

    values: numbers, texts, bytes, None, and tuples of them, whose `ascii` is the same in every version of Python.
    """
    return blake2b(ascii(values).encode(), digest_size=_SIZE_BYTES).digest()


def text_digest(text: object) -> bytes:
    """As `digest` of a whole text, which may be long, in a sixth of the time; of what is no text, another one."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else digest(text)
    return blake2b(content, digest_size=_SIZE_BYTES, person=b"text").digest()


def sentences_digest(rows: Iterable[Sequence[object]]) -> bytes:
    """Of sentences in reading order: ordinal, start, end and speaker of each."""
    return digest(*map(tuple, rows))


def passage_seal(passage: Any, text_hash: bytes, sentences: Iterable[Sequence[object]]) -> bytes:
    """The seal of a row of the table of passages.

    text_hash: of its document's text. sentences: those in it, as `sentences_digest` takes them.
    """
    own = (passage.first_sentence, passage.last_sentence, passage.start, passage.end, passage.embedding_hash)
    return digest(text_hash, *own, passage.text, sentences_digest(sentences))


def checksum(vectors: object) -> int:
    """CRC-32 of vectors as they are stored, -1 of what is none: there are gigabytes, and nothing is quoted from one."""
    return zlib.crc32(vectors) if isinstance(vectors, bytes) else -1


def are_numbers(vectors: object) -> bool:
    """Whether vectors as they are stored are float32 without NaN and infinity."""
    if not isinstance(vectors, bytes) or len(vectors) % 4:
        return False
    return bool(np.isfinite(np.frombuffer(vectors, dtype="<f4")).all())


def seal_of(table: Table, values: Mapping[str, Any]) -> bytes:
    """The seal of a row of documents or answers with these values, by the names of the columns."""
    return digest(*(values[name] for name in _SEALED_NAMES[table.name]))


def is_sound(table: Table, row: Any) -> bool:
    """Whether a row of documents or answers holds what was written; of a document the text is not looked at."""
    return bool(row.seal == digest(*_SEALED_VALUES[table.name](row)))


def change_sealed(connection: Connection, table: Table, condition: ColumnElement[bool], **values: object) -> int:
    """Change rows of documents or answers, and seal them anew; how many those are.

    Values are what the columns get, or functions that make it of the row. A row that is not sound gets no seal:
    nothing but its whole content makes a damaged row sound.
    """
    key = table.primary_key.columns[0]
    changes = []
    for row in connection.execute(select(key, table.c.seal, *_SEALED[table.name]).where(condition)).all():
        new = {name: value(row) if callable(value) else value for name, value in values.items()}
        seal = seal_of(table, {**row._mapping, **new}) if is_sound(table, row) else b""
        changes.append({"changed": row[0], **new, "seal": seal})
    if changes:
        connection.execute(update(table).where(key == bindparam("changed")), changes)
    return len(changes)
