"""A server on loopback in a thread, over a small store, and the clients that programs use."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import openai
import pytest
import uvicorn

from rag import Assistant, Settings
from rag.serving.app import guarded_app, service_over
from rag.serving.entry.options import Address, Limits, ServeOptions
from rag.serving.running import Connection
from rag.serving.service import Service

TEXTS = {
    "bridge.txt": "The harbour bridge opened in 1932. It is painted grey. The bridge carries eight lanes of traffic.",
    "mayor.txt": "Mayor Anna Berg opposed the new tunnel. “The tunnel costs too much,” Berg said. 東京の橋は赤い。 😀 "
    "The mayor spoke in Oslo.",
}


class Running(NamedTuple):
    """A server that answers."""

    url: str
    service: Service
    http: httpx.Client


@contextmanager
def running(assistant: Assistant, **options: object) -> Iterator[Running]:
    """The server of an assistant, as a process would run it, in a thread."""
    service = service_over(assistant, folder=options.pop("folder", None), has_common=options.get("has_common", False))
    traces = options.pop("traces", None)
    told = ServeOptions(address=Address("127.0.0.1", 0), **{"limits": Limits(requests_a_minute=0), **options})
    config = uvicorn.Config(
        guarded_app(service, told, traces=traces),
        http=Connection,
        port=0,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
    )
    server = uvicorn.Server(config)
    began = threading.Event()
    startup = server.startup

    async def start(sockets: object = None) -> None:
        await startup(sockets)
        began.set()

    server.startup = start
    with ExitStack() as stack:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        stack.callback(thread.join)
        stack.callback(lambda: setattr(server, "should_exit", True))
        assert began.wait(30)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        http = stack.enter_context(httpx.Client(base_url=url, timeout=30, trust_env=False))
        yield Running(url, service, http)


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over the two texts, without a model."""
    folder = tmp_path_factory.mktemp("served")
    paths = []
    for name, text in TEXTS.items():
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none", verifier="rules")) as assistant:
        assistant.add(paths)
        yield assistant


@pytest.fixture(scope="session")
def server(opened: Assistant) -> Iterator[Running]:
    """A server that is only read from."""
    with running(opened) as made:
        yield made


@pytest.fixture(scope="session")
def client(server: Running) -> Iterator[openai.OpenAI]:
    """The client of OpenAI, as anybody makes it."""
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as made:
        yield made


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a server of the test's own, over a store of its own, with options."""
    with ExitStack() as stack:

        def start(settings: Settings | None = None, **options: object) -> Running:
            settings = settings or Settings(embedder="hashing", llm="none", verifier="rules")
            assistant = stack.enter_context(Assistant.open(tmp_path / "own", settings))
            path = tmp_path / "bridge.txt"
            path.write_text(TEXTS["bridge.txt"], encoding="utf-8")
            assistant.add([path])
            return stack.enter_context(running(assistant, **options))

        yield start
