"""A store in one file: what comes out is what went in, and nothing else is ever let in."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from rag import Assistant, StoreError

ONLY_SQLITE = True  # archives hold a file

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
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
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
    return {"name": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_places_of_a_scan_survive_storage_and_export(assistant, settings, tmp_path):
    picture = Image.new("L", (900, 150), 255)
    ImageDraw.Draw(picture).text((60, 60), BRIDGE, fill=0, font=ImageFont.load_default(size=30))
    picture.save(tmp_path / "scan.png")
    assert assistant.add([tmp_path / "scan.png"]).failed == ()
    (cited, *_) = assistant.ask("When did the bridge open?").citations
    assert cited.quote == "The bridge opened in 1932."
    assert cited.confidence > 0.5
    (place,) = cited.places
    assert place.left == pytest.approx(60 / 900, abs=0.01)
    assistant.export(tmp_path / "store.zip")
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "other", settings)
    with Assistant.open(tmp_path / "other", settings) as other:
        assert other.ask("When did the bridge open?").citations[0].places == (place,)


def test_restored_store_answers_and_opens_old_citations(assistant, exported, settings, tmp_path):
    folder = tmp_path / "elsewhere" / "store"
    assert Assistant.import_store(exported, folder, settings) == 2
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


ALTERED = {
    "a text": "UPDATE documents SET text = replace(text, '1932', '1933')",
    "a text and its passage": (
        "UPDATE documents SET text = replace(text, '1932', '1933');"
        "UPDATE passages SET text = replace(text, '1932', '1933')"
    ),
    "a source": "UPDATE documents SET source = 'The Times.txt', file = 'The Times.txt' WHERE source NOT LIKE 'river%'",
    "a title": "UPDATE documents SET title = 'The Times'",
    "a date": """UPDATE documents SET metadata = '{"published": "2020-01-01"}'""",
    "JSON that is none": "UPDATE documents SET metadata = '{'",
    "JSON of another kind": "UPDATE documents SET metadata = '[1]'",
    "a number for a text": "UPDATE documents SET text = 7",
    "a speaker": "UPDATE sentences SET speaker = 'Anna Weber' WHERE ordinal = 0",
    "a span": 'UPDATE sentences SET "end" = "end" - 1 WHERE ordinal = 1',
    "a vector of another": "UPDATE embeddings SET vectors = (SELECT max(vectors) FROM embeddings)",
    "a vector of no numbers": (
        "UPDATE embeddings SET vectors = CAST(x'0000c07f0000c07f' || substr(vectors, 9) AS BLOB)"  # NaN as float32
    ),
    "a vector too short": "UPDATE embeddings SET vectors = x'00000000'",
    "a quote of an answer": "UPDATE answers SET answer = replace(answer, '1932', '1933')",
    "an answer that is no JSON": "UPDATE answers SET answer = '{'",
    "an answer that is a number": "UPDATE answers SET answer = 7",
    "a rating": "UPDATE answers SET rating = 'splendid'",
    "a state": "UPDATE documents SET state = 'superseded' WHERE source LIKE 'river%'",
    "a copy of another": "UPDATE documents SET duplicate_of = 1 WHERE key = 2",
    "a passage": "UPDATE passages SET text = upper(text)",
    "a passage of another document": "UPDATE passages SET document_key = 3 - document_key",
    "where a passage ends": 'UPDATE passages SET "end" = "end" - 1',
    "what is embedded of a passage": "UPDATE passages SET embedding_hash = (SELECT max(hash) FROM embeddings)",
    "no sentence": "DELETE FROM sentences WHERE ordinal = 1",
    "one sentence more": "INSERT INTO sentences VALUES (1, 2, 0, 5, 'Anna Weber')",
    "the hash of a file": "UPDATE documents SET file_hash = '00'",
    "the time of adding": "UPDATE documents SET added_at = '1999-01-01T00:00:00+00:00'",
    "a media type": "UPDATE documents SET media_type = x'00ff'",
    "the time of an answer": "UPDATE answers SET asked_at = 'yesterday'",
    "an embedder": "UPDATE embedders SET dim = 7",
}


def _with_database(exported, database):
    """The archive with another database, and a manifest that vouches for it."""
    data = database.read_bytes()

    def replace(made):
        made["files"][0] = _entry("store.db", data)

    return _changed(exported, put={"store.db": data}, manifest=replace)


def _run(exported, folder, script):
    """The database of the export, after the statements."""
    with zipfile.ZipFile(exported) as archive:
        archive.extract("store.db", folder)
    database = folder / "store.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script)
    return database


@pytest.mark.parametrize("script", ALTERED.values(), ids=ALTERED)
def test_altered_export_is_refused(exported, settings, tmp_path, script):
    other = _with_database(exported, _run(exported, tmp_path, script))
    with pytest.raises(StoreError, match=r"cannot import '.*changed.zip'"):
        Assistant.import_store(other, tmp_path / "restored", settings)
    assert not (tmp_path / "restored").exists()


BEFORE_SEALS = """
    ALTER TABLE documents DROP COLUMN text_hash; ALTER TABLE documents DROP COLUMN sentences_hash;
    ALTER TABLE documents DROP COLUMN seal; ALTER TABLE passages DROP COLUMN seal;
    ALTER TABLE answers DROP COLUMN seal; ALTER TABLE embeddings DROP COLUMN checksum;
    DELETE FROM migrations WHERE name = 'seal_rows';"""


def test_export_of_an_older_version_is_derived_anew(assistant, exported, settings, tmp_path):
    script = f"""{BEFORE_SEALS}
        UPDATE sentences SET speaker = 'Anna Weber';
        UPDATE embeddings SET vectors = CAST(x'0000c03f0000c03f' || substr(vectors, 9) AS BLOB);
        UPDATE passage_words SET words = 'nothing at all';"""
    other = _with_database(exported, _run(exported, tmp_path, script))
    assert Assistant.import_store(other, tmp_path / "restored", settings) == 2
    with Assistant.open(tmp_path / "restored", settings) as restored:
        assert restored.check() == []
        for question in ("When did the bridge open?", "How deep is the river?"):
            assert restored.retrieve(question) == assistant.retrieve(question)


def test_quote_that_no_document_says_is_refused_also_of_an_older_version(exported, settings, tmp_path):
    script = BEFORE_SEALS + ALTERED["a quote of an answer"]
    other = _with_database(exported, _run(exported, tmp_path, script))
    with pytest.raises(StoreError, match="quotes what no document says"):
        Assistant.import_store(other, tmp_path / "restored", settings)


def test_speaker_is_derived_even_where_its_seal_fits(assistant, write, settings, tmp_path):
    """Whoever knows how seals are made can make them: what follows from a text is not believed."""
    assistant.add([write("a.txt", "Anna Weber said: “We opened the bridge in 1932.” Everybody was there.")])
    store = assistant._library.store
    (info,) = assistant.documents()
    sentences = [replace(sentence, speaker="Tom Brown") for sentence in store.documents.sentences(info.id)]
    cut = assistant._library.ingestion._preparation.cut(assistant.document(info.id), file=info.source, file_hash="")
    with store.begin():
        store.documents.supersede(info.id)
        store.documents.put(
            cut.document, file=cut.file, file_hash="", recipe="", sentences=sentences, passages=cut.passages
        )
    assert assistant.retrieve("Who opened the bridge?")[0].speaker == "Tom Brown"
    assert assistant.check() != []  # the new passages are not in the word index
    assistant.check(repair=True)
    assistant.export(tmp_path / "store.zip")
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "restored", settings)
    with Assistant.open(tmp_path / "restored", settings) as restored:
        assert restored.retrieve("Who opened the bridge?")[0].speaker == "Anna Weber"
        assert restored.check() == []


@pytest.mark.parametrize(
    "files",
    [5, None, "store.db", {}, [5], [None], [{}], [{"name": "store.db"}]],
    ids=str,
)
def test_manifest_of_another_shape_is_refused(exported, tmp_path, files):
    with pytest.raises(StoreError, match=r"its manifest is damaged"):
        Assistant.import_store(
            _changed(exported, manifest=lambda made: made.update(files=files)), tmp_path / "restored"
        )


@pytest.mark.parametrize("size", ["1e400", "-1", "NaN", "7.5", '"7"', "null", "true", "[]", "1" + "0" * 400])
def test_size_that_is_none_is_refused(exported, tmp_path, size):
    with zipfile.ZipFile(exported) as archive:
        made = json.loads(archive.read("manifest.json"))
    real = made["files"][0]["size_bytes"]
    manifest = json.dumps(made).replace(f'"size_bytes": {real}', f'"size_bytes": {size}', 1).encode()
    with pytest.raises(StoreError, match=r"cannot import '.*changed.zip'"):
        Assistant.import_store(_changed(exported, put={"manifest.json": manifest}), tmp_path / "restored")


def test_small_file_that_unpacks_to_a_large_one_is_refused_before_it_does(exported, tmp_path):
    size_bytes = 200_000_000
    name, digest = "uploads/bomb.txt", hashlib.sha256()
    other = tmp_path / "bomb.zip"
    with zipfile.ZipFile(exported) as archive, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as bomb:
        for member in ("store.db", "uploads/river.txt"):
            bomb.writestr(member, archive.read(member))
        with bomb.open(name, "w") as file:
            for _ in range(200):
                file.write(bytes(1_000_000))
                digest.update(bytes(1_000_000))
        made = json.loads(archive.read("manifest.json"))
        made["files"].append({"name": name, "size_bytes": size_bytes, "sha256": digest.hexdigest()})
        bomb.writestr("manifest.json", json.dumps(made))
    assert other.stat().st_size < size_bytes / 100
    with pytest.raises(StoreError, match=r"it would unpack to 2\d\d,\d{3},\d{3} bytes"):
        Assistant.import_store(other, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


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
    other = _with_database(exported, _run(exported, tmp_path, statement))
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
