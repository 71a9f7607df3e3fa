"""What most tests start from: an empty store, settings that need no model, and a folder of documents."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

import rag
from rag import Assistant, Settings
from tests.postgresql import missing, place_on, running_server

os.environ["HF_HUB_OFFLINE"] = "1"  # here and not in a fixture: the library reads it when it is imported
os.environ["RAG_LLM"] = "none"  # also for fixtures of modules; whether a local model is there depends on the machine
os.environ["OMP_NUM_THREADS"] = "1"  # threads of torch wait busily, and take the time of what runs beside them
asyncio.set_event_loop(None)  # where none was ever set, LlamaIndex makes one and leaves it open
# A busy machine makes examples slowly, which is no fault of what they test.
hypothesis_settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("busy")

Write = Callable[[str, str], Path]
StartPython = Callable[..., "subprocess.Popen[str]"]
Send = Callable[[bytes], None]

_LONG = [
    Path(__file__).parent / part
    for part in ("ui/browser", "ui/test_api.py", "ui/server", "eval", "project", "injection", "cli", "generators", "ui")
]
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts browsers, servers and other processes comes first: of two processes that share the files, none is to
    be left alone with a long one at the end."""
    items.sort(key=lambda item: next((n for n, part in enumerate(_LONG) if item.path.is_relative_to(part)), len(_LONG)))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting and no proxy of the machine reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith("RAG_") or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("RAG_LLM", "none")


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    """Where the store of a test is; not made yet."""
    return tmp_path / "store"


@pytest.fixture
def engine() -> str:
    """The database that the store of a test is in; see `run_on_every_engine`."""
    return "sqlite"


@pytest.fixture(scope="session")
def postgresql_port() -> Iterator[int]:
    """The port of a server of PostgreSQL, which asks for a password."""
    if reason := missing():
        pytest.skip(reason)
    with running_server() as port:
        yield port


@pytest.fixture
def place(engine: str, request: pytest.FixtureRequest) -> Path | str:
    """Where the store of a test is: a folder, or the address of a database."""
    return place_on(engine, request)


@pytest.fixture
def settings() -> Settings:
    """Backends without a model, and an answer to every question."""
    return Settings(embedder="hashing", abstain_below=0.0)


@pytest.fixture
def assistant(place: Path | str, settings: Settings) -> Iterator[Assistant]:
    """An assistant over an empty store."""
    with Assistant.open(place, settings) as opened:
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


class ModelServer:
    """A language model's server on loopback that speaks the OpenAI protocol, or misbehaves as a test asks.

    Answers each request with `script`; what it was asked is in `bodies` and `headers`.

    location: where it sends whoever asks, when `status` is a redirect.
    left: set when the other side has closed the connection while the server was still sending.
    """

    def __init__(self) -> None:
        self.script: Callable[[Send], None] = self.says("It rained. [1]")
        self.status = 200
        self.location = ""
        self.content_type = "text/event-stream"
        self.bodies: list[dict[str, object]] = []
        self.headers: list[Mapping[str, str]] = []
        self.left = threading.Event()
        self.done = threading.Event()
        self.breaks_off = False
        self.is_chunked = True

    @staticmethod
    def event(delta: str, finish: str | None = None) -> bytes:
        """One event of a stream."""
        choice = {"index": 0, "delta": {"content": delta}, "finish_reason": finish}
        data = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"

    @classmethod
    def stream(cls, *deltas: str, finish: str = "stop") -> bytes:
        """All bytes of a stream."""
        return b"".join(map(cls.event, deltas)) + cls.event("", finish) + b"data: [DONE]\n\n"

    @classmethod
    def says(cls, *deltas: str, finish: str = "stop") -> Callable[[Send], None]:
        """A script that says these pieces and ends properly."""
        return lambda send: send(cls.stream(*deltas, finish=finish))


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A scripted server, listening; the environment holds nothing that is for OpenAI."""
    for name in ("API_KEY", "BASE_URL", "ORG_ID", "PROJECT_ID", "CUSTOM_HEADERS"):
        monkeypatch.delenv(f"OPENAI_{name}", raising=False)
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.headers.append(dict(self.headers))
            listed = json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}).encode()
            self.send_response(server.status)
            self.send_header("Location", server.location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(listed)))
            self.end_headers()
            self.wfile.write(listed)

        def do_POST(self) -> None:
            server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            server.headers.append(dict(self.headers))
            self.send_response(server.status)
            self.send_header("Location", server.location)
            self.send_header("Content-Type", server.content_type)
            self.send_header(*(("Transfer-Encoding", "chunked") if server.is_chunked else ("Connection", "close")))
            self.end_headers()
            try:
                server.script(self.send)
                if server.is_chunked and not server.breaks_off:
                    self.wfile.write(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                server.left.set()
            if server.breaks_off or server.left.is_set():
                self.close_connection = True

        def send(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if server.is_chunked else data)
            self.wfile.flush()

        def log_message(self, *arguments: object) -> None:
            """Say nothing on stderr."""

    class Listener(ThreadingHTTPServer):
        def handle_error(self, *arguments: object) -> None:
            """Say nothing on stderr: a reset connection is what many tests want."""

    http = Listener(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.done.set()
    http.shutdown()
    http.server_close()
    thread.join()


class Reply(NamedTuple):
    """What a site answers; a body of which no length is told ends with the connection."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterable[bytes]


class Site:
    """A site on loopback: what stands under each path, and what it was asked for.

    pages: path → status, headers and the pieces of the body, or a function of the request's headers that gives these.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Reply | Callable[[Mapping[str, str]], Reply]] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def put(self, path: str, body: str | bytes, content_type: str = "text/html", **headers: str) -> str:
        """Let that stand under the path, whose address is returned."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Reply(200, {"Content-Type": content_type, **named}, [data])
        return self.url + path

    def lead(self, path: str, location: str) -> str:
        """Let the path lead elsewhere."""
        self.pages[path] = Reply(302, {"Location": location}, [])
        return self.url + path


class _SiteHandler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        self.site.headers.append({name.lower(): value for name, value in self.headers.items()})
        page = self.site.pages.get(self.path, Reply(404, {}, []))
        reply = page(self.site.headers[-1]) if callable(page) else page
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in reply.pieces:
                self.wfile.write(piece)

    def log_message(self, *arguments: object) -> None:
        """Say nothing on stderr."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments: object) -> None:
        """Say nothing on stderr: whoever fetches leaves when it has enough."""


@pytest.fixture(scope="session")
def _listening_site() -> Iterator[Site]:
    http = _QuietServer(("127.0.0.1", 0), _SiteHandler)
    _SiteHandler.site = site = Site(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def site(_listening_site: Site) -> Site:
    """A site on loopback with nothing on it yet; one server does for all tests."""
    _listening_site.pages.clear()
    _listening_site.asked.clear()
    _listening_site.headers.clear()
    return _listening_site
