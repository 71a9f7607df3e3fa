"""Questions asked of one document alone, where another one would answer too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.cases import DataError
from eval.loaded_sets import load
from eval.measures import MEASURES, figure
from eval.metrics.figure import Figure
from eval.outcomes import Outcome
from eval.tasks.alone import AloneTask, only_document
from eval.tasks.registry import build_task
from rag import Assistant, Settings

OPENED, GREY = "The bridge opened in 1932.", "It is painted grey."
BUILT, LEANS = "The tower was built in 1950.", "It leans a little."
CORPUS = {"bridge": f"{OPENED} {GREY}", "tower": f"{BUILT} {LEANS}"}
WHEN, BUILT_WHEN = "When did the bridge open?", "When was the tower built?"


@pytest.fixture
def outcomes(
    tmp_path: Path, write_set: Callable[..., Path], plug: Callable[[type], str], tools: SimpleNamespace
) -> list[Outcome]:
    """A question that its document answers, where the other sentence is cited, and one that its document does not."""
    row = tools.question_row
    asked = [
        row("q1", WHEN, gold_docs=["bridge"], gold_evidence=[OPENED], answers=["1932"]) | {"distractors": [GREY]},
        row("q2", BUILT_WHEN, answerable=False, meta={"context_doc": "bridge"}),
        row("q3", BUILT_WHEN, gold_docs=["bridge", "tower"], gold_evidence=[BUILT]),
    ]
    write_set("onestop-qa", corpus=CORPUS, queries=asked)
    script = {WHEN: [("", [GREY])], BUILT_WHEN: [("", [OPENED])]}
    settings = Settings(
        embedder="hashing",
        abstain_below=0,
        quote_instead_from=1,
        generator=plug(tools.citing(script)),
        verifier=plug(tools.judging(lambda _: 1.0)),
    )
    loaded = load("onestop-qa", tmp_path / "data")
    with Assistant.open(tmp_path / "store", settings) as assistant:
        trials = AloneTask(loaded, name="onestop-qa").trials(assistant, None, documents=tmp_path / "documents")
        return [trial.measure() for trial in trials]


def test_only_questions_of_one_document_are_asked_and_no_other_is_searched(outcomes: list[Outcome]) -> None:
    assert [outcome.case_id for outcome in outcomes] == ["q1", "q2"]
    assert {place.document_id for outcome in outcomes for place in outcome.evidence} == {"bridge"}


def test_words_are_counted_over_all_cases(outcomes: list[Outcome]) -> None:
    assert figure(MEASURES["word_precision"], outcomes) == Figure(0.0, 9)
    assert figure(MEASURES["word_recall"], outcomes) == Figure(0.0, 5)
    assert figure(MEASURES["cited_word_f1"], outcomes) == Figure(0.0, 14)


def test_a_distractor_that_is_cited_first_is_counted(outcomes: list[Outcome]) -> None:
    assert figure(MEASURES["distractor_first"], outcomes) == Figure(1.0, 1)


def test_a_conversation_belongs_to_no_document_alone(write_set: Callable[..., Path], tools: SimpleNamespace) -> None:
    history = [{"role": "user", "text": "And the bridge?"}]
    row = tools.question_row("q1", WHEN, gold_docs=["bridge"], history=history)
    folder = write_set("squad2", corpus=CORPUS, queries=[row]).parent
    (case,) = load("squad2", folder).cases
    assert only_document(case) == ""


def test_a_set_that_can_be_converted_says_how(write_set: Callable[..., Path]) -> None:
    del write_set
    with pytest.raises(DataError, match=r"run `python -m eval convert acl-verbatim --checkout CHECKOUT`"):
        build_task("acl-verbatim")


def test_a_set_asked_as_a_whole_too_has_a_task_of_its_own_for_it(
    write_set: Callable[..., Path], tools: SimpleNamespace
) -> None:
    write_set("qed", corpus=CORPUS, queries=[tools.question_row("q1", WHEN, gold_docs=["bridge"])])
    task = build_task("qed-alone")
    assert isinstance(task, AloneTask)
    assert task.name == "qed-alone"
