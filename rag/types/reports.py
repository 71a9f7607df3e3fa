"""What is reported of a store: what was added, deleted, written out, and how far a long call has come."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types.changes import DocumentEdit
from rag.types.standing import QuestionReport

__all__ = [
    "AddReport",
    "BundleReport",
    "ExportReport",
    "Failure",
    "Progress",
    "PruneReport",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A file that could not be added, and why, in words that say what to do."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What `add` or `sync` did with each document, by source.

    added: new to the store. unchanged: in the store already as they are. superseded: took the place of an older
    version. skipped: inside a folder, and of a kind that no reader reads. failed: with the reasons.
    removed: not searched any more, because the file, or the entry in it, is gone; old citations still open.
    renamed: old and new source of files that only have another name or place.
    duplicates: source of a document that says what another one says, and the source of that; both were added.
    notices: what a person should know, a sentence each.
    replaced: ids of the older and the newer version of what was superseded by another text.
    edits: how much changed in each of these, and in what is gone, numbers first.
    questions: questions that stand whose supporting sentences changed.
    """

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    edits: tuple[DocumentEdit, ...] = ()
    questions: tuple[QuestionReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What `prune` deleted: superseded texts, and the answers that quoted them; and by how much the store shrank."""

    n_texts: int
    n_characters: int
    n_answers: int
    bytes_freed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What `export` wrote, and where.

    sha256: of the file, in hexadecimal digits: who is given the file can ask for it by another way.
    """

    path: str
    n_documents: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """What `bundle` wrote, and where.

    n_citations, n_documents: quotations, and the documents that they are from.
    sha256: of the file, in hexadecimal digits: told by another way, it proves that not a byte of it is another one.
    """

    path: str
    n_citations: int
    n_documents: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far `add` has come: files done, of all, and the bytes in them.

    n_read: files that were read; what is in those that are not done waits to be embedded.
    """

    n_done: int
    n_total: int
    bytes_done: int
    bytes_total: int
    n_read: int = 0
