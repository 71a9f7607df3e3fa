"""What can be mended in a store by itself: whatever follows from its texts."""

from __future__ import annotations

from sqlalchemy import delete, func, select, text, update

from rag.storage import schema
from rag.storage.store import Store

__all__ = ["damaged_documents", "delete_dangling"]

_DAMAGED = (
    # sentences outside of the text
    """WITH lengths AS MATERIALIZED (SELECT key, id, length(text) AS n_characters FROM documents)
    SELECT DISTINCT id FROM sentences JOIN lengths ON lengths.key = document_key
    WHERE start >= "end" OR "end" > n_characters""",
    # passages without vectors, or with too few
    """SELECT DISTINCT documents.id FROM passages JOIN documents ON documents.key = document_key WHERE NOT EXISTS (
        SELECT 1 FROM embeddings JOIN embedders ON embedders.key = embedder_key
        WHERE hash = embedding_hash AND embedders.id = (SELECT embedder_id FROM store)
        AND length(vectors) = 4 * dim * (2 + last_sentence - first_sentence))""",
    # passages that do not begin and end where their sentences do
    """SELECT DISTINCT documents.id FROM passages JOIN documents ON documents.key = document_key
    WHERE passages.start IS NOT (SELECT start FROM sentences
        WHERE sentences.document_key = documents.key AND ordinal = first_sentence)
    OR passages."end" IS NOT (SELECT "end" FROM sentences
        WHERE sentences.document_key = documents.key AND ordinal = last_sentence)""",
    # current documents without any sentence, or, for originals, without any passage
    """SELECT id FROM documents WHERE state = 'current' AND key NOT IN (SELECT document_key FROM sentences)""",
    """SELECT id FROM documents WHERE state = 'current' AND duplicate_of IS NULL
    AND key NOT IN (SELECT document_key FROM passages)""",
)


def delete_dangling(store: Store) -> None:
    """Delete what belongs to no document or must not be found, and wrong vectors; inside a transaction."""
    documents = schema.documents.c
    there = select(documents.key)
    searched = there.where(documents.state == "current")
    original = schema.documents.alias()
    with store.connect() as connection:
        for table in (schema.passages, schema.sentences, schema.bands):
            connection.execute(delete(table).where(table.c.document_key.not_in(searched)))
        lost = (
            ~select(original.c.key)
            .where(
                original.c.key == documents.duplicate_of,
                original.c.state == "current",
                original.c.duplicate_of.is_(None),
            )
            .exists()
        )
        connection.execute(
            update(schema.documents).where(documents.duplicate_of.is_not(None), lost).values(duplicate_of=None)
        )
        dim = select(schema.embedders.c.dim).where(schema.embedders.c.key == schema.embeddings.c.embedder_key)
        size = func.length(schema.embeddings.c.vectors)
        connection.execute(delete(schema.embeddings).where(size % (4 * dim.scalar_subquery()) != 0))


def damaged_documents(store: Store) -> list[str]:
    """Ids of current documents whose sentences, passages or vectors are not what their texts and the rules say."""
    with store.connect() as connection:
        found = {document_id for query in _DAMAGED for document_id in connection.scalars(text(query))}
        passages, documents = schema.passages.c, schema.documents.c
        for key, document_id, whole in connection.execute(
            select(documents.key, documents.id, documents.text).where(documents.state == "current")
        ):
            query = select(passages.start, passages.end, passages.text).where(passages.document_key == key)
            if any(row.text != whole[row.start : row.end] for row in connection.execute(query)):
                found.add(document_id)
    return sorted(found)
