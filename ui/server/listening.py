"""The port that the app listens on, and how long it listens to somebody who says nothing.

A connection costs memory and a place, so one that sends no request, or half of one, is closed: uvicorn closes idle
connections only after they had an answer.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from ui.options import Address

__all__ = ["ListeningError", "free_port", "hasty"]

HEAD_SECONDS = 10.0
"""How long a request may take to begin and to say what it wants."""
BODY_SECONDS = 60.0
"""How long a request may pause before its end, such as an upload over a bad network."""


class ListeningError(Exception):
    """The app cannot listen there; the message says why, and what to do."""


def free_port(address: Address) -> int:
    """The port to listen on: the one that is asked for, or a free one for 0.

    Raises:
        ListeningError: the port is taken or not allowed, or the host is not this machine's.
    """
    host = address.host.strip("[]")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
            probe.bind(place)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise ListeningError(
            f"cannot listen on port {address.port} of {address.host!r}: {error.strerror or error} - "
            "name another --port, or 0 for any that is free, and a --host of this machine"
        ) from error


def hasty(
    protocol: type[Any], *, head_seconds: float = HEAD_SECONDS, body_seconds: float = BODY_SECONDS
) -> type[asyncio.Protocol]:
    """A protocol of uvicorn that closes connections whose client says nothing when it is its turn."""

    class Hasty(protocol):  # type: ignore[misc]
        """Closes after `head_seconds` without a whole head, or `body_seconds` without another piece of a body."""

        _deadline: asyncio.TimerHandle | None = None
        _is_for_head = False

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._expect()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._expect()

        def connection_lost(self, error: Exception | None) -> None:
            self._end()
            super().connection_lost(error)

        def _expect(self) -> None:
            """Wait for what has to come next; a head that is under way gets no new deadline."""
            is_for_head = self.cycle is None or self.cycle.response_complete
            if is_for_head and self._is_for_head and self._deadline is not None:
                return
            self._end()
            self._is_for_head = is_for_head
            if is_for_head or self.cycle.more_body:
                seconds = head_seconds if is_for_head else body_seconds
                self._deadline = self.loop.call_later(seconds, self._give_up)

        def _give_up(self) -> None:
            self._deadline = None
            is_answering = self.cycle is not None and not self.cycle.response_complete
            if not is_answering or self.cycle.more_body:
                with suppress(RuntimeError):  # the connection is closed already
                    self.transport.close()

        def _end(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return Hasty
