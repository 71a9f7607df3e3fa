"""`rag add` of many, `sync`, `watch`, `check --repair`, `prune`, `export` and `import`: what people see."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

BRIDGE = "The bridge opened in 1932."
RIVER = "The river is forty metres deep."


@pytest.fixture
def folder(write):
    write("b.txt", RIVER)
    return write("a.txt", BRIDGE).parent


def test_sync_says_what_it_did_and_what_it_would_do(rag, folder, write):
    assert rag("sync", folder) == (0, "2 added.\n", "")
    (folder / "a.txt").rename(folder / "z.txt")
    (folder / "b.txt").unlink()
    write("c.txt", "The ferry stopped.")
    code, out, err = rag("sync", folder, "--dry-run")
    assert (code, err) == (0, "")
    assert out == (
        f"added: {folder / 'c.txt'}\nremoved: {folder / 'b.txt'}\nrenamed: {folder / 'a.txt'} to {folder / 'z.txt'}\n"
        "Would be: 1 added, 1 renamed, 1 removed.\n"
    )
    assert rag("sync", folder) == (0, "1 added, 1 renamed, 1 removed.\n", "")
    assert json.loads(rag("sync", folder, "--json").out)["unchanged"] == [str(folder / "c.txt"), str(folder / "z.txt")]


def test_sync_of_a_folder_that_is_not_there_says_why_nothing_is_removed(rag, folder, tmp_path):
    rag("sync", folder)
    folder.rename(tmp_path / "away")
    code, out, err = rag("sync", folder)
    assert (code, out) == (1, "")
    assert "2 documents of it would be removed - check that its drive is there" in err
    assert rag("sync", folder, "--allow-empty").out == "2 removed.\n"


def test_copies_are_counted_and_named_beside_the_citation(rag, folder, write):
    write("copy.txt", BRIDGE)
    assert rag("add", folder).out == "3 added.\n1 document says what another one says, and is shown with it.\n"
    out = rag("ask", "When did the bridge open?").out
    assert f"    {BRIDGE}\n    also in {folder / 'copy.txt'}\n" in out
    assert f"also in {folder / 'copy.txt'}" in rag("show", "1").out


def test_failures_of_thousands_of_files_are_grouped_by_reason(rag, write):
    for number in range(60):
        folder = write(f"{number}.txt", "" if number % 3 else BRIDGE + str(number)).parent
    code, out, err = rag("add", folder)
    assert code == 1
    assert out.startswith("20 added, 40 failed.\n")
    first, last = err.splitlines()
    assert first.startswith("40 failed: it is empty - leave it out, or save it again with its text: ")
    assert first.endswith(" and 37 more")
    assert last == "(every one of them: the same command with --json)"
    assert len(json.loads(rag("add", folder, "--json").out)["failed"]) == 40


def test_check_mends_and_says_what(rag, folder, store_folder):
    rag("add", folder)
    with sqlite3.connect(store_folder / "store.db") as connection:
        connection.execute("DELETE FROM passage_words")
    connection.close()
    code, out, err = rag("check", "--repair")
    assert (code, err) == (0, "")
    assert out.startswith("mended: the word index holds 0 of 2 passages")
    assert out.endswith("The store is sound.\n")
    assert json.loads(rag("check", "--repair", "--json").out) == {"problems": [], "mended": [], "answers": 0}


def test_prune_says_what_it_freed(rag, folder, write):
    rag("add", folder)
    write("a.txt", "The bridge is closed.")
    rag("add", folder)
    out = rag("prune").out
    assert out.startswith(f"Deleted 1 older text ({len(BRIDGE)} characters); the store is ")
    assert json.loads(rag("prune", "--days", "3", "--json").out)["n_texts"] == 0


def test_export_and_import(rag, folder, tmp_path):
    rag("add", folder)
    code, out, err = rag("export", tmp_path / "store.zip")
    assert (code, err) == (0, "")
    assert out.startswith("Exported 2 documents, ")
    assert rag("export", tmp_path / "store.zip").code == 1
    other = tmp_path / "other"
    assert rag("import", tmp_path / "store.zip", "--store", other).out == f"Imported 2 documents into {other}.\n"
    assert rag("import", tmp_path / "store.zip", "--store", other).code == 1
    assert BRIDGE in rag("ask", "When did the bridge open?", "--store", other).out


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_watch_follows_and_ends_cleanly(environment, folder, write, ending):
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "watch", str(folder), "--interval", "0.1"],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline() == "2 added.\n"
            assert "Ctrl-C ends it." in process.stdout.readline()
            write("c.txt", "The ferry stopped.")
            assert process.stdout.readline() == f"added: {folder / 'c.txt'}\n"
            (folder / "c.txt").unlink()
            assert process.stdout.readline() == f"removed: {folder / 'c.txt'}\n"
            time.sleep(0.2)  # a signal between writing the line and noting that it is written has it written again
            process.send_signal(ending)
            out, err = process.communicate(timeout=30)
            assert (process.returncode, out, err) == (0, "Stopped; what was finished is kept.\n", "")
        finally:
            process.kill()


def test_answers_are_listed_counted_and_cleared(rag, folder):
    rag("add", folder)
    assert rag("answers", "list") == (0, "0 answers recorded.\n", "")
    rag("ask", "When did the bridge open?")
    rag("ask", "How deep is\nthe river?")
    lines = rag("answers", "list").out.splitlines()
    assert [line.split("  ")[2] for line in lines[:2]] == ["How deep is the river?", "When did the bridge open?"]
    assert lines[2] == "2 answers recorded."
    assert len(json.loads(rag("answers", "list", "--json").out)["answers"]) == 2
    assert rag("check").out == "The store is sound.\n2 answers recorded; `rag answers` lists and clears them.\n"
    assert json.loads(rag("check", "--json").out) == {"problems": [], "answers": 2}
    assert rag("answers", "clear", "--older-than", "30d") == (0, "Deleted 0 answers.\n", "")
    code, out, err = rag("answers", "clear", "--older-than", "a month")
    assert (code, out) == (2, "")
    assert "'a month' is no time: write a number with h, d or w, such as 30d" in err
    assert json.loads(rag("answers", "clear", "--json").out) == {"cleared": 2}
    assert rag("show", "1").err == "rag: cannot open the last answer: nothing was asked yet - ask a question first\n"
    assert rag("answers").code == 2
