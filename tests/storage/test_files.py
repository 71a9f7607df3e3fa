"""Whose a store is, what counts as one, and what is never taken for one.

And passing folders: what is half written goes with its process, and what a killed one leaves goes later.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rag import Assistant, NotFoundError, SettingsError, StoreError
from rag.storage.files import clear_leftovers, passing_folder

BRIDGE = "The bridge opened in 1932."

posix = pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask():
    """What most machines have, which lets everybody read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@posix
def test_store_and_all_in_it_are_for_their_owner_alone(usual_umask, assistant, write, store_folder, tmp_path):
    assistant.add([write("a.txt", BRIDGE)])
    assistant.add_uploads([("b.txt", write("b.txt", "The river is deep."))])
    assistant.ask("When did the bridge open?")
    assistant.export(tmp_path / "store.zip")
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "restored")
    open_now = {path.name for path in store_folder.iterdir() if path.is_file()}
    assert {"store.db", "store.db-wal", "store.db-shm", "write.lock"} <= open_now
    for folder in (store_folder, tmp_path / "restored"):
        files = [folder, *folder.rglob("*")]
        assert {str(path): oct(mode(path)) for path in files if mode(path) != (0o700 if path.is_dir() else 0o600)} == {}
    assert mode(tmp_path / "store.zip") == 0o600


@posix
def test_folder_that_was_there_keeps_its_group_and_loses_everybody(usual_umask, store_folder, settings):
    store_folder.mkdir()
    store_folder.chmod(0o775)
    with Assistant.open(store_folder, settings):
        assert mode(store_folder) == 0o770


@posix
def test_store_that_everybody_can_read_is_named_and_mended(assistant, write, store_folder):
    assistant.add([write("a.txt", BRIDGE)])
    for path in (store_folder, *store_folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (problem,) = assistant.check()
    assert problem.startswith("every user of this machine can read the store - ")
    assert assistant.check(repair=True) == []
    assert {mode(path) for path in store_folder.rglob("*") if path.is_file()} == {0o600}


@posix
def test_group_that_shares_a_store_is_no_fault(assistant, write, store_folder):
    assistant.add([write("a.txt", BRIDGE)])
    store_folder.chmod(0o750)
    (store_folder / "store.db").chmod(0o640)
    assert assistant.check() == []


def test_nothing_says_who_wrote_when_nobody_writes(assistant, write, store_folder):
    assistant.add([write("a.txt", BRIDGE)])
    assert not (store_folder / "writer.json").exists()


# What is a store


@pytest.mark.parametrize("folder", ["index", "uploads"])
def test_empty_database_beside_what_was_made_from_it_is_damage(assistant, write, store_folder, settings, folder):
    assistant.add([write("a.txt", BRIDGE)])
    assistant.add_uploads([("b.txt", write("b.txt", "The river is deep."))])
    assistant.close()
    for other in {"index", "uploads"} - {folder}:
        (store_folder / other).rename(store_folder.parent / other)
    (store_folder / "store.db").write_bytes(b"")
    with pytest.raises(StoreError, match=r"its 'store.db' is empty, but .* restore 'store.db' from a backup"):
        Assistant.open(store_folder, settings)
    assert (store_folder / "store.db").read_bytes() == b""


def test_empty_database_alone_is_a_store_that_was_begun(store_folder, settings):
    store_folder.mkdir()
    (store_folder / "store.db").write_bytes(b"")
    with Assistant.open(store_folder, settings) as assistant:
        assert assistant.check() == []


@pytest.mark.parametrize("made", ["nothing", "a folder", "an empty database"])
def test_store_that_must_exist_is_not_made(store_folder, settings, made):
    if made != "nothing":
        store_folder.mkdir()
    if made == "an empty database":
        (store_folder / "store.db").write_bytes(b"")
    before = sorted(store_folder.parent.rglob("*"))
    with pytest.raises(NotFoundError, match=r"there is no store in '.*store' - make one with `rag add PATH`"):
        Assistant.open(store_folder, settings, must_exist=True)
    assert sorted(store_folder.parent.rglob("*")) == before


def test_store_that_must_exist_and_does_is_opened(assistant, write, store_folder, settings):
    assistant.add([write("a.txt", BRIDGE)])
    with Assistant.open(store_folder, settings, must_exist=True) as other:
        assert len(other.documents()) == 1


# What is no document


@pytest.fixture
def other_store(settings, write, tmp_path):
    """Another store, with an upload in it, inside a folder of documents."""
    folder = tmp_path / "documents" / "archive"
    upload = tmp_path / "river.txt"
    upload.write_text("The river is deep.", encoding="utf-8")
    with Assistant.open(folder, settings) as other:
        other.add_uploads([("river.txt", upload)])
    write("a.txt", BRIDGE)
    return folder


def test_files_of_another_store_are_no_documents(assistant, other_store):
    report = assistant.add([other_store.parent])
    assert ([Path(source).name for source in report.added], report.failed) == (["a.txt"], ())
    assert assistant.sync(other_store.parent).unchanged == report.added


@pytest.mark.parametrize("inside", [".", "uploads", "uploads/river.txt"])
def test_files_of_another_store_are_refused_by_name(assistant, other_store, inside):
    (failure,) = assistant.add([other_store / inside]).failed
    assert failure.reason.startswith("it belongs to a store of documents - ")
    assert assistant.documents() == []


def test_files_of_the_own_store_are_refused_by_name(assistant, write, store_folder):
    assistant.add_uploads([("a.txt", write("a.txt", BRIDGE))])
    (failure,) = assistant.add([store_folder / "uploads" / "a.txt"]).failed
    assert failure.reason.startswith("it belongs to a store of documents - ")


def test_link_into_another_store_is_refused(assistant, other_store):
    link = other_store.parent / "link.txt"
    link.symlink_to(other_store / "uploads" / "river.txt")
    report = assistant.add([other_store.parent])
    assert [Path(failure.source).name for failure in report.failed] == ["link.txt"]
    assert [Path(source).name for source in report.added] == ["a.txt"]


@pytest.mark.parametrize("inside", [".", "uploads"])
def test_folder_of_a_store_is_nothing_to_keep_in_step_with(assistant, other_store, inside):
    with pytest.raises(SettingsError, match="it belongs to a store of documents"):
        assistant.sync(other_store / inside)


def test_database_of_another_program_is_no_store(assistant, write):
    write("program/store.db", "of another program")
    note = write("program/note.txt", BRIDGE)
    assert assistant.add([note.parent]).added == (str(note),)


def test_damaged_store_is_still_a_store(assistant, other_store):
    (other_store / "store.db").write_bytes(b"torn")
    report = assistant.add([other_store.parent])
    assert [Path(source).name for source in report.added] == ["a.txt"]


WORK = """
import sys, time
from pathlib import Path
from rag.storage.files import passing_folder
with passing_folder(Path(sys.argv[1]), ".store.zip-") as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "half").write_text("The bridge")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_passing_folder_is_there_for_its_owner_alone_until_the_end(tmp_path):
    with passing_folder(tmp_path, ".x-") as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "deep").mkdir()
        (folder / "deep" / "half").write_text("The bridge")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_leaves_goes_with_the_next_one_and_not_before(start_python, tmp_path):
    process = start_python(WORK, tmp_path)
    name = process.stdout.readline().strip()
    clear_leftovers(tmp_path)
    assert (tmp_path / name / "deep" / "half").exists()
    process.kill()
    process.wait()
    with passing_folder(tmp_path, ".other-"):
        assert not (tmp_path / name).exists()


def test_one_that_was_cut_off_while_it_was_deleted_is_still_known(start_python, tmp_path):
    process = start_python(WORK, tmp_path)
    name = process.stdout.readline().strip()
    process.kill()
    process.wait()
    (tmp_path / name / "deep" / "half").unlink()
    (tmp_path / name / "deep").rmdir()
    clear_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folders_of_others_stay_whatever_they_are_called(tmp_path):
    (tmp_path / ".store.zip-abc").mkdir()
    (tmp_path / ".store.zip-abc" / "half").write_text("The bridge")
    (tmp_path / ".x-link").symlink_to(tmp_path / ".store.zip-abc")
    clear_leftovers(tmp_path)
    clear_leftovers(tmp_path / "missing")
    assert (tmp_path / ".store.zip-abc" / "half").exists()


def test_folder_of_a_process_that_was_killed_before_it_locked_it_goes(tmp_path):
    (tmp_path / ".store.zip-abc.at-work").mkdir()
    clear_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []
