"""Which tasks there are, and what is said when the data of one is not."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from eval import __main__ as eval_main
from eval.cases import DataError
from eval.data_sets import DATA_SETS, POOLED, Kind
from eval.tasks.answering import AnsweringTask
from eval.tasks.registry import SEEDS_TASK, TASKS, build_task
from eval.tasks.rewriting import RewritingTask
from eval.tasks.verification import VerificationTask

WITH_QUESTIONS_AND_PAIRS = {"scifact", "fever", "wice", "condaqa"}
PAIRS_ONLY = {"summedits", "bump", "fm2", "nli_mix"}


def test_every_public_set_has_its_tasks_under_their_names() -> None:
    tasks = {name for name, entry in TASKS.items() if entry.data_set not in ("", POOLED)}
    alone = {"squad2-alone", "qed-alone", "clapnq-alone"}
    assert tasks == {*DATA_SETS, *alone, *(f"{name}-pairs" for name in WITH_QUESTIONS_AND_PAIRS)}
    verification = {name for name, entry in TASKS.items() if Kind.VERIFICATION in entry.measures}
    assert verification == {*(f"{name}-pairs" for name in WITH_QUESTIONS_AND_PAIRS), *PAIRS_ONLY}
    assert {SEEDS_TASK, POOLED} <= TASKS.keys()
    assert all(entry.name == name and entry.measures for name, entry in TASKS.items())


def test_task_is_of_the_kind_that_its_set_is_good_for(write_set: Callable[..., object], tools: SimpleNamespace) -> None:
    queries = [tools.question_row("q1", "Who won?", gold_docs=["a"], gold_evidence=["He won."], answers=["he"])]
    pairs = [tools.pair_row("p1", "He won.", "He won.", "supported")]
    write_set("scifact", corpus={"a": "He won."}, queries=queries, pairs=pairs)
    write_set("rewrite", queries=[tools.question_row("q1", "Who won?", answers=["Who won the race?"])])
    write_set("summedits", pairs=pairs)
    built = {name: build_task(name) for name in ("scifact", "scifact-pairs", "rewrite", "summedits", POOLED, "seeds")}
    assert {name: type(task) for name, task in built.items()} == {
        "scifact": AnsweringTask,
        "scifact-pairs": VerificationTask,
        "rewrite": RewritingTask,
        "summedits": VerificationTask,
        POOLED: AnsweringTask,
        "seeds": AnsweringTask,
    }
    assert all(task.name == name for name, task in built.items())
    hashes = {name: task.data_hash for name, task in built.items()}
    assert len(set(hashes.values())) == len(hashes) - 1  # questions and pairs of scifact are of one set


def test_unknown_task_is_refused_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        eval_main.run(["run", "--task", "squad3"])
    assert error.value.code == 2
    assert "invalid choice: 'squad3'" in capsys.readouterr().err


def test_without_a_folder_of_sets_it_says_where_the_set_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVAL_DATA", raising=False)
    with pytest.raises(DataError, match=r"'bump': EVAL_DATA names no folder.*It comes from dataminr-ai/BUMP \(MIT"):
        build_task("bump")
    with pytest.raises(DataError, match=f"'{POOLED}': EVAL_DATA names no folder"):
        build_task(POOLED)


def test_set_that_is_not_in_the_folder_says_what_to_put_there(write_set: Callable[..., object]) -> None:
    del write_set
    with pytest.raises(
        DataError, match=r"'fever-pairs': its set is not there.*corpus\.jsonl and queries\.jsonl and"
    ) as error:
        build_task("fever-pairs")
    assert "pairs.jsonl, one JSON object a line: id, premise, claim, label" in str(error.value)
    assert "SNLI" not in str(error.value)  # of its own set only
    with pytest.raises(DataError, match="no set with a corpus is there - set EVAL_DATA"):
        build_task(POOLED)


def test_folder_of_sets_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVAL_DATA", "/nowhere/at/all")
    with pytest.raises(DataError, match="'/nowhere/at/all': EVAL_DATA names it, and it is no folder"):
        build_task("squad2")
    assert build_task(SEEDS_TASK).name == SEEDS_TASK  # needs none
