"""Which day "on Tuesday" is, from the date of the text."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rag.language.days import days_named
from rag.language.english import WEEKDAYS

THURSDAY = "2025-03-13"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("She spoke on Tuesday.", {"Tuesday": "2025-03-11"}),
        ("She spoke on Thursday.", {"Thursday": "2025-03-13"}),
        ("On Friday she spoke.", {"Friday": "2025-03-07"}),
        ("The talks were held last Thursday.", {"last Thursday": "2025-03-06"}),
        ("They will meet next Thursday.", {"next Thursday": "2025-03-20"}),
        ("They will meet on Thursday.", {"Thursday": "2025-03-13"}),
        ("The ward is to close on Monday.", {"Monday": "2025-03-17"}),
        ("Bids are due by Saturday.", {"Saturday": "2025-03-15"}),
        ("It will open in May, the agency said on Monday.", {"Monday": "2025-03-10"}),
        ("He said on Monday that it will open on Friday.", {"Monday": "2025-03-10", "Friday": "2025-03-14"}),
        ("The mill burned down on Sunday night.", {"Sunday": "2025-03-09"}),
        ("The mill burned down Sunday night.", {"Sunday": "2025-03-09"}),
        ("It has rained since Monday.", {"Monday": "2025-03-10"}),
        ("The vote was lost yesterday.", {"yesterday": "2025-03-12"}),
        ("Tomorrow it will snow.", {"tomorrow": "2025-03-14"}),
    ],
)
def test_day_is_the_nearest_one_before_the_date_or_behind_it(text, days):
    assert {words: str(day) for words, day in days_named(text, THURSDAY).items()} == days
    assert {words: str(day) for words, day in days_named(text, f"{THURSDAY}T18:22:00Z").items()} == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "They would meet on Friday.",
        "She had left on Friday.",
        "On Saturday 20 July they crossed.",
        "They met on Tuesday, 11 March.",
        "They met on Tuesday, March 11.",
        "The bath is closed on Mondays.",
        "It runs every Friday night.",
        "Saturday week they play.",
        "She reads the Sunday Courier.",
        "Good Friday was cold.",
        "Wednesday's vote was lost.",
        "He said on Monday that he spoke last Monday on Monday, and they will meet on Monday.",
    ],
)
def test_what_may_be_another_day_is_left_as_it_stands(text):
    assert days_named(text, THURSDAY) == {}


@pytest.mark.parametrize("published", ["", "2025", "2025-03", "spring 2025", "13 March 2025", "2025-02-30"])
def test_without_a_full_date_nothing_is_known(published):
    assert days_named("She spoke on Tuesday.", published) == {}


@pytest.mark.parametrize("offset", range(14))
@pytest.mark.parametrize("name", WEEKDAYS)
def test_found_day_is_that_day_of_the_week_within_a_week(offset, name):
    today = date(2024, 12, 25) + timedelta(days=offset)
    cases = {"It rained on {}.": (-6, 0), "It will rain on {}.": (0, 6), "last {}": (-7, -1), "next {}": (1, 7)}
    for text, (first, last) in cases.items():
        (day,) = days_named(text.format(name.capitalize()), today.isoformat()).values()
        assert WEEKDAYS[day.weekday()] == name
        assert first <= (day - today).days <= last
