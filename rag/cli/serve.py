"""`rag serve`: the assistant behind HTTP, for programs that speak the protocols of OpenAI and Anthropic."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import (
    DEFAULT_STORE,
    ApiBaseOption,
    LlmOption,
    LlmOptions,
    ModelOption,
    SettingsOption,
    StoreOption,
    open_assistant,
)
from rag.cli.terminal import count, print_line
from rag.errors import BackendError

__all__ = ["serve"]

_MEGABYTE = 1_000_000
_OF_THE_EXTRA = ("fastapi", "jwt", "prometheus_client", "python_multipart", "starlette", "uvicorn")


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs --keys.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")] = 8000,
    keys: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lines NAME:HASH:SCOPES of the keys that open the server.")
    ] = None,
    issuer: Annotated[
        str | None, typer.Option("--oidc-issuer", metavar="URL", help="Provider of OpenID Connect; see rag/README.md.")
    ] = None,
    client: Annotated[str, typer.Option("--oidc-client", help="What the provider knows this server by.")] = "",
    claim: Annotated[str, typer.Option("--oidc-claim", help="What of its tokens names a user.")] = "email",
    scopes: Annotated[str, typer.Option("--oidc-scopes", help="What its users may do.")] = "read,ask",
    public_url: Annotated[
        str,
        typer.Option("--public-url", metavar="URL", help="This server's address for browsers that log in."),
    ] = "",
    hash_key: Annotated[
        str | None, typer.Option("--hash-key", metavar="NAME", help="Make a key and its line for --keys, and end.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--sync", metavar="FOLDER", help="Folder that POST /v1/documents/sync follows.")
    ] = None,
    common: Annotated[
        bool,
        typer.Option("--common", help="What is in no notebook and was not uploaded is for all."),
    ] = False,
    origins: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="URL", help="Site whose pages may send requests; may come several times."),
    ] = None,
    requests_a_minute: Annotated[
        int, typer.Option("--rate", min=0, metavar="N", help="Requests of a client in a minute; 0 for any number.")
    ] = 600,
    max_upload: Annotated[int, typer.Option(min=1, metavar="MB", help="Largest upload that is taken.")] = 100,
    stop_seconds: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help="How long requests may go on when the server ends.")
    ] = 120,
    workers: Annotated[
        int, typer.Option(min=1, max=64, metavar="N", help="Processes that answer, such as one for each core.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write no line for each request, only what went wrong.")] = (
        False
    ),
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    llm: LlmOption = None,
    api_base: ApiBaseOption = None,
    model: ModelOption = None,
) -> None:
    """Serve answers to programs, until Ctrl-C or SIGTERM; requests that came before are answered.

    A program that speaks OpenAI's protocol needs the address with /v1 as its base URL, and chapter-and-verse as the
    model. The address with /openapi.json describes everything. Lines of JSON on standard error say what was served, and
    never what was asked.
    """
    from rag.assistant import Assistant
    from rag.serving.entry.access import exposure
    from rag.serving.entry.keys import Keys, make_key, rights_in
    from rag.serving.entry.options import Address, Limits, Provider, ServeOptions

    if hash_key is not None:
        key, line = make_key(hash_key)
        print_line(f"The key, which is shown this once: {key}")
        print_line(f"Its line for --keys FILE: {line}")
        return
    options = ServeOptions(
        address=Address(host, port),
        keys=Keys.of_file(keys) if keys is not None else None,
        provider=None
        if issuer is None
        else Provider(
            issuer=issuer,
            public_url=public_url,
            client_id=client,
            client_secret=os.environ.get("RAG_OIDC_SECRET", ""),
            claim=claim,
            rights=rights_in(scopes, where="--oidc-scopes"),
        ),
        folder=folder,
        has_common=common,
        origins=tuple(origins or ()),
        limits=Limits(
            requests_a_minute=requests_a_minute, max_upload_bytes=max_upload * _MEGABYTE, stop_seconds=stop_seconds
        ),
        n_workers=workers,
    )
    run, run_together, log_to = _server()
    if keys is not None and (warning := exposure(keys, what="key")):
        print_line(f"rag: {warning}", to_stderr=True)
    log_to(sys.stderr, is_quiet=quiet)
    with open_assistant(store, settings, LlmOptions(llm, api_base, model)) as assistant:
        n_documents = count(len(assistant.documents()), "document")

        def say(url: str) -> None:
            print_line(f"Ready at {url}/v1 - {n_documents}; Ctrl-C ends.")

        if workers == 1:
            run(assistant, options, on_ready=say)
            return
        chosen = assistant.settings
    opening = partial(Assistant.open, store, chosen, must_exist=True)
    raise typer.Exit(run_together(opening, options, is_quiet=quiet, on_ready=say))


def _server() -> tuple[Callable[..., None], Callable[..., int], Callable[..., None]]:
    """What serves, what serves by several processes, and what writes the log.

    Raises:
        BackendError: a library of the extra is not installed.
    """
    try:
        from rag.serving.running import serve as run
        from rag.serving.watching.records import log_to
        from rag.serving.workers import serve_together as run_together
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _OF_THE_EXTRA:
            raise
        raise BackendError(
            f"cannot serve: {library} is not installed - pip install 'chapter-and-verse[serve]'"
        ) from error
    return run, run_together, log_to
