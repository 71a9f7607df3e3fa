"""Proof that a store is sound: every rule that its readers rely on, checked against the rows themselves."""

from __future__ import annotations

from sqlalchemy import text

from rag.errors import StoreError
from rag.storage.store import Store

__all__ = ["problems"]

_CHECKS = {
    "sentence {ordinal} of {source!r} is empty, or ends outside its text": """
        SELECT ordinal, source FROM sentences JOIN documents ON documents.key = document_key
        WHERE start >= "end" OR "end" > length(documents.text)""",
    "passage {id} of {source!r} is not the slice of its text that it says it is": """
        SELECT passages.id, source FROM passages JOIN documents ON documents.key = document_key
        WHERE passages.text IS NOT substr(documents.text, start + 1, "end" - start)""",
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
    "{source!r} is superseded, but can be found": """
        SELECT source FROM documents WHERE state != 'current' AND key IN (SELECT document_key FROM passages)""",
}


def problems(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; none when every text, span, passage and vector is sound."""
    try:
        with store.connect() as connection:
            damages = list(connection.exec_driver_sql("PRAGMA integrity_check").scalars())
            found = [
                message.format(**row)
                for message, query in _CHECKS.items()
                for row in connection.execute(text(query)).mappings()
            ]
    except StoreError as error:  # so damaged that not even its rows can be read
        return [str(error)]
    return [f"the database is damaged: {damage}" for damage in damages if damage != "ok"] + found
