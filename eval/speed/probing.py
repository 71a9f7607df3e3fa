"""What a store of any size costs: opening it, asking it, changing it. For stores made by `eval.speed.synthetic`.

Everything is done as the assistant does it, except that no model embeds anything. Run it in a process of its own, or
the memory measured is that of whatever else the process has done.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from eval.speed import synthetic
from rag.assembly.library import Library
from rag.protocols import FloatArray, IdArray

__all__ = ["Probe", "probe"]

_K = 10
_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was measured; times in milliseconds for a question, otherwise in seconds.

    open_seconds: from nothing to the index in memory. first_question_ms: the one after it.
    question_ms, dense_ms, lexical_ms, load_ms: of each question, without its embedding: all of it, and the search by
        vector, the search by word, the reading of passages alone. What is left is the ranking of their sentences.
    add_seconds, remove_seconds: of one document of eight passages, until it can or cannot be found, one a round.
    memory_mb: held when all questions were answered; peak_memory_mb: the most that was held until the end.
    recall_at_10: share of the ten nearest passages, by the stored vectors, that are found.
    """

    n_passages: int
    open_seconds: float
    first_question_ms: float
    question_ms: tuple[float, ...]
    dense_ms: tuple[float, ...]
    lexical_ms: tuple[float, ...]
    load_ms: tuple[float, ...]
    add_seconds: tuple[float, ...]
    remove_seconds: tuple[float, ...]
    memory_mb: float
    peak_memory_mb: float
    index_mb: float
    store_mb: float
    recall_at_10: float


def probe(folder: Path, scratch: Path, *, n_questions: int, n_recall: int) -> Probe:
    """What the store in `folder` costs, which is left as it was; `scratch` is an empty folder."""
    asked = synthetic.questions(n_questions, seed=97)
    vectors = synthetic.SyntheticEmbedder().embed_questions(asked)
    started = time.perf_counter()
    library = Library(folder, synthetic.settings())
    library.vector_search.refresh()
    open_seconds = time.perf_counter() - started
    whole: list[float] = []
    dense: list[float] = []
    lexical: list[float] = []
    load: list[float] = []
    for question, vector in zip(asked, vectors, strict=True):
        with _timed(whole):
            library.retriever.retrieve(question, vector, _K)
    memory_mb = _resident_mb()
    for question, vector in zip(asked, vectors, strict=True):
        with _timed(dense):
            hits = library.vector_search.search(vector, synthetic.settings().n_passages)
        with _timed(lexical):
            library.word_index.search(question, synthetic.settings().n_passages)
        with _timed(load):
            library.store.passages.load([hit.passage_id for hit in hits], synthetic.DIM)
    recall = _recall(library, vectors[:n_recall])
    added, removed = _changes(library, scratch)
    found = Probe(
        n_passages=library.store.passages.count(),
        open_seconds=open_seconds,
        first_question_ms=whole[0],
        question_ms=tuple(whole[1:]),
        dense_ms=tuple(dense),
        lexical_ms=tuple(lexical),
        load_ms=tuple(load),
        add_seconds=tuple(added),
        remove_seconds=tuple(removed),
        memory_mb=memory_mb,
        peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        index_mb=_size_mb(folder / "index"),
        store_mb=_size_mb(folder),
        recall_at_10=recall,
    )
    library.close()
    return found


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    into.append(1000 * (time.perf_counter() - started))


def _changes(library: Library, scratch: Path) -> tuple[list[float], list[float]]:
    """Seconds to add and to remove a document, until a question no longer finds what it found before."""
    random = np.random.default_rng(11)
    added, removed = [], []
    for number in range(_ROUNDS):
        path = scratch / f"{number}.txt"
        path.write_text(synthetic.text_of(random, 8), encoding="utf-8")
        added.append(_seconds(partial(library.add, [path])))
        is_found = _finds(library, path)
        removed.append(_seconds(partial(library.remove, [path])))
        if not is_found or _finds(library, path):
            raise AssertionError(f"{path.name} was not found after it was added, or found after it was removed")
    return added, removed


def _finds(library: Library, path: Path) -> bool:
    """Whether the nearest passages of the document's text are its own."""
    hits = library.vector_search.search(library.retriever.embed(path.read_text(encoding="utf-8")), _K)
    passages = library.store.passages.load([hit.passage_id for hit in hits], synthetic.DIM).passages
    return any(passage.source == str(path) for passage in passages)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _recall(library: Library, vectors: FloatArray) -> float:
    """By comparing all stored vectors, a batch at a time."""
    scores: FloatArray = np.full((len(vectors), _K), -np.inf, dtype=np.float32)
    nearest: IdArray = np.full((len(vectors), _K), -1, dtype=np.int64)
    for ids, rows in library.store.passages.vectors(library.store.passages.ids(), synthetic.DIM):
        scores = np.concatenate([scores, vectors @ rows.T], axis=1)
        nearest = np.concatenate([nearest, np.broadcast_to(ids, (len(vectors), len(ids)))], axis=1)
        best = np.argpartition(-scores, _K - 1, axis=1)[:, :_K]
        scores = np.take_along_axis(scores, best, axis=1)
        nearest = np.take_along_axis(nearest, best, axis=1)
    found = [{hit.passage_id for hit in library.vector_search.search(vector, _K)} for vector in vectors]
    wanted = [set(row) - {-1} for row in nearest.tolist()]
    return float(np.mean([len(mine & theirs) / len(theirs) for mine, theirs in zip(found, wanted, strict=True)]))


def _resident_mb() -> float:
    """Memory held now, where the operating system tells it; else the most that was held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
