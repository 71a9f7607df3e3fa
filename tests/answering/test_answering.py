"""What becomes of a question: events in order, and an answer that holds nothing but what its sources say."""

from __future__ import annotations

import json

import pytest

from rag import (
    AnswerStatus,
    Assistant,
    ClaimVerified,
    Done,
    NotFoundError,
    QuestionError,
    Retrieved,
    Settings,
    Turn,
)
from rag.testing.generator import ScriptedGenerator
from rag.testing.verifier import ScriptedVerifier
from tests.answering.bridge import ARTICLE, QUESTION

# Events


def test_events_come_in_order(open_with):
    events = list(open_with(ScriptedGenerator(["[1]\n[2]\n[3]"])).stream(QUESTION))
    assert [type(event) for event in events] == [Retrieved, ClaimVerified, ClaimVerified, ClaimVerified, Done]
    answer = events[-1].answer
    assert events[0].evidence == answer.evidence
    assert tuple(event.claim for event in events[1:-1]) == answer.claims


def test_ask_is_the_end_of_the_stream(open_with):
    assistant = open_with()
    asked = assistant.ask(QUESTION)
    streamed = list(assistant.stream(QUESTION))[-1].answer
    for field in ("question", "status", "text", "claims", "citations", "evidence"):
        assert getattr(asked, field) == getattr(streamed, field)


def test_evidence_is_known_before_the_generator_starts(open_with):
    generator = ScriptedGenerator(["[1]"])
    events = open_with(generator).stream(QUESTION)
    assert isinstance(next(events), Retrieved)
    assert generator.calls == []
    list(events)
    assert len(generator.calls) == 1


def test_trace_says_how_the_answer_came_about(open_with):
    assistant = open_with(ScriptedGenerator(["[1]"]))
    trace = assistant.ask(QUESTION).trace
    assert list(trace.timings_ms) == ["embed", "find", "rank", "read", "write", "verify", "corroborate", "total"]
    assert all(milliseconds >= 0 for milliseconds in trace.timings_ms.values())
    parts = sum(milliseconds for stage, milliseconds in trace.timings_ms.items() if stage != "total")
    assert parts <= trace.timings_ms["total"]
    assert (trace.generator_id, trace.prompt_id) == ("scripted", "script@1")
    assert trace.settings_fingerprint == assistant.settings.fingerprint()
    assert 0.0 <= trace.answerability <= 1.0


# Drafts without an end


@pytest.mark.parametrize("n_pieces", [1, 6_000])
def test_draft_is_read_no_further_than_the_model_was_asked_to_write(open_with, n_pieces):
    said = "".join(f"It opened in 1932, said person {number}. [1]\n" for number in range(5_000))
    size = -(-len(said) // n_pieces)
    verifier = ScriptedVerifier()
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    answer = open_with(ScriptedGenerator(pieces), verifier, llm_output_tokens=16).ask(QUESTION)
    assert answer.trace.draft == said[:256]
    assert [verified.claim.text for verified in answer.claims] == [
        f"It opened in 1932, said person {number}." for number in range(len(answer.claims))
    ]
    assert 4 <= len(answer.claims) == len(verifier.calls) <= 6
    assert answer.trace.notice == (
        "The language model wrote more than 256 characters, of which no more were read - raise llm_output_tokens."
    )


def test_draft_of_the_very_length_is_read_to_its_end(open_with):
    said = "It opened in 1932. [1]".ljust(256)
    answer = open_with(ScriptedGenerator([said]), ScriptedVerifier(), llm_output_tokens=16).ask(QUESTION)
    assert (len(answer.claims), answer.trace.notice) == (1, "")


# History


def test_history_never_becomes_evidence(open_with):
    history = (Turn(question="Is it on fire?", answer="The bridge is on fire. [1]"),)
    generator = ScriptedGenerator(["The bridge is on fire. [1]\n[1]"])
    assistant = open_with(generator)
    answer = assistant.ask(QUESTION, history=history)
    (call,) = generator.calls
    assert call.history == ()
    assert call.question == QUESTION
    assert call.evidence == answer.evidence
    assert all(sentence.quote in ARTICLE for sentence in answer.evidence)
    assert "The bridge is on fire." not in answer.text


def test_follow_up_that_the_generator_understands_is_searched_for_again(open_with):
    history = (Turn(question="What is the bridge like?", answer="It is painted grey. [1]"),)
    generator = ScriptedGenerator(["[1]"], rewrites={"And since when is it open?": QUESTION})
    events = list(open_with(generator).stream("And since when is it open?", history=history))
    assert [event.question for event in events if isinstance(event, Retrieved)][-1] == QUESTION
    answer = events[-1].answer
    assert answer.question == "And since when is it open?"
    assert answer.trace.standalone_question == QUESTION
    assert "1932" in answer.text


# Questions


@pytest.mark.parametrize("question", ["", " ", "\n\t", "\0", "\ud800"])
def test_empty_question_is_refused(open_with, question):
    assistant = open_with()
    with pytest.raises(QuestionError, match="empty question"):
        assistant.ask(question)
    with pytest.raises(QuestionError, match="empty question"):
        assistant.retrieve(question)


def test_too_long_question_is_refused_with_the_limit(open_with):
    with pytest.raises(QuestionError, match=r"100,000 characters, the limit is 10,000 - ask in fewer words"):
        open_with().ask("x" * 100_000)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        (" When  did\nit open? ", "When did it open?"),
        ("When\0did it open?", "When did it open?"),
        ("When \udcff did it open?", "When did it open?"),
        ("😀 東京", "😀 東京"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("'; DROP TABLE documents; --", "'; DROP TABLE documents; --"),
    ],
)
def test_any_question_is_answered_and_recorded(open_with, question, kept):
    assistant = open_with(ScriptedGenerator(["[1]"]))
    assert assistant.ask(question).question == kept
    assert assistant.citation(1).quote in ARTICLE


# Records


def test_citations_of_the_last_answer_can_be_opened(open_with):
    assistant = open_with(ScriptedGenerator(["[2]\n[1]"]))
    with pytest.raises(NotFoundError, match="nothing was asked yet"):
        assistant.citation(1)
    answer = assistant.ask(QUESTION)
    assert (assistant.citation(1), assistant.citation(2)) == answer.citations
    for number in (0, -1, 3):
        with pytest.raises(NotFoundError, match=f"citation {number}: the last answer has 2 citations"):
            assistant.citation(number)


def test_recorded_answer_outlives_the_process_and_a_change_of_its_file(open_with, write, store_folder):
    assistant = open_with(ScriptedGenerator(["[1]"]))
    (cited,) = assistant.ask(QUESTION).citations
    assistant.add([write("bridge.txt", "Everything is different now.")])
    assistant.close()
    with Assistant.open(store_folder, Settings(embedder="hashing")) as again:
        assert again.citation(1) == cited
        assert again.document(cited.document_id).text[cited.span.start : cited.span.end] == cited.quote


def test_answer_given_by_stream_is_recorded_when_it_is_done(open_with):
    assistant = open_with(ScriptedGenerator(["[1]"]))
    events = assistant.stream(QUESTION)
    next(events)
    events.close()
    with pytest.raises(NotFoundError):
        assistant.citation(1)
    list(assistant.stream(QUESTION))
    assert assistant.citation(1).number == 1


def test_answer_is_the_same_every_time(open_with):
    assistant = open_with()
    answers = [assistant.ask(QUESTION) for _ in range(3)]
    assert len({json.dumps([answer.text, [c.span.start for c in answer.citations]]) for answer in answers}) == 1


def test_answer_brings_the_sentence_that_says_who_speaks(assistant, write):
    write("a.txt", "The plan is old. “We cannot wait,” said Mayor Ana Ruiz. “The new quay will create 1,200 jobs.”")
    assistant.add([write("b.txt", "Boats sail.").parent])
    quotes = [citation.quote for citation in assistant.ask("How many jobs will the new quay create?").citations]
    assert quotes[:2] == ["“The new quay will create 1,200 jobs.”", "“We cannot wait,” said Mayor Ana Ruiz."]
    evidence = assistant.retrieve("How many jobs will the new quay create?", k=1)
    assert [sentence.quote for sentence in evidence] == ["“The new quay will create 1,200 jobs.”"]


def ask_town(store_folder, write, question):
    with Assistant.open(store_folder, Settings(llm="none")) as assistant:
        assistant.add([write("town.txt", TOWN)])
        return assistant.ask(question)


TOWN = "Helen Strand became mayor of Orrin in 2019.\nThe library of Orrin was closed to save money.\n"


@pytest.mark.model
def test_each_of_two_questions_is_answered_with_its_own_sentence(store_folder, write):
    answer = ask_town(store_folder, write, "Who became mayor of Orrin, and why was the library of Orrin closed?")
    assert answer.status is AnswerStatus.ANSWERED
    assert {citation.quote for citation in answer.citations} == set(TOWN.splitlines())


@pytest.mark.model
def test_an_answer_to_one_of_two_questions_is_partial_and_names_the_other(store_folder, write):
    answer = ask_town(store_folder, write, "Who became mayor of Orrin, and which airline flies to Lisbon?")
    assert answer.status is AnswerStatus.PARTIAL
    assert [citation.quote for citation in answer.citations] == [TOWN.splitlines()[0]]
    assert "The documents do not answer “Which airline flies to Lisbon?”" in answer.trace.notice
