"""Two runs of a few cases, compared: values worked out by hand, and what cannot be compared."""

import argparse
import json
from dataclasses import asdict

import pytest

from eval.measures import MEASURES
from eval.metrics.citation_overlap import Place
from eval.metrics.figure import Figure
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, OutcomeFile, Quoted, Status
from eval.reports import compare
from eval.reports.compare import Change, Mark, compare_runs
from eval.reports.flips import flips
from eval.reports.stored_runs import read_run
from eval.run import RunRecord
from eval.statistics import Interval
from rag import Span

RECORD = RunRecord(
    task="qed",
    split="report",
    settings_fingerprint="f1",
    data_hash="d1",
    commit="c1",
    machine="m",
    versions={"torch": "2.0"},
)


def row(case_id, status=Status.ANSWERED, **fields):
    fields = {"question": f"{case_id}?", "scores": {}} | fields
    return Outcome(case_id=case_id, status=status, **fields)


def scored(**value_by_case):
    """Rows with a value of one 0/1 measure."""
    return [row(case_id, scores={"evidence_first": value}) for case_id, value in value_by_case.items()]


def write_run(folder, outcomes, **changed):
    folder.mkdir(parents=True)
    (folder / "record.json").write_text(json.dumps(asdict(RECORD) | changed))
    file = OutcomeFile(folder / "cases.jsonl")
    for outcome in outcomes:
        file.append(outcome)
    return read_run(str(folder), folder.parent)


@pytest.fixture
def compared(tmp_path):
    def compared(first, second):
        return compare_runs(write_run(tmp_path / "a", first), write_run(tmp_path / "b", second))

    return compared


def start(tmp_path, *arguments):
    parser = argparse.ArgumentParser()
    compare.add_arguments(parser)
    return compare.main(parser.parse_args(["--runs", str(tmp_path), *arguments]))


def change_of(comparison, key):
    return next(change for change in comparison.changes if change.measure.key == key)


def test_difference_is_over_the_cases_of_both_runs(compared):
    comparison = compared(scored(q1=0, q2=1, q3=0, q4=0), scored(q9=1, q3=1, q2=1, q1=1))
    change = change_of(comparison, "evidence_first")
    assert (change.first, change.second) == (Figure(pytest.approx(1 / 3), 3), Figure(1.0, 3))
    assert change.difference.figure == Figure(pytest.approx(2 / 3), 3)
    assert change.p_value == 0.5  # q1 and q3 differ: 2 of 4 swaps are as extreme
    assert (comparison.case_ids, comparison.only_first, comparison.only_second) == (
        ("q1", "q2", "q3"),
        ("q4",),
        ("q9",),
    )


def test_p_values_are_corrected_for_all_figures_together(compared):
    comparison = compared(scored(q1=0, q2=0), scored(q1=1, q2=1))
    assert [change.measure.key for change in comparison.changes] == ["failed", "evidence_first"]
    assert [change.p_value for change in comparison.changes] == [1.0, 0.5]
    assert [change.holm_p_value for change in comparison.changes] == [1.0, 1.0]


def test_figure_of_the_whole_run_is_compared_too(compared):
    first = [
        row("p", Status.JUDGED, judgement=ScoredPair(True, False, 0.2)),
        row("n", Status.JUDGED, judgement=ScoredPair(False, True, 0.8)),
    ]
    second = [
        row("n", Status.JUDGED, judgement=ScoredPair(False, False, 0.1)),
        row("p", Status.JUDGED, judgement=ScoredPair(True, True, 0.9)),
    ]
    change = change_of(compared(first, second), "auroc")
    assert (change.first.value, change.second.value, change.p_value) == (0.0, 1.0, 0.5)


def test_times_and_texts_are_no_difference(compared):
    first = [row("q1", judgement=ScoredPair(True, True, 0.7), loss=0.0, text="one", milliseconds={"total": 5.0})]
    second = [row("q1", judgement=ScoredPair(True, True, 0.7), loss=0.0, text="two", milliseconds={"total": 9.0})]
    assert {change.mark for change in compared(first, second).changes} == {Mark.SAME}


def test_measure_that_one_run_lacks_is_named_and_not_compared(compared):
    comparison = compared([row("q1", Status.ABSTAINED, judgement=ScoredPair(False, False, 0.1))], [row("q1")])
    assert [change.measure.key for change in comparison.changes] == ["failed"]
    assert MEASURES["abstention_precision"].title in comparison.one_sided


@pytest.mark.parametrize(
    ("key", "difference", "holm", "mark"),
    [
        ("answered", 0.2, 0.01, Mark.BETTER),
        ("answered", -0.2, 0.05, Mark.WORSE),
        ("false_refusal", 0.2, 0.01, Mark.WORSE),
        ("false_refusal", -0.2, 0.01, Mark.BETTER),
        ("answered", 0.2, 0.051, Mark.UNCLEAR),
        ("answered", 0.0, 1.0, Mark.UNCLEAR),
    ],
)
def test_mark_knows_which_way_is_better(key, difference, holm, mark):
    change = Change(
        measure=MEASURES[key],
        first=Figure(0.5, 9),
        second=Figure(0.5 + difference, 9),
        difference=Interval(Figure(difference, 9), -0.3, 0.3),
        p_value=0.01,
        holm_p_value=holm,
    )
    assert change.mark is mark


def test_flips_know_which_way_is_better_and_equal_ones_are_told_once():
    first = [
        row("q1", scores={"answered": 1.0, "false_refusal": 0.0, "evidence_rank": 1.0}),
        row("q2", scores={"answered": 0.0, "false_refusal": 1.0, "evidence_rank": 0.5}),
        row("q3", scores={"answered": 1.0, "false_refusal": 0.0}),
    ]
    second = [
        row("q1", scores={"answered": 0.0, "false_refusal": 1.0, "evidence_rank": 0.0}),
        row("q2", scores={"answered": 1.0, "false_refusal": 0.0}),
        row("q3", scores={"answered": 1.0, "false_refusal": 0.0}),
    ]
    (found,) = flips(first, second)
    assert found.titles == (MEASURES["answered"].title, MEASURES["false_refusal"].title)
    assert (found.worse, found.better) == (("q1",), ("q2",))


def test_claim_that_is_judged_otherwise_flips():
    first = [row(name, Status.JUDGED, judgement=ScoredPair(name == "s", True, 0.8)) for name in ("s", "u")]
    second = [row(name, Status.JUDGED, judgement=ScoredPair(name == "s", False, 0.3)) for name in ("s", "u")]
    (found,) = flips(first, second)
    assert (found.titles, found.worse, found.better) == (("judged rightly",), ("s",), ("u",))


def test_output_lists_what_got_worse_first_and_no_more_than_asked(tmp_path, capsys):
    quoted = Quoted(Place("doc", Span(start=3, end=9)), "A bridge.")
    write_run(tmp_path / "a", [*scored(q1=0), row("q2", scores={"evidence_first": 1}, citations=(quoted,)), row("q3")])
    write_run(tmp_path / "b", [*scored(q1=1), row("q2", Status.ABSTAINED, scores={"evidence_first": 0})], commit="c2")
    assert start(tmp_path, "a", "b", "--flips", "1") == 0
    shown = capsys.readouterr().out
    assert "- commit: c1 → c2" in shown
    assert "- 1 only in A, left out, such as q3" in shown
    assert "## a gold sentence is the first found: 1 worse, 1 better" in shown
    assert "- worse, q2: q2?\n  - A: answered, “A bridge.” (doc 3-9)\n  - B: abstained, cites nothing\n" in shown
    assert "- and 1 more" in shown
    assert "better, q1" not in shown


def test_runs_of_the_same_everything_say_so(tmp_path, capsys):
    write_run(tmp_path / "a", scored(q1=1))
    write_run(tmp_path / "b", scored(q1=1))
    assert start(tmp_path, "a", "b") == 0
    shown = capsys.readouterr().out
    assert "the same commit, settings, machine and versions" in shown
    assert "No case flipped." in shown


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"data_hash": "d2"}, "a run of another data hash, 'd2' and not 'd1'"),
        ({"task": "squad2"}, "a run of another task, 'squad2' and not 'qed'"),
        ({"split": "tune"}, "a run of another half, 'tune' and not 'report'"),
    ],
)
def test_runs_of_different_things_are_not_compared(tmp_path, capsys, changed, told):
    write_run(tmp_path / "a", scored(q1=1))
    write_run(tmp_path / "b", scored(q1=1), **changed)
    assert start(tmp_path, "a", "b") == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_runs_without_a_case_in_common_are_not_compared(tmp_path, capsys):
    write_run(tmp_path / "a", scored(q1=1))
    write_run(tmp_path / "b", scored(q2=1))
    assert start(tmp_path, "a", "b") == 2
    assert "it has no case in common with" in capsys.readouterr().err


def test_runs_without_a_score_in_common_still_compare_how_cases_ended(compared):
    comparison = compared(scored(q1=1), [row("q1", Status.FAILED, scores={"answered": 0.0}, error="no server")])
    (change,) = comparison.changes
    assert (change.measure.key, change.first.value, change.second.value) == ("failed", 0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a", "missing"], "'missing': it is no run"),
        (["a", "a", "--flips", "-1"], "less than 0"),
        (["a", "a", "--json", "no/such/folder/x.json"], "it cannot be written"),
    ],
)
def test_wrong_argument_is_a_sentence(tmp_path, capsys, arguments, told):
    write_run(tmp_path / "a", scored(q1=1))
    assert start(tmp_path, *arguments) == 2
    assert told in capsys.readouterr().err


def test_cut_off_run_is_compared_and_told(tmp_path, capsys):
    write_run(tmp_path / "a", scored(q1=1, q2=1))
    write_run(tmp_path / "b", scored(q1=0, q2=0))
    path = tmp_path / "b" / "cases.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert start(tmp_path, "a", "b") == 0
    shown = capsys.readouterr().out
    assert "the last line of B is cut off, its case left out" in shown
    assert "1 cases in both" in shown


def test_hostile_text_changes_neither_the_page_nor_the_terminal(tmp_path, capsys):
    hostile = "a | b\n# <script>x</script> `c` \x1b[31m \ud800 \u202e"
    place = Place(hostile, Span(start=0, end=1))
    for name, value in (("a", 1.0), ("b", 0.0)):
        one = row(hostile, question=hostile, scores={"answered": value}, citations=(Quoted(place, hostile),))
        write_run(tmp_path / name, [one])
    assert start(tmp_path, "a", "b") == 0
    shown = capsys.readouterr().out
    assert "a \\| b # \\<script\\>x\\</script\\> \\`c\\` \\[31m \ufffd" in shown
    assert not set("\x1b\u202e\ud800") & set(shown)


def test_json_has_every_figure_and_every_flipped_case(tmp_path):
    write_run(tmp_path / "a", scored(q1=0, q2=0))
    write_run(tmp_path / "b", scored(q1=1, q2=1))
    assert start(tmp_path, "a", "b", "--flips", "1", "--json", str(tmp_path / "c.json")) == 0
    found = json.loads((tmp_path / "c.json").read_text())
    assert found["first"]["commit"] == "c1"
    assert found["figures"]["evidence_first"]["difference"] == 1.0
    assert found["figures"]["evidence_first"]["mark"] == "no clear difference"
    assert found["flips"][0]["better"] == ["q1", "q2"]
