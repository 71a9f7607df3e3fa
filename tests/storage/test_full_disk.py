"""A disk that takes no more is said in words, is no fault of a document, and removing makes room on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag import Assistant, StoreFullError

ROOT = Path(__file__).parents[2]
SECRET = "zanzibar"
RUN = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from rag.cli import main
main(sys.argv[2:])
"""


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 48 MB; taken away at the end."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=48m", "none", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def documents(write):
    """Forty documents of long sentences, a word of the first of which stands nowhere else."""
    for number in range(40):
        words = [f"word{number}x{place} river bridge" for place in range(900)]
        text = ". ".join(" ".join(words[start : start + 6]) for start in range(0, len(words), 6))
        path = write(f"{number}.txt", f"{SECRET} is here. {text}" if number == 0 else text)
    return path.parent


def free_bytes(place: Path) -> int:
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


@pytest.mark.parametrize("left", [0, 40_000, 400_000])
def test_removing_makes_room_on_a_full_disk_and_leaves_no_trace(small_disk, documents, settings, left):
    store = small_disk / "store"
    with Assistant.open(store, settings) as assistant:
        assistant.add([documents])
    (small_disk / "others").write_bytes(b"x" * (free_bytes(small_disk) - left))
    before = free_bytes(small_disk)
    assert before <= left
    with Assistant.open(store, settings) as assistant:
        assert assistant.remove([documents / "0.txt"]) == (str(documents / "0.txt"),)
        assert free_bytes(small_disk) > before
        assert len(assistant.remove([documents / f"{number}.txt" for number in range(1, 20)])) == 19
        assert free_bytes(small_disk) > before + 500_000
        assert len(assistant.documents()) == 20
        assert assistant.check() == []
        assert assistant.retrieve("word20x3", k=1)[0].source == str(documents / "20.txt")
        assert assistant.add([documents / "1.txt"]).added
    for file in store.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


def test_store_of_an_older_version_is_told_how_the_rest_goes(small_disk, documents, settings):
    """Its database cannot give pages back one by one, and to write it anew takes space."""
    store = small_disk / "store"
    with Assistant.open(store, settings) as assistant:
        assistant.add([documents])
        database = assistant._library.store._database
        database._run_alone("PRAGMA auto_vacuum = NONE", "VACUUM")
        database.erase_traces()
    filling = small_disk / "others"
    filling.write_bytes(b"x" * free_bytes(small_disk))
    with Assistant.open(store, settings) as assistant:
        with pytest.raises(StoreFullError, match=r"removed from store .*free some space and run `rag prune`"):
            assistant.remove([documents / "0.txt"])
        assert len(assistant.documents()) == 39
        filling.unlink()
        assistant.prune()
        assert assistant.check() == []
    for file in store.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


def test_full_disk_is_no_fault_of_an_upload(small_disk, documents, settings):
    with Assistant.open(small_disk / "store", settings) as assistant:
        (small_disk / "others").write_bytes(b"x" * (free_bytes(small_disk) - 100_000))
        large = documents / "large.txt"
        large.write_text("The bridge. " * 20_000, encoding="utf-8")
        with pytest.raises(
            StoreFullError, match=r"cannot take 'a.txt' into store .*: the disk is full - free some space"
        ):
            assistant.add_uploads([("a.txt", large)])
        assert list((small_disk / "store" / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("limit", "command"),
    [(300_000, "add"), (8_000_000, "add"), (8_000_000, "sync"), (1_000_000, "export")],
)
def test_limit_of_file_sizes_is_said_and_no_fault_of_the_file(
    documents, settings, store_folder, tmp_path, limit, command
):
    if command == "export":
        with Assistant.open(store_folder, settings) as assistant:
            assistant.add([documents])
    argument = tmp_path / "store.zip" if command == "export" else documents
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(limit), command, str(argument), "--store", str(store_folder)],
        env=os.environ | {"RAG_EMBEDDER": "hashing", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("rag: cannot "), done.stderr
    assert "a file would grow past the size that the system allows - raise that limit (`ulimit -f`)" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "store.zip").exists()
    if command != "export":
        with Assistant.open(store_folder, settings) as assistant:
            assert assistant.check() == []
