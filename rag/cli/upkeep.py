"""Commands that keep a store: `rag sync`, `watch`, `check`, `prune`, `export` and `import`."""

from __future__ import annotations

import signal
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import DEFAULT_STORE, JsonOption, QuietOption, SettingsOption, StoreOption, open_assistant
from rag.cli.reports import print_changes, print_report, progress_bar
from rag.cli.terminal import EXIT_FAILURE, count, print_json, print_line, short_path
from rag.errors import StoreError

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["check", "export_store", "import_store", "prune", "sync", "watch"]

FolderArgument = Annotated[str, typer.Argument(metavar="FOLDER", help="The folder that the store follows.")]


def sync(
    folder: FolderArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Remove all documents of a folder that is missing or empty.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make the store hold what a folder holds: new, changed, renamed and missing files. Old citations still open."""
    hidden = quiet or as_json
    with (
        open_assistant(store, settings, may_make=True) as assistant,
        progress_bar("Keeping in step", hidden=hidden) as on_progress,
    ):
        report = assistant.sync(folder, dry_run=dry_run, allow_empty=allow_empty, on_progress=on_progress)
    if as_json:
        print_json(asdict(report))
    elif dry_run:
        print_changes(report)
        print_report(report, quiet=quiet, would=True)
    else:
        print_report(report, quiet=quiet)
    if report.failed:
        raise typer.Exit(EXIT_FAILURE)


def watch(
    folder: FolderArgument,
    interval: Annotated[float, typer.Option("--interval", min=0.1, help="Seconds between two looks.")] = 1.0,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Follow a folder while it changes, until Ctrl-C; one line for each change."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with open_assistant(store, settings, may_make=True) as assistant:
            for number, report in enumerate(assistant.watch(folder, interval_seconds=interval)):
                if as_json:
                    print_json(asdict(report))
                elif number == 0:
                    print_report(report, quiet=quiet)
                    if not quiet:
                        print_line(f"Watching {short_path(folder)}; Ctrl-C ends it.")
                else:
                    print_changes(report)
    except KeyboardInterrupt:
        if not (as_json or quiet):
            print_line("Stopped; what was finished is kept.")


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended, and check again.")] = False,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that the store is sound: every text, span, passage, vector and index entry."""
    with open_assistant(store, settings) as assistant:
        found = assistant.check()
        problems = assistant.check(repair=True) if repair and found else found
        answers = _n_answers(assistant)
    mended = {"mended": [problem for problem in found if problem not in problems]} if repair else {}
    if as_json:
        print_json({"problems": problems, **mended, **answers})
    else:
        for problem in mended.get("mended", []):
            print_line(f"mended: {problem}")
        for problem in problems:
            print_line(problem)
        if not problems:
            print_line("The store is sound.")
        if answers.get("answers"):
            print_line(f"{count(answers['answers'], 'answer')} recorded; `rag answers` lists and clears them.")
    if problems:
        raise typer.Exit(EXIT_FAILURE)


def _n_answers(assistant: Assistant) -> dict[str, int]:
    """How many answers are recorded; nothing when the database is too damaged to tell."""
    try:
        return {"answers": len(assistant.answers())}
    except StoreError:
        return {}


def prune(
    days: Annotated[
        int | None,
        typer.Option("--days", min=0, help="Also what was superseded longer ago, with the answers that quote it."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete older versions of documents that no recorded answer quotes, and give the space back."""
    with open_assistant(store, settings) as assistant:
        report = assistant.prune(days=days)
    if as_json:
        print_json(asdict(report))
        return
    answers = f" and {count(report.n_answers, 'answer')} that quoted them" if report.n_answers else ""
    print_line(
        f"Deleted {count(report.n_texts, 'older text')} ({count(report.n_characters, 'character')}){answers}; "
        f"the store is {count(report.bytes_freed, 'byte')} smaller."
    )


def export_store(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, such as store.zip.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole store into one file, as a backup or to take it elsewhere; others may go on writing."""
    with open_assistant(store, settings) as assistant:
        report = assistant.export(file)
    if as_json:
        print_json(asdict(report))
    else:
        written = f"{count(report.n_documents, 'document')}, {count(report.size_bytes, 'byte')}"
        print_line(f"Exported {written}, to {short_path(report.path)}.")


def import_store(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `rag export` wrote.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a store from an exported file; the folder of the store must be missing or empty."""
    from rag.assistant import Assistant

    n_documents = Assistant.import_store(file, store)
    with open_assistant(store, settings):  # settings that cannot be used are told now
        pass
    if as_json:
        print_json({"documents": n_documents})
    else:
        print_line(f"Imported {count(n_documents, 'document')} into {short_path(str(store))}.")
