"""What most tests start from: an empty store, settings that need no model, and a folder of documents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import rag
from rag import Assistant, Settings

os.environ["HF_HUB_OFFLINE"] = "1"  # here and not in a fixture: the library reads it when it is imported

Write = Callable[[str, str], Path]
StartPython = Callable[..., "subprocess.Popen[str]"]

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting and no proxy of the machine reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith("RAG_") or name.lower() in _PROXIES:
            monkeypatch.delenv(name)


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    """Where the store of a test is; not made yet."""
    return tmp_path / "store"


@pytest.fixture
def settings() -> Settings:
    """Backends without a model, and an answer to every question."""
    return Settings(embedder="hashing", abstain_below=0.0)


@pytest.fixture
def assistant(store_folder: Path, settings: Settings) -> Iterator[Assistant]:
    """An assistant over an empty store."""
    with Assistant.open(store_folder, settings) as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text into a file of the folder `documents`, and returns the file's path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


@pytest.fixture
def start_python() -> Iterator[StartPython]:
    """Starts another process that runs a piece of Python with arguments; it is killed at the end of the test."""
    with ExitStack() as started:

        def start(code: str, *arguments: object) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": str(Path(rag.__file__).parents[1])},
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start
