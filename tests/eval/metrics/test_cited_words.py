"""Precision, recall and F1 of words, on counts worked out by hand."""

import pytest

from eval.metrics.cited_words import WordCounts, word_counts, word_f1, word_precision, word_recall
from eval.metrics.figure import UNDEFINED, Figure
from rag import Span

TEXT = "He won the race. It rained."


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start=start, end=start + len(words))


def test_a_word_counts_when_a_span_covers_one_character_of_it() -> None:
    assert word_counts(TEXT, [span("won the r")], [span("ace. It")]) == WordCounts(3, 2, 1)


def test_spans_that_overlap_count_a_word_once() -> None:
    assert word_counts(TEXT, [span("He won"), span("won the")], [span("rained.")]) == WordCounts(3, 1, 0)


def test_a_document_without_gold_lowers_precision_and_leaves_recall() -> None:
    counts = [WordCounts(4, 6, 3), WordCounts(8, 0, 0)]
    assert word_precision(counts).of_all() == Figure(0.25, 12)
    assert word_recall(counts).of_all() == Figure(0.5, 6)
    precision, recall = 0.25, 0.5
    assert word_f1(counts).of_all().value == pytest.approx(2 * precision * recall / (precision + recall))


def test_silence_is_right_where_there_is_no_gold_and_costs_recall_elsewhere() -> None:
    silent = word_counts(TEXT, [], [])
    assert silent == WordCounts(0, 0, 0)
    assert [each([silent]).of_all() for each in (word_precision, word_recall, word_f1)] == [UNDEFINED] * 3
    assert word_f1([silent, word_counts(TEXT, [], [span("It rained.")])]).of_all() == Figure(0.0, 2)


def test_no_cases_have_no_figures() -> None:
    assert [each([]).of_all() for each in (word_precision, word_recall, word_f1)] == [UNDEFINED] * 3
