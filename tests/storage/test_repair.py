"""`check(repair=True)`: whatever follows from the texts is made anew, and what does not is named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from rag import Assistant

TEXTS = {"a.txt": "The bridge opened in 1932. It is painted grey.", "b.txt": "The river is deep. Nobody swims in it."}

DAMAGE = {
    "a passage of another text": "UPDATE passages SET text = 'Something else.' WHERE id = 1",
    "a passage too long": 'UPDATE passages SET "end" = 1000 WHERE id = 1',
    "a sentence outside of its text": 'UPDATE sentences SET "end" = 1000 WHERE ordinal = 1',
    "no sentences": "DELETE FROM sentences",
    "no passages": "DELETE FROM passages WHERE id = 1",
    "no vectors": "DELETE FROM embeddings",
    "vectors of another length": "UPDATE embeddings SET vectors = x'00000000'",
    "no word index": "DELETE FROM passage_words",
    "sentences of no document": "INSERT INTO sentences VALUES (99, 0, 0, 1, '')",
    "passages of no document": "INSERT INTO passages SELECT 99, 99, 0, 0, 0, 1, 'x', x'00', x'00'",
    "another speaker": "UPDATE sentences SET speaker = 'Anna Weber' WHERE ordinal = 1",
    "a bit of a vector": "UPDATE embeddings SET vectors = CAST(x'01' || substr(vectors, 2) AS BLOB)",
    "vectors as a text": "UPDATE embeddings SET vectors = CAST(vectors AS TEXT)",
    "a vector of no numbers": (
        "UPDATE embeddings SET vectors = CAST(x'0000c07f' || substr(vectors, 5) AS BLOB), checksum = "
        "(SELECT checksum FROM embeddings)"
    ),
    "a seal": "UPDATE passages SET seal = x'00' WHERE id = 1",
    "a document out of the search": "UPDATE documents SET state = 'superseded' WHERE key = 1",
}


@pytest.fixture
def damaged(assistant, write, store_folder, settings):
    """Opens the store after a change of its tables behind its back."""
    assistant.add([write(name, text) for name, text in TEXTS.items()])
    assistant.close()

    def damage(statement):
        with closing(sqlite3.connect(store_folder / "store.db")) as connection:
            connection.execute(statement)
            connection.commit()
        return Assistant.open(store_folder, settings)

    return damage


@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_mended(damaged, statement):
    with damaged(statement) as assistant:
        assert assistant.check() != []
        assert assistant.check(repair=True) == []
        assert assistant.check() == []
        assert len(assistant.documents()) == 2
        quotes = {evidence.quote for evidence in assistant.retrieve("bridge river grey swims", k=10)}
        assert len(quotes) == 4


def test_sound_store_is_left_alone(damaged, store_folder):
    with damaged("SELECT 1") as assistant:
        before = (store_folder / "store.db").read_bytes()
        assert assistant.check(repair=True) == []
        assert (store_folder / "store.db").read_bytes() == before


def test_index_files_that_are_gone_or_torn_are_made_again(damaged, store_folder):
    for path in (store_folder / "index").iterdir():
        path.write_bytes(b"torn")
    with damaged("DELETE FROM passage_words") as assistant:
        assert assistant.check(repair=True) == []
        assert assistant.retrieve("river", k=1)[0].quote == "The river is deep."
    shutil.rmtree(store_folder / "index")
    with damaged("SELECT 1") as assistant:
        assert assistant.retrieve("river", k=1)[0].quote == "The river is deep."


def test_damage_that_cannot_be_mended_is_said(damaged, store_folder):
    damaged("SELECT 1").close()
    with damaged("SELECT 1") as assistant:
        content = bytearray((store_folder / "store.db").read_bytes())
        content[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
        (store_folder / "store.db").write_bytes(content)
        assert assistant.check(repair=True)
