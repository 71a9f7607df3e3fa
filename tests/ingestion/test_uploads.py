"""Files that are handed over: kept under safe names, in the store's folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.ingestion.uploads import safe_name

BRIDGE = "The bridge opened in 1932."
RIVER = "The river is deep."
RECEIVE = f"""
import sys, time
from rag import Assistant, Settings
with Assistant.open(sys.argv[1], Settings(embedder="hashing")) as assistant, assistant.receiving() as folder:
    (folder / "a.txt").write_text({BRIDGE!r}, encoding="utf-8")
    print(folder / "a.txt", flush=True)
    time.sleep(60)
"""


def _uploads(store_folder):
    return {path.name: path.read_text() for path in (store_folder / "uploads").iterdir()}


@given(
    st.text(max_size=400) | st.sampled_from(["", ".", "..", "/", "a/..", "..\\..\\x", "\0", "con", "a" * 300 + ".txt"])
)
def test_safe_name_is_one_file_name_and_stays_as_it_is(name):
    safe = safe_name(name)
    assert safe == Path(safe).name == safe_name(safe)
    assert safe not in ("", ".", "..")
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 200


def test_upload_is_known_by_its_name_and_kept(assistant, write, store_folder):
    report = assistant.add_uploads([("My report.txt", write("x", BRIDGE))])
    assert report.added == ("My report.txt",)
    assert assistant.ask("When did the bridge open?").citations[0].source == "My report.txt"
    assert _uploads(store_folder) == {"My report.txt": BRIDGE}


@pytest.mark.parametrize("name", ["../../a.txt", "/etc/a.txt", "C:\\x\\a.txt", "..\\a.txt"])
def test_name_leads_nowhere_else(assistant, write, store_folder, tmp_path, name):
    before = {path for path in tmp_path.rglob("*") if store_folder not in path.parents}
    assert assistant.add_uploads([(name, write("x", BRIDGE))]).added == ("a.txt",)
    after = {path for path in tmp_path.rglob("*") if store_folder not in path.parents}
    assert {path.name for path in after - before} <= {"documents", "x", "store"}
    assert _uploads(store_folder) == {"a.txt": BRIDGE}


def test_same_name_with_other_bytes_is_another_file_in_one_call_and_a_new_version_in_the_next(
    assistant, write, store_folder
):
    x, y = write("x", BRIDGE), write("y", RIVER)
    assert assistant.add_uploads([("a.txt", x), ("A.txt", y), ("a.txt", x)]).added == ("a.txt", "A (2).txt")
    assert assistant.add_uploads([("a.txt", y)]).superseded == ("a.txt",)
    assert _uploads(store_folder) == {"a.txt": RIVER, "A (2).txt": RIVER}
    assert assistant.add_uploads([("a.txt", y)]).unchanged == ("a.txt",)


def test_what_cannot_be_read_is_named_and_not_kept(assistant, write, store_folder, tmp_path):
    report = assistant.add_uploads(
        [("a.txt", write("x", "")), ("b.xyz", write("y", BRIDGE)), ("c.txt", tmp_path / "no")]
    )
    assert {failure.source for failure in report.failed} == {"a.txt", "b.xyz", "c.txt"}
    assert _uploads(store_folder) == {}


def test_bad_new_version_leaves_the_good_one(assistant, write, store_folder):
    assistant.add_uploads([("a.txt", write("x", BRIDGE))])
    assert assistant.add_uploads([("a.txt", write("x", ""))]).failed
    assert _uploads(store_folder) == {"a.txt": BRIDGE}
    assert assistant.retrieve("bridge")[0].quote == BRIDGE


def test_removing_the_document_removes_the_upload(assistant, write, store_folder):
    assistant.add_uploads([("a.txt", write("x", BRIDGE)), ("b.txt", write("y", RIVER))])
    assert assistant.remove(["a.txt"]) == ("a.txt",)
    assert _uploads(store_folder) == {"b.txt": RIVER}


def test_what_a_killed_run_was_receiving_is_cleared_when_the_store_is_opened(start_python, settings, store_folder):
    """Not before: another process may have the store open while it is received."""
    process = start_python(RECEIVE, store_folder)
    received = Path(process.stdout.readline().strip())
    Assistant.open(store_folder, settings).close()
    assert received.read_text(encoding="utf-8") == BRIDGE
    process.kill()
    process.wait()
    assert received.exists()
    Assistant.open(store_folder, settings).close()
    assert list((store_folder / "incoming").iterdir()) == []


def test_what_was_received_is_gone_at_the_end(assistant, store_folder):
    with assistant.receiving() as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a.txt").write_text(BRIDGE, encoding="utf-8")
        assert folder.stat().st_mode & 0o077 == 0
    assert list((store_folder / "incoming").iterdir()) == []


def test_folder_that_looks_like_a_leftover_of_an_import_and_is_none_stays(assistant, store_folder, settings):
    for name in (".store-backup", ".store-x.txt"):
        (store_folder.parent / name).mkdir()
        (store_folder.parent / name / "a.txt").write_text(BRIDGE, encoding="utf-8")
    Assistant.open(store_folder, settings).close()
    assert (store_folder.parent / ".store-backup" / "a.txt").exists()


def test_copies_of_a_run_that_was_killed_are_cleared_away(assistant, write, store_folder):
    left = store_folder / "uploads" / ".incoming-x"
    left.mkdir(parents=True)
    (left / "a.txt").write_text(BRIDGE)
    assistant.add_uploads([("b.txt", write("y", RIVER))])
    assert _uploads(store_folder) == {"b.txt": RIVER}


def test_upload_that_is_stopped_keeps_what_is_stored_with_its_files_and_nothing_else(assistant, write, store_folder):
    long = "\n\n".join(f"Lamp {number} of the bridge is grey{' and very old' * 60}." for number in range(600))
    files = [("a.txt", write("a", long)), ("b.txt", write("b", RIVER)), ("c.txt", write("c", BRIDGE))]
    report = assistant.add_uploads(files, is_stopped=lambda: bool(assistant.documents()))
    assert report.added == ("a.txt",)
    assert [info.source for info in assistant.documents()] == ["a.txt"]
    assert list(_uploads(store_folder)) == ["a.txt"]
    assert assistant.check() == []
    assert assistant.add_uploads(files).added == ("b.txt", "c.txt")


def test_upload_that_is_stopped_before_it_begins_stores_nothing(assistant, write, store_folder):
    assert assistant.add_uploads([("b.txt", write("b", RIVER))], is_stopped=lambda: True).added == ()
    assert assistant.documents() == []
    assert _uploads(store_folder) == {}
