"""Two runs of the same task: what changed, how surely, and which cases it changed.

Everything is over the cases that both runs finished. A measure of cases is compared by `eval.statistics.compare`, one
of a whole run by `eval.reports.paired.compare_figures`; "better" and "worse" are said only where Holm's correction
leaves a p-value of at most 0.05.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.cases import DataError
from eval.measures import MEASURES, Measure, figure, values_by_case
from eval.metrics.figure import UNDEFINED, Figure, mean
from eval.outcomes import Outcome, Status
from eval.reports.flips import Flips, flips
from eval.reports.markdown import as_inline
from eval.reports.paired import compare_figures, curve_by_case, holm_p_values, mean_by_case
from eval.reports.stored_runs import StoredRun, read_run
from eval.run import RunRecord
from eval.statistics import Interval, compare
from rag import RagError

__all__ = ["Change", "Comparison", "Mark", "add_arguments", "as_json", "as_markdown", "compare_runs", "main"]

ALPHA = 0.05
SMALLEST_P = 0.001
NO_PLACE = "cites nothing"


class Mark(StrEnum):
    """What the second run did to a figure."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "no clear difference"
    SAME = "the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure of both runs.

    difference: second minus first. holm_p_value: the p-value, corrected for the number of figures compared.
    """

    measure: Measure
    first: Figure
    second: Figure
    difference: Interval
    p_value: float
    holm_p_value: float

    @property
    def mark(self) -> Mark:
        """Whether that is better, in the direction of the measure."""
        difference = self.difference.figure.value
        if difference == self.difference.low == self.difference.high == 0:
            return Mark.SAME
        if self.holm_p_value > ALPHA or not difference:
            return Mark.UNCLEAR
        return Mark.BETTER if (difference > 0) == self.measure.is_higher_better else Mark.WORSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two runs.

    case_ids: of both runs; the others are named by run. one_sided: titles of measures that only one run has.
    """

    first: StoredRun
    second: StoredRun
    case_ids: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    changes: tuple[Change, ...]
    one_sided: tuple[str, ...]
    flips: tuple[Flips, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval compare`."""
    parser.add_argument("first", metavar="RUN_A", help="folder of a run, or how its name inside --runs begins")
    parser.add_argument("second", metavar="RUN_B", help="the run to hold against it")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")
    parser.add_argument("--flips", type=int, default=10, help="at most so many flipped cases a measure")
    parser.add_argument("--json", type=Path, help="write everything into this file as well")


def main(options: argparse.Namespace) -> int:
    """Print what changed; 2 when the runs cannot be compared."""
    try:
        if options.flips < 0:
            raise DataError(f"--flips {options.flips}", "it is less than 0 - give a larger number")
        comparison = compare_runs(read_run(options.first, options.runs), read_run(options.second, options.runs))
        if options.json:
            _write(options.json, json.dumps(as_json(comparison), indent=1))
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    print(as_markdown(comparison, n_flips=options.flips))
    return 0


def compare_runs(first: StoredRun, second: StoredRun) -> Comparison:
    """Every figure that both runs have, over the cases that both have.

    Raises:
        DataError: the runs are of different tasks, halves or data, or have no case in common.
    """
    _check_comparable(first, second)
    outcome_by_id = {outcome.case_id: outcome for outcome in second.outcomes}
    ids = tuple(outcome.case_id for outcome in first.outcomes if outcome.case_id in outcome_by_id)
    if not ids:
        raise DataError(str(second.folder), f"it has no case in common with {str(first.folder)!r} - measure more cases")
    ones = [outcome for outcome in first.outcomes if outcome.case_id in outcome_by_id]
    others = [outcome_by_id[case_id] for case_id in ids]
    changes, one_sided = _changes(ones, others)
    return Comparison(
        first=first,
        second=second,
        case_ids=ids,
        only_first=tuple(outcome.case_id for outcome in first.outcomes if outcome.case_id not in outcome_by_id),
        only_second=tuple(case_id for case_id in outcome_by_id if case_id not in set(ids)),
        changes=tuple(changes),
        one_sided=tuple(one_sided),
        flips=tuple(flips(ones, others)),
    )


def _check_comparable(first: StoredRun, second: StoredRun) -> None:
    for field, meaning in (("task", "task"), ("split", "half"), ("data_hash", "data hash")):
        one, other = getattr(first.record, field), getattr(second.record, field)
        if one != other:
            raise DataError(
                str(second.folder),
                f"it is a run of another {meaning}, {other!r} and not {one!r} - compare runs of the same task, half "
                "and data, and measure one of them anew where the data changed",
            )


def _changes(first: Sequence[Outcome], second: Sequence[Outcome]) -> tuple[list[Change], list[str]]:
    """The figures of both, and the titles of those that only one has."""
    measured = [[_measured(outcome) for outcome in outcomes] for outcomes in (first, second)]
    changes: dict[str, Change] = {}
    one_sided = []
    for measure in track(MEASURES.values(), "comparing", transient=True, console=Console(stderr=True)):
        change = _change(measure, *measured)
        if change is not None:
            changes[measure.key] = change
        elif figure(measure, first) != figure(measure, second):
            one_sided.append(measure.title)
    corrected = holm_p_values({key: change.p_value for key, change in changes.items()})
    return [replace(change, holm_p_value=corrected[key]) for key, change in changes.items()], one_sided


def _measured(outcome: Outcome) -> Outcome:
    """What figures are made of; times and texts differ between any two runs."""
    return replace(outcome, milliseconds={}, text="", evidence=(), error="")


def _change(measure: Measure, first: Sequence[Outcome], second: Sequence[Outcome]) -> Change | None:
    """The change before correction; None when no case, or only one of the runs, has the measure."""
    if measure.of_run is not None:
        return _change_of_run(measure, first, second)
    before, after = values_by_case(measure, first), values_by_case(measure, second)
    before = {case_id: value for case_id, value in before.items() if case_id in after}
    after = {case_id: after[case_id] for case_id in before}
    if not before:
        return None
    compared = compare(before, after)
    return Change(
        measure=measure,
        first=mean(before.values()),
        second=mean(after.values()),
        difference=compared.difference,
        p_value=compared.p_value,
        holm_p_value=1.0,
    )


def _change_of_run(measure: Measure, first: Sequence[Outcome], second: Sequence[Outcome]) -> Change | None:
    if measure.weighted_of_run is not None:
        found = compare_figures(first, second, curve_by_case(measure.weighted_of_run))
    elif measure.values_of_run is not None:
        found = compare_figures(first, second, mean_by_case(measure.values_of_run))
    else:
        raise ValueError(f"the measure {measure.key!r} says neither its values nor its weighted form")
    if found.difference.figure == UNDEFINED:
        return None
    return Change(measure=measure, **found._asdict(), holm_p_value=1.0)


def as_markdown(comparison: Comparison, *, n_flips: int) -> str:
    """The comparison for people.

    n_flips: flipped cases shown for each measure, at most; those that got worse come first.
    """
    first, second = comparison.first, comparison.second
    rows = [f"# {first.title}: A against B", "", f"- A: {first.folder}", f"- B: {second.folder}"]
    rows += [f"- {line}" for line in _differing(first.record, second.record)]
    rows += [f"- {line}" for line in _counted(comparison)]
    rows += ["", *_table(comparison.changes), ""]
    rows.append(
        "Difference: B minus A, with its 95 % interval. p: paired permutation test; Holm: the same, corrected for "
        f"{len(comparison.changes)} figures. Better and worse need a corrected p of at most {ALPHA}."
    )
    if comparison.one_sided:
        rows += ["", f"Not compared, since only one run has a value: {'; '.join(comparison.one_sided)}."]
    ones, others = ({outcome.case_id: outcome for outcome in run.outcomes} for run in (first, second))
    pairs = {case_id: (ones[case_id], others[case_id]) for case_id in comparison.case_ids}
    for each in comparison.flips:
        rows += ["", *_flipped(each, pairs, n_flips)]
    if not comparison.flips:
        rows += ["", "No case flipped."]
    return "\n".join(rows) + "\n"


def _differing(first: RunRecord, second: RunRecord) -> list[str]:
    """What else the runs depend on, where it is not the same."""
    one, other = _facts(first), _facts(second)
    lines = [
        f"{name}: {one.get(name) or 'none'} → {other.get(name) or 'none'}"
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    ]
    return lines or ["the same commit, settings, machine and versions"]


def _facts(record: RunRecord) -> dict[str, str]:
    fixed = {"commit": record.commit, "settings": record.settings_fingerprint, "machine": record.machine}
    return {**fixed, **record.versions}


def _counted(comparison: Comparison) -> list[str]:
    lines = [f"{len(comparison.case_ids):,} cases in both"]
    for name, run, only in (
        ("A", comparison.first, comparison.only_first),
        ("B", comparison.second, comparison.only_second),
    ):
        if only:
            lines.append(f"{len(only):,} only in {name}, left out, such as {as_inline(only[0])}")
        if run.is_cut_off:
            lines.append(f"the last line of {name} is cut off, its case left out")
    return lines


def _table(changes: Sequence[Change]) -> list[str]:
    rows = ["| figure | A | B | difference | 95 % interval | p | Holm | | cases |", "|---" * 9 + "|"]
    for change in changes:
        figure, low, high = change.difference
        bounds = "" if low is None or high is None else f"{low:+.3f} to {high:+.3f}"
        n = f"{change.first.n:,}" if change.first.n == change.second.n else f"{change.first.n:,} / {change.second.n:,}"
        rows.append(
            f"| {change.measure.title} | {change.first.value:.3f} | {change.second.value:.3f} | {figure.value:+.3f} "
            f"| {bounds} | {_p(change.p_value)} | {_p(change.holm_p_value)} | {change.mark} | {n} |"
        )
    return rows


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= SMALLEST_P else f"< {SMALLEST_P}"


def _flipped(flipped: Flips, pairs: Mapping[str, tuple[Outcome, Outcome]], n_flips: int) -> list[str]:
    rows = [f"## {'; '.join(flipped.titles)}: {len(flipped.worse)} worse, {len(flipped.better)} better", ""]
    listed = [(case_id, Mark.WORSE) for case_id in flipped.worse]
    listed += [(case_id, Mark.BETTER) for case_id in flipped.better]
    for case_id, mark in listed[:n_flips]:
        one, other = pairs[case_id]
        rows += [f"- {mark}, {as_inline(case_id)}: {as_inline(one.question)}"]
        rows += [f"  - A: {_told(one)}", f"  - B: {_told(other)}"]
    if len(listed) > n_flips:
        rows.append(f"- and {len(listed) - n_flips:,} more")
    return rows


def _told(outcome: Outcome) -> str:
    """How the case ended, with the first citation or whatever there is in its place."""
    if outcome.status is Status.FAILED:
        return f"{outcome.status}, {as_inline(outcome.error)}"
    if outcome.status is Status.JUDGED:
        judgement = outcome.judgement
        if judgement is None:
            return as_inline(outcome.text)
        return f"{'accepted' if judgement.is_accepted else 'refused'} with a score of {judgement.score:.2f}"
    if not outcome.citations:
        return f"{outcome.status}, {NO_PLACE}"
    place, quote = outcome.citations[0]
    cited = f"{as_inline(place.document_id)} {place.span.start}-{place.span.end}"
    return f"{outcome.status}, “{as_inline(quote)}” ({cited})"


def as_json(comparison: Comparison) -> Mapping[str, object]:
    """The same for programs; measures by key, every flipped case."""
    return {
        "first": {"folder": str(comparison.first.folder), **asdict(comparison.first.record)},
        "second": {"folder": str(comparison.second.folder), **asdict(comparison.second.record)},
        "n_cases": len(comparison.case_ids),
        "only_first": comparison.only_first,
        "only_second": comparison.only_second,
        "figures": {change.measure.key: _change_as_json(change) for change in comparison.changes},
        "flips": [flipped._asdict() for flipped in comparison.flips],
    }


def _change_as_json(change: Change) -> Mapping[str, object]:
    return {
        "first": change.first._asdict(),
        "second": change.second._asdict(),
        "difference": change.difference.figure.value,
        "low": change.difference.low,
        "high": change.difference.high,
        "p_value": change.p_value,
        "holm_p_value": change.holm_p_value,
        "mark": change.mark,
    }


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(str(path), f"it cannot be written ({error.strerror}) - name another file") from error
