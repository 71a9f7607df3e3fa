"""Proof that a store is sound: every rule that its readers rely on, checked against the rows themselves."""

from __future__ import annotations

from sqlalchemy import text

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
    "{source!r} has two current versions": """
        SELECT source FROM documents WHERE state = 'current' GROUP BY source HAVING count(*) > 1""",
    "{source!r} is superseded, but can be found": """
        SELECT source FROM documents WHERE state != 'current' AND key IN (SELECT document_key FROM passages)""",
}


def problems(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; none when every text, span, passage and vector is sound."""
    with store.connect() as connection:
        damages = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        found = [f"the database is damaged: {damage}" for damage in damages if damage != "ok"]
        for message, query in _CHECKS.items():
            found += [message.format(**row) for row in connection.execute(text(query)).mappings()]
    return found
