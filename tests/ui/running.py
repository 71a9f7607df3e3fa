"""A running app: `python -m ui` in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag import Assistant, Settings

__all__ = ["HASHING", "SEED", "Running", "fill", "running"]

SEED = Path(__file__).parents[2] / "seeds" / "000_cbcbdd5b42f263f4.txt"

HASHING = 'embedder = "hashing"\nabstain_below = 0.0\n'
"""Settings, as the text of their file, of an app without an embedding model."""

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 120
_END_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Running:
    """An app that said it is ready.

    url: without a slash at the end.
    temporary: the folder that it has for temporary files, in which nobody else writes.
    """

    url: str
    store: Path
    temporary: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def end(self) -> int:
        """Ask it to end, and wait; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_END_SECONDS)


def fill(store: Path) -> None:
    """Put the article of the README into a store, without an embedding model."""
    with Assistant.open(store, Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([SEED])


@contextmanager
def running(folder: Path, *arguments: object, store: Path | None = None, **variables: str) -> Iterator[Running]:
    """An app over the store in `folder`, or over another one, until the end of the block."""
    temporary = folder / "temporary"
    temporary.mkdir(parents=True, exist_ok=True)
    place = store or folder / "store"
    log, said = folder / "log", folder / "said"
    words = ["--store", str(place), "--new", *map(str, arguments)]
    if "--port" not in words:
        words += ["--port", "0"]
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("RAG_")}
    own = {"RAG_LLM": "none", "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}
    with (
        said.open("wb") as out,
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "ui", *words], stdout=out, stderr=errors, env=inherited | own | variables
        ) as process,
    ):
        try:
            url = _url(process, said, log)
            yield Running(url=url, store=place, temporary=temporary, process=process, log=log)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def _url(process: subprocess.Popen[bytes], said: Path, log: Path) -> str:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for line in said.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.startswith("Ready at ") and line.endswith("\n"):
                return line.split()[2].rstrip("/")
        time.sleep(0.05)
    pytest.fail(f"the app did not start: {log.read_text(encoding='utf-8')}")
