"""Figures of who said what, counted by hand."""

from __future__ import annotations

import pytest

from eval.metrics.utterance_overlap import GoldUtterance, UtteranceCounts, utterance_counts
from rag import SourceKind, Span, Speech, Stance, Utterance

TEXT = "Anna said “one two three four”. Bo said five six."


def at(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start=start, end=start + len(words))


def said(words: str, source: str | None, *, speaker: str = "", speech: Speech = Speech.DIRECT) -> Utterance:
    return Utterance(
        spans=(at(words),),
        quoted=(),
        speech=speech,
        stance=Stance.SAID,
        cue=None,
        source=None if source is None else at(source),
        speaker=speaker,
        source_kind=SourceKind.NAMED,
    )


GOLD = [
    GoldUtterance(content=(at("one two three four"),), source=(at("Anna"),)),
    GoldUtterance(content=(at("five six"),), source=(at("Bo"),)),
]


def test_all_right_is_one():
    found = [said("one two three four", "Anna"), said("five six", None, speaker="Bo")]
    counts = utterance_counts(TEXT, found, GOLD)
    assert counts.words == counts.overlap == (1, 1, 1)
    assert (counts.source_accuracy, counts.wrong_direct, counts.missing_direct) == (1, 0, 0)


def test_half_of_one_found_with_the_wrong_speaker():
    counts = utterance_counts(TEXT, [said("one two", "Bo", speaker="Bo")], GOLD)
    assert counts.words == (1, pytest.approx(2 / 6), pytest.approx(0.5))
    assert counts.overlap == (1, 0.25, 0.4)
    assert (counts.source_accuracy, counts.wrong_direct) == (0, 1)


def test_nobody_named_is_missing_not_wrong():
    counts = utterance_counts(TEXT, [said("one two three four", None)], GOLD)
    assert (counts.source_accuracy, counts.wrong_direct, counts.missing_direct) == (0, 0, 1)


def test_reported_speech_is_no_direct_quotation():
    assert utterance_counts(TEXT, [said("five six", "Anna", speech=Speech.REPORTED)], GOLD).n_direct == 0


def test_found_twice_is_paired_once():
    counts = utterance_counts(TEXT, [said("five six", "Bo"), said("five", "Bo")], GOLD)
    assert counts.overlap[0] == 0.5


def test_nothing_found_of_nothing_is_one_and_of_something_is_nought():
    assert utterance_counts(TEXT, [], []).words == (1, 1, 1)
    assert utterance_counts(TEXT, [], GOLD).words[1:] == (0, 0)
    assert utterance_counts(TEXT, [], GOLD) + UtteranceCounts() == utterance_counts(TEXT, [], GOLD)
