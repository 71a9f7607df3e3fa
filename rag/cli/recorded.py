"""`rag answers`: what was asked, and how it is forgotten."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from rag.cli.options import DEFAULT_STORE, JsonOption, SettingsOption, StoreOption, open_assistant
from rag.cli.terminal import EXIT_WRONG_USE, count, plain, print_json, print_line

__all__ = ["answers_app"]

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
        print_json({"answers": [asdict(answer) for answer in answers]})
        return
    for answer in answers:
        rating = "" if answer.rating == "none" else f"  ({answer.rating})"
        print_line(f"{answer.asked_at}  {answer.id}  {plain(answer.question)}{rating}")
    print_line(f"{count(len(answers), 'answer')} recorded.")


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
