"""A citation is valid when its quote is the slice, and in no other case."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.span_validity import is_valid, validity_counts
from rag import Citation, Span

TEXT = "It rains. It rains. 雨が降る 🌧."


def citation(start: int, end: int, quote: str, document_id: str = "a") -> Citation:
    span = Span(start=start, end=end)
    return Citation(number=1, document_id=document_id, source="a.txt", title="A", span=span, quote=quote, line=1)


def test_the_second_of_two_equal_sentences_is_valid_at_its_own_place() -> None:
    assert is_valid(citation(10, 19, "It rains."), {"a": TEXT})


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
def test_a_shifted_span_is_invalid_although_the_quote_is_in_the_text(shift: int) -> None:
    assert not is_valid(citation(10 + shift, 19 + shift, "It rains."), {"a": TEXT})


def test_positions_are_code_points() -> None:
    start = TEXT.index("雨")
    assert is_valid(citation(start, len(TEXT), "雨が降る 🌧."), {"a": TEXT})


def test_a_span_past_the_end_is_invalid() -> None:
    assert not is_valid(citation(20, 99, "雨が降る 🌧"), {"a": TEXT})


def test_a_document_that_is_not_there_is_invalid() -> None:
    assert not is_valid(citation(0, 9, "It rains.", document_id="b"), {"a": TEXT})


def test_an_empty_quote_is_invalid_although_it_equals_an_empty_slice() -> None:
    assert not is_valid(citation(3, 3, ""), {"a": TEXT})


def test_counts_and_share() -> None:
    good = citation(0, 9, "It rains.")
    counts = validity_counts([good, replace(good, quote="It rained."), good, good], {"a": TEXT})
    assert (counts.n_invalid, counts.validity) == (1, Figure(0.75, 4))


def test_no_citation_gives_no_share() -> None:
    counts = validity_counts([], {"a": TEXT})
    assert (counts.n_invalid, counts.validity) == (0, UNDEFINED)


@settings(deadline=None)
@given(st.text(min_size=1), st.data())
def test_every_slice_is_valid_and_any_other_quote_is_not(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert is_valid(citation(start, end, text[start:end]), {"a": text})
    assert not is_valid(citation(start, end, text[start:end] + "x"), {"a": text})
