"""Word search by SQLite's FTS5, in the same database and transaction as the text itself.

A passage that is committed can be found, one that is rolled back cannot, and nothing has to be rebuilt for a query.
English words match by stem ("territories" finds "territory") and without diacritics. Words of other scripts are stored
as `index_form` gives them: cut to the stems of their own languages, and pairs of letters where a script has no blanks
between words, so that any two letters of Chinese, Japanese, Korean or Thai that stand together are found.

What stands above a passage, such as its document's title, is a column of its own, which counts as much as the text. A
table that an older version made lacks it; it is made anew, from what it holds, when something is next added.

Source: https://www.sqlite.org/fts5.html (porter and unicode61 tokenizers; bm25() with k1 = 1.2, b = 0.75, where a
smaller number is better).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

import numpy as np
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from rag.errors import StoreError
from rag.language.words import index_form, query_words
from rag.protocols import IdArray
from rag.types import Hit

__all__ = ["FtsIndex"]

_CREATE = text(
    "CREATE VIRTUAL TABLE IF NOT EXISTS passage_words"
    " USING fts5(words, heading, tokenize = 'porter unicode61 remove_diacritics 2')"
)
_IS_OLD = text("SELECT count(*) = 1 FROM pragma_table_info('passage_words')")
_SET_ASIDE = text("ALTER TABLE passage_words RENAME TO passage_words_before")
_TAKE_BACK = text("INSERT INTO passage_words (rowid, words, heading) SELECT rowid, words, '' FROM passage_words_before")
_DROP_BEFORE = text("DROP TABLE passage_words_before")
_EXISTS = text("SELECT 1 FROM sqlite_master WHERE name = 'passage_words'")
_ADD = text("INSERT OR REPLACE INTO passage_words (rowid, words, heading) VALUES (:id, :words, :heading)")
_REMOVE = text("DELETE FROM passage_words WHERE rowid = :id")
_CLEAR = text("DELETE FROM passage_words")
_REBUILD = text("INSERT INTO passage_words (passage_words) VALUES ('rebuild')")
_COMPACT = text("INSERT INTO passage_words (passage_words) VALUES ('optimize')")
_MERGE = text("INSERT INTO passage_words (passage_words, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
_OVERWRITE = text("INSERT INTO passage_words (passage_words, rank) VALUES ('secure-delete', 1)")
_DOES_OVERWRITE = text("SELECT v FROM passage_words_config WHERE k = 'secure-delete'")
_FORMAT = text("SELECT v FROM passage_words_config WHERE k = 'version'")
_SET_FORMAT = text("UPDATE passage_words_config SET v = :format WHERE k = 'version'")
_OVERWRITE_NOT = text("UPDATE passage_words_config SET v = 0 WHERE k = 'secure-delete' AND v <> 0")
_WORDS = text("SELECT rowid, words FROM passage_words WHERE rowid IN (SELECT value FROM json_each(:ids))")
_PROVE = text("INSERT INTO passage_words (passage_words) VALUES ('integrity-check')")
_COUNT_UP_TO = text("SELECT count(*) FROM (SELECT 1 FROM passage_words_docsize LIMIT :n)")
_COUNT = text("SELECT count(*) FROM passage_words")
_COUNT_MATCHES = text("SELECT count(*) FROM passage_words WHERE passage_words MATCH :query")
_MATCHES = text("SELECT rowid FROM passage_words WHERE passage_words MATCH :query ORDER BY rowid")
_SEARCH = text(
    "SELECT rowid, bm25(passage_words) AS badness FROM passage_words"
    " WHERE passage_words MATCH :query ORDER BY badness, rowid LIMIT :k"
)
# "+": without it SQLite asks FTS5 the whole query anew for each id, which takes seconds for a thousand ids.
_SEARCH_AMONG = text(
    "SELECT rowid, bm25(passage_words) AS badness FROM passage_words"
    " WHERE passage_words MATCH :query AND +rowid IN (SELECT value FROM json_each(:among))"
    " ORDER BY badness, rowid LIMIT :k"
)

_OUT_OF_REACH = ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_READONLY")
"""What comes of proving while somebody writes, or where nobody may: FTS5 takes it for writing."""
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
_READING_SINCE = (3, 42)  # the format of overwritten tables
_OVERWRITING_SINCE = (3, 54)  # before it, a crafted database could use it to write outside of its memory
_OVERWRITTEN_FORMAT, _FORMAT_BEFORE = 5, 4
_PAGES_AT_A_TIME, _PAGES_IN_ROOM = 16, 500
_MAX_WORDS = 64
_MAX_QUESTION = 20_000  # characters; who writes more pasted a document, and its start is enough to search with


class FtsIndex:
    """Passages in an FTS5 table, `rowid` being the passage's id.

    connect: gives the connection whose transaction this index takes part in; nothing here commits.
    overwriting_from: so many passages make an index large for `compact`; to merge that many takes a tenth of a second.
    """

    def __init__(
        self, connect: Callable[[], AbstractContextManager[Connection]], *, overwriting_from: int = 50_000
    ) -> None:
        self._connect = connect
        self._overwriting_from = overwriting_from
        self._is_merging = False

    def add(self, ids: Sequence[int], texts: Sequence[str], *, headings: Sequence[str] = ()) -> None:
        """Make the passages findable; an id that is known already gets its new text.

        headings: what stands above each of them, by whose words it is found as well; none for no headings.
        """
        rows = [
            {"id": int(passage_id), "words": _storable(words), "heading": _storable(heading)}
            for passage_id, words, heading in zip(ids, texts, headings or [""] * len(texts), strict=True)
        ]
        with self._connect() as connection:
            connection.execute(_CREATE)
            if rows and _is_there(connection):
                if connection.scalar(_IS_OLD):
                    for statement in (_SET_ASIDE, _CREATE, _TAKE_BACK, _DROP_BEFORE):
                        connection.execute(statement)
                connection.execute(_ADD, rows)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""
        with self._connect() as connection:
            if ids and _is_there(connection):
                if not _can_overwrite(connection):
                    connection.execute(_OVERWRITE_NOT)  # or a newer SQLite would take this one's removals for erased
                connection.execute(_REMOVE, [{"id": int(passage_id)} for passage_id in ids])

    def search(self, question: str, k: int, *, among: IdArray | None = None) -> list[Hit]:
        """At most `k` passages that share a word with the question, best first, equal scores by id.

        Stop words count only when the question has no other words, and of many words the first 64 count. A single
        letter of a script without blanks finds every word that holds it.

        among: only these passages are found; their scores are those that they have among all.
        """
        words = query_words(question[:_MAX_QUESTION])[:_MAX_WORDS]
        parameters: dict[str, object] = {"query": " OR ".join(map(_matching, words)), "k": k}
        if among is not None:
            parameters["among"] = json.dumps(among.tolist())
        with self._connect() as connection:
            if not words or k < 1 or not _is_there(connection):
                return []
            rows = connection.execute(_SEARCH if among is None else _SEARCH_AMONG, parameters).all()
        return [Hit(passage_id=row.rowid, score=-row.badness) for row in rows]

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """In how many passages each word occurs, in any of the forms that `search` takes for the same.

        A "word" that the index sees as several ("self-made") is counted where they stand together.
        """
        with self._connect() as connection:
            if not _is_there(connection):
                return [0] * len(words)
            return [connection.scalar(_COUNT_MATCHES, {"query": _matching_all(word)}) or 0 for word in words]

    def holding(self, word: str) -> IdArray:
        """int64 (m,), ascending: the ids of all passages in which the word occurs, as `document_frequencies` counts."""
        with self._connect() as connection:
            found = connection.scalars(_MATCHES, {"query": _matching_all(word)}) if _is_there(connection) else ()
            return np.fromiter(found, dtype=np.int64)

    def clear(self) -> None:
        """Forget everything; also of an index that a newer SQLite has made unreadable for this one."""
        with self._connect() as connection:
            if _exists(connection):
                if not _is_readable(connection):
                    connection.execute(_SET_FORMAT, {"format": _FORMAT_BEFORE})
                    connection.execute(_REBUILD)
                connection.execute(_CLEAR)

    def compact(self) -> bool:
        """Leave no word of a forgotten passage behind, unless that takes long: whether none is.

        FTS5 only notes that a passage is gone; its words stay until all parts of the index are merged into one, which
        `compact_partly` does to a large one. Newer ones can overwrite them at once instead, which a large index is told
        to do from its first compaction on: older ones cannot read it then, but for what `clear` does.

        Source: https://www.sqlite.org/fts5.html, sections 6.9 (optimize) and 6.14 (secure-delete).
        """
        with self._connect() as connection:
            if not _is_there(connection):
                return True
            is_large = (connection.scalar(_COUNT_UP_TO, {"n": self._overwriting_from}) or 0) >= self._overwriting_from
            if _can_overwrite(connection):
                if connection.scalar(_DOES_OVERWRITE):
                    return True
                if is_large:
                    connection.execute(_OVERWRITE)
            elif is_large:
                return False
            connection.execute(_COMPACT)
            return True

    def compact_partly(self, *, is_roomy: bool = False) -> bool:
        """Merge a few pages of the parts of the index, or some more where there is room; whether there is more to do.

        What was removed in the same transaction is in no part yet.

        Source: https://www.sqlite.org/fts5.html, section 6.8 (merge: fewer than two changed rows mean that it is done).
        """
        with self._connect() as connection:
            if not _is_there(connection):
                return False
            before = connection.scalar(_CHANGES) or 0
            pages = _PAGES_IN_ROOM if is_roomy else _PAGES_AT_A_TIME
            connection.execute(_MERGE, {"pages": pages if self._is_merging else -pages})
            self._is_merging = (connection.scalar(_CHANGES) or 0) - before > 1
            return self._is_merging

    def is_sound(self, passages: Iterable[tuple[Sequence[int], Sequence[str]]]) -> bool:
        """Whether the words of the passages are those of their texts, and the index is that of the words.

        Source: https://www.sqlite.org/fts5.html, section 6.6 (integrity-check; an error tells of a difference).
        """
        with self._connect() as connection:
            if not _exists(connection) or not _is_readable(connection):
                return True
            for ids, texts in passages:
                kept = connection.execute(_WORDS, {"ids": json.dumps(list(ids))})
                if {row.rowid: row.words for row in kept} != dict(zip(ids, map(_storable, texts), strict=True)):
                    return False
            try:
                connection.execute(_PROVE)
            except DatabaseError as error:
                return getattr(error.orig, "sqlite_errorname", "") in _OUT_OF_REACH
            return True

    def __len__(self) -> int:
        with self._connect() as connection:
            return (connection.scalar(_COUNT) or 0) if _exists(connection) and _is_readable(connection) else 0


def _storable(words: str) -> str:
    return _UNSTORABLE.sub(" ", index_form(words))


def _exists(connection: Connection) -> bool:
    return connection.scalar(_EXISTS) is not None


def _is_there(connection: Connection) -> bool:
    """Whether there is an index to work with.

    Raises:
        StoreError: there is one that this SQLite cannot read.
    """
    if not _exists(connection):
        return False
    if not _is_readable(connection):
        raise StoreError(
            f"cannot use the word index: a newer SQLite has written it in format {connection.scalar(_FORMAT)!r} - run "
            "`rag check --repair`"
        )
    return True


def _is_readable(connection: Connection) -> bool:
    return _version(connection) >= _READING_SINCE or (connection.scalar(_FORMAT) or 0) < _OVERWRITTEN_FORMAT


def _can_overwrite(connection: Connection) -> bool:
    return _version(connection) >= _OVERWRITING_SINCE


def _version(connection: Connection) -> tuple[int, ...]:
    version: tuple[int, ...] = getattr(connection.dialect.dbapi, "sqlite_version_info", ())
    return version


def _matching(word: str) -> str:
    """The FTS5 query for one word of a question."""
    quoted = f'"{word}"'
    return f"{quoted} *" if len(word) == 1 and word >= "\u0e00" else quoted


def _matching_all(words: str) -> str:
    """The FTS5 query for a text whose words stand together: between quotation marks nothing else has a meaning."""
    form = _storable(words).strip()
    if len(form) > 1 and form[-2] == " " and form[-1] >= "\u0e00":
        form = form[:-2]  # the last letter of a run stands alone only where the run ends
    return _matching(form.replace('"', '""'))
