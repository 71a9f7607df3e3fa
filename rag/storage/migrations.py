"""Changes to the tables, oldest first. Each runs once, in one transaction with the record that it ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection, Integer, Table, bindparam, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from rag.errors import StoreError
from rag.language.words import index_form
from rag.storage import schema
from rag.storage.engines.sql import POSTGRESQL
from rag.storage.sealing import checksum, passage_seal, seal_of, sentences_digest, text_digest

__all__ = ["MIGRATIONS", "migrate", "pending"]

Migration: TypeAlias = Callable[[Connection], None]


def create_tables(connection: Connection) -> None:
    """The first tables."""
    schema.metadata.create_all(connection)
    connection.execute(schema.store.insert().values(id=1, generation=0))
    connection.execute(schema.generations.insert().values(generation=0))


def rate_answers(connection: Connection) -> None:
    """Answers get an id of their own, and a rating."""
    add_columns(connection, schema.answers, "answer_id", "rating")
    for index in schema.answers.indexes:
        index.create(connection, checkfirst=True)


def keep_in_step(connection: Connection) -> None:
    """Documents know the file that they were read from, when they were superseded, and what they are a duplicate of.

    Documents of an older store get no bands: they are no duplicates and have none until they are read anew.
    """
    documents = schema.documents
    add_columns(connection, documents, "file", "superseded_at", "duplicate_of")
    connection.execute(update(documents).where(documents.c.file == "").values(file=documents.c.source))
    connection.execute(
        update(documents).where(documents.c.state != "current").values(superseded_at=documents.c.added_at)
    )
    schema.bands.create(connection, checkfirst=True)
    for index in documents.indexes:
        index.create(connection, checkfirst=True)


def note_loose_vectors(connection: Connection) -> None:
    """Vectors that no passage has are noted when that comes about, instead of being looked for among all."""
    schema.loose_vectors.create(connection, checkfirst=True)
    for trigger in _TRIGGERS:
        for statement in _CREATING[connection.dialect.name](*trigger):
            connection.execute(text(statement))
    used = select(schema.passages.c.embedding_hash)
    unused = select(schema.embeddings.c.hash).where(schema.embeddings.c.hash.not_in(used)).distinct()
    connection.execute(schema.loose_vectors.insert().from_select(["hash"], unused))


class _Trigger(NamedTuple):
    """What happens after something happened to a row."""

    name: str
    event: str
    table: str
    action: str


_TRIGGERS = (
    _Trigger("vectors_come", "INSERT", "embeddings", "INSERT OR IGNORE INTO loose_vectors VALUES (new.hash)"),
    _Trigger("passage_comes", "INSERT", "passages", "DELETE FROM loose_vectors WHERE hash = new.embedding_hash"),
    _Trigger("passage_goes", "DELETE", "passages", "INSERT OR IGNORE INTO loose_vectors VALUES (old.embedding_hash)"),
)


def _created_in_sqlite(name: str, event: str, table: str, action: str) -> tuple[str, ...]:
    return (f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {action}; END",)


def _created_in_postgresql(name: str, event: str, table: str, action: str) -> tuple[str, ...]:
    """There a trigger calls a function."""
    if " OR IGNORE" in action:
        action = f"{action.replace(' OR IGNORE', '')} ON CONFLICT DO NOTHING"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action}; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_CREATING = {"sqlite": _created_in_sqlite, POSTGRESQL: _created_in_postgresql}


def index_other_scripts(connection: Connection) -> None:
    """Words of other scripts than Latin are indexed by stem or by pairs of letters; English ones stay as they are."""
    if not inspect(connection).has_table("passage_words"):
        return
    rows = connection.execute(select(schema.passages.c.id, schema.passages.c.text))
    changed = [{"id": row.id, "words": form} for row in rows if (form := index_form(row.text)) != row.text]
    if changed:
        connection.execute(text("INSERT OR REPLACE INTO passage_words (rowid, words) VALUES (:id, :words)"), changed)


def seal_rows(connection: Connection) -> None:
    """Every text is bound to its hash, and every row that is quoted from to what is in it, as it is now.

    Where a passage is not the slice of its text the document gets no seal: one of both is not what was added.
    """
    add_columns(connection, schema.documents, "text_hash", "sentences_hash", "seal")
    for table, name in ((schema.passages, "seal"), (schema.answers, "seal"), (schema.embeddings, "checksum")):
        add_columns(connection, table, name)
    documents, passages, sentences = schema.documents, schema.passages, schema.sentences
    key = bindparam("changed", type_=Integer)
    for document in connection.execute(select(documents.c.key)).all():
        row = connection.execute(select(documents).where(documents.c.key == document.key)).one()
        query = select(sentences.c.ordinal, sentences.c.start, sentences.c.end, sentences.c.speaker)
        its = query.where(sentences.c.document_key == row.key).order_by(sentences.c.ordinal)
        said = [tuple(sentence) for sentence in connection.execute(its)]
        cut = connection.execute(select(passages).where(passages.c.document_key == row.key)).all()
        if any(passage.text != row.text[passage.start : passage.end] for passage in cut):
            continue
        hashes = {"text_hash": text_digest(row.text), "sentences_hash": sentences_digest(said)}
        seal = seal_of(documents, {**row._mapping, **hashes})
        connection.execute(update(documents).where(documents.c.key == row.key).values(seal=seal, **hashes))
        seals = [
            {
                "changed": passage.id,
                "seal": passage_seal(
                    passage, hashes["text_hash"], said[passage.first_sentence : passage.last_sentence + 1]
                ),
            }
            for passage in cut
        ]
        if seals:
            connection.execute(update(passages).where(passages.c.id == key), seals)
    for row in connection.execute(select(schema.answers)).all():
        seal = seal_of(schema.answers, {**row._mapping})
        connection.execute(update(schema.answers).where(schema.answers.c.id == row.id).values(seal=seal))
    of, by = schema.embeddings.c.hash, schema.embeddings.c.embedder_key
    is_one = (of == bindparam("of")) & (by == bindparam("by"))
    sealing = update(schema.embeddings).where(is_one).values(checksum=bindparam("sum", type_=Integer))
    for stored in connection.execute(select(of, by)).all():
        vectors = connection.scalar(select(schema.embeddings.c.vectors).where(of == stored.hash, by == stored[1]))
        connection.execute(sealing, {"of": stored.hash, "by": stored[1], "sum": checksum(vectors)})


def note_who_speaks(connection: Connection) -> None:
    """What is said in a document is stored by who says it; older ones are read when somebody first asks."""
    schema.speeches.create(connection, checkfirst=True)
    schema.utterances.create(connection, checkfirst=True)


def follow_changes(connection: Connection) -> None:
    """The store knows what changed when it last took something in, and questions that stand."""
    for table in (schema.edits, schema.standing_questions, schema.standing_support):
        table.create(connection, checkfirst=True)


def compare_sentences(connection: Connection) -> None:
    """Tables for pairs of sentences that conflict; nothing is compared yet."""
    for table in (schema.compared, schema.conflicts):
        table.create(connection, checkfirst=True)


def keep_notebooks(connection: Connection) -> None:
    """Tables for collections of documents; there are none yet."""
    for table in (schema.notebooks, schema.notebook_documents, schema.notebook_readers):
        table.create(connection, checkfirst=True)


def note_who_asked(connection: Connection) -> None:
    """A column for the user who asked; of older answers it was nobody in particular."""
    add_columns(connection, schema.answers, "owner")


_LISTED = """INSERT OR REPLACE INTO listed
    SELECT new.key, new.source, new.file, new.title, new.media_type, new.added_at,
        iif(is_read, coalesce(json_extract(new.metadata, '$.published'), ''), ''),
        iif(is_read, coalesce(json_extract(new.metadata, '$.publisher'), ''), ''),
        iif(is_read, coalesce(json_extract(new.metadata, '$.url'), ''), ''),
        length(new.text)
    FROM (SELECT typeof(new.metadata) = 'text' AND json_valid(new.metadata) AS is_read)
    WHERE new.state = 'current'"""
_LIST_ALL = """INSERT OR REPLACE INTO listed
    SELECT key, source, file, title, media_type, added_at,
        iif(is_read, coalesce(json_extract(metadata, '$.published'), ''), ''),
        iif(is_read, coalesce(json_extract(metadata, '$.publisher'), ''), ''),
        iif(is_read, coalesce(json_extract(metadata, '$.url'), ''), ''),
        length(text)
    FROM (SELECT *, typeof(metadata) = 'text' AND json_valid(metadata) AS is_read FROM documents)
    WHERE state = 'current'"""


_LIST_IN_POSTGRESQL = """CREATE FUNCTION list_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said json;
BEGIN
    DELETE FROM listed WHERE document_key = new.key;
    IF new.state = 'current' THEN
        BEGIN
            said = CAST(new.metadata AS json);
        EXCEPTION WHEN OTHERS THEN  -- it is damaged
            said = NULL;
        END;
        INSERT INTO listed VALUES (
            new.key, new.source, new.file, new.title, new.media_type, new.added_at, coalesce(said ->> 'published', ''),
            coalesce(said ->> 'publisher', ''), coalesce(said ->> 'url', ''), length(new.text)
        );
    END IF;
    RETURN NULL;
END $$"""
_LISTING_IN_POSTGRESQL = """CREATE TRIGGER document_is_listed AFTER INSERT OR UPDATE
    OF source, file, title, media_type, text, metadata, added_at, state ON documents
    FOR EACH ROW EXECUTE FUNCTION list_document()"""


def list_documents(connection: Connection) -> None:
    """What lists of documents are sorted and searched by gets a table of its own, which triggers keep."""
    schema.listed.create(connection, checkfirst=True)
    if connection.dialect.name == POSTGRESQL:  # where no store is older
        for statement in (_LIST_IN_POSTGRESQL, _LISTING_IN_POSTGRESQL):
            connection.execute(text(statement))
        return
    known = "source, file, title, media_type, text, metadata, added_at, state"
    for name, event, action in (
        ("document_comes", "INSERT ON documents", _LISTED),
        ("document_changes", f"UPDATE OF {known} ON documents", _LISTED),
        (
            "document_leaves",
            "UPDATE OF state ON documents WHEN new.state <> 'current'",
            "DELETE FROM listed WHERE document_key = old.key",
        ),
    ):
        connection.execute(text(f"CREATE TRIGGER {name} AFTER {event} BEGIN {action}; END"))
    connection.execute(text(_LIST_ALL))


def add_columns(connection: Connection, table: Table, *names: str) -> None:
    """Add columns of the schema to a table that lacks them; a new store has them from the start."""
    existing = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for name in set(names) - existing:
        column = CreateColumn(table.c[name]).compile(connection)
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column}"))


MIGRATIONS: tuple[Migration, ...] = (
    create_tables,
    rate_answers,
    keep_in_step,
    note_loose_vectors,
    index_other_scripts,
    seal_rows,
    note_who_speaks,
    follow_changes,
    compare_sentences,
    keep_notebooks,
    note_who_asked,
    list_documents,
)


def pending(connection: Connection, store_name: str, known: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """The migrations that the store has not had yet, oldest first; nothing is written.

    Raises:
        StoreError: the database is not one of ours, or a newer version has changed it.
    """
    tables = set(inspect(connection).get_table_names())
    if tables and "migrations" not in tables:
        raise StoreError(
            f"cannot use store {store_name!r}: another program has made its database - name another folder or database"
        )
    applied = set(connection.scalars(select(schema.migrations.c.name))) if tables else set()
    newer = applied - {migration.__name__ for migration in known}
    if newer:
        raise StoreError(
            f"cannot use store {store_name!r}: a newer version has changed it ({', '.join(sorted(newer))}) - "
            "update chapter-and-verse"
        )
    return [migration for migration in known if migration.__name__ not in applied]


def migrate(connection: Connection, store_name: str, known: Sequence[Migration] = MIGRATIONS) -> None:
    """Run the migrations that the store has not had yet, inside the caller's transaction.

    Raises:
        StoreError: the database is not one of ours, or a newer version has changed it.
    """
    for migration in pending(connection, store_name, known):
        migration(connection)
        connection.execute(
            schema.migrations.insert().values(
                name=migration.__name__, applied_at=datetime.now(UTC).isoformat(timespec="seconds")
            )
        )
