"""`python -m ui`, also called `rag-ui`: the chat in a browser, on this machine unless told otherwise."""

from __future__ import annotations

import getpass
import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import platformdirs
import typer

from rag import Assistant, NotFoundError, RagError, Settings
from ui.languages.words import Language
from ui.options import Address, AppOptions
from ui.server.access import PASSWORD_VARIABLE, USER_VARIABLE, AccessError, Users, exposure, hash_password
from ui.server.listening import ListeningError
from ui.server.serving import serve
from ui.server.shield import is_loopback

__all__ = ["main"]

_EXIT_FAILURE = 1
_EXIT_WRONG_USE = 2
_DEFAULT_STORE = Path(platformdirs.user_data_dir("chapter-and-verse")) / "store"
_EXAMPLE = Path(__file__).parents[1] / "seeds"
_MEGABYTE = 1_000_000

app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})


@app.command()
def chat(
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs users.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")] = 7860,
    store: Annotated[
        str | None,
        typer.Option(
            envvar="RAG_STORE",
            metavar="PLACE",
            help="Folder of the store, or postgresql+psycopg://user@host/database.",
            show_default="in your user data folder",
        ),
    ] = None,
    is_new: Annotated[bool, typer.Option("--new", help="Make the store that --store names, if there is none.")] = False,
    settings: Annotated[Path | None, typer.Option(help="TOML file with settings.")] = None,
    llm: Annotated[
        str | None, typer.Option(help="Language model: auto, none, local, openai-like, or module:Class.")
    ] = None,
    users: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"Lines user:HASH of those who may come in; else {USER_VARIABLE} and {PASSWORD_VARIABLE} name one.",
        ),
    ] = None,
    max_upload: Annotated[int, typer.Option(min=1, metavar="MB", help="Largest file that is taken.")] = 100,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Questions of your own, to accept or reject drafts of: python -m eval new."),
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="Language of the page; each person can choose another.", show_default="the browser's"),
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="Also offer its tools to MCP clients.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
    make_hash: Annotated[
        bool, typer.Option("--hash-password", help="Ask for a password, print its hash, and end.")
    ] = False,
) -> None:
    """Chat with your documents in a browser: answers with their sources beside them."""
    if make_hash:
        typer.echo(hash_password(_asked_password()))
        return
    known = Users.of_file(users) if users is not None else Users.of_environment(os.environ)
    if users is not None and (warning := exposure(users)):
        typer.echo(f"rag-ui: {warning}", err=True)
    if known is None and not is_loopback(host):
        raise AccessError(
            f"cannot listen on {host!r} without users: everybody in that network could read your documents - "
            f"give --users FILE, or set {USER_VARIABLE} and {PASSWORD_VARIABLE} "
            "(`python -m ui --hash-password` makes the hash)"
        )
    if known is not None and mcp:
        raise AccessError(
            "cannot offer --mcp to users: MCP clients have no way to give the password here - "
            "leave out --mcp, or the users and stay on this machine"
        )
    values = {} if llm is None else {"llm": llm, "generator": "auto"}
    chosen = Settings(**values) if settings is None else Settings.from_file(settings, **values)
    options = AppOptions(
        may_change_llm=is_loopback(host) and known is None,
        max_upload_bytes=max_upload * _MEGABYTE,
        has_mcp=mcp,
        example=_EXAMPLE if _EXAMPLE.is_dir() else None,
        questions=None if questions is None else _readable(questions),
        language=language,
    )
    place = Path(store or _DEFAULT_STORE).expanduser().absolute()
    is_on_server = store is not None and "://" in store
    with _opened(
        store if store is not None and is_on_server else place, chosen, must_exist=store is not None and not is_new
    ) as assistant:
        serve(
            assistant,
            store=None if is_on_server else place,
            options=options,
            address=Address(host, port),
            users=known,
            on_ready=_announcer(assistant, open_browser=open_browser),
        )


def _readable(questions: Path) -> Path:
    """The file, absolute, since the app works in another folder.

    Raises:
        RagError: it cannot be read as questions.
    """
    from eval.questions.files import read_questions  # for this option alone

    read_questions(questions)
    return questions.absolute()


def _opened(store: str | Path, settings: Settings, *, must_exist: bool) -> Assistant:
    try:
        return Assistant.open(store, settings, must_exist=must_exist)
    except NotFoundError as error:
        raise NotFoundError(f"{error}; --new makes one here") from error


def _announcer(assistant: Assistant, *, open_browser: bool) -> Callable[[str], None]:
    def announce(url: str) -> None:
        n_documents = len(assistant.documents())
        typer.echo(f"Ready at {url} - {n_documents:,} document{'' if n_documents == 1 else 's'}; Ctrl-C ends.")
        if open_browser:
            webbrowser.open(url)

    return announce


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise AccessError("the two passwords differ - try again")
    return password


def main() -> None:
    """Run the app; what goes wrong is one sentence on standard error, and exit status 1."""
    try:
        code = app(prog_name="rag-ui", standalone_mode=False)
    except typer.TyperException as error:
        said = " ".join(error.format_message().split()).rstrip(".")
        _fail(f"{said[:1].lower()}{said[1:]} - see `rag-ui --help`", _EXIT_WRONG_USE)
    except (RagError, AccessError, ListeningError) as error:
        _fail(str(error), _EXIT_FAILURE)
    except ModuleNotFoundError as error:
        if error.name not in ("gradio", "mcp"):
            raise
        _fail(f"cannot start: {error.name} is not installed - pip install 'chapter-and-verse[ui]'", _EXIT_FAILURE)
    except OSError as error:
        _fail(f"cannot go on: {error} - check the place named", _EXIT_FAILURE)
    _leave(code or 0)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"rag-ui: {message}", err=True)
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process, for good: all that has to be closed is closed.

    What is still at work, such as a model that is being loaded or a document that is being read, is in a thread that
    nobody can stop, often in C++, which aborts the process when the interpreter ends under it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if threading.active_count() > 1:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
