"""What happens when a person asks, opens a citation or rates an answer: events in, states to show out.

Nothing here knows Gradio or HTML. Every error becomes a sentence; what was typed and what was answered is never lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import NamedTuple

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    ClaimVerified,
    Document,
    Done,
    Event,
    FilterError,
    NotFoundError,
    QuestionError,
    RagError,
    Rating,
    Retrieved,
    SettingsError,
    Step,
)
from ui.background import Job, close
from ui.conversation import Conversation, Exchange, Stage
from ui.languages.kinds import answer_text
from ui.languages.words import N_, _, ngettext
from ui.places import place_at
from ui.preferences import Assistants, Preferences
from ui.sentences import sentence
from ui.server.ownership import Ownership
from ui.shelf import Shelf, Shelved, Shelves

__all__ = ["Chat", "ChatView", "Opened", "warm_up"]

_EMPTY = N_("Write a question first.")
_BUSY = N_("The answer to your last question is still being written. Press Stop to end it.")
_STOPPED = N_("Stopped. What is shown was checked; the answer is not complete.")
_STOPPED_EARLY = N_("Stopped before anything was written.")
_FORGOTTEN = N_("This answer is no longer kept: a document that it quoted was removed, or it was not completed.")
_NO_DOCUMENTS = N_(
    "There are no documents yet. Add some in the Documents tab, or load the example: your question waits here."
)
_NOTHING_FITS = N_(
    "No document fits what is ticked above the conversation. Take something away, or search all documents."
)
_SETTLING_SECONDS = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """What the chat shows now.

    hint: a sentence about the input, such as why it was not taken; empty for none.
    spoken: what a screen reader should say; empty for nothing new.
    question: what stands in the input; None to leave it as it is.
    is_invitation: whether the hint invites, and nothing was wrong.
    is_new: whether an exchange was added or taken away, so that the earlier ones must be shown anew.
    """

    conversation: Conversation
    hint: str = ""
    spoken: str = ""
    question: str | None = None
    is_answering: bool = False
    is_invitation: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the reader shows.

    document: None when it was removed; its quoted sentence is in `citations` still.
    citations: the places of one answer in it; `current` is the number of the one to look at, 0 for none.
    is_gone: whether the document that the citations are of was removed.
    notice: why nothing can be shown; empty when something can.
    """

    document: Document | None = None
    citations: tuple[Citation, ...] = ()
    current: int = 0
    answer_id: str = ""
    is_gone: bool = False
    notice: str = ""


class Chat:
    """The chat of all browsers: each has its own conversation, and a name (`session`) to stop its answer by."""

    def __init__(self, assistants: Assistants, ownership: Ownership | None = None) -> None:
        """ownership: whose each answer is; None where there are no users."""
        self._assistants = assistants
        self._ownership = ownership or Ownership()
        self._shelves = Shelves()
        self._running: dict[str, Job[Event | _Doing]] = {}
        self._forgotten: set[str] = set()
        self._lock = threading.Lock()

    def ask(
        self, question: str, conversation: Conversation, preferences: Preferences, *, session: str
    ) -> Iterator[ChatView]:
        """Each state on the way to the answer; closing the iterator ends the work, and the language model's, too."""
        if not question.strip():
            yield ChatView(conversation=conversation, hint=_(_EMPTY), is_answering=session in self._running)
            return

        if not self._has_documents():
            yield ChatView(
                conversation=conversation, hint=_(_NO_DOCUMENTS), spoken=_(_NO_DOCUMENTS), is_invitation=True
            )
            return

        stopped = threading.Event()

        def work(report: Callable[[Event | _Doing], None]) -> None:
            with self._assistants.using(preferences) as assistant:
                events = assistant.stream(
                    question,
                    history=conversation.history(),
                    where=preferences.scope.filter(),
                    is_stopped=stopped.is_set,
                    on_step=lambda step, number: report(_Doing(step, number)),
                )
                try:
                    for event in events:
                        report(event)
                finally:
                    close(events)  # which ends the request to the language model

        with self._lock:
            job = None if session in self._running else Job(work, stopped=stopped, name="ui-answer")
            if job is not None:
                self._running[session] = job
        if job is None:
            yield ChatView(conversation=conversation, hint=_(_BUSY), is_answering=True)
            return
        try:
            for view in _states(job, conversation.asked(" ".join(question.split())), question):
                if session in self._forgotten:
                    return
                yield self._with_hint(view, preferences.scope.filter())
        finally:
            job.stop()
            with self._lock:
                self._running.pop(session, None)
                self._forgotten.discard(session)

    def retry(self, conversation: Conversation, preferences: Preferences, *, session: str) -> Iterator[ChatView]:
        """As `ask`, with the last question again, in place of its answer."""
        if conversation.last is None:
            yield ChatView(conversation=conversation, hint=_(_EMPTY))
            return
        yield from self.ask(conversation.last.question, conversation.without_last(), preferences, session=session)

    def stop(self, session: str, *, forget: bool = False) -> None:
        """End the answer that is being written for that browser, if one is.

        forget: show nothing more of it, not even that it was stopped.
        """
        with self._lock:
            job = self._running.get(session)
            if job is not None and forget:
                self._forgotten.add(session)
        if job is not None:
            job.stop()

    def shelf(self, kept: object, *, user: str = "") -> Shelf:
        """The conversations that a browser kept, and what its other tabs know; what is not that user's is left out."""
        own = Shelf.from_browser(kept, mark_of=partial(self._ownership.mark, user))
        return self._shelves.known(own, user=user)

    def restore(self, kept: object, *, user: str = "") -> Conversation:
        """The conversation that a browser shows, read again from the store; empty where it shows none."""
        shelf = self.shelf(kept, user=user)
        found = shelf.find(shelf.current)
        if found is None:
            return Conversation()
        exchanges = tuple(self._restored(each.question, each.answer_id) for each in found.questions)
        return Conversation(id=found.id, exchanges=exchanges)

    def kept(self, conversation: Conversation, kept: object = (), *, user: str = "") -> dict[str, object]:
        """What a browser keeps, for `restore`: its conversations with this one; also notes whose the answers are."""
        self._ownership.claim(user, *(answer.id for answer in conversation.answers))
        mark_of = partial(self._ownership.mark, user)
        return self.put(self.shelf(kept, user=user).holding(conversation, mark_of=mark_of), user=user)

    def put(self, shelf: Shelf, *, user: str = "") -> dict[str, object]:
        """The shelf as a browser keeps it, which its other tabs are told of when they next ask."""
        return self._shelves.keep(shelf, user=user).to_browser()

    def forget(self, shelf: Shelf, conversation_id: str) -> Shelf:
        """The shelf without that conversation, whose answers the store keeps no longer, but those of others."""
        found = shelf.find(conversation_id)
        shelf = shelf.without(conversation_id)
        others = {each.answer_id for other in shelf.conversations for each in other.questions}
        doomed = [each.answer_id for each in found.questions if each.answer_id not in others] if found else []
        with suppress(RagError):  # of a store that cannot be written to: they go with the oldest there
            self._assistants.started.clear_answers(answer_ids=doomed)
        return shelf

    def answers_of(self, shelved: Shelved) -> list[str]:
        """The texts of a conversation's answers, as far as the store keeps them."""
        return [answer.text for each in shelved.questions if (answer := self._restored("", each.answer_id).answer)]

    def lasting(self, conversation: Conversation) -> list[Answer]:
        """The answers of which no document was removed since."""
        quoted = {answer.id: _quoted(answer) for answer in conversation.answers}
        gone = conversation.gone | {
            id_ for id_ in frozenset().union(*quoted.values()) if self.open_document(id_).is_gone
        }
        return [answer for answer in conversation.answers if gone.isdisjoint(quoted[answer.id])]

    def open(self, conversation: Conversation, answer_id: str, number: int) -> Opened:
        """The document of one citation, with all places that the same answer cites in it."""
        try:
            citation = conversation.citation(answer_id, number)
        except NotFoundError as error:
            return Opened(notice=sentence(error, doing="opening a source"))
        cited = tuple(
            other for other in conversation.exchange(answer_id).citations if other.document_id == citation.document_id
        )
        opened = self.open_document(citation.document_id)
        return replace(opened, citations=cited, current=number, answer_id=answer_id)

    def open_document(self, document_id: str) -> Opened:
        """A document as it was read, without citations."""
        try:
            return Opened(document=self._assistants.started.document(document_id))
        except NotFoundError as error:
            return Opened(is_gone=True, notice=sentence(error, doing="opening a document"))
        except RagError as error:
            return Opened(notice=sentence(error, doing="opening a document"))

    def open_place(self, document_id: str, start: int, end: int) -> Opened:
        """A document with one place in it, in characters from its start; without the place where it has none such."""
        opened = self.open_document(document_id)
        if opened.document is None:
            return opened
        try:
            return replace(opened, citations=(place_at(opened.document, start, end),), current=1)
        except SettingsError:  # of an older version, or of a browser that makes up numbers
            return opened

    def rate(self, conversation: Conversation, answer_id: str, rating: str) -> tuple[Conversation, str]:
        """The conversation with that rating, and a sentence that says that it was kept or why not."""
        try:
            wanted = Rating(rating)
            conversation.exchange(answer_id)
            self._assistants.started.rate(answer_id, wanted)
        except ValueError:
            return conversation, _("That is no rating: choose thumbs up or thumbs down.")
        except RagError as error:
            return conversation, sentence(error, doing="rating an answer")
        said = _("Rating removed.") if wanted is Rating.NONE else _("Thank you: kept with the answer.")
        return conversation.rated(answer_id, wanted), said

    def _with_hint(self, view: ChatView, where: str) -> ChatView:
        """The state, which says why nothing can be found when there is nothing to search."""
        last = view.conversation.last
        if (
            not last
            or not last.answer
            or last.evidence
            or self._assistants.started.list_documents(where=where, k=0).n_total
        ):
            return view
        return replace(view, hint=_(_NOTHING_FITS), spoken=_(_NOTHING_FITS))

    def _n_fitting(self, where: str) -> int:
        return self._assistants.started.list_documents(where=where, k=0).n_total

    def _has_documents(self) -> bool:
        """Whether there is anything to ask; also where that cannot be told, which asking then says."""
        try:
            return bool(self._n_fitting(""))
        except RagError:
            return True

    def _restored(self, question: str, answer_id: str) -> Exchange:
        try:
            answer = self._assistants.started.answer(answer_id)
            rating = self._assistants.started.rating(answer_id)
        except RagError:
            return Exchange(question=question, stage=Stage.FORGOTTEN, notice=_(_FORGOTTEN))
        return Exchange(question=question, stage=Stage.DONE, evidence=answer.evidence, answer=answer, rating=rating)


def _quoted(answer: Answer) -> frozenset[str]:
    """Ids of the documents that it quotes, as citation or as evidence."""
    cited = frozenset(citation.document_id for citation in answer.citations)
    return cited | {sentence.document_id for sentence in answer.evidence}


def warm_up(assistants: Assistants) -> threading.Thread:
    """Load the embedding model and the indexes in the background, so that the first question need not wait."""

    def load() -> None:
        with suppress(RagError):  # whoever asks is told
            assistants.started.retrieve("warm up", k=1)

    thread = threading.Thread(target=load, name="ui-warm-up", daemon=True)
    thread.start()
    return thread


class _Doing(NamedTuple):
    """What is being done, and of which statement, by number from 1; 0 where it is of none."""

    step: Step
    number: int


def _states(job: Job[Event | _Doing], conversation: Conversation, typed: str) -> Iterator[ChatView]:
    """The states of the last exchange as its events come."""
    exchange = conversation.exchanges[-1]
    yield ChatView(conversation=conversation, spoken=_("Searching."), question="", is_answering=True, is_new=True)
    try:
        for events in job.batches(within_seconds=_SETTLING_SECONDS):
            exchange = reduce(_after, events, exchange)
            conversation = conversation.with_last(exchange)
            yield ChatView(
                conversation=conversation, spoken=_spoken(events[-1]), is_answering=exchange.stage is not Stage.DONE
            )
    except (QuestionError, FilterError) as error:
        # The question stays in the input, to be mended, and not in the conversation.
        before = conversation.without_last()
        yield ChatView(conversation=before, hint=sentence(error, doing="answering"), question=typed, is_new=True)
        return
    except Exception as error:
        said = sentence(error, doing="answering")
        failed = replace(exchange, stage=Stage.FAILED, notice=said)
        yield ChatView(conversation=conversation.with_last(failed), spoken=said)
        return
    if exchange.stage is not Stage.DONE:
        notice = _(_STOPPED if exchange.claims else _STOPPED_EARLY)
        stopped = replace(exchange, stage=Stage.STOPPED, notice=notice)
        yield ChatView(conversation=conversation.with_last(stopped), spoken=notice)


def _after(exchange: Exchange, event: Event | _Doing) -> Exchange:
    match event:
        case _Doing(step=step, number=number):
            return replace(exchange, step=step, n_checked=number)
        case Retrieved(question=standalone, evidence=evidence):
            return replace(exchange, stage=Stage.WRITING, evidence=evidence, standalone=standalone)
        case ClaimVerified(claim=claim):
            return replace(exchange, stage=Stage.WRITING, claims=(*exchange.claims, claim))
        case Done(answer=answer):
            return replace(exchange, stage=Stage.DONE, evidence=answer.evidence, claims=answer.claims, answer=answer)


def _spoken(event: Event | _Doing) -> str:
    match event:
        case _Doing(step=Step.CHECKING, number=number):
            return _("Checking statement {n}.", n=number)
        case _Doing():
            return ""
        case Retrieved(evidence=evidence):
            return ngettext("{n} sentence found.", "{n} sentences found.", len(evidence))
        case ClaimVerified():
            return ""
        case Done(answer=answer):
            return _outcome(answer)


def _outcome(answer: Answer) -> str:
    n_cited = len(answer.citations)
    match answer.status:
        case AnswerStatus.ANSWERED:
            said = ngettext("Answered with {n} citation:", "Answered with {n} citations:", n_cited)
        case AnswerStatus.PARTIAL:
            said = ngettext("Partly answered with {n} citation:", "Partly answered with {n} citations:", n_cited)
        case AnswerStatus.ABSTAINED:
            return " ".join([answer_text(answer), _("The nearest sentences are shown.")])
    return f"{said} {answer_text(answer)}"
