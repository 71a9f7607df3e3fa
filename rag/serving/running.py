"""The server as a process: the port that is listened on, and a stop that loses nothing.

Asked to end (SIGTERM, or Ctrl-C), the server takes no new connection, answers every request that it has or that is on
its way to it, and ends. A second signal ends it at once, as the signal does: the store is in order at any moment. What
is not answered within the time for it is cut off.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from rag.assistant import Assistant
from rag.errors import SettingsError
from rag.serving.app import guarded_app, service_over
from rag.serving.entry.options import Address, ServeOptions
from rag.serving.watching.records import LOGGER
from rag.serving.watching.tracing import Traces

__all__ = ["Connection", "address_of", "bound", "serve"]

_KEPT_ALIVE_SECONDS = 30
_WAITING_CONNECTIONS = 2048
_LINGER_SECONDS = 0.3
"""How long silent connections stay open at the end: a request that was sent before may still be on its way."""
_N_TURNS = 5
"""Turns of the event loop in which all connections that wait are accepted."""
_HEAD_SECONDS = 30.0
_UNTAKEN_MILLISECONDS = 60_000
_OBJECTS_BEFORE_A_SEARCH = 50_000


def serve(assistant: Assistant, options: ServeOptions, *, on_ready: Callable[[str], None]) -> None:
    """Serve until the process is asked to end, and every request that came before is answered.

    on_ready: called with the server's address when it answers.

    Raises:
        SettingsError: the port is taken, or the address is none of this machine.
        BackendError: spans are to be sent, and what sends them is not installed.
    """
    is_one_of_several = options.n_workers > 1
    with tracing() as traces, bound(options.address, is_shared=is_one_of_several) as listening:
        service = service_over(
            assistant, folder=options.folder, has_common=options.has_common, is_one_of_several=is_one_of_several
        )
        service.on_warm = _settle

        def end() -> None:
            service.is_ending = True

        server = _Server(
            guarded_app(service, options, traces=traces),
            stop_seconds=options.limits.stop_seconds,
            on_ready=lambda: on_ready(address_of(options, listening)),
            on_end=end,
        )
        server.run(sockets=[listening])
    if server.has_cut_off:  # a thread may wait for a language model for as long as that takes
        LOGGER.error("cut", extra={"said": {"event": "cut", "seconds": options.limits.stop_seconds}})
        os._exit(1)


def address_of(options: ServeOptions, listening: socket.socket) -> str:
    """The server's address for clients."""
    host = options.address.host
    is_bare = ":" in host.strip("[]") and not host.startswith("[")
    return f"http://{f'[{host}]' if is_bare else host}:{listening.getsockname()[1]}"


def _settle() -> None:
    """Leave models and word lists out of the search for cycles, and look for those less often: they are few, and what
    questions leave in memory is much, so that to walk through all of it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_A_SEARCH, *gc.get_threshold()[1:])


@contextmanager
def tracing() -> Iterator[Traces | None]:
    """Where spans go, if the environment says so; those that were not sent yet are sent at the end of the block.

    Raises:
        BackendError: the libraries are not installed. SettingsError: a way that there is not is asked for.
    """
    traces = Traces.of_environment(os.environ)
    try:
        yield traces
    finally:
        if traces is not None:
            traces.close()


@contextmanager
def bound(address: Address, *, is_shared: bool = False) -> Iterator[socket.socket]:
    """The socket of that address, closed at the end of the block; nothing is lost between a look and its use.

    is_shared: other processes of this user may have one of the same address, and connections are shared out among
        those that listen.

    Raises:
        SettingsError: the port is taken or not allowed, or the host is not this machine's.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host.strip("[]"), address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(address, error) from error
    with made:
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # a client that takes nothing more of what was sent is cut off
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNTAKEN_MILLISECONDS)
            if is_shared:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.bind(place)
        except OSError as error:
            raise _cannot_listen(address, error) from error
        yield made


def _cannot_listen(address: Address, error: OSError) -> SettingsError:
    return SettingsError(
        f"cannot listen on port {address.port} of {address.host!r}: {error.strerror or error} - "
        "name another --port, or 0 for any that is free, and a --host of this machine"
    )


class Connection(H11Protocol):
    """A connection that is closed when the head of a request does not come within seconds; uvicorn would wait."""

    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait for the rest of a head."""
        super().data_received(data)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self._closing is None:
            self._closing = self.loop.call_later(_HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None


class _Server(uvicorn.Server):
    """Uvicorn, which ends as a command does: with status 0 when it was asked to."""

    def __init__(self, app: ASGIApp, *, stop_seconds: float, on_ready: Callable[[], None], on_end: Callable[[], None]):
        """stop_seconds: how long requests may go on after the end was asked for. on_end: called when it is."""
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                ws="none",
                timeout_keep_alive=_KEPT_ALIVE_SECONDS,
                timeout_graceful_shutdown=round(stop_seconds),
                backlog=_WAITING_CONNECTIONS,
                proxy_headers=False,
            )
        )
        self._on_ready = on_ready
        self._on_end = on_end
        self._stop_seconds = stop_seconds
        self.has_cut_off = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take what waits, then no more, and answer all of it."""
        for _ in range(_N_TURNS):
            await asyncio.sleep(0)
        for listening in self.servers:
            listening.close()
        if self.server_state.connections:
            await asyncio.sleep(_LINGER_SECONDS)
        began = asyncio.get_running_loop().time()
        await super().shutdown(sockets)
        self.has_cut_off = asyncio.get_running_loop().time() - began >= self._stop_seconds

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that ask for the end, and do not raise them again after it."""
        taken = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.handle_exit) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: object) -> None:
        """End; at once, if that was asked for before."""
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self._on_end()
        self.should_exit = True
