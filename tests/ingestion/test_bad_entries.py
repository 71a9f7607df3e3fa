"""One bad entry of a folder is that entry's failure, and the rest is done: by `add`, by `sync` and while watching."""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rag import Assistant, Document, Settings
from rag.readers.text import TextReader
from rag.types import Failure

BRIDGE = "The bridge opened in 1932."
NAME_THAT_IS_NO_TEXT = os.fsdecode(b"\xff.txt")

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")


class BrokenReader(TextReader):
    """Does what the file says."""

    def read(self, path):
        document = super().read(path)
        match document.text:
            case "fail":
                raise KeyError("an odd part")
            case "run out of memory":
                raise MemoryError
            case "give nothing":
                return None
            case "give blanks":
                return replace(document, text=" \n")
            case "give half a character":
                return replace(document, title="\ud800")
            case "give a number":
                return replace(document, metadata={"pages": 3})
            case "delete the next":
                path.with_name("b.txt").unlink()
        return document


class BrokenCollectionReader:
    """Three entries, of which the second is none."""

    media_types = frozenset({"text/x-odd"})

    def __init__(self, *, max_bytes):
        self.max_bytes = max_bytes

    def read_each(self, path):
        for number in range(1, 4):
            document = Document(
                id=f"{number}", source=f"{path}#{number}", title="", media_type="text/x-odd", text=BRIDGE, metadata={}
            )
            yield document if number != 2 else replace(document, text="\udcff")


@pytest.fixture
def settings():
    readers = {".odd": f"{__name__}:BrokenReader", ".odds": f"{__name__}:BrokenCollectionReader"}
    return Settings(embedder="hashing", abstain_below=0.0, readers=readers)


@pytest.fixture
def folder(write):
    """Good files before and behind whatever a test puts between them."""
    write("z/good.txt", BRIDGE)
    return write("a.txt", BRIDGE).parent


def make_loop(folder):
    (folder / "loop").symlink_to("loop")
    return folder / "loop"


def make_long_loop(folder):
    (folder / "m.txt").symlink_to("n.txt")
    (folder / "n.txt").symlink_to("m.txt")
    return folder / "m.txt"


def make_nameless(folder):
    path = folder / NAME_THAT_IS_NO_TEXT
    try:
        path.write_text(BRIDGE)
    except OSError:
        pytest.skip("the file system allows no such names")
    return folder / "?.txt"


def make_pipe(folder):
    os.mkfifo(folder / "pipe.txt")
    return folder / "pipe.txt"


def make_pipe_of_a_foreign_reader(folder):
    os.mkfifo(folder / "pipe.odd")
    return folder / "pipe.odd"


def make_socket(folder):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(folder / "socket.txt"))
    return folder / "socket.txt"


def make_pipe_of_rules(folder):
    (folder / "rules").mkdir()
    (folder / "rules" / "inside.txt").write_text(BRIDGE)
    os.mkfifo(folder / "rules" / ".ragignore")
    return folder / "rules" / ".ragignore"


def make_loop_of_rules(folder):
    (folder / "rules").mkdir()
    (folder / "rules" / ".ragignore").symlink_to(".ragignore")
    return folder / "rules" / ".ragignore"


BAD = [
    make_loop,
    make_long_loop,
    make_nameless,
    make_socket,
    make_loop_of_rules,
    *(pytest.param(make, marks=needs_pipes) for make in (make_pipe, make_pipe_of_a_foreign_reader, make_pipe_of_rules)),
]


@pytest.mark.parametrize("make", BAD)
@pytest.mark.parametrize("method", ["add", "sync"])
def test_bad_entry_is_named_and_the_rest_is_added(assistant, folder, make, method):
    bad = make(folder)
    report = getattr(assistant, method)(folder)
    assert report.added == (str(folder / "a.txt"), str(folder / "z" / "good.txt"))
    assert str(bad) in {failure.source for failure in report.failed}


@pytest.mark.parametrize("make", BAD)
def test_bad_entry_is_foreseen(assistant, folder, make):
    make(folder)
    report = assistant.sync(folder, dry_run=True)
    assert {str(folder / "a.txt"), str(folder / "z" / "good.txt")} <= set(report.added)


@pytest.mark.parametrize("make", BAD)
def test_watching_goes_on_over_a_bad_entry(assistant, folder, make):
    stop = threading.Event()
    reports = assistant.watch(folder, interval_seconds=0.02, stop=stop)
    next(reports)
    bad = make(folder)
    (folder / "new.txt").write_text("The river is deep.")
    report = next(reports)
    while str(folder / "new.txt") not in report.added:  # the bad entry may have been seen alone
        report = next(reports)
    assert str(bad) in {failure.source for failure in report.failed}
    stop.set()


def test_document_whose_file_became_a_loop_stays(assistant, folder):
    assistant.sync(folder)
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to("a.txt")
    report = assistant.sync(folder)
    assert (report.removed, [failure.source for failure in report.failed]) == ((), [str(folder / "a.txt")])
    assert len(assistant.documents()) == 2


def test_file_that_was_renamed_to_what_is_no_text_stays(assistant, folder):
    (folder / "a.txt").write_text("The river is deep.")
    assistant.sync(folder)
    try:
        (folder / "a.txt").rename(folder / NAME_THAT_IS_NO_TEXT)
    except OSError:
        pytest.skip("the file system allows no such names")
    report = assistant.sync(folder)
    assert [failure.source for failure in report.failed] == [str(folder / "?.txt")]
    assert (report.renamed, report.removed) == ((), (str(folder / "a.txt"),))


def test_folder_with_a_name_that_is_no_text_says_so(assistant, tmp_path):
    folder = tmp_path / os.fsdecode(b"\xff")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system allows no such names")
    (folder / "a.txt").write_text(BRIDGE)
    for method in (assistant.add, assistant.sync):
        report = method(folder)
        assert [failure.source for failure in report.failed] == [str(tmp_path / "?" / "a.txt")]


def test_folder_nested_more_deeply_than_calls_can_be_is_searched(assistant, folder):
    deep = folder
    for _ in range(1200):
        deep = deep / "d"
        deep.mkdir()
    (deep / "b.txt").write_text("The river is deep.")
    try:
        assert str(deep / "b.txt") in assistant.add([folder]).added
    finally:
        (deep / "b.txt").unlink()
        os.removedirs(deep)  # what clears up after tests calls itself once a folder


def test_file_that_vanishes_between_two_looks_is_named(assistant, folder):
    (folder / "a.odd").write_text("delete the next")
    (folder / "b.txt").write_text(BRIDGE)
    report = assistant.add([folder])
    assert [(failure.source, failure.reason) for failure in report.failed] == [
        (str(folder / "b.txt"), "there is no such file - check the name")
    ]
    assert len(report.added) == 3


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("fail", "BrokenReader failed with KeyError: 'an odd part' - save the file again"),
        ("run out of memory", "BrokenReader failed with MemoryError: no reason given"),
        ("give nothing", "BrokenReader made no text of it that can be stored"),
        ("give blanks", "BrokenReader made no text of it that can be stored"),
        ("give half a character", "BrokenReader made no text of it that can be stored"),
        ("give a number", "BrokenReader made no text of it that can be stored"),
    ],
)
def test_reader_that_breaks_has_failed_on_one_file(assistant, folder, order, reason):
    (folder / "b.odd").write_text(order)
    report = assistant.add([folder])
    assert len(report.added) == 2
    assert [failure.source for failure in report.failed] == [str(folder / "b.odd")]
    assert reason in report.failed[0].reason


def test_reader_that_breaks_on_one_entry_has_failed_on_that(assistant, folder):
    path = folder / "b.odds"
    path.write_text("three")
    report = assistant.add([path])
    assert report.added == (f"{path}#1", f"{path}#3")
    assert report.failed == (
        Failure(
            source=f"{path}#2", reason="BrokenCollectionReader made no text of it that can be stored - leave it out"
        ),
    )


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device")
def test_device_is_named(assistant, folder, tmp_path):
    device = tmp_path / "zero.txt"
    device.symlink_to("/dev/zero")
    report = assistant.add([device, folder])
    assert [failure.reason for failure in report.failed] == ["it is a pipe or a device - copy its content into a file"]
    assert len(report.added) == 2


def test_folder_below_one_that_may_not_be_entered_is_missing(settings, store_folder, folder):
    closed = folder / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0)
    try:
        if os.access(closed, os.X_OK):
            pytest.skip("no permission binds this user")
        with Assistant.open(store_folder, settings) as assistant:
            assert assistant.add([closed / "inside", folder / "a.txt"]).added == (str(folder / "a.txt"),)
    finally:
        closed.chmod(0o755)
