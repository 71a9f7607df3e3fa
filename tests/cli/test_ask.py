"""`rag ask` with a language model: which one is asked, what is shown while it writes, and what it wrote."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from rag import answer_schema
from rag.cli.options import LlmOptions

QUESTION = "When did the bridge open?"
FALSE = "It burned down in 1950. [1]"
SERVER = ("--api-base", "http://127.0.0.1:9/v1", "--model", "m")
"""Nothing listens on the port for throwing things away."""


def generator_of(rag, *arguments: str | Path) -> str:
    code, out, err = rag("ask", QUESTION, "--json", *arguments)
    assert (code, err) == (0, "")
    return json.loads(out)["generator"]


# Which language model is asked


def test_options_go_before_the_environment_and_that_before_the_file(rag, article, monkeypatch, tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text('llm = "openai-like"\nllm_api_base = "http://127.0.0.1:9/v1"\nllm_model = "from-file"\n')
    file = ("--settings", settings)
    assert generator_of(rag, *file) == "extractive"  # RAG_LLM=none is in the environment of every test
    monkeypatch.delenv("RAG_LLM")
    assert generator_of(rag, *file).endswith("/from-file")
    monkeypatch.setenv("RAG_LLM_MODEL", "from-environment")
    assert generator_of(rag, *file).endswith("/from-environment")
    assert generator_of(rag, *file, "--model", "from-option").endswith("/from-option")
    assert generator_of(rag, *file, "--llm", "none") == "extractive"


def test_llm_option_goes_before_a_generator_that_is_set(rag, article, scripted):
    scripted("[1]")
    assert generator_of(rag) == "scripted"
    assert generator_of(rag, "--model", "m") == "scripted"
    assert generator_of(rag, "--llm", "none") == "extractive"


def test_address_alone_asks_the_server_behind_it(rag, article, monkeypatch):
    assert generator_of(rag, *SERVER).endswith("/m")
    assert LlmOptions(llm="auto", api_base="http://x/v1").values()["llm"] == "auto"


def test_any_llm_of_llama_index_is_asked_by_its_class(rag, article):
    assert generator_of(rag, "--llm", "llama_index.core.llms:MockLLM").startswith("MockLLM/")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--llm", "nonsense"],
            "rag: cannot use llm = 'nonsense': it says how a language model is reached - write auto, none",
        ),
        (["--llm", "openai-like"], "rag: cannot ask a language model: its address is not set"),
        (["--llm", "openai-like", *SERVER[:2]], "rag: cannot ask the server at 'http://127.0.0.1:9/v1': no model"),
        (["--llm", "no_such_module:LLM"], "rag: cannot load the LLM 'no_such_module:LLM'"),
    ],
)
@pytest.mark.parametrize("command", [["ask", QUESTION], ["chat"]], ids=lambda command: command[0])
def test_language_model_that_cannot_be_asked_is_wrong_use(rag, article, type_lines, command, arguments, said):
    type_lines(QUESTION)
    code, out, err = rag(*command, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert err.count("\n") == 1


def test_local_model_that_is_not_here_says_how_to_get_it(rag, article, monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path))
    code, out, err = rag("ask", QUESTION, "--llm", "local")
    assert (code, out) == (1, "")
    assert "run `rag models pull qwen2.5-1.5b`" in err


def test_server_that_is_down_leaves_the_quotes_and_one_notice(rag, article):
    quoted = rag("ask", QUESTION).out
    code, out, err = rag("ask", QUESTION, "--llm", "openai-like", *SERVER)
    assert (code, out) == (0, quoted)
    assert "http://127.0.0.1:9/v1" in err
    assert err.count("\n") == 1


# What is shown


def test_answer_of_a_model_is_printed_as_one_text(rag, article, scripted):
    scripted("The bridge opened", " in 1932. [1] ", FALSE, " It is painted grey. [2]")
    code, out, err = rag("ask", QUESTION)
    answer = json.loads(rag("ask", QUESTION, "--json").out)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == answer["text"] == "The bridge opened in 1932. [1] It is painted grey. [2]"
    assert out.splitlines()[1].startswith("(1 statement left out")


def test_answer_does_not_tell_how_it_was_made_unless_asked(rag, article, scripted):
    scripted(f"[1]\n{FALSE}")
    out = rag("ask", QUESTION).out
    assert "scripted" not in out
    assert "burned" not in out


def test_draft_is_shown_with_each_verdict_and_the_reasons(rag, article, scripted):
    scripted(f"The bridge opened in 1932. [1]\n{FALSE} Nobody saw it. [7]")
    answer = rag("ask", QUESTION).out
    out = rag("ask", QUESTION, "--show-draft").out
    assert out.startswith(answer)
    draft, shown, left_out = out.removeprefix(answer).strip().split("\n\n")
    assert draft.splitlines() == [
        "Written by scripted, prompt script@1, before any check:",
        "    The bridge opened in 1932. [1]",
        "    It burned down in 1950. [1] Nobody saw it. [7]",
    ]
    assert shown.splitlines()[:2] == ["Shown:", "  supported: The bridge opened in 1932. [1]"]
    lines = left_out.splitlines()
    dropped = json.loads(rag("ask", QUESTION, "--show-draft", "--json").out)["dropped"]
    assert lines[0] == "Left out:"
    assert lines[1:] == [
        line
        for claim, said in zip(
            dropped, ["It burned down in 1950.", "Nobody saw it. ([7] names no evidence)"], strict=True
        )
        for line in (
            f"  {claim['verdict']['label']}: {said}",
            *(f"      {why}" for why in claim["verdict"]["reasons"]),
            *(
                [f"      words without support: {', '.join(map(repr, claim['verdict']['lacking']))}"]
                if claim["verdict"]["lacking"]
                else []
            ),
        )
    ]
    assert all(claim["verdict"]["reasons"] for claim in dropped)


def test_draft_of_an_abstention_is_empty(rag, article, monkeypatch):
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "1")
    out = rag("ask", "Who baked the grey bread?", "--show-draft").out
    assert out.endswith("\nWritten by extractive, before any check:\n    (nothing)\n")


def test_draft_cannot_steer_the_terminal(rag, article, scripted):
    scripted("[1]\n\x1b[2J\x9b31m It burned\r\u202e down. [bold]x[/bold]")
    out = rag("ask", QUESTION, "--show-draft").out
    assert not any(unsafe in out for unsafe in ("\x1b", "\x9b", "\r", "\u202e"))
    assert "[bold]x[/bold]" in out


def test_json_holds_the_draft_only_when_asked(rag, article, scripted):
    scripted(f"[1]\n{FALSE}")
    plain = json.loads(rag("ask", QUESTION, "--json").out)
    full = json.loads(rag("ask", QUESTION, "--json", "--show-draft").out)
    assert set(full) - set(plain) == {"draft", "dropped"}
    assert (full["draft"], full["dropped"][0]["text"]) == (f"[1]\n{FALSE}", "It burned down in 1950.")
    jsonschema.validate(plain, answer_schema())
    jsonschema.validate(full, answer_schema())


# While it writes


def test_interrupt_ends_the_request_and_keeps_what_was_shown(article, environment, slow_model, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "ask", f"{QUESTION} Say it slowly."],
        env=environment(**slow_model),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "waiting").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not (tmp_path / "closed").exists()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "The bridge opened in 1932. [1]\n")
    assert err == "rag: stopped - what was finished is kept, and the same command goes on from there\n"
    assert (tmp_path / "closed").exists()


def test_person_at_a_terminal_hears_what_was_found_and_who_is_asked(article, terminal, slow_model):
    asked = terminal("ask", QUESTION, stdout=subprocess.PIPE, **slow_model)
    assert asked.end() == 0
    assert "3 sentences found, asking slow_backend:Slow …" in asked.drawn
    assert asked.process.stdout.read().startswith("The bridge opened in 1932. [1] It is painted grey. [2]\n")


def test_nobody_is_told_to_wait_when_no_model_is_asked(article, terminal):
    asked = terminal("ask", QUESTION, stdout=subprocess.PIPE)
    assert (asked.end(), asked.drawn) == (0, "")


def test_sources_that_say_the_same_are_counted_beside_a_citation(rag, write):
    for name, paper in (("a", "Harbour Gazette"), ("b", "Northern Ledger")):
        site = f'<meta property="og:site_name" content="{paper}">'
        text = f"Norvik bought the Calder shipyard on Monday. {paper} was there when it was told to the workers."
        write(f"{name}.html", f"<html><head><title>Yard</title>{site}</head><body><p>{text}</p></body></html>")
    assert rag("add", write("c.txt", "Nothing else.").parent).code == 0
    out = rag("ask", "Who bought the Calder shipyard?").out
    assert "\n    2 sources, 1 independent: Yard · " in out
    assert "b.html (same words)\n" in out or "a.html (same words)\n" in out
    assert "2 sources, 1 independent" in rag("show", "1").out
