"""The runner over a small set in the form of the public ones."""

import argparse
import json

import pytest

from eval import run
from eval.cases import DataError
from eval.outcomes import OutcomeFile
from eval.summary import summarise

BRIDGE = "The bridge opened in 1932. It is painted grey."
TOWER = "The tower was built by Ada Stone. It leans a little."
QUESTIONS = [
    ("q1", "When did the bridge open?", True, ["bridge"], ["The bridge opened in 1932."]),
    ("q2", "Who built the tower?", True, ["tower"], ["The tower was built by Ada Stone."]),
    ("q3", "Where is the harbour?", False, [], []),
]


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "squad2"
    folder.mkdir(parents=True)
    write_lines(
        folder / "corpus.jsonl",
        [
            {"id": name, "title": name, "text": text, "meta": {}}
            for name, text in (("bridge", BRIDGE), ("tower", TOWER))
        ],
    )
    write_lines(
        folder / "queries.jsonl",
        [
            {
                "id": id_,
                "text": text,
                "answers": [],
                "answerable": answerable,
                "gold_docs": documents,
                "gold_evidence": evidence,
                "type": "",
                "meta": {},
            }
            for id_, text, answerable, documents, evidence in QUESTIONS
        ],
    )
    monkeypatch.setenv("EVAL_DATA", str(folder.parent))
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "0")
    return folder


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_corpus(folder, **texts):
    rows = [{"id": name, "title": name, "text": text, "meta": {}} for name, text in texts.items()]
    write_lines(folder / "corpus.jsonl", rows)


def start(tmp_path, split):
    return run.main(argparse.Namespace(task="squad2", split=split, limit=None, settings=None, runs=tmp_path / "runs"))


def case_files(tmp_path):
    return sorted((tmp_path / "runs").glob("squad2-*/cases.jsonl"))


def test_every_case_of_a_half_has_one_line_and_its_citations_are_valid(data, tmp_path, capsys):
    assert [start(tmp_path, split) for split in ("tune", "report")] == [0, 0]
    rows = [json.loads(line) for path in case_files(tmp_path) for line in path.read_text().splitlines()]
    assert sorted(row["case_id"] for row in rows) == ["q1", "q2", "q3"]
    assert sum(row["n_invalid"] for row in rows) == 0
    by_id = {row["case_id"]: row for row in rows}
    assert ["bridge", {"start": 0, "end": 26}] in by_id["q1"]["citations"]
    assert "citations equal to their source | 1.000" in capsys.readouterr().out


def test_finished_cases_are_not_asked_again(data, tmp_path, monkeypatch):
    start(tmp_path, "tune")
    start(tmp_path, "report")
    before = [path.read_bytes() for path in case_files(tmp_path)]
    monkeypatch.setattr(run, "outcome_of", lambda *_: pytest.fail("asked again"))
    start(tmp_path, "tune")
    start(tmp_path, "report")
    assert [path.read_bytes() for path in case_files(tmp_path)] == before


def test_line_that_was_cut_off_is_asked_again_and_the_others_are_kept(data, tmp_path):
    start(tmp_path, "tune")
    start(tmp_path, "report")
    path = max(case_files(tmp_path), key=lambda path: path.read_text().count("\n"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    n_kept = whole.count(b"\n") - 1
    assert len(OutcomeFile(path).read()) == n_kept
    start(tmp_path, path.parent.name.split("-")[1])
    assert len(OutcomeFile(path).read()) == n_kept + 1


def test_line_of_another_version_is_named(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text('{"case_id": "q1"}\n')
    with pytest.raises(DataError, match=r"line 1.*remove the run's folder"):
        OutcomeFile(path).read()


def test_changed_data_is_another_run(data, tmp_path):
    start(tmp_path, "tune")
    write_lines(
        data / "corpus.jsonl",
        [
            {"id": name, "title": name, "text": f"{text} New.", "meta": {}}
            for name, text in (("bridge", BRIDGE), ("tower", TOWER))
        ],
    )
    start(tmp_path, "tune")
    assert len(list((tmp_path / "runs").glob("squad2-tune-*"))) == 2


def test_without_data_it_says_where_the_sets_come_from(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("EVAL_DATA", raising=False)
    assert start(tmp_path, "tune") == 2
    assert "skipped squad2" in capsys.readouterr().out


def test_truncated_data_is_one_sentence(data, tmp_path, capsys):
    path = data / "queries.jsonl"
    path.write_text(path.read_text()[:-30])
    assert start(tmp_path, "tune") == 2
    assert "queries.jsonl" in capsys.readouterr().err


def test_summary_counts_a_failed_case_as_a_miss(data, tmp_path):
    from dataclasses import replace

    from eval.data_sets import load

    start(tmp_path, "tune")
    start(tmp_path, "report")
    outcomes = {id_: each for path in case_files(tmp_path) for id_, each in OutcomeFile(path).read().items()}
    cases = load("squad2", data.parent).cases
    cited = {line.name: line.interval.figure for line in summarise(cases, outcomes)}["a gold sentence is cited"]
    assert cited == (1.0, 2)
    failed = replace(outcomes["q1"], status="failed", citations=(), evidence=())
    cited = {line.name: line.interval.figure for line in summarise(cases, {**outcomes, "q1": failed})}
    assert cited["a gold sentence is cited"] == (0.5, 2)
    assert cited["failed, of all"].n == 3


def test_run_of_other_code_is_not_continued(data, tmp_path, monkeypatch, capsys):
    assert start(tmp_path, "tune") == 0
    monkeypatch.setattr(run, "_commit", lambda: "another")
    assert start(tmp_path, "tune") == 2
    assert "begun with another commit - remove the folder or name another" in capsys.readouterr().err
