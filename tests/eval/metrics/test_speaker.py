"""Whose words are cited, on names small enough to judge by eye."""

import pytest

from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.speaker import SpeakerCounts, is_same_speaker, speaker_counts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Rubio", "Marco Rubio"),
        ("marco rubio", "Marco Rubio"),
        ("the Kremlin", "Kremlin"),
        ("Secretary of State Marco Rubio", "Rubio"),
        ("习近平", "习近平"),
    ],
)
def test_a_shorter_name_is_of_the_same_person(first: str, second: str) -> None:
    assert is_same_speaker(first, second)
    assert is_same_speaker(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Joe Biden", "Jill Biden"),
        ("Donald Trump", "Donald Trump Jr"),
        ("Marco Rubio", "Marco"),
        ("Rubio", ""),
        ("", ""),
        ("Rubio", "Rubiola"),
    ],
)
def test_another_name_is_of_another_person(first: str, second: str) -> None:
    assert not is_same_speaker(first, second)
    assert not is_same_speaker(second, first)


def test_any_gold_name_is_right() -> None:
    assert speaker_counts(["Wladyslaw Kosiniak-Kamysz"], ["Poland's Defence Minister", "Kosiniak-Kamysz"]).n_right == 1


def test_unattributed_citations_are_outside_the_rate() -> None:
    counts = speaker_counts(["Rubio", "", "", "Putin"], ["Marco Rubio"])
    assert counts == SpeakerCounts(n_right=1, n_wrong=1, n_unattributed=2)
    assert counts.wrong_rate == Figure(0.5, 2)


def test_an_empty_answer_has_no_rate() -> None:
    assert speaker_counts([], ["Rubio"]).wrong_rate == UNDEFINED


def test_a_case_without_a_gold_speaker_adds_nothing() -> None:
    assert speaker_counts(["Rubio", ""], []) == SpeakerCounts(0, 0, 0)
