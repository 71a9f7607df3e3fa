"""What happens on the list of documents and among the notebooks: a page is shown, a notebook made, filled, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from rag import Assistant, DocumentKinds, FilterError, Notebook, NotFoundError, RagError
from ui.languages.words import _, ngettext
from ui.scope import Scope
from ui.sentences import sentence
from ui.views.documents_view import N_ON_A_PAGE, ORDERS, ListView, render_documents
from ui.views.render import render_message
from ui.views.scope_view import can_narrow, key_of, render_narrowing, render_notebooks, render_ticks

__all__ = ["ListingTab"]


class ListingTab:
    """The documents and notebooks that all browsers share. An error is a sentence in what is shown."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    # What is shown

    def documents(self, view: ListView, scope: Scope) -> str:
        """The page of the list that is looked at; the last one when it has become shorter."""
        _words, order, is_descending = ORDERS.get(view.order, ORDERS["added"])
        where = scope.filter() if view.is_narrowed else ""
        try:
            found = self._assistant.list_documents(
                where=where,
                words=view.words,
                order=order,
                is_descending=is_descending,
                start=view.start,
                k=N_ON_A_PAGE,
            )
            if not found.documents and view.start and found.n_total:
                last = (found.n_total - 1) // N_ON_A_PAGE * N_ON_A_PAGE
                return self.documents(replace(view, start=last), scope)
            versions = self._assistant.versions(view.opened) if view.opened else ()
        except NotFoundError:  # of the document whose versions were to be shown
            return self.documents(replace(view, opened=""), scope)
        except RagError as error:
            return render_message(sentence(error, doing="listing documents"), is_error=True)
        return render_documents(
            found,
            view,
            n_all=self.kinds().n_documents,
            notebooks=[key_of(each) for each in self.notebooks()],
            versions=versions,
            can_narrow=bool(scope),
        )

    def ticks(self, scope: Scope) -> str:
        """The notebooks to tick, and what else is ticked."""
        titles = self._titles(scope.documents)
        return render_ticks(scope, self.notebooks(), root=self.kinds().root, title_by_id=titles)

    def narrowing(self, scope: Scope) -> str:
        """What could be ticked beside notebooks."""
        return render_narrowing(scope, self.kinds())

    def shelf(self, scope: Scope) -> str:
        """The notebooks, with what can be done with them."""
        return render_notebooks(scope, self.notebooks())

    def can_narrow(self) -> bool:
        """Whether there are documents enough to search only some of them."""
        return can_narrow(self.kinds())

    # What is known

    def kinds(self) -> DocumentKinds:
        """What the documents can be narrowed by; nothing when the store cannot be read."""
        try:
            return self._assistant.document_kinds()
        except RagError:
            return DocumentKinds()

    def notebooks(self) -> Sequence[Notebook]:
        """All notebooks, by name; none when the store cannot be read."""
        try:
            return self._assistant.notebooks()
        except RagError:
            return ()

    def among(self, scope: Scope) -> Scope:
        """The scope without notebooks that are not there any more."""
        return scope.among({key_of(each) for each in self.notebooks()})

    def n_fitting(self, scope: Scope) -> int:
        """How many documents fit; 0 when it cannot be read."""
        if not scope:
            return self.kinds().n_documents
        try:
            return self._assistant.list_documents(where=scope.filter(), k=0).n_total
        except RagError:
            return 0

    def refusal(self, scope: Scope) -> str:
        """Why that scope cannot be taken; empty when it can."""
        if refused := scope.refusal():
            return refused
        try:
            self._assistant.list_documents(where=scope.filter(), k=0)
        except FilterError as error:
            return sentence(error, doing="reading a filter")
        except RagError:  # of the store, and not of the filter
            return ""
        return ""

    def chosen(self, documents: Sequence[str], view: ListView, scope: Scope) -> list[str]:
        """The ids, or those of the whole list that is looked at where none are given."""
        if documents:
            return list(documents)
        try:
            return self._assistant.listed_ids(where=scope.filter() if view.is_narrowed else "", words=view.words)
        except RagError:
            return []

    def _titles(self, documents: Sequence[str]) -> Mapping[str, str]:
        """Id → title, of those that are there, by the id of any version."""
        titles = {}
        for document_id in documents:
            with suppress(RagError):
                document = self._assistant.document(document_id)
                titles[document_id] = document.title or document.source
        return titles

    # What is done

    def make(self, name: str) -> tuple[str, bool]:
        """A new notebook: the sentence that says so, or why not, and whether it was made."""
        try:
            made = self._assistant.make_notebook(name)
        except RagError as error:
            return sentence(error, doing="making a notebook"), False
        return _("Made “{name}”. Tick it to search it, and to add documents to it.", name=made.name), True

    def rename(self, key: str, name: str, scope: Scope) -> tuple[str, Scope]:
        """The notebook under another name: what is said, and the scope in which it is still ticked."""
        owner, slash, old = key.rpartition("/")
        try:
            renamed = self._assistant.rename_notebook(old, name, owner=owner)
        except RagError as error:
            return sentence(error, doing="renaming a notebook"), scope
        return _("Renamed."), scope.renamed(key, f"{owner}{slash}{renamed.name}")

    def forget(self, key: str) -> str:
        """Without the notebook; its documents stay."""
        owner, _slash, name = key.rpartition("/")
        try:
            self._assistant.remove_notebook(name, owner=owner)
        except RagError as error:
            return sentence(error, doing="removing a notebook")
        return _("Deleted “{name}”. Its documents are still there.", name=key)

    def put(self, documents: Sequence[str], key: str, *, is_out: bool = False) -> str:
        """The documents in a notebook, or out of it: the sentence that says so, or why not."""
        owner, _slash, name = key.rpartition("/")
        try:
            if is_out:
                self._assistant.take_out_of_notebook(name, documents, owner=owner)
                said = ngettext(
                    "{n} document is not in “{name}” any more.",
                    "{n} documents are not in “{name}” any more.",
                    len(documents),
                    name=key,
                )
            else:
                self._assistant.put_in_notebook(name, documents, owner=owner)
                said = ngettext(
                    "{n} document is in “{name}”.", "{n} documents are in “{name}”.", len(documents), name=key
                )
        except RagError as error:
            return sentence(error, doing="filling a notebook")
        return said
