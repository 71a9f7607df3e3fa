"""The `rag` command and what is around it: terminals, encodings, pipes, full disks and signals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from rag import Assistant, Settings

ROOT = Path(__file__).parents[2]
ESC = "\x1b"


# Text from documents cannot steer the terminal, and stays as it is


TRICKY = [
    "The bridge [bold]opened[/bold] in [link=x]1932[/link] :smile: [/].",
    "The bridge\topened 東京　opened.",
    "The bridge opened می‌خواهم 👨‍👩‍👧 for all.",
    f"The bridge opened {'very ' * 150}late.",
]


@pytest.mark.parametrize("quote", TRICKY, ids=["markup", "tab and wide blank", "joiners", "long"])
def test_quotes_are_printed_verbatim_and_unwrapped(rag, write, quote, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    rag("add", write("a.txt", quote))
    assert f"    {quote}" in rag("ask", "When was the bridge opened?").out.splitlines()
    assert quote in rag("show", "1").out.splitlines()


def test_names_and_titles_with_control_characters_are_shown_inert(rag, write):
    name = f"a\nb{ESC}[2J[red]\u202etxt.txt"
    rag("add", write(name, "The bridge opened."), write("empty\r\x07.txt", ""))
    for command in (["list"], ["ask", "bridge opened"], ["show", "1"]):
        out = rag(*command).out
        assert "a�b�[2J[red]�txt.txt" in out
        assert not any(unsafe in out for unsafe in (ESC, "\u202e", "a\nb"))
    _, out, err = rag("add", write("empty\r\x07.txt", ""))
    assert "empty��.txt" in err
    _, out, _ = rag("list", "--json")
    assert json.loads(out)["documents"][0]["source"].endswith(name)
    assert ESC not in out


def test_control_characters_in_arguments_are_not_echoed(rag):
    for arguments in (["remove", f"{ESC}[2J\nx"], ["list", "--settings", f"{ESC}[2J"], ["show", f"{ESC}[2J"]):
        err = rag(*arguments).err
        assert ESC not in err
        assert err.count("\n") == 1


def test_colours_do_not_change_the_quotes(rag, article, run_process):
    result = run_process("ask", "When did the bridge open?", FORCE_COLOR="1", TERM="xterm-256color")
    assert f"{ESC}[1m[1]" in result.stdout
    assert "    The bridge opened in 1932.\n" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_question_and_path_in_no_encoding(rag, article, run_process):
    result = run_process("ask", b"bridge \xff opened?", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["question"] == "bridge opened?"
    (article.parent / os.fsdecode(b"bad\xff.txt")).write_text("Text.")
    for option in ([], ["--json"]):
        result = run_process("add", article.parent, *option)
        assert result.returncode == 1
        assert "Traceback" not in result.stderr


# Terminals, pipes and signals


def test_nothing_is_drawn_where_standard_error_is_no_terminal(write, run_process):
    result = run_process("add", write("a.txt", "One."), FORCE_COLOR="1")
    assert result.stderr == ""
    assert result.stdout.strip() == "1 added."


def test_progress_is_drawn_on_a_terminal(write, environment):
    write("a.txt", "One.")
    controller, terminal = pty.openpty()

    def everything() -> bytes:
        read = b""
        with suppress(OSError):  # the other end was closed
            while piece := os.read(controller, 65_536):
                read += piece
        return read

    with ThreadPoolExecutor() as threads:
        reading = threads.submit(everything)
        result = subprocess.run(
            [sys.executable, "-m", "rag.cli", "add", write("b.txt", "Two.").parent],
            env=environment(TERM="xterm", COLUMNS="100"),
            stdout=subprocess.PIPE,
            stderr=terminal,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        os.close(terminal)
        drawn = reading.result(timeout=60).decode()
    os.close(controller)
    assert result.stdout == "2 added.\n"
    assert "Adding" in drawn
    assert "2/2" in drawn


@pytest.mark.parametrize("command", [["list"], ["list", "--json"]])
def test_reader_that_has_gone_is_no_disaster(command, environment, empty_store):
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-m", "rag.cli", *command],
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_under_the_output_is_one_sentence(environment, empty_store):
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "rag.cli", "list", "--json"],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.startswith("rag: cannot go on: ")
    assert "the disk is full - free some space" in result.stderr
    assert result.stderr.count("\n") == 1


SLOW_EMBEDDER = """
import os, time
from pathlib import Path
from rag.embedders.hashing import HashingEmbedder

class Slow(HashingEmbedder):
    n_calls = 0

    def embed_sentences(self, texts, spans):
        self.n_calls += 1
        if self.n_calls == 2 and "STOPPED_AT" in os.environ:
            Path(os.environ["STOPPED_AT"]).touch()
            time.sleep(60)
        return super().embed_sentences(texts, spans)
"""


def test_interrupted_add_keeps_what_was_finished_and_goes_on(store_folder, write, tmp_path, run_process, environment):
    (tmp_path / "slow_backend.py").write_text(SLOW_EMBEDDER)
    n_files = 300  # more than are embedded at a time, so that a first part is stored before the second begins
    for number in range(n_files):
        folder = write(f"{number:03}.txt", f"Sentence number {number} is here.").parent
    stopped_at = tmp_path / "stopped"
    variables = {
        "RAG_EMBEDDER": "slow_backend:Slow",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "add", folder],
        env=environment(STOPPED_AT=str(stopped_at), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    deadline = time.monotonic() + 60
    while not stopped_at.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err) == (
        "",
        "rag: stopped - what was finished is kept, and the same command goes on from there\n",
    )
    with Assistant.open(store_folder, Settings(embedder="hashing")) as assistant:
        n_kept = len(assistant.documents())
        assert 0 < n_kept < n_files
        assert assistant.check() == []
    again = run_process("add", folder, "--json", **variables)
    report = json.loads(again.stdout)
    assert (len(report["unchanged"]), len(report["added"])) == (n_kept, n_files - n_kept)
    assert run_process("check").stdout == "The store is sound.\n"
