"""Commands over the documents of a store (`rag add`, `remove`, `list`, `rebuild`), and what such commands report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from rag.cli.asking import named
from rag.cli.changes import print_edits
from rag.cli.notebooks import found_or_made
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    QuietOption,
    RayOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
    shown_store,
)
from rag.cli.standing import print_questions
from rag.cli.terminal import EXIT_FAILURE, console, count, print_json, print_line, short_path
from rag.types import AddReport, Failure, Progress

__all__ = ["add", "list_documents", "print_changes", "print_report", "progress_bar", "rebuild", "remove"]


def add(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, and addresses on the web."),
    ],
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Of feeds, fetch and add the pages that they lead to.")
    ] = False,
    notebook: Annotated[
        str, typer.Option("--notebook", metavar="NAME", help="Put them into this notebook, which is made if need be.")
    ] = "",
    ray: RayOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add documents, folders of them without what a .ragignore there names, and pages; unchanged ones cost nothing.

    Only addresses that are named here are fetched, and nothing that they lead to without --follow-links.
    """
    hidden = quiet or as_json
    with (
        open_assistant(store, settings, may_make=True, ray=ray) as assistant,
        progress_bar("Adding", hidden=hidden) as on_progress,
    ):
        kept = notebook and found_or_made(assistant, notebook).name
        report = assistant.add(paths, follow_links=follow_links, on_progress=on_progress)
        if kept:
            assistant.put_in_notebook(kept, [*report.added, *report.superseded, *report.unchanged])
    if as_json:
        print_json(asdict(report))
    else:
        print_report(report, quiet=quiet)
    if report.failed:
        raise typer.Exit(EXIT_FAILURE)


def remove(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, addresses, ids.")],
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
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the documents that are searched, or those of them that fit a filter."""
    with open_assistant(store, settings) as assistant:
        documents = assistant.documents(where=where, sources=sources or ())
    if as_json:
        print_json({"documents": [asdict(document) for document in documents]})
        return
    for document in documents:
        print_line(f"{document.id}  {named(document.title, document.source)}", style="bold")
        published = f"published {document.published}, " if document.published else ""
        print_line(f"    {published}{count(document.n_sentences, 'sentence')}, added {document.added_at}")
    print_line(f"{count(len(documents), 'document')} in {short_path(shown_store(store))}")


def rebuild(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Embed all documents anew, after a change of the embedding model or to mend a store."""
    with open_assistant(store, settings) as assistant:
        assistant.rebuild()
        n_documents = len(assistant.documents())
    if as_json:
        print_json({"documents": n_documents})
    else:
        print_line(f"Rebuilt {count(n_documents, 'document')}.")


N_FAILURES = 20
_N_OF_A_REASON = 3


class _FilesColumn(ProgressColumn):
    """Files done, of all."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['n_done']:,}/{task.fields['n_total']:,} files", style="progress.download")


class _RateColumn(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        seconds = task.elapsed or 0.0
        rate = task.fields["n_done"] / seconds if seconds else 0.0
        return Text(f"{rate:,.1f} files/s" if rate else "", style="progress.data.speed")


@contextmanager
def progress_bar(title: str, *, hidden: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error with count, rate and remaining time; nothing when that is not a terminal.

    It fills by bytes, so that it also moves within one long file.
    """
    bar = ProgressBar(
        TextColumn(title),
        BarColumn(),
        _FilesColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=console(to_stderr=True),
        disable=hidden or not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("files", total=None, n_done=0, n_total=0)

        def on_progress(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes_done,
                total=progress.bytes_total,
                n_done=progress.n_done,
                n_total=progress.n_total,
            )

        yield on_progress


def print_report(report: AddReport, *, quiet: bool, would: bool = False) -> None:
    """How many documents, what else there is to know, and what failed.

    would: nothing was done.
    """
    if not quiet:
        said = ", ".join(f"{number:,} {what}" for what, number in _counts(report).items() if number)
        print_line(f"{'Would be: ' if would else ''}{said or 'nothing to add'}.")
        if report.duplicates:
            n = len(report.duplicates)
            print_line(
                f"{count(n, 'document')} {'says' if n == 1 else 'say'} what another one says, and is shown with it."
            )
        for notice in report.notices:
            print_line(notice, to_stderr=True)
        print_edits(report.edits)
        print_questions(report.questions)
    _print_failures(report.failed)


def _counts(report: AddReport) -> dict[str, int]:
    return {
        "added": len(report.added),
        "superseded": len(report.superseded),
        "renamed": len(report.renamed),
        "removed": len(report.removed),
        "unchanged": len(report.unchanged),
        "skipped (no reader for their kind)": len(report.skipped),
        "failed": len(report.failed),
    }


def _print_failures(failures: tuple[Failure, ...]) -> None:
    """Each failure on a line; of very many, how many have each reason, with some of them."""
    if len(failures) <= N_FAILURES:
        for failure in failures:
            print_line(f"failed: {short_path(failure.source)}: {failure.reason}", to_stderr=True)
        return
    by_reason: dict[str, list[str]] = {}
    for failure in failures:
        by_reason.setdefault(failure.reason, []).append(failure.source)
    largest_first = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    for reason, sources in largest_first[:N_FAILURES]:
        named = ", ".join(short_path(source) for source in sources[:_N_OF_A_REASON])
        more = len(sources) - _N_OF_A_REASON
        print_line(
            f"{len(sources):,} failed: {reason}: {named}{f' and {more:,} more' if more > 0 else ''}", to_stderr=True
        )
    left = sum(len(sources) for _, sources in largest_first[N_FAILURES:])
    if left:
        print_line(f"{left:,} failed for other reasons", to_stderr=True)
    print_line("(every one of them: the same command with --json)", to_stderr=True)


def print_changes(report: AddReport) -> None:
    """One line for each document that changed, and for each failure."""
    for what, sources in (("added", report.added), ("superseded", report.superseded), ("removed", report.removed)):
        for source in sources:
            print_line(f"{what}: {short_path(source)}")
    for old, new in report.renamed:
        print_line(f"renamed: {short_path(old)} to {short_path(new)}")
    print_edits(report.edits)
    print_questions(report.questions)
    for failure in report.failed:
        print_line(f"failed: {short_path(failure.source)}: {failure.reason}", to_stderr=True)
