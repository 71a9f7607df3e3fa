"""The `rag` command: every surface of the assistant that fits into a terminal."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, NoReturn

import platformdirs
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

from rag.assistant import Assistant
from rag.errors import QuestionError, RagError, SettingsError
from rag.serialisation import citation_to_dict, to_dict
from rag.settings import Settings
from rag.types import AddReport, Answer, AnswerStatus, Citation, Progress

__all__ = ["app", "main"]

app = typer.Typer(
    name="rag",
    help="Ask your documents. Every answer is made of their own sentences, with the place where each stands.",
    epilog='Example:  rag add ~/articles && rag ask "what did Rubio say about territory?"',
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

DEFAULT_STORE = Path(platformdirs.user_data_dir("chapter-and-verse")) / "store"

StoreOption = Annotated[
    Path,
    typer.Option(
        "--store",
        envvar="RAG_STORE",
        help="Folder of the store; made when it is missing.",
        show_default="in your user data folder",
    ),
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file with settings.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

N_NEAREST = 3
N_CONTEXT_CHARACTERS = 400
_EXIT_FAILURE, _EXIT_WRONG_USE, _EXIT_INTERRUPTED = 1, 2, 130

# What could steer a terminal or show a text in another order than it has: controls, line separators, bidirectional
# overrides, halves of code points. Blanks and joiners of other scripts are text, and stay.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


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
        _fail(_explain_wrong_use(error), _EXIT_WRONG_USE)
    except (SettingsError, QuestionError) as error:
        _fail(str(error), _EXIT_WRONG_USE)
    except RagError as error:
        _fail(str(error), _EXIT_FAILURE)
    except OSError as error:
        _fail(f"cannot go on: {error} - check the place named, and the free space there", _EXIT_FAILURE)
    if code == _EXIT_INTERRUPTED:  # what the framework makes of Ctrl-C
        _fail("stopped - what was finished is kept, and the same command goes on from there", _EXIT_INTERRUPTED)
    sys.exit(code)


@app.callback(invoke_without_command=True)
def _before_any_command(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version, and exit.")] = False,
) -> None:
    if version:
        _print(f"Chapter and Verse {_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(_EXIT_WRONG_USE)


@app.command(short_help="Add files and folders.", epilog="Example:  rag add ~/articles report.html")
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what failed.")] = False,
) -> None:
    """Add documents (.txt, .md, .html) and folders of them; unchanged ones cost nothing."""
    with _open(store, settings) as assistant, _progress_bar(hidden=quiet or as_json) as on_progress:
        report = assistant.add(paths, on_progress=on_progress)
    if as_json:
        _print_json(asdict(report))
    else:
        _print_report(report, quiet=quiet)
    if report.failed:
        raise typer.Exit(_EXIT_FAILURE)


@app.command(short_help="Remove documents.", epilog="Example:  rag remove ~/articles/old.txt")
def remove(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders or document ids.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove documents, with their older versions and all that was made from them."""
    with _open(store, settings) as assistant:
        removed = assistant.remove(sources)
    if as_json:
        _print_json({"removed": removed})
    else:
        _print(f"Removed {_count(len(removed), 'document')}.")


@app.command(short_help="List the documents.", name="list", epilog="Example:  rag list --json")
def list_documents(
    store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False
) -> None:
    """List the documents that are searched."""
    with _open(store, settings) as assistant:
        documents = assistant.documents()
    if as_json:
        _print_json({"documents": [asdict(document) for document in documents]})
        return
    for document in documents:
        _print(f"{document.id}  {_named(document.title, document.source)}", style="bold")
        _print(f"    {_count(document.n_sentences, 'sentence')}, added {document.added_at}")
    _print(f"{_count(len(documents), 'document')} in {_short(str(store))}")


@app.command(
    short_help="Answer a question, with citations.", epilog='Example:  rag ask "what did Rubio say about territory?"'
)
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with sentences of the documents, or say that they do not answer it."""
    with _open(store, settings) as assistant:
        answer = assistant.ask(question)
        is_empty = not answer.evidence and not assistant.documents()
    if as_json:
        _print_json(to_dict(answer))
    elif is_empty:
        _print("There are no documents to answer from yet - add some with `rag add PATH`.")
    else:
        _print_answer(answer)


@app.command(short_help="Show a citation in its place.", epilog="Example:  rag show 2")
def show(
    citation: Annotated[int, typer.Argument(metavar="CITATION", help="Its number in the last answer.")],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a citation of the last answer in its place, with the text around it."""
    with _open(store, settings) as assistant:
        cited = assistant.citation(citation)
        text = assistant.document(cited.document_id).text
    before, after = _context(text, cited)
    if as_json:
        _print_json({**citation_to_dict(cited), "before": before, "after": after})
        return
    _print_place(cited)
    _print("")
    _write(before)
    _write(cited.quote, style="bold reverse")
    _write(f"{after}\n")


@app.command(short_help="Prove that the store is sound.", epilog="Example:  rag check")
def check(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Prove that the store is sound: every text, span, passage, vector and index entry."""
    with _open(store, settings) as assistant:
        problems = assistant.check()
    if as_json:
        _print_json({"problems": problems})
    elif problems:
        for problem in problems:
            _print(problem)
    else:
        _print("The store is sound.")
    if problems:
        raise typer.Exit(_EXIT_FAILURE)


@app.command(
    short_help="Embed all documents anew.", epilog="Example:  RAG_EMBEDDING_MODEL=BAAI/bge-small-en-v1.5 rag rebuild"
)
def rebuild(store: StoreOption = DEFAULT_STORE, settings: SettingsOption = None, as_json: JsonOption = False) -> None:
    """Embed all documents anew, after a change of the embedding model or to mend a store."""
    with _open(store, settings) as assistant:
        assistant.rebuild()
        n_documents = len(assistant.documents())
    if as_json:
        _print_json({"documents": n_documents})
    else:
        _print(f"Rebuilt {_count(n_documents, 'document')}.")


@contextmanager
def _open(store: Path, settings_file: Path | None) -> Iterator[Assistant]:
    settings = Settings() if settings_file is None else Settings.from_file(settings_file)
    with Assistant.open(store, settings) as assistant:
        yield assistant


class _RateColumn(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} files/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def _progress_bar(*, hidden: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error with count, rate and remaining time; nothing when that is not a terminal."""
    bar = ProgressBar(
        TextColumn("Adding"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=_console(to_stderr=True),
        disable=hidden or not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task("add", total=None)

        def on_progress(progress: Progress) -> None:
            bar.update(task, completed=progress.n_done, total=progress.n_total)

        yield on_progress


def _print_report(report: AddReport, *, quiet: bool) -> None:
    if not quiet:
        counts = {
            "added": len(report.added),
            "superseded": len(report.superseded),
            "unchanged": len(report.unchanged),
            "skipped (no reader for their kind)": len(report.skipped),
            "failed": len(report.failed),
        }
        said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        _print(f"{said or 'nothing to add'}.")
    for failure in report.failed:
        _print(f"failed: {_short(failure.source)}: {failure.reason}", to_stderr=True)


def _print_answer(answer: Answer) -> None:
    _print(answer.text)
    if answer.status is AnswerStatus.PARTIAL:
        left_out = _count(len(answer.trace.dropped), "statement")
        _print(f"({left_out} left out, because the sentences cited do not support it.)", style="dim")
    for citation in answer.citations:
        _print("")
        _print_place(citation)
        _print(f"    {citation.quote}")
    if answer.status is AnswerStatus.ABSTAINED and answer.evidence:
        _print("")
        _print("The nearest sentences, which do not answer it:", style="bold")
        for sentence in answer.evidence[:N_NEAREST]:
            place = f"characters {sentence.span.start}-{sentence.span.end}"
            _print("")
            _print(f"  - {_named(sentence.title, sentence.source)}, {place}", style="dim")
            _print(f"    {sentence.quote}")


def _print_place(citation: Citation) -> None:
    place = f"line {citation.line}, characters {citation.span.start}-{citation.span.end}"
    _print(f"[{citation.number}] {_named(citation.title, citation.source)}, {place}", style="bold")


def _named(title: str, source: str) -> str:
    """Title and path of a document, or the path alone when the file's name is all the title it has."""
    return _short(source) if title == Path(source).name else f"{title} · {_short(source)}"


def _context(text: str, cited: Citation) -> tuple[str, str]:
    """What stands before and after the quote in its paragraph; long ones are cut at a line, else marked with …."""
    before = text[: cited.span.start].rpartition("\n\n")[2]
    after = text[cited.span.end :].partition("\n\n")[0]
    if len(before) > N_CONTEXT_CHARACTERS:
        kept = before[-N_CONTEXT_CHARACTERS:]
        lines = kept.partition("\n")[2]
        before = lines if lines.strip() else "… " + kept.partition(" ")[2]
    if len(after) > N_CONTEXT_CHARACTERS:
        kept = after[:N_CONTEXT_CHARACTERS]
        lines = kept.rpartition("\n")[0]
        after = lines if lines.strip() else kept.rpartition(" ")[0] + " …"
    return before, after


def _print_json(value: object) -> None:
    is_unicode = "utf" in (sys.stdout.encoding or "").lower()
    sys.stdout.write(json.dumps(value, ensure_ascii=not is_unicode) + "\n")
    sys.stdout.flush()


def _print(line: str, *, style: str = "", to_stderr: bool = False) -> None:
    """One line, whatever is in the text; long ones are left to the terminal, so that quotes stay as they are."""
    _write(_UNSAFE.sub(_REPLACEMENT, line).replace("\n", _REPLACEMENT) + "\n", style=style, to_stderr=to_stderr)


def _write(text: str, *, style: str = "", to_stderr: bool = False) -> None:
    # A segment is written as it is; anything else would have its tabs expanded and its lines wrapped.
    segment = Segment(_UNSAFE.sub(_REPLACEMENT, text), Style.parse(style))
    _console(to_stderr=to_stderr).print(Segments([segment]), soft_wrap=True)


@cache
def _console(*, to_stderr: bool = False) -> Console:
    return Console(stderr=to_stderr)


def _short(path: str) -> str:
    """The path from the working directory, when it is inside it."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _version() -> str:
    try:
        return metadata.version("chapter-and-verse")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _explain_wrong_use(error: typer.TyperException) -> str:
    """The framework's message as a sentence of ours."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "rag"
    return f"{message[:1].lower()}{message[1:]} - see `{command} --help`"


def _fail(message: str, code: int) -> NoReturn:
    _print(f"rag: {message}", to_stderr=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
