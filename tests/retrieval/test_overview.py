"""What asks for an overview, and which sentences stand for a document."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrieval.overview import central_sentences, overview_topic, with_decisions_first
from rag.retrieval.ranking import candidates_of


@pytest.mark.parametrize(
    "question",
    [
        "What is this about?",
        "what's it all about",
        "What are these documents about?",
        "Summarise the article.",
        "summarize it please",
        "Can you sum up the report?",
        "Give me a short overview of these documents",
        "tl;dr",
        "Main points?",
        "What are the main points of the article?",
        "What are the key takeaways?",
        "What topics are covered in the articles?",
        "Which subjects do these files discuss?",
        "What’s in these files?",
        "What do the documents say?",
        "Please give me a summary",
    ],
)
def test_question_that_names_no_matter_asks_for_an_overview(question):
    assert overview_topic(question) == ""


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Summarise the article about the strike", "the strike"),
        ("What is the article on the new bridge about?", "the new bridge"),
        ("What are the main points of the report about fees?", "fees"),
    ],
)
def test_overview_may_be_of_what_is_about_a_matter(question, topic):
    assert overview_topic(question) == topic


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "What is the bridge about?",
        "Summarise Rubio's view",
        "What is the main point of the peace plan?",
        "What does the report say about cats?",
        "What was decided?",
        "Who wrote this?",
        "What is this?",
        "Why is the article about the strike so long?",
        "main " * 5000,
    ],
)
def test_other_questions_do_not(question):
    assert overview_topic(question) is None


def stand_for(make_passage, sentences, vectors, *, n, title="note"):
    passage = make_passage(sentences, vectors, title=title)
    candidates = candidates_of([passage], [0.0], np.zeros(len(vectors[0]), dtype=np.float32))
    return [each.quote for each in central_sentences(candidates, passage.vectors, n=n)]


def test_the_lead_stands_for_a_document_of_equal_sentences(make_passage):
    sentences = ["Alpha one.", "Beta two.", "Gamma three."]
    assert stand_for(make_passage, sentences, [[1.0, 0.0]] * 3, n=1) == ["Alpha one."]


def test_central_sentence_goes_before_one_beside_the_matter(make_passage):
    vectors = [[1.0, 0.0, 0.0], *[[0.0, 1.0, 0.0]] * 2, [0.0, 0.0, 1.0], *[[0.0, 1.0, 0.0]] * 3]
    sentences = ["The lead.", *"Ab", "Beside.", *"Cde"]
    assert "Beside." not in stand_for(make_passage, sentences, vectors, n=2)


def test_what_says_the_same_again_is_left_out_and_order_is_that_of_the_source(make_passage):
    vectors = [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    sentences = ["The lead.", "The lead again.", "Second matter.", "Third matter."]
    assert stand_for(make_passage, sentences, vectors, n=3) == ["The lead.", "Second matter.", "Third matter."]


def test_words_of_the_title_count(make_passage):
    vectors = [[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]]
    sentences = ["It rained.", "Cows slept on the meadow.", "The ferry strike ended."]
    shown = stand_for(make_passage, sentences, vectors, n=2, title="Ferry strike ended")
    assert shown == ["It rained.", "The ferry strike ended."]


def test_fewer_sentences_than_asked_for_are_all_of_them(make_passage):
    assert stand_for(make_passage, ["Only one."], [[1.0, 0.0]], n=4) == ["Only one."]


DECISIONS = [
    "Minutes of the meeting in Brekke of the council.",
    "Anders Holm moved to close the bath.",
    "The motion was lost by three votes to four.",
    "The council agreed to sell a plot.",
    "It put the matter off until April.",
    "Dogs were seen at the meeting in Brekke.",
]


@pytest.mark.parametrize(
    "question",
    [
        "What was decided at the meeting in Brekke?",
        "what did the council decide",
        "Which decisions were taken in Brekke?",
    ],
)
def test_all_that_was_decided_is_what_the_answer_shows(make_passage, rank, question):
    passage = make_passage(DECISIONS)
    ranked = rank(question, candidates_of([passage], [1.0], passage.vectors[0]))
    first = with_decisions_first(question, ranked)[:3]
    assert {place.candidate.quote for place in first} == set(DECISIONS[2:5])
    assert min(place.score for place in first) > max(place.score for place in ranked) + 0.14


@pytest.mark.parametrize("question", ["What was decided about the dogs?", "Who decided it?", "What did the mayor say?"])
def test_other_questions_keep_their_order(make_passage, rank, question):
    passage = make_passage(DECISIONS)
    ranked = rank(question, candidates_of([passage], [1.0], passage.vectors[0]))
    assert with_decisions_first(question, ranked) == ranked
    assert with_decisions_first(question, []) == []
