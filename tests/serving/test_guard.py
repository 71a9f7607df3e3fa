"""Who may come in, from where, how often, and with how much; and what is written down of it."""

from __future__ import annotations

import json
import logging
import time

import httpx
import openai
import pytest

from rag import SettingsError
from rag.serving.app import build_app, service_over
from rag.serving.entry.guard import OPEN, Rates, right_for
from rag.serving.entry.keys import Keys, Right, make_key
from rag.serving.entry.options import Address, Limits, ServeOptions
from rag.serving.watching.records import LOGGER, JsonLines, Metrics

ASKED = {"model": "chapter-and-verse", "messages": [{"role": "user", "content": "When did the harbour bridge open?"}]}


def wait_until(is_so):
    """Return when it is so: a line is written after its answer was sent."""
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)


def code_of(response):
    body = response.json()
    assert set(body) == {"type", "error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert " - " in body["error"]["message"]
    return response.status_code, body["error"]["code"]


@pytest.fixture(scope="module")
def made():
    """A key for each right, and one that may nothing but ask."""
    return {right.value: make_key(right.value) for right in Right}


@pytest.fixture
def keys(made, tmp_path):
    path = tmp_path / "keys"
    lines = [f"{line.rsplit(':', 1)[0]}:{name}" for name, (_, line) in made.items()]
    path.write_text("# of the team\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return Keys.of_file(path)


def test_another_host_is_refused_without_keys(keys):
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org", ""):
        with pytest.raises(SettingsError, match="without keys"):
            ServeOptions(address=Address(host, 0))
        assert ServeOptions(address=Address(host, 0), keys=keys).hosts == frozenset()
    assert "127.0.0.1" in ServeOptions(address=Address("localhost", 0)).hosts


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::1", "localhost@evil"]
)
def test_another_name_is_refused(server, host):
    assert code_of(server.http.get("/v1/models", headers={"Host": host})) == (403, "wrong_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8000"])
def test_own_names_are_answered(server, host):
    assert server.http.get("/v1/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "file://", "http://["])
def test_pages_of_other_sites_are_refused(server, origin):
    answer = server.http.post("/v1/chat/completions", json=ASKED, headers={"Origin": origin})
    assert code_of(answer) == (403, "wrong_origin")
    assert "access-control-allow-origin" not in answer.headers


def test_a_site_that_is_named_may_ask(own_server):
    own = own_server(origins=("https://chat.example",))
    asking = {"Origin": "https://chat.example"}
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    assert own.http.options("/v1/search", headers=asking | preflight).status_code == 200
    answer = own.http.post("/v1/chat/completions", json=ASKED, headers=asking)
    assert answer.headers["access-control-allow-origin"] == "https://chat.example"
    other = {"Origin": "https://evil.example"}
    assert own.http.options("/v1/search", headers=other | preflight).status_code == 400
    assert code_of(own.http.post("/v1/chat/completions", json=ASKED, headers=other)) == (403, "wrong_origin")


def test_each_key_may_do_what_its_line_says(own_server, keys, made):
    own = own_server(keys=keys)
    paths = {
        Right.READ: ("GET", "/v1/documents", None),
        Right.ASK: ("POST", "/v1/chat/completions", ASKED),
        Right.WRITE: ("DELETE", "/v1/documents/none", None),
        Right.ADMIN: ("GET", "/metrics", None),
    }
    for needed, (method, path, body) in paths.items():
        for name, (key, _) in made.items():
            answer = own.http.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})
            is_allowed = name in (needed.value, "admin")
            assert (answer.status_code == 403) != is_allowed, (method, path, name)
            if not is_allowed:
                assert code_of(answer) == (403, "missing_scope")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}])
def test_without_a_key_nothing_is_told(own_server, keys, header):
    own = own_server(keys=keys)
    for path in ("/v1/models", "/v1/documents", "/metrics", "/none"):
        answer = own.http.get(path, headers=header)
        assert code_of(answer) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"
    for path in OPEN:
        assert own.http.get(path).status_code in (200, 503)


def test_clients_send_their_keys_in_two_ways(own_server, keys, made):
    own = own_server(keys=keys)
    key = made["ask"][0]
    with openai.OpenAI(base_url=f"{own.url}/v1", api_key=key, max_retries=0) as client:
        assert client.chat.completions.create(**ASKED).choices
    assert own.http.post("/v1/chat/completions", json=ASKED, headers={"X-Api-Key": key}).status_code == 200
    wrong = openai.OpenAI(base_url=f"{own.url}/v1", api_key=f"{key}x", max_retries=0)
    with wrong, pytest.raises(openai.AuthenticationError):
        wrong.models.list()


def test_who_guesses_waits_and_keeps_nobody_out(own_server, keys, made):
    own = own_server(keys=keys)
    right = {"Authorization": f"Bearer {made['read'][0]}"}
    assert own.http.get("/v1/models", headers=right).status_code == 200
    guesses = [own.http.get("/v1/models", headers={"Authorization": f"Bearer read.{n}"}) for n in range(7)]
    assert {guess.status_code for guess in guesses[:5]} == {401}
    assert code_of(guesses[-1]) == (429, "too_many_wrong_keys")
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert own.http.get("/v1/models", headers=right).status_code == 200


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("anna", "not NAME:HASH:SCOPES"),
        ("anna:scrypt$1$2$3$4$5", "not NAME:HASH:SCOPES"),
        ("an na:HASH:read", "not NAME:HASH:SCOPES"),
        ("anna:nonsense:read", "is not a hash"),
        ("anna:HASH:fly", "read, ask, write, admin"),
        ("anna:HASH:", "read, ask, write, admin"),
        ("anna:HASH:read\nanna:HASH:read", "has a line already"),
        ("# nobody", "there is no NAME"),
    ],
)
def test_file_of_keys_that_cannot_be_read_is_explained(tmp_path, made, line, said):
    path = tmp_path / "keys"
    path.write_text(line.replace("HASH", made["read"][1].split(":")[1]), encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=said):
        Keys.of_file(path)


def test_file_of_keys_is_not_for_everybody_to_write(tmp_path):
    path = tmp_path / "keys"
    path.write_text("x", encoding="utf-8")
    path.chmod(0o666)
    with pytest.raises(SettingsError, match="chmod 600"):
        Keys.of_file(path)
    with pytest.raises(SettingsError, match="check the path"):
        Keys.of_file(tmp_path / "none")


def test_who_comes_too_often_waits(own_server):
    own = own_server(limits=Limits(requests_a_minute=3))
    answers = [own.http.get("/v1/models") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert code_of(answers[-1]) == (429, "rate_limit_exceeded")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert own.http.get("/healthz").status_code == 200


def test_rates_forget_the_oldest_client():
    rates = Rates(1)
    for client in range(20_000):
        assert rates.wait(str(client)) == 0
    assert len(rates._left) <= 10_000


def test_large_bodies_are_refused_however_they_come(own_server):
    own = own_server(limits=Limits(requests_a_minute=0, max_body_bytes=1000, max_upload_bytes=2000))
    pieces = lambda: iter([b"x" * 500] * 10)  # noqa: E731 - sent in chunks: no length is told
    json_type = {"Content-Type": "application/json"}
    assert code_of(own.http.post("/v1/search", content=b"x" * 1001, headers=json_type)) == (413, "too_large")
    assert code_of(own.http.post("/v1/search", content=pieces(), headers=json_type)) == (413, "too_large")
    files = {"file": ("a.txt", b"y" * 3000)}
    assert code_of(own.http.post("/v1/documents", files=files)) == (413, "too_large")
    assert own.http.post("/v1/documents", files={"file": ("a.txt", b"The bridge is red.")}).status_code == 200
    assert own.http.post("/v1/search", json={"query": "bridge"}).status_code == 200


def test_every_route_needs_the_right_that_it_should(opened):
    app = build_app(service_over(opened), Metrics())
    needed = {
        (method.upper(), path): right_for(method.upper(), path.replace("{document_id}", "1").replace("{model}", "m"))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path not in OPEN
    }
    assert {place for place, right in needed.items() if right is Right.READ} == {
        ("GET", "/v1/models"),
        ("GET", "/v1/models/{model}"),
        ("GET", "/v1/documents"),
        ("GET", "/v1/documents/{document_id}"),
        ("POST", "/v1/search"),
        ("GET", "/v1/notebooks"),
        ("GET", "/v1/notebooks/{number}"),
    }
    assert {place for place, right in needed.items() if right is Right.WRITE} == {
        ("POST", "/v1/documents"),
        ("DELETE", "/v1/documents/{document_id}"),
        ("POST", "/v1/notebooks"),
        ("PATCH", "/v1/notebooks/{number}"),
        ("DELETE", "/v1/notebooks/{number}"),
        ("POST", "/v1/notebooks/{number}/documents"),
        ("DELETE", "/v1/notebooks/{number}/documents/{document_id}"),
    }


def test_answers_are_for_nobody_else(server):
    answer = server.http.get("/v1/models")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 32
    assert "server" not in answer.headers


def test_log_and_metrics_hold_no_words_of_anybody(own_server):
    lines = []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(JsonLines().format(record))

    own = own_server()
    handler = Keeping()
    before = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        own.http.post("/v1/chat/completions", json=ASKED)
        own.http.post("/v1/documents", files={"file": ("zebra.txt", b"The zebra sleeps.")})
        own.http.get("/v1/documents", params={"where": "title = zebra"})
        own.http.get("/zebra")
        own.http.request("ZEBRA", "/v1/models")
        page = own.http.get("/metrics").text
        wait_until(lambda: len(lines) == 6)
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(before)
    said = "\n".join(lines).lower()
    for word in ("zebra", "bridge", "1932", "harbour"):
        assert word not in said
        assert word not in page.lower()
    records = [json.loads(line) for line in lines]
    assert [record["status"] for record in records] == [200, 200, 200, 404, 405, 200]
    assert 'rag_requests_total{method="POST",route="/v1/chat/completions",status="200"} 1.0' in page
    assert 'rag_answers_total{status="answered"} 1.0' in page
    assert "rag_requests_running 1.0" in page
    for stage in ("embed", "find", "rank", "read", "write", "verify", "add"):
        assert f'rag_stage_seconds_count{{stage="{stage}"}} 1.0' in page
    assert set(records[0]["stages"]) == {"embed", "find", "rank", "read", "write", "verify", "corroborate"}
    assert set(records[1]["stages"]) == {"add"}


def test_what_nobody_foresaw_is_a_sentence_and_a_line_of_the_log(own_server):
    own = own_server()

    async def broken(*_, **__):
        raise ZeroDivisionError("secret words")

    own.service.fingerprints.evidence = broken
    lines = []

    class Keeping(logging.Handler):
        def emit(self, record):
            lines.append(JsonLines().format(record))

    handler = Keeping()
    LOGGER.addHandler(handler)
    try:
        answer = own.http.post("/v1/search", json={"query": "bridge"})
        wait_until(lambda: lines)
    finally:
        LOGGER.removeHandler(handler)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    (line,) = map(json.loads, lines)
    assert line["error"] == "ZeroDivisionError"
    assert line["place"].startswith("test_guard.py:")
    assert line["id"] in answer.json()["error"]["message"]
    assert "secret" not in lines[0]


def test_httpx_is_not_told_of_files(server):
    for path in (
        "/../../etc/passwd",
        "/v1/documents/..%2F..%2Fetc%2Fpasswd",
        "/static/x",
        "/docs",
        "/redoc",
        "/file=/etc/passwd",
    ):
        answer = httpx.get(server.url + path)
        assert answer.status_code == 404
        assert "root:" not in answer.text
