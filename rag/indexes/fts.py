"""Word search by SQLite's FTS5, in the same database and transaction as the text itself.

A passage that is committed can be found, one that is rolled back cannot, and nothing has to be rebuilt for a query.
English words match by stem ("territories" finds "territory") and without diacritics; scripts that write without
spaces are found by whole runs only.

Source: https://www.sqlite.org/fts5.html (porter and unicode61 tokenizers; bm25() with k1 = 1.2, b = 0.75, where a
smaller number is better).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, text

from rag.stopwords import STOP_WORDS
from rag.types import Hit

__all__ = ["FtsIndex"]

_CREATE = text(
    "CREATE VIRTUAL TABLE IF NOT EXISTS passage_words"
    " USING fts5(words, tokenize = 'porter unicode61 remove_diacritics 2')"
)
_EXISTS = text("SELECT 1 FROM sqlite_master WHERE name = 'passage_words'")
_ADD = text("INSERT OR REPLACE INTO passage_words (rowid, words) VALUES (:id, :words)")
_REMOVE = text("DELETE FROM passage_words WHERE rowid = :id")
_CLEAR = text("DELETE FROM passage_words")
_COMPACT = text("INSERT INTO passage_words (passage_words) VALUES ('optimize')")
_COUNT = text("SELECT count(*) FROM passage_words")
_COUNT_MATCHES = text("SELECT count(*) FROM passage_words WHERE passage_words MATCH :query")
_SEARCH = text(
    "SELECT rowid, bm25(passage_words) AS badness FROM passage_words"
    " WHERE passage_words MATCH :query ORDER BY badness, rowid LIMIT :k"
)

_WORD = re.compile(r"\w+")
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
_MAX_WORDS = 64
_MAX_QUESTION = 20_000  # characters; who writes more pasted a document, and its start is enough to search with


class FtsIndex:
    """Passages in an FTS5 table, `rowid` being the passage's id.

    connect: gives the connection whose transaction this index takes part in; nothing here commits.
    """

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Make the passages findable; an id that is known already gets its new text."""
        rows = [
            {"id": int(passage_id), "words": _UNSTORABLE.sub(" ", words)}
            for passage_id, words in zip(ids, texts, strict=True)
        ]
        with self._connect() as connection:
            connection.execute(_CREATE)
            if rows:
                connection.execute(_ADD, rows)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""
        with self._connect() as connection:
            if ids and _exists(connection):
                connection.execute(_REMOVE, [{"id": int(passage_id)} for passage_id in ids])

    def search(self, question: str, k: int) -> list[Hit]:
        """At most `k` passages that share a word with the question, best first, equal scores by id.

        Stop words count only when the question has no other words, and of many words the first 64 count.
        """
        query = " OR ".join(f'"{word}"' for word in _search_words(question))
        with self._connect() as connection:
            if not query or k < 1 or not _exists(connection):
                return []
            rows = connection.execute(_SEARCH, {"query": query, "k": k}).all()
        return [Hit(passage_id=row.rowid, score=-row.badness) for row in rows]

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """In how many passages each word occurs, in any of the forms that `search` takes for the same.

        A "word" that the index sees as several ("self-made") is counted where they stand together.
        """
        with self._connect() as connection:
            if not _exists(connection):
                return [0] * len(words)
            return [connection.scalar(_COUNT_MATCHES, {"query": _quoted(word)}) or 0 for word in words]

    def clear(self) -> None:
        """Forget everything."""
        with self._connect() as connection:
            if _exists(connection):
                connection.execute(_CLEAR)

    def compact(self) -> None:
        """Leave no word of a forgotten passage behind; may take as long as building the index.

        FTS5 only notes that a passage is gone; its words stay until all parts of the index are merged into one.

        Source: https://www.sqlite.org/fts5.html, section 6.9 (optimize).
        """
        with self._connect() as connection:
            if _exists(connection):
                connection.execute(_COMPACT)

    def __len__(self) -> int:
        with self._connect() as connection:
            return (connection.scalar(_COUNT) or 0) if _exists(connection) else 0


def _exists(connection: Connection) -> bool:
    return connection.scalar(_EXISTS) is not None


def _quoted(word: str) -> str:
    """An FTS5 string: between its quotation marks nothing but a quotation mark has a meaning."""
    return '"' + _UNSTORABLE.sub(" ", word).replace('"', '""') + '"'


def _search_words(question: str) -> list[str]:
    """The distinct words to search for, lower-cased, in order.

    "What did Rubio say? Rubio!" → ["rubio", "say"]; "Who is it?" → ["who", "is", "it"].
    """
    words = list(dict.fromkeys(_WORD.findall(question[:_MAX_QUESTION].lower())))
    return ([word for word in words if word not in STOP_WORDS] or words)[:_MAX_WORDS]
