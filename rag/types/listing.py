"""Lists of documents: a page of them, in an order, and what they can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rag.types.documents import DocumentInfo

__all__ = ["Counted", "DocumentKinds", "DocumentOrder", "DocumentPage", "ListedDocument"]


class DocumentOrder(StrEnum):
    """What a list of documents is sorted by; what a document does not say comes last, in either direction."""

    TITLE = "title"
    PUBLISHED = "published"
    ADDED = "added"
    OUTLET = "outlet"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """A document as a list shows it.

    path: below the folder that all documents lie in; the whole source of what lies in none, such as a page of the web.
    n_versions: those that are kept, with the one that is searched. notebooks: names of those that it is in.
    """

    info: DocumentInfo
    path: str
    n_versions: int
    notebooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """A part of a list. start: position of its first document, from 0. n_total: how many the whole list has.

    What is damaged counts, and is not among the documents.
    """

    documents: tuple[ListedDocument, ...]
    start: int
    n_total: int


class Counted(NamedTuple):
    """A value, and how many documents have it.

    >>> max(Counted("text/html", 3), Counted("text/csv", 12), key=lambda each: each.n_documents).value
    'text/csv'
    """

    value: str
    n_documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKinds:
    """What the documents of a store can be narrowed by.

    n_documents: how many there are. root: the folder that all of them lie in, with a slash at its end; empty for none.
    media_types, outlets: the most frequent first. folders: below the root, by name, each with all that is below it.
    n_dated: how many say when they were published; first_published, last_published: the oldest and the newest such
    date, empty when none says any.
    """

    n_documents: int = 0
    root: str = ""
    media_types: tuple[Counted, ...] = ()
    outlets: tuple[Counted, ...] = ()
    folders: tuple[Counted, ...] = ()
    n_dated: int = 0
    first_published: str = ""
    last_published: str = ""
