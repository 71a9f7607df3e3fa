from __future__ import annotations

import pytest
from sqlalchemy import text

from rag.storage import problems
from tests.postgresql import on_sqlite

DAMAGES = [
    ('UPDATE sentences SET "end" = 99', "sentence 0 of 'a.txt' is empty, or ends outside its text"),
    ('UPDATE sentences SET start = "end"', "sentence 0 of 'a.txt' is empty, or ends outside its text"),
    ("UPDATE passages SET text = 'Tampered.'", "passage 1 of 'a.txt' is not the slice of its text that it says it is"),
    (
        "UPDATE documents SET text = 'The bridge is open!'",
        "passage 1 of 'a.txt' is not the slice of its text that it says it is",
    ),
    ("DELETE FROM embeddings", "passage 1 has no vectors of the store's embedder"),
    ("UPDATE store SET embedder_id = 'other@1'", "passage 1 has no vectors of the store's embedder"),
    (
        "UPDATE embeddings SET vectors = substr(vectors, 1, 7)",
        "the vectors of passage 1 are not one for itself and one for each of its sentences",
    ),
    ("DELETE FROM sentences", "passage 1 of 'a.txt' does not begin and end where its sentences do"),
    ("UPDATE sentences SET start = 1", "passage 1 of 'a.txt' does not begin and end where its sentences do"),
    ("UPDATE documents SET state = 'superseded'", "'a.txt' is superseded, but can be found"),
]


def test_sound_store_has_no_problems(store, put):
    put("a.txt", "The bridge is open.", "It is grey.")
    put("b.txt", "Ein Fluß. 𝄞 Ende.")
    put("a.txt", "The bridge is closed.")
    assert problems(store) == []


def test_empty_store_has_no_problems(store):
    assert problems(store) == []


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES)
def test_damaged_rows_are_told(store, put, damage, sentence):
    put("a.txt", "The bridge is open.")
    with store.begin() as connection:
        connection.execute(text(damage))
    assert sentence in problems(store)


def test_two_current_versions_are_told(store, put):
    put("a.txt", "The bridge is open.")
    put("a.txt", "The bridge is closed.")
    with store.begin() as connection:
        connection.execute(text("DROP INDEX one_current_version"))
        connection.execute(text("UPDATE documents SET state = 'current'"))
    assert "'a.txt' has two current versions" in problems(store)


def test_torn_database_is_told(store, put, store_folder):
    put("a.txt", *(f"The bridge is open, says line {number}." for number in range(200)))
    store.close()
    database = store_folder / "store.db"
    content = bytearray(database.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    database.write_bytes(content)
    assert "restore 'store.db' from a backup" in problems(store)[0]


@on_sqlite
def test_database_that_contradicts_itself_is_told(store, put):
    put("a.txt", "The bridge is open.")
    with store.begin() as connection:  # as a write that never reached the disk leaves it
        connection.execute(text("PRAGMA writable_schema = ON"))
        connection.execute(text("DELETE FROM sqlite_master WHERE name = 'passages_by_document'"))
        connection.execute(text("PRAGMA writable_schema = RESET"))
    assert any(problem.startswith("the database is damaged: ") for problem in problems(store))
