"""The gate: seeds, mutants, our battery, quick public sets; fails on any invalid citation and a figure below its floor.

The floors stand in `floors.toml`. A figure fails when its whole 95 % interval lies on the wrong side of its floor, so
that a gate over few cases does not fall by chance; one that is merely worse than its floor is told as a warning.
Everything is measured from scratch, offline, into `runs/gate/`, with a JUnit file and a Markdown summary for CI.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from eval.cases import DataError, Split
from eval.data_sets import DATA_SETS, data_folder, missing_files, skipped
from eval.measures import MEASURES, Measure
from eval.run import Finished, run_task, settings_of
from eval.statistics import Interval
from eval.tasks.registry import ASSERTION_TASK, MUTATIONS_TASK, NEWS_TASK, SEEDS_TASK, build_task
from rag import RagError, Settings

__all__ = ["FLOORS", "Check", "Result", "add_arguments", "as_junit", "as_markdown", "check_run", "main", "read_floors"]

FLOORS = Path(__file__).with_name("floors.toml")
N_QUICK = 200
_PARTS: Mapping[str, tuple[Split | None, int | None]] = {
    SEEDS_TASK: (None, None),
    MUTATIONS_TASK: (None, None),
    NEWS_TASK: (Split.REPORT, None),
    ASSERTION_TASK: (None, 1_000),
    **dict.fromkeys(("squad2", "qed", "clapnq"), (None, N_QUICK)),
}
"""Task → the half that is measured, None for both, and how many cases of it, None for all."""


class Result(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNED = "warned"
    """Worse than its floor, by no more than chance allows."""
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(NamedTuple):
    """One thing that must hold; `detail` says what was seen."""

    task: str
    name: str
    result: Result
    detail: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval gate`."""
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--runs", type=Path, default=Path("runs/gate"), help="folder of the gate's runs, made anew")
    parser.add_argument("--floors", type=Path, default=FLOORS, help="TOML file with the floors")
    parser.add_argument("--only", action="append", choices=_PARTS, help="measure this task alone; may be given again")


def main(options: argparse.Namespace) -> int:
    """Measure and check; 1 when a check fails, 2 when nothing can be measured."""
    try:
        floors = read_floors(options.floors)
        settings = settings_of(options.settings)
        shutil.rmtree(options.runs, ignore_errors=True)
        checks = list(_checks(floors, settings, options.runs, options.only or _PARTS))
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped - the gate starts anew the next time", file=sys.stderr)
        return 130
    text = as_markdown(checks)
    (options.runs / "gate.md").write_text(text, encoding="utf-8")
    (options.runs / "junit.xml").write_bytes(as_junit(checks))
    print(text)
    return 1 if any(check.result is Result.FAILED for check in checks) else 0


def read_floors(path: Path) -> Mapping[str, Mapping[str, float]]:
    """Task → key of a measure → floor; for measures where less is better it is a ceiling.

    Raises:
        DataError: the file cannot be read, or names a measure that does not exist, or a floor that is no number.
    """
    try:
        floors = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(str(path), f"{error.strerror} - name a TOML file with floors") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"it is not TOML ({error}) - mend that line") from error
    for task, floor_by_key in floors.items():
        if not isinstance(floor_by_key, dict):
            raise DataError(str(path), f"{task!r} stands outside of a table - write it under [task]")
        for key, floor in floor_by_key.items():
            if key not in MEASURES:
                raise DataError(str(path), f"[{task}] {key!r} is no measure - write one of {', '.join(MEASURES)}")
            if isinstance(floor, bool) or not isinstance(floor, int | float):
                raise DataError(str(path), f"[{task}] {key} = {floor!r} is no number - write one")
    return floors


def _checks(
    floors: Mapping[str, Mapping[str, float]], settings: Settings, runs: Path, names: Iterable[str]
) -> Iterator[Check]:
    folder = data_folder()
    not_there = dict(zip(_incomplete(folder), skipped(folder), strict=True))
    for name in names:
        if name in not_there:
            yield Check(name, "the whole set", Result.SKIPPED, not_there[name])
        else:
            split, limit = _PARTS[name]
            finished = run_task(build_task(name), settings, runs=runs, split=split, limit=limit)
            yield from check_run(finished, floors.get(name, {}))


def _incomplete(folder: Path | None) -> list[str]:
    return [data_set.name for data_set in DATA_SETS.values() if missing_files(data_set, folder)]


def check_run(finished: Finished, floors: Mapping[str, float]) -> Iterator[Check]:
    """Whether every citation of the run is valid, nothing failed, and each figure keeps its floor."""
    task, outcomes = finished.record.task, finished.outcomes
    n_citations = sum(len(outcome.citations) for outcome in outcomes)
    yield Check(
        task,
        "every citation equals its source",
        Result.FAILED if finished.n_invalid else Result.PASSED,
        f"{n_citations - finished.n_invalid:,} of {n_citations:,}",
    )
    errors = [f"{outcome.case_id}: {outcome.error}" for outcome in outcomes if outcome.error]
    yield Check(
        task,
        "no case failed",
        Result.FAILED if errors else Result.PASSED,
        errors[0] if errors else f"{len(outcomes):,} cases",
    )
    found = {line.measure.key: line.interval for line in finished.lines}
    for key, floor in floors.items():
        yield _check_floor(task, MEASURES[key], floor, found.get(key))


def _check_floor(task: str, measure: Measure, floor: float, interval: Interval | None) -> Check:
    bound = "at least" if measure.is_higher_better else "at most"
    name = f"{measure.title}, {bound} {floor:.3f}"
    if interval is None or interval.figure.value is None:
        return Check(task, name, Result.FAILED, "nothing to measure it on")
    value, low, high = interval.figure.value, interval.low, interval.high
    best, worst = (high, value < floor) if measure.is_higher_better else (low, value > floor)
    is_beyond = best is None or (best < floor if measure.is_higher_better else best > floor)
    result = Result.PASSED if not worst else Result.FAILED if is_beyond else Result.WARNED
    bounds = "" if low is None or high is None else f" ({low:.3f}-{high:.3f})"
    return Check(task, name, result, f"{value:.3f}{bounds}, {interval.figure.n:,} cases")


def as_markdown(checks: Sequence[Check]) -> str:
    """The checks as a table, with the verdict below it."""
    rows = ["# Citation gate", "", "| task | what must hold | result | seen |", "|---|---|---|---|"]
    rows += [
        f"| {check.task} | {check.name} | {check.result if check.result is Result.PASSED else f'**{check.result}**'} "
        f"| {check.detail} |"
        for check in checks
    ]
    counts = ", ".join(f"{n} {result}" for result in Result if (n := sum(check.result is result for check in checks)))
    verdict = "FAILED" if any(check.result is Result.FAILED for check in checks) else "passed"
    return "\n".join([*rows, "", f"{verdict}: {counts}"]) + "\n"


def as_junit(checks: Sequence[Check]) -> bytes:
    """The checks as JUnit XML, one test case each; a warning is told as output of a passed one."""
    suite = ET.Element(
        "testsuite",
        name="citation gate",
        tests=str(len(checks)),
        failures=str(sum(check.result is Result.FAILED for check in checks)),
        skipped=str(sum(check.result is Result.SKIPPED for check in checks)),
    )
    for check in checks:
        case = ET.SubElement(suite, "testcase", classname=f"eval.{check.task}", name=check.name)
        tag = {Result.FAILED: "failure", Result.SKIPPED: "skipped"}.get(check.result)
        if tag:
            ET.SubElement(case, tag, message=check.detail)
        else:
            ET.SubElement(case, "system-out").text = f"{check.result}: {check.detail}"
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True))
