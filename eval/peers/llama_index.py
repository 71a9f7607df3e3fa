"""LlamaIndex's stock pipeline: SentenceSplitter, VectorStoreIndex over FAISS, its retriever, its citation engine.

All arguments are those of its own pages; nothing is set globally. Its splitter and token counter read files that its
wheel carries, so no network is needed. The LLM is LlamaIndex's mock: what the engine shows as sources is every chunk
that it retrieved, whatever the LLM writes, so no better LLM would cite better.

Source: docs.llamaindex.ai, examples/vector_stores/FaissIndexDemo and examples/query_engine/citation_query_engine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import faiss

from eval.cases import CorpusDocument
from eval.peers.protocol import N_CITED, Found, IndexReport, model_folder
from rag import Span

__all__ = ["LlamaIndexPeer", "LlamaIndexWithMetadataPeer"]

_LABEL = re.compile(r"\ASource \d+:\n")


class LlamaIndexPeer:
    """Chunks of at most 1,024 tokens by vector; the citation engine cuts them into 512 tokens for its sources."""

    name = "llama-index"

    def __init__(self) -> None:
        self._core: ModuleType = import_module("llama_index.core")  # here: the file imports without the extra
        self._node_parser: ModuleType = import_module("llama_index.core.node_parser")
        self._llm: Any = import_module("llama_index.core.llms").MockLLM()
        self._stores: ModuleType = import_module("llama_index.vector_stores.faiss")
        self._engines: ModuleType = import_module("llama_index.core.query_engine")
        embeddings = import_module("llama_index.embeddings.huggingface")
        self._embedding: Any = embeddings.HuggingFaceEmbedding(model_name=model_folder(), device="cpu")
        self._dim = len(self._embedding.get_text_embedding("the first run of a model is slow"))
        self._index: Any = None
        self._engine: Any = None

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """`VectorStoreIndex.from_documents`, which cuts, encodes and stores."""
        started = time.perf_counter()
        store = self._stores.FaissVectorStore(faiss_index=faiss.IndexFlatL2(self._dim))
        self._index = self._core.VectorStoreIndex.from_documents(
            [self._document(document) for document in documents],
            storage_context=self._core.StorageContext.from_defaults(vector_store=store),
            embed_model=self._embedding,
            transformations=[self._node_parser.SentenceSplitter()],
        )
        seconds = time.perf_counter() - started
        self._engine = self._engines.CitationQueryEngine.from_args(self._index, llm=self._llm, similarity_top_k=N_CITED)
        n_chunks = len(self._index.docstore.docs)
        return IndexReport(n_chunks, sum(len(document.text) for document in documents), seconds)

    def _document(self, document: CorpusDocument) -> Any:
        return self._core.Document(text=document.text, id_=document.id)

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` nearest chunks, by its retriever."""
        k = min(k, len(self._index.docstore.docs))  # it fails on the empty places that FAISS returns beyond that
        return [_found(scored.node) for scored in self._index.as_retriever(similarity_top_k=k).retrieve(question)]

    def cite(self, question: str) -> list[Found]:
        """The `source_nodes` of the citation engine's response, without the label that it writes into their text."""
        return [_found(scored.node) for scored in self._engine.query(question).source_nodes]

    def close(self) -> None:
        """Nothing is open."""


class LlamaIndexWithMetadataPeer(LlamaIndexPeer):
    """The same over documents that carry title, outlet, author and date, which it writes before what it embeds."""

    name = "llama-index-metadata"

    def _document(self, document: CorpusDocument) -> Any:
        said = {"title": document.title} | {
            name: document.metadata[name] for name in ("source", "author", "published_at") if name in document.metadata
        }
        metadata = {name: value for name, value in said.items() if value}
        return self._core.Document(text=document.text, id_=document.id, metadata=metadata)


def _found(node: Any) -> Found:
    start, end = node.start_char_idx, node.end_char_idx
    return Found(
        document_id=node.ref_doc_id,
        text=_LABEL.sub("", node.get_content()).strip(),
        span=None if start is None or end is None else Span(start=start, end=end),
    )
