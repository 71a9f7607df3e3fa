"""Windows of whole sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import Window, windows
from rag.types import Span


def spans_of(n: int) -> list[Span]:
    return [Span(start=10 * ordinal, end=10 * ordinal + 9) for ordinal in range(n)]


def fill_greedily(counts: list[int], limit: int) -> int:
    """How many windows it takes when each is filled before the next begins: the fewest possible."""
    n_windows, total = 0, 0
    for count in counts:
        if n_windows == 0 or total + count > limit:
            n_windows, total = n_windows + 1, 0
        total += count
    return n_windows


@given(st.lists(st.integers(min_value=0, max_value=40), max_size=60), st.integers(min_value=1, max_value=50))
def test_every_sentence_is_in_one_window_and_no_window_is_too_long(counts: list[int], max_tokens: int) -> None:
    spans = spans_of(len(counts))
    found = windows(spans, counts, max_tokens)
    covered = [ordinal for first, last, _ in found for ordinal in range(first, last + 1)]
    assert covered == list(range(len(counts)))
    for first, last, span in found:
        assert span == Span(start=spans[first].start, end=spans[last].end)
        assert first == last or sum(counts[first : last + 1]) <= max_tokens


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=60), st.integers(min_value=1, max_value=50))
def test_there_are_as_few_windows_as_possible(counts: list[int], max_tokens: int) -> None:
    assert len(windows(spans_of(len(counts)), counts, max_tokens)) == fill_greedily(counts, max_tokens)


def test_last_window_is_not_left_tiny() -> None:
    found = windows(spans_of(10), [10] * 10, max_tokens=90)
    assert [last - first + 1 for first, last, _ in found] == [5, 5]


def test_over_long_sentence_gets_its_own_window() -> None:
    assert windows(spans_of(3), [2, 99, 2], max_tokens=10) == [
        Window(0, 0, Span(start=0, end=9)),
        Window(1, 1, Span(start=10, end=19)),
        Window(2, 2, Span(start=20, end=29)),
    ]


def test_no_sentences_give_no_windows() -> None:
    assert windows([], [], max_tokens=1) == []


def test_sentences_without_tokens_stay_fast() -> None:
    assert len(windows(spans_of(20_000), [0] * 20_000, max_tokens=100)) == 200


@pytest.mark.parametrize(
    ("counts", "max_tokens", "message"),
    [([1], 5, "2 spans and 1 counts"), ([1, -1], 5, "negative"), ([1, 1], 0, "at least 1")],
)
def test_wrong_arguments_are_refused(counts: list[int], max_tokens: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        windows(spans_of(2), counts, max_tokens)
