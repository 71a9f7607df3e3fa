"""Haystack's stock pipeline: DocumentSplitter, an in-memory store, its retriever by vector, and that beside its BM25.

All arguments are defaults: chunks of 200 words, no overlap. The hybrid joins both lists by reciprocal rank, as its page
shows it, without the cross-encoder that comes behind it there, whose weights need the network. Telemetry is off.

Source: docs.haystack.deepset.ai, "InMemoryEmbeddingRetriever" and "Hybrid Retrieval".
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from eval.cases import CorpusDocument
from eval.peers.protocol import N_CITED, Found, IndexReport, model_folder
from rag import Span

__all__ = ["HaystackHybridPeer", "HaystackPeer"]


class HaystackPeer:
    """Chunks of 200 words by vector, its default."""

    name = "haystack"
    _is_hybrid = False

    def __init__(self) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when the library is imported
        self._core = import_module("haystack")  # here: a checkout without the extra can still import this file
        embedders = import_module("haystack_integrations.components.embedders.sentence_transformers")
        arguments = {"model": model_folder(), "local_files_only": True, "progress_bar": False}
        self._of_documents: Any = embedders.SentenceTransformersDocumentEmbedder(**arguments)
        self._of_questions: Any = embedders.SentenceTransformersTextEmbedder(**arguments)
        for embedder in (self._of_documents, self._of_questions):
            embedder.warm_up()
        self._of_questions.run(text="the first run of a model is slow")
        self._store: Any = import_module("haystack.document_stores.in_memory").InMemoryDocumentStore()
        retrievers = import_module("haystack.components.retrievers.in_memory")
        self._by_vector: Any = retrievers.InMemoryEmbeddingRetriever(self._store)
        self._by_words: Any = retrievers.InMemoryBM25Retriever(self._store)
        joiners = import_module("haystack.components.joiners")
        self._joiner: Any = joiners.DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Cut into chunks, encode and store."""
        splitter = import_module("haystack.components.preprocessors").DocumentSplitter()
        splitter.warm_up()
        started = time.perf_counter()
        whole = [self._core.Document(content=each.text, meta={"document": each.id}) for each in documents]
        chunks = splitter.run(documents=whole)["documents"]
        self._store.write_documents(self._of_documents.run(documents=chunks)["documents"])
        seconds = time.perf_counter() - started
        return IndexReport(len(chunks), sum(len(document.text) for document in documents), seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` best chunks, by its retriever or by both."""
        vector = self._of_questions.run(text=question)["embedding"]
        found = self._by_vector.run(query_embedding=vector, top_k=k)["documents"]
        if self._is_hybrid:
            by_words = self._by_words.run(query=question, top_k=k)["documents"]
            found = self._joiner.run(documents=[found, by_words], top_k=k)["documents"]
        return [_found(chunk) for chunk in found]

    def cite(self, question: str) -> list[Found]:
        """The first few that it finds; it always answers."""
        return self.search(question, N_CITED)

    def close(self) -> None:
        """Nothing is open."""


class HaystackHybridPeer(HaystackPeer):
    """The same chunks by vector and by its BM25, joined by reciprocal rank."""

    name = "haystack-hybrid"
    _is_hybrid = True


def _found(chunk: Any) -> Found:
    start = chunk.meta["split_idx_start"]
    return Found(
        document_id=chunk.meta["document"], text=chunk.content, span=Span(start=start, end=start + len(chunk.content))
    )
