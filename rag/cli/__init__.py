"""The `rag` command: every surface of the assistant that fits into a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn

import typer

from rag.assembly.version import program_version
from rag.cli.asking import ask, show
from rag.cli.changes import diff
from rag.cli.chat import chat
from rag.cli.conflicts import conflicts
from rag.cli.documents import add, list_documents, rebuild, remove
from rag.cli.drafts import check_draft
from rag.cli.models import models_app
from rag.cli.notebooks import notebook_app
from rag.cli.proof import bundle, cite
from rag.cli.quotes import quotes, speakers
from rag.cli.serve import serve
from rag.cli.standing import watch_question
from rag.cli.terminal import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_WRONG_USE, print_line
from rag.cli.timeline import timeline
from rag.cli.upkeep import answers_app, check, export_store, import_store, move, prune, sync, watch
from rag.errors import QuestionError, RagError, SettingsError, disk_refusal

__all__ = ["app", "main"]

app = typer.Typer(
    name="rag",
    help="Ask your documents. Every answer is made of their own sentences, with the place where each stands.",
    epilog='Example:  rag add ~/articles && rag ask "what did Rubio say about territory?"',
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors that were foreseen end in one sentence, never in a traceback.

    Args:
        arguments: those of the process when None.

    Raises:
        SystemExit: always; 0 for success, 1 for a failure, 2 for wrong use, 130 when interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Unicode gets escapes, not a crash
    try:
        code = app(arguments, prog_name="rag", standalone_mode=False)
    except typer.TyperException as error:
        _fail(_explain_wrong_use(error), EXIT_WRONG_USE)
    except (SettingsError, QuestionError) as error:
        _fail(str(error), EXIT_WRONG_USE)
    except RagError as error:
        _fail(str(error), EXIT_FAILURE)
    except OSError as error:
        refusal = disk_refusal(error)
        said = f"{error.filename}: {refusal}" if refusal and error.filename else refusal
        _fail(f"cannot go on: {said or f'{error} - check the place named'}", EXIT_FAILURE)
    if code == EXIT_INTERRUPTED:  # what the framework makes of Ctrl-C
        _fail("stopped - what was finished is kept, and the same command goes on from there", EXIT_INTERRUPTED)
    sys.exit(code)


@app.callback(invoke_without_command=True)
def _before_any_command(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version, and exit.")] = False,
) -> None:
    if version:
        print_line(f"Chapter and Verse {program_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(EXIT_WRONG_USE)


def _command(name: str, function: Callable[..., None], *, short_help: str, example: str) -> None:
    app.command(name=name, short_help=short_help, epilog=f"Example:  {example}")(function)


_command(
    "add",
    add,
    short_help="Add files, folders and pages.",
    example="rag add ~/articles report.html https://example.org/news.html",
)
_command("sync", sync, short_help="Keep in step with a folder or list.", example="rag sync ~/articles --dry-run")
_command("watch", watch, short_help="Follow a folder.", example="rag watch ~/articles")
_command("remove", remove, short_help="Remove documents.", example="rag remove ~/articles/old.txt")
_command("list", list_documents, short_help="List the documents.", example="rag list --json")
_command(
    "ask",
    ask,
    short_help="Answer a question, with citations.",
    example='rag ask "what did Rubio say about territory?"',
)
_command("chat", chat, short_help="Ask one question after another.", example="rag chat --llm none")
_command("show", show, short_help="Show a citation in its place.", example="rag show 2")
_command("bundle", bundle, short_help="Write an answer with its proof.", example="rag bundle last proof.zip")
_command("cite", cite, short_help="Write references.", example="rag cite last --format bibtex --out sources.bib")
_command("quotes", quotes, short_help="Show what somebody said.", example="rag quotes Zelenskyy --about trust")
_command("speakers", speakers, short_help="List who speaks.", example="rag speakers --in 'published >= 2025'")
_command(
    "check-draft",
    check_draft,
    short_help="Hold a draft against the documents.",
    example="rag check-draft article.docx --html report.html",
)
_command("serve", serve, short_help="Serve answers to programs.", example="rag serve --port 8000")
_command("diff", diff, short_help="Show what changed in documents.", example="rag diff report.pdf --from 1 --to 3")
_command(
    "timeline",
    timeline,
    short_help="Show what happened when.",
    example='rag timeline "ferry contract" --since 2025-03',
)
_command(
    "watch-question",
    watch_question,
    short_help="Keep a question that is asked again.",
    example='rag watch-question "When does the bridge open?"',
)
_command(
    "conflicts",
    conflicts,
    short_help="List where documents disagree.",
    example='rag conflicts --since 2025-03-01 --about "ferry"',
)
_command("check", check, short_help="Prove that the store is sound.", example="rag check --repair")
_command("prune", prune, short_help="Delete older versions.", example="rag prune --days 90")
_command("export", export_store, short_help="Write a backup.", example="rag export store.zip")
_command("import", import_store, short_help="Restore a backup.", example="rag import store.zip --store ./store")
_command(
    "move",
    move,
    short_help="Take the store to a server, or back.",
    example="rag move --to postgresql+psycopg://anna@db.example/news",
)
_command(
    "rebuild",
    rebuild,
    short_help="Embed all documents anew.",
    example="RAG_EMBEDDING_MODEL=BAAI/bge-small-en-v1.5 rag rebuild",
)
app.add_typer(answers_app, name="answers")
app.add_typer(models_app, name="models")
app.add_typer(notebook_app, name="notebook")


def _explain_wrong_use(error: typer.TyperException) -> str:
    """The framework's message as a sentence of ours."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "rag"
    return f"{message[:1].lower()}{message[1:]} - see `{command} --help`"


def _fail(message: str, code: int) -> NoReturn:
    print_line(f"rag: {message}", to_stderr=True)
    sys.exit(code)
