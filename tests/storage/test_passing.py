"""What is half written goes with its process, and what a killed one leaves goes when somebody comes by."""

from __future__ import annotations

from rag.storage.passing import clear_leftovers, passing_folder

WORK = """
import sys, time
from pathlib import Path
from rag.storage.passing import passing_folder
with passing_folder(Path(sys.argv[1]), ".store.zip-") as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "half").write_text("The bridge")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_folder_is_there_for_its_owner_alone_until_the_end(tmp_path):
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
