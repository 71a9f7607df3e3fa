"""The `rag` command over a store and settings that need no model, in this process and in another one."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from rag import Assistant
from rag.cli import main
from rag.testing.generator import ScriptedGenerator

ROOT = Path(__file__).parents[2]
ARTICLE = "The bridge opened in 1932.\nIt is painted grey.\nThe ferry stopped in spring.\n"


class Result(NamedTuple):
    code: int
    out: str
    err: str


class Pipe(io.TextIOBase):
    """Standard input that is no terminal; each line is made when it is read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def readline(self, size: int = -1, /) -> str:
        return next((f"{line}\n" for line in self._lines), "")


@pytest.fixture
def rag(store_folder, monkeypatch, capfd):
    """Runs the command in this process, as `rag ARGUMENTS` would."""
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "0")
    monkeypatch.setenv("RAG_STORE", str(store_folder))

    def run(*arguments: str | Path) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Result(ended.value.code or 0, out, err)

    return run


@pytest.fixture
def empty_store(store_folder, settings):
    """A store without documents where the command looks for one."""
    Assistant.open(store_folder, settings).close()


@pytest.fixture
def article(rag, write):
    path = write("bridge.txt", ARTICLE)
    assert rag("add", path).code == 0
    return path


@pytest.fixture
def scripted(monkeypatch) -> Callable[..., ScriptedGenerator]:
    """Puts a generator that writes these texts in the place of the language model, and returns it."""

    def put(
        *texts: str, rewrites: Mapping[str, str] | None = None, kind: type[ScriptedGenerator] = ScriptedGenerator
    ) -> ScriptedGenerator:
        generator = kind(texts, rewrites=rewrites)
        backend = ModuleType("scripted_backend")
        backend.generator = lambda: generator
        monkeypatch.setitem(sys.modules, "scripted_backend", backend)
        monkeypatch.setenv("RAG_GENERATOR", "scripted_backend:generator")
        return generator

    return put


@pytest.fixture
def type_lines(monkeypatch) -> Callable[..., None]:
    """Puts lines into standard input, which is no terminal then."""

    def put(*lines: str | Iterator[str]) -> None:
        later = chain.from_iterable([line] if isinstance(line, str) else line for line in lines)
        monkeypatch.setattr(sys, "stdin", Pipe(later))

    return put


@pytest.fixture
def environment(store_folder) -> Callable[..., dict[str, str]]:
    """Variables for another process that runs the command over the same store."""

    def environment(**variables: str) -> dict[str, str]:
        return {
            **os.environ,
            "RAG_EMBEDDER": "hashing",
            "RAG_ABSTAIN_BELOW": "0",
            "RAG_STORE": str(store_folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            **variables,
        }

    return environment


@pytest.fixture
def run_process(environment) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command in another process."""

    def run(*arguments: str | bytes | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rag.cli", *arguments],
            env=environment(**variables),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


class Terminal:
    """A process with a terminal: what it writes there is in `drawn`."""

    def __init__(self, arguments: tuple[str, ...], *, env: Mapping[str, str], stdout: int | None) -> None:
        self._controller, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rag.cli", *arguments],
            env={**env, "TERM": "xterm", "COLUMNS": "200"},
            stdin=terminal,
            stdout=terminal if stdout is None else stdout,
            stderr=terminal,
            encoding="utf-8",
        )
        os.close(terminal)
        self.drawn = ""
        self._n_seen = 0

    def type(self, keys: str) -> None:
        os.write(self._controller, keys.encode())

    def wait_for(self, text: str, *, seconds: float = 60) -> None:
        """Until `text` is on the screen, below what was waited for before."""
        deadline = time.monotonic() + seconds
        while (found := self.drawn.find(text, self._n_seen)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, self.drawn
            assert self._read(left), self.drawn
        self._n_seen = found + len(text)

    def interrupt(self, *, expecting: str) -> None:
        """Ctrl-C, once more if the first came in the moment in which readline does not hear it."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.wait_for(expecting, seconds=10)
        except AssertionError:
            self.process.send_signal(signal.SIGINT)
            self.wait_for(expecting)

    def end(self) -> int:
        """Until the process ends; its exit code."""
        while self._read():
            pass
        return self.process.wait(timeout=30)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self._controller)

    def _read(self, seconds: float = 30) -> bool:
        if not select.select([self._controller], [], [], seconds)[0]:
            return False
        data = b""
        with suppress(OSError):  # how Linux tells that nobody has the terminal open any more
            data = os.read(self._controller, 100_000)
        self.drawn += data.decode(errors="replace")
        return bool(data)


@pytest.fixture
def terminal(environment) -> Iterator[Callable[..., Terminal]]:
    """Starts the command on a terminal of its own."""
    with ExitStack() as started:

        def start(*arguments: str, stdout: int | None = None, **variables: str) -> Terminal:
            opened = Terminal(arguments, env=environment(**variables), stdout=stdout)
            started.callback(opened.close)
            return opened

        yield start


SLOW_GENERATOR = """
import os, time
from pathlib import Path

class Slow:
    id, prompt_id = "slow", ""

    def generate(self, question, evidence, history):
        try:
            yield "The bridge opened in 1932. [1]\\nIt is"
            Path(os.environ["WAITING"]).touch()
            time.sleep(60 if "slowly" in question else 0)
            yield " painted grey. [2]"
        finally:
            Path(os.environ["CLOSED"]).touch()

    def rewrite(self, question, history):
        return "Which colour is the bridge?"
"""


@pytest.fixture
def slow_model(tmp_path) -> dict[str, str]:
    """Variables for a language model that writes a claim and a half, and waits there when asked to answer slowly.

    The file `waiting` says that it waits, the file `closed` that its request was ended.
    """
    (tmp_path / "slow_backend.py").write_text(SLOW_GENERATOR)
    return {
        "RAG_GENERATOR": "slow_backend:Slow",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "WAITING": str(tmp_path / "waiting"),
        "CLOSED": str(tmp_path / "closed"),
    }
