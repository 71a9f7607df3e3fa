"""Notebooks of a store: collections of documents that people make, name, fill and search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rag.assembly.arguments import checking_arguments
from rag.assembly.library import Library
from rag.types import Notebook

__all__ = ["Notebooks"]


class Notebooks:
    """The part of an assistant that keeps notebooks; `Assistant` is one.

    A notebook is named by its name, in capitals or not, and by its owner: the name of a user, or empty in a store
    without users. Whoever calls decides who may do what. A filter, see `Assistant.stream`, searches one: `notebook =
    Ferries`, or `notebook = anna/Ferries` where several users have one of that name.

    Raises, from every method but `notebooks` and `make_notebook`:
        NotFoundError: the owner has no notebook of that name.
    """

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @checking_arguments
    def notebooks(self, *, user: str | None = None) -> tuple[Notebook, ...]:
        """All notebooks by name, or those that a user owns or may use."""
        return tuple(self._library.store.notebooks.all(user))

    @checking_arguments
    def make_notebook(self, name: str, *, owner: str = "") -> Notebook:
        """A new notebook with nothing in it.

        Raises:
            SettingsError: the owner has one of that name; the name is empty, has more than 80 characters, or a double
                quote or slash; or there are a thousand.
        """
        return self._library.store.notebooks.make(name, owner)

    @checking_arguments
    def rename_notebook(self, name: str, new_name: str, *, owner: str = "") -> Notebook:
        """The notebook under another name.

        Raises:
            SettingsError: as `make_notebook`.
        """
        return self._library.store.notebooks.rename(self._notebook(name, owner), new_name)

    @checking_arguments
    def remove_notebook(self, name: str, *, owner: str = "") -> None:
        """Forget a notebook; its documents stay in the store."""
        self._library.store.notebooks.remove(self._notebook(name, owner))
        self._library.store.erase_traces()

    @checking_arguments
    def put_in_notebook(self, name: str, sources: Iterable[str | Path], *, owner: str = "") -> Notebook:
        """The notebook with more documents in it, named as for `remove`: by id, source, path or folder.

        A newer version of a document is in it too. A folder means the documents that are there now.

        Raises:
            NotFoundError: also when one of the documents is not in the store; nothing is put in then.
        """
        found = self._library.sources_named(sources, to_do="put into a notebook")
        return self._library.store.notebooks.put(self._notebook(name, owner), found)

    @checking_arguments
    def take_out_of_notebook(self, name: str, sources: Iterable[str | Path], *, owner: str = "") -> Notebook:
        """The notebook without some documents, named as for `remove`; they stay in the store.

        Raises:
            NotFoundError: also when one of the documents is not in the store; nothing is taken out then.
        """
        found = self._library.sources_named(sources, to_do="take out of a notebook")
        return self._library.store.notebooks.take_out(self._notebook(name, owner), found)

    @checking_arguments
    def share_notebook(self, name: str, users: Sequence[str], *, owner: str = "") -> Notebook:
        """The notebook, for its owner and for these users, and for nobody else any more."""
        return self._library.store.notebooks.share(self._notebook(name, owner), users)

    def _notebook(self, name: str, owner: str) -> Notebook:
        return self._library.store.notebooks.get(name, owner)
