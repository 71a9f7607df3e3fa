"""`rag timeline`: what the documents say happened when, on screen, as CSV, Markdown or JSON."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.cli.asking import named
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import count, print_json, print_line, write
from rag.newsroom.serialisation import timeline_to_dict
from rag.newsroom.timeline_files import as_csv, as_markdown
from rag.types import DateOrigin, Timeline, TimelineRow

__all__ = ["timeline"]


def timeline(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What it is about, such as 'ferry contract'.")],
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="Only from that day, month or year on, such as 2025-03.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DAY", help="Only up to that day, month or year, included.")
    ] = "",
    where: WhereOption = "",
    sources: SourcesOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print it as CSV, for a spreadsheet.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as a table in Markdown.")] = False,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the sentences about a subject in the order of their dates, and where two say different numbers."""
    if csv + markdown + as_json > 1:
        raise typer.BadParameter("give one of --csv, --markdown and --json")
    with open_assistant(store, settings) as assistant:
        found = assistant.timeline(subject, since=since, until=until, where=where, sources=sources or ())
    if as_json:
        print_json(timeline_to_dict(found))
    elif csv:
        # Not `write`, which replaces what could steer a terminal: a file gets every letter.
        sys.stdout.write(as_csv(found) if not sys.stdout.isatty() else as_csv(found).replace("\x1b", ""))
        sys.stdout.flush()
    elif markdown:
        write(as_markdown(found))
    else:
        _print(found)


def _print(found: Timeline) -> None:
    for row in found.rows:
        said = f", {row.assertion.in_words}" if row.assertion.in_words else ""
        print_line(f"{row.number:>3}  {row.date:<10}  {row.quote}")
        print_line(f"                 {named(row.title, row.source)}{said}; {_how(row)}", style="dim")
    for conflict in found.conflicts:
        one, other = conflict.rows
        print_line(f"Rows {one} and {other} say different numbers: {conflict.reason}.", style="bold")
    left = {"of other days": found.n_outside, "without any date": found.n_undated}
    said = ", ".join(f"{n:,} {what}" for what, n in left.items() if n)
    print_line(f"{count(len(found.rows), 'dated sentence')} about it{f'; left out: {said}' if said else ''}.")


def _how(row: TimelineRow) -> str:
    if row.origin is DateOrigin.PUBLISHED:
        return "the day it was published"
    if row.origin is DateOrigin.RELATIVE:
        return f"“{row.words}”, published {row.published[:10]}"
    return f"“{row.words}”"
