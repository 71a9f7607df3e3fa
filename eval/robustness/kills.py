"""Kill a writing process at random moments, damage what a power cut may damage, and prove that nothing is lost.

Each round changes some files of a folder, starts a process that adds, syncs, removes, rebuilds, prunes, imports an
export or takes uploads in, and kills it (SIGKILL) at a random moment of the time that it takes undisturbed. Some rounds
then do what else may happen: bytes of the write-ahead log that were not yet synced are cut off or overwritten, as after
a power cut, or files of the vector index are torn, overwritten or deleted. Another process then opens the store and
looks:

- the store opens, and after a question, which makes a damaged vector index anew, `check` finds nothing;
- every document that a finished run had reported is there with its text, unless the killed run was about to change it;
- of those that the killed run was about to change, each is as before or as after, never in between, and a removal has
  taken all or none;
- an import has made a whole store or none, and an upload is in the store whole or not at all;
- nothing half written is left once the store is open: no folder of an upload, an export or an import, no upload that no
  document is of;
- every quote of an answer is what stands in its document.

Source: the method of SQLite's own crash tests (https://www.sqlite.org/testing.html, section 3.3), with real processes
in place of a simulated disk.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from rag import Assistant, RagError, Settings

__all__ = ["Tally", "add_arguments", "main", "measure"]

OPERATIONS = ("add", "sync", "remove", "rebuild", "prune", "import", "upload")
N_FILES, N_UPLOADS = 24, 4
_LOG_HEADER, _FRAME_HEADER = 32, 24  # bytes
SETTINGS = {"embedder": "hashing", "abstain_below": 0.0, "passage_tokens": 32, "llm": "none"}
_WORDS = ["bridge", "river", "road", "stone", "grey", "wide", "old", "town", "engineer", "opened", "carries", "crosses"]

Texts: TypeAlias = dict[str, str]
"""Path of a file → what is in it."""


@dataclass
class Tally:
    """What was seen, by name; `problems` holds a sentence for each thing that must never be."""

    n_rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    damaged: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval kills`."""
    parser.add_argument("--n", type=int, default=500, help="how many processes to kill")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments and changes")


def main(options: argparse.Namespace) -> int:
    """Print what was seen; 1 when anything was lost."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        tally = measure(Path(scratch), n_kills=options.n, seed=options.seed)
    for operation in OPERATIONS:
        print(f"{operation:8} killed {tally.killed[operation]:4}, too late for {tally.finished[operation]:4}")
    for damage, number in sorted(tally.damaged.items()):
        print(f"{damage}: {number}")
    print(
        f"{sum(tally.killed.values())} kills in {time.perf_counter() - started:.0f} s, {len(tally.problems)} problems"
    )
    for problem in tally.problems:
        print(f"- {problem}")
    return 1 if tally.problems else 0


def measure(scratch: Path, *, n_kills: int, seed: int = 0) -> Tally:
    """What `n_kills` kills in a new store under `scratch` do."""
    run = _Run(scratch, random.Random(seed))  # noqa: S311 - no secret
    run.begin()
    while sum(run.tally.killed.values()) < n_kills and not run.tally.problems:
        run.round()
    return run.tally


class _Run:
    def __init__(self, scratch: Path, chance: random.Random) -> None:
        self.tally = Tally()
        self._chance = chance
        self._folder = scratch / "documents"
        self._store = scratch / "store"
        self._result = scratch / "result.json"
        self._export = scratch / "export.zip"
        self._imported = scratch / "imported"
        self._stored: Texts = {}
        self._seconds: dict[str, float] = {}

    def begin(self) -> None:
        """Fill the store, and take each operation's time undisturbed."""
        for library in ("faiss", "nupunkt", "sqlalchemy.dialects.sqlite"):  # once, not in each process
            importlib.import_module(library)
        self._folder.mkdir(parents=True)
        for number in range(N_FILES):
            self._write(self._folder / f"{number:02}.txt")
        for operation in ("add", *OPERATIONS):
            times = []
            for _ in range(3):
                self._change_files()
                started = time.perf_counter()
                _finish(_start(lambda: self._operate(operation)))  # noqa: B023 - used before the next round
                times.append(time.perf_counter() - started)
            self._seconds[operation] = statistics.median(times)
        _finish(_start(lambda: self._operate("sync")))
        self._stored = self._look()

    def round(self) -> None:
        """One kill, perhaps some damage, and a look."""
        self.tally.n_rounds += 1
        operation = self._chance.choice(OPERATIONS)
        self._change_files()
        wanted = self._wanted(operation)
        shutil.rmtree(self._imported, ignore_errors=True)
        process = _start(lambda: self._operate(operation))
        time.sleep(self._chance.uniform(0, 1.1 * self._seconds[operation]))
        is_killed = _kill(process)
        (self.tally.killed if is_killed else self.tally.finished)[operation] += 1
        if is_killed:
            self._damage()
        found = self._look()
        self._look_for_leftovers()
        if operation == "import":
            self._look_at_import(is_killed=is_killed)
        self._judge(operation, found, wanted, is_killed=is_killed)
        self._stored = found

    def _operate(self, operation: str) -> None:
        """What the process does that is going to be killed."""
        if operation == "import":
            self._import()
            return
        with Assistant.open(self._store, Settings(**SETTINGS)) as assistant:
            match operation:
                case "add":
                    assistant.add([self._folder])
                case "sync":
                    assistant.sync(self._folder)
                case "remove":
                    assistant.remove([self._folder])
                case "rebuild":
                    assistant.rebuild()
                case "prune":
                    assistant.prune()
                case "upload":
                    self._upload(assistant)

    def _import(self) -> None:
        """Export the store and make another one from that: a kill may meet either."""
        self._export.unlink(missing_ok=True)
        with Assistant.open(self._store, Settings(**SETTINGS)) as assistant:
            assistant.export(self._export)
        Assistant.import_store(self._export, self._imported)

    def _upload(self, assistant: Assistant) -> None:
        """Take in some files of the folder by way of where a page receives them."""
        with assistant.receiving() as folder:
            files = []
            for path in sorted(self._folder.iterdir())[:N_UPLOADS]:
                received = folder / path.name
                received.write_bytes(path.read_bytes())
                files.append((f"upload {path.name}", received))
            assistant.add_uploads(files)

    def _look(self) -> Texts:
        """The texts in the store, by source, as another process sees them; what is wrong becomes a problem."""
        self._result.unlink(missing_ok=True)
        _finish(_start(lambda: self._result.write_text(json.dumps(_seen(self._store)), encoding="utf-8")))
        if not self._result.exists():
            self.tally.problems.append(f"round {self.tally.n_rounds}: looking at the store did not end")
            return {}
        seen = json.loads(self._result.read_text(encoding="utf-8"))
        self.tally.problems += [f"round {self.tally.n_rounds}: {problem}" for problem in seen["problems"]]
        texts: Texts = seen["texts"]
        return texts

    def _wanted(self, operation: str) -> Texts:
        """What the store would hold of the files afterwards, by source."""
        if operation == "upload":
            paths = sorted(self._folder.iterdir())[:N_UPLOADS]
            return {f"upload {path.name}": path.read_text(encoding="utf-8") for path in paths}
        return _texts(self._folder)

    def _look_at_import(self, *, is_killed: bool) -> None:
        """What came of an import: the same documents, or, when it was killed, nothing."""
        if not is_killed or (self._imported / "store.db").exists():
            seen = _seen(self._imported)
            self._say("the imported store", [str(problem) for problem in cast(list[object], seen["problems"])])
            if seen["texts"] != self._stored:
                self._say("the imported store", ["it holds other documents"])

    def _look_for_leftovers(self) -> None:
        """Whatever is half written, after the store was opened; an upload is its document's."""
        known = {source for source in self._look_up_files() if source.startswith("uploads/")}
        uploads = {f"uploads/{path.name}" for path in (self._store / "uploads").glob("*")}
        self._say("an upload of no document", sorted(uploads - known))
        left = [*(self._store / "incoming").glob("*"), *self._store.glob("index/.saving-*")]
        left += self._store.parent.glob(".*")
        self._say("left behind", sorted(str(path.relative_to(self._store.parent)) for path in left))

    def _look_up_files(self) -> list[str]:
        with closing(sqlite3.connect(self._store / "store.db")) as connection:
            return [file for (file,) in connection.execute("SELECT DISTINCT file FROM documents")]

    def _say(self, what: str, problems: list[str]) -> None:
        self.tally.problems += [f"round {self.tally.n_rounds}, {what}: {problem}" for problem in problems]

    def _judge(self, operation: str, found: Mapping[str, str], wanted: Mapping[str, str], *, is_killed: bool) -> None:
        """Compare with what was stored before and what the operation would have made of it."""
        for source in self._stored.keys() | found.keys() | wanted.keys():
            before, after, now = self._stored.get(source), wanted.get(source), found.get(source)
            allowed = {before}
            if operation in ("add", "sync", "upload"):
                allowed.add(after if after is not None or operation == "sync" else before)
            if operation == "sync" and source.startswith("upload "):
                allowed = {before}
            if operation == "remove":
                allowed.add(None)
            if not is_killed and operation in ("add", "sync", "upload") and after is not None:
                allowed = {after}
            if now not in allowed:
                self.tally.problems.append(
                    f"round {self.tally.n_rounds}, {operation}: {source!r} was {_short(before)}, was to become "
                    f"{_short(after)}, and is {_short(now)}"
                )
        in_folder = {source for source in self._stored if not source.startswith("upload ")}
        if operation == "remove" and in_folder & found.keys() not in (set(), in_folder):
            self.tally.problems.append(f"round {self.tally.n_rounds}: a removal took some documents and left others")

    def _damage(self) -> None:
        """What a power cut or a bad disk does beside the kill, in every other round."""
        kind = self._chance.choice(("nothing", "nothing", "log cut off", "log overwritten", "index file damaged"))
        if kind.startswith("log"):
            path = self._store / "store.db-wal"
            content = path.read_bytes() if path.exists() else b""
            safe = _n_synced_bytes(content)
            if len(content) <= safe:
                return
            start = self._chance.randrange(safe, len(content))
            tail = b"" if kind == "log cut off" else self._chance.randbytes(len(content) - start)
            path.write_bytes(content[:start] + tail)
            (self._store / "store.db-shm").unlink(missing_ok=True)  # as after a start of the machine
        elif kind == "index file damaged":
            files = sorted(path for path in self._store.glob("index/**/*") if path.is_file())
            if not files:
                return
            path = self._chance.choice(files)
            content = path.read_bytes()
            half = self._chance.randrange(len(content) + 1)
            self._chance.choice((
                path.unlink,
                lambda: path.write_bytes(content[:half]),
                lambda: path.write_bytes(content[:half] + self._chance.randbytes(len(content) - half)),
            ))()  # fmt: skip
        if kind != "nothing":
            self.tally.damaged[kind] += 1

    def _change_files(self) -> None:
        """Write, rewrite, rename and delete some files of the folder."""
        for _ in range(self._chance.randrange(1, 6)):
            path = self._folder / f"{self._chance.randrange(N_FILES):02}.txt"
            match self._chance.randrange(5):
                case 0 if path.exists() and len(list(self._folder.iterdir())) > N_FILES // 2:
                    path.unlink()
                case 1 if path.exists():
                    path.rename(self._folder / f"{self._chance.randrange(N_FILES):02}.txt")
                case _:
                    self._write(path)

    def _write(self, path: Path) -> None:
        sentences = [
            " ".join(["The", *self._chance.choices(_WORDS, k=9), str(self._chance.randrange(10**6))]) + "."
            for _ in range(self._chance.randrange(5, 60))
        ]
        path.write_text(" ".join(sentences), encoding="utf-8")


def _n_synced_bytes(log: bytes) -> int:
    """Bytes of a write-ahead log up to the end of its last commit: those were synced before anything else happened.

    A checkpoint writes committed pages into the database only after that, so that cutting them off afterwards would
    be no power cut but a disk that lies.

    Source: https://www.sqlite.org/fileformat2.html, section 4.1 (header, and frames with their salts).
    """
    if len(log) < _LOG_HEADER:
        return 0
    (page_size,) = struct.unpack(">I", log[8:12])
    salts, end = log[16:24], _LOG_HEADER
    for start in range(_LOG_HEADER, len(log) - _FRAME_HEADER - page_size + 1, _FRAME_HEADER + page_size):
        n_pages_after_commit, frame_salts = log[start + 4 : start + 8], log[start + 8 : start + 16]
        if frame_salts == salts and any(n_pages_after_commit):
            end = start + _FRAME_HEADER + page_size
    return end


def _seen(store: Path) -> dict[str, object]:
    """What a process finds that opens the store."""
    try:
        with Assistant.open(store, Settings(**SETTINGS)) as assistant:
            problems = []
            texts = {info.source: assistant.document(info.id).text for info in assistant.documents()}
            for evidence in assistant.ask("Which bridge crosses the grey river?").evidence:
                if evidence.span.slice(assistant.document(evidence.document_id).text) != evidence.quote:
                    problems.append(f"{evidence.source!r} does not say {evidence.quote!r}")
            if texts and not assistant.retrieve("bridge river road"):
                problems.append("nothing is found")
            return {"problems": problems + assistant.check(), "texts": texts}
    except RagError as error:
        return {"problems": [f"the store does not open: {error}"], "texts": {}}


def _texts(folder: Path) -> Texts:
    return {str(path): path.read_text(encoding="utf-8") for path in folder.iterdir()}


def _short(text: str | None) -> str:
    return "missing" if text is None else f"{text[:20]!r}…"


def _start(work: Callable[[], object]) -> int:
    """The id of a new process that does the work; its exit status is 0 when it was done."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _kill(process: int) -> bool:
    """Whether the process was still at work when it was killed."""
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def _finish(process: int) -> None:
    os.waitpid(process, 0)
