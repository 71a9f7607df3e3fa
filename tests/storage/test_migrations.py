from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import inspect, text

from rag import Assistant, StoreError
from rag.storage import Store
from rag.storage.migrations import MIGRATIONS, migrate, pending


def _tables(store):
    with store.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_missing_folder_becomes_a_store_with_all_migrations(store, store_folder):
    with store.connect() as connection:
        assert pending(connection, "store") == []
        assert list(connection.scalars(text("SELECT name FROM migrations ORDER BY rowid"))) == [
            step.__name__ for step in MIGRATIONS
        ]
    assert store.generation() == 0
    assert store.embedder_id() == ""
    assert (store_folder / "store.db").is_file()


def test_empty_folder_becomes_a_store(store_folder):
    store_folder.mkdir()
    Store(store_folder, lock_timeout_seconds=1).close()
    assert (store_folder / "store.db").is_file()


def test_folder_in_which_only_a_lock_was_made_becomes_a_store(store_folder):
    store_folder.mkdir()
    (store_folder / "write.lock").touch()
    Store(store_folder, lock_timeout_seconds=1).close()


def test_empty_database_of_a_run_that_was_cut_off_becomes_a_store(store_folder):
    store_folder.mkdir()
    (store_folder / "store.db").touch()
    Store(store_folder, lock_timeout_seconds=1).close()


def test_opening_again_writes_nothing(store, store_folder):
    store.close()
    before = (store_folder / "store.db").read_bytes()
    (store_folder / "write.lock").unlink(missing_ok=True)
    Store(store_folder, lock_timeout_seconds=1).close()
    assert (store_folder / "store.db").read_bytes() == before
    assert not (store_folder / "write.lock").exists()


def test_failing_migration_rolls_back_and_stays_pending(store):
    def add_colour(connection):
        connection.execute(text("CREATE TABLE colours (name TEXT)"))
        raise RuntimeError("the migration has a mistake")

    known = (*MIGRATIONS, add_colour)
    with pytest.raises(RuntimeError), store.begin() as connection:
        migrate(connection, "store", known)
    assert "colours" not in _tables(store)
    assert store.generation() == 0
    with store.connect() as connection:
        assert pending(connection, "store", known) == [add_colour]


def test_earlier_migration_of_a_failing_run_is_rolled_back_too(store):
    def add_shape(connection):
        connection.execute(text("CREATE TABLE shapes (name TEXT)"))

    def add_colour(connection):
        raise RuntimeError("the migration has a mistake")

    with pytest.raises(RuntimeError), store.begin() as connection:
        migrate(connection, "store", (*MIGRATIONS, add_shape, add_colour))
    assert "shapes" not in _tables(store)
    with store.begin() as connection:
        migrate(connection, "store", (*MIGRATIONS, add_shape))
    assert "shapes" in _tables(store)


def test_newer_store_is_refused_and_left_as_it_is(store, store_folder, settings):
    with store.begin() as connection:
        connection.execute(text("INSERT INTO migrations VALUES ('add_colours', '2030-01-01')"))
    store.close()
    before = (store_folder / "store.db").read_bytes()
    with pytest.raises(StoreError, match=r"newer version has changed it \(add_colours\) - update chapter-and-verse"):
        Assistant.open(store_folder, settings)
    assert (store_folder / "store.db").read_bytes() == before


def test_database_of_another_program_is_refused_and_left_as_it_is(store_folder, settings):
    store_folder.mkdir()
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()
    before = (store_folder / "store.db").read_bytes()
    with pytest.raises(StoreError, match="another program has made its database - name another folder or database"):
        Assistant.open(store_folder, settings)
    assert [path.name for path in store_folder.iterdir()] == ["store.db"]
    assert (store_folder / "store.db").read_bytes() == before


def test_file_that_is_no_database_is_refused(store_folder, settings):
    store_folder.mkdir()
    (store_folder / "store.db").write_bytes(b"not a database, but longer than its header of a hundred bytes " * 9)
    with pytest.raises(StoreError, match=r"file is not a database - restore 'store.db' from a backup"):
        Assistant.open(store_folder, settings)


def test_folder_with_other_files_is_refused(store_folder, settings):
    store_folder.mkdir()
    (store_folder / "thesis.docx").touch()
    with pytest.raises(StoreError, match="holds other files and no store - name a new or empty folder"):
        Assistant.open(store_folder, settings)
    assert [path.name for path in store_folder.iterdir()] == ["thesis.docx"]


def test_path_of_a_file_is_refused(tmp_path, settings):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(StoreError, match="it is a file - name a folder"):
        Assistant.open(tmp_path / "notes.txt", settings)


def test_path_inside_a_file_is_refused(tmp_path, settings):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(StoreError, match="cannot use store"):
        Assistant.open(tmp_path / "notes.txt" / "store", settings)


@pytest.mark.parametrize("name", ["a?b", "a#b", "100%25", "a b", "ä€𝄞", ":memory:", "file:x?mode=ro", "-wal"])
def test_store_lies_where_its_name_says(tmp_path, name):
    Store(tmp_path / name, lock_timeout_seconds=1).close()
    assert (tmp_path / name / "store.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def _as_before_seals(store_folder):
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        for table, column in (
            ("documents", "text_hash"),
            ("documents", "sentences_hash"),
            ("documents", "seal"),
            ("passages", "seal"),
            ("answers", "seal"),
            ("embeddings", "checksum"),
        ):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("DELETE FROM migrations WHERE name = 'seal_rows'")
        connection.execute("UPDATE documents SET text = replace(text, 'deep', 'dark')")
        connection.commit()


def test_older_store_is_sealed_but_for_what_contradicts_itself(assistant, write, store_folder, settings):
    assistant.add([write("bridge.txt", "The bridge opened in 1932. It is grey."), write("river.txt", "It is deep.")])
    assistant.ask("When did the bridge open?")
    assistant.close()
    _as_before_seals(store_folder)
    with Assistant.open(store_folder, settings) as opened:
        assert [info.title for info in opened.documents()] == ["bridge.txt"]
        assert opened.last_answer().question == "When did the bridge open?"
        assert opened.retrieve("When did the bridge open?")[0].quote == "The bridge opened in 1932."
        assert all("river.txt' is not what was added" in problem for problem in opened.check()[:1])
        assert len(opened.check(repair=True)) == 1
