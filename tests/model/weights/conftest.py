"""Small files and every kind of place to get them: a shelf, a model hub on loopback, a folder of wheels."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.model.weights import ModelCache, ModelFile, Place, PlaceFailure, WheelPart, WheelPlace

CONTENT = bytes(range(256)) * 12
N_PART = 1024
PARTS = [CONTENT[start : start + N_PART] for start in range(0, len(CONTENT), N_PART)]
HALVES = [CONTENT[:2000], CONTENT[2000:]]


def file_of(*places: Place, content: bytes = CONTENT, n_bytes: int | None = None) -> ModelFile:
    """A model whose weights are `content`."""
    return ModelFile(
        name="tiny",
        title="Tiny-1B",
        purpose="is small",
        file_name="tiny.gguf",
        sha256=hashlib.sha256(content).hexdigest(),
        n_bytes=len(content) if n_bytes is None else n_bytes,
        licence="Apache-2.0",
        places=places,
    )


@dataclass
class Shelf:
    """A place that holds bytes; it breaks when `holds_until` bytes of the file are there."""

    content: bytes = CONTENT
    holds_until: int | None = None
    title: str = "the shelf"
    spare_bytes: int = 0
    error: BaseException = field(default_factory=lambda: PlaceFailure("the board broke"))
    asked_from: list[int] = field(default_factory=list)

    def fetch(self, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
        n_before = into.stat().st_size
        self.asked_from.append(n_before)
        with into.open("ab") as file:
            file.write(self.content[n_before : self.holds_until])
        on_bytes(into.stat().st_size)
        if self.holds_until is not None:
            raise self.error


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "models")


@pytest.fixture
def put(cache: ModelCache) -> Callable[[bytes], Path]:
    """Puts bytes where the tiny model belongs."""

    def put(content: bytes) -> Path:
        path = cache.path(file_of())
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    return put


class WheelIndex:
    """A folder that pip takes wheels from; it stands for the package index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, part: WheelPart, content: bytes) -> Path:
        stem = part.distribution.replace("-", "_")
        path = self.folder / f"{stem}-{part.version}-py3-none-any.whl"
        about = f"{stem}-{part.version}.dist-info"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(part.member, content)
            archive.writestr(
                f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {part.distribution}\nVersion: {part.version}\n"
            )
            archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{about}/RECORD", "")
        return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelIndex:
    """All that pip finds, whatever the configuration of the machine."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in list(os.environ):
        if name.upper().startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return WheelIndex(folder)


def wheel_place(parts: list[bytes] = PARTS) -> WheelPlace:
    """A place of one wheel for each part; what the index holds may differ."""
    return WheelPlace(
        tuple(
            WheelPart(
                distribution=f"tiny-part{number}",
                version="0.2.0",
                member=f"tiny_part{number}/data/part{number:02}.bin",
                n_bytes=len(part),
            )
            for number, part in enumerate(parts, start=1)
        )
    )


@dataclass
class Hub:
    """What the model hub on loopback does, and which ranges it was asked for."""

    endpoint: str = ""
    content: bytes = CONTENT
    status: int = 200
    knows_ranges: bool = True
    breaks_after: int | None = None
    location: str | None = None
    is_silent: threading.Event | None = None
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            if state.is_silent is not None:
                state.is_silent.wait()
            self.send_response(302 if state.location else state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("ETag", '"1"')
            self.send_header("X-Linked-Size", str(len(state.content)))
            self.send_header("Content-Length", "0" if state.location else str(len(state.content)))
            self.end_headers()

        def do_GET(self) -> None:
            asked = self.headers["Range"]
            state.asked.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and state.knows_ranges else 0
            body = state.content[start:]
            self.send_response(206 if asked and state.knows_ranges else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.breaks_after])

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.endpoint = f"http://127.0.0.1:{server.server_port}"
    yield state
    if state.is_silent is not None:
        state.is_silent.set()
    server.shutdown()
    server.server_close()
    thread.join()
