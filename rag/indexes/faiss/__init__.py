"""Vector search by FAISS; `index` says how."""

from rag.indexes.faiss.index import FaissIndex

__all__ = ["FaissIndex"]
