"""The app behind an address: where Gradio may look for files, who may come in, and how it ends.

Gradio counts the working directory and its cache as places whose files it may serve, so both are an empty folder
in the store, where uploads come in. It is deleted at the end, and after a kill when the store is next opened; what
nobody has added after an hour goes before. Gradio loads matplotlib where that is installed, whose list of fonts goes
into our own cache.

Source: Gradio's guide "Sharing your app", section "Security and file access".
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import platformdirs

from rag import Assistant, StoreError
from ui.api import TOOL_SUFFIX
from ui.handlers import warm_up
from ui.options import Address, AppOptions
from ui.preferences import Assistants
from ui.server.access import Users
from ui.server.languages import Languages
from ui.server.listening import ListeningError, free_port, hasty
from ui.server.login import LOGIN_MESSAGE, Login
from ui.server.ownership import Ownership
from ui.server.sessions import Sessions
from ui.server.shield import LOOPBACK_HOSTS, Shield, is_loopback

if TYPE_CHECKING:
    from starlette.middleware import Middleware

__all__ = ["STORE_FILES", "delete_forgotten", "serve"]

_WAIT_SECONDS = 1.0
_LOOK_SECONDS = 60.0
_FORGOTTEN_SECONDS = 3600.0
_MOST_SESSIONS = 100
"""Page loads whose state is kept: Gradio frees none by itself, and each holds all that its page showed."""

STORE_FILES = (
    *("store.db", "store.db-journal", "store.db-shm", "store.db-wal"),
    *("index", "uploads", "web", "write.lock", "writer.json"),
)
"""All that is in a store, but for the folder of what is coming in."""

_NO_PAGES = {"docs_url": None, "redoc_url": None, "openapi_url": None}
_QUIETLY: dict[str, Any] = {
    "prevent_thread_lock": True,
    "quiet": True,
    "inbrowser": False,
    "share": False,
    "ssr_mode": False,
    "show_error": False,
    "enable_monitoring": False,
    "run_history": False,
    "pwa": False,
    "allowed_paths": [],
}
"""Nothing of Gradio's that is not needed, which includes whatever would leave this machine."""


def serve(
    assistant: Assistant,
    *,
    store: Path | None,
    options: AppOptions,
    address: Address,
    users: Users | None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the app until the process is interrupted or asked to end.

    store: its folder; None for one on a server.
    on_ready: called with the app's address when it can be opened.

    Raises:
        ListeningError: the port is taken, or the address is none of this machine.
    """
    port = free_port(address)  # before anything is loaded: what is loaded in the background cannot be ended at once
    with _empty_working_directory(assistant) as empty:
        os.environ |= {"GRADIO_TEMP_DIR": str(empty), "HF_HUB_OFFLINE": "1"}
        os.environ.setdefault("MPLCONFIGDIR", str(Path(platformdirs.user_cache_dir("chapter-and-verse"), "matplotlib")))
        from ui.app import build_app, look  # takes long, and reads the environment

        ownership = Ownership(users)
        assistants = Assistants(assistant, may_change_llm=options.may_change_llm)
        app = build_app(assistants, options=options, ownership=ownership)
        with _start_explained(address.host, port):
            app.launch(
                **look(),
                server_name=address.host.strip("[]"),
                server_port=port,
                auth=cast(
                    Any, None if users is None else Login(users).allows
                ),  # Gradio awaits it; its types do not say so
                auth_message=LOGIN_MESSAGE,
                mcp_server=options.has_mcp,
                blocked_paths=[] if store is None else [str(store / name) for name in STORE_FILES],
                max_file_size=options.max_upload_bytes,
                state_session_capacity=_MOST_SESSIONS,
                app_kwargs={
                    **_NO_PAGES,
                    "middleware": _middleware(address, options, None if users is None else ownership),
                },
                **_QUIETLY,
            )
        _keep_only_tools(app.mcp_server_obj)
        app.server.config.http_protocol_class = hasty(app.server.config.http_protocol_class)
        try:
            warm_up(assistants)
            on_ready(str(app.local_url))
            _wait_for_the_end(empty)
        finally:
            app.close(verbose=False)
            assistants.close()


def _middleware(address: Address, options: AppOptions, ownership: Ownership | None) -> list[Middleware]:
    """What a request passes before it reaches Gradio; ownership: None where there are no users."""
    from starlette.middleware import Middleware

    hosts = LOOPBACK_HOSTS if is_loopback(address.host) else frozenset[str]()
    every = [Middleware(Shield, hosts=hosts), Middleware(Languages, otherwise=options.language)]
    return every if ownership is None else [*every, Middleware(Sessions, ownership=ownership)]


@contextmanager
def _start_explained(host: str, port: int) -> Iterator[None]:
    """What keeps the app from starting, in words: Gradio asks itself for a page, and has no class for having none.

    Raises:
        ListeningError: it got no answer, from a machine that is too busy or by way of a proxy.
    """
    try:
        yield
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise ListeningError(
            f"cannot start on port {port} of {host!r}: the app does not answer itself ({said}) - try again when the "
            "machine is less busy, and where it has a proxy set NO_PROXY=localhost,127.0.0.1"
        ) from error


def _keep_only_tools(server: Any) -> None:
    """Offer the tools that are meant to be, where there is a server for them.

    Whatever Gradio offers by name can be called as a tool, listed or not, and its own client, which carries the call,
    would read any file of this machine that is named.
    """
    if server is not None:
        offered = server.tool_to_endpoint.items()
        server.tool_to_endpoint = {name: endpoint for name, endpoint in offered if endpoint.endswith(TOOL_SUFFIX)}


@contextmanager
def _empty_working_directory(assistant: Assistant) -> Iterator[Path]:
    started_in = Path.cwd()
    with ExitStack() as stack:
        try:
            empty = stack.enter_context(assistant.receiving())
        except StoreError:  # it can only be read, so that nothing can be added either
            made = tempfile.TemporaryDirectory(prefix="chapter-and-verse-", ignore_cleanup_errors=True)
            empty = Path(stack.enter_context(made))
        stack.callback(os.chdir, started_in)
        os.chdir(empty)
        yield empty


def delete_forgotten(folder: Path, *, older_than_seconds: float = _FORGOTTEN_SECONDS) -> None:
    """Delete uploads that nobody has added or written to for so long, with the folders that were made for them."""
    before = time.time() - older_than_seconds
    for path in list(folder.rglob("*")):
        is_uploaded = path.parent != folder or not path.name.startswith(".")
        with suppress(OSError):
            if is_uploaded and path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                path.parent.rmdir()


def _wait_for_the_end(empty: Path) -> None:
    """Return when the process is interrupted (Ctrl-C) or asked to end (SIGTERM)."""
    ended = threading.Event()
    looked = time.monotonic()

    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not ended.wait(_WAIT_SECONDS):  # in short waits: a signal is handled between them
            if time.monotonic() - looked > _LOOK_SECONDS:
                looked = time.monotonic()
                delete_forgotten(empty)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
