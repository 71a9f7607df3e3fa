"""Question → ranked evidence sentences, and how likely it is that they answer."""

from rag.retrieval.overview import overview_topic
from rag.retrieval.reading import OneByOne
from rag.retrieval.retriever import Retrieval, Retriever, leans_back
from rag.retrieval.vector_search import VectorSearch
from rag.retrieval.words_beside import WordsBeside

__all__ = ["OneByOne", "Retrieval", "Retriever", "VectorSearch", "WordsBeside", "leans_back", "overview_topic"]
