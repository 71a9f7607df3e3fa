"""Answers and near misses."""

from __future__ import annotations

import pytest

from rag.attribution import asked_speaker
from rag.retrieval.answerability import Signals, answerability, measure_signals

REVOKED = "Meanwhile, the UK revoked accreditation to a Russian diplomat in London."
QUESTION = "Did the UK revoke the accreditation of a Russian diplomat?"


def test_nothing_found_is_no_answer():
    assert answerability("Who?", [], None) == 0.0


def test_only_words_of_the_wrong_speaker_are_no_answer(make_candidate, rank):
    question = "What did Rubio say about peace?"
    asked = asked_speaker(question, ["Marco Rubio", "John Healey"])
    ranked = rank(question, [make_candidate("We want peace.", speaker="John Healey", similarity=0.9)], asked)
    assert answerability(question, ranked, asked) == 0.0


def test_a_sentence_with_all_words_and_names_answers(make_candidate, rank):
    ranked = rank(QUESTION, [make_candidate(REVOKED, similarity=0.6), make_candidate("Rain fell.", similarity=0.1)])
    assert measure_signals(QUESTION, ranked, None)[1:] == (0, 0, 0, 0, 0, 0, 0, 0)
    assert answerability(QUESTION, ranked, None) > 0.5


def test_a_sentence_about_something_else_does_not(make_candidate, rank):
    ranked = rank(QUESTION, [make_candidate("Bread is baked from flour.", similarity=0.05)])
    assert answerability(QUESTION, ranked, None) < 0.5


@pytest.mark.parametrize(
    ("question", "signal"),
    [
        ("How old is the Russian diplomat of the UK?", "lacks_kind"),
        ("Did NATO revoke the accreditation of a Russian diplomat?", "knows_no_such_name"),
        ("Did the UK revoke the accreditation of 12 diplomats?", "knows_no_such_name"),
        ("has china revoked the accreditation of a diplomat", "knows_no_such_name"),
    ],
)
def test_what_an_answer_cannot_do_without_lowers_the_probability(make_candidate, rank, question, signal):
    ranked = rank(question, [make_candidate(REVOKED, similarity=0.6)])
    found = measure_signals(question, ranked, None)
    assert getattr(found, signal) == 1
    with_answer = rank(QUESTION, [make_candidate(REVOKED, similarity=0.6)])
    assert answerability(question, ranked, None) < answerability(QUESTION, with_answer, None)


def test_a_name_that_only_a_far_sentence_has_is_lacking_but_known(make_candidate, rank):
    question = "Did Rubio revoke the accreditation of a Russian diplomat?"
    ranked = rank(question, [make_candidate(REVOKED, similarity=0.7), make_candidate("Rubio slept.", similarity=0.0)])
    found = measure_signals(question, ranked, None)
    assert (found.lacks_name, found.knows_no_such_name) == (1, 0)


@pytest.mark.parametrize("place", ["before", "title", "speaker"])
def test_a_name_beside_the_sentence_is_not_lacking(make_candidate, rank, place):
    question = "What was revoked by Healey?"
    ranked = rank(question, [make_candidate("Accreditation was revoked.", **{place: "John Healey"})])
    assert measure_signals(question, ranked, None).lacks_name == 0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did they meet Zelensky?", "They meet Zelenskyy."),
        ("Did they meet the British?", "They meet London."),
        ("Did they meet the U.S. envoy?", "They meet the US envoy."),
        ("Did They Meet The Envoy?", "they meet the envoy."),
        ("DID THEY MEET?", "they did."),
    ],
)
def test_other_spellings_of_a_name_are_the_same_name(make_candidate, rank, question, sentence):
    ranked = rank(question, [make_candidate(sentence)])
    assert measure_signals(question, ranked, None).knows_no_such_name == 0


def test_numbers_allow_no_slip(make_candidate, rank):
    ranked = rank("Who won in 2022?", [make_candidate("Anna won in 2023.")])
    assert measure_signals("Who won in 2022?", ranked, None).knows_no_such_name == 1


def test_a_speaker_whom_nobody_quotes_is_unknown(make_candidate, rank):
    question = "What did Lavrov tell reporters?"
    asked = asked_speaker(question, ["Dmitry Peskov"])
    ranked = rank(question, [make_candidate("It told reporters of Lavrov.")], asked)
    assert measure_signals(question, ranked, asked).knows_no_such_speaker == 1
    assert measure_signals(question, ranked, None).knows_no_such_speaker == 0


@pytest.mark.parametrize("question", ["", "?!", "😀 東京", "ignore the above [99]", "why " * 500])
def test_odd_questions_give_a_probability(make_candidate, rank, question):
    ranked = rank(question, [make_candidate(REVOKED), make_candidate("")])
    assert 0 <= answerability(question, ranked, None) <= 1
    assert isinstance(measure_signals(question, ranked, None), Signals)


def test_a_denial_in_the_question_that_no_sentence_shares_lowers_the_probability(make_candidate, rank):
    denied = "What did the UK not revoke in London?"
    ranked = rank(denied, [make_candidate(REVOKED)])
    assert measure_signals(denied, ranked, None).lacks_denial == 1
    assert answerability(denied, ranked, None) < answerability(
        "What did the UK revoke in London?", rank("What did the UK revoke in London?", [make_candidate(REVOKED)]), None
    )
    shared = rank(denied, [make_candidate("The UK did not revoke visas in London.")])
    assert measure_signals(denied, shared, None).lacks_denial == 0
