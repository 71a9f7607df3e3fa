"""`rag conflicts`: where the documents disagree, and where an outlet corrected itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.documents import progress_bar
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import count, plain, print_json, print_line, short_path
from rag.types import Conflict, Relation, Statement

__all__ = ["conflicts"]

_HEADINGS = {
    Relation.DISAGREEMENT: "Documents disagree",
    Relation.CORRECTION: "Corrected, or told otherwise, by the same outlet",
    Relation.UPDATE: "Figures that grew, no conflict",
}


def conflicts(
    about: Annotated[str, typer.Option("--about", help="Only those with all of these words.", metavar="WORDS")] = "",
    since: Annotated[
        str, typer.Option("--since", help="Only those whose newer sentence is of that day or later.", metavar="DAY")
    ] = "",
    updates: Annotated[bool, typer.Option("--updates", help="Also figures that merely grew.")] = False,
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List pairs of sentences that cannot both be right, and what differs; corrections of one outlet apart.

    Documents that are new since the last time are compared with all others first. English only.
    """
    with (
        open_assistant(store, settings) as assistant,
        progress_bar("Comparing", hidden=as_json) as on_progress,
    ):
        found = assistant.conflicts(
            since=since,
            about=about,
            where=where,
            sources=sources or (),
            with_updates=updates,
            on_progress=on_progress,
        )
    if as_json:
        print_json({"conflicts": [asdict(conflict) for conflict in found]})
        return
    for relation, heading in _HEADINGS.items():
        _print_group(heading, [conflict for conflict in found if conflict.relation is relation])
    if not found:
        print_line("No conflicts found.")


def _print_group(heading: str, found: Sequence[Conflict]) -> None:
    if not found:
        return
    print_line(f"{heading}: {count(len(found), 'pair')}", style="bold")
    for conflict in found:
        print_line(plain(conflict.in_words))
        for side in (conflict.one, conflict.other):
            print_line(f"    {_place(side)}")
            print_line(f"        {plain(side.quote)}")


def _place(side: Statement) -> str:
    said = (side.outlet, side.published[:10], f"{short_path(side.source)}, line {side.line}")
    return plain(", ".join(filter(None, said)))
