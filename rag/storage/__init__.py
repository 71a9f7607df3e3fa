"""The source of truth: documents, sentences, passages, vectors and answers in one SQLite database."""

from rag.storage.answers import StoredAnswer
from rag.storage.documents import KnownVersion, NewPassage
from rag.storage.passages import StoredPassage
from rag.storage.soundness import problems
from rag.storage.store import Store

__all__ = ["KnownVersion", "NewPassage", "Store", "StoredAnswer", "StoredPassage", "problems"]
