"""The server as a process: it starts by a command, says what is missing, and loses no request when it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

import rag
from rag import Assistant

ENVIRONMENT = {"RAG_EMBEDDER": "hashing", "RAG_VERIFIER": "rules", "RAG_ABSTAIN_BELOW": "0"}
QUESTION = {"model": "chapter-and-verse", "messages": [{"role": "user", "content": "When did the bridge open?"}]}


def command(*arguments):
    return [sys.executable, "-m", "rag.cli", *map(str, arguments)]


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return kept | ENVIRONMENT | {"PYTHONPATH": str(Path(rag.__file__).parents[1])} | more


@contextmanager
def serving(store, *arguments, **more):
    """The process, and the address that it says when it can be asked."""
    process = subprocess.Popen(
        command("serve", "--store", store, "--port", 0, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**more),
    )
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[^/ ]+", line)
        assert found, line + (process.stderr.read() if process.poll() is not None else "")
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def store(store_folder, settings, write):
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("bridge.txt", "The bridge opened in 1932. It is grey.")])
    return store_folder


def test_requests_in_flight_are_answered_when_the_process_is_asked_to_end(store, model_server):
    """A language model that is slow answers twelve when the signal comes; all twelve get their answers."""
    go_on = threading.Event()

    def script(send):
        send(model_server.event("The bridge opened "))
        go_on.wait(30)
        send(model_server.event("in 1932. [1]") + model_server.stream())

    model_server.script = script
    with (
        serving(store, "--api-base", model_server.url, "--model", "m", "--rate", 0) as (process, url),
        ThreadPoolExecutor(12) as threads,
    ):
        asking = [
            threads.submit(httpx.post, f"{url}/v1/chat/completions", json=QUESTION | {"stream": n % 2 == 0}, timeout=60)
            for n in range(12)
        ]
        try:
            wait_until(lambda: len(model_server.bodies) >= 8)
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: is_closed(url))
            assert process.poll() is None
        finally:
            go_on.set()
        answers = [each.result() for each in asking]
        assert [answer.status_code for answer in answers] == [200] * 12
        for answer in answers:
            assert "1932" in answer.text
            assert answer.text.endswith("[DONE]\n\n") or answer.json()["choices"][0]["finish_reason"] == "stop"
        assert process.wait(30) == 0
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200] * 12


@pytest.fixture
def waiting(store, model_server):
    """Starts a process that is asked to end while it waits for a language model; its client gets no answer."""
    go_on = threading.Event()
    model_server.script = lambda _: go_on.wait(60)
    with ThreadPoolExecutor(1) as threads:

        @contextmanager
        def start(*arguments):
            given = ("--api-base", model_server.url, "--model", "m", *arguments)
            with serving(store, *given) as (process, url):
                asking = threads.submit(httpx.post, f"{url}/v1/chat/completions", json=QUESTION, timeout=60)
                wait_until(lambda: model_server.bodies)
                process.send_signal(signal.SIGTERM)
                wait_until(lambda: is_closed(url))
                yield process
                with suppress(httpx.TransportError):
                    assert asking.result().status_code >= 500

        yield start
        go_on.set()


def test_second_signal_ends_the_process_at_once(waiting):
    with waiting() as process:
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT


def test_what_takes_longer_than_it_may_is_cut_off_and_said(waiting):
    with waiting("--stop-seconds", 1) as process:
        assert process.wait(30) == 1
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert {"event": "cut", "seconds": 1} in [
        {"event": line["event"], "seconds": line.get("seconds")} for line in lines
    ]


def test_no_connection_that_was_taken_is_left_without_an_answer(store):
    """Clients that come one after the other, each with a connection of its own, until nobody listens any more."""

    def ask_until_refused(url):
        host, _, port = url.removeprefix("http://").partition(":")
        n_answers = 0
        while True:
            try:
                connection = socket.create_connection((host, int(port)), timeout=30)
            except ConnectionRefusedError:
                return n_answers
            with connection:
                try:
                    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    answer = b"".join(iter(partial(connection.recv, 65536), b""))
                except ConnectionError:  # the kernel had it, and the server not yet, when it listened no more
                    with pytest.raises(ConnectionRefusedError):
                        socket.create_connection((host, int(port)), timeout=30)
                    return n_answers
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            assert answer.endswith(b'{"status":"ok"}')
            n_answers += 1

    with serving(store, "--rate", 0, "--quiet") as (process, url), ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(ask_until_refused, url) for _ in range(8)]
        wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        process.send_signal(signal.SIGTERM)
        assert min(each.result(60) for each in asking) > 0
        assert process.wait(30) == 0


def test_spans_go_to_the_collector_that_the_environment_names(store):
    """The only address that is named gets what OTLP says, at the latest when the process ends."""
    received = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            """Say nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        named = f"http://127.0.0.1:{collector.server_address[1]}"
        try:
            with serving(store, OTEL_EXPORTER_OTLP_ENDPOINT=named) as (process, url):
                assert httpx.post(f"{url}/v1/search", json={"query": "bridge"}).status_code == 200
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
        finally:
            collector.shutdown()
            thread.join()
    assert {path for path, _ in received} == {"/v1/traces"}
    sent = b"".join(body for _, body in received)
    assert b"POST /v1/search" in sent
    assert b"find" in sent
    assert b"bridge" not in sent


def wait_until(is_so):
    waiting = threading.Event()
    for _ in range(600):
        if is_so():
            return
        waiting.wait(0.05)
    raise AssertionError("it never was")


def is_closed(url):
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_log_is_lines_of_json_without_words(store):
    with serving(store) as (process, url):
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        assert httpx.post(f"{url}/v1/chat/completions", json=QUESTION).status_code == 200
        httpx.get(f"{url}/v1/documents?where=title+%3D+secret")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        said = process.stderr.read()
    lines = [json.loads(line) for line in said.splitlines()]
    assert all(line["event"] == "request" for line in lines)
    assert not any(word in said for word in ("bridge", "1932", "secret"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "without keys"),
        (["--keys", "none"], "cannot read keys from 'none'"),
        (["--host", "192.0.2.77", "--keys", "KEYS"], "cannot listen on port"),
        (["--port", "TAKEN"], "cannot listen on port"),
        (["--hash-key", "a b"], "a name is 1 to 64"),
        (["--store", "none"], "none"),
        (["--rate", "-1"], "rate"),
    ],
)
def test_what_cannot_be_is_one_sentence(store, tmp_path, arguments, said):
    keys = tmp_path / "keys"
    from rag.serving.entry.keys import make_key

    keys.write_text(make_key("anna")[1] + "\n", encoding="utf-8")
    keys.chmod(0o600)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        named = {"KEYS": keys, "TAKEN": taken.getsockname()[1]}
        given = [named.get(each, each) for each in arguments]
        result = subprocess.run(
            command("serve", "--store", store, "--port", 0, *given),
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            cwd=tmp_path,
        )
    assert result.returncode in (1, 2)
    assert result.stdout == ""
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(store, tmp_path):
    for library in ("fastapi", "uvicorn", "prometheus_client"):
        (tmp_path / f"{library}.py").write_text(
            f"raise ModuleNotFoundError('none', name={library!r})", encoding="utf-8"
        )
    path = os.pathsep.join([str(tmp_path), str(Path(rag.__file__).parents[1])])
    result = subprocess.run(
        command("serve", "--store", store), capture_output=True, text=True, env=environment(PYTHONPATH=path), timeout=60
    )
    assert result.returncode == 2
    assert "pip install 'chapter-and-verse[serve]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_key_that_is_made_opens_the_server(store, tmp_path):
    made = subprocess.run(command("serve", "--hash-key", "anna"), capture_output=True, text=True, env=environment())
    key, line = re.findall(r": (\S+)$", made.stdout, re.MULTILINE)
    assert key.split(".")[1] not in line
    keys = tmp_path / "keys"
    keys.write_text(line + "\n", encoding="utf-8")
    keys.chmod(0o600)
    with serving(store, "--keys", keys) as (_, url):
        assert httpx.get(f"{url}/v1/models").status_code == 401
        authorization = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"{url}/v1/models", headers=authorization).status_code == 200
        assert httpx.get(f"{url}/metrics", headers=authorization).status_code == 403


def test_help_loads_nothing_heavy():
    code = "import sys; from rag.cli import main\ntry: main(['serve', '--help'])\nexcept SystemExit: pass\n"
    heavy = {"fastapi", "uvicorn", "starlette", "prometheus_client", "torch"}
    code += f"print(*{heavy!r} & set(sys.modules), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert "--hash-key" in result.stdout
    assert result.stderr.strip() == ""
