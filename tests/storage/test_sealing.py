"""What is not what was stored is never quoted, is named, and comes back only with its file."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from rag import Assistant, StoreError
from rag.storage import problems, schema
from rag.storage.sealing import change_sealed, digest

BRIDGE = "The bridge opened in 1932. It is painted grey."
RIVER = "The river is deep. Nobody swims in it."

DAMAGE = {
    "its text": "UPDATE documents SET text = replace(text, '1932', '1933') WHERE key = 1",
    "its text and its passage": (
        "UPDATE documents SET text = replace(text, '1932', '1933') WHERE key = 1;"
        "UPDATE passages SET text = replace(text, '1932', '1933') WHERE document_key = 1"
    ),
    "its title": "UPDATE documents SET title = 'A report' WHERE key = 1",
    "its source": "UPDATE documents SET source = '/elsewhere.txt', file = '/elsewhere.txt' WHERE key = 1",
    "what is known of it": """UPDATE documents SET metadata = '{"published": "2025-01-01"}' WHERE key = 1""",
    "what is known of it, no JSON": "UPDATE documents SET metadata = '{' WHERE key = 1",
    "what is known of it, a number": "UPDATE documents SET metadata = 7 WHERE key = 1",
    "its text, no UTF-8": "UPDATE documents SET text = CAST(x'ff' || CAST(text AS BLOB) AS TEXT) WHERE key = 1",
    "its text, a blob": "UPDATE documents SET text = CAST(text AS BLOB) WHERE key = 1",
    "the hash of its text": "UPDATE documents SET text_hash = x'00' WHERE key = 1",
    "its seal": "UPDATE documents SET seal = x'00' WHERE key = 1",
    "its id": "UPDATE documents SET id = 'another' WHERE key = 1",
}


@pytest.fixture
def damaged(assistant, write, store_folder, settings):
    """Opens the store after a change of its tables behind its back."""
    assistant.add([write("bridge.txt", BRIDGE), write("river.txt", RIVER)])
    assistant.ask("When did the bridge open?")
    assistant.close()

    def damage(script):
        with closing(sqlite3.connect(store_folder / "store.db")) as connection:
            connection.executescript(script)
        return Assistant.open(store_folder, settings)

    return damage


def quotes_of(assistant):
    try:
        return {evidence.quote for evidence in assistant.ask("bridge opened 1932 1933 grey river").evidence}
    except StoreError:
        return set()


@pytest.mark.parametrize("script", DAMAGE.values(), ids=DAMAGE)
def test_damaged_document_is_named_and_not_quoted_until_its_file_is_read_again(damaged, script, tmp_path):
    sound = {"The bridge opened in 1932.", "It is painted grey.", "The river is deep.", "Nobody swims in it."}
    with damaged(script) as assistant:
        assert quotes_of(assistant) <= sound
        assert any("is not what was added" in problem for problem in assistant.check())
        left = assistant.check(repair=True)
        assert any("is not what was added" in problem and "`rag add`" in problem for problem in left)
        assert assistant.check() == left
        assert {info.title for info in assistant.documents()} == {"river.txt"}
        assert quotes_of(assistant) == {"The river is deep.", "Nobody swims in it."}
        for source in {info.source for info in assistant.documents()}:
            assert source.endswith("river.txt")
        report = assistant.add([tmp_path / "documents"])
        assert len(report.added) + len(report.superseded) == 1
        assert quotes_of(assistant) == sound
        if "source" not in script and "id =" not in script:  # else the row of the other name is still there
            assert assistant.check() == []


def test_answer_says_what_was_left_out(damaged):
    with damaged(
        "UPDATE passages SET text = 'The bridge opened in 1933. It is painted grey.' WHERE id = 1"
    ) as assistant:
        answer = assistant.ask("When did the bridge open?")
        assert "bridge.txt' is damaged and was left out - run `rag check`" in answer.notice
        assert all("1933" not in evidence.quote for evidence in answer.evidence)


@pytest.mark.parametrize("column", ["title", "text", "metadata", "seal"])
def test_damaged_document_is_read_again_without_a_repair(damaged, tmp_path, column):
    with damaged(f"UPDATE documents SET {column} = 'Another' WHERE key = 1") as assistant:
        assert len(assistant.add([tmp_path / "documents"]).superseded) == 1
        assert assistant.check() == []
        assert "The bridge opened in 1932." in quotes_of(assistant)


def test_damaged_document_can_be_removed(damaged, tmp_path):
    with damaged("UPDATE documents SET text = 'Something else.' WHERE key = 1") as assistant:
        assistant.check(repair=True)
        assistant.remove([tmp_path / "documents" / "bridge.txt"])
        assert assistant.check() == []


def test_rebuilding_certifies_nothing(damaged):
    with damaged("UPDATE documents SET text = replace(text, '1932', '1933') WHERE key = 1") as assistant:
        assistant.rebuild()
        assert quotes_of(assistant) == {"The river is deep.", "Nobody swims in it."}
        assert any("bridge.txt' is not what was added" in problem for problem in assistant.check())


def test_damaged_original_leaves_its_copy_to_be_quoted(assistant, write, store_folder, settings):
    assistant.add([write("bridge.txt", BRIDGE), write("copy.txt", BRIDGE)])
    assistant.close()
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        connection.executescript("UPDATE documents SET text = 'Something else.' WHERE key = 1")
    with Assistant.open(store_folder, settings) as opened:
        opened.check(repair=True)
        assert [info.title for info in opened.documents()] == ["copy.txt"]
        evidence = opened.retrieve("When did the bridge open?")
        assert [(each.title, each.quote) for each in evidence][:1] == [("copy.txt", "The bridge opened in 1932.")]


def test_export_of_damage_is_refused(damaged, tmp_path):
    with damaged("UPDATE documents SET text = 'Something else.' WHERE key = 1") as assistant:
        with pytest.raises(StoreError, match="is not what was added"):
            assistant.export(tmp_path / "backup.zip")
        assert not (tmp_path / "backup.zip").exists()


@pytest.mark.parametrize("column", ["answer", "question", "asked_at", "rating"])
def test_damaged_answer_is_named_and_not_opened(damaged, column):
    with damaged(f"UPDATE answers SET {column} = replace({column}, substr({column}, 2, 2), '??')") as assistant:
        assert any(
            problem.startswith("the recorded answer 1 is not what was recorded") for problem in assistant.check()
        )
        with pytest.raises(StoreError, match="ask again"):
            assistant.last_answer()
        assert assistant.answers() == []
        assert assistant.clear_answers() == 1
        assert assistant.check() == []


def test_everything_that_changes_a_document_seals_it_anew(store, put):
    put("folder/a.txt", "The bridge is open.", "It is grey.")
    put("folder/a.txt", "The bridge is closed.")
    put("b.txt", "The bridge is open.", "It is grey.")
    with store.begin():
        store.documents.set_file_hash("folder/a.txt", "ab" * 32)
        store.documents.move("folder/a.txt", "elsewhere/c.txt")
        known = store.documents.known_version("elsewhere/c.txt")
        store.copies.put(known.document_id, bands=(), original_id=store.documents.known_version("b.txt").document_id)
        store.copies.set_free(known.document_id)
    assert problems(store) == []


def test_change_of_a_damaged_row_leaves_it_damaged(store, put):
    put("a.txt", "The bridge is open.")
    documents = schema.documents
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET title = 'Another'")
        assert change_sealed(connection, documents, documents.c.source == "a.txt", source="b.txt") == 1
    assert any("'b.txt' is not what was added" in problem for problem in problems(store))


def test_digests_tell_types_and_borders():
    values = ["12", 12, b"12", 12.0, None, "None", ""]
    assert len({digest(value) for value in values}) == len(values)
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4
    assert digest("ß", 1) == digest("ß", 1)
