"""Upkeep of a store: what is sound in it, what can be mended from its texts, and older versions that nobody needs.

Every rule that readers of the store rely on is checked against the rows themselves, and every row against its seal.
What follows from the texts can be made anew; the texts are the truth, and a damaged one can only be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update

from rag.errors import StoreError
from rag.storage import schema
from rag.storage.answers import forget_quoting, quoted_documents
from rag.storage.notebooks import forget_lost
from rag.storage.sealing import (
    SEALED_OF_DOCUMENTS,
    are_numbers,
    change_sealed,
    checksum,
    is_sound,
    passage_seal,
    seal_of,
    sentences_digest,
    text_digest,
)
from rag.storage.store import Store
from rag.storage.utterances import unsound_speeches
from rag.types import PruneReport

__all__ = ["damaged_documents", "damaged_texts", "delete_dangling", "problems", "prune", "restore_states"]

_AT_A_TIME = 500

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
    WHERE NOT EXISTS (SELECT 1 FROM sentences WHERE sentences.document_key = documents.key
        AND ordinal = first_sentence AND sentences.start = passages.start)
    OR NOT EXISTS (SELECT 1 FROM sentences WHERE sentences.document_key = documents.key
        AND ordinal = last_sentence AND sentences."end" = passages."end")""",
    # current documents without any sentence, or, for originals, without any passage
    """SELECT id FROM documents WHERE state = 'current' AND key NOT IN (SELECT document_key FROM sentences)""",
    """SELECT id FROM documents WHERE state = 'current' AND duplicate_of IS NULL
    AND key NOT IN (SELECT document_key FROM passages)""",
)


def delete_dangling(store: Store) -> None:
    """Delete what belongs to no document or must not be found, and damaged vectors; inside a transaction."""
    documents = schema.documents.c
    there = select(documents.key)
    searched = there.where(documents.state == "current")
    original = schema.documents.alias()
    with store.connect() as connection:
        for table in (schema.passages, schema.sentences, schema.bands, schema.speeches):
            connection.execute(delete(table).where(table.c.document_key.not_in(searched)))
        forget_lost(connection)
        lost = (
            ~select(original.c.key)
            .where(
                original.c.key == documents.duplicate_of,
                original.c.state == "current",
                original.c.duplicate_of.is_(None),
            )
            .exists()
        )
        change_sealed(connection, schema.documents, documents.duplicate_of.is_not(None) & lost, duplicate_of=None)
        unsound = documents.source.in_(list(unsound_speeches(connection)))
        keys = select(documents.key).where(unsound, documents.state == "current")
        connection.execute(delete(schema.speeches).where(schema.speeches.c.document_key.in_(keys)))
        embeddings = schema.embeddings.c
        doomed = [{"of": row.hash, "by": row.embedder_key} for row, damage in _vectors(connection) if damage]
        if doomed:
            is_one = (embeddings.hash == bindparam("of")) & (embeddings.embedder_key == bindparam("by"))
            connection.execute(delete(schema.embeddings).where(is_one), doomed)


def damaged_documents(store: Store) -> list[str]:
    """Ids of current documents whose sentences, passages or vectors are not what their texts and the rules say.

    Those of `damaged_texts` are not among them: what follows from a damaged text is damaged as well.
    """
    with store.connect() as connection:
        found = {document_id for query in _DAMAGED for document_id in connection.scalars(text(query))}
        columns = schema.documents.c
        found |= {row.id for row, _ in _unsound_parts(connection)}
        found &= set(connection.scalars(select(columns.id).where(columns.state == "current")))
        return sorted(found - {row.id for row in _unsound_texts(connection)})


def damaged_texts(store: Store) -> list[str]:
    """Ids of documents that can be found and are not what was added: their texts, or what is known of them."""
    with store.connect() as connection:
        return [row.id for row in _unsound_texts(connection) if row.state not in ("superseded", "damaged")]


def restore_states(store: Store) -> None:
    """Give a document back its state where that is all that is damaged of it; inside a transaction."""
    documents = schema.documents
    with store.connect() as connection:
        for row in connection.execute(select(documents.c.key, documents.c.seal, *SEALED_OF_DOCUMENTS)).all():
            if is_sound(documents, row) or row.state == "damaged":
                continue
            for state in ("current", "superseded"):
                if row.seal == seal_of(documents, {**row._mapping, "state": state}):
                    connection.execute(update(documents).where(documents.c.key == row.key).values(state=state))


def _unsound_texts(connection: Connection) -> Iterator[Any]:
    """Rows of documents that are not what was stored, one text at a time."""
    documents = schema.documents
    for key in connection.scalars(select(documents.c.key)).all():
        row = connection.execute(select(documents).where(documents.c.key == key)).one()
        if not is_sound(documents, row) or row.text_hash != text_digest(row.text):
            yield row


def _unsound_parts(connection: Connection) -> Iterator[tuple[Any, str]]:
    """Current documents with what was made of them and is not what was stored, in words, each kind at its first place.

    Sliced here, because SQLite counts from the start of a text for every slice, which takes minutes for a long one.
    """
    documents, passages, sentences = schema.documents.c, schema.passages, schema.sentences.c
    its_sentences = select(sentences.ordinal, sentences.start, sentences.end, sentences.speaker)
    for key in connection.scalars(select(documents.key).where(documents.state == "current")).all():
        row = connection.execute(select(schema.documents).where(documents.key == key)).one()
        query = its_sentences.where(sentences.document_key == key).order_by(sentences.ordinal)
        said = [tuple(sentence) for sentence in connection.execute(query)]
        if sentences_digest(said) != row.sentences_hash:
            yield row, f"the sentences of {row.source!r} are not those that were stored"
        cut = select(passages).where(passages.c.document_key == key).order_by(passages.c.id)
        for passage in connection.execute(cut):
            if passage.text != _sliced(row.text, passage.start, passage.end):
                yield row, f"passage {passage.id} of {row.source!r} is not the slice of its text that it says it is"
            elif passage.seal != passage_seal(passage, row.text_hash, _between(said, passage)):
                yield row, f"passage {passage.id} of {row.source!r} is not what was stored"


def _sliced(whole: object, start: object, end: object) -> str | None:
    if isinstance(whole, str) and isinstance(start, int) and isinstance(end, int):
        return whole[start:end]
    return None


def _between(sentences: Sequence[Sequence[object]], passage: Any) -> Sequence[Sequence[object]]:
    first, last = passage.first_sentence, passage.last_sentence
    return sentences[first : last + 1] if isinstance(first, int) and isinstance(last, int) else ()


_VECTORS = text(
    "SELECT hash, embedder_key, vectors, checksum, dim FROM embeddings JOIN embedders ON embedders.key = embedder_key"
)


def _vectors(connection: Connection) -> Iterator[tuple[Any, str]]:
    """All vectors, a few at a time, each with what is wrong with it; empty for what is sound."""
    for row in connection.execute(_VECTORS.execution_options(yield_per=_AT_A_TIME)):
        if checksum(row.vectors) != row.checksum:
            yield row, "vectors are not those that were stored"
        elif not are_numbers(row.vectors) or len(row.vectors) % (4 * row.dim):
            yield row, "vectors hold what is no number"
        else:
            yield row, ""


def _unsound_vectors(connection: Connection) -> Iterator[str]:
    passages = schema.passages.c
    for hash_, damage in [(row.hash, damage) for row, damage in _vectors(connection) if damage]:
        passage_id = connection.scalar(select(func.min(passages.id)).where(passages.embedding_hash == hash_))
        yield f"{damage} (of {'an older version' if passage_id is None else f'passage {passage_id}'})"


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
        WHERE NOT EXISTS (SELECT 1 FROM sentences WHERE sentences.document_key = documents.key
            AND ordinal = first_sentence AND sentences.start = passages.start)
        OR NOT EXISTS (SELECT 1 FROM sentences WHERE sentences.document_key = documents.key
            AND ordinal = last_sentence AND sentences."end" = passages."end")""",
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
        SELECT source FROM documents WHERE state = 'superseded' AND key IN (SELECT document_key FROM passages)""",
    "the notebook {name!r} holds {source!r}, which the store does not have": """
        SELECT name, source FROM notebook_documents JOIN notebooks ON notebooks.id = notebook_id
        WHERE source NOT IN (SELECT source FROM documents)""",
}


def problems(store: Store) -> list[str]:
    """What is wrong with the store, one sentence each; none when every text, span, passage and vector is sound."""
    try:
        with store.connect() as connection:
            found = store.database_damages()
            found += [_damaged(row) for row in _unsound_texts(connection)]
            for message, query in _CHECKS.items():
                found += [message.format(**row) for row in connection.execute(text(query)).mappings()]
            found += _unsound_vectors(connection)
            found += [damage for _, damage in _unsound_parts(connection)]
            found += [
                f"who says what in {source!r} is not what was stored - `rag check --repair` reads it again"
                for source in unsound_speeches(connection)
            ]
            return found + list(_unsound_answers(connection))
    except StoreError as error:  # so damaged that not even its rows can be read
        return [str(error)]


def _damaged(row: Any) -> str:
    name = f"what the store has of {row.source!r} is not what was added"
    if row.state == "superseded":
        return f"{name}, an older version - `rag prune` forgets it"
    return f"{name}: it is not quoted - `rag add` its file again, or `rag remove` it"


def _unsound_answers(connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(schema.answers)):
        if not is_sound(schema.answers, row):
            yield f"the recorded answer {row.id} is not what was recorded: it is not shown - see `rag answers clear`"


def prune(store: Store, *, days: int | None) -> PruneReport:
    """Delete superseded texts that no recorded answer quotes, and give the disk space back.

    days: also delete those that were superseded longer ago than that many days, with the answers that quote them.
    """
    with store.writing():
        size_before = store.size_bytes()
        with store.begin() as connection:
            quoted = quoted_documents(connection)
            doomed = [
                row
                for row in connection.execute(_superseded())
                if row.id not in quoted or _is_old(row.superseded_at, days)
            ]
            n_answers = forget_quoting(connection, {row.id for row in doomed} & quoted)
            for keys in _parts([row.key for row in doomed]):
                connection.execute(delete(schema.documents).where(schema.documents.c.key.in_(keys)))
            forget_lost(connection)
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
    ).where(columns.state == "superseded")


def _is_old(superseded_at: str, days: int | None) -> bool:
    if days is None or not superseded_at:
        return False
    return datetime.fromisoformat(superseded_at) <= datetime.now(UTC) - timedelta(days=days)


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _AT_A_TIME):
        yield keys[start : start + _AT_A_TIME]
