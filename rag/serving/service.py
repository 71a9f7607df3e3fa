"""What every route answers with: the assistants by the names of their models, and what is known of documents."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request

from rag.serving.answers import Fingerprints, Finished, Piece, pieces
from rag.serving.asynchronous import AsyncAssistant
from rag.serving.conversations import Asked, Scope
from rag.serving.entry.failures import RefusedError
from rag.serving.entry.keys import HOLDER, Holder
from rag.serving.housekeeping import reply_to_task
from rag.serving.streaming import begun
from rag.serving.viewing import UserAssistant
from rag.types import Answer

__all__ = ["MODEL", "QUOTES", "Service", "user_of"]

MODEL = "chapter-and-verse"
"""Answers as the settings say."""
QUOTES = "chapter-and-verse-quotes"
"""Answers with sentences of the documents alone, whatever the settings say of language models."""

_MOST_RECENT = 100


@dataclass(slots=True, kw_only=True)
class Service:
    """One store, served.

    by_model: an assistant for each name that a request may ask for.
    folder: what `POST /v1/documents/sync` reads; None when nothing may be read.
    has_common: whether what is in no notebook, and was handed over by nobody, is for every key.
    on_answer: called with every answer when it is complete. recent: the last answers, by id: they are recorded a moment
        after they were given, and a question that follows one may come before; with the user who asked,
        empty for whoever sees all.
    is_ready: whether the models are loaded. is_ending: whether the process was asked to end.
    on_warm: called when the models are loaded.
    is_one_of_several: whether other processes serve the store too, at the same port.
    """

    by_model: dict[str, AsyncAssistant]
    folder: Path | None = None
    has_common: bool = False
    started: int = 0
    is_ready: bool = False
    is_ending: bool = False
    is_one_of_several: bool = False
    on_warm: Callable[[], None] = lambda: None
    on_answer: Callable[[Answer], None] = lambda _: None
    recent: OrderedDict[str, tuple[str, Answer]] = field(default_factory=OrderedDict)
    fingerprints: Fingerprints = field(init=False)

    def __post_init__(self) -> None:
        self.fingerprints = Fingerprints(self.assistant)

    @property
    def assistant(self) -> AsyncAssistant:
        """The one that answers as the settings say, over all documents."""
        return self.by_model[MODEL]

    def seen_by(self, request: Request, *, model: str = MODEL) -> AsyncAssistant:
        """The assistant of that name, over what whoever sends the request may see.

        Raises:
            RefusedError: there is none of that name.
        """
        assistant, user = self.assistant_for(model), user_of(request)
        if not user:
            return assistant
        return assistant.over(UserAssistant(assistant.assistant, user, has_common=self.has_common))

    def assistant_for(self, model: str) -> AsyncAssistant:
        """The assistant of that name, over all documents.

        Raises:
            RefusedError: there is none.
        """
        try:
            return self.by_model[model]
        except KeyError:
            known = " or ".join(map(repr, self.by_model))
            raise RefusedError(
                404, f"no model is called {model[:80]!r} - ask for {known}", code="model_not_found", param="model"
            ) from None

    async def answer(
        self, model: str, asked: Asked, scope: Scope, request: Request
    ) -> AsyncGenerator[Piece | Finished, None]:
        """The answer as it is made; what is wrong with the question is raised before anything is sent."""
        assistant = self.seen_by(request, model=model)
        reply = reply_to_task(asked.question)
        if reply is not None:
            return _said(reply)
        events = assistant.stream(asked.question, history=asked.history, where=scope.where, sources=scope.sources)
        return pieces(await begun(events), self.fingerprints, on_answer=partial(self._keep, user_of(request)))

    async def answer_of(self, answer_id: str, request: Request) -> Answer:
        """An answer that was given to whoever sends the request.

        Raises:
            NotFoundError: it is neither recent nor recorded.
        """
        user = user_of(request)
        owner, answer = self.recent.get(answer_id, ("", None))
        if answer is not None and user in ("", owner):
            return answer
        return await self.seen_by(request).answer(answer_id)

    def _keep(self, user: str, answer: Answer) -> None:
        self.recent[answer.id] = (user, answer)
        if len(self.recent) > _MOST_RECENT:
            self.recent.popitem(last=False)
        self.on_answer(answer)

    def address_of(self, request: Request, document_id: str) -> str:
        """Where the text of a document is to be had from this server."""
        return f"{str(request.base_url).rstrip('/')}/v1/documents/{quote(document_id, safe='')}"


def user_of(request: Request) -> str:
    """The user who sends the request, and sees what is his; empty for whoever sees everything."""
    holder: Holder | None = request.scope.get(HOLDER)
    return "" if holder is None or holder.sees_all else holder.user


async def _said(reply: tuple[Piece, Finished]) -> AsyncGenerator[Piece | Finished, None]:
    for each in reply:
        yield each
