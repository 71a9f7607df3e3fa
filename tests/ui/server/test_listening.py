"""Where the app listens, and to whom no longer."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, contextmanager

import pytest

pytest.importorskip("uvicorn", reason="gradio is not installed")

import uvicorn

from ui.options import Address
from ui.server.listening import ListeningError, free_port, hasty


def test_a_port_that_is_taken_is_said_with_its_number():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListeningError, match=rf"port {port} of '127.0.0.1': Address already in use - .*--port"):
            free_port(Address("127.0.0.1", port))


def test_a_free_port_is_itself_and_nought_is_any():
    assert free_port(Address("127.0.0.1", 0)) > 0
    port = free_port(Address("localhost", 0))
    assert free_port(Address("127.0.0.1", port)) == port
    assert free_port(Address("[::1]", 0)) > 0


def test_an_address_that_is_not_of_this_machine_is_said():
    with pytest.raises(ListeningError, match=r"'192.0.2.1'.* - .*--host of this machine"):
        free_port(Address("192.0.2.1", 0))


async def slow(scope, receive, send):
    """Reads the whole request, then takes longer to answer than anybody may take to ask."""
    import asyncio

    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.8)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def served():
    config = uvicorn.Config(slow, port=0, log_config=None, lifespan="off", timeout_keep_alive=1)
    config.load()
    config.http_protocol_class = hasty(config.http_protocol_class, head_seconds=0.5, body_seconds=0.5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def seconds_until_closed(connection):
    started = time.monotonic()
    connection.settimeout(10)
    while connection.recv(1000):
        pass
    return time.monotonic() - started


@pytest.fixture(scope="module")
def port():
    with served() as port:
        yield port


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_whoever_says_nothing_more_is_not_listened_to_any_more(port, said):
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(said)
        assert 0.3 < seconds_until_closed(connection) < 8


def test_a_head_that_trickles_in_has_one_deadline(port):
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.settimeout(10)
        with pytest.raises(OSError, match=r"reset|pipe"):  # noqa: PT012 - any of the pieces may be the last
            for _ in range(50):
                connection.sendall(b"GET / HTTP/1.1\r\n" if _ == 0 else b"X: y\r\n")
                time.sleep(0.2)


def test_an_answer_may_take_longer_and_a_body_may_trickle_in(port):
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.settimeout(10)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            connection.sendall(b"x")
            time.sleep(0.1)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
