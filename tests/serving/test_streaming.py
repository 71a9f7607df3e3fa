"""A client that goes ends the work behind its answer; one that waits is told that the server is still there."""

from __future__ import annotations

import json
import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from rag import Settings
from rag.serving import streaming

ASKED = {"model": "chapter-and-verse", "messages": [{"role": "user", "content": "When did the harbour bridge open?"}]}


@pytest.fixture
def asking_a_model(own_server, model_server):
    """A server whose language model writes for as long as somebody listens."""

    def script(send):
        while not model_server.done.wait(0.01):
            send(model_server.event("word "))

    model_server.script = script
    settings = Settings(
        embedder="hashing",
        abstain_below=0,
        verifier="rules",
        llm="openai-like",
        llm_api_base=model_server.url,
        llm_model="m",
    )
    own = own_server(settings)
    script, model_server.script = model_server.script, model_server.says("The harbour bridge opened in 1932. [1]")
    own.http.post("/v1/chat/completions", json=ASKED)  # what asks a model is loaded when it is first needed
    model_server.script = script
    model_server.bodies.clear()
    return own


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("chat/completions", ASKED | {"stream": True}),
        ("chat/completions", ASKED),
        ("responses", {"model": "chapter-and-verse", "input": "When did the bridge open?", "stream": True}),
        ("responses", {"model": "chapter-and-verse", "input": "When did the bridge open?"}),
        ("messages", ASKED | {"stream": True}),
        ("messages", ASKED),
    ],
)
def test_client_that_goes_ends_the_request_to_the_language_model(asking_a_model, model_server, path, body):
    with closing(HTTPConnection(urlsplit(asking_a_model.url).netloc, timeout=30)) as connection:
        connection.request("POST", f"/v1/{path}", json.dumps(body), {"Content-Type": "application/json"})
        until = time.monotonic() + 30
        while not model_server.bodies:
            assert time.monotonic() < until
            time.sleep(0.01)
    assert model_server.left.wait(30)


def test_quotes_ask_no_language_model(asking_a_model, model_server):
    answer = asking_a_model.http.post("/v1/chat/completions", json=ASKED | {"model": "chapter-and-verse-quotes"})
    assert "1932" in answer.json()["choices"][0]["message"]["content"]
    assert model_server.bodies == []


def test_usage_is_unknown_where_a_language_model_was_asked(asking_a_model, model_server):
    model_server.script = model_server.says("The harbour bridge opened in 1932. [1]")
    answer = asking_a_model.http.post("/v1/chat/completions", json=ASKED).json()
    assert answer["usage"] is None
    assert answer["chapter_and_verse"]["generator"] != "extractive"
    assert answer["choices"][0]["message"]["content"] == "The harbour bridge opened in 1932. [1]"


def test_who_waits_long_is_told_that_the_server_is_there(asking_a_model, model_server, monkeypatch):
    monkeypatch.setattr(streaming, "_STILL_HERE_SECONDS", 0.05)

    def script(send):
        time.sleep(0.5)
        send(model_server.stream("The harbour bridge opened in 1932. [1]"))

    model_server.script = script
    with asking_a_model.http.stream("POST", "/v1/chat/completions", json=ASKED | {"stream": True}) as answer:
        lines = [line for line in answer.iter_lines() if line]
    assert ": working" in lines
    assert [line for line in lines if line != ": working"][-1] == "data: [DONE]"
