"""Commands that keep a store (`rag sync`, `watch`, `check`, `prune`, `export`, `import`), and `rag answers`."""

from __future__ import annotations

import re
import signal
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.answering.serialisation import to_dict
from rag.cli.asking import print_citations
from rag.cli.documents import print_changes, print_report, progress_bar
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    QuietOption,
    SettingsOption,
    StoreOption,
    open_assistant,
    read_settings,
    shown_store,
)
from rag.cli.terminal import EXIT_FAILURE, EXIT_WRONG_USE, count, plain, print_json, print_line, short_path
from rag.errors import StoreError
from rag.types import RecordedAnswer

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["answers_app", "check", "export_store", "import_store", "move", "prune", "sync", "watch"]

FolderArgument = Annotated[str, typer.Argument(metavar="FOLDER", help="The folder that the store follows.")]


def sync(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER|LIST", help="A folder, or a file with an address of the web on each line.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Remove all documents of a folder or list that is missing or empty.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make the store hold what a folder holds: new, changed, renamed and missing files. Old citations still open.

    A file that lists addresses is followed in the same way: its pages are fetched as their sites' robots.txt allows.
    """
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
        print_line(f"SHA-256 {report.sha256}")


def import_store(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `rag export` wrote.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a store from an exported file; the folder of the store must be missing or empty."""
    from rag.assistant import Assistant

    n_documents = Assistant.import_store(file, store, read_settings(settings))
    if as_json:
        print_json({"documents": n_documents})
    else:
        print_line(f"Imported {count(n_documents, 'document')} into {short_path(shown_store(store))}.")


def move(
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="A new folder, or the address of an empty database.")
    ],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the whole store to a server, or from one to a folder, without embedding anything anew."""
    with open_assistant(store, settings) as assistant:
        n_documents = assistant.move(to)
    if as_json:
        print_json({"documents": n_documents})
        return
    new, old = short_path(shown_store(to)), short_path(shown_store(store))
    print_line(f"Copied {count(n_documents, 'document')} to {new}. Set RAG_STORE to it; {old} is as it was: delete it")
    print_line("when you no longer need it.")


answers_app = typer.Typer(
    name="answers",
    help="List and clear the recorded answers. How many are kept, and how long, the settings keep_answers and"
    " keep_answers_days say.",
    short_help="List and clear recorded answers.",
    epilog="Example:  rag answers clear --older-than 30d",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

_TIME = re.compile(r"(\d{1,7})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@answers_app.callback(invoke_without_command=True)
def _before_any_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(EXIT_WRONG_USE)


@answers_app.command(name="list", short_help="List what was asked.", epilog="Example:  rag answers list --json")
def list_answers(
    store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False
) -> None:
    """List what was asked, when, and the id of each recorded answer, the last one first."""
    with open_assistant(store, settings) as assistant:
        answers = assistant.answers()
    if as_json:
        print_json({"answers": [{**asdict(answer), "is_stale": answer.is_stale} for answer in answers]})
        return
    for answer in answers:
        rating = "" if answer.rating == "none" else f"  ({answer.rating})"
        print_line(f"{answer.asked_at}  {answer.id}  {plain(answer.question)}{rating}{_staleness(answer)}")
    n_stale = sum(answer.is_stale for answer in answers)
    stale = f", {n_stale:,} stale: `rag answers refresh --all` asks again" if n_stale else ""
    print_line(f"{count(len(answers), 'answer')} recorded{stale}.")


def _staleness(answer: RecordedAnswer) -> str:
    if answer.refreshed_as:
        return f"  (asked again: {answer.refreshed_as})"
    if not answer.stale:
        return ""
    return f"  (stale: {''.join(f'[{number}]' for number in answer.stale)} changed or is gone)"


@answers_app.command(
    name="refresh", short_help="Ask stale answers again.", epilog="Example:  rag answers refresh --all"
)
def refresh_answers(
    answer_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The answer's id, as `rag answers list` shows it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every answer that is stale.")] = False,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask again what was answered with a sentence that has changed since, or is gone; the older answer is kept."""
    if every == (answer_id is not None):
        raise typer.BadParameter("name one answer, or give --all")
    with open_assistant(store, settings) as assistant:
        answers = assistant.refresh_answers() if answer_id is None else (assistant.refresh_answer(answer_id),)
    if as_json:
        print_json({"answers": [to_dict(answer) for answer in answers]})
        return
    for answer in answers:
        print_line(f"{answer.refreshes} → {answer.id}  {plain(answer.question)}", style="bold")
        print_line(answer.text.replace("\n", " "))
        print_citations(answer)
        print_line("")
    print_line(f"{count(len(answers), 'answer')} asked again.")


@answers_app.command(
    name="clear", short_help="Delete recorded answers.", epilog="Example:  rag answers clear --older-than 30d"
)
def clear_answers(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="TIME", help="Only older ones: 12h, 30d or 8w.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete recorded answers, all of them or the older ones; the documents stay as they are."""
    age = None if older_than is None else _read_time(older_than)
    with open_assistant(store, settings) as assistant:
        n_cleared = assistant.clear_answers(older_than=age)
    if as_json:
        print_json({"cleared": n_cleared})
    else:
        print_line(f"Deleted {count(n_cleared, 'answer')}.")


def _read_time(text: str) -> timedelta:
    found = _TIME.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time: write a number with h, d or w, such as 30d")
    return int(found[1]) * _UNITS[found[2]]
