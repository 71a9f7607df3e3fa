"""What other ways to search cost at the same sizes, given the same made-up passages, vectors and questions.

Nobody embeds anything: every peer is handed the vectors, so that what is timed is the search alone. Run each in a
process of its own, for its memory.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from eval.peers.bm25s import WordScores
from eval.peers.registry import PEERS, missing_packages
from eval.speed.synthetic import SyntheticEmbedder, passages, questions

__all__ = ["SEARCHES", "PeerProbe", "Search", "probe_peer"]

FloatArray: TypeAlias = NDArray[np.float32]
Find: TypeAlias = Callable[[str, FloatArray], object]
"""A question and its vector → what is found."""

_K = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerProbe:
    """What a peer cost.

    build_seconds: from texts and vectors in memory to the end of the first question. question_ms: of each question.
    peak_memory_mb: of the process, the passages themselves included.
    """

    name: str
    n_passages: int
    build_seconds: float
    question_ms: tuple[float, ...]
    peak_memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A way to search, as its own documentation shows it.

    build: from texts and their vectors, (n, dim).
    n_at_most: passages beyond which it does not fit into a laptop's memory, or answers in many seconds.
    peer: the entry of `eval.peers.registry` that names its libraries; empty when it needs none.
    """

    build: Callable[[list[str], FloatArray], Find]
    n_at_most: int = 1_000_000
    peer: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be installed before it can be measured."""
        return missing_packages(PEERS[self.peer]) if self.peer else ()


def probe_peer(name: str, folder: Path, n_questions: int) -> PeerProbe:
    """What the search called `name` costs over the passages of the synthetic store in `folder`."""
    texts: list[str] = []
    parts = []
    for own_texts, vectors in passages(folder):
        texts += own_texts
        parts.append(vectors)
    matrix = np.concatenate(parts)
    del parts
    asked = questions(n_questions, seed=97)
    asked_vectors = SyntheticEmbedder().embed_questions(asked)
    started = time.perf_counter()
    find = SEARCHES[name].build(texts, matrix)
    find(asked[0], asked_vectors[0])
    build_seconds = time.perf_counter() - started
    question_ms = []
    for question, vector in zip(asked, asked_vectors, strict=True):
        started = time.perf_counter()
        find(question, vector)
        question_ms.append(1000 * (time.perf_counter() - started))
    return PeerProbe(
        name=name,
        n_passages=len(texts),
        build_seconds=build_seconds,
        question_ms=tuple(question_ms),
        peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _exact_scan(_texts: list[str], vectors: FloatArray) -> Find:
    """All inner products by numpy: what the raw model needs at least."""

    def find(_question: str, vector: FloatArray) -> object:
        scores = vectors @ vector
        best = np.argpartition(-scores, min(_K, len(scores)) - 1)[:_K]
        return best[np.argsort(-scores[best])]

    return find


def _bm25s(texts: list[str], _vectors: FloatArray) -> Find:
    words = WordScores()
    words.index(texts)
    return lambda question, _: words.first(question, _K)


def _llama_index(texts: list[str], vectors: FloatArray) -> Find:
    """`VectorStoreIndex` with the vector store that it makes when none is named."""
    return _asked_of(_llama_index_over(texts, vectors, {}))


def _llama_index_faiss(texts: list[str], vectors: FloatArray) -> Find:
    """`VectorStoreIndex` over its `FaissVectorStore`, as its own page makes it."""
    core = import_module("llama_index.core")
    faiss = import_module("faiss")
    store = import_module("llama_index.vector_stores.faiss").FaissVectorStore(faiss.IndexFlatL2(vectors.shape[1]))
    context = core.StorageContext.from_defaults(vector_store=store)
    return _asked_of(_llama_index_over(texts, vectors, {"storage_context": context}))


def _llama_index_over(texts: list[str], vectors: FloatArray, arguments: Mapping[str, object]) -> Any:
    core, schema = import_module("llama_index.core"), import_module("llama_index.core.schema")
    unused = import_module("llama_index.core.embeddings").MockEmbedding(embed_dim=vectors.shape[1])
    nodes = [schema.TextNode(text=text, embedding=vector.tolist()) for text, vector in zip(texts, vectors, strict=True)]
    return core.VectorStoreIndex(nodes, embed_model=unused, **arguments)


def _asked_of(index: Any) -> Find:
    retriever = index.as_retriever(similarity_top_k=_K)
    bundle = import_module("llama_index.core.schema").QueryBundle
    return lambda question, vector: retriever.retrieve(bundle(query_str=question, embedding=vector.tolist()))


SEARCHES: Mapping[str, Search] = MappingProxyType(
    {
        "exact scan": Search(build=_exact_scan),
        "bm25s": Search(build=_bm25s, peer="bm25s"),
        "llama-index": Search(build=_llama_index, n_at_most=100_000, peer="llama-index"),
        "llama-index-faiss": Search(build=_llama_index_faiss, n_at_most=100_000, peer="llama-index"),
    }
)
"""By name, in the order of the tables."""
