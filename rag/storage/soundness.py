"""Proof that a store is sound: every rule that its readers rely on, checked against the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, text

from rag.errors import StoreError
from rag.storage import schema
from rag.storage.store import Store

__all__ = ["problems"]

_CHECKS = {
    "sentence {ordinal} of {source!r} is empty, or ends outside its text": """
        WITH lengths AS MATERIALIZED (SELECT key, source, length(text) AS n_characters FROM documents)
        SELECT ordinal, source FROM sentences JOIN lengths ON lengths.key = document_key
        WHERE start >= "end" OR "end" > n_characters""",
    "passage {id} has no vectors of the store's embedder": """
        SELECT id FROM passages WHERE NOT EXISTS (
            SELECT 1 FROM embeddings JOIN embedders ON embedders.key = embedder_key
            WHERE hash = embedding_hash AND embedders.id = (SELECT embedder_id FROM store))""",
    "the vectors of passage {id} are not one for itself and one for each of its sentences": """
        SELECT passages.id FROM passages JOIN embeddings ON hash = embedding_hash
        JOIN embedders ON embedders.key = embedder_key
        WHERE length(vectors) != 4 * dim * (2 + last_sentence - first_sentence)""",
    "passage {id} of {source!r} does not begin and end where its sentences do": """
        SELECT passages.id, source FROM passages JOIN documents ON documents.key = document_key
        WHERE passages.start IS NOT (SELECT start FROM sentences
            WHERE sentences.document_key = documents.key AND ordinal = first_sentence)
        OR passages."end" IS NOT (SELECT "end" FROM sentences
            WHERE sentences.document_key = documents.key AND ordinal = last_sentence)""",
    "{source!r} has two current versions": """
        SELECT source FROM documents WHERE state = 'current' GROUP BY source HAVING count(*) > 1""",
    "{source!r} is a copy of a document that is not searched, or is a copy itself": """
        SELECT copies.source FROM documents AS copies WHERE copies.state = 'current' AND duplicate_of IS NOT NULL
        AND duplicate_of NOT IN (SELECT key FROM documents WHERE state = 'current' AND duplicate_of IS NULL)""",
    "{source!r} cannot be found: it has no sentences, or no passages": """
        SELECT source FROM documents WHERE state = 'current' AND (
            key NOT IN (SELECT document_key FROM sentences)
            OR duplicate_of IS NULL AND key NOT IN (SELECT document_key FROM passages))""",
    "{source!r} is superseded, but can be found": """
        SELECT source FROM documents WHERE state != 'current' AND key IN (SELECT document_key FROM passages)""",
}

_TEXTS = (schema.documents.c.key, schema.documents.c.source, schema.documents.c.text)


def problems(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; none when every text, span, passage and vector is sound."""
    try:
        with store.connect() as connection:
            found = [
                f"the database is damaged: {damage}"
                for damage in connection.exec_driver_sql("PRAGMA integrity_check").scalars()
                if damage != "ok"
            ]
            found += [
                f"a row of the table {row.table!r} belongs to no row of {row.parent!r}"
                for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
            ]
            for message, query in _CHECKS.items():
                found += [message.format(**row) for row in connection.execute(text(query)).mappings()]
            return found + list(_wrong_passages(connection))
    except StoreError as error:  # so damaged that not even its rows can be read
        return [str(error)]


def _wrong_passages(connection: Connection) -> Iterator[str]:
    """Passages with another text than their document has there.

    Sliced here, because SQLite counts from the start of a text for every slice, which takes minutes for a long one.
    """
    columns = schema.passages.c
    for key, source, whole in connection.execute(select(*_TEXTS).where(schema.documents.c.state == "current")):
        query = select(columns.id, columns.start, columns.end, columns.text).where(columns.document_key == key)
        for row in connection.execute(query.order_by(columns.id)):
            if row.text != whole[row.start : row.end]:
                yield f"passage {row.id} of {source!r} is not the slice of its text that it says it is"
