"""What must hold of a run: floors read, figures held to them, and the results as a table and as JUnit XML.

JUnit files are those that GitHub, GitLab and Jenkins read; nothing in them depends on the clock or the machine, so that
the same answers give the same file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from eval.cases import DataError
from eval.measures import MEASURES, Measure
from eval.run import Finished
from eval.statistics import Interval

__all__ = ["Check", "Result", "Suite", "as_junit", "as_markdown", "check_run", "is_failed", "read_floors", "verdict"]


class Result(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNED = "warned"
    """Worse than its floor, by no more than chance allows."""
    FAILED = "failed"
    BROKEN = "broken"
    """It could not be measured."""
    SKIPPED = "skipped"


class Check(NamedTuple):
    """One thing that must hold; `detail` says what was seen, on several lines where there is more to say."""

    task: str
    name: str
    result: Result
    detail: str


class Suite(NamedTuple):
    """Checks that are told together."""

    name: str
    checks: Sequence[Check]


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
    return "\n".join([*rows, "", verdict(checks)]) + "\n"


def verdict(checks: Sequence[Check]) -> str:
    """Whether the gate is passed, and how many checks ended how.

    >>> verdict([Check("seeds", "a", Result.PASSED, ""), Check("seeds", "b", Result.WARNED, "")])
    'passed: 1 passed, 1 warned'
    """
    counts = ", ".join(f"{n} {result}" for result in Result if (n := sum(check.result is result for check in checks)))
    return f"{'FAILED' if is_failed(checks) else 'passed'}: {counts}"


def is_failed(checks: Sequence[Check]) -> bool:
    """Whether one of them failed, or could not be measured."""
    return any(check.result in _TAGS and check.result is not Result.SKIPPED for check in checks)


_TAGS = {Result.FAILED: "failure", Result.BROKEN: "error", Result.SKIPPED: "skipped"}
"""How JUnit files call what did not pass."""
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(*suites: Suite) -> bytes:
    """The suites as JUnit XML, each check a test case; a warning is told as output of a passed one.

    Source: junit-10.xsd of Jenkins' xUnit plugin, of which GitHub's and GitLab's readers take a part.
    """
    root = ET.Element("testsuites")
    for suite in suites:
        counts = {result: str(sum(check.result is result for check in suite.checks)) for result in _TAGS}
        element = ET.SubElement(
            root,
            "testsuite",
            name=suite.name,
            tests=str(len(suite.checks)),
            failures=counts[Result.FAILED],
            errors=counts[Result.BROKEN],
            skipped=counts[Result.SKIPPED],
        )
        for check in suite.checks:
            case = ET.SubElement(element, "testcase", classname=f"eval.{check.task}", name=_one_line(check.name))
            if check.result in _TAGS:
                told = ET.SubElement(case, _TAGS[check.result], message=_one_line(check.detail))
                told.text = _in_xml(check.detail) if "\n" in check.detail else None
            else:
                ET.SubElement(case, "system-out").text = _in_xml(f"{check.result}: {check.detail}")
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _in_xml(text: str) -> str:
    """The text without what XML has no way to write, such as control characters and halves of code points."""
    return _NOT_XML.sub("\ufffd", text)


def _one_line(text: str) -> str:
    return _in_xml(text.partition("\n")[0])
