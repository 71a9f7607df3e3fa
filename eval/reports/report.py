"""One run, to be read: its figures, its times and its worst cases, as Markdown or as a page with plots."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.cases import DataError
from eval.outcomes import Outcome
from eval.reports.markdown import as_inline
from eval.reports.stored_runs import StoredRun, read_run
from eval.reports.worst_cases import WorstCase, worst_cases
from eval.summary import as_markdown as summary_as_markdown
from eval.summary import summarise
from rag import BackendError, RagError

__all__ = ["add_arguments", "as_markdown", "main"]

N_QUOTES = 3
"""Citations shown of a case."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval report`."""
    parser.add_argument("run", metavar="RUN", help="folder of a run, or how its name inside --runs begins")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")
    parser.add_argument("--cases", type=int, default=20, help="at most so many of the worst cases")
    parser.add_argument("--html", action="store_true", help="write report.html into the run's folder")
    parser.add_argument("--output", type=Path, help="write the page into this file instead")


def main(options: argparse.Namespace) -> int:
    """Print the report, or write it as a page; 2 when the run cannot be read or the page cannot be drawn."""
    try:
        if options.cases < 0:
            raise DataError(f"--cases {options.cases}", "it is less than 0 - give a larger number")
        run = read_run(options.run, options.runs)
        if options.html or options.output:
            path = options.output or run.folder / "report.html"
            _write(path, _page(run, n_cases=options.cases))
            print(f"Report: {path}")
        else:
            print(as_markdown(run, n_cases=options.cases))
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def as_markdown(run: StoredRun, *, n_cases: int) -> str:
    """The figures as `summary.md` has them, what they depend on, and at most `n_cases` of the worst cases."""
    record = run.record
    rows = [summary_as_markdown(run.title, run.outcomes, summarise(run.outcomes))]
    rows += [f"Commit {record.commit or 'unknown'}, settings {record.settings_fingerprint}, data {record.data_hash}."]
    if run.is_cut_off:
        rows.append("The last line of cases.jsonl is cut off; its case is left out.")
    cases = worst_cases(run.outcomes, n_cases)
    if cases:
        rows += ["", "## Worst cases", *_listed(cases)]
    return "\n".join(rows) + "\n"


def _listed(cases: Sequence[WorstCase]) -> list[str]:
    rows: list[str] = []
    shown = None
    for fault, outcome in cases:
        if fault is not shown:
            rows += ["", f"### {fault.capitalize()}", ""]
            shown = fault
        rows += [f"- {as_inline(outcome.case_id)}: {as_inline(outcome.question)}{_score(outcome)}"]
        if outcome.error:
            rows.append(f"  - {as_inline(outcome.error)}")
        for place, quote in outcome.citations[:N_QUOTES]:
            rows.append(
                f"  - “{as_inline(quote)}” ({as_inline(place.document_id)} {place.span.start}-{place.span.end})"
            )
    return rows


def _score(outcome: Outcome) -> str:
    return "" if outcome.judgement is None else f" (score {outcome.judgement.score:.2f})"


def _page(run: StoredRun, *, n_cases: int) -> str:
    """The page; what draws it is imported only here, so that the figures can be read without it.

    Raises:
        BackendError: a library that draws the page is not installed.
    """
    try:
        from eval.reports.page import as_html
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in ("matplotlib", "jinja2"):
            raise
        raise BackendError(
            f"cannot draw the page: the package {package!r} is not installed - run `pip install {package}`, or leave "
            "out --html"
        ) from error
    return as_html(run, n_cases=n_cases)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(str(path), f"it cannot be written ({error.strerror}) - name a file with --output") from error
