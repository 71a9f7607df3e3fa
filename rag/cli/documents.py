"""Commands over the documents of a store: `rag add`, `remove`, `list` and `rebuild`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.answers import named
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    QuietOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.reports import print_report, progress_bar
from rag.cli.terminal import EXIT_FAILURE, count, print_json, print_line, short_path

__all__ = ["add", "list_documents", "rebuild", "remove"]


def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add documents, and folders of them, without what a .ragignore there names; unchanged ones cost nothing."""
    hidden = quiet or as_json
    with (
        open_assistant(store, settings, may_make=True) as assistant,
        progress_bar("Adding", hidden=hidden) as on_progress,
    ):
        report = assistant.add(paths, on_progress=on_progress)
    if as_json:
        print_json(asdict(report))
    else:
        print_report(report, quiet=quiet)
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
    print_line(f"{count(len(documents), 'document')} in {short_path(str(store))}")


def rebuild(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Embed all documents anew, after a change of the embedding model or to mend a store."""
    with open_assistant(store, settings) as assistant:
        assistant.rebuild()
        n_documents = len(assistant.documents())
    if as_json:
        print_json({"documents": n_documents})
    else:
        print_line(f"Rebuilt {count(n_documents, 'document')}.")
