"""A GGUF model inside this process: llama.cpp serves it on a loopback port, and we ask as any other server.

One code path for all models: what is here only starts and ends that server. `xllamacpp` is chosen because its wheels
need no compiler; its in-process calls are not used, since the HTTP side can stream, be cancelled and be timed out.
"""

from __future__ import annotations

import os
import secrets
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import httpx
import xllamacpp

from rag.errors import WeightsError
from rag.model.llm.server import Server, http_client

__all__ = ["LlamaCpp"]

_Connected = TypeVar("_Connected")
_SILENT = -1  # llama.cpp's log verbosity: not even errors go to stderr; we raise them


class LlamaCpp(Generic[_Connected]):
    """The server of the model in the file `model_path`, and what `connect` makes to ask it.

    connect: gets the server's place and a client for it, each time that the server starts. It must not hold the owner
        of this object, which could then not end when nobody uses it any more.
    n_threads: 0 for as many as this process may use.

    Several threads may ask: the server answers one after the other. `close` frees the memory, and so does the end of
    the process; `started` loads the model again.
    """

    def __init__(
        self,
        model_path: str | Path,
        *,
        connect: Callable[[Server, httpx.Client], _Connected],
        context_tokens: int,
        n_threads: int = 0,
        timeout_seconds: float = 120.0,
    ) -> None:
        self.model_path = Path(model_path).expanduser()
        self._connect = connect
        self._context_tokens = context_tokens
        self._n_threads = n_threads or _n_processors()
        self._timeout_seconds = timeout_seconds
        self._starting = threading.Lock()
        self._running: _Running[_Connected] | None = None
        if not self.model_path.is_file():
            raise WeightsError(
                f"cannot find the model {str(self.model_path)!r}: no such file - run `rag models pull`, or name"
                " another GGUF file"
            )

    def started(self) -> _Connected:
        """What asks the server, which is started if it does not run.

        Raises:
            WeightsError: the file is no GGUF model, is not whole, or does not fit into memory.
        """
        with self._starting:
            if self._running is None:
                self._running = self._run()
            return self._running.connected

    def close(self) -> None:
        """End the server and free the memory; an answer that is being written breaks off."""
        with self._starting:
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    def _run(self) -> _Running[_Connected]:
        key = secrets.token_urlsafe(24)
        server = self._serve(key)
        place = Server(f"{server.listening_address}/v1", self.model_path.stem, key)
        client = http_client(place, self._timeout_seconds)
        held = [server]  # the only reference: llama.cpp ends the server when it goes
        del server
        return _Running(self._connect(place, client), weakref.finalize(self, _stop, held, client))

    def _serve(self, key: str) -> xllamacpp.Server:
        """A server on a free loopback port, which nobody else on this machine can use without the key."""
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.model_path)
        parameters.n_ctx = self._context_tokens
        parameters.n_parallel = 1
        parameters.cpuparams.n_threads = self._n_threads
        parameters.cpuparams_batch.n_threads = self._n_threads
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key]
        parameters.ui = False
        parameters.endpoint_slots = False  # it would show other people's prompts
        parameters.cache_ram_mib = 0  # by default up to 8 GB of old prompts; the last one is kept all the same
        parameters.verbosity = _SILENT
        try:
            return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise WeightsError(
                f"cannot load the model {str(self.model_path)!r}: llama.cpp refuses it"
                " - run `rag models verify`, and check that it is a GGUF file that fits into memory"
            ) from error


class _Running(NamedTuple, Generic[_Connected]):
    connected: _Connected
    stop: Callable[[], object]


def _stop(held: list[xllamacpp.Server], client: httpx.Client) -> None:
    client.close()
    held.clear()


def _n_processors() -> int:
    """How many processors this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
