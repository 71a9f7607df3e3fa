"""The gate: seeds, mutants, our battery, quick public sets; fails on any invalid citation and a figure below its floor.

The floors stand in `floors.toml`. A figure fails when its whole 95 % interval lies on the wrong side of its floor, so
that a gate over few cases does not fall by chance; one that is merely worse than its floor is told as a warning.
Everything is measured from scratch, offline, into `runs/gate/`, with a JUnit file and a Markdown summary for CI. With
`--questions` it measures those and nothing else: see `eval.questions.gate`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eval.cases import Split
from eval.checks import Check, Result, Suite, as_junit, as_markdown, check_run, is_failed, read_floors
from eval.data_sets import DATA_SETS, data_folder, missing_files, skipped
from eval.questions.gate import OwnGate
from eval.run import run_task, settings_of
from eval.tasks.registry import ASSERTION_TASK, MUTATIONS_TASK, NEWS_TASK, SEEDS_TASK, build_task
from rag import RagError, Settings

__all__ = ["FLOORS", "add_arguments", "main"]

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval gate`."""
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--runs", type=Path, default=Path("runs/gate"), help="folder of the gate's runs, made anew")
    parser.add_argument(
        "--floors", type=Path, help="TOML file with the floors; without, questions of your own all hold"
    )
    parser.add_argument("--junit", type=Path, help="where the JUnit file goes; else into the folder of the runs")
    parser.add_argument("--only", action="append", choices=_PARTS, help="measure this task alone; may be given again")
    own = parser.add_argument_group("questions of your own")
    own.add_argument("--questions", type=Path, metavar="FILE", help="measure these, one a line, and nothing else")
    own.add_argument("--documents", type=Path, metavar="FOLDER", help="what they are asked about")
    own.add_argument("--drafts", action="store_true", help="measure drafts, too, which nobody has accepted")
    own.add_argument("--workers", type=int, default=1, help="questions at a time; more is for language-model servers")


def main(options: argparse.Namespace) -> int:
    """Measure and check; 1 when a check fails, 2 when nothing can be measured."""
    try:
        if options.questions or options.documents:
            return OwnGate.of_options(options).run()
        floors = read_floors(options.floors or FLOORS)
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
    (options.junit or options.runs / "junit.xml").write_bytes(as_junit(Suite("citation gate", checks)))
    print(text)
    return int(is_failed(checks))


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
