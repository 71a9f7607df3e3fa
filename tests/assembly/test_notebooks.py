"""Notebooks: made, filled and searched; what becomes of the documents in them; what cannot be meant."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag import Assistant, FilterError, NotFoundError, SettingsError
from rag.storage import Store, notebooks

FERRY = "The ferry to Inisroe costs 14 euros. It sails at nine."
BRIDGE = "The bridge opened in 1932. It is painted grey."


@pytest.fixture
def filled(assistant, write):
    """An assistant with a notebook "Ferries", in which one of two documents is."""
    assistant.add([write("ferry.txt", FERRY), write("bridge.txt", BRIDGE)])
    assistant.make_notebook("Ferries")
    assistant.put_in_notebook("Ferries", [write("ferry.txt", FERRY)])
    return assistant


def names_in(assistant, where):
    return [info.title for info in assistant.documents(where=where)]


def test_notebook_is_made_renamed_and_removed_and_documents_stay(filled):
    (made,) = filled.notebooks()
    assert (made.name, made.owner, made.shared_with, made.n_documents) == ("Ferries", "", (), 1)
    assert filled.rename_notebook("ferries", "Boats  and ships").name == "Boats and ships"
    assert names_in(filled, "notebook = 'boats and ships'") == ["ferry.txt"]
    filled.remove_notebook("BOATS and ships")
    assert filled.notebooks() == ()
    assert len(filled.documents()) == 2
    assert filled.check() == []


def test_everything_that_takes_a_filter_searches_a_notebook(filled, write):
    where = "notebook = Ferries"
    assert {each.title for each in filled.ask("When did it open?", where=where).evidence} == {"ferry.txt"}
    assert {each.title for each in filled.retrieve("bridge", where=where)} == {"ferry.txt"}
    assert filled.ask("What does the ferry cost?", where=where).searched == where
    assert filled.timeline("bridge", where=where).rows == ()
    assert filled.conflicts(where=where) == ()
    said = "“We will see,” Marco Rubio said. The weather was mild."
    filled.add([write("said.txt", said)])
    assert filled.speakers(where=where) == []
    filled.put_in_notebook("Ferries", [write("said.txt", said)])
    assert [each.speaker for each in filled.speakers(where=where)] == ["Marco Rubio"]
    assert filled.quotes("Rubio", where="not notebook = Ferries").speakers == ()


def test_newer_version_is_in_the_notebook_and_so_is_a_renamed_file(filled, write, tmp_path):
    filled.add([write("ferry.txt", "The ferry to Inisroe costs 11 euros.")])
    assert filled.ask("What does the ferry cost?", where="notebook = Ferries").citations[0].quote.endswith("11 euros.")
    (tmp_path / "documents" / "ferry.txt").rename(tmp_path / "documents" / "boat.txt")
    assert filled.sync(tmp_path / "documents").renamed
    assert names_in(filled, "notebook = Ferries") == ["boat.txt"]
    assert filled.check() == []


def test_file_that_is_gone_counts_no_more_and_is_in_the_notebook_when_it_comes_back(filled, write, tmp_path):
    (tmp_path / "documents" / "ferry.txt").unlink()
    filled.sync(tmp_path / "documents")
    assert filled.notebooks()[0].n_documents == 0
    write("ferry.txt", FERRY)
    filled.sync(tmp_path / "documents")
    assert filled.notebooks()[0].n_documents == 1


def test_nothing_is_left_in_a_notebook_of_a_document_that_was_removed_or_pruned(filled, write, tmp_path, store_folder):
    filled.put_in_notebook("Ferries", [tmp_path / "documents"])
    filled.remove([tmp_path / "documents" / "ferry.txt"])
    (tmp_path / "documents" / "bridge.txt").unlink()
    filled.sync(tmp_path / "documents", allow_empty=True)
    assert filled.prune(days=0).n_texts == 1
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM notebook_documents").fetchone() == (0,)
    assert filled.notebooks()[0].n_documents == 0


def test_documents_are_put_in_and_taken_out_by_id_folder_and_path_once_each(filled, tmp_path):
    ids = [info.id for info in filled.documents()]
    assert filled.put_in_notebook("ferries", [*ids, tmp_path / "documents"]).n_documents == 2
    assert filled.take_out_of_notebook("ferries", ids[:1]).n_documents == 1
    assert filled.take_out_of_notebook("ferries", [tmp_path / "documents"]).n_documents == 0
    with pytest.raises(NotFoundError, match=r"cannot put into a notebook 'nothing\.txt': the store does not have it"):
        filled.put_in_notebook("ferries", [ids[0], "nothing.txt"])
    assert filled.notebooks()[0].n_documents == 0


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("notebook = ferries", ["ferry.txt"]),
        ("notebook != Ferries", ["bridge.txt"]),
        ("not notebook = Ferries", ["bridge.txt"]),
        ("notebook ~ ERR", ["ferry.txt"]),
        ("notebook like 'f*s'", ["ferry.txt"]),
        ("notebook = ''", ["bridge.txt"]),
        ("notebook != ''", ["ferry.txt"]),
        ("notebook in (Ferries, Empty)", ["ferry.txt"]),
        ("notebook = Empty", []),
    ],
)
def test_documents_of_a_notebook(filled, where, names):
    filled.make_notebook("Empty")
    assert names_in(filled, where) == names


def test_notebook_that_nobody_has_is_named(filled):
    for where in ("notebook = Feries", "title ~ x or notebook != Feries", "notebook = anna/Ferries"):
        with pytest.raises(FilterError, match=r"filter by notebook '.*': there is none - see `rag notebook list`"):
            filled.ask("What does the ferry cost?", where=where)
    with pytest.raises(FilterError, match="names have no order"):
        filled.documents(where="notebook > Ferries")


def test_each_owner_has_names_of_his_own_and_shares_what_he_will(filled):
    bridge = next(info.id for info in filled.documents() if info.title == "bridge.txt")
    filled.make_notebook("Ferries", owner="anna")
    filled.make_notebook("Drafts", owner="ben")
    assert filled.put_in_notebook("ferries", [bridge], owner="anna").n_documents == 1
    assert names_in(filled, "notebook = anna/ferries") == ["bridge.txt"]
    assert names_in(filled, "notebook = ferries") == ["bridge.txt", "ferry.txt"]
    assert [(each.owner, each.name) for each in filled.notebooks(user="anna")] == [("anna", "Ferries")]
    assert filled.share_notebook("Drafts", ["zoe", "anna", "ben"], owner="ben").shared_with == ("anna", "zoe")
    assert [each.qualified_name for each in filled.notebooks(user="anna")] == ["ben/Drafts", "anna/Ferries"]
    assert filled.share_notebook("Drafts", [], owner="ben").shared_with == ()
    with pytest.raises(NotFoundError, match="no notebook is called 'Drafts'"):
        filled.rename_notebook("Drafts", "Mine", owner="anna")


@pytest.mark.parametrize("name", ["", " ", "x" * 81, 'a "b"', "a/b", "\x00", "\n"], ids=repr)
def test_name_that_cannot_be_is_refused(filled, name):
    with pytest.raises(SettingsError, match=r"cannot call a notebook .* - use 1 to 80 characters, without"):
        filled.make_notebook(name)
    with pytest.raises(SettingsError, match="cannot call a notebook"):
        filled.rename_notebook("Ferries", name)


def test_name_that_is_taken_is_refused_and_capitals_may_change(filled):
    filled.make_notebook("Boats")
    with pytest.raises(SettingsError, match="cannot call a notebook 'FERRIES': there is one of that name"):
        filled.make_notebook("FERRIES")
    with pytest.raises(SettingsError, match="there is one of that name"):
        filled.rename_notebook("Boats", "ferries")
    assert filled.rename_notebook("ferries", "FERRIES").name == "FERRIES"


def test_there_are_at_most_so_many(filled, monkeypatch):
    monkeypatch.setattr(notebooks, "MOST_NOTEBOOKS", 1)
    with pytest.raises(SettingsError, match="there are 1 - remove one of them"):
        filled.make_notebook("One more")


def test_export_and_import_keep_notebooks(filled, settings, tmp_path):
    filled.share_notebook("Ferries", ["anna"])
    filled.export(tmp_path / "store.zip")
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "other", settings)
    with Assistant.open(tmp_path / "other", settings) as other:
        assert other.notebooks() == filled.notebooks()
        assert names_in(other, "notebook = Ferries") == ["ferry.txt"]
        assert other.check() == []


def test_what_a_damaged_store_holds_in_a_notebook_is_named_and_mended(filled, store_folder):
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        connection.execute("INSERT INTO notebook_documents VALUES (1, 'lost.txt')")
        connection.commit()
    assert filled.check() == ["the notebook 'Ferries' holds 'lost.txt', which the store does not have"]
    assert filled.check(repair=True) == []
    assert filled.notebooks()[0].n_documents == 1


def test_store_of_an_older_version_gets_its_tables(filled, store_folder, settings):
    filled.close()
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        for table in ("notebook_documents", "notebook_readers", "notebooks"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM migrations WHERE name = 'keep_notebooks'")
        connection.commit()
    with Assistant.open(store_folder, settings) as opened:
        assert opened.notebooks() == ()
        assert opened.make_notebook("Ferries").name == "Ferries"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = Store(tmp_path_factory.mktemp("notebooks") / "store", lock_timeout_seconds=1)
    yield opened
    opened.close()


steps = st.tuples(st.sampled_from(["put", "take_out", "move", "remove"]), st.sampled_from("ab"), st.sampled_from("xyz"))


@hypothesis_settings(max_examples=15)
@given(st.lists(steps, max_size=10))
def test_notebooks_hold_what_was_put_in_and_neither_taken_out_nor_removed(store, taken):
    """Held against sets in memory, by way of what the store itself does when files are renamed and removed."""
    for left in store.notebooks.all():
        store.notebooks.remove(left)
    made = {name: store.notebooks.make(name, "") for name in "ab"}
    held: dict[str, set[str]] = {name: set() for name in "ab"}
    for step, name, source in taken:
        match step:
            case "put":
                store.notebooks.put(made[name], [source])
                held[name].add(source)
            case "take_out":
                store.notebooks.take_out(made[name], [source])
                held[name].discard(source)
            case "move":
                with store.begin() as connection:
                    notebooks.rename_sources(connection, {source: "z"})
                held = {key: {"z" if each == source else each for each in kept} for key, kept in held.items()}
            case "remove":
                with store.begin():
                    store.documents.remove_sources([source])
                held = {key: kept - {source} for key, kept in held.items()}
    with store.connect() as connection:
        rows = connection.exec_driver_sql("SELECT notebook_id, source FROM notebook_documents").all()
    assert {(made[name].number, source) for name, kept in held.items() for source in kept} == {*map(tuple, rows)}
