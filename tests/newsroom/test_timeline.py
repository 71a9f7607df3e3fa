from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.newsroom.timeline import about, timeline_of
from rag.newsroom.timeline_files import as_csv, as_markdown
from rag.types import Document, Evidence, Span


def evidence(*quotes, published="2025-03-13", score=1.0):
    return [
        Evidence(
            number=number, document_id=str(number), source=f"{number}.txt", title=f"{number}.txt",
            span=Span(start=0, end=len(quote)), quote=quote, score=score, published=published,
        )
        for number, quote in enumerate(quotes, start=1)
    ]  # fmt: skip


def made(sentences, **options):
    texts = {each.document_id: each.quote for each in sentences}

    def document_of(document_id):
        return Document(id=document_id, source="", title="", media_type="text/plain", text=texts[document_id])

    return timeline_of("bridge", sentences, document_of=document_of, **options)


def test_rows_stand_in_the_order_of_their_days():
    found = made(
        evidence("It opened on 3 March 2025.", "It was planned in 2019.", "It closed on Tuesday.", "It is old.")
    )
    assert [(row.number, row.date) for row in found.rows] == [
        (1, "2019"), (2, "2025-03-03"), (3, "2025-03-11"), (4, "2025-03-13"),
    ]  # fmt: skip
    assert [row.words for row in found.rows] == ["2019", "3 March 2025", "Tuesday", ""]


def test_sentences_without_any_date_are_counted_and_left_out():
    found = made(evidence("It is old.", "It was built in 1932.", published=""))
    assert ([row.quote for row in found.rows], found.n_undated) == (["It was built in 1932."], 1)


@pytest.mark.parametrize(
    ("since", "until", "dates"),
    [
        ("", "", ["2019", "2025-02-10", "2025-03"]),
        ("2025", "", ["2025-02-10", "2025-03"]),
        ("2025-03-15", "", ["2025-03"]),
        ("", "2025-02", ["2019", "2025-02-10"]),
        ("2019-06-01", "2019-06-30", ["2019"]),
        ("2026", "", []),
    ],
)
def test_rows_of_other_days_are_left_out(since, until, dates):
    found = made(evidence("In 2019 it began.", "On 10 February 2025 it went on.", "It ended in March 2025."),
                 since=since, until=until)  # fmt: skip
    assert [row.date for row in found.rows] == dates
    assert found.n_outside == 3 - len(dates)


def test_two_numbers_of_one_thing_are_a_conflict():
    found = made(
        evidence(
            "Police say that 460 homes in Castleby have been evacuated.",
            "Police now say that 640 homes in Castleby have been evacuated.",
            "Police say that 12 cars in Castleby were lost.",
        )
    )
    (conflict,) = found.conflicts
    assert (conflict.rows, conflict.reason) == ((1, 2), "460 here, 640 there")
    assert [row.conflicts for row in found.rows] == [(2,), (1,), ()]


@pytest.mark.parametrize(
    "quotes",
    [
        ("In 2024 the ferries carried 1.3 million passengers.", "In 2023 the ferries carried 1.1 million passengers."),
        ("The bridge cost 310 million crowns.", "The bridge cost 310 million crowns in all."),
        ("The bridge cost 310 million crowns.", "The ferry once carried 400 passengers."),
        ("The toll for cars is 35 crowns.", "Sausages at the kiosk are 40 crowns."),
    ],
)
def test_other_years_other_things_and_equal_numbers_are_none(quotes):
    assert made(evidence(*quotes)).conflicts == ()


def test_what_is_about_the_subject_is_kept():
    sentences = evidence(
        "The toll is 35 crowns.", "The bridge is long.", "The bridge is grey.", "The bridge toll rose."
    )
    kept = about("toll of the bridge", [*sentences, *evidence("It rained all day.", score=0.2)])
    assert [each.quote for each in kept] == [each.quote for each in sentences]
    assert about("", evidence("It rained.")) == evidence("It rained.")
    assert about("toll", []) == []


FORMULAS = st.text(alphabet=st.sampled_from("=+-@\t\r\n |*_[]<>&'\",;aé1.$`~\\"), min_size=1, max_size=30)


@hypothesis_settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FORMULAS, min_size=1, max_size=4))
def test_no_cell_of_the_csv_is_a_formula_and_none_is_lost(quotes):
    rows = list(csv.reader(io.StringIO(as_csv(made(evidence(*quotes))), newline="")))
    assert len(rows) == len(quotes) + 1
    for row in rows[1:]:
        assert all(cell.lstrip(" \n")[:1] not in tuple("=+-@\t\r") or not cell.strip() for cell in row)
    assert {row[4].removeprefix("'") if row[4].startswith("'") else row[4] for row in rows[1:]} <= {
        each for quote in quotes for each in (quote, quote.removeprefix("'"))
    }


@hypothesis_settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FORMULAS, min_size=1, max_size=4))
def test_markdown_of_the_rows_holds_no_html_and_no_other_cells(quotes):
    lines = as_markdown(made(evidence(*quotes))).splitlines()
    assert len(lines) == len(quotes) + 2
    for line in lines[2:]:
        assert "<" not in line
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 4
