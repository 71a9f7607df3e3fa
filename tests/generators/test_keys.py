"""A key is sent to the address that it was configured for, and nowhere else."""

from __future__ import annotations

import pytest

from rag import Assistant, GeneratorError, Settings, served_models
from rag.generators.llama_index import OpenAILikeGenerator
from rag.verifiers.judge import OpenAILikeJudgeVerifier

KEY = "sk-very-secret-1234"
ELSEWHERE = "https://api.example.org/v1"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("RAG_API_KEY", KEY)


def ask(api_base, sentences, **arguments):
    generator = OpenAILikeGenerator(model="tiny", api_base=api_base, timeout_seconds=5.0, **arguments)
    try:
        return "".join(generator.generate("Did it rain?", sentences("It rained."), ()))
    finally:
        generator.close()


def test_a_draft_is_asked_with_the_key_only_where_it_belongs(model_server, sentences):
    for key_base in (None, model_server.url, ELSEWHERE, ""):
        ask(model_server.url, sentences, key_base=key_base)
    sent = [headers["Authorization"] for headers in model_server.headers]
    assert sent == [f"Bearer {KEY}", f"Bearer {KEY}", "Bearer none", "Bearer none"]


def test_a_judge_is_asked_without_a_key_that_is_for_another_address(model_server):
    judge = OpenAILikeJudgeVerifier(model="tiny", api_base=model_server.url, key_base=ELSEWHERE)
    assert judge._server.key == ""
    judge.close()


def test_models_are_listed_with_the_key_only_where_it_belongs(model_server):
    for key_base in (None, f"{model_server.url}/", ELSEWHERE, ""):
        assert served_models(model_server.url, key_base=key_base) == ("m",)
    sent = [headers["Authorization"] for headers in model_server.headers]
    assert sent == [f"Bearer {KEY}", f"Bearer {KEY}", "Bearer none", "Bearer none"]


def test_what_the_environment_holds_for_openai_goes_to_no_other_server(model_server, sentences, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: secret\nAuthorization: Bearer secret")
    ask(model_server.url, sentences)
    served_models(model_server.url)
    for headers in model_server.headers:
        assert "secret" not in "".join(f"{name}{value}" for name, value in headers.items()).replace(KEY, "")
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert not any(name.lower().startswith("x-") for name in headers)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_nowhere(status, model_server, sentences):
    model_server.status, model_server.location = status, f"{model_server.url}/elsewhere"
    with pytest.raises(GeneratorError, match="sends elsewhere"):
        ask(model_server.url, sentences)
    with pytest.raises(GeneratorError, match="sends elsewhere"):
        served_models(model_server.url)
    assert len(model_server.headers) == 2


def test_a_server_that_wants_a_key_which_is_for_another_address_is_said_so(model_server, sentences):
    model_server.status = 401
    with pytest.raises(GeneratorError, match="none belongs to this address - set RAG_API_KEY, and RAG_LLM_KEY_BASE"):
        ask(model_server.url, sentences, key_base=ELSEWHERE)
    with pytest.raises(GeneratorError, match="it refuses the key"):
        ask(model_server.url, sentences)


def test_another_address_in_the_same_process_gets_no_key(assistant: Assistant, model_server, write):
    assistant.add([write("rain.txt", "It rained on Monday.")])
    server = {"generator": "auto", "llm": "openai-like", "llm_model": "m"}
    with assistant.with_settings(**server, llm_api_base=model_server.url) as other:
        other.ask("Did it rain on Monday?")
    with assistant.with_settings(**server, llm_api_base=model_server.url, llm_key_base=model_server.url) as other:
        other.ask("Did it rain on Monday?")
    assert [headers["Authorization"] for headers in model_server.headers] == ["Bearer none", f"Bearer {KEY}"]


def test_the_key_stays_with_the_address_that_it_stands_beside(monkeypatch, tmp_path):
    there = "http://127.0.0.1:9/v1"
    assert Settings().key_base == ""
    assert Settings(llm_api_base=there).key_base == there
    file = tmp_path / "settings.toml"
    file.write_text(f'llm_api_base = "{ELSEWHERE}"\n')
    assert Settings.from_file(file).key_base == ELSEWHERE
    assert Settings.from_file(file, llm_api_base=there).key_base == ELSEWHERE
    monkeypatch.setenv("RAG_LLM_API_BASE", ELSEWHERE)
    assert Settings(llm_api_base=there).key_base == ELSEWHERE
    monkeypatch.setenv("RAG_LLM_KEY_BASE", there)
    assert Settings(llm_api_base=there).key_base == there
