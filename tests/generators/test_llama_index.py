"""Drafts of a language model behind the OpenAI protocol, and all the ways in which its server can fail."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Iterator

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.llms.callbacks import llm_completion_callback

from rag.errors import BackendError, GeneratorError, QuestionError, SettingsError
from rag.generators.llama_index import LlamaIndexGenerator, OpenAILikeGenerator
from rag.protocols import CANNOT_ANSWER
from rag.testing.generator import GENERATOR_CHECKS
from rag.types import Turn

KEY = "sk-very-secret-1234"
HISTORY = [Turn(question="What did Rubio say about territory?", answer="He spoke of concessions. [1]")]


@pytest.fixture
def generator(model_server, monkeypatch) -> Iterator[OpenAILikeGenerator]:
    monkeypatch.setenv("RAG_API_KEY", KEY)
    made = OpenAILikeGenerator(model="tiny", api_base=model_server.url, timeout_seconds=5.0)
    yield made
    made.close()


def written(generator, evidence, question="Did it rain?"):
    return "".join(generator.generate(question, evidence, ()))


class Obedient(CustomLLM):
    """Cites the first number that stands in brackets in what it is told last."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="obedient")

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponse:
        raise NotImplementedError

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponseGen:
        number = prompt.partition("<evidence>")[2].partition("[")[2].partition("]")[0]
        text = ""
        for delta in ("It is ", "so. ", f"[{number}", "]"):
            text += delta
            yield CompletionResponse(text=text, delta=delta)


@pytest.mark.parametrize("check", GENERATOR_CHECKS, ids=lambda check: check.__name__)
def test_any_llm_of_llama_index_keeps_the_contract(check):
    check(LlamaIndexGenerator(Obedient()))


@pytest.mark.parametrize("check", GENERATOR_CHECKS, ids=lambda check: check.__name__)
def test_an_llm_may_be_named_by_its_class(check):
    llm = "llama_index.core.llms:MockLLM"  # repeats the prompt, so that only its length can be looked at
    if check.__name__ != "marks_only_given_evidence":
        check(LlamaIndexGenerator(llm, llm_arguments={"max_tokens": 20}))


@pytest.mark.parametrize(
    ("llm", "arguments", "error"),
    [
        ("llama_index.llms.nowhere:Nothing", {}, BackendError),
        ("llama_index.core.llms:Nothing", {}, BackendError),
        ("", {}, BackendError),
        ("collections:Counter", {}, BackendError),
        ("llama_index.core.llms:MockLLM", {"max_tokens": "many", "api_key": KEY}, SettingsError),
    ],
)
def test_a_class_that_cannot_be_made_is_named(llm, arguments, error):
    with pytest.raises(error, match=" - ") as raised:
        LlamaIndexGenerator(llm, llm_arguments=arguments)
    assert KEY not in str(raised.value)


def test_the_request_is_repeatable_and_bounded(generator, model_server, sentences):
    assert written(generator, sentences("It rained on Monday.")) == "It rained. [1]"
    (body,) = model_server.bodies
    assert (body["model"], body["temperature"], body["seed"]) == ("tiny", 0.0, 0)
    assert (body["max_tokens"], body["stream"]) == (256, True)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "[1] It rained on Monday." in body["messages"][1]["content"]
    assert "grammar" not in body


def test_a_grammar_is_sent_to_a_server_that_takes_one(model_server, sentences):
    generator = OpenAILikeGenerator(model="tiny", api_base=model_server.url, has_grammar=True)
    written(generator, sentences("It rained.", "It snowed."))
    assert 'marker ::= "[" ("1" | "2") "]"' in model_server.bodies[0]["grammar"]
    generator.close()


def test_without_evidence_nobody_is_asked(generator, model_server):
    assert written(generator, []) == CANNOT_ANSWER
    assert model_server.bodies == []


def test_a_question_beyond_the_context_is_refused_before_anything_is_sent(generator, model_server, sentences):
    with pytest.raises(QuestionError, match="fewer words"):
        written(generator, sentences("It rained."), question="why " * 5000)
    assert model_server.bodies == []


def test_pieces_end_behind_a_marker_or_a_line_or_the_first_word_after_it(generator, model_server, sentences):
    model_server.script = model_server.says("It ra", "ined. [", "1", "] It sn", "owed. [2]\nNo", " more")
    pieces = list(generator.generate("Did it rain?", sentences("It rained.", "It snowed."), ()))
    assert pieces == ["It rained. [1]", " It ", "snowed. [2]\n", "No ", "more"]


def test_a_character_and_a_marker_may_arrive_byte_by_byte(generator, model_server, sentences):
    def one_by_one(send):
        for byte in model_server.stream("“Zürich”, 東京 😀. [", "1]"):
            send(bytes([byte]))

    model_server.script = one_by_one
    assert written(generator, sentences("It rained.")) == "“Zürich”, 東京 😀. [1]"


def test_half_a_statement_of_a_cut_answer_is_left_out_but_for_its_first_word(generator, model_server, sentences):
    model_server.script = model_server.says("It rained. [1]", " Rubio will", finish="length")
    assert written(generator, sentences("It rained.")) == "It rained. [1] Rubio "


def test_what_a_model_thinks_aloud_is_left_out(generator, model_server, sentences):
    model_server.script = model_server.says("<thi", "nk>It snowed. [2]</thi", "nk>", "It rained. [1]")
    assert written(generator, sentences("It rained.")) == "It rained. [1]"


def test_what_is_no_text_is_replaced(generator, model_server, sentences):
    model_server.script = lambda send: send(model_server.stream("It \0rained. [1]").replace(b"rained", b"\\ud800"))
    assert written(generator, sentences("It rained.")) == "It \ufffd\ufffd. [1]"


def sends(data: bytes):
    return lambda send: send(data)


def ends_too_early(server):
    server.script, server.breaks_off = sends(server.event("It rai")), True


def ends_without_an_end(server):
    server.script, server.is_chunked = sends(server.event("It rai")), False


def answers(status: int):
    def prepare(server):
        server.status, server.content_type = status, "application/json"
        server.script = sends(b'{"error": {"message": "bad key %s given"}}' % KEY.encode())

    prepare.__name__ = f"HTTP_{status}"
    return prepare


def answers_html(server):
    server.content_type, server.script = "text/html", sends(b"<html>Welcome to the router</html>")


def says_nothing(server):
    server.script = server.says()


def never_ends_a_sentence(server):
    server.script = server.says("It rained and", finish="length")


def says_blanks(server):
    server.script = server.says(" \n", " ")


def sends_nothing(server):
    server.script = sends(b"")


def sends_broken_json(server):
    server.script = sends(b'data: {"choices": [{"delta": \n\n')


def sends_another_shape(server):
    server.script = sends(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')


def sends_a_list(server):
    server.script = sends(b"data: [1, 2]\n\n")


def sends_invalid_utf8(server):
    server.script = sends(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n')


def reports_an_error(server):
    server.script = sends(b'data: {"error": {"message": "out of memory, key %s"}}\n\n' % KEY.encode())


def repeats_a_statement(server):
    server.script = server.says(*["The minister said so. [1]\n"] * 100)


def repeats_without_full_stops(server):
    server.script = server.says(*["and then "] * 10_000)


def says_a_megabyte(server):
    server.script = server.says("".join(chr(0x4E00 + n % 20_000) for n in range(500_000)))


def is_slow(server):
    server.script = lambda _: server.done.wait()


def keeps_alive_for_ever(server):
    def comments(send):
        while not server.done.wait(0.02):
            send(b": still working\n\n")

    server.script = comments


FAILURES = {
    answers(400): "HTTP status 400",
    answers(401): "refuses the key",
    answers(403): "refuses the key",
    answers(404): "no such model",
    answers(429): "too many requests",
    answers(500): "HTTP status 500",
    answers(302): "sends elsewhere",
    answers_html: "wrote nothing",
    ends_too_early: "the connection broke",
    ends_without_an_end: "broke off",
    says_nothing: "wrote nothing",
    says_blanks: "wrote nothing",
    never_ends_a_sentence: "does not end within",
    sends_nothing: "wrote nothing",
    sends_broken_json: "cannot be read",
    sends_another_shape: "cannot be read",
    sends_a_list: "cannot be read",
    sends_invalid_utf8: "cannot be read",
    reports_an_error: "out of memory",
    repeats_a_statement: "repeats itself",
    repeats_without_full_stops: "repeats itself",
    says_a_megabyte: "goes on after",
    is_slow: "too long",
    keeps_alive_for_ever: "too long",
}


@pytest.mark.parametrize("prepare", FAILURES, ids=lambda prepare: prepare.__name__)
def test_every_failure_is_one_clear_sentence_without_the_key(prepare, model_server, monkeypatch, sentences, caplog):
    monkeypatch.setenv("RAG_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    prepare(model_server)
    waits = prepare in (is_slow, keeps_alive_for_ever)
    generator = OpenAILikeGenerator(model="tiny", api_base=model_server.url, timeout_seconds=0.2 if waits else 5.0)
    with pytest.raises(GeneratorError, match=f"'tiny' at .*{model_server.url}.*{FAILURES[prepare]}.* - ") as raised:
        written(generator, sentences("It rained."))
    generator.close()
    assert "\n" not in str(raised.value)
    assert len(model_server.bodies) == 1, "asked again without being told to"
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert KEY not in caplog.text


def test_a_server_that_is_not_there_is_one_clear_sentence(sentences):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    generator = OpenAILikeGenerator(model="tiny", api_base=url)
    with pytest.raises(GeneratorError, match=f"'tiny' at '{url}': it cannot be reached - start it"):
        written(generator, sentences("It rained."))
    generator.close()


def endless(server):
    def script(send):
        number = 0
        while not server.done.is_set():
            number += 1
            send(server.event(f"Number {number} is another one. [1]\n"))

    return script


def test_closing_the_iterator_ends_the_request(generator, model_server, sentences):
    model_server.script = endless(model_server)
    pieces = generator.generate("How many?", sentences("It rained."), ())
    assert next(pieces) == "Number 1 is another one. [1]\n"
    pieces.close()
    assert model_server.left.wait(20)


def test_a_refused_stream_ends_the_request(generator, model_server, sentences):
    model_server.script = endless(model_server)
    with pytest.raises(GeneratorError, match="goes on after"):
        written(generator, sentences("It rained."))
    assert model_server.left.wait(20)


def test_an_answered_question_leaves_the_server_usable_after_a_cancelled_one(generator, model_server, sentences):
    model_server.script = endless(model_server)
    pieces = generator.generate("How many?", sentences("It rained."), ())
    next(pieces)
    pieces.close()
    model_server.script = model_server.says("It rained. [1]")
    assert written(generator, sentences("It rained.")) == "It rained. [1]"


@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({"RAG_API_KEY": KEY, "OPENAI_API_KEY": "sk-other"}, KEY),
        ({"RAG_API_KEY": " ", "OPENAI_API_KEY": f" {KEY}\n", "OPENAI_BASE_URL": "SERVER/"}, KEY),
        ({"OPENAI_API_KEY": KEY}, "none"),
        ({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://api.example.org/v1"}, "none"),
        ({}, "none"),
    ],
)
def test_the_key_comes_from_the_environment(variables, sent, model_server, monkeypatch, sentences):
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("SERVER", model_server.url))
    generator = OpenAILikeGenerator(model="tiny", api_base=model_server.url)
    written(generator, sentences("It rained."))
    assert model_server.headers[0]["Authorization"] == f"Bearer {sent}"
    generator.close()


def test_the_key_is_in_no_name_and_no_record(generator):
    assert generator.id == "OpenAILike/tiny"
    assert repr(generator) == "OpenAILikeGenerator('OpenAILike/tiny')"
    assert KEY not in repr(vars(generator))


def test_a_key_that_cannot_be_sent_is_not_shown(monkeypatch):
    monkeypatch.setenv("RAG_API_KEY", KEY + "é")
    with pytest.raises(SettingsError, match="RAG_API_KEY") as raised:
        OpenAILikeGenerator(model="tiny", api_base="http://127.0.0.1:1/v1")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://host/v1", "http://", "http://[::1", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SettingsError, match="write it like"):
        OpenAILikeGenerator(model="tiny", api_base=url)


def test_a_password_in_the_address_is_refused_and_not_shown():
    with pytest.raises(SettingsError, match="password") as raised:
        OpenAILikeGenerator(model="tiny", api_base=f"http://me:{KEY}@127.0.0.1:1/v1?key={KEY}")
    assert KEY not in str(raised.value)


def test_a_model_without_a_name_is_refused():
    with pytest.raises(SettingsError, match="no model is named"):
        OpenAILikeGenerator(model=" ", api_base="http://127.0.0.1:1/v1")


def test_a_server_on_this_machine_is_not_looked_for_behind_a_proxy(model_server, monkeypatch, sentences):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    generator = OpenAILikeGenerator(model="tiny", api_base=model_server.url)
    assert written(generator, sentences("It rained.")) == "It rained. [1]"
    generator.close()


def test_a_follow_up_question_is_made_to_stand_alone(generator, model_server):
    model_server.script = model_server.says("What did Rubio say", " about trust?\n", "He said nothing.")
    assert generator.rewrite("And about trust?", HISTORY) == "What did Rubio say about trust?"
    (body,) = model_server.bodies
    assert "Person: What did Rubio say about territory?" in body["messages"][1]["content"]


def test_a_first_question_is_not_rewritten(generator, model_server):
    assert generator.rewrite("Did it rain?", []) == "Did it rain?"
    assert model_server.bodies == []


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n",
        "Here is the question:\nWhat did Rubio say about trust?",
        "What did Lavrov say about trust?",
        "What did Rubio say in 2019?",
        "what " * 200,
        "What\x1b[2J did he say?",
    ],
    ids=["nothing", "blank", "preamble", "name", "number", "long", "control"],
)
def test_a_doubtful_rewrite_leaves_the_question_alone(answer, generator, model_server):
    model_server.script = model_server.says(answer)
    assert generator.rewrite("And about trust?", HISTORY) == "And about trust?"


def test_a_rewrite_that_goes_on_is_cut_off(generator, model_server):
    model_server.script = endless(model_server)
    assert generator.rewrite("And about trust?", HISTORY) == "And about trust?"
    assert model_server.left.wait(20)


def test_a_rewrite_reports_a_server_that_fails(generator, model_server):
    answers(500)(model_server)
    with pytest.raises(GeneratorError, match="HTTP status 500"):
        generator.rewrite("And about trust?", HISTORY)


def test_an_llm_without_an_address_is_named_by_its_model(sentences):
    class Broken(MockLLM):
        def stream_chat(self, *arguments: object, **more: object) -> object:
            raise RuntimeError("no")

    with pytest.raises(GeneratorError, match="the model 'unknown': "):
        written(LlamaIndexGenerator(Broken()), sentences("It rained."))
