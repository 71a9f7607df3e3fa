"""A question that does not say what it asks about is asked back, and nothing is searched for it."""

from __future__ import annotations

import sys
from types import ModuleType

import jsonschema
import pytest

from rag import (
    NOT_IN_DOCUMENTS,
    Answer,
    AnswerStatus,
    Assistant,
    Done,
    Retrieved,
    Settings,
    Turn,
    answer_schema,
    to_dict,
)
from rag.conversation import asking_back
from rag.testing.generator import ScriptedGenerator

ARTICLE = "The bridge opened in 1932. Marco Rubio said that it is safe. Rachel Reeves paid for it."
BRIDGE = Turn(question="When did the bridge open?", answer="The bridge opened in 1932. [1]")
RUBIO = Turn(question="What did Marco Rubio say?", answer="Marco Rubio said that it is safe. [1]")
UNSAID = "does not say what it asks about. Write the whole question."

OPEN = [
    ("Why?", [], f"“Why?” {UNSAID}"),
    ("why", [], f"“why” {UNSAID}"),
    ("And then?", [RUBIO], f"“And then?” {UNSAID}"),
    ("Really?", [BRIDGE], f"“Really?” {UNSAID}"),
    ("Thanks!", [BRIDGE], f"“Thanks!” {UNSAID}"),
    ("Are you sure?", [BRIDGE], f"“Are you sure?” {UNSAID}"),
    ("Tell me more", [], f"“Tell me more” {UNSAID}"),
    ("What about it?", [], f"“What about it?” {UNSAID}"),
    ("🙂", [], f"“🙂” {UNSAID}"),
    ("?!", [], f"“?!” {UNSAID}"),
    ("What did she say?", [BRIDGE], "It is not clear who is meant by “she”. Ask again with the name."),
    ("Tell me more about her", [RUBIO], "It is not clear who is meant by “her”. Ask again with the name."),
]
CLEAR = [
    ("When did the bridge open?", []),
    ("What happened?", []),
    ("Who said that?", []),
    ("What did he say?", []),  # without a conversation it may be all that somebody knows
    ("1932?", []),
    ("Что сказал он?", []),
    ("他说了什么?", []),
    ("Why was the bridge built?", [BRIDGE]),
    ("What did Marco Rubio say about his talks?", [BRIDGE]),
    ("Did the minister say that he would resign?", [BRIDGE]),
    ("Who hurt himself?", [BRIDGE]),
]


@pytest.fixture
def bridge(assistant, write):
    assistant.add([write("bridge.txt", ARTICLE)])
    return assistant


@pytest.mark.parametrize(("question", "history", "said"), OPEN, ids=str)
def test_open_question_is_asked_back(bridge, question, history, said):
    answer = bridge.ask(question, history=history)
    assert (answer.status, answer.text) == (AnswerStatus.ABSTAINED, said)
    assert (answer.claims, answer.citations, answer.evidence) == ((), (), ())
    jsonschema.validate(to_dict(answer), answer_schema())
    assert bridge.answer(answer.id).text == said


@pytest.mark.parametrize(("question", "history"), CLEAR, ids=str)
def test_question_that_says_what_it_asks_is_not_asked_back(question, history):
    assert asking_back(question, history) == ""


@pytest.mark.parametrize(
    ("question", "history", "understood"),
    [
        ("Why?", [BRIDGE], "Why did the bridge open?"),
        ("What else did he say?", [RUBIO], "What else did Marco Rubio say?"),
        ("Tell me more", [RUBIO], "What else did Marco Rubio say?"),
    ],
)
def test_question_that_the_conversation_completes_is_answered(bridge, question, history, understood):
    answer = bridge.ask(question, history=history)
    assert answer.trace.standalone_question == understood
    assert answer.status is not AnswerStatus.ABSTAINED


def test_open_question_over_a_filter_is_asked_back_and_no_fault_of_the_filter(bridge):
    answer = bridge.ask("Why?", where="author = nobody")
    assert (answer.text, answer.trace.notice) == (f"“Why?” {UNSAID}", "")


def test_question_after_the_one_that_was_asked_back_is_answered(bridge):
    asked = bridge.ask("What did she say?", history=[BRIDGE])
    history = [BRIDGE, Turn(question=asked.question, answer=asked.text)]
    assert bridge.ask("What did Marco Rubio say?", history=history).status is AnswerStatus.ANSWERED


def test_language_model_may_understand_what_the_rules_do_not(store_folder, write, monkeypatch):
    generator = ScriptedGenerator(["[1]"], rewrites={"And her?": "What did Rachel Reeves pay for?"})
    backend = ModuleType("rewriting_backend")
    backend.generator = lambda: generator
    monkeypatch.setitem(sys.modules, "rewriting_backend", backend)
    settings = Settings(embedder="hashing", abstain_below=0, generator="rewriting_backend:generator")
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add([write("bridge.txt", ARTICLE)])
        events = list(assistant.stream("And her?", history=[BRIDGE]))
    questions = [event.question for event in events if isinstance(event, Retrieved)]
    assert questions[-1] == "What did Rachel Reeves pay for?"
    (done,) = [event for event in events if isinstance(event, Done)]
    assert isinstance(done.answer, Answer)
    assert done.answer.text not in ("", NOT_IN_DOCUMENTS)
    assert done.answer.citations
