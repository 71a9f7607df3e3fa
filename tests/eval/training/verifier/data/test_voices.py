from random import Random

import pytest

from eval.training.verifier.data.voices import Voiced, voiced


def made_of(sentence: str) -> list[Voiced]:
    return list(voiced(sentence, Random(0)))


@pytest.mark.parametrize(
    ("sentence", "same", "other"),
    [
        (
            "Rome was captured by Alaric in 410.",
            "Alaric captured Rome in 410.",
            "Rome captured Alaric in 410.",
        ),
        (
            "Alaric captured Rome in 410.",
            "Rome was captured by Alaric in 410.",
            "Alaric was captured by Rome in 410.",
        ),
        (
            "The council rejected a plan.",
            "A plan was rejected by the council.",
            "The council was rejected by a plan.",
        ),
    ],
)
def test_both_voices_of_a_statement(sentence: str, same: str, other: str) -> None:
    assert made_of(sentence) == [Voiced(same, True, True), Voiced(other, False, True)]


@pytest.mark.parametrize("sentence", ["Alaric married Rome.", "He captured Rome.", "Alaric died.", "It rained."])
def test_sentences_that_cannot_be_turned_are_left_alone(sentence: str) -> None:
    assert not made_of(sentence)


def test_time_may_stand_at_the_end() -> None:
    assert made_of("In May, it rained.") == [Voiced("It rained in May.", True, False)]


def test_people_of_a_list_may_change_places() -> None:
    assert made_of("They saw Maria Lopez and John Smith there.") == [
        Voiced("They saw John Smith and Maria Lopez there.", True, False)
    ]
