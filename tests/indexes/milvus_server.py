"""Milvus Lite as a server of its own on loopback, which several processes can use and which can be killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

_MOST_SECONDS = 60.0


class MilvusServer:
    """A server over the data in `folder`, at `uri` while it runs."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """port: 0 for any that is free."""
        self._folder = folder
        with socket.socket() as free:
            if not port:
                free.bind(("127.0.0.1", 0))
            self.port = port or free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--data-dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _MOST_SECONDS
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, "Milvus Lite ended"
            time.sleep(0.1)
        raise TimeoutError("Milvus Lite did not start")

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
