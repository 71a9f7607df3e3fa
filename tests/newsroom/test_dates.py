from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.newsroom.dates import date_of
from rag.types import DateOrigin


@pytest.mark.parametrize(
    ("sentence", "published", "text", "words", "origin"),
    [
        ("It opens on 15 April 2026, she said.", "2025-06-20", "2026-04-15", "15 April 2026", DateOrigin.WRITTEN),
        ("It opens on April 15th, 2026.", "", "2026-04-15", "April 15th, 2026", DateOrigin.WRITTEN),
        ("Filed 2025-03-01 in Oslo.", "", "2025-03-01", "2025-03-01", DateOrigin.WRITTEN),
        ("It was read on Tuesday, 11 March.", "2025-03-13", "2025-03-11", "Tuesday, 11 March", DateOrigin.WRITTEN),
        ("It will open on 1 September.", "2025-02-03", "2025-09-01", "1 September", DateOrigin.WRITTEN),
        ("It opened on 28 December.", "2025-01-03", "2024-12-28", "28 December", DateOrigin.WRITTEN),
        ("It will open on 5 January.", "2025-12-30", "2026-01-05", "5 January", DateOrigin.WRITTEN),
        ("She spoke on Tuesday.", "2025-03-13", "2025-03-11", "Tuesday", DateOrigin.RELATIVE),
        ("It rained yesterday.", "2025-03-13", "2025-03-12", "yesterday", DateOrigin.RELATIVE),
        ("On Monday they set it for 1 April 2025.", "2025-03-13", "2025-04-01", "1 April 2025", DateOrigin.WRITTEN),
        ("Work began in May 2022.", "", "2022-05", "May 2022", DateOrigin.WRITTEN),
        ("The county turned it down in December.", "2025-02-03", "2024-12", "in December", DateOrigin.WRITTEN),
        ("OSLO, 3 February 2025 - It will open on 1 May.", "2025-02-03", "2025-05-01", "1 May", DateOrigin.WRITTEN),
        ("Drawn by Ann, it came in December.", "2025-02-03", "2024-12", "in December", DateOrigin.WRITTEN),
        ("Send it by December.", "2025-02-03", "2025-12", "by December", DateOrigin.WRITTEN),
        ("It was founded in 1971 by her.", "2025-02-03", "1971", "1971", DateOrigin.WRITTEN),
        ("He said so.", "2025-02-03T07:30:00+02:00", "2025-02-03", "", DateOrigin.PUBLISHED),
        ("It may rain, and they march in time.", "2025-02-03", "2025-02-03", "", DateOrigin.PUBLISHED),
        ("In 2000 homes the light went out.", "2025-02-03", "2025-02-03", "", DateOrigin.PUBLISHED),
        ("It was on 29 February, he said.", "2025-02-03", "2024-02-29", "29 February", DateOrigin.WRITTEN),
        ("It costs 3 May 2025.50 crowns.", "2025-02-03", "2025-05-03", "3 May 2025", DateOrigin.WRITTEN),
    ],
)
def test_a_sentence_is_of_the_day_that_it_names(sentence, published, text, words, origin):
    found = date_of(sentence, published)
    assert (found.text, found.words, found.origin) == (text, words, origin)
    assert found.first.isoformat().startswith(text)
    assert found.words in sentence


@pytest.mark.parametrize("sentence", ["It rained.", "On Tuesday it rained.", "It opens on 1 September.", ""])
def test_without_a_date_of_the_document_nothing_is_guessed(sentence):
    assert date_of(sentence, "") is None
    assert date_of(sentence, "soon") is None


def test_of_a_day_that_is_none_the_month_is_left():
    assert date_of("It was on 31 February 2025.", "").text == "2025-02"


@hypothesis_settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.dates(min_value=date(1100, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_as_it_is_written(day):
    for written in (f"{day.isoformat()}", f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}"):
        found = date_of(f"It was on {written}, they say.", "")
        assert (found.first, found.last, found.words) == (day, day, written)


@hypothesis_settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.sampled_from(["", "2025-02-03", "2024-02-29", "9999-12-31", "0001-01-01", "x"]))
def test_any_text_has_a_date_or_none(sentence, published):
    found = date_of(sentence, published)
    assert found is None or found.first <= found.last
