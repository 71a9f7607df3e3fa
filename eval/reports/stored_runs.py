"""A run that was measured earlier, read from its folder without changing it: it may still be going on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.cases import DataError
from eval.outcomes import Outcome, outcome_of_line
from eval.run import RunRecord

__all__ = ["StoredRun", "read_run"]

N_NAMED = 8
"""Folders that an error lists."""

_RECORD = TypeAdapter(RunRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """The record of a run and its finished cases, in the order in which they were finished.

    is_cut_off: whether a last line, that of a case being written or lost, was left out.
    """

    folder: Path
    record: RunRecord
    outcomes: tuple[Outcome, ...]
    is_cut_off: bool = False

    @property
    def title(self) -> str:
        """What was measured, such as `qed, report half`."""
        return f"{self.record.task}, {self.record.split} half" if self.record.split != "all" else self.record.task


def read_run(name: str, runs: Path) -> StoredRun:
    """The run in the folder of that name, or in the only folder inside `runs` whose name begins so.

    Raises:
        DataError: there is no such folder or more than one, or what it holds is no run of this version with a
            finished case.
    """
    folder = _folder(name, runs)
    try:
        record = _RECORD.validate_json((folder / "record.json").read_bytes())
    except OSError as error:
        raise DataError(
            str(folder), "it has no record.json that can be read - name a folder that `python -m eval run` made"
        ) from error
    except ValidationError as error:
        raise DataError(
            str(folder / "record.json"), "it is no record of this version - measure the run anew"
        ) from error
    outcomes, is_cut_off = _outcomes(folder / "cases.jsonl")
    if not outcomes:
        raise DataError(str(folder), "no case of the run is finished - start the same `python -m eval run` again")
    return StoredRun(folder=folder, record=record, outcomes=outcomes, is_cut_off=is_cut_off)


def _folder(name: str, runs: Path) -> Path:
    for exact in (Path(name), runs / name):
        if (exact / "record.json").is_file():
            return exact
    found = sorted(path.parent.name for path in runs.glob("*/record.json"))
    matches = [each for each in found if each.startswith(name)]
    if len(matches) == 1:
        return runs / matches[0]
    if matches:
        raise DataError(name, f"{len(matches)} runs begin so - name one of {_listed(matches)}")
    advice = f"name one of {_listed(found)}" if found else "measure one with `python -m eval run`, or give --runs"
    raise DataError(name, f"it is no run, and none in {str(runs)!r} begins so - {advice}")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more


def _outcomes(path: Path) -> tuple[tuple[Outcome, ...], bool]:
    """The outcomes, each case once, and whether a last line was cut off.

    `OutcomeFile.read` would take the last line out of the file, under the hands of a run that is writing it.
    """
    content = path.read_bytes() if path.exists() else b""
    *lines, rest = content.split(b"\n")
    outcome_by_id: dict[str, Outcome] = {}
    for number, line in enumerate(lines, start=1):
        try:
            outcome = outcome_of_line(line)
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}", "it is no outcome of this version - remove the run's folder and measure anew"
            ) from error
        outcome_by_id[outcome.case_id] = outcome
    return tuple(outcome_by_id.values()), bool(rest)
