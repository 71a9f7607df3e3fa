"""Which files `add` takes, and what it says about those it cannot: always a report, never an error."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.ingestion import find_files

BRIDGE = "The bridge opened in 1932."


def _add_one(assistant, path):
    """The reason why the file was not added, after a file beside it was."""
    report = assistant.add([path, path.with_name("good.txt")])
    assert [Path(source).name for source in report.added] == ["good.txt"]
    assert len(report.failed) == 1
    assert report.failed[0].source == str(path)
    return report.failed[0].reason


@pytest.fixture
def bad(write):
    """A path beside a good file."""
    return write("good.txt", BRIDGE).with_name("bad.txt")


# Folders


def test_folder_is_searched_to_the_bottom_in_order(write):
    for name in ("b.txt", "x/c.md", "x/y/d.html", "a.txt"):
        root = write(name, BRIDGE)
    root = write("a.txt", BRIDGE).parent
    files, failures = find_files([root], [".txt", ".md", ".html"])
    assert [file.path.relative_to(root).as_posix() for file in files] == ["a.txt", "b.txt", "x/c.md", "x/y/d.html"]
    assert not any(file.is_named for file in files)
    assert failures == []


def test_hidden_files_and_folders_are_left_out_unless_named(assistant, write):
    hidden = write(".hidden.txt", BRIDGE)
    write(".git/note.txt", BRIDGE)
    write("a.txt", BRIDGE)
    report = assistant.add([hidden.parent])
    assert (len(report.added), report.skipped) == (1, ())
    assert assistant.add([hidden]).added == (str(hidden),)


def test_links_that_make_a_loop_are_not_followed(assistant, write):
    path = write("a.txt", BRIDGE)
    (path.parent / "loop").symlink_to(path.parent, target_is_directory=True)
    assert assistant.add([path.parent]).added == (str(path),)


def test_link_to_a_file_is_a_document_of_its_own(assistant, write):
    path = write("a.txt", BRIDGE)
    link = path.with_name("b.txt")
    link.symlink_to(path)
    assert assistant.add([path.parent]).added == (str(path), str(link))


def test_file_named_in_several_ways_is_added_once(assistant, write, monkeypatch):
    path = write("a.txt", BRIDGE)
    monkeypatch.chdir(path.parent)
    report = assistant.add([path, str(path), "a.txt", "../documents/a.txt", path.parent])
    assert (report.added, report.unchanged) == ((str(path),), ())


def test_kind_that_no_reader_reads_is_skipped_in_a_folder_and_failed_when_named(assistant, write):
    write("a.txt", BRIDGE)
    table = write("table.xyz", "1;2")
    without = write("LICENSE", "Do what you want.")
    report = assistant.add([table.parent])
    assert (report.skipped, report.failed) == ((str(without), str(table)), ())
    report = assistant.add([table, without])
    assert [failure.reason.partition(" - use one of ")[0] for failure in report.failed] == [
        "no reader for .xyz",
        "no reader for files without a suffix",
    ]


def test_suffix_counts_in_any_case(assistant, write):
    assert len(assistant.add([write("A.TXT", BRIDGE)]).added) == 1


def test_folder_without_anything_to_read_says_so(assistant, tmp_path):
    (tmp_path / "empty").mkdir()
    report = assistant.add([tmp_path / "empty"])
    assert "holds no file that can be read - put .txt" in report.failed[0].reason


@pytest.mark.parametrize("name", ["missing.txt", "missing", "a\0b.txt", "~nobody-of-that-name/a.txt", "x" * 5000])
def test_path_that_is_not_there_says_so(assistant, write, name):
    good = write("good.txt", BRIDGE)
    report = assistant.add([good.parent / name if not name.startswith("~") else name, good])
    assert report.failed[0].reason == "there is no such file or folder - check the path"
    assert report.added == (str(good),)


# Files


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\t\n", "it is empty"),
        (b"\xef\xbb\xbf", "there is no text in it"),
        (bytes(range(256)) * 20, "bytes that are not text"),
        (b"\0" * 4000, "bytes that are not text"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 90, "a PNG image"),
        (b"PK\x03\x04" + b"x" * 90, "a ZIP archive or an Office document"),
        (b"%PDF-1.7 xxxxxxxxxx", "a PDF"),
    ],
)
def test_file_without_text_is_named_and_the_rest_is_added(assistant, bad, content, reason):
    bad.write_bytes(content)
    assert reason in _add_one(assistant, bad)


def test_a_few_nul_bytes_are_left_out_of_the_text(assistant, write):
    assistant.add([write("a.txt", "The bri\0dge opened\0 in 1932.")])
    assert assistant.retrieve("bridge")[0].quote == "The bridge opened in 1932."


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", "The bridge opened in 1932."),
        ("cp1252", "Die Brücke kam 1932, und Frau Meyer sagte dem Reporter der Zeitung dazu nur ein Wort: „endlich“."),
        ("utf-8-sig", "Le pont a été ouvert en 1932."),
    ],
)
def test_text_in_another_encoding_is_quoted_as_people_read_it(assistant, bad, encoding, text):
    bad.write_bytes(text.encode(encoding))
    assistant.add([bad])
    assert assistant.retrieve("1932")[0].quote == text


def test_file_above_the_limit_is_named(store_folder, bad):
    bad.write_bytes(b"word " * 300)
    with Assistant.open(store_folder, Settings(embedder="hashing", max_file_bytes=1000)) as assistant:
        assert "1,500 bytes, more than the 1,000 allowed" in _add_one(assistant, bad)


def test_huge_file_is_refused_unread(assistant, bad):
    with bad.open("wb") as file:
        file.truncate(200_000_000)
    started = time.process_time()
    assert "200,000,000 bytes, more than the 50,000,000 allowed" in _add_one(assistant, bad)
    assert time.process_time() - started < 2


def test_long_line_is_cut_and_found(assistant, write):
    words = " ".join(f"word{number % 977}" for number in range(125_000))
    assistant.add([write("a.txt", f"{words} cantilever {words}"[:2_000_000]), write("b.txt", "x" * 1_000_000)])
    evidence = assistant.retrieve("cantilever")[0]
    assert "cantilever" in evidence.quote
    assert len(evidence.quote) < 2000
    assert assistant.check() == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("is_known", [False, True])
def test_pipe_is_refused_without_waiting(assistant, bad, is_known):
    if is_known:
        bad.write_text(BRIDGE)
        assistant.add([bad])
        bad.unlink()
    os.mkfifo(bad)
    assert "it is a pipe or a device" in _add_one(assistant, bad)


def test_link_to_nothing_is_named(assistant, bad):
    bad.symlink_to(bad.with_name("missing.txt"))
    assert "there is no such file" in _add_one(assistant, bad)


def test_link_to_itself_is_named(assistant, bad):
    bad.symlink_to(bad)
    assert "cannot be opened" in _add_one(assistant, bad)


def test_folder_with_the_name_of_a_file_is_a_folder(assistant, bad, write):
    write("bad.txt/inside.txt", BRIDGE)
    assert len(assistant.add([bad]).added) == 1


def test_file_that_was_known_and_is_gone_stays_in_the_store(assistant, bad):
    bad.write_text(BRIDGE)
    assistant.add([bad])
    bad.unlink()
    assert assistant.add([bad]).failed
    assert len(assistant.documents()) == 1


def test_file_that_became_unreadable_text_keeps_its_last_version(assistant, bad):
    bad.write_text(BRIDGE)
    assistant.add([bad])
    bad.write_bytes(b"")
    _add_one(assistant, bad)
    assert assistant.retrieve("bridge")[0].source == str(bad)


def test_name_that_is_no_text_is_reported_in_printable_form(assistant, bad):
    try:
        with Path(os.fsdecode(os.fsencode(bad.parent) + b"/\xff.txt")).open("wb") as file:
            file.write(BRIDGE.encode())
    except OSError:
        pytest.skip("the file system allows no such names")
    report = assistant.add([bad.parent])
    assert report.failed[0].reason == "its name holds bytes that are not text - rename it"
    assert report.failed[0].source.encode() == f"{bad.parent}/?.txt".encode()


def test_unreadable_file_and_folder_are_named(assistant, bad, write):
    bad.write_text(BRIDGE)
    closed = write("closed/inside.txt", BRIDGE).parent
    bad.chmod(0)
    closed.chmod(0)
    try:
        if os.access(bad, os.R_OK):
            pytest.skip("no permission binds this user")
        report = assistant.add([bad.parent])
        reason_by_source = {failure.source: failure.reason for failure in report.failed}
        assert "may not be opened" in reason_by_source[str(bad)]
        assert "check who may open the folder" in reason_by_source[str(closed)]
        assert len(report.added) == 1
        assert assistant.add([closed / "inside.txt"]).failed
    finally:
        closed.chmod(0o755)


@pytest.mark.parametrize(
    "name", ["a b.txt", "ä€𝄞.txt", "a'b\"c;--.txt", "a%20b.txt", "a\nb.txt", "-rf.txt", "{x!r}.txt"]
)
def test_any_name_is_a_source(assistant, write, name):
    path = write(name, BRIDGE)
    assert assistant.add([path]).added == (str(path),)
    assert assistant.add([path]).unchanged == (str(path),)
    assert assistant.retrieve("bridge")[0].source == str(path)
    assert assistant.check() == []
    assert assistant.remove([path]) == (str(path),)
