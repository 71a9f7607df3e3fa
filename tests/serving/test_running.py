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
from contextlib import contextmanager
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
    from rag.serving.keys import make_key

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
