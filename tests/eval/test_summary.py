"""The table of a run says what its JSON says, and how the cases ended."""

from __future__ import annotations

import json

import pytest

from eval.metrics.figure import Figure
from eval.outcomes import Outcome, Status, failed
from eval.summary import StageTime, as_json, as_markdown, stage_times, summarise
from rag import QuestionError


def row(case_id: str, status: Status = Status.ANSWERED, **fields: object) -> Outcome:
    return Outcome(case_id=case_id, question="?", status=status, **({"scores": {}} | fields))  # type: ignore[arg-type]


ROWS = [
    row("q1", Status.ABSTAINED, scores={"answered": 0.0}, milliseconds={"embed": 1.0, "total": 2.0}),
    row("q2", scores={"answered": 1.0}, milliseconds={"embed": 3.0, "generate": 5.0, "total": 9.0}),
    row(
        "q3", scores={"answered": 1.0, "citation_f1": 0.25}, milliseconds={"embed": 2.0, "generate": 7.0, "total": 10.0}
    ),
    failed(
        "q4", "?", is_positive=True, scores={"answered": 0.0, "citation_f1": 0.0}, error=QuestionError("cannot\n - ask")
    ),
]


def test_figures_that_no_case_defines_are_left_out() -> None:
    found = {line.measure.key: line.interval.figure for line in summarise(ROWS)}
    assert found["answered"] == Figure(0.5, 4)
    assert found["citation_f1"] == Figure(0.125, 2)
    assert found["failed"] == Figure(0.25, 4)
    assert not found.keys() & {"gold_cited", "citation_validity", "support_recall"}
    assert summarise([]) == []


def test_stages_stand_in_the_order_in_which_they_run_whoever_skips_one() -> None:
    assert stage_times(ROWS) == [
        StageTime("embed", 2.0, 3.0, 3),
        StageTime("generate", 6.0, 7.0, 2),
        StageTime("total", 9.0, 10.0, 3),
    ]
    assert stage_times([row("q1")]) == []


def test_percentile_is_the_time_that_a_twentieth_of_the_questions_exceeds() -> None:
    rows = [row(str(number), milliseconds={"total": float(number)}) for number in range(1, 101)]
    (total,) = stage_times(rows)
    assert (total.median_ms, total.p95_ms, total.n) == (50.5, 95.0, 100)


def test_table_has_ends_failures_figures_and_times() -> None:
    text = as_markdown("squad2, report half", ROWS, summarise(ROWS))
    assert text.startswith(
        "# squad2, report half\n\n4 cases: 1 abstained, 2 answered, 1 failed.\n\n"
        "First failure, case 'q4': cannot - ask\n\n| figure | value | 95 % interval | cases |\n"
    )
    assert "| answered, of the answerable | 0.500 | 0.150-0.850 | 4 |" in text
    assert "| generate | 6.0 ms | 7.0 ms | 2 |" in text
    assert "First failure" not in as_markdown("seeds", ROWS[:3], summarise(ROWS[:3]))


def test_json_says_the_same_as_the_table() -> None:
    lines = summarise(ROWS)
    found = json.loads(json.dumps(as_json(ROWS, lines)))
    assert (found["n_cases"], found["ends"]) == (4, {"abstained": 1, "answered": 2, "failed": 1})
    assert found["milliseconds"]["total"] == {"median": 9.0, "p95": 10.0, "n": 3}
    table = as_markdown("seeds", ROWS, lines)
    assert list(found["figures"]) == [line.measure.key for line in lines]
    for line in lines:
        each = found["figures"][line.measure.key]
        bounds = f"{each['low']:.3f}-{each['high']:.3f}"
        assert f"| {line.measure.title} | {each['value']:.3f} | {bounds} | {each['n']} |" in table


def test_figure_without_an_interval_has_no_bounds() -> None:
    from eval.measures import MEASURES
    from eval.statistics import Interval
    from eval.summary import Line

    line = Line(MEASURES["auroc"], Interval(Figure(1.0, 2), None, None))
    assert f"| {line.measure.title} | 1.000 |  | 2 |" in as_markdown("seeds", [], [line])
    assert as_json([], [line])["figures"] == {"auroc": {"value": 1.0, "low": None, "high": None, "n": 2}}


@pytest.mark.parametrize("status", Status)
def test_every_way_to_end_is_counted(status: Status) -> None:
    assert as_json([row("q1", status)], [])["ends"] == {status.value: 1}


def test_kinds_of_questions_have_a_table_of_their_own() -> None:
    rows = [
        row("q1", kind="who", scores={"gold_cited": 1.0, "words_shown": 30.0}),
        row("q2", kind="who", scores={"gold_cited": 0.0, "words_shown": 10.0}),
        row("q3", kind="unstated", scores={"abstained": 1.0, "misleading": 0.0}),
    ]
    text = as_markdown("news", rows, summarise(rows))
    assert "| unstated | 1 |  |  |  | 1 | 0 |  |  |" in text
    assert "| who | 2 |  | 0.5 |  |  |  | 10 |  |" in text
    assert "| kind |" not in as_markdown("seeds", ROWS, summarise(ROWS))
