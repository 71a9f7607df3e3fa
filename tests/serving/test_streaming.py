"""A client that goes ends the work behind its answer; one that waits is told that the server is still there."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

import rag.serving.running
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


@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/completions HTTP/1.1\r\nHost: loc"])
def test_connection_without_a_whole_head_is_closed(own_server, monkeypatch, sent):
    monkeypatch.setattr(rag.serving.running, "_HEAD_SECONDS", 0.05)
    with socket.create_connection(urlsplit(own_server().url).netloc.split(":"), timeout=30) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""


def test_body_that_does_not_come_is_waited_for_no_longer():
    """What asks for the rest is told that the client is gone."""
    told = []

    async def app(scope, receive, send):
        told.extend([await receive(), await receive()])

    async def use():
        parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])

        async def receive():
            for part in parts:
                return part
            return await asyncio.Event().wait()

        await streaming.Patience(app, seconds=0.05)({"type": "http"}, receive, None)

    asyncio.run(use())
    assert [message["type"] for message in told] == ["http.request", "http.disconnect"]


def test_client_that_takes_nothing_is_cut_off():
    async def app(scope, receive, send):
        await send({"type": "http.response.body", "body": b"words"})

    async def never(_):
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(streaming.Patience(app, seconds=0.05)({"type": "http"}, None, never))


def test_client_that_waits_for_a_long_answer_is_there_as_long_as_it_likes():
    """A body that is whole is not waited for: what is received next is that the client goes."""
    told = []

    async def app(scope, receive, send):
        told.extend([await receive(), await receive()])

    async def use():
        gone = asyncio.Event()
        parts = iter([{"type": "http.request", "body": b"{}"}])

        async def receive():
            for part in parts:
                return part
            asyncio.get_running_loop().call_later(0.1, gone.set)
            await gone.wait()
            return {"type": "http.disconnect", "is_real": True}

        await streaming.Patience(app, seconds=0.01)({"type": "http"}, receive, None)

    asyncio.run(use())
    assert told[-1] == {"type": "http.disconnect", "is_real": True}


def test_findings_of_a_draft_are_described(asking_a_model):
    described = asking_a_model.http.get("/openapi.json").json()["components"]["schemas"]
    finding = described["DraftFindingBody"]["properties"]
    assert "number changed" in described["DraftVerdict"]["enum"]
    assert finding["places"]["items"] == {"$ref": "#/components/schemas/DraftPlaceBody"}
    report = asking_a_model.http.post("/v1/check-draft", json={"text": "The harbour bridge opened in 1933."}).json()
    assert set(report["findings"][0]) == set(finding)


def test_quotes_ask_no_language_model(asking_a_model, model_server):
    answer = asking_a_model.http.post("/v1/chat/completions", json=ASKED | {"model": "chapter-and-verse-quotes"})
    assert "1932" in answer.json()["choices"][0]["message"]["content"]
    assert model_server.bodies == []


def test_usage_is_what_the_language_model_says(asking_a_model, model_server):
    usage = {"prompt_tokens": 210, "completion_tokens": 12, "total_tokens": 222}
    last = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
    said = model_server.event("The harbour bridge opened in 1932. [1]") + model_server.event("", "stop")
    model_server.script = lambda send: send(said + f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
    chat = asking_a_model.http.post("/v1/chat/completions", json=ASKED).json()["usage"]
    assert chat == usage
    assert model_server.bodies[0]["stream_options"] == {"include_usage": True}
    response = {"model": "chapter-and-verse", "input": "When did the bridge open?"}
    counted = asking_a_model.http.post("/v1/responses", json=response).json()["usage"]
    assert (counted["input_tokens"], counted["output_tokens"], counted["total_tokens"]) == (210, 12, 222)
    message = asking_a_model.http.post("/v1/messages", json=ASKED).json()["usage"]
    assert message == {"input_tokens": 210, "output_tokens": 12}


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
