"""Words are found whatever their capitals, accents, quotation marks and blanks are, at their places in the text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.finding import MOST_FOUND, found_in


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("The bridge. THE BRIDGE.", "the bridge", ["The bridge", "THE BRIDGE"]),
        ("He said “No” — never.", '"no" - never', ["“No” — never"]),
        ("a\u0301 Á à", "a", ["a", "Á", "à"]),
        ("one\n  two", "one two", ["one\n  two"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("Straße und STRASSE", "straße", ["Straße"]),
        ("한국 하국", "한국", ["한국"]),
        ("the ferry", " ", []),
        ("the ferry", "", []),
        ("a.b", ".", ["."]),
        ("İstanbul", "istanbul", ["İstanbul"]),
    ],
)
def test_words_are_found_as_people_type_them(text: str, words: str, found: list[str]) -> None:
    assert [span.slice(text) for span in found_in(text, words)] == found


@given(st.text(max_size=40), st.text(max_size=40), st.text(min_size=1, max_size=8))
def test_words_of_the_text_are_found_where_they_stand(before: str, after: str, words: str) -> None:
    wanted = " ".join(words.split())
    if wanted and " ".join(f"{before} {wanted} {after}".split()):
        text = f"{before} {wanted} {after}"
        spans = found_in(text, wanted)
        assert any(span.start <= len(before) + 1 < span.end for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))


def test_no_more_are_counted_than_anybody_goes_through() -> None:
    assert len(found_in("a" * 20_000, "a")) == MOST_FOUND


def test_words_that_are_too_long_are_cut() -> None:
    assert found_in("x" * 300, "x" * 1_000_000)[0].end == 200
