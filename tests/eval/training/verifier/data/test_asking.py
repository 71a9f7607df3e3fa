from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.verifier.data.asking import Asked, asked_of, base_form

VOCABULARY = {"move", "stop", "walk", "capture", "visit"}


def asked(sentence: str, *, topic: str = "") -> set[Asked]:
    """All that some dozens of seeds bring."""
    return {made for seed in range(40) for made in asked_of(sentence, VOCABULARY, Random(seed), topic=topic)}


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Alaric captured Rome in 1410.", "When did Alaric capture Rome?", "1410"),
        ("In 1410, Alaric captured Rome.", "When did Alaric capture Rome?", "1410"),
        ("The bridge was opened in May 1901.", "When was the bridge opened?", "May 1901"),
        ("The bridge was opened to traffic in Vienna.", "Where was the bridge opened to traffic?", "Vienna"),
        ("The city was captured by Alaric.", "Who was the city captured by?", "Alaric"),
        ("There are 40 rooms in the museum.", "How many rooms are there in the museum?", "40"),
        ("The team won three medals in Paris.", "How many medals did the team win in Paris?", "three"),
        ("John Smith visited the museum in Vienna.", "Who visited the museum in Vienna?", "John Smith"),
        ("John Smith visited the museum in Vienna.", "What did John Smith visit in Vienna?", "the museum"),
    ],
)
def test_statement_becomes_a_question_with_its_answer(sentence: str, question: str, answer: str) -> None:
    assert Asked(question, answer) in asked(sentence)


def test_pronoun_becomes_what_the_page_is_about() -> None:
    found = asked("He visited the museum in Vienna.", topic="John Smith")

    assert Asked("Who visited the museum in Vienna?", "John Smith") in found
    assert not [made for made in asked("He visited the museum in Vienna.") if made.question.startswith("Who")]


def test_verb_without_a_known_base_loses_its_ending() -> None:
    assert base_form("batted", set()) == "bat"
    assert base_form("frobbled", set()) == "frobbl"
    assert base_form("frobbled", {"frobble"}) == "frobble"


@given(st.text(alphabet="ABab .,()1909in", max_size=80), st.integers(0, 5))
def test_answer_is_never_empty_and_question_ends_as_one(text: str, seed: int) -> None:
    for made in asked_of(text, VOCABULARY, Random(seed)):
        assert made.answer
        assert made.question.endswith("?")
