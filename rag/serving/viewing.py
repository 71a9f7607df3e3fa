"""What one user sees of a store: documents of notebooks that are his, or shared with him, and answers to him.

Which documents those are is a condition of every query that finds, lists or opens one, and no list that is sifted
afterwards. What has no such condition yet cannot be called at all.
"""

from __future__ import annotations

from typing import Any, NoReturn

from rag.answering import serialisation
from rag.assistant import Assistant
from rag.errors import NotFoundError, SettingsError
from rag.storage.filters import Scope, VisibleTo, seen_by
from rag.types import Answer, Document, Notebook

__all__ = ["LIMITED", "UserAssistant"]

LIMITED = frozenset(
    {
        "answer",
        "ask",
        "check_draft",
        "close",
        "context",
        "document",
        "documents",
        "notebooks_with",
        "place",
        "retrieve",
        "settings",
        "standalone_question",
        "stream",
        "verify",
    }
)
"""Names of what an assistant of a user does; it refuses all else that an assistant can do."""


class UserAssistant(Assistant):
    """An assistant for one user, over the store and the models of another one, which is closed after it."""

    def __init__(self, assistant: Assistant, user: str, *, has_common: bool) -> None:
        """has_common: what is in no notebook, and was handed over by nobody, is for every user."""
        self._open_library = assistant._library
        self._open_answerer = assistant._answerer
        self._owns_library = False
        self._is_closed = False
        self._settings = assistant.settings
        self._user = user
        self._visible = VisibleTo(user, has_common)

    def close(self) -> None:
        """Do no more; what it shares stays open."""
        self._is_closed = True

    def document(self, document_id: str) -> Document:
        """The document with that id, whole; also an older version that a citation refers to.

        Raises:
            NotFoundError: there is no such document for this user.
        """
        if not self._library.store.documents.fitting({document_id}, self._visible):
            raise NotFoundError(f"no document has the id {document_id!r}: it was removed, or never added")
        return super().document(document_id)

    def answer(self, answer_id: str) -> Answer:
        """The recorded answer to this user with that id.

        Raises:
            NotFoundError: there is none.
        """
        recorded = self._library.store.answers.get(answer_id, owner=self._user)
        if recorded is None:
            raise NotFoundError(f"no answer has the id {answer_id!r}: it was not recorded, or a source was removed")
        return serialisation.from_json(recorded.answer)

    def notebooks_with(self, document_id: str) -> list[Notebook]:
        """The notebooks that a document is in, also those that the user may not use."""
        return self._library.store.notebooks.holding(document_id)

    def _scope(self, where: str, sources: Any) -> Scope:
        notebooks = self._library.store.notebooks.all(self._user)
        return seen_by(self._library.scope(where, sources, notebooks=notebooks), self._visible)


def _refusing(name: str) -> Any:
    def refused(*_: object, **__: object) -> NoReturn:
        raise SettingsError(f"cannot use {name!r} for one user: it is for whoever keeps the store - ask an admin")

    return refused


for _name in dir(Assistant):
    if not _name.startswith("_") and _name not in LIMITED:
        setattr(UserAssistant, _name, _refusing(_name))
