"""A draft is cut into claims; markers are resolved or kept as invalid; quotes are copied by code."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.claims import CitedClaim, claims_of_draft
from rag.types import Draft, Evidence, Span

QUOTES = {
    1: "The bridge opened in 1932.",
    2: "It is painted grey [sic].",
    3: "The plan [3] was dropped [99].",
}


def evidence(quotes: dict[int, str] = QUOTES) -> list[Evidence]:
    return [
        Evidence(
            number=number,
            document_id="d",
            source="bridge.txt",
            title="The bridge",
            span=Span(start=100 * number, end=100 * number + len(quote)),
            quote=quote,
            score=0.5,
        )
        for number, quote in quotes.items()
    ]


def claims_of(text: str) -> list[CitedClaim]:
    return claims_of_draft(Draft(text=text, generator_id="g", prompt_id=""), evidence())


def summary(text: str) -> list[tuple[str, list[int], tuple[str, ...]]]:
    return [
        (claim.text, [sentence.number for sentence in claim.evidence], claim.invalid_markers)
        for claim in claims_of(text)
    ]


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1]", [1]),
        ("[ 1 ]", [1]),
        ("[1][2]", [1, 2]),
        ("[1] [2]", [1, 2]),
        ("[2][1]", [2, 1]),
        ("[1][1]", [1]),
        ("[1, 2]", [1, 2]),
        ("[1; 2]", [1, 2]),
        ("[1-3]", [1, 2, 3]),
        ("[1–3]", [1, 2, 3]),
        ("[1, 2-3]", [1, 2, 3]),
        ("【1】", [1]),
        ("【1】[2]", [1, 2]),
        ("[01]", [1]),
    ],
)
@pytest.mark.parametrize("draft", ["It opened {}.", "It opened. {}", "It opened.{}", "{} It opened.", "It {} opened."])
def test_marker_belongs_to_its_sentence_wherever_it_stands(draft, marker, numbers):
    assert summary(draft.format(marker)) in (
        [("It opened.", numbers, ())],
        [("It opened.", sorted(numbers), ())],
    )


@pytest.mark.parametrize("marker", ["[0]", "[99]", "[5-3]", "[1-2-3]", "[1-999]", "[123456789012345678901234567890]"])
def test_marker_that_names_no_evidence_is_kept_as_written(marker):
    ((text, _, invalid),) = summary(f"It opened. {marker}")
    assert (text, invalid) == ("It opened.", (marker,))


def test_valid_number_counts_beside_an_invalid_one():
    assert summary("It opened [1, 99].") == [("It opened.", [1], ("[1, 99]",))]
    assert summary("It opened [1][99].") == [("It opened.", [1], ("[99]",))]


def test_huge_range_names_nothing():
    assert summary("It opened [1-1000000000].") == [("It opened.", [], ("[1-1000000000]",))]


@pytest.mark.parametrize(
    "text", ["It opened [sic].", "It opened [ ].", "It opened [].", "It [a1] opened [1.", "a[i] = 1"]
)
def test_other_brackets_are_words(text):
    assert summary(text) == [(text, [], ())]


def test_text_without_markers_cites_nothing():
    assert summary("It opened. It is grey") == [("It opened.", [], ()), ("It is grey", [], ())]


def test_markers_behind_a_full_stop_do_not_hide_the_end_of_the_sentence():
    assert summary("It opened.[1] It is grey.[2]") == [("It opened.", [1], ()), ("It is grey.", [2], ())]
    assert summary("It opened. [1] It is grey. [2]") == [("It opened.", [1], ()), ("It is grey.", [2], ())]


def test_markers_of_the_next_line_are_not_those_of_this_one():
    assert summary("It opened.\n[2]") == [("It opened.", [], ()), (QUOTES[2], [2], ())]


@pytest.mark.parametrize(
    "line", ["[1]", " [1] ", "[1].", "- [1]", "* [1]", "1. [1]", "12) [1]", "“[1]”", "[1]\n[1]", "[1]\r\n"]
)
def test_line_of_markers_alone_quotes_the_sentence(line):
    assert summary(line) == [(QUOTES[1], [1], ())]


def test_line_of_several_markers_quotes_each_sentence_once():
    assert summary("[2][1]\n[1-2]") == [(QUOTES[2], [2], ()), (QUOTES[1], [1], ())]


def test_invalid_marker_alone_is_a_claim_that_says_nothing():
    assert summary("[99]") == [("", [], ("[99]",))]
    assert summary("[1][99]") == [(QUOTES[1], [1], ()), ("", [], ("[99]",))]


def test_quotation_cites_its_own_place_and_no_other():
    assert summary(f"{QUOTES[1]} [1][2][99]") == [(QUOTES[1], [1], ("[99]",))]
    assert summary(f"{QUOTES[1]} [2]") == [(QUOTES[1], [2], ())]


def test_brackets_inside_a_copied_quote_are_no_markers():
    assert summary("[3]") == [(QUOTES[3], [3], ())]


def test_blanks_left_by_markers_are_closed_and_no_others():
    assert summary("It opened [1], they  say [2] [3] .") == [("It opened, they say.", [1, 2, 3], ())]
    assert summary("Pourquoi ? [1]") == [("Pourquoi ?", [1], ())]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "- ", "[ ]", "…"])
def test_draft_without_words_and_markers_has_no_claims(text):
    assert claims_of(text) == []


@pytest.mark.parametrize(
    ("text", "n_claims"),
    [
        ("[1]" * 10_000, 1),
        ("[1]\n" * 10_000, 1),
        ("It opened [1]. " * 10_000, 10_000),
        ("It opened" + " [2]" * 10_000 + ".", 1),
        ("[" * 50_000, None),
        ("[1" + ",1" * 25_000, None),
        ("x" + " " * 50_000 + "[1]", None),
    ],
    ids=["one line", "lines", "sentences", "one sentence", "open", "unclosed", "blanks"],
)
def test_ten_thousand_markers_take_no_time(text, n_claims):
    started = time.process_time()
    claims = claims_of(text)
    assert time.process_time() - started < 5
    assert n_claims in (None, len(claims))


DRAFTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "[1]",
                "[2]",
                "[1, 2]",
                "[1-3]",
                "[99]",
                "[0]",
                "【1】",
                "[",
                "]",
                "[ ]",
                ". ",
                "\n",
                " ",
                "U.S. ",
                "“Ja.” ",
            ]
        ),
        st.text(max_size=20),
        st.text(alphabet="[]0123456789,-【】 .\n", max_size=20),
    ),
    max_size=30,
).map("".join)


@given(DRAFTS)
def test_any_draft_gives_ordered_claims_of_the_given_evidence(text):
    given_evidence = evidence()
    claims = claims_of(text)
    for claim in claims:
        assert claim.span.end <= len(text)
        assert all(sentence in given_evidence for sentence in claim.evidence)
        assert all(marker in claim.span.slice(text) for marker in claim.invalid_markers)
        assert claim.text or claim.invalid_markers
    for claim, following in pairwise(claims):
        assert claim.span == following.span or claim.span.end <= following.span.start


@given(
    st.lists(st.sampled_from(["It opened.", "It is grey", "[1]", "[0]", "[99]", "【77】", "[1, 42]", "\n"])).map(
        " ".join
    )
)
def test_no_invalid_marker_is_lost(text):
    kept = [marker for claim in claims_of(text) for marker in claim.invalid_markers]
    for marker in ("[0]", "[99]", "【77】", "[1, 42]"):
        assert kept.count(marker) == text.count(marker)


@given(st.lists(st.sampled_from(["The bridge opened", "in 1932.", "[99]", "[98, 99] ", "grey", "\n"])).map(" ".join))
def test_every_word_of_a_draft_is_in_exactly_one_claim(text):
    words = text.replace("[99]", " ").replace("[98, 99]", " ").split()
    assert " ".join(claim.text for claim in claims_of(text)).split() == words
