"""`rag chat`: a conversation over a pipe and on a terminal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from rag import Assistant, Settings, Turn
from rag.testing.generator import ScriptedGenerator

QUESTION = "When did the bridge open?"
ANSWER = "The bridge opened in 1932. [1]"


@pytest.fixture
def chat(rag, type_lines):
    """Runs `rag chat` over lines, or over what makes them, as from a pipe."""

    def run(*lines: str | Iterator[str], arguments: tuple[str, ...] = ()):
        type_lines(*lines)
        return rag("chat", *arguments)

    return run


def test_answers_have_their_citations_on_one_line_each(chat, article):
    ferry = "The ferry stopped in spring. [1]"
    assert chat(QUESTION, "When did the ferry stop in spring?") == (
        0,
        f"{ANSWER}\n[1] {article}, line 1\n\n{ferry}\n[1] {article}, line 3\n\n",
        "",
    )


def test_abstention_shows_the_nearest_sentences(chat, article, monkeypatch):
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "1")
    out = chat("Who baked the grey bread?").out
    assert out.startswith("The documents do not answer this.\n\nThe nearest sentences, which do not answer it:\n")
    assert "    It is painted grey.\n" in out


@pytest.mark.parametrize("lines", [[], [""], ["  ", "\t"], ["/quit", QUESTION], [" /quit "]], ids=str)
def test_empty_lines_and_the_end_do_nothing(chat, article, lines):
    assert chat(*lines) == (0, "", "")


def test_earlier_turns_help_to_understand_a_question(chat, article, scripted):
    generator = scripted("[1]", rewrites={"And the colour?": "What is the colour of the bridge?"})
    out = chat(QUESTION, "And the colour?").out
    assert out.count("(understood as: ") == 1
    assert f"{ANSWER}\n" in out
    assert "\n(understood as: What is the colour of the bridge?)\n" in out
    assert [call.question for call in generator.calls] == [QUESTION, "What is the colour of the bridge?"]


class Remembering(ScriptedGenerator):
    """Keeps the histories that it was asked to understand a question by."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.histories: list[list[Turn]] = []

    def rewrite(self, question, history):
        self.histories.append(list(history))
        return super().rewrite(question, history)


def test_history_is_the_last_six_answered_turns(chat, article, scripted):
    remembering = scripted("[1]", kind=Remembering)
    questions = [f"When did the bridge open, {number}?" for number in range(9)]
    chat(*questions[:3], "", "/sources", "x" * 100_000, *questions[3:])
    assert remembering.histories[0] == [Turn(question=questions[0], answer=ANSWER)]
    assert [turn.question for turn in remembering.histories[-1]] == questions[2:8]


def test_new_conversation_forgets(chat, article, scripted):
    remembering = scripted("[1]", kind=Remembering)
    result = chat(QUESTION, QUESTION, "/new", QUESTION, "/new", "/sources")
    assert [len(history) for history in remembering.histories] == [1]
    assert result.out.count("(a new conversation)\n") == 2
    assert result.err == "rag: cannot show citations: nothing was asked yet - ask a question first\n"


def test_show_opens_a_citation_of_the_last_answer_in_its_place(rag, chat, article):
    question = "When did the ferry stop in spring?"
    out = chat(QUESTION, question, "/show 1").out
    rag("ask", question)
    assert out.endswith(f"\n\n{rag('show', '1').out}")


def test_sources_gives_the_quotes(rag, chat, article):
    out = chat(QUESTION, "/sources").out
    _, _, citations = rag("ask", QUESTION).out.partition("\n")
    assert out.endswith(f", line 1\n\n{citations}")


def test_nearest_sentences_of_an_abstention_are_opened_and_listed_again(rag, chat, article, monkeypatch):
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "1")
    question = "Who baked the grey bread?"
    out = chat(question, "/show 2", "/sources").out
    rag("ask", question)
    nearest, opened = rag("ask", question).out.partition("\n")[2], rag("show", "2").out
    assert out.endswith(f"{opened}{nearest}")
    assert chat(question, "/show 9").err == (
        "rag: cannot show nearest sentence 9: the answer has 3 nearest sentences - choose one of them\n"
    )


def test_help_names_every_command(chat, empty_store):
    code, out, err = chat("/help")
    assert (code, err) == (0, "")
    assert all(f"\n  {command} " in out for command in ("/sources", "/show N", "/new", "/help", "/quit"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/nonsense", "no command is written '/nonsense' - /help lists them"),
        ("/", "no command is written '/'"),
        ("/new york", "no command is written '/new york'"),
        ("/show", "cannot show '' of the last answer - write /show and a number of it"),
        ("/show 2", "cannot show citation 2: the answer has 1 citation - choose one of them"),
        ("/show -1", "cannot show '-1' of the last answer - write /show and a number of it"),
        ("x" * 100_000, "cannot answer a question of 100,000 characters"),
        ("\0", "cannot answer an empty question"),
    ],
    ids=lambda text: text[:12],
)
def test_error_is_one_sentence_and_the_conversation_goes_on(chat, article, line, said):
    code, out, err = chat(QUESTION, line, QUESTION)
    assert (code, out.count(ANSWER)) == (0, 2)
    assert err.startswith(f"rag: {said}")
    assert err.count("\n") == 1


def test_document_that_has_gone_is_one_sentence(chat, article, store_folder):
    def lines():
        yield QUESTION
        with Assistant.open(store_folder, Settings(embedder="hashing")) as other:
            other.remove([article])
        yield "/show 1"
        yield QUESTION

    code, out, err = chat(lines())
    assert (code, out.count(ANSWER), out.count("There are no documents")) == (0, 1, 1)
    assert err.startswith("rag: no document has the id ")
    assert err.count("\n") == 1


def test_path_is_a_question_and_no_command(chat, article):
    assert chat("/etc/bridge opened 1932?").out.startswith(ANSWER)


def test_empty_store_says_how_to_fill_it(chat, empty_store):
    hint = "There are no documents to answer from yet - add some with `rag add PATH`.\n"
    assert chat("Anything?", "And now?") == (0, hint * 2, "")


def test_server_that_is_down_leaves_the_quotes_and_a_notice_each(chat, article):
    arguments = ("--llm", "openai-like", "--api-base", "http://127.0.0.1:9/v1", "--model", "m")
    code, out, err = chat(QUESTION, "Was it painted grey?", arguments=arguments)
    assert (code, out) == (0, chat(QUESTION, "Was it painted grey?").out)
    assert err.count("\n") == 2
    assert err.count("http://127.0.0.1:9/v1") >= 2


def test_bytes_that_are_no_text_are_no_disaster(article, environment):
    result = subprocess.run(
        [sys.executable, "-m", "rag.cli", "chat"],
        env=environment(),
        input=b"bridge \xff opened 1932?\n\xed\xa0\x80\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(ANSWER.encode())


# On a terminal


def test_terminal_has_a_prompt_and_control_d_ends(article, terminal):
    opened = terminal("chat")
    opened.wait_for("> ")
    assert "1 document, answers by their own sentences, no language model. /help lists the commands." in opened.drawn
    opened.type(f"{QUESTION}\n")
    opened.wait_for(", line 1")
    opened.wait_for("> ")
    opened.type("\x04")
    assert opened.end() == 0
    assert ANSWER in opened.drawn


def test_interrupt_ends_the_answer_and_not_the_conversation(article, terminal, slow_model, tmp_path):
    opened = terminal("chat", **slow_model)
    opened.wait_for("> ")
    opened.type("half a question")
    opened.wait_for("half a question")
    opened.interrupt(expecting="(stopped - /quit or Ctrl-D ends)")
    opened.type(f"{QUESTION} Say it slowly.\n")
    opened.wait_for(ANSWER)
    assert not (tmp_path / "closed").exists()
    opened.interrupt(expecting="(stopped - /quit or Ctrl-D ends)")
    assert (tmp_path / "closed").exists()
    opened.type(f"{QUESTION}\n")
    opened.wait_for("painted grey. [2]")
    opened.wait_for("> ")
    opened.type("And now?\n")
    opened.wait_for("(understood as: Which colour is the bridge?)")
    opened.wait_for("> ")
    opened.type("/quit\n")
    assert opened.end() == 0
    assert opened.drawn.count("(stopped") == 2
    assert opened.drawn.count("asking slow_backend:Slow") == 3
