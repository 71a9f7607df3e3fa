"""Which earlier sentence a sentence cannot do without."""

from __future__ import annotations

import pytest

from rag.retrieval.ranking import candidates_of
from rag.retrieval.retriever import antecedent

RUBIO = "Marco Rubio, the US Secretary of State, has said Kyiv could cede territory."
ASKED = "Asked whether it was discussed, he said: “Well, we had conversations.”"


@pytest.fixture
def needed_by_last(make_passage):
    """What the last of some sentences leans on, as text; empty for nothing."""

    def needed(sentences, speakers=None):
        passage = make_passage(sentences, speakers=speakers)
        candidate = candidates_of([passage], [1.0], passage.vectors[0])[-1]
        found = antecedent(candidate)
        return passage.quote(found) if found else ""

    return needed


def test_words_without_their_speaker_need_the_sentence_that_names_him(needed_by_last):
    assert needed_by_last([RUBIO, ASKED], ["Marco Rubio", "Marco Rubio"]) == RUBIO


def test_the_nearest_sentence_that_names_the_speaker_is_taken(needed_by_last):
    named = "“We cannot wait,” said Mayor Ana Ruiz."
    sentences = ["Ana Ruiz is the mayor.", named, "The council met.", "“It will create 1,200 jobs.”"]
    assert needed_by_last(sentences, ["", "Ana Ruiz", "", "Ana Ruiz"]) == named


@pytest.mark.parametrize("last", ["He called it a gift.", "They also met.", "But she left.", "Its roof leaks."])
def test_pronoun_without_a_known_speaker_needs_the_sentence_before(needed_by_last, last):
    assert needed_by_last(["One.", "Tom Beck leads the union.", last]) == "Tom Beck leads the union."


@pytest.mark.parametrize(
    "last", ["Tom Beck called it a gift.", "“It is clear,” the ministry wrote.", "Heat is rising.", "Theyer left."]
)
def test_sentence_that_stands_alone_needs_nothing(needed_by_last, last):
    assert needed_by_last(["Tom Beck leads the union.", last]) == ""


def test_sentence_that_names_its_speaker_needs_nothing_although_it_opens_with_a_pronoun(needed_by_last):
    last = "It was a mistake, Rubio said."
    assert needed_by_last([RUBIO, last], ["Marco Rubio", "Marco Rubio"]) == ""


def test_first_sentence_of_a_passage_has_nothing_to_lean_on(needed_by_last):
    assert needed_by_last(["He called it a gift."]) == ""


def test_speaker_named_too_far_back_is_not_looked_for(needed_by_last):
    between = [f"Street {number} is closed." for number in range(6)]
    sentences = [RUBIO, *between, ASKED]
    assert needed_by_last(sentences, ["Marco Rubio", *[""] * 6, "Marco Rubio"]) == ""


def test_words_of_a_letter_need_the_line_below_that_signs_it(make_passage):
    passage = make_passage(
        ["I propose a sign.", "It is cheap.", "Thor Vinje, Oslund"], speakers=["Thor Vinje"] * 2 + [""]
    )
    found = antecedent(candidates_of([passage], [1.0], passage.vectors[0])[0])
    assert found is not None
    assert passage.quote(found) == "Thor Vinje, Oslund"
