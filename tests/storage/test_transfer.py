"""A store in one file: what comes out is what went in, and nothing else is ever let in."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag import Assistant, StoreError

BRIDGE = "The bridge opened in 1932. It is painted grey."


@pytest.fixture
def exported(assistant, write, tmp_path):
    """An export of a store with two documents, one of them an upload, and an answer."""
    assistant.add([write("a.txt", BRIDGE)])
    assistant.add_uploads([("river.txt", write("x", "The river is deep."))])
    assistant.ask("When did the bridge open?")
    path = tmp_path / "store.zip"
    report = assistant.export(path)
    assert (report.n_documents, report.size_bytes) == (2, path.stat().st_size)
    return path


def _changed(path, *, leave_out=(), put=None, manifest=None):
    """The archive with other members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name not in leave_out}
    members |= put or {}
    if manifest:
        made = json.loads(members["manifest.json"])
        manifest(made)
        members["manifest.json"] = json.dumps(made).encode()
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return other


def _entry(name, data):
    import hashlib

    return {"name": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_restored_store_answers_and_opens_old_citations(assistant, exported, settings, tmp_path):
    folder = tmp_path / "elsewhere" / "store"
    assert Assistant.import_store(exported, folder) == 2
    with Assistant.open(folder, settings) as other:
        assert other.documents() == assistant.documents()
        assert other.citation(1) == assistant.citation(1)
        assert other.ask("When did the bridge open?").text == assistant.ask("When did the bridge open?").text
        assert other.check() == []
        assert (folder / "uploads" / "river.txt").read_text() == "The river is deep."
        assert other.remove(["river.txt"]) == ("river.txt",)
    assert {path.name for path in tmp_path.iterdir()} == {"documents", "store", "store.zip", "elsewhere"}


def test_what_was_removed_is_not_in_the_export(assistant, write, tmp_path):
    assistant.add([write("a.txt", BRIDGE)])
    assistant.add([write("secret.txt", "Zyxwvut met Ponmlkj.")])
    assistant.remove([write("secret.txt", "")])
    assistant.export(tmp_path / "store.zip")
    with zipfile.ZipFile(tmp_path / "store.zip") as archive:
        assert b"onmlkj" not in archive.read("store.db")


def test_export_is_of_one_moment_while_others_write(assistant, write, tmp_path):
    assistant.add([write("a.txt", BRIDGE)])
    with assistant._library.store.begin():
        assistant._library.store.set_embedder("half written")
        with Assistant.open(assistant._library.store.folder, assistant.settings) as other:
            import threading

            thread = threading.Thread(target=other.export, args=[tmp_path / "store.zip"])
            thread.start()
            thread.join()
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "restored")
    with Assistant.open(tmp_path / "restored", assistant.settings) as restored:
        assert restored.check() == []
        assert restored.retrieve("bridge")


def test_nothing_is_overwritten(assistant, exported, tmp_path):
    with pytest.raises(StoreError, match="the file exists - name a new one"):
        assistant.export(exported)
    with pytest.raises(StoreError, match="it is not empty - name a new folder"):
        Assistant.import_store(exported, tmp_path / "store")
    (tmp_path / "empty").mkdir()
    assert Assistant.import_store(exported, tmp_path / "empty") == 2


def _add_file(name, data):
    return {"put": {name: data}, "manifest": lambda made: made["files"].append(_entry(name, data))}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"leave_out": ["store.db"]}, "does not hold what it says"),
        ({"leave_out": ["manifest.json"]}, "no export"),
        ({"put": {"uploads/river.txt": b"The river is DEEP!"}}, "'uploads/river.txt' is damaged"),
        ({"put": {"uploads/more.txt": b"x"}}, "does not hold what it says"),
        (_add_file("../outside.txt", b"x"), "which no store has"),
        (_add_file("uploads/../../outside.txt", b"x"), "which no store has"),
        (_add_file("uploads/..", b"x"), "which no store has"),
        (_add_file("/outside.txt", b"x"), "which no store has"),
        (_add_file("index/faiss.json", b"x"), "which no store has"),
        ({"manifest": lambda made: made.update(format=2)}, "made by a newer version"),
        ({"manifest": lambda made: made["files"][0].pop("sha256")}, "manifest is damaged"),
        ({"put": {"manifest.json": b"[]"}}, "no export"),
        ({"put": {"manifest.json": b"{"}}, "no export"),
    ],
)
def test_damaged_or_hostile_archive_is_refused_and_leaves_nothing(exported, tmp_path, change, reason):
    other = _changed(exported, **change)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(StoreError, match=reason):
        Assistant.import_store(other, tmp_path / "restored")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("CREATE TRIGGER bad AFTER INSERT ON answers BEGIN DELETE FROM documents; END", "'bad', which no store has"),
        ("CREATE VIEW bad AS SELECT 1", "'bad', which no store has"),
        ("CREATE TABLE bad (x)", "'bad', which no store has"),
        ("INSERT INTO migrations VALUES ('from_the_future', '')", "a newer version"),
        ("UPDATE passages SET text = 'Something else.'", "not sound"),
    ],
)
def test_database_that_is_not_as_ours_is_refused(exported, tmp_path, statement, reason):
    with zipfile.ZipFile(exported) as archive:
        archive.extract("store.db", tmp_path)
    database = tmp_path / "store.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()
    data = database.read_bytes()

    def replace(made):
        made["files"][0] = _entry("store.db", data)

    other = _changed(exported, put={"store.db": data}, manifest=replace)
    with pytest.raises(StoreError, match=reason):
        Assistant.import_store(other, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_bomb_is_refused_before_it_is_unpacked(exported, tmp_path):
    with pytest.raises(StoreError, match=r"free some space|does not hold what it says"):
        Assistant.import_store(
            _changed(exported, manifest=lambda made: made["files"][0].update(size_bytes=10**18)), tmp_path / "restored"
        )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "store.zip"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="no export of a store"):
        Assistant.import_store(path, tmp_path / "restored")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"cannot import '.*nothing.zip': No such file"):
        Assistant.import_store(tmp_path / "nothing.zip", tmp_path / "restored")


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_torn_or_flipped_archive_is_refused_or_whole(exported, data):
    content = bytearray(exported.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    other, folder = exported.with_name("torn.zip"), exported.with_name("torn")
    other.write_bytes(content)
    try:
        n_documents = Assistant.import_store(other, folder)
    except StoreError:
        assert not folder.exists()
    else:
        assert n_documents == 2
        _remove(folder)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)
