"""The row of a table that has the most or the least of what a question asks for."""

from __future__ import annotations

import pytest

from rag.retrieval.ranking import Candidate, Ranked
from rag.retrieval.rows import cells_of, with_the_extreme_row_first

FLEET = {
    "Ida": "Boat: Ida; Built: 1954; Length (m): 31; Passengers: 1,200; Fare: 12.50.",
    "Una": "Boat: Una; Built: 1999; Length (m): 44; Passengers: 900; Fare: 9.",
    "Eva": "Boat: Eva; Built: 1931; Length (m): 29; Passengers: 85; Fare: 30.",
    "Ada": "Boat: Ada; Built: unknown; Passengers: 400.",
}
LAKE = "Four boats still cross the lake in 2025."


def first_of(make_passage, question, sentences, scores=None):
    passage = make_passage(sentences)
    scores = scores or [0.6 - number / 100 for number in range(len(sentences))]
    ranked = [
        Ranked(Candidate(passage, sentence, passage.quote(sentence), "", 0.5, 0.5), None, score)
        for sentence, score in zip(passage.sentences, scores, strict=True)
    ]
    found = with_the_extreme_row_first(question, ranked)
    assert len(found) == len(ranked)
    return found[0].candidate.quote


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Which is the oldest boat?", "Eva"),
        ("newest boat on the lake", "Una"),
        ("What is the cheapest boat?", "Una"),
        ("Which boat is the most expensive?", "Eva"),
        ("Which boat takes the most passengers?", "Ida"),
        ("Which boat has the fewest passengers?", "Eva"),
        ("Which boat has the largest number of passengers?", "Ida"),
        ("Which is the longest of the boats?", "Una"),
    ],
)
def test_row_with_the_extreme_comes_first(make_passage, question, name):
    assert first_of(make_passage, question, [LAKE, *FLEET.values()]) == FLEET[name]


@pytest.mark.parametrize(
    "question",
    ["Which boats cross the lake?", "When was the Una built?", "Who is the oldest captain?", "most of them", ""],
)
def test_other_questions_keep_their_order(make_passage, question):
    rows = [row for name, row in FLEET.items() if name != "Eva"] if "captain" in question else FLEET.values()
    rows = [row.replace("Built", "Deck") for row in rows]
    assert first_of(make_passage, question, [LAKE, *rows]) == LAKE


def test_no_row_is_chosen_where_two_share_the_extreme_or_the_table_has_two_rows(make_passage):
    twice = [LAKE, "Boat: A; Built: 1931.", "Boat: B; Built: 1931.", "Boat: C; Built: 1950."]
    assert first_of(make_passage, "Which is the oldest boat?", twice) == LAKE
    assert first_of(make_passage, "Which is the oldest boat?", [LAKE, *twice[2:]]) == LAKE


def test_prose_and_rows_of_score_0_are_no_rows(make_passage):
    prose = [LAKE, "The oldest boat is the Ida.", "It was built in 1954.", "The Una is younger."]
    assert first_of(make_passage, "Which is the oldest boat?", prose) == LAKE
    scores = [0.6, 0.5, 0.4, 0.0, 0.3]
    assert first_of(make_passage, "Which is the oldest boat?", [LAKE, *FLEET.values()], scores) == LAKE


@pytest.mark.parametrize("text", ["", ";", ": ", "A: ; B: ", "No row at all.", "Note: see below."])
def test_what_is_no_row_has_fewer_than_two_cells(text):
    assert len(cells_of(text)) < 2
