"""`rag notebook`: collections of documents, made, named, filled and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SettingsOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import EXIT_WRONG_USE, count, plain, print_json, print_line
from rag.types import Notebook

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["found_or_made", "notebook_app"]

notebook_app = typer.Typer(
    name="notebook",
    help="Collections of documents: `--in 'notebook = Ferries'` searches one.",
    short_help="Keep documents in collections.",
    epilog="Example:  rag notebook put Ferries ~/articles/ferries",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The notebook.")]
OwnerOption = Annotated[str, typer.Option("--owner", metavar="USER", help="Whose it is, in a store with users.")]
SourcesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Files, folders, addresses, ids.")
]


@notebook_app.callback(invoke_without_command=True)
def _before_any_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(EXIT_WRONG_USE)


@notebook_app.command(name="list", short_help="List the notebooks.", epilog="Example:  rag notebook list --json")
def list_notebooks(
    store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False
) -> None:
    """List the notebooks, and how many documents are in each; `rag list --in 'notebook = NAME'` names those."""
    with open_assistant(store, settings) as assistant:
        notebooks = assistant.notebooks()
    if as_json:
        print_json({"notebooks": [asdict(notebook) for notebook in notebooks]})
        return
    for notebook in notebooks:
        print_line(_described(notebook))
    print_line(f"{count(len(notebooks), 'notebook')}.")


@notebook_app.command(name="make", short_help="Make one.", epilog="Example:  rag notebook make Ferries")
def make_notebook(
    name: NameArgument,
    owner: OwnerOption = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a notebook with nothing in it."""
    with open_assistant(store, settings) as assistant:
        _say(assistant.make_notebook(name, owner=owner), as_json=as_json)


@notebook_app.command(
    name="put", short_help="Put documents into one.", epilog="Example:  rag notebook put Ferries ~/articles/ferries"
)
def put_in_notebook(
    name: NameArgument,
    sources: SourcesArgument = None,
    where: WhereOption = "",
    owner: OwnerOption = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put documents of the store into a notebook, which is made if need be; newer versions of them are in it too."""
    with open_assistant(store, settings) as assistant:
        found = _named(assistant, sources, where)
        notebook = found_or_made(assistant, name, owner=owner)
        _say(assistant.put_in_notebook(notebook.name, found, owner=owner), as_json=as_json)


@notebook_app.command(
    name="take-out", short_help="Take documents out of one.", epilog="Example:  rag notebook take-out Ferries old.txt"
)
def take_out_of_notebook(
    name: NameArgument,
    sources: SourcesArgument = None,
    where: WhereOption = "",
    owner: OwnerOption = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take documents out of a notebook; they stay in the store."""
    with open_assistant(store, settings) as assistant:
        found = _named(assistant, sources, where)
        _say(assistant.take_out_of_notebook(name, found, owner=owner), as_json=as_json)


@notebook_app.command(name="rename", short_help="Rename one.", epilog="Example:  rag notebook rename Ferries Boats")
def rename_notebook(
    name: NameArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="What it is called from now on.")],
    owner: OwnerOption = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a notebook another name."""
    with open_assistant(store, settings) as assistant:
        _say(assistant.rename_notebook(name, new_name, owner=owner), as_json=as_json)


@notebook_app.command(name="remove", short_help="Forget one.", epilog="Example:  rag notebook remove Ferries")
def remove_notebook(
    name: NameArgument,
    owner: OwnerOption = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a notebook; its documents stay in the store."""
    with open_assistant(store, settings) as assistant:
        assistant.remove_notebook(name, owner=owner)
    if as_json:
        print_json({"removed": name})
    else:
        print_line(f"Removed notebook {plain(name)}; its documents stay.")


def found_or_made(assistant: Assistant, name: str, *, owner: str = "") -> Notebook:
    """The notebook of that name, made where there is none."""
    wanted = plain(name).lower()
    known = (each for each in assistant.notebooks() if (each.owner, each.name.lower()) == (owner, wanted))
    return next(known, None) or assistant.make_notebook(name, owner=owner)


def _named(assistant: Assistant, sources: Sequence[str] | None, where: str) -> list[str]:
    if bool(sources) == bool(where):
        raise typer.BadParameter("name documents, or give a filter with --in")
    return list(sources) if sources else [document.id for document in assistant.documents(where=where)]


def _say(notebook: Notebook, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(notebook))
    else:
        print_line(_described(notebook))


def _described(notebook: Notebook) -> str:
    owner = f", of {plain(notebook.owner)}" if notebook.owner else ""
    shared = f", shared with {plain(', '.join(notebook.shared_with))}" if notebook.shared_with else ""
    return f"{plain(notebook.name)}: {count(notebook.n_documents, 'document')}{owner}{shared}"
