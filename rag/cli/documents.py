"""Commands over the documents of a store: `rag add`, `remove`, `list`, `check` and `rebuild`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from rag.cli.answers import named
from rag.cli.options import DEFAULT_STORE, JsonOption, QuietOption, SettingsOption, StoreOption, open_assistant
from rag.cli.terminal import EXIT_FAILURE, console, count, print_json, print_line, short_path
from rag.types import AddReport, Progress

__all__ = ["add", "check", "list_documents", "rebuild", "remove"]


def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add documents (.txt, .md, .html) and folders of them; unchanged ones cost nothing."""
    with open_assistant(store, settings) as assistant, _progress_bar(hidden=quiet or as_json) as on_progress:
        report = assistant.add(paths, on_progress=on_progress)
    if as_json:
        print_json(asdict(report))
    else:
        _print_report(report, quiet=quiet)
    if report.failed:
        raise typer.Exit(EXIT_FAILURE)


def remove(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders or document ids.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove documents, with their older versions and all that was made from them."""
    with open_assistant(store, settings) as assistant:
        removed = assistant.remove(sources)
    if as_json:
        print_json({"removed": removed})
    else:
        print_line(f"Removed {count(len(removed), 'document')}.")


def list_documents(
    store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False
) -> None:
    """List the documents that are searched."""
    with open_assistant(store, settings) as assistant:
        documents = assistant.documents()
    if as_json:
        print_json({"documents": [asdict(document) for document in documents]})
        return
    for document in documents:
        print_line(f"{document.id}  {named(document.title, document.source)}", style="bold")
        print_line(f"    {count(document.n_sentences, 'sentence')}, added {document.added_at}")
    print_line(f"{count(len(documents), 'document')} in {short_path(str(store))}")


def check(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Prove that the store is sound: every text, span, passage, vector and index entry."""
    with open_assistant(store, settings) as assistant:
        problems = assistant.check()
    if as_json:
        print_json({"problems": problems})
    elif problems:
        for problem in problems:
            print_line(problem)
    else:
        print_line("The store is sound.")
    if problems:
        raise typer.Exit(EXIT_FAILURE)


def rebuild(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Embed all documents anew, after a change of the embedding model or to mend a store."""
    with open_assistant(store, settings) as assistant:
        assistant.rebuild()
        n_documents = len(assistant.documents())
    if as_json:
        print_json({"documents": n_documents})
    else:
        print_line(f"Rebuilt {count(n_documents, 'document')}.")


class _RateColumn(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} files/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def _progress_bar(*, hidden: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error with count, rate and remaining time; nothing when that is not a terminal."""
    bar = ProgressBar(
        TextColumn("Adding"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=console(to_stderr=True),
        disable=hidden or not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("add", total=None)

        def on_progress(progress: Progress) -> None:
            bar.update(task, completed=progress.n_done, total=progress.n_total)

        yield on_progress


def _print_report(report: AddReport, *, quiet: bool) -> None:
    if not quiet:
        counts = {
            "added": len(report.added),
            "superseded": len(report.superseded),
            "unchanged": len(report.unchanged),
            "skipped (no reader for their kind)": len(report.skipped),
            "failed": len(report.failed),
        }
        said = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
        print_line(f"{said or 'nothing to add'}.")
    for failure in report.failed:
        print_line(f"failed: {short_path(failure.source)}: {failure.reason}", to_stderr=True)
