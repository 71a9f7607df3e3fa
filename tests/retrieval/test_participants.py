"""Who takes part in what is asked: near misses that have another in that place, and answers that have the same."""

from __future__ import annotations

import pytest

from rag.retrieval.requirements import unmet_requirements

BUDGET = "Of that, 310m crowns goes to schools, 95m to roads and 12.5m to libraries."
SHIP = "At least 12 people died when the ferry capsized, the coastguard said."
OFFICES = "The temperature in council offices will be lowered by 2 degrees."


def lacks(make_candidate, rank, question, *quotes):
    return unmet_requirements(question, rank(question, [make_candidate(quote) for quote in quotes], None), None)


@pytest.mark.parametrize(
    ("question", "quotes", "unmet"),
    [
        ("How many children died?", [SHIP], ("children",)),
        ("How many of the nurses were hurt?", [SHIP], ("nurses",)),
        ("How much money goes to hospitals in the budget?", [BUDGET], ("hospitals",)),
        ("How much is spent on ferries?", [BUDGET], ("ferries",)),
        ("Was the minister arrested?", ["Captain Dahl was neither arrested nor charged."], ("minister",)),
        ("Has the mayor been charged?", ["Captain Dahl was neither arrested nor charged."], ("mayor",)),
        ("By how much was the temperature of the sea lowered?", [OFFICES], ("sea",)),
    ],
)
def test_another_in_its_place_is_no_answer(make_candidate, rank, question, quotes, unmet):
    assert lacks(make_candidate, rank, question, *quotes) == unmet


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("How many children died?", ["At least 12 kids died when the ferry capsized."]),
        ("How many children died?", [SHIP, "Among them were four children."]),
        ("How many people died?", [SHIP]),
        ("How much money goes to schools?", [BUDGET]),
        ("How much money goes to education?", [BUDGET]),
        ("How much money goes to hospitals?", ["Of that, 310m crowns goes to schools.", "Hospitals get 40m crowns."]),
        ("How much is set aside for repairs?", ["The council has 40m crowns for mending the wall."]),
        ("Was the captain arrested?", ["Captain Dahl was neither arrested nor charged."]),
        ("Was the minister arrested?", ["Paul Renner was arrested on Friday."]),
        ("Was the minister arrested?", ["He was arrested by Sergeant Lund."]),
        ("Was the minister arrested?", ["Captain Dahl and the minister were arrested."]),
        ("How much was the temperature of the offices lowered by?", [OFFICES]),
        ("By how much was the temperature of the ocean lowered?", ["The temperature of the sea fell by 2 degrees."]),
    ],
)
def test_the_same_in_other_words_is_an_answer(make_candidate, rank, question, quotes):
    assert lacks(make_candidate, rank, question, *quotes) == ()
