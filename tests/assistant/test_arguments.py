"""Calls that cannot be meant so end in an error of ours that says what to write instead."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from rag import (
    Assistant,
    ClaimWithEvidence,
    Done,
    Evidence,
    QuestionError,
    RagError,
    Rating,
    Settings,
    SettingsError,
    Span,
    StoreError,
    Turn,
    answer_schema,
    to_dict,
)

QUESTION = "When did the bridge open?"
ARTICLE = "The bridge opened in 1932. It is painted grey."


@pytest.fixture
def filled(assistant, write):
    assistant.add([write("a.txt", ARTICLE)])
    return assistant


# Arguments of another kind


@pytest.mark.parametrize("question", [None, 3, b"When?", ["When?"], Turn(question="When?", answer="")], ids=str)
@pytest.mark.parametrize("name", ["ask", "stream", "retrieve", "standalone_question"])
def test_question_that_is_no_text_is_refused_when_it_is_asked(filled, name, question):
    with pytest.raises(QuestionError, match="a question is text - write what you want to know"):
        getattr(filled, name)(question)


@pytest.mark.parametrize(
    "history",
    [[("q", "a")], ["q"], "q", 3, None, {"q": "a"}, [Turn(question="q", answer="a"), {"role": "user"}]],
    ids=str,
)
@pytest.mark.parametrize("name", ["ask", "stream", "standalone_question"])
def test_history_that_is_no_list_of_turns_is_refused(filled, name, history):
    with pytest.raises(SettingsError, match=r"history = .* - give a list of Turn\(question=…, answer=…\)"):
        getattr(filled, name)(QUESTION, history=history)


def test_turn_holds_text(filled):
    answer = filled.ask(QUESTION)
    with pytest.raises(SettingsError, match=r"as the answer of a turn: it is text - give answer\.text"):
        Turn(question=QUESTION, answer=answer)
    with pytest.raises(SettingsError, match="None as the question of a turn: it is text - write what was said"):
        Turn(question=None, answer="")


CALLS = {
    "add": [(None,), (3,), ([None],), ([b"a.txt"],)],
    "add_uploads": [(None,), ("a.txt",), (["a.txt"],), ([("a.txt",)],), ([(Path("a.txt"), "a.txt")],)],
    "sync": [(None,), (["folder"],)],
    "watch": [(None,)],
    "remove": [(None,), ([3],)],
    "document": [(None,), (3,)],
    "example_questions": [("3",), (True,), (1.5,)],
    "verify": [(None,), ("claim",), ([("quote", "claim")],), ([ClaimWithEvidence("a quote", "a claim")],)],
    "citation": [("1",), (None,), (True,)],
    "place": [(None, 1), ("id", 1)],
    "context": [(None,), (1,), (Span(start=0, end=1),)],
    "answer": [(None,), (3,)],
    "rate": [(3, Rating.HELPFUL), ("id", "good"), ("id", None)],
    "rating": [(None,)],
    "export": [(None,), (3,)],
    "move": [(None,), (3,)],
    "make_notebook": [(None,), (3,)],
    "put_in_notebook": [(None, ["a.txt"]), ("Ferries", None)],
    "rename_notebook": [("Ferries", None)],
    "share_notebook": [("Ferries", "anna"), ("Ferries", [3])],
    "import_store": [(None, "folder"), ("file", 3)],
}
KEYWORDS = [
    ("documents", {"where": None}),
    ("documents", {"where": {"author": "Smith"}}),
    ("documents", {"sources": 3}),
    ("documents", {"sources": [None]}),
    ("retrieve", {"question": QUESTION, "k": "3"}),
    ("retrieve", {"question": QUESTION, "k": None}),
    ("ask", {"question": QUESTION, "where": 3}),
    ("ask", {"question": QUESTION, "sources": {"a": 1}}),
    ("prune", {"days": "3"}),
    ("make_notebook", {"name": "Ferries", "owner": None}),
    ("notebooks", {"user": 3}),
]


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, arguments) for name, calls in CALLS.items() for arguments in calls], ids=str
)
def test_argument_of_another_kind_is_refused_in_words(filled, name, arguments):
    with pytest.raises(SettingsError, match=r"^cannot use .*: it is of type \w+ - give "):
        getattr(filled, name)(*arguments)
    assert len(filled.documents()) == 1


@pytest.mark.parametrize(("name", "arguments"), KEYWORDS, ids=str)
def test_argument_by_name_of_another_kind_is_refused_in_words(filled, name, arguments):
    with pytest.raises(SettingsError, match=r"^cannot use .*: it is of type \w+ - give "):
        getattr(filled, name)(**arguments)


def test_long_value_is_cut_in_the_message(filled):
    with pytest.raises(QuestionError) as caught:
        filled.ask(["x" * 1_000_000])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("arguments", [(None,), (3,), ("store", {"llm": "none"}), ("store", "settings.toml")], ids=str)
def test_assistant_is_opened_with_a_path_and_settings(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"^cannot use (path|settings) = "):
        Assistant.open(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_assistant_is_not_made_of_a_path():
    with pytest.raises(SettingsError, match=r"cannot make an assistant of 'store' - open one with Assistant\.open"):
        Assistant("store", Settings())


# What is meant is taken


def test_one_path_and_one_pattern_are_lists_of_one(assistant, write):
    path = write("a.txt", ARTICLE)
    assert assistant.add(path).added == (str(path),)
    assert assistant.add(str(path)).unchanged == (str(path),)
    assert len(assistant.documents(sources="*a.txt")) == 1
    assert assistant.ask(QUESTION, sources="*b.txt").evidence == ()
    assert assistant.remove(path) == (str(path),)


def test_numbers_of_arrays_tuples_and_generators_are_taken(filled):
    assert len(filled.retrieve(QUESTION, k=np.int64(1))) == 1
    assert filled.ask(QUESTION, history=(turn for turn in ())).citations
    pairs = (ClaimWithEvidence(evidence=(ARTICLE,), claim=ARTICLE) for _ in range(2))
    assert len(filled.verify(pairs)) == 2


def test_rating_may_be_written_as_text(filled):
    answer = filled.ask(QUESTION)
    filled.rate(answer.id, "helpful")
    assert filled.rating(answer.id) is Rating.HELPFUL


def test_context_of_evidence_is_what_stands_around_it(filled):
    (first, *_) = filled.ask(QUESTION).evidence
    assert isinstance(first, Evidence)
    context = filled.context(first)
    assert context.before + first.quote + context.after == ARTICLE


# The record and its JSON


def test_answer_holds_what_its_json_holds(filled):
    turn = Turn(question=QUESTION, answer="The bridge opened in 1932. [1]")
    answer = filled.ask("Why?", history=[turn])
    written = to_dict(answer)
    assert answer.standalone_question == written["standalone_question"] == "Why did the bridge open?"
    for key in set(answer_schema()["required"]) - {"schema_version"}:
        held = getattr(answer, key)
        if isinstance(written[key], str):
            assert held == written[key], key
        elif isinstance(written[key], float):
            assert held == pytest.approx(written[key], abs=1e-4), key
        elif isinstance(written[key], dict) and not isinstance(held, Mapping):
            assert held._asdict() == written[key], key
        else:
            assert len(held) == len(written[key]), key


# After the end

AFTER_THE_END = {
    "add": (["a.txt"],),
    "add_uploads": ([],),
    "receiving": (),
    "sync": (".",),
    "watch": (".",),
    "remove": (["a.txt"],),
    "documents": (),
    "list_documents": (),
    "listed_ids": (),
    "document_kinds": (),
    "document": ("id",),
    "retrieve": (QUESTION,),
    "ask": (QUESTION,),
    "stream": (QUESTION,),
    "standalone_question": (QUESTION,),
    "example_questions": (),
    "verify": ([],),
    "citation": (1,),
    "last_answer": (),
    "place": None,
    "context": None,
    "answer": ("id",),
    "answers": (),
    "clear_answers": (),
    "rate": ("id", Rating.HELPFUL),
    "rating": ("id",),
    "page_picture": ("id", 1),
    "check": (),
    "prune": (),
    "export": ("store.zip",),
    "move": ("elsewhere",),
    "rebuild": (),
    "with_settings": (),
    "bundle": ("id", "proof.zip"),
    "references": None,
    "check_draft": ("The bridge opened in 1932.",),
    "read_draft": ("a.txt",),
    "quotes": ("Rubio",),
    "speakers": (),
    "conflicts": (),
    "timeline": ("the bridge",),
    "diff": ("a.txt",),
    "versions": ("a.txt",),
    "last_edits": (),
    "last_edited_at": (),
    "refresh_answer": ("id",),
    "refresh_answers": (),
    "watch_question": (QUESTION,),
    "standing_questions": (),
    "check_standing_questions": (),
    "remove_standing_question": (1,),
    "notebooks": (),
    "make_notebook": ("Ferries",),
    "rename_notebook": ("Ferries", "Boats"),
    "remove_notebook": ("Ferries",),
    "put_in_notebook": ("Ferries", ["a.txt"]),
    "take_out_of_notebook": ("Ferries", ["a.txt"]),
    "share_notebook": ("Ferries", ["anna"]),
}


def test_every_method_is_called_after_the_end_below():
    methods = {name for name, _ in inspect.getmembers(Assistant, inspect.isfunction) if name[0] != "_"}
    assert methods - {"close", "import_store"} == set(AFTER_THE_END)


@pytest.mark.parametrize("name", AFTER_THE_END)
def test_call_after_close_fails_in_words(filled, store_folder, name):
    answer = filled.ask(QUESTION)
    arguments = {"place": (answer, 1), "context": (answer.citations[0],), "references": (answer,)}.get(
        name, AFTER_THE_END[name]
    )
    filled.close()
    filled.close()
    with pytest.raises(StoreError, match=r"it was closed - open it with Assistant\.open") as caught:
        getattr(filled, name)(*arguments)
    assert repr(str(store_folder)) in str(caught.value)


def test_closed_assistant_is_not_entered_again(filled):
    filled.close()
    with pytest.raises(StoreError, match="it was closed"), filled:
        pass


def test_stream_that_was_begun_ends_in_words_when_the_assistant_is_closed(filled):
    events = filled.stream(QUESTION)
    next(events)
    filled.close()
    with pytest.raises(StoreError, match="it was closed"):
        list(events)


def test_assistant_made_with_other_settings_ends_with_the_first(filled):
    other = filled.with_settings(max_citations=1)
    other.close()
    assert filled.ask(QUESTION).citations
    with pytest.raises(StoreError, match="it was closed"):
        other.ask(QUESTION)
    another = filled.with_settings(max_citations=1)
    filled.close()
    with pytest.raises(StoreError, match="it was closed"):
        another.ask(QUESTION)


def test_call_in_another_thread_after_close_fails_in_words(filled):
    caught = []

    def ask():
        try:
            filled.ask(QUESTION)
        except RagError as error:
            caught.append(error)

    filled.close()
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_last_event_is_the_answer(filled):
    *_, last = filled.stream(QUESTION)
    assert isinstance(last, Done)
