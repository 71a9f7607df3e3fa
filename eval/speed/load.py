"""Fifty people ask the server at once, over 10,000 documents: how long each waits, whether each gets the own answer.

The documents are pieces of five sentences out of the public texts. `rag serve` runs as a process of its own and quotes
without a language model. Afterwards one person asks all the same questions alone, and an answer that is another one
counts as wrong; memory is watched over many more. Times hang on what else the machine does, so the raw embedding model
is timed before and after, in the same run, and the server's own CPU time is told, which hangs on nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import httpx
import numpy as np

from eval.cases import DataError, Split
from eval.data_sets import POOLED, data_folder
from eval.loaded_sets import LoadedSet, load
from eval.provenance import code_version, library_versions, machine_name
from eval.speed.load_users import Step, Way, ask_all, differences, scripts_of
from eval.speed.running_app import cpu_seconds, memory_mb
from rag import Assistant, Settings, sentence_spans
from rag.assembly.backends import build

__all__ = ["Figures", "add_arguments", "main", "pieces_of", "table"]

_ROOT = Path(__file__).parents[2]
_LIBRARIES = ("chapter-and-verse", "onnxruntime", "faiss-cpu", "fastapi", "uvicorn", "httpx")
_SENTENCES, _LEAST_CHARACTERS = 5, 200
_RAW_TEXTS = 200
_MEMORY_AT_ONCE = 4
_STEPS = 20
_START_SECONDS, _END_SECONDS = 180, 30
_TARGET_MS = 800
_AT_ONCE = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured.

    raw_ms: of one document for the embedding model by itself, before and after. seconds, alone_seconds: of each answer.
    cpu_ms: of the server for one answer of the many, and for one given alone.
    wrong: answers that are not those given alone; mixed: of these, what another person was told.
    memory_mb: after the warm-up, and after each part of the `n_watched` questions.
    """

    n_documents: int
    n_users: int
    n_workers: int
    think_seconds: tuple[float, float]
    raw_ms: tuple[float, float]
    seconds: list[float]
    alone_seconds: list[float]
    cpu_ms: tuple[float, float]
    total_seconds: float
    wrong: int
    mixed: int
    n_watched: int
    memory_mb: list[float]
    loads: tuple[float, float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval load`."""
    parser.add_argument("--documents", type=int, default=10_000, help="documents of a store that is made")
    parser.add_argument("--users", type=int, default=50, help="people who ask at once")
    parser.add_argument("--rounds", type=int, default=12, help="questions of each of them")
    parser.add_argument(
        "--think",
        type=float,
        nargs=2,
        metavar=("LEAST", "MOST"),
        default=[1.0, 5.0],
        help="seconds until somebody asks again, drawn for each question",
    )
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--watched", type=int, default=0, help="questions over which memory is watched, such as 20000")
    parser.add_argument("--store", type=Path, help="folder that keeps the store")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")


def main(options: argparse.Namespace) -> int:
    """Print the figures and keep them in a new folder of `--runs`; 1 when an answer was wrong, 2 without data."""
    try:
        folder = data_folder()
        if folder is None:
            raise DataError("EVAL_DATA", "it is not set - name the folder that holds the public sets")
        public = load(POOLED, folder)
        with tempfile.TemporaryDirectory() as scratch:
            store = options.store or Path(scratch, "store")
            if not store.exists():
                _fill(store, pieces_of(public, options.documents))
            figures = _measured(store, public, options)
    except DataError as error:
        print(error)
        return 2
    written = table(figures)
    print(written)
    kept = options.runs / f"load-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    kept.mkdir(parents=True)
    record = {
        "task": "load",
        "commit": code_version(),
        "machine": machine_name(),
        "versions": library_versions(_LIBRARIES),
        "figures": asdict(figures),
    }
    (kept / "record.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    (kept / "summary.md").write_text(written + "\n", encoding="utf-8")
    print(f"Run: {kept}")
    return 1 if figures.wrong else 0


def pieces_of(public: LoadedSet, n: int) -> list[tuple[str, str]]:
    """So many titles with five sentences each, from all over the corpus, the same ones every time.

    Raises:
        DataError: the corpus has fewer.
    """
    found: list[tuple[str, str]] = []
    for document in public.corpus.values():
        spans = sentence_spans(document.text)
        for first in range(0, len(spans), _SENTENCES):
            last = spans[min(first + _SENTENCES, len(spans)) - 1]
            text = document.text[spans[first].start : last.end]
            if len(text) >= _LEAST_CHARACTERS:
                found.append((document.title, text))
    if len(found) < n:
        raise DataError(public.name, f"it makes {len(found):,} documents, not {n:,} - ask for fewer with --documents")
    return random.Random(1).sample(found, n)  # noqa: S311 - to be repeated, not to be secret


def _fill(store: Path, pieces: Sequence[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for number, (title, text) in enumerate(pieces):
            path = Path(scratch, f"{number // 1000:03}", f"{number:06}.json")
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps({"title": title, "text": text}, ensure_ascii=False), encoding="utf-8")
        with Assistant.open(store, Settings(llm="none")) as assistant:
            started = time.perf_counter()
            assistant.add([scratch])
            _say(f"{len(pieces):,} documents added in {time.perf_counter() - started:.0f} s")


def _measured(store: Path, public: LoadedSet, options: argparse.Namespace) -> Figures:
    cases = [case for case in public.cases if case.split is Split.TUNE]
    scripts = scripts_of(cases, options.users + 1, options.rounds)
    warming, scripts = scripts[0], scripts[1:]
    n_asked = options.users * options.rounds
    texts = [document.text for document in islice(public.corpus.values(), _RAW_TEXTS)]
    load_before, raw_before = os.getloadavg()[0], _raw_ms(texts)
    with Assistant.open(store, Settings(llm="none"), must_exist=True) as assistant:
        n_documents = len(assistant.documents())
    think = (options.think[0], options.think[1])
    with _server(store, options.workers) as (url, pid):
        asyncio.run(ask_all(url, [warming] * options.workers, think_seconds=_AT_ONCE))
        cpu, started = cpu_seconds(pid), time.perf_counter()
        together = asyncio.run(ask_all(url, scripts, think_seconds=think))
        total, cpu_together = time.perf_counter() - started, cpu_seconds(pid) - cpu
        _say(f"{n_asked} answers to {options.users} people: {total:.0f} s")
        cpu = cpu_seconds(pid)
        alone = asyncio.run(ask_all(url, scripts, think_seconds=_AT_ONCE, n_at_once=1))
        cpu_alone = cpu_seconds(pid) - cpu
        wrong, mixed = differences(together, alone)
        _say(f"the same ones alone: {wrong} others, {mixed} of them somebody else's")
        raw_after, load_after = _raw_ms(texts), os.getloadavg()[0]
        memory = list(_memory(url, pid, scripts, options.watched))
    return Figures(
        n_documents=n_documents,
        n_users=options.users,
        n_workers=options.workers,
        think_seconds=think,
        raw_ms=(raw_before, raw_after),
        seconds=[wait.seconds for waits in together for wait in waits],
        alone_seconds=[wait.seconds for waits in alone for wait in waits],
        cpu_ms=(1000 * cpu_together / n_asked, 1000 * cpu_alone / n_asked),
        total_seconds=total,
        wrong=wrong,
        mixed=mixed,
        n_watched=options.watched,
        memory_mb=memory,
        loads=(load_before, load_after),
    )


def _raw_ms(texts: Sequence[str]) -> float:
    """Milliseconds that the embedding model takes for one text, the best of three times."""
    embedder = build("embedder", "onnx")
    embedder.embed_passages(texts[:8])
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        embedder.embed_passages(texts)
        seconds.append(time.perf_counter() - started)
    return 1000 * min(seconds) / len(texts)


@contextmanager
def _server(store: Path, n_workers: int) -> Iterator[tuple[str, int]]:
    """The address and the process of `rag serve` over the store, until the end of the block, with its models loaded.

    Raises:
        RuntimeError: it did not become ready.
    """
    process = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "rag.cli", "serve", "--store", str(store), "--port", "0", "--rate", "0", "--quiet"),
            *(["--workers", str(n_workers)] if n_workers > 1 else []),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = process.stdout.readline().split()
        if len(said) < 3:
            raise RuntimeError("the server did not start: try `rag serve`")
        url = said[2].removesuffix("/v1")
        until = time.monotonic() + _START_SECONDS
        while httpx.get(f"{url}/readyz", trust_env=False).status_code != 200:
            if time.monotonic() > until:
                raise RuntimeError("the server did not become ready: try `rag serve`")
            time.sleep(0.1)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _memory(url: str, pid: int, scripts: Sequence[Sequence[Step]], n: int) -> Iterator[float]:
    """Megabytes now, and after each twentieth of so many questions, a few at once."""
    yield memory_mb(pid)
    fresh = cycle([step for script in scripts for step in script if step.way is not Way.FOLLOWING])
    part = n // _STEPS
    for number in range(_STEPS if part else 0):
        share = [list(islice(fresh, part // _MEMORY_AT_ONCE)) for _ in range(_MEMORY_AT_ONCE)]
        asyncio.run(ask_all(url, share, think_seconds=_AT_ONCE))
        megabytes = memory_mb(pid)
        _say(f"after {(number + 1) * part:,} questions: {megabytes:.0f} MB")
        yield megabytes


def table(figures: Figures) -> str:
    """The figures, each beside its target."""
    together, alone = (1000 * np.array(seconds) for seconds in (figures.seconds, figures.alone_seconds))
    raw = statistics.mean(figures.raw_ms)
    rate = len(together) / figures.total_seconds
    rows = [
        (
            f"{figures.n_users} people, {figures.n_documents:,} documents, {figures.n_workers} processes",
            "measured",
            "target",
        ),
        ("---", "---", "---"),
        (
            "each asks again after {:g} to {:g} s, answers a second".format(*figures.think_seconds),
            f"{rate:.1f}",
            "",
        ),
        (f"wait, {len(together)} answers: p50 / p95 / most", _spread(together), f"p95 {_TARGET_MS} ms"),
        ("the same, one after the other", _spread(alone), ""),
        ("CPU of the server for one answer, together / alone", "{:.0f} / {:.0f} ms".format(*figures.cpu_ms), ""),
        ("other answers than alone / somebody else's", f"{figures.wrong} / {figures.mixed}", "0 / 0"),
        ("the raw model embeds a document in, before / after", "{:.1f} / {:.1f} ms".format(*figures.raw_ms), ""),
        ("p95 in documents that the raw model embeds meanwhile", f"{np.percentile(together, 95) / raw:.0f}", ""),
    ]
    if figures.n_watched:
        after, last = figures.memory_mb[1], figures.memory_mb[-1]
        said = f"{figures.memory_mb[0]:.0f} … {after:.0f} → {last:.0f} MB ({100 * (last / after - 1):+.1f} %)"
        rows.append((f"memory over {figures.n_watched:,} questions, from the first twentieth", said, "± 5 %"))
    rows.append((f"load of the machine ({os.cpu_count()} cores)", "{:.1f} / {:.1f}".format(*figures.loads), ""))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _spread(milliseconds: np.ndarray) -> str:
    p50, p95, most = np.percentile(milliseconds, [50, 95, 100])
    return f"{p50:.0f} / {p95:.0f} / {most:.0f} ms"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
