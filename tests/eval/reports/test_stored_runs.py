"""A run read back from its folder: whole, torn, of another version, or not there."""

import json
from dataclasses import asdict

import pytest

from eval.cases import DataError
from eval.outcomes import Outcome, OutcomeFile, Status
from eval.reports.stored_runs import read_run
from eval.run import RunRecord


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


def write_run(runs, name, case_ids):
    folder = runs / name
    folder.mkdir(parents=True)
    record = RunRecord(
        task="qed",
        split="report",
        settings_fingerprint="f1",
        data_hash="d1",
        commit="c1",
        machine="m",
        versions={"torch": "2"},
    )
    (folder / "record.json").write_text(json.dumps(asdict(record)))
    file = OutcomeFile(folder / "cases.jsonl")
    for case_id in case_ids:
        file.append(Outcome(case_id=case_id, question="?", status=Status.ABSTAINED, scores={"answered": 0.0}))
    return folder


def ids(run):
    return [outcome.case_id for outcome in run.outcomes]


def test_run_is_found_by_folder_by_name_and_by_how_its_name_begins(runs):
    folder = write_run(runs, "qed-report-1", ["q1", "q2"])
    write_run(runs, "squad2-report-1", ["s1"])
    for name in (str(folder), "qed-report-1", "q"):
        run = read_run(name, runs)
        assert (run.folder, ids(run), run.title, run.is_cut_off) == (folder, ["q1", "q2"], "qed, report half", False)


def test_name_that_is_the_beginning_of_another_is_that_run(runs):
    folder = write_run(runs, "qed-1", ["q1"])
    write_run(runs, "qed-12", ["q2"])
    assert read_run("qed-1", runs).folder == folder


def test_beginning_of_several_names_lists_them(runs):
    write_run(runs, "qed-1", ["q1"])
    write_run(runs, "qed-2", ["q1"])
    with pytest.raises(DataError, match="2 runs begin so - name one of qed-1, qed-2"):
        read_run("qed", runs)


def test_run_that_is_not_there_names_those_that_are(runs):
    with pytest.raises(DataError, match="measure one with `python -m eval run`"):
        read_run("qed", runs)
    write_run(runs, "squad2-1", ["q1"])
    with pytest.raises(DataError, match=r"'qed': it is no run, and none in .* begins so - name one of squad2-1"):
        read_run("qed", runs)


def test_last_line_that_is_cut_off_is_left_out_and_left_alone(runs):
    folder = write_run(runs, "qed-1", ["q1", "q2"])
    path = folder / "cases.jsonl"
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)
    run = read_run("qed", runs)
    assert (ids(run), run.is_cut_off) == (["q1"], True)
    assert path.read_bytes() == torn  # the run may still be writing it


def test_torn_line_in_the_middle_is_named(runs):
    path = write_run(runs, "qed-1", ["q1", "q2"]) / "cases.jsonl"
    path.write_bytes(b'{"case_id":\n' + path.read_bytes())
    with pytest.raises(DataError, match="line 1': it is no outcome of this version - remove the run's folder"):
        read_run("qed", runs)


def test_case_that_was_written_twice_counts_once(runs):
    write_run(runs, "qed-1", ["q1", "q2", "q1"])
    assert ids(read_run("qed", runs)) == ["q1", "q2"]


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"task": "qed"}'])
def test_record_of_another_version_is_refused(runs, record):
    (write_run(runs, "qed-1", ["q1"]) / "record.json").write_text(record)
    with pytest.raises(DataError, match="it is no record of this version - measure the run anew"):
        read_run("qed", runs)


def test_run_without_a_finished_case_is_refused(runs):
    write_run(runs, "qed-1", [])
    with pytest.raises(DataError, match="no case of the run is finished - start the same"):
        read_run("qed", runs)
