"""Answer match by the rules of the official SQuAD script, written out as cases."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics.answer_match import answer_words, contains, exact_match, word_f1
from eval.metrics.figure import Figure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  Cat\tsat\n", ("cat", "sat")),
        ("A an THE the", ()),
        ("Theatre of Athens", ("theatre", "of", "athens")),  # articles go as whole words only
        ("U.S.-led", ("usled",)),  # punctuation leaves no blank behind
        ("a-b", ("ab",)),  # punctuation goes before articles
        ("the-end", ("theend",)),
        ("$1,000", ("1000",)),
        ("“quoted”", ("“quoted”",)),  # typographic marks are not ASCII punctuation, and stay
        ("雨が 降る", ("雨が", "降る")),
        ("", ()),
    ],
)
def test_normalisation_is_that_of_the_official_script(text: str, words: tuple[str, ...]) -> None:
    assert answer_words(text) == words


def test_the_best_gold_answer_counts() -> None:
    assert exact_match("Britain", ["the UK", "Britain"]) == Figure(1.0, 1)
    assert word_f1("eight hours", ["eight", "eight hours"]) == Figure(1.0, 1)


def test_f1_counts_repeated_words_as_often_as_both_have_them() -> None:
    assert word_f1("no no no", ["no no yes"]).value == pytest.approx(2 / 3)


def test_f1_without_a_shared_word_is_zero() -> None:
    assert word_f1("Berlin", ["Paris"]) == Figure(0.0, 1)


@pytest.mark.parametrize("score", [exact_match, word_f1, contains])
def test_no_gold_answer_wants_the_empty_answer(score: Callable[[str, list[str]], Figure]) -> None:
    assert (score("", []), score("Paris", [])) == (Figure(1.0, 1), Figure(0.0, 1))
    assert (score("", ["The."]), score("Paris", ["The."])) == (Figure(1.0, 1), Figure(0.0, 1))


@pytest.mark.parametrize("score", [exact_match, word_f1, contains])
@pytest.mark.parametrize("answer", ["", "the", "..."])
def test_an_empty_answer_to_an_answerable_question_scores_zero(
    score: Callable[[str, list[str]], Figure], answer: str
) -> None:
    assert score(answer, ["Paris"]) == Figure(0.0, 1)


@pytest.mark.parametrize("score", [exact_match, word_f1, contains])
def test_a_gold_answer_without_words_does_not_reward_the_empty_answer(
    score: Callable[[str, list[str]], Figure],
) -> None:
    assert score("", ["The.", "Paris"]) == Figure(0.0, 1)


def test_contains_looks_for_words_side_by_side() -> None:
    sentence = "The talks, held in Jeddah, took eight (8) hours."
    assert contains(sentence, ["in Jeddah"]).value == 1
    assert contains(sentence, ["eight hours"]).value == 0


def test_contains_does_not_find_a_number_inside_another() -> None:
    assert contains("in 1945", ["5"]).value == 0


@settings(deadline=None)
@given(st.text(), st.text())
def test_f1_is_symmetric_and_an_exact_match_has_all_three(answer: str, gold: str) -> None:
    if answer_words(answer) and answer_words(gold):
        assert word_f1(answer, [gold]) == word_f1(gold, [answer])
    assert (exact_match(answer, [answer]).value, word_f1(answer, [answer]).value) == (1, 1)
    assert contains(answer, [answer]).value == 1
