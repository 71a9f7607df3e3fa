from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import AnswerStatus
from rag.answering.suggestions import Kind, make_examples

SAID = "“We had {} last night with everybody who was there,” he told reporters in the evening."


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("long conversations about territory", "What did Marco Rubio say about territory?"),
        ("many words about the grain corridor", "What did Marco Rubio say about the grain corridor?"),
        ("a good meeting with Prime Minister Starmer", "What did Marco Rubio say about Prime Minister Starmer?"),
    ],
)
def test_question_names_the_speaker_and_the_topic(words, question):
    assert [example.question for example in make_examples([(SAID.format(words), "Marco Rubio")])] == [question]


@pytest.mark.parametrize(
    ("words", "speaker"),
    [
        ("long conversations about territory", ""),
        ("long conversations about territory", "A senior official"),
        ("long conversations on Wednesday", "Marco Rubio"),
        ("long conversations about Marco", "Marco Rubio"),
        ("nothing", "Marco Rubio"),
    ],
)
def test_nothing_is_asked_without_a_speaker_or_a_topic(words, speaker):
    assert list(make_examples([(SAID.format(words), speaker)])) == []


def test_at_most_two_questions_a_speaker_and_none_twice():
    topics = ["territory", "territory", "weapons", "sanctions"]
    asked = list(make_examples([(SAID.format(f"long talks about {topic}"), "Marco Rubio") for topic in topics]))
    assert [example.position for example in asked] == [0, 2]


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=20)), max_size=5))
def test_any_text_gives_whole_questions(sentences):
    for example in make_examples(sentences):
        assert example.question.startswith(("What did ", "Who is ", "When was ", "When were ", "How many "))
        assert example.question.endswith("?")
        if example.kind in (Kind.SAID, Kind.WHO):
            assert sentences[example.position][1] in example.question


def test_assistant_offers_only_what_it_answers_with_that_sentence(assistant, write):
    lines = "\n".join(
        [
            "Marco Rubio said that there had been long conversations about territory with the other delegation.",
            "Anna Nowak said that everybody in the room had spoken about the grain corridor for hours.",
        ]
    )
    assistant.add([write("talks.txt", lines)])
    questions = assistant.example_questions()
    assert questions
    for question in questions:
        answer = assistant.ask(question)
        assert answer.status is AnswerStatus.ANSWERED
        assert question.removesuffix("?").rpartition("about ")[2] in answer.text


def test_empty_store_suggests_nothing(assistant):
    assert assistant.example_questions() == ()


def test_subjects_come_before_names_and_each_speaker_before_the_second_of_another():
    said = [
        (SAID.format("a good meeting in Moscow"), "Anna Nowak"),
        (SAID.format("many words about Warsaw"), "Anna Nowak"),
        (SAID.format("long conversations about territory"), "Marco Rubio"),
        (SAID.format("a good meeting on weapons"), "Marco Rubio"),
    ]
    assert [example.position for example in make_examples(said)] == [2, 1, 3, 0]


def test_what_only_points_at_something_is_no_topic():
    assert list(make_examples([(SAID.format("long conversations about this crime"), "Marco Rubio")])) == []


INTRODUCED = "Marco Rubio, the US Secretary of State, spoke for an hour about the grain corridor in the evening."


@pytest.mark.parametrize(
    ("text", "speaker", "questions"),
    [
        (INTRODUCED, "Marco Rubio", ["What did Marco Rubio say about the grain corridor?", "Who is Marco Rubio?"]),
        ("The old crane was taken down in May 2021.", "", ["When was the old crane taken down?"]),
        ("In Arlen, the trams were stopped in 1958.", "", ["When were the trams stopped?"]),
        ("The town library had 41,200 visitors last year.", "", ["How many visitors did the town library have?"]),
        ("It was built in 1932.", "", []),
        ("The mayor was angry in 2021.", "", []),
        ("The rest was built in 1932.", "", []),
        ("The bridge was built in the valley.", "", []),
        ("The fire had 2 causes.", "", []),
    ],
)
def test_questions_of_each_kind_are_whole_sentences(text, speaker, questions):
    assert [example.question for example in make_examples([(text, speaker)])] == questions


def test_examples_of_many_documents_are_of_different_kinds(assistant, write):
    texts = ["The mill was built in 1890.", "The pool had 41,200 visitors last year.", "The weir was opened in 1932."]
    texts.append(SAID.format("long conversations about territory").replace("he", "Marco Rubio"))
    assistant.add([write(f"{number}.txt", text) for number, text in enumerate(texts)])
    asked = assistant.example_questions(3)
    assert {question.split()[0] for question in asked} >= {"When", "How"}
    for question in asked:
        assert assistant.ask(question).status is AnswerStatus.ANSWERED
