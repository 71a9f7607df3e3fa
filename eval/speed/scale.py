"""What a store costs as it grows, beside other ways to search: made-up passages, no model.

Opening, asking by stage, changing, memory and disk. Each size is a synthetic store of its own
(`eval.speed.synthetic`), made once and kept in `--stores`, and measured in a new process, so that memory is that of
one store; so is each peer, over the same passages, vectors and questions. Times of a question leave out its embedding.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from eval.provenance import code_version, library_versions, machine_name
from eval.speed.probing import Probe, probe
from eval.speed.scale_peers import SEARCHES, PeerProbe, probe_peer
from eval.speed.synthetic import fill
from rag import RagError

__all__ = ["add_arguments", "main"]

Result = TypeVar("Result")

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_LIBRARIES = ("chapter-and-verse", "faiss-cpu", "numpy", "SQLAlchemy", "llama-index-core", "bm25s")


class Costs(NamedTuple):
    """What one size cost: ours, and each peer that was measured there."""

    ours: Probe
    peers: tuple[PeerProbe, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval scale`."""
    sizes = ", ".join(f"{size:,}" for size in _SIZES)
    parser.add_argument("--passages", type=int, nargs="+", default=_SIZES[:3], help=f"sizes, such as {sizes}")
    parser.add_argument("--stores", type=Path, help="folder that keeps the stores (10 GB for 1,000,000 passages)")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--recall", type=int, default=100, help="questions whose nearest passages are found exactly")
    parser.add_argument(
        "--peers", nargs="*", default=list(SEARCHES), choices=SEARCHES, metavar="PEER", help=", ".join(SEARCHES)
    )
    parser.add_argument("--peer-questions", type=int, default=30, help="questions for each peer")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")


def main(options: argparse.Namespace) -> int:
    """Print a row for each size and keep figures and plots in a new folder of `--runs`; 2 when a store is unusable."""
    costs: list[Costs] = []
    names = _installed(options.peers)
    print(_HEADER)
    with tempfile.TemporaryDirectory() as temporary:
        stores = options.stores or Path(temporary, "stores")
        stores.mkdir(parents=True, exist_ok=True)
        for size in options.passages:
            try:
                ours = _measured(stores, size, options.questions, options.recall)
            except RagError as error:
                print(error, file=sys.stderr)
                return 2
            print(_row(ours), flush=True)
            peers = [
                _alone(partial(probe_peer, name, stores / str(size) / "store", options.peer_questions))
                for name in names
                if size <= SEARCHES[name].n_at_most
            ]
            costs.append(Costs(ours, tuple(peers)))
    beside = _beside(costs)
    print(f"\n{beside}")
    folder = options.runs / f"scale-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text(json.dumps(_record(costs), indent=1), encoding="utf-8")
    rows = [_row(each.ours) for each in costs]
    (folder / "summary.md").write_text("\n".join([_HEADER, *rows, "", beside, ""]), encoding="utf-8")
    _draw(costs, folder)
    print(f"Run: {folder}")
    return 0


def _draw(costs: Sequence[Costs], folder: Path) -> None:
    try:
        from eval.speed.scale_plots import plots
    except ModuleNotFoundError as error:
        print(f"without plots: pip install {error.name}", file=sys.stderr)
        return
    for name, picture in plots([each.ours for each in costs], [each.peers for each in costs]).items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def _installed(names: Sequence[str]) -> list[str]:
    """The peers that can be measured here; which cannot is said."""
    for name in names:
        if SEARCHES[name].missing:
            print(f"without {name}: pip install {' '.join(SEARCHES[name].missing)}", file=sys.stderr)
    return [name for name in names if not SEARCHES[name].missing]


def _measured(stores: Path, size: int, n_questions: int, n_recall: int) -> Probe:
    folder = stores / str(size)
    if not (folder / "complete").exists():
        started = time.perf_counter()
        _alone(partial(fill, folder / "store", size))
        (folder / "complete").touch()
        print(f"made a store of {size:,} passages in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        return _alone(partial(probe, folder / "store", Path(scratch), n_questions=n_questions, n_recall=n_recall))


def _alone(work: Callable[[], Result]) -> Result:
    """What `work` returns when a new process does it; the process ends before this returns."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.apply(work)
        pool.close()
        pool.join()
    return result


_HEADER = (
    "| passages | open | question p50 / p95 | by vector | by word | reading | add | remove | memory (peak) "
    "| index on disk | store on disk | recall@10 |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def _row(found: Probe) -> str:
    cells = (
        f"{found.n_passages:,}",
        f"{found.open_seconds:.2f} s",
        *map(_milliseconds, (found.question_ms, found.dense_ms, found.lexical_ms, found.load_ms)),
        f"{np.median(found.add_seconds):.2f} s",
        f"{np.median(found.remove_seconds):.2f} s",
        f"{found.memory_mb:.0f} ({found.peak_memory_mb:.0f}) MB",
        f"{found.index_mb:.0f} MB",
        f"{found.store_mb:.0f} MB",
        f"{found.recall_at_10:.3f}",
    )
    return f"| {' | '.join(cells)} |"


def _beside(costs: Sequence[Costs]) -> str:
    """A table of the peers; "ours / theirs" below 1 means that a question of ours, ranking included, is faster."""
    lines = [
        "| passages | peer | question p50 / p95 | ours / theirs, p50 | ready after | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for ours, peers in costs:
        for peer in peers:
            cells = (
                f"{peer.n_passages:,}",
                peer.name,
                _milliseconds(peer.question_ms),
                f"{np.median(ours.question_ms) / np.median(peer.question_ms):.2f}",
                f"{peer.build_seconds:.1f} s",
                f"{peer.peak_memory_mb:.0f} MB",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _milliseconds(values: Sequence[float]) -> str:
    return f"{np.percentile(values, 50):.1f} / {np.percentile(values, 95):.1f} ms"


def _record(costs: Sequence[Costs]) -> dict[str, object]:
    return {
        "task": "scale",
        "commit": code_version(),
        "machine": machine_name(),
        "versions": library_versions(_LIBRARIES),
        "sizes": [asdict(each.ours) for each in costs],
        "peers": [asdict(peer) for each in costs for peer in each.peers],
    }
