"""Lists of the documents of a store, for people who look through thousands of them."""

from __future__ import annotations

from collections.abc import Sequence

from rag.assembly.arguments import checking_arguments
from rag.assembly.library import Library
from rag.errors import SettingsError
from rag.storage.filters import Scope
from rag.storage.listing import Sought
from rag.types import DocumentKinds, DocumentOrder, DocumentPage

__all__ = ["Lists"]

_MOST_WORDS = 16


class Lists:
    """The part of an assistant that lists documents; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    def _scope(self, where: str, sources: Sequence[str]) -> Scope:
        raise NotImplementedError

    @checking_arguments
    def list_documents(
        self,
        *,
        where: str = "",
        words: str = "",
        order: DocumentOrder | str = DocumentOrder.TITLE,
        is_descending: bool = False,
        start: int = 0,
        k: int = 50,
    ) -> DocumentPage:
        """At most `k` of the documents that are searched, from position `start` of the list on.

        where: only those that fit a filter, see `stream`.
        words: only those that have each of these words (16 count): as a part of the title or of the path below the
            folder that all lie in, in capitals or not, or in the text, in any form that a question would find; one
            with a slash is of a path alone.
        order: what the list is sorted by; what says nothing of that comes last.

        Raises:
            FilterError: `where` cannot be read.
            SettingsError: there is no such order, or `start` or `k` is below 0.
        """
        if start < 0 or k < 0:
            raise SettingsError(f"cannot list documents with start={start!r}, k={k!r} - both are 0 or more")
        if order not in list(DocumentOrder):
            raise SettingsError(f"cannot list documents by {order!r} - use one of {', '.join(DocumentOrder)}")
        return self._library.store.listing.page(
            self._scope(where, ()).filter,
            self._sought(words),
            order=DocumentOrder(order),
            is_descending=is_descending,
            start=start,
            k=k,
        )

    @checking_arguments
    def listed_ids(self, *, where: str = "", words: str = "") -> list[str]:
        """The ids of all documents of the list that `list_documents` gives pages of, by source.

        Raises:
            FilterError: `where` cannot be read.
        """
        return self._library.store.listing.ids(self._scope(where, ()).filter, self._sought(words))

    @checking_arguments
    def document_kinds(self) -> DocumentKinds:
        """What the documents can be narrowed by: types, outlets, folders and dates, with how many have each."""
        return self._library.store.listing.kinds()

    def _sought(self, words: str) -> list[Sought]:
        holding = self._library.word_index.holding
        return [
            Sought(word, [] if "/" in word else holding(word).tolist())
            for word in dict.fromkeys(words.split()[:_MOST_WORDS])
        ]
