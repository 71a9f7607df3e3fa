"""Follow-up questions, as the assistant would search for them, beside the rewrites of people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.cases import Case, Split
from eval.loaded_sets import LoadedSet
from eval.metrics.figure import UNDEFINED, Figure
from eval.outcomes import Outcome, Status
from eval.tasks.rewriting import RewritingTask, added_words_found
from rag import Assistant, Turn


def case(question: str, *gold: str, split: Split = Split.REPORT) -> Case:
    return Case(
        id=f"{question} {split}",
        question=question,
        history=(Turn(question="Who is Ali?", answer="A boxer."),),
        answerable=True,
        gold_documents=(),
        gold_spans=(),
        gold_answers=gold,
        split=split,
    )


def measured(assistant: Assistant, *cases: Case, split: Split | None = None) -> list[Outcome]:
    loaded = LoadedSet(
        name="rewrite", corpus={}, cases=cases, pairs=(), n_evidence=0, missing_evidence=(), data_hash="0"
    )
    task = RewritingTask(loaded)
    return [trial.measure() for trial in task.trials(assistant, split, documents=Path("unused"))]


def test_question_is_measured_as_it_would_be_searched_for(assistant: Assistant) -> None:
    (outcome,) = measured(assistant, case("Did he win?", "Did Muhammad Ali win?"))
    assert outcome.status is Status.JUDGED
    assert outcome.scores == {
        "rewrite_f1": pytest.approx(2 * 3 / (3 + 4)),  # did, ali, win
        "rewrite_exact": 0.0,
        "rewrite_harmed": 0.0,
        "rewrite_recall": 0.5,
    }


def test_rewrite_that_is_farther_from_the_gold_than_the_question_is_counted(assistant: Assistant) -> None:
    (outcome,) = measured(assistant, case("Did he win?", "Did he, the coach, win?"))
    assert outcome.text == "Did Ali win?"
    assert outcome.scores["rewrite_harmed"] == 1.0


def test_question_that_stands_alone_is_its_own_rewrite(assistant: Assistant) -> None:
    (outcome,) = measured(assistant, case("Did Ali win?", "did Ali win", "When did Ali win?"))
    assert outcome.scores == {
        "rewrite_f1": 1.0,
        "rewrite_exact": 1.0,
        "rewrite_harmed": 0.0,
        "rewrite_recall": 0.0,
    }
    (outcome,) = measured(assistant, case("Did Ali win?", "did Ali win"))
    assert outcome.scores == {"rewrite_f1": 1.0, "rewrite_exact": 1.0, "rewrite_harmed": 0.0}  # nobody added a word


@pytest.mark.parametrize("gold", [(), ("",), ("The",)])
def test_without_a_gold_rewrite_nothing_is_scored(assistant: Assistant, gold: Sequence[str]) -> None:
    (outcome,) = measured(assistant, case("Did he win?", *gold))
    assert outcome.scores == {}


def test_only_the_questions_of_the_half_are_measured(assistant: Assistant) -> None:
    cases = [case("One?", "1", split=Split.TUNE), case("Two?", "2")]
    asked = [[each.question for each in measured(assistant, *cases, split=split)] for split in (*Split, None)]
    assert asked == [["One?"], ["Two?"], ["One?", "Two?"]]


def test_added_words_count_once_and_the_best_rewrite_counts() -> None:
    gold = ["Did Muhammad Ali win in Manila?", "Did Ali, the boxer Ali, win?"]
    assert added_words_found("Did he win?", "Did Ali win?", gold=gold) == Figure(0.5, 2)  # of ali, boxer
    assert added_words_found("Did he win?", "Did Muhammad Ali win in Manila?", gold=gold) == Figure(1.0, 4)
    assert added_words_found("Did he win?", "", gold=gold).value == 0.0
    assert added_words_found("Did he win?", "Did Ali win?", gold=[]) == UNDEFINED
