"""The tables of a store. Texts and vectors are here; indexes only repeat them and can be rebuilt.

documents    one row a version of a source; its text never changes. `state` says whether it is searched (`current`)
             or only kept because old answers cite it (`superseded`). A removed document has no row. `file` is the file
             that it was read from, which may hold many documents; one inside the store is relative to its folder.
             `duplicate_of` is the document whose passages stand for its own. A text that is not what was added any more
             is kept out of the search (`damaged`) until its file is read anew. For the seals see `sealing`.
listed       what lists of documents are sorted and searched by, without the texts: triggers keep a row for each that is
             searched. What is shown of a document comes from its own, sealed row.
bands        what near-duplicates of a document share with it; only of documents that are no duplicate themselves.
sentences    spans and speakers, by document and ordinal.
speeches     one row for each document whose text was read for who says what, by which version, with the seal of that.
utterances   what is said in it: spans as "12-40,52-60", cue and source likewise or empty, and who speaks.
passages     windows of whole sentences, with a copy of their text, so that a question need not read whole documents;
             ids are never used again (AUTOINCREMENT) and are the ids in every index.
embeddings   vectors, by the hash of what was embedded and the embedder: little-endian float32, row-major,
             (1 + number of sentences, dim): the passage first, then its sentences.
loose_vectors  hashes of vectors that perhaps no passage has: noted by triggers when vectors come without a passage or a
             passage goes, taken away when a passage with them comes.
answers      what was answered, as JSON, so that a citation can be opened later, how people rated it, and the user who
             asked, empty without users.
edits        which versions took the place of which when the store last took in changes, by their keys.
standing_questions, standing_support  questions that are asked again after every change, and the places that supported
             the last answer: by document and position, so that nothing is left of a document that was removed.
notebooks, notebook_documents, notebook_readers  collections that people make; what is in each, by source, so that a
             newer version of a document is in it too; who else may use it. An owner is a user's name, or empty.
compared     documents that were compared with all others for conflicts, and by which recipe.
conflicts    pairs of places that say otherwise of one thing, the older first, with the hashes of their texts.
store        one row: the embedder whose vectors are searched, and the generation, which every change increases.
generations  every generation that this store has had: an index of another one is not an index of this store.
migrations   which migrations have run.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, ColumnElement, ForeignKey, Index, LargeBinary, MetaData, Table, text

from rag.storage.engines.sql import NAME, NUMBER, TEXT, no_bytes

__all__ = [
    "answers",
    "bands",
    "compared",
    "conflicts",
    "documents",
    "edits",
    "embedders",
    "embeddings",
    "generations",
    "listed",
    "loose_vectors",
    "metadata",
    "migrations",
    "notebook_documents",
    "notebook_readers",
    "notebooks",
    "passages",
    "sentences",
    "speeches",
    "standing_questions",
    "standing_support",
    "store",
    "utterances",
]


def _only(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Of an index: for the rows alone of which the condition holds."""
    return {"sqlite_where": condition, "postgresql_where": condition}


metadata = MetaData()

store = Table(
    "store",
    metadata,
    Column("id", NUMBER, CheckConstraint("id = 1"), primary_key=True),
    Column("embedder_id", NAME, nullable=False, server_default=text("''")),
    Column("generation", NUMBER, nullable=False, server_default=text("0")),
)

generations = Table("generations", metadata, Column("generation", NUMBER, primary_key=True, autoincrement=False))

documents = Table(
    "documents",
    metadata,
    Column("key", NUMBER, primary_key=True, autoincrement=True),
    Column("id", NAME, nullable=False, unique=True),
    Column("source", NAME, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("media_type", NAME, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("metadata", TEXT, nullable=False),
    Column("file_hash", NAME, nullable=False),
    Column("recipe", NAME, nullable=False),
    Column("state", NAME, nullable=False),
    Column("added_at", NAME, nullable=False),
    Column("file", NAME, nullable=False, server_default=text("''")),
    Column("superseded_at", NAME, nullable=False, server_default=text("''")),
    Column("duplicate_of", NUMBER),
    Column("text_hash", LargeBinary, nullable=False, server_default=no_bytes()),
    Column("sentences_hash", LargeBinary, nullable=False, server_default=no_bytes()),
    Column("seal", LargeBinary, nullable=False, server_default=no_bytes()),
    sqlite_autoincrement=True,
)
Index("documents_by_file", documents.c.file, documents.c.state)
Index("documents_by_original", documents.c.duplicate_of, **_only(documents.c.duplicate_of.is_not(None)))
Index("documents_by_source", documents.c.source, documents.c.state)
Index("one_current_version", documents.c.source, unique=True, **_only(documents.c.state == "current"))

listed = Table(
    "listed",
    metadata,
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    *(Column(name, TEXT) for name in ("source", "file", "title", "media_type", "added_at")),
    *(Column(name, TEXT, nullable=False) for name in ("published", "publisher", "url")),
    Column("n_characters", NUMBER),
)

bands = Table(
    "bands",
    metadata,
    Column("band", NUMBER, primary_key=True),
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("bands_by_document", bands.c.document_key)

sentences = Table(
    "sentences",
    metadata,
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", NUMBER, primary_key=True),
    Column("start", NUMBER, nullable=False),
    Column("end", NUMBER, nullable=False),
    Column("speaker", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
Index("sentences_by_speaker", sentences.c.speaker, **_only(sentences.c.speaker != ""))

speeches = Table(
    "speeches",
    metadata,
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("version", NUMBER, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

utterances = Table(
    "utterances",
    metadata,
    Column("document_key", NUMBER, ForeignKey("speeches.document_key", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", NUMBER, primary_key=True),
    Column("spans", NAME, nullable=False),
    Column("quoted", NAME, nullable=False),
    Column("speech", NAME, nullable=False),
    Column("stance", NAME, nullable=False),
    Column("cue", NAME, nullable=False),
    Column("source", NAME, nullable=False),
    Column("speaker", TEXT, nullable=False),
    Column("source_kind", NAME, nullable=False),
    sqlite_with_rowid=False,
)
Index("utterances_by_speaker", utterances.c.speaker, **_only(utterances.c.speaker != ""))

passages = Table(
    "passages",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), nullable=False),
    Column("first_sentence", NUMBER, nullable=False),
    Column("last_sentence", NUMBER, nullable=False),
    Column("start", NUMBER, nullable=False),
    Column("end", NUMBER, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("embedding_hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False, server_default=no_bytes()),
    sqlite_autoincrement=True,
)
Index("passages_by_document", passages.c.document_key)
Index("passages_by_embedding", passages.c.embedding_hash)

embedders = Table(
    "embedders",
    metadata,
    Column("key", NUMBER, primary_key=True),
    Column("id", NAME, nullable=False, unique=True),
    Column("dim", NUMBER, nullable=False),
)

embeddings = Table(
    "embeddings",
    metadata,
    # The hash comes first in the key: with the embedder first, a join would read all vectors of that embedder.
    Column("hash", LargeBinary, primary_key=True),
    Column("embedder_key", NUMBER, ForeignKey("embedders.key"), primary_key=True),
    Column("vectors", LargeBinary, nullable=False),
    Column("checksum", NUMBER, nullable=False, server_default=text("0")),
)

loose_vectors = Table("loose_vectors", metadata, Column("hash", LargeBinary, primary_key=True), sqlite_with_rowid=False)

migrations = Table(
    "migrations",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("applied_at", NAME, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("answer_id", NAME, nullable=False, server_default=text("''")),
    Column("asked_at", NAME, nullable=False),
    Column("question", TEXT, nullable=False),
    Column("answer", TEXT, nullable=False),
    Column("rating", NAME, nullable=False, server_default=text("'none'")),
    Column("seal", LargeBinary, nullable=False, server_default=no_bytes()),
    Column("owner", TEXT, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)
Index("answers_by_answer_id", answers.c.answer_id)

edits = Table(
    "edits",
    metadata,
    Column("old_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("new_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE")),
    Column("made_at", NAME, nullable=False),
)
Index("edits_by_new_version", edits.c.new_key)

standing_questions = Table(
    "standing_questions",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("question", TEXT, nullable=False),
    Column("searched", TEXT, nullable=False, server_default=text("''")),
    Column("made_at", NAME, nullable=False),
    Column("checked_at", NAME, nullable=False),
    Column("n_support", NUMBER, nullable=False, server_default=text("0")),
    sqlite_autoincrement=True,
)

standing_support = Table(
    "standing_support",
    metadata,
    Column("question_id", NUMBER, ForeignKey("standing_questions.id", ondelete="CASCADE"), primary_key=True),
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("start", NUMBER, primary_key=True),
    Column("end", NUMBER, primary_key=True),
    sqlite_with_rowid=False,
)
Index("standing_support_by_document", standing_support.c.document_key)

notebooks = Table(
    "notebooks",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("name", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False, server_default=text("''")),
    Column("made_at", NAME, nullable=False),
    sqlite_autoincrement=True,
)
Index("one_notebook_of_a_name", notebooks.c.owner, notebooks.c.name, unique=True)

notebook_documents = Table(
    "notebook_documents",
    metadata,
    Column("notebook_id", NUMBER, ForeignKey("notebooks.id", ondelete="CASCADE"), primary_key=True),
    Column("source", NAME, primary_key=True),
    sqlite_with_rowid=False,
)
Index("notebook_documents_by_source", notebook_documents.c.source)

notebook_readers = Table(
    "notebook_readers",
    metadata,
    Column("notebook_id", NUMBER, ForeignKey("notebooks.id", ondelete="CASCADE"), primary_key=True),
    Column("user", TEXT, primary_key=True),
    sqlite_with_rowid=False,
)

compared = Table(
    "compared",
    metadata,
    Column("document_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("recipe", NAME, nullable=False),
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("one_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("one_start", NUMBER, primary_key=True),
    Column("other_key", NUMBER, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
    Column("other_start", NUMBER, primary_key=True),
    Column("one_end", NUMBER, nullable=False),
    Column("other_end", NUMBER, nullable=False),
    Column("relation", NAME, nullable=False),
    Column("differs", NAME, nullable=False),
    Column("one_words", TEXT, nullable=False),
    Column("other_words", TEXT, nullable=False),
    Column("one_hash", LargeBinary, nullable=False),
    Column("other_hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("conflicts_by_other", conflicts.c.other_key)
