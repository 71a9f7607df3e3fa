"""Citation recall, precision and F1 on spans small enough to count by hand, and against scikit-learn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from eval.metrics.citation_overlap import (
    CitationScores,
    GoldKind,
    Place,
    citation_scores,
    grouped_citation_scores,
    is_match,
)
from eval.metrics.figure import UNDEFINED, Figure
from rag import Span


def place(start: int, end: int, document_id: str = "a") -> Place:
    return Place(document_id, Span(start=start, end=end))


SENTENCES = [place(10 * i, 10 * i + 9) for i in range(6)]


def test_a_sentence_matches_the_phrase_inside_it_and_the_paragraph_around_it() -> None:
    assert is_match(SENTENCES[1], place(12, 15))
    assert is_match(SENTENCES[1], place(0, 100))


def test_a_sliver_of_the_neighbour_is_no_match() -> None:
    assert not is_match(place(13, 23), SENTENCES[2])
    assert is_match(place(13, 23), SENTENCES[1])


def test_half_of_the_shorter_span_is_enough() -> None:
    assert is_match(place(0, 10), place(5, 15))
    assert not is_match(place(0, 10), place(6, 16))


def test_the_same_span_of_another_document_is_no_match() -> None:
    assert not is_match(place(0, 9), place(0, 9, document_id="b"))


def test_an_empty_span_matches_nothing() -> None:
    assert not is_match(place(5, 5), SENTENCES[0])
    assert not is_match(place(5, 5), place(5, 5))


def test_all_gold_spans_are_needed_when_multiple() -> None:
    scores = citation_scores([SENTENCES[0], SENTENCES[5]], SENTENCES[:4], gold_kind=GoldKind.MULTIPLE)
    assert scores == CitationScores(recall=Figure(0.25, 4), precision=Figure(0.5, 2), f1=Figure(1 / 3, 1))


def test_one_gold_span_is_enough_when_they_are_alternatives() -> None:
    scores = citation_scores(SENTENCES[:1], SENTENCES[:4], gold_kind=GoldKind.ALTERNATIVES)
    assert scores == CitationScores(recall=Figure(1.0, 1), precision=Figure(1.0, 1), f1=Figure(1.0, 1))


def test_one_place_out_of_each_group_is_needed() -> None:
    groups = [SENTENCES[:2], SENTENCES[2:4], []]
    scores = grouped_citation_scores([SENTENCES[1], SENTENCES[0], SENTENCES[5]], groups)
    assert (scores.recall, scores.precision) == (Figure(0.5, 2), Figure(2 / 3, 3))


def test_empty_groups_alone_are_no_gold() -> None:
    assert grouped_citation_scores(SENTENCES, [[], []]) == (UNDEFINED, UNDEFINED, UNDEFINED)


@pytest.mark.parametrize("gold_kind", GoldKind)
def test_an_empty_answer_scores_zero_and_has_no_precision(gold_kind: GoldKind) -> None:
    scores = citation_scores([], SENTENCES[:1], gold_kind=gold_kind)
    assert scores == CitationScores(recall=Figure(0.0, 1), precision=UNDEFINED, f1=Figure(0.0, 1))


@pytest.mark.parametrize("gold_kind", GoldKind)
@pytest.mark.parametrize("citations", [[], SENTENCES[:2]])
def test_without_gold_nothing_is_defined(gold_kind: GoldKind, citations: list[Place]) -> None:
    assert citation_scores(citations, [], gold_kind=gold_kind) == (UNDEFINED, UNDEFINED, UNDEFINED)


def test_a_wrong_citation_alone_scores_zero() -> None:
    scores = citation_scores(SENTENCES[1:2], SENTENCES[:1], gold_kind=GoldKind.ALTERNATIVES)
    assert (scores.recall.value, scores.precision.value, scores.f1.value) == (0, 0, 0)


def test_the_same_place_cited_twice_counts_once() -> None:
    scores = citation_scores([SENTENCES[0], SENTENCES[0], SENTENCES[1]], SENTENCES[:1], gold_kind=GoldKind.MULTIPLE)
    assert scores.precision == Figure(0.5, 2)


sentence_numbers = st.sets(st.integers(0, 5), min_size=1)


@settings(deadline=None)
@given(sentence_numbers, sentence_numbers)
def test_whole_sentences_agree_with_scikit_learn(cited: set[int], gold: set[int]) -> None:
    scores = citation_scores([SENTENCES[i] for i in cited], [SENTENCES[i] for i in gold], gold_kind=GoldKind.MULTIPLE)
    precision, recall, f1, _ = precision_recall_fscore_support(
        [i in gold for i in range(6)], [i in cited for i in range(6)], average="binary", zero_division=0.0
    )
    assert (scores.precision.value, scores.recall.value) == pytest.approx((precision, recall))
    assert scores.f1.value == pytest.approx(f1)
