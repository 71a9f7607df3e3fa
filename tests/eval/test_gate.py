"""The gate: what makes it fail, what it only warns of, and what it leaves behind for CI."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eval import __main__ as eval_main
from eval.cases import DataError
from eval.checks import Check, Result, Suite, as_junit, as_markdown, check_run, read_floors
from eval.gate import FLOORS
from eval.metrics.citation_overlap import Place
from eval.outcomes import Outcome, Quoted, Status, failed
from eval.run import Finished, RunRecord
from eval.summary import summarise
from rag import RagError, Span

LOG = Path(__file__).parents[2] / "eval" / "LOG.md"


def finished(*outcomes: Outcome) -> Finished:
    record = RunRecord(
        task="seeds", split="all", settings_fingerprint="", data_hash="", commit="", machine="", versions={}
    )
    return Finished(
        folder=Path(), record=record, outcomes=outcomes, lines=tuple(summarise(outcomes)), peak_memory_mb=1.0
    )


def outcome(number: int, *, n_invalid: int = 0, **scores: float) -> Outcome:
    cited = Quoted(Place("d", Span(start=0, end=2)), "It")
    return Outcome(
        case_id=str(number),
        question="q",
        status=Status.ANSWERED,
        scores=scores,
        citations=(cited,),
        n_invalid=n_invalid,
    )


def results(run: Finished, **floors: float) -> dict[str, Result]:
    return {check.name: check.result for check in check_run(run, floors)}


def test_one_invalid_citation_fails_whatever_the_figures_are():
    run = finished(*[outcome(number, n_invalid=number == 7) for number in range(1000)])
    assert results(run)["every citation equals its source"] is Result.FAILED
    assert results(finished(outcome(1)))["every citation equals its source"] is Result.PASSED


def test_failed_case_fails_the_gate_and_is_named():
    run = finished(outcome(1), failed("c2", "q", is_positive=True, scores={}, error=RagError("no disk - make room")))
    (check,) = [check for check in check_run(run, {}) if check.name == "no case failed"]
    assert check.result is Result.FAILED
    assert check.detail == "c2: no disk - make room"


@pytest.mark.parametrize(
    ("n_right", "result"), [(90, Result.PASSED), (80, Result.PASSED), (79, Result.WARNED), (60, Result.FAILED)]
)
def test_figure_fails_when_its_whole_interval_is_below_the_floor(n_right, result):
    run = finished(*[outcome(number, gold_cited=float(number < n_right)) for number in range(100)])
    assert result in results(run, gold_cited=0.8).values()
    assert results(run, gold_cited=0.8)["a gold sentence is cited, at least 0.800"] is result


@pytest.mark.parametrize(("n_wrong", "result"), [(0, Result.PASSED), (9, Result.WARNED), (40, Result.FAILED)])
def test_floor_of_a_figure_where_less_is_better_is_a_ceiling(n_wrong, result):
    run = finished(*[outcome(number, untouched_accused=float(number < n_wrong)) for number in range(100)])
    assert results(run, untouched_accused=0.05)["untouched claims accused, at most 0.050"] is result


def test_figure_that_is_gone_fails():
    assert results(finished(outcome(1)), gold_cited=0.1)["a gold sentence is cited, at least 0.100"] is Result.FAILED


CHECKS = [
    Check("seeds", "a", Result.PASSED, "1 of 1"),
    Check("seeds", "b <script>", Result.FAILED, "0.1 & less"),
    Check("qed", "the whole set", Result.SKIPPED, "not there"),
    Check("seeds", "c", Result.WARNED, "0.79"),
]


def test_junit_counts_failures_and_skips():
    suite = ET.fromstring(as_junit(Suite("citation gate", CHECKS)))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    assert [[child.tag for child in case] for case in suite] == [
        ["system-out"],
        ["failure"],
        ["skipped"],
        ["system-out"],
    ]
    assert suite[1].get("name") == "b <script>"
    assert suite[1][0].get("message") == "0.1 & less"


def test_summary_ends_in_the_verdict():
    assert as_markdown(CHECKS).splitlines()[-1] == "FAILED: 1 passed, 1 warned, 1 failed, 1 skipped"
    assert as_markdown(CHECKS[:1]).splitlines()[-1] == "passed: 1 passed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[seeds", "not TOML"),
        ("gold_cited = 0.5", "outside of a table"),
        ("[seeds]\ngold_sited = 0.5", "is no measure"),
        ("[seeds]\ngold_cited = true", "is no number"),
    ],
)
def test_floors_that_make_no_sense_are_refused(tmp_path, text, message):
    path = tmp_path / "floors.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_floors(path)
    assert eval_main.run(["gate", "--floors", str(path), "--runs", str(tmp_path / "runs")]) == 2


def test_every_floor_is_explained_in_the_log():
    """Lowering a floor needs a line in the log that holds the new value."""
    said = set(re.findall(r"floor (\w+\.\w+) = ([\d.]+\d)", LOG.read_text(encoding="utf-8")))
    floors = {
        (f"{task}.{key}", str(floor)) for task, by_key in read_floors(FLOORS).items() for key, floor in by_key.items()
    }
    assert floors <= said, f"write into eval/LOG.md: {sorted(floors - said)}"


def test_gate_without_public_sets_measures_the_rest_and_says_what_is_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("EVAL_DATA", raising=False)
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    floors = tmp_path / "floors.toml"
    floors.write_text("[mutations]\nmutant_caught = 0.5\n")
    runs = tmp_path / "runs"
    assert eval_main.run(["gate", "--floors", str(floors), "--runs", str(runs)]) == 0
    printed = capsys.readouterr().out
    assert "| qed | the whole set | **skipped** | skipped qed (retrieval" in printed
    assert (runs / "gate.md").read_text(encoding="utf-8") in printed
    assert ET.parse(runs / "junit.xml").getroot()[0].get("failures") == "0"


def test_gate_fails_when_a_floor_is_not_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("EVAL_DATA", raising=False)
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    floors = tmp_path / "floors.toml"
    floors.write_text("[seeds]\nanswer_exact = 0.9\n")
    gate = ["gate", "--only", "seeds", "--floors", str(floors), "--runs", str(tmp_path / "runs")]
    assert eval_main.run(gate) == 1
    assert "FAILED: " in capsys.readouterr().out
