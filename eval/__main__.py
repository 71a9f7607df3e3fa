"""`python -m eval TASK`: measure one thing and print its table."""

from __future__ import annotations

import argparse
import importlib
import sys

TASKS = {
    "chat": "eval.speed.chat",
    "compare": "eval.reports.compare",
    "convert": "eval.public.convert",
    "gate": "eval.gate",
    "ingest": "eval.speed.ingest",
    "corroboration": "eval.corroboration.measure",
    "damage": "eval.robustness.damage",
    "drafts": "eval.drafts.measure",
    "fuzz": "eval.robustness.fuzz",
    "ocr": "eval.ocr",
    "new": "eval.questions.new",
    "kills": "eval.robustness.kills",
    "load": "eval.speed.load",
    "peers": "eval.peers.compare",
    "quotes": "eval.tasks.quotes",
    "report": "eval.reports.report",
    "run": "eval.run",
    "scale": "eval.speed.scale",
    "segmentation": "eval.tasks.segmentation",
}
"""Sub-command → module with `add_arguments(parser)` and `main(options) -> int`; its docstring's first line is the help.

A module is imported only when its task is asked for, so that one task's libraries never break another's.
"""


def run(arguments: list[str]) -> int:
    """The exit status of the task that `arguments` name."""
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measure one thing and print its table.")
    parser.add_argument("task", choices=sorted(TASKS))
    task = importlib.import_module(TASKS[parser.parse_args(arguments[:1]).task])
    task_parser = argparse.ArgumentParser(
        prog=f"python -m eval {arguments[0]}", description=(task.__doc__ or "").partition("\n")[0]
    )
    task.add_arguments(task_parser)
    status: int = task.main(task_parser.parse_args(arguments[1:]))
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
