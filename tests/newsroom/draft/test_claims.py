"""Claims of a draft that are no quotations."""

from __future__ import annotations

import pytest

from rag import DifferenceKind, DraftVerdict


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        ("The town council will rebuild the harbour wall for 355 million crowns.", DraftVerdict.SUPPORTED),
        ("In 2024 the ferries carried 1.3 million passengers.", DraftVerdict.SUPPORTED),
        ("Work begins on 15 April 2026.", DraftVerdict.SUPPORTED),
        ("Police say that 640 homes were without a crossing.", DraftVerdict.SUPPORTED),
        ("The town council will rebuild the harbour wall for 365 million crowns.", DraftVerdict.NUMBER_CHANGED),
        ("Work begins on 15 May 2026.", DraftVerdict.DATE_CHANGED),
        ("The Skua is for sale.", DraftVerdict.NEGATION_CHANGED),
        ("640 homes were without a crossing.", DraftVerdict.NOT_STATED),
        ("The old wall had been sold.", DraftVerdict.NOT_STATED),
        ("The firm Haldor Steel has hired 25 people in the summer.", DraftVerdict.NOT_STATED),
        ("Tove Aune said that nobody had been paid twice.", DraftVerdict.OTHER_SPEAKER),
        ("Penguins live on the southern islands of New Zealand.", DraftVerdict.NOT_FOUND),
    ],
)
def test_claim_has_the_verdict_that_says_what_is_wrong(only, draft, verdict):
    finding = only(draft)
    assert finding.verdict is verdict
    assert finding.is_wrong is (verdict is not DraftVerdict.SUPPORTED)


def test_rounded_number_is_supported_and_told(only):
    finding = only("The council will rebuild the harbour wall for about 360 million crowns.")
    assert (finding.verdict, finding.is_wrong) == (DraftVerdict.SUPPORTED, False)
    assert [difference.kind for difference in finding.differences] == [DifferenceKind.ROUNDED]


def test_number_that_is_no_rounding_is_wrong(only):
    finding = only("The council will rebuild the harbour wall for about 450 million crowns.")
    assert finding.verdict is DraftVerdict.NUMBER_CHANGED


@pytest.mark.parametrize(
    "draft",
    [
        "Wall costs soar again",
        "Council could give up harbour wall",
        "By Jane Doe, county reporter",
        "(Reporting by Jane Doe; editing by John Roe)",
        "Who pays?",
    ],
)
def test_headlines_bylines_and_questions_are_not_checked(only, draft):
    finding = only(draft)
    assert (finding.verdict, finding.is_wrong) == (DraftVerdict.UNCHECKED, False)


def test_dateline_is_no_part_of_the_claim(only):
    finding = only("BREKKE, 3 March (Reuters) - Work begins on 15 April 2026.")
    assert finding.text == "Work begins on 15 April 2026."
    assert finding.verdict is DraftVerdict.SUPPORTED


def test_plan_is_no_deed_though_most_words_are_there(only):
    finding = only("The council has rebuilt the harbour wall for 355 million crowns.")
    assert finding.verdict is not DraftVerdict.SUPPORTED
