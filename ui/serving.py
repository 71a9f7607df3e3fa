"""The app behind an address: where Gradio may look for files, who may come in, and how it ends.

Gradio counts the working directory and its cache as places whose files it may serve, so both are an empty folder
that is deleted at the end. It loads matplotlib where that is installed, whose list of fonts goes into our own cache.

Source: Gradio's guide "Sharing your app", section "Security and file access".
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import platformdirs

from rag import Assistant
from ui.access import Users
from ui.api import TOOL_SUFFIX
from ui.login import LOGIN_MESSAGE, Login
from ui.options import Address, AppOptions
from ui.shield import LOOPBACK_HOSTS, Shield, is_loopback

__all__ = ["serve"]

_WAIT_SECONDS = 1.0
_MOST_SESSIONS = 100
"""Page loads whose state is kept: Gradio frees none by itself, and each holds all that its page showed."""


def serve(
    assistant: Assistant,
    *,
    store: Path,
    options: AppOptions,
    address: Address,
    users: Users | None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the app until the process is interrupted or asked to end.

    on_ready: called with the app's address when it can be opened.

    Raises:
        OSError: the port is taken, or the address is none of this machine.
    """
    with _empty_working_directory() as empty:
        os.environ |= {"GRADIO_TEMP_DIR": str(empty), "HF_HUB_OFFLINE": "1"}
        os.environ.setdefault("MPLCONFIGDIR", str(Path(platformdirs.user_cache_dir("chapter-and-verse"), "matplotlib")))
        from starlette.middleware import Middleware  # takes long, as the next does, which reads the environment

        from ui.app import build_app, look

        app = build_app(assistant, options=options)
        app.launch(
            **look(),
            server_name=address.host.strip("[]"),
            server_port=address.port or None,
            auth=cast(Any, None if users is None else Login(users).allows),  # Gradio awaits it; its types do not say so
            auth_message=LOGIN_MESSAGE,
            prevent_thread_lock=True,
            quiet=True,
            inbrowser=False,
            share=False,
            ssr_mode=False,
            show_error=False,
            enable_monitoring=False,
            run_history=False,
            pwa=False,
            mcp_server=options.has_mcp,
            allowed_paths=[],
            blocked_paths=[str(store)],
            max_file_size=options.max_upload_bytes,
            state_session_capacity=_MOST_SESSIONS,
            app_kwargs={
                "middleware": [Middleware(Shield, hosts=LOOPBACK_HOSTS if is_loopback(address.host) else frozenset())],
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
            },
        )
        tools = app.mcp_server_obj
        if tools is not None:
            # Whatever Gradio offers by name can be called as a tool, listed or not, and its own client, which carries
            # the call, would read any file of this machine that is named: tools are only those that are meant to be.
            offered = tools.tool_to_endpoint.items()
            tools.tool_to_endpoint = {name: endpoint for name, endpoint in offered if endpoint.endswith(TOOL_SUFFIX)}
        try:
            on_ready(str(app.local_url))
            _wait_for_the_end()
        finally:
            app.close(verbose=False)


@contextmanager
def _empty_working_directory() -> Iterator[Path]:
    started_in = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="chapter-and-verse-", ignore_cleanup_errors=True) as empty:
        os.chdir(empty)
        try:
            yield Path(empty)
        finally:
            os.chdir(started_in)


def _wait_for_the_end() -> None:
    """Return when the process is interrupted (Ctrl-C) or asked to end (SIGTERM)."""
    ended = threading.Event()

    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not ended.wait(_WAIT_SECONDS):  # in short waits: a signal is handled between them
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
