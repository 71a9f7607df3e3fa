"""Processes whose look-ups, connections and written files are seen, at the level of the C library where that can be.

`observer.c` is built with the machine's C compiler and preloaded. Without a compiler the interpreter's audit events
are taken, which see what Python does and not what a library does by itself; `Observer.sees_libraries` says which.

Source: ld.so(8), LD_PRELOAD; https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Observed", "Observer", "Place", "compiler"]

_ROOT = Path(__file__).parents[2]
_LIBRARY = Path(__file__).with_name("observer.c")
_NO_FILES = ("/dev/", "/proc/")
_INSTALLED = Path(sys.prefix)
"""Where libraries are: Gradio keeps a salt and stubs for editors inside of its own folder when it is first started."""
_AUDIT = """
import os, sys

def note(what, where):
    log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(log, f"{{what}} {{where}}\\n".encode())
    os.close(log)

def audit(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if name and name != "localhost" and not name.replace(".", "").isdigit() and ":" not in name:
            note("look-up", name)
            raise OSError("observed")
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "0.0.0.0")):
            note("connection" if event == "socket.connect" else "packet", f"{{address[0]}}:{{address[1]}}")
            raise OSError("observed")
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path, flags = os.path.abspath(os.fsdecode(arguments[0])), arguments[2] or 0
        if path != {log!r} and (flags & (os.O_CREAT | os.O_TRUNC) or flags & os.O_ACCMODE != os.O_RDONLY):
            note("file", path)
    elif event in ("os.mkdir", "os.rename"):
        note("file", os.path.abspath(os.fsdecode(arguments[event == "os.rename"])))

sys.addaudithook(audit)
"""


class Observed(NamedTuple):
    """What left the machine, and what was written where nothing of ours belongs; both sorted."""

    network: list[str]
    files: list[str]


class Place(NamedTuple):
    """Where an observed process lives: a person's home, working directory, temporary folder and store."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def cache(self) -> Path:
        return self.home / ".cache" / "chapter-and-verse"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def said(self) -> Path:
        return self.folder / "said"


class Observer:
    """Starts Python in a place and reads afterwards what it did.

    sees_libraries: whether calls of libraries by themselves are seen, or only those of Python.
    """

    def __init__(self, folder: Path, *, compiler: str | None) -> None:
        folder.mkdir(parents=True)
        for name in ("home", "work", "temporary"):
            (folder / name).mkdir()
        self.place = Place(folder)
        self.sees_libraries = compiler is not None and sys.platform == "linux"
        if self.sees_libraries:
            built = folder / "observer.so"
            command = [compiler, "-shared", "-fPIC", "-O1", f'-DLOG="{self.place.log}"', "-o", built, _LIBRARY, "-ldl"]
            subprocess.run(list(map(str, command)), check=True, timeout=60)
            self._how = {"LD_PRELOAD": str(built)}
        else:
            hook = folder / "hook"
            hook.mkdir()
            (hook / "sitecustomize.py").write_text(_AUDIT.format(log=str(self.place.log)), encoding="utf-8")
            self._how = {"PYTHONPATH": f"{hook}{os.pathsep}{_ROOT}"}

    def start(self, *arguments: str) -> None:
        """Start `python ARGUMENTS` in the place, with nothing of this process's environment but where programs are.

        What it says goes into `place.said`.
        """
        environment = {
            "HOME": str(self.place.home),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(_ROOT),
            "PYTHONUNBUFFERED": "1",
            "RAG_LLM": "none",
            "TMPDIR": str(self.place.temporary),
            **self._how,
        }
        with self.place.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.place.work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def ended(self) -> Observed:
        """What was seen of the process, which has to end well."""
        status = self.process.wait(timeout=300)
        assert status == 0, self.said()
        return self._observed()

    def said(self) -> str:
        """What the process has said until now."""
        return self.place.said.read_text(encoding="utf-8")

    def _observed(self) -> Observed:
        lines = self.place.log.read_text(encoding="utf-8").splitlines() if self.place.log.exists() else []
        network = {line for line in lines if not line.startswith("file ")}
        written = {os.path.normpath(line.removeprefix("file ")) for line in lines if line.startswith("file ")}
        written |= {str(path) for path in (*self.place.home.rglob("*"), *self.place.work.rglob("*")) if path.is_file()}
        return Observed(sorted(network), sorted(path for path in written if self._is_foreign(path)))

    def _is_foreign(self, path: str) -> bool:
        own: Sequence[Path] = (self.place.store, self.place.temporary, self.place.cache, _INSTALLED)
        above_own = any(str(place).startswith(f"{path}/") for place in own)  # made on the way to them
        return not (above_own or path.startswith(_NO_FILES) or any(Path(path).is_relative_to(place) for place in own))


def compiler() -> str | None:
    """The machine's C compiler, if it has one."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
