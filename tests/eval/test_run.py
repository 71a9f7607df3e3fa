"""The runner over a small set in the form of the public ones: resumable, the same with any number of workers, and in
one sentence when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.cases import Split
from eval.outcomes import OutcomeFile, Status
from eval.run import run_task
from eval.summary import as_json, summarise
from eval.tasks.registry import build_task
from rag import Settings

RunEval = Callable[..., int]
Capture = pytest.CaptureFixture[str]

CORPUS = {
    "bridge": "The bridge opened in 1932. It is painted grey.",
    "tower": "The tower was built by Ada Stone. It leans a little.",
    "mill": "The mill burned down in 1901. Nobody was hurt.",
}
QUESTIONS = [
    ("q1", "When did the bridge open?", "bridge", "The bridge opened in 1932."),
    ("q2", "Who built the tower?", "tower", "The tower was built by Ada Stone."),
    ("q3", "When did the mill burn down?", "mill", "The mill burned down in 1901."),
    ("q4", "What colour is the bridge?", "bridge", "It is painted grey."),
    ("q5", "Where is the harbour?", "", ""),
    ("q6", "   ", "mill", "Nobody was hurt."),  # the assistant refuses an empty question: a failed case
]


@pytest.fixture
def data(write_set: Callable[..., Path], tools: SimpleNamespace) -> Path:
    """The set, in the place of squad2."""
    queries = [
        tools.question_row(
            id_,
            text,
            answerable=bool(document),
            gold_docs=[document] if document else [],
            gold_evidence=[evidence] if document else [],
        )
        for id_, text, document, evidence in QUESTIONS
    ]
    return write_set("squad2", corpus=CORPUS, queries=queries)


@pytest.fixture
def counted(plug: Callable[[type], str], tools: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that reach the generator, which cites the gold of each."""
    generator = tools.citing({text: [("", [evidence])] for _, text, document, evidence in QUESTIONS if document})
    monkeypatch.setenv("RAG_GENERATOR", plug(generator))
    return generator.asked  # type: ignore[no-any-return]


def folder_of(tmp_path: Path, name: str = "squad2-all-*") -> Path:
    (folder,) = (tmp_path / "runs").glob(name)
    return folder


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "cases.jsonl").read_bytes().split(b"\n") if line]


def one_sentence(capsys: Capture) -> str:
    """What stands in stderr, which is one line; stdout is empty."""
    out, err = capsys.readouterr()
    (line,) = err.strip().split("\n")
    assert out.strip() == ""
    assert "Traceback" not in line
    return line


@pytest.mark.usefixtures("data")
def test_every_case_has_one_row_in_its_half(run_eval: RunEval, tmp_path: Path) -> None:
    statuses = {split: run_eval("squad2", "--split", split) for split in ("tune", "report", "all")}
    assert statuses == {"tune": 0, "report": 0, "all": 0}
    ids = {split: [row["case_id"] for row in rows_of(folder_of(tmp_path, f"squad2-{split}-*"))] for split in statuses}
    assert ids["all"] == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert sorted(ids["tune"] + ids["report"]) == ids["all"]
    assert ids["tune"]
    assert ids["report"]


@pytest.mark.usefixtures("data", "counted")
def test_summary_says_the_same_on_paper_on_screen_and_as_json(
    run_eval: RunEval, tmp_path: Path, capsys: Capture
) -> None:
    assert run_eval("squad2", "--split", "all") == 0
    folder = folder_of(tmp_path)
    table, summary = (folder / "summary.md").read_text(), json.loads((folder / "summary.json").read_text())
    assert capsys.readouterr().out == f"{table}\nRun: {folder}\n"
    assert "6 cases: 1 abstained, 4 answered, 1 failed." in table
    assert "First failure, case 'q6': cannot answer an empty question" in table
    assert summary["figures"]["citation_f1"]["value"] == 0.8  # four of five; the failed one is wrong
    assert summary["figures"]["failed"] == {"value": 1 / 6, "n": 6} | {
        key: summary["figures"]["failed"][key] for key in ("low", "high")
    }
    assert "| citation F1 | 0.800 |" in table
    assert "| a gold sentence is cited | 0.800 |" in table
    outcomes = list(OutcomeFile(folder / "cases.jsonl").read().values())
    assert summary == json.loads(json.dumps(as_json(outcomes, summarise(outcomes)))) | {
        "peak_memory_mb": summary["peak_memory_mb"],
        "workers": 1,
    }
    assert summary["peak_memory_mb"] > 10
    assert f"Peak memory: {summary['peak_memory_mb']:,} MB." in table


@pytest.mark.usefixtures("data")
def test_record_says_what_the_figures_depend_on(run_eval: RunEval, tmp_path: Path) -> None:
    run_eval("squad2", "--split", "all")
    folder = folder_of(tmp_path)
    record = json.loads((folder / "record.json").read_text())
    assert (record["task"], record["split"]) == ("squad2", "all")
    assert record["settings_fingerprint"] == Settings().fingerprint()
    assert folder.name == f"squad2-all-{record['settings_fingerprint']}-{record['data_hash'][:12]}"
    assert record["versions"]["torch"]


@pytest.mark.usefixtures("data")
def test_finished_cases_are_not_asked_again(run_eval: RunEval, tmp_path: Path, counted: list[str]) -> None:
    run_eval("squad2", "--split", "all", "--limit", "2")
    first = (folder_of(tmp_path) / "cases.jsonl").read_bytes()
    n_asked = len(counted)
    assert first.count(b"\n") == 2
    run_eval("squad2", "--split", "all")
    whole = (folder_of(tmp_path) / "cases.jsonl").read_bytes()
    assert whole.startswith(first)
    assert len(counted) == 5  # each once; the failed case reaches no generator
    assert 1 <= n_asked <= 2
    run_eval("squad2", "--split", "all")
    assert len(counted) == 5
    assert (folder_of(tmp_path) / "cases.jsonl").read_bytes() == whole


@pytest.mark.usefixtures("data")
def test_row_that_was_cut_off_is_asked_again_and_the_others_are_not(
    run_eval: RunEval, tmp_path: Path, counted: list[str]
) -> None:
    run_eval("squad2", "--split", "all")
    path = folder_of(tmp_path) / "cases.jsonl"
    *kept, cut = path.read_bytes().split(b"\n")[:5]
    path.write_bytes(b"\n".join([*kept, cut[:-20]]))
    counted.clear()
    assert run_eval("squad2", "--split", "all") == 0
    assert counted == ["Where is the harbour?"]
    assert path.read_bytes().split(b"\n")[:4] == kept
    assert len(rows_of(path.parent)) == 6


@pytest.mark.usefixtures("data")
def test_row_of_another_version_is_named(run_eval: RunEval, tmp_path: Path, capsys: Capture) -> None:
    run_eval("squad2", "--split", "all")
    path = folder_of(tmp_path) / "cases.jsonl"
    path.write_text('{"case_id": "q1"}\n')
    capsys.readouterr()
    assert run_eval("squad2", "--split", "all") == 2
    line = one_sentence(capsys)
    assert "cases.jsonl, line 1': it is no outcome of this version - remove the run's folder" in line
    assert path.read_text() == '{"case_id": "q1"}\n'


@pytest.mark.parametrize("name", ["commit", "machine"])
@pytest.mark.usefixtures("data")
def test_run_that_was_begun_otherwise_is_not_continued(
    run_eval: RunEval, tmp_path: Path, capsys: Capture, name: str
) -> None:
    run_eval("squad2", "--split", "all")
    path = folder_of(tmp_path) / "record.json"
    begun = json.loads(path.read_text()) | {name: "another"}
    path.write_text(json.dumps(begun))
    rows = (path.parent / "cases.jsonl").read_bytes()
    capsys.readouterr()
    assert run_eval("squad2", "--split", "all") == 2
    assert f"the run was begun with another {name} - remove the folder, or name another" in one_sentence(capsys)
    assert json.loads(path.read_text()) == begun
    assert (path.parent / "cases.jsonl").read_bytes() == rows


@pytest.mark.parametrize(("content", "message"), [("", "no valid JSON"), ("[]", "begun with another commit and data")])
@pytest.mark.usefixtures("data")
def test_record_that_cannot_be_read_is_named(
    run_eval: RunEval, tmp_path: Path, capsys: Capture, content: str, message: str
) -> None:
    run_eval("squad2", "--split", "all")
    (folder_of(tmp_path) / "record.json").write_text(content)
    capsys.readouterr()
    assert run_eval("squad2", "--split", "all") == 2
    assert message in one_sentence(capsys)


def test_other_data_and_other_settings_are_other_runs(
    run_eval: RunEval, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_eval("squad2", "--split", "all")
    monkeypatch.setenv("RAG_MAX_CITATIONS", "1")
    run_eval("squad2", "--split", "all")
    path = data / "corpus.jsonl"
    path.write_text(path.read_text().replace("in 1932", "in 1942"))
    queries = data / "queries.jsonl"
    queries.write_text(queries.read_text().replace("in 1932", "in 1942"))
    run_eval("squad2", "--split", "all")
    folders = sorted((tmp_path / "runs").glob("squad2-all-*"))
    assert [len(rows_of(folder)) for folder in folders] == [6, 6, 6]
    rows = [row for folder in folders for row in rows_of(folder) if row["case_id"] == "q1"]
    quotes = {quote for row in rows for _, quote in row["citations"]}
    assert {"The bridge opened in 1932.", "The bridge opened in 1942."} <= quotes


@pytest.mark.usefixtures("data", "counted")
def test_workers_change_neither_rows_nor_their_order(tmp_path: Path) -> None:
    one, four = (
        run_task(build_task("squad2"), Settings(), runs=tmp_path / f"runs{n}", split=None, workers=n).outcomes
        for n in (1, 4)
    )
    assert [outcome.case_id for outcome in four] == [id_ for id_, *_ in QUESTIONS]
    assert [replace(outcome, milliseconds={}) for outcome in four] == [
        replace(outcome, milliseconds={}) for outcome in one
    ]
    assert all(outcome.milliseconds["total"] > 0 for outcome in four if outcome.status is not Status.FAILED)


@pytest.mark.usefixtures("data")
def test_limit_takes_the_same_cases_every_time_and_more_of_them_when_it_grows(tmp_path: Path) -> None:
    def ids(limit: int | None, runs: str) -> list[str]:
        finished = run_task(build_task("squad2"), Settings(), runs=tmp_path / runs, split=None, limit=limit)
        return [outcome.case_id for outcome in finished.outcomes]

    picked = [ids(limit, "runs") for limit in (1, 3, 6, 99, None)]
    assert [len(each) for each in picked] == [1, 3, 6, 6, 6]
    assert set(picked[0]) < set(picked[1]) < set(picked[2])
    assert ids(3, "elsewhere") == picked[1] == sorted(picked[1])


@pytest.mark.parametrize("arguments", [("--limit", "0"), ("--limit", "-1"), ("--workers", "0"), ("--limit", "many")])
def test_number_that_makes_no_sense_is_refused(run_eval: RunEval, capsys: Capture, arguments: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as error:
        run_eval("seeds", *arguments)
    assert error.value.code == 2
    assert f"argument {arguments[0]}: " in capsys.readouterr().err


@pytest.mark.usefixtures("data", "counted")
def test_invalid_citation_is_status_1_and_names_its_case(run_eval: RunEval, tmp_path: Path, capsys: Capture) -> None:
    assert run_eval("squad2", "--split", "all") == 0
    path = folder_of(tmp_path) / "cases.jsonl"
    rows = rows_of(path.parent)
    rows[1]["n_invalid"] = 1
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    capsys.readouterr()
    assert run_eval("squad2", "--split", "all") == 1
    out, err = capsys.readouterr()
    assert "| citations equal to their source | 0.750 |" in out
    assert err.strip().startswith("1 citations are not what stands in their documents, in case q2 - see ")


def test_missing_folder_set_and_case_are_each_one_sentence(
    run_eval: RunEval, data: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_eval("qed") == 2
    assert "cannot use 'qed': its set is not there - skipped qed" in one_sentence(capsys)
    queries = data / "queries.jsonl"
    queries.write_text(queries.read_text().split("\n")[0] + "\n")
    statuses = [run_eval("squad2", "--split", split.value) for split in Split]
    assert sorted(statuses) == [0, 2]
    assert "has no case - name another with --split" in capsys.readouterr().err
    monkeypatch.delenv("EVAL_DATA")
    assert run_eval("squad2") == 2
    assert "EVAL_DATA names no folder with public sets - skipped squad2" in one_sentence(capsys)


def test_data_that_cannot_be_used_is_one_sentence(run_eval: RunEval, data: Path, capsys: Capture) -> None:
    queries, corpus = data / "queries.jsonl", data / "corpus.jsonl"
    whole, documents = queries.read_text(), corpus.read_text()
    for path, content, message in (
        (queries, whole[:-30], "queries.jsonl line 6': the file is cut off inside its last line"),
        (queries, whole.replace('"answerable"', '"is_answerable"'), "the field 'answerable' is missing"),
        (corpus, documents.split("\n")[0] + "\n", "its gold document 'tower' is not in the corpus"),
        (corpus, documents.replace(CORPUS["mill"], " "), "document mill"),
    ):
        before = path.read_text()
        path.write_text(content)
        assert run_eval("squad2", "--split", "all") == 2
        assert message in one_sentence(capsys)
        path.write_text(before)


@pytest.mark.usefixtures("data")
def test_settings_and_runs_that_cannot_be_used_are_one_sentence(
    run_eval: RunEval, tmp_path: Path, capsys: Capture
) -> None:
    settings = tmp_path / "my.toml"
    assert run_eval("squad2", "--settings", str(settings)) == 2
    assert "name a TOML file" in one_sentence(capsys)
    for content, message in (("a =", "not TOML"), ("n_evidenc = 3", "no setting is called 'n_evidenc'")):
        settings.write_text(content)
        assert run_eval("squad2", "--settings", str(settings)) == 2
        assert message in one_sentence(capsys)
    assert run_eval("squad2", "--runs", str(settings)) == 2
    assert "name another folder with --runs" in one_sentence(capsys)


@pytest.mark.usefixtures("data")
def test_backend_that_does_not_exist_ends_the_run_and_is_no_failure_of_its_cases(
    run_eval: RunEval, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("RAG_RERANKER", "nothing")
    assert run_eval("squad2", "--split", "all") == 2
    assert "no reranker is called 'nothing'" in one_sentence(capsys)
    assert not (folder_of(tmp_path) / "cases.jsonl").exists()


SLOW = """
import os, time
from pathlib import Path

class Slow:
    id, prompt_id = "slow", ""

    def generate(self, question, evidence, history):
        with Path(os.environ["ASKED"]).open("a") as file:
            file.write(question + "\\n")
        time.sleep(float(os.environ["PAUSE"]))
        yield f"[{evidence[0].number}]"

    def rewrite(self, question, history):
        return question
"""
EVAL = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have told its children to ignore it
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("eval", run_name="__main__")
"""


@pytest.mark.usefixtures("data")
def test_interrupted_run_goes_on_where_it_stopped(
    tmp_path: Path,
    start_python: Callable[..., subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "slow_backend.py").write_text(SLOW)
    monkeypatch.setenv("RAG_GENERATOR", "slow_backend:Slow")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    arguments = (tmp_path, "run", "--task", "squad2", "--split", "all", "--runs", tmp_path / "runs")

    monkeypatch.setenv("PAUSE", "0.5")
    process = start_python(EVAL, *arguments)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if any(path.read_bytes().count(b"\n") >= 2 for path in (tmp_path / "runs").glob("squad2-*/cases.jsonl")):
            break
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.strip() == ""
    assert "stopped - finished cases are kept, and the same command goes on from there" in capfd.readouterr().err
    first = (folder_of(tmp_path) / "cases.jsonl").read_bytes()
    assert 2 <= first.count(b"\n") < 6
    assert first.endswith(b"\n")
    assert not (folder_of(tmp_path) / "summary.md").exists()

    monkeypatch.setenv("PAUSE", "0")
    process = start_python(EVAL, *arguments)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "6 cases: 5 answered, 1 failed." in out
    assert (folder_of(tmp_path) / "cases.jsonl").read_bytes().startswith(first)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert sorted(asked) == sorted(text for _, text, *_ in QUESTIONS if text.strip())
