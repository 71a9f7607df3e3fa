"""The figures of one run, each with its 95 % interval and the number of cases behind it, as a table and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eval.measures import MEASURES, Measure, figure, interval
from eval.outcomes import Outcome, Status
from eval.statistics import Interval

__all__ = ["Line", "StageTime", "as_json", "as_markdown", "stage_times", "summarise"]


class Line(NamedTuple):
    """One figure."""

    measure: Measure
    interval: Interval


class StageTime(NamedTuple):
    """How long a stage of answering takes, in milliseconds over the questions that were asked."""

    stage: str
    median_ms: float
    p95_ms: float
    n: int


def summarise(outcomes: Sequence[Outcome]) -> list[Line]:
    """Every figure that is defined over these outcomes; each case counts, a failed one as a wrong answer."""
    lines = [Line(measure, interval(measure, outcomes)) for measure in MEASURES.values()]
    return [line for line in lines if line.interval.figure.value is not None]


def stage_times(outcomes: Sequence[Outcome]) -> list[StageTime]:
    """Time by stage, in the order in which stages run; of answers that skip a stage it is not counted."""
    longest_first = sorted(outcomes, key=lambda outcome: -len(outcome.milliseconds))  # one that ran every stage
    stages = dict.fromkeys(stage for outcome in longest_first for stage in outcome.milliseconds)
    times = []
    for stage in stages:
        values = sorted(outcome.milliseconds[stage] for outcome in outcomes if stage in outcome.milliseconds)
        p95 = values[min(len(values) - 1, round(0.95 * (len(values) - 1)))]
        times.append(StageTime(stage, statistics.median(values), p95, len(values)))
    return times


def as_markdown(title: str, outcomes: Sequence[Outcome], lines: Sequence[Line]) -> str:
    """A table of the figures, with how the cases ended above it and the times below it."""
    ends = ", ".join(f"{count:,} {status}" for status, count in _ends(outcomes).items())
    rows = [f"# {title}", "", f"{len(outcomes):,} cases: {ends}.", ""]
    first_failed = next((outcome for outcome in outcomes if outcome.status is Status.FAILED), None)
    if first_failed:
        rows += [f"First failure, case {first_failed.case_id!r}: {' '.join(first_failed.error.split())}", ""]
    rows += ["| figure | value | 95 % interval | cases |", "|---|---|---|---|"]
    for measure, (found, low, high) in lines:
        bounds = "" if low is None or high is None else f"{low:.3f}-{high:.3f}"
        rows.append(f"| {measure.title} | {found.value:.3f} | {bounds} | {found.n:,} |")
    rows += _by_kind(outcomes)
    times = stage_times(outcomes)
    if times:
        rows += ["", "| stage | median | 95th percentile | questions |", "|---|---|---|---|"]
        rows += [f"| {time.stage} | {time.median_ms:.1f} ms | {time.p95_ms:.1f} ms | {time.n:,} |" for time in times]
    return "\n".join(rows) + "\n"


_OF_A_KIND = {
    "gold_first_cited": "first citation gold",
    "gold_cited": "gold cited",
    "false_refusal": "false refusals",
    "abstained": "declined",
    "misleading": "misleading",
    "words_shown": "words, median",
    "cut_quotation": "quotations cut",
}
"""The measures that are told for each kind of question, with short titles."""


def _by_kind(outcomes: Sequence[Outcome]) -> list[str]:
    """A table with a line for each kind of question; none when the set names no kinds."""
    kinds = sorted({outcome.kind for outcome in outcomes} - {""})
    if not kinds:
        return []
    rows = ["", f"| kind | cases | {' | '.join(_OF_A_KIND.values())} |", f"|{'---|' * (len(_OF_A_KIND) + 2)}"]
    for kind in kinds:
        own = [outcome for outcome in outcomes if outcome.kind == kind]
        values = [figure(MEASURES[key], own).value for key in _OF_A_KIND]
        rows.append(f"| {kind} | {len(own):,} | {' | '.join('' if v is None else f'{v:.3g}' for v in values)} |")
    return rows


def as_json(outcomes: Sequence[Outcome], lines: Sequence[Line]) -> Mapping[str, object]:
    """The same for programs: figures by key, counts by status, times by stage."""
    return {
        "n_cases": len(outcomes),
        "ends": _ends(outcomes),
        "figures": {
            measure.key: {"value": found.value, "low": low, "high": high, "n": found.n}
            for measure, (found, low, high) in lines
        },
        "milliseconds": {
            time.stage: {"median": time.median_ms, "p95": time.p95_ms, "n": time.n} for time in stage_times(outcomes)
        },
    }


def _ends(outcomes: Sequence[Outcome]) -> dict[str, int]:
    statuses = [str(outcome.status) for outcome in outcomes]
    return {status: statuses.count(status) for status in sorted(set(statuses))}
