"""A PostgreSQL server of the tests' own, on loopback and in a temporary folder, and the mark of tests over engines."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

__all__ = [
    "PASSWORD",
    "USER",
    "missing",
    "new_database",
    "on_postgresql",
    "on_sqlite",
    "place_on",
    "run_on_every_engine",
    "running_server",
]

USER = "tester"
PASSWORD = "of the tests: @/%"
_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
_NEEDED = ("max_connections=200", "listen_addresses=127.0.0.1")
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_PEOPLE = ("postgres", "nobody")

ENGINES = ("sqlite", "postgresql")
on_postgresql = pytest.mark.parametrize("engine", ["postgresql"])
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
"""Tests of what one of them alone does."""


def run_on_every_engine(metafunc: pytest.Metafunc) -> None:
    """Run a test of what a store does wherever it is on every engine; one that looks into its folder stays with it.

    So do all tests of a module that says `ONLY_SQLITE`.
    """
    if getattr(metafunc.module, "ONLY_SQLITE", False):
        return
    says_itself = any("engine" in str(mark.args[:1]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "engine" in metafunc.fixturenames and "store_folder" not in metafunc.fixturenames and not says_itself:
        metafunc.parametrize("engine", ENGINES)


def missing() -> str:
    """Why no server can be started here; empty when one can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed: the tests over PostgreSQL are left out"
    if _program("initdb") is None:
        return "PostgreSQL is not installed: the tests over it are left out (Debian: apt-get install postgresql)"
    if os.name != "posix" or (os.geteuid() == 0 and not (shutil.which("setpriv") and _somebody())):
        return "PostgreSQL does not run as root, and there is nobody else here: the tests over it are left out"
    return ""


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[int]:
    """A server with its files in a temporary folder; its port. It ends with the tests, or when their process does.

    is_durable: what is committed survives a power cut, as it does by default, which takes longer.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-of-tests-")))
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, _somebody())
        _run(
            "initdb",
            "-D",
            folder / "data",
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "-N",
            "--locale=C",
            f"--pwfile={folder / 'password'}",
        )
        yield stack.enter_context(_served(folder, _NEEDED if is_durable else _NEEDED + _QUICK))


@contextmanager
def _served(folder: Path, chosen: tuple[str, ...]) -> Iterator[int]:
    port = _free_port()
    settings = [part for setting in chosen for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *_as_somebody(),
                str(_program("postgres")),
                "-D",
                str(folder / "data"),
                "-p",
                str(port),
                "-k",
                "",
                *settings,
            ],
            stdout=log,
            stderr=log,
            cwd="/",
        )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _run(name: str, *arguments: object) -> None:
    command = [*_as_somebody(), str(_program(name)), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _program(name: str) -> Path | None:
    found = [path for folder in _FOLDERS if (path := folder / name).exists()]
    on_path = shutil.which(name)
    return next(iter(found), Path(on_path) if on_path else None)


def _somebody() -> str:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _PEOPLE if name in known), "")


def _as_somebody() -> list[str]:
    if os.geteuid() != 0:
        return []
    import pwd

    who = pwd.getpwnam(_somebody())
    return ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", "--pdeathsig=TERM"]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server of PostgreSQL did not start")


def place_on(engine: str, request: pytest.FixtureRequest, *, name: str = "store") -> Path | str:
    """A place for a new store on that engine: a folder of that name, or the address of an empty database."""
    folder: Path = request.getfixturevalue("tmp_path")
    if engine == "sqlite":
        return folder / name
    request.getfixturevalue("monkeypatch").setenv("XDG_DATA_HOME", str(folder / "data"))
    return new_database(request.getfixturevalue("postgresql_port"))


def new_database(port: int) -> str:
    """The address of a new, empty database on the server."""
    from sqlalchemy import URL, create_engine

    name = f"store_{secrets.token_hex(4)}"
    server = URL.create("postgresql+psycopg", USER, PASSWORD, "127.0.0.1", port, "postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)
