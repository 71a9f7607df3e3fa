"""Which sentences the extractive generator picks, and in which order."""

from __future__ import annotations

import pytest

from rag.generators.extractive import ExtractiveGenerator
from rag.types import Evidence, Span


def evidence(number: int, score: float, *, start: int = 0, document_id: str = "a", needs: int = 0) -> Evidence:
    quote = f"Sentence {number}."
    return Evidence(
        number=number,
        document_id=document_id,
        source=document_id,
        title=document_id,
        span=Span(start=start, end=start + len(quote)),
        quote=quote,
        score=score,
        needs=needs,
    )


def picked(sentences: list[Evidence], question: str = "Who?", **arguments: float) -> list[str]:
    return list(ExtractiveGenerator(**arguments).generate(question, sentences, ()))


def test_no_evidence_gives_no_text():
    assert picked([]) == []


def test_a_clear_leader_stands_alone():
    assert picked([evidence(1, 0.8), evidence(2, 0.5), evidence(3, 0.4)]) == ["[1]\n"]


def test_flat_scores_give_several_up_to_the_limit():
    sentences = [evidence(number, 0.5, start=number) for number in range(1, 9)]
    assert picked(sentences, max_citations=2) == ["[1]\n", "[2]\n"]
    assert len(picked(sentences)) == 4


@pytest.mark.parametrize(("score", "is_picked"), [(0.5, True), (0.4, True), (0.37, False)])
def test_what_is_within_the_margin_joins_the_best(score, is_picked):
    assert ("[2]\n" in picked([evidence(1, 0.5), evidence(2, score, start=9)], margin=0.125)) is is_picked


def test_the_best_sentence_stands_first_and_the_others_follow_the_source():
    sentences = [evidence(1, 0.5, start=50), evidence(2, 0.45, start=90), evidence(3, 0.44, start=10)]
    assert picked(sentences) == ["[1]\n", "[3]\n", "[2]\n"]


@pytest.mark.parametrize(
    "question",
    [
        "Give me a timeline of the strike.",
        "What happened between May and July?",
        "what has happened since the storm",
        "Put the events in order.",
        "Tell me in chronological order who spoke.",
        "How is it baked, step by step?",
    ],
)
def test_what_is_asked_for_in_order_follows_the_source_alone(question):
    sentences = [evidence(1, 0.5, start=50), evidence(2, 0.45, start=90), evidence(3, 0.44, start=10)]
    assert picked(sentences, question) == ["[3]\n", "[1]\n", "[2]\n"]


@pytest.mark.parametrize(
    "question",
    [
        "What did they do in order to win?",
        "What happened?",
        "List all the points she made.",
        "What will happen after the vote?",
        "Who gave the order?",
    ],
)
def test_other_questions_get_the_answer_first(question):
    assert picked([evidence(1, 0.5, start=50), evidence(2, 0.45, start=10)], question) == ["[1]\n", "[2]\n"]


def test_documents_come_one_after_the_other_behind_the_answer():
    sentences = [
        evidence(1, 0.50, document_id="b", start=70),
        evidence(2, 0.49, document_id="a", start=5),
        evidence(3, 0.48, document_id="b", start=20),
    ]
    assert picked(sentences) == ["[1]\n", "[3]\n", "[2]\n"]


def test_sentences_of_score_0_are_never_cited():
    assert picked([evidence(1, 0.0), evidence(2, 0.0)]) == []
    assert picked([evidence(1, 0.1), evidence(2, 0.0)]) == ["[1]\n"]


def test_the_order_of_the_evidence_does_not_matter():
    sentences = [evidence(1, 0.5, start=50), evidence(2, 0.5, start=10), evidence(3, 0.2)]
    assert picked(sentences[::-1]) == picked(sentences) == ["[1]\n", "[2]\n"]


def test_needed_neighbour_is_cited_too_behind_the_answer_and_above_the_limit():
    sentences = [evidence(1, 0.8, start=50, needs=3), evidence(2, 0.3, start=90), evidence(3, 0.1, start=20)]
    assert picked(sentences, max_citations=1) == ["[1]\n", "[3]\n"]


def test_neighbour_that_is_picked_anyway_is_cited_once():
    sentences = [evidence(1, 0.8, start=50, needs=2), evidence(2, 0.8, start=20)]
    assert picked(sentences) == ["[1]\n", "[2]\n"]


def test_words_of_another_speaker_are_not_cited_as_a_neighbour():
    assert picked([evidence(1, 0.8, start=50, needs=2), evidence(2, 0.0, start=20)]) == ["[1]\n"]


def test_neighbour_that_is_not_among_the_evidence_is_left_out():
    assert picked([evidence(1, 0.8, needs=7)]) == ["[1]\n"]
