"""The chat's app in a process of its own, and browsers without a window that talk to it as its page does.

Gradio's page joins a queue with the question and reads events until the answer is complete; so does `Visitor`, over
plain HTTP, and it sees the same HTML.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

__all__ = ["App", "Visitor", "cpu_seconds", "memory_mb", "running_app"]

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 180
_ANSWER_SECONDS = 120
_END_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class App:
    """An app that said it is ready.

    ready_seconds: from the start of the process until then; cpu_seconds: what it computed in that time.
    """

    url: str
    pid: int
    ready_seconds: float
    cpu_seconds: float

    def memory_mb(self) -> float:
        """What of the process is in memory now."""
        return memory_mb(self.pid)


@contextmanager
def running_app(store: Path) -> Iterator[App]:
    """The app over a store, quoting without a language model, until the end of the block.

    Raises:
        RuntimeError: it did not become ready.
    """
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-u", "-m", "ui", "--port", "0", "--store", str(store), "--llm", "none"],
            stdout=said,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        )
        try:
            while True:
                said.seek(0)
                ready = [line for line in said.read().splitlines() if line.startswith("Ready at ")]
                seconds = time.perf_counter() - started
                if ready:
                    break
                if process.poll() is not None or seconds > _START_SECONDS:
                    raise RuntimeError("the app did not start: try `python -m ui`")
                time.sleep(0.02)
            url = ready[0].split()[2].rstrip("/")
            yield App(url=url, pid=process.pid, ready_seconds=seconds, cpu_seconds=cpu_seconds(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def memory_mb(pid: int) -> float:
    """What of a process, and of those that it has started, is in memory now; what they share counts for each."""
    said = "\n".join(Path(f"/proc/{each}/status").read_text(encoding="ascii", errors="replace") for each in _all(pid))
    return sum(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmRSS:")) / 1024


def cpu_seconds(pid: int) -> float:
    """What a process, and those that it has started, have computed since their start."""
    ticks = 0
    for each in _all(pid):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _all(pid: int) -> list[int]:
    """The process and those that it has started."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(each for child in started for each in _all(int(child)))]


class Visitor:
    """One conversation with the app, as a page of its own holds it."""

    def __init__(self, app: App) -> None:
        self._client = httpx.Client(base_url=app.url, timeout=_ANSWER_SECONDS, trust_env=False)
        self._session = uuid.uuid4().hex[:12]
        config = self._client.get("/config").json()
        box = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == "cv-question")
        asked = next(each for each in config["dependencies"] if [box, "submit"] in each["targets"])
        self._function = asked["id"]
        values = {part["id"]: part["props"].get("value") for part in config["components"]}
        self._settings = [values[part] for part in asked["inputs"] if part != box]

    def ask(self, question: str) -> str:
        """All that the page is told until the answer is complete, as JSON lines.

        Raises:
            RuntimeError: the app gave an error in place of an answer.
        """
        request = {
            "data": [question, *self._settings],
            "event_data": None,
            "fn_index": self._function,
            "session_hash": self._session,
        }
        self._client.post("/gradio_api/queue/join", json=request).raise_for_status()
        told = []
        with self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as events:
            for line in events.iter_lines():
                if not line.startswith("data:"):
                    continue
                told.append(line[5:])
                event = json.loads(line[5:])
                if event["msg"] == "process_completed":
                    if not event["success"]:
                        raise RuntimeError(f"the app failed: {line[:300]}")
                    return "\n".join(told)
        raise RuntimeError("the app ended the answer before it was complete")

    def close(self) -> None:
        """Leave."""
        self._client.close()
