"""A name that no document has gets "Did you mean …?", and nothing else does."""

from __future__ import annotations

import pytest

from rag import AnswerStatus, Assistant, Settings

ARTICLE = (
    "Marco Rubio said that Kyiv could cede territory. Rachel Reeves met Volodymyr Zelenskyy in Jeddah. "
    "The ferry belongs to Nordline. Critics say that it is old."
)


@pytest.fixture
def news(store_folder, write):
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=0.0, llm="none")) as assistant:
        assistant.add([write("news.txt", ARTICLE)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "asked", "meant"),
    [
        ("What did Robio say about territory?", "Robio", "Rubio"),
        ("what did robio say about territory", "robio", "Rubio"),
        ("What did Marco Rubo say about territory?", "Rubo", "Rubio"),
        ("Who is Rachel Reefes?", "Reefes", "Reeves"),
        ("Who met Zelansky?", "Zelansky", "Zelenskyy"),
        ("What happened in Jedda's port?", "Jedda", "Jeddah"),
        ("who owns nordlyne?", "nordlyne", "Nordline"),
        ("Who owns Nordlyne?", "Nordlyne", "Nordline"),
    ],
)
def test_misspelt_name_is_named_with_the_one_that_may_be_meant(news, question, asked, meant):
    assert news.ask(question).trace.notice == f"No document has “{asked}”. Did you mean {meant}?"


def test_each_misspelt_name_is_named(news):
    assert news.ask("Did Robio meet Reefes?").trace.notice == (
        "No document has “Robio”. Did you mean Rubio? No document has “Reefes”. Did you mean Reeves?"
    )


@pytest.mark.parametrize(
    "question",
    [
        "What did Rubio say about territory?",
        "What did Rubio's critics say?",
        "What did Rubbio say about territory?",  # is read as Rubio already
        "What did Macron say about territory?",
        "What did the minister say about teritory?",
        "who is the reserve?",
        "What did Marcel say?",  # a given name that is spelt so
        "Is it in Norway?",
        "Who won the 2022 World Cup?",
        "Когда открыли мост?",
        "nordline",
        "Does Kiev agree?",
    ],
)
def test_other_questions_get_no_such_notice(news, question):
    assert news.ask(question).trace.notice == ""


def test_abstention_says_which_name_may_be_meant(store_folder, write):
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=1.0, llm="none")) as assistant:
        assistant.add([write("news.txt", ARTICLE)])
        answer = assistant.ask("What did Robio say about territory?")
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.trace.notice == "No document has “Robio”. Did you mean Rubio?"


def test_empty_store_means_nobody(assistant):
    assert assistant.ask("What did Robio say?").trace.notice == ""


def test_name_that_only_another_document_has_is_no_mistake(news, write):
    news.add([write("other.txt", "Robio is a village. Nobody lives there now, and the houses are empty.")])
    answer = news.ask("Who is Robio?", sources=["news.txt"])
    assert answer.trace.notice == ""
