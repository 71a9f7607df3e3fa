"""What the OpenAPI document allows, and what it does not, gets an answer that the document describes: never a 500."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Assistant, Settings

from .conftest import TEXTS, running

QUIETLY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A server that may lose its documents."""
    folder = tmp_path_factory.mktemp("fuzzed")
    followed = folder / "followed"
    followed.mkdir()
    for name, text in TEXTS.items():
        (followed / name).write_text(text, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none", verifier="rules")) as assistant:
        assistant.sync(followed)
        with running(assistant, folder=followed) as made:
            yield made


@pytest.fixture(scope="module")
def described(fuzzed):
    return schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")


def test_every_route_answers_as_it_is_described(described):
    checks = [
        schemathesis.checks.not_a_server_error,
        schemathesis.specs.openapi.checks.status_code_conformance,
        schemathesis.specs.openapi.checks.content_type_conformance,
        schemathesis.specs.openapi.checks.response_schema_conformance,
    ]
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) >= 15
    for operation in operations:

        @settings(max_examples=10, **QUIETLY)
        @given(case=operation.as_strategy())
        def answers(case):
            case.call_and_validate(checks=checks)

        answers()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMES = (
    "model",
    "messages",
    "input",
    "stream",
    "query",
    "k",
    "where",
    "sources",
    "claim",
    "evidence",
    "tools",
    "n",
    "text",
)


@pytest.mark.parametrize(
    "path", ["chat/completions", "responses", "messages", "search", "verify", "documents", "documents/sync"]
)
def test_any_json_gets_an_answer_with_a_sentence(fuzzed, path):
    @settings(max_examples=40, **QUIETLY)
    @given(JSON | st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
    def check(value):
        body = json.dumps(value, ensure_ascii=True).encode()
        answer = fuzzed.http.post(f"/v1/{path}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert " - " in answer.json()["error"]["message"]

    check()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b'{"model": "\xff"}',
        b"null",
        b"NaN",
        b'{"model": NaN}',
        b'{"model": "chapter-and-verse", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "chapter-and-verse", "messages": [{"role": "user", "content": "\\u0000"}]}',
        b'{"model": "chapter-and-verse", "messages": 1e999}',
        b'{"model": "chapter-and-verse", "n": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", ""])
def test_body_that_is_none_is_refused(fuzzed, body, kind):
    answer = fuzzed.http.post("/v1/chat/completions", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert " - " in answer.json()["error"]["message"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "HEAD"])
def test_other_methods_are_refused(fuzzed, method):
    answer = fuzzed.http.request(method, "/v1/chat/completions")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
