"""A store of an earlier version learns from which file each document was read."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from rag import Assistant

EARLIER = """
DROP TRIGGER document_comes;
DROP TRIGGER document_changes;
DROP TRIGGER document_leaves;
DROP TABLE listed;
DROP INDEX documents_by_file;
DROP INDEX documents_by_original;
DROP TABLE bands;
ALTER TABLE documents DROP COLUMN file;
ALTER TABLE documents DROP COLUMN superseded_at;
ALTER TABLE documents DROP COLUMN duplicate_of;
ALTER TABLE documents DROP COLUMN text_hash;
ALTER TABLE documents DROP COLUMN sentences_hash;
ALTER TABLE documents DROP COLUMN seal;
ALTER TABLE passages DROP COLUMN seal;
ALTER TABLE answers DROP COLUMN seal;
ALTER TABLE embeddings DROP COLUMN checksum;
DELETE FROM migrations WHERE name IN ('keep_in_step', 'seal_rows', 'list_documents');
"""


def test_store_of_an_earlier_version_can_be_kept_in_step(assistant, write, store_folder, settings):
    path = write("a.txt", "The bridge is closed.")
    assistant.add([path])
    write("a.txt", "The bridge is open.")
    assistant.add([path])
    assistant.close()
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        connection.executescript(EARLIER)
    with Assistant.open(store_folder, settings) as opened:
        assert opened.check() == []
        path.rename(path.with_name("b.txt"))
        assert opened.sync(path.parent).renamed == ((str(path), str(path.with_name("b.txt"))),)
        assert opened.prune(days=0).n_texts == 1
        write("c.txt", "The bridge is open.")
        assert opened.sync(path.parent).added == (str(path.with_name("c.txt")),)
        assert opened.check() == []
