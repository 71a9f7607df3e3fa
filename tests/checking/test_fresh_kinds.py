"""Ways of taking back, leaving out and joining that claims of new wording brought up."""

from __future__ import annotations

import pytest

from rag import ClaimWithEvidence, Surroundings, VerdictLabel
from rag.checking.rules import examine

OF_ANOTHER = "The clerk paid the baker, who paid the miller."


def label(evidence: str, claim: str, *, after: str = "") -> VerdictLabel:
    around = (Surroundings(after=(after,)),) if after else ()
    return examine(ClaimWithEvidence((evidence,), claim, surroundings=around)).verdict.label


@pytest.mark.parametrize(
    "after",
    [
        "None of the letters bears this out.",
        "Nobody would agree.",
        "No witness confirmed it.",
        "He had done nothing of the kind.",
    ],
)
def test_a_sentence_that_nobody_bears_out_is_not_the_source_s(after):
    said = "The baker bought the mill."
    assert label(said, said, after=after) is not VerdictLabel.SUPPORTED
    assert label(said, said, after="The miller agreed.") is VerdictLabel.SUPPORTED


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("What a triumph: the new pumps broke down in May.", "The new pumps were a triumph."),
        (OF_ANOTHER, "The clerk paid the miller."),
    ],
)
def test_what_is_exclaimed_or_said_of_another_is_not_shown(evidence, claim):
    assert label(evidence, claim) is not VerdictLabel.SUPPORTED


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("What a triumph: the new pumps broke down in May.", "The new pumps broke down in May."),
        ("The clerk paid the baker, who left.", "The clerk paid the baker."),
        ("Neither the baker nor the clerk paid for the mill.", "The baker did not pay for the mill."),
        (
            "Provided that the baker agrees, the mill will be sold in May.",
            "The mill will be sold in May if the baker agrees.",
        ),
        ("The show runs from 3 March to 9 June.", "The show runs until 9 June."),
        ("A baker claims to have burned the mill.", "A baker claims that he burned the mill."),
        ("“We saw no fire,” said the head of the bakers' guild, Ute Brandt.", "Ute Brandt said that they saw no fire."),
        ("Milan Horak, who gave up medicine in 2012, keeps bees.", "Milan Horak keeps bees."),
        ("The clerk called the baker, who came at once.", "The clerk called the baker."),
        ("The mayor of Brosk resigned after a dispute over the dyke.", "The mayor of Brosk resigned."),
    ],
)
def test_what_the_source_says_is_shown(evidence, claim):
    assert label(evidence, claim) is VerdictLabel.SUPPORTED
