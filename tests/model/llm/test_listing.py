"""Which models a server lists."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rag import GeneratorError, SettingsError, served_models

Serve = Callable[[int, object], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def serve(status: int, body: object) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status if self.path == "/v1/models" else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *arguments: object) -> None:
                """Say nothing on stderr."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/v1"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def test_names_of_the_models_are_listed(serve):
    url = serve(
        200, {"object": "list", "data": [{"id": "qwen3:8b", "object": "model"}, {"id": "b", "object": "model"}]}
    )
    assert served_models(url) == ("qwen3:8b", "b")
    assert served_models(f"{url}/") == ("qwen3:8b", "b")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"error": {"message": "no"}}, "wants a key"),
        (404, {}, "no such model or path"),
        (500, {}, "HTTP status 500"),
        (200, {"data": []}, "serves none"),
        (200, ["something", "else"], "cannot be read"),
    ],
)
def test_what_is_no_model_server_is_said_so(serve, status, body, said):
    url = serve(status, body)
    with pytest.raises(GeneratorError, match=rf"cannot list the models at '{url}'.*{said}"):
        served_models(url)


def test_a_server_that_is_not_there_is_said_so():
    with pytest.raises(GeneratorError, match=r"cannot list the models at .*: it cannot be reached"):
        served_models("http://127.0.0.1:9/v1", timeout_seconds=1)


def test_an_address_that_is_none_is_said_so():
    with pytest.raises(SettingsError, match="ftp"):
        served_models("ftp://example.org")
