"""A conversation as one browser sees it: what was asked, how far each answer is, and what is kept for a reload.

Records only: nothing here knows how they are shown. A browser keeps the ids of its answers, never their words, so that
an answer whose document was removed is gone everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from rag import Answer, Citation, Evidence, NotFoundError, Rating, Step, Turn, VerifiedClaim

__all__ = ["Conversation", "Exchange", "Kept", "Stage", "kept_questions"]

_MOST_TURNS = 6
"""Earlier exchanges that help to understand a question; older ones rarely do, and a model would have to read them."""


class Stage(StrEnum):
    """How far the answer to a question is."""

    SEARCHING = "searching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question, and what there is to show for it.

    key: names the exchange until there is an answer, which has an id of its own.
    standalone: what is searched for, once that is known; in `answer`, too.
    evidence: the sentences found; claims: those verified so far. Both are in `answer`, too, once the stage is done.
    step, n_checked: what is being done for it now, and with which of its statements, by number from 1.
    notice: for people: why the answer failed, stopped or cannot be shown again.
    """

    question: str
    key: str = field(default_factory=lambda: uuid4().hex)
    stage: Stage = Stage.SEARCHING
    step: Step = Step.SEARCHING
    n_checked: int = 0
    standalone: str = ""
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[VerifiedClaim, ...] = ()
    answer: Answer | None = None
    notice: str = ""
    rating: Rating = Rating.NONE

    @property
    def answer_id(self) -> str:
        """What chips and buttons of this exchange name it by."""
        return self.answer.id if self.answer else self.key

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The places cited so far, by number."""
        if self.answer:
            return self.answer.citations
        cited = {citation.number: citation for verified in self.claims for citation in verified.claim.citations}
        return tuple(cited[number] for number in sorted(cited))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The exchanges of one conversation, oldest first.

    id: tells the conversations of a browser apart; empty before the first question.
    gone: ids of cited documents that are known to have been removed since.
    """

    id: str = ""
    exchanges: tuple[Exchange, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def last(self) -> Exchange | None:
        """The exchange at the end; None when nothing was asked yet."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def earlier(self) -> tuple[Exchange, ...]:
        """All but the last."""
        return self.exchanges[:-1]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The complete answers."""
        return tuple(exchange.answer for exchange in self.exchanges if exchange.answer)

    def asked(self, question: str) -> Conversation:
        """The conversation with one more question, not answered yet."""
        return replace(self, id=self.id or uuid4().hex, exchanges=(*self.exchanges, Exchange(question=question)))

    def with_last(self, exchange: Exchange) -> Conversation:
        """The conversation with another exchange in place of the last."""
        return replace(self, exchanges=(*self.exchanges[:-1], exchange))

    def without_last(self) -> Conversation:
        """The conversation before the last question."""
        return replace(self, exchanges=self.exchanges[:-1])

    def with_gone(self, document_id: str) -> Conversation:
        """The conversation, knowing that a document was removed."""
        return replace(self, gone=self.gone | {document_id})

    def rated(self, answer_id: str, rating: Rating) -> Conversation:
        """The conversation with what a person thinks of one answer."""
        return replace(
            self,
            exchanges=tuple(
                replace(exchange, rating=rating) if exchange.answer_id == answer_id else exchange
                for exchange in self.exchanges
            ),
        )

    def history(self) -> tuple[Turn, ...]:
        """What was said, for the next question to lean on."""
        turns = [Turn(question=answer.question, answer=answer.text) for answer in self.answers]
        return tuple(turns[-_MOST_TURNS:])

    def exchange(self, answer_id: str) -> Exchange:
        """The exchange whose answer has that id, or is being written.

        Raises:
            NotFoundError: this conversation has no such answer.
        """
        for exchange in reversed(self.exchanges):
            if exchange.answer_id == answer_id:
                return exchange
        raise NotFoundError(f"cannot find answer {answer_id!r} in this conversation - ask the question again")

    def citation(self, answer_id: str, number: int) -> Citation:
        """One numbered place of one answer.

        Raises:
            NotFoundError: this conversation has no such answer, or the answer no such citation.
        """
        for citation in self.exchange(answer_id).citations:
            if citation.number == number:
                return citation
        raise NotFoundError(f"cannot open citation {number!r}: the answer has no such citation - choose another")

    def cites(self, document_id: str) -> bool:
        """Whether an answer quotes the document."""
        return any(
            citation.document_id == document_id for exchange in self.exchanges for citation in exchange.citations
        )

    def to_browser(self, mark: Callable[[str], str] = lambda _: "") -> list[dict[str, str]]:
        """What a browser keeps of it: the questions, the ids of their answers, and a mark of whose each is.

        mark: makes the mark for the id of an answer.
        """
        ids = [
            (exchange.question, exchange.answer.id if exchange.answer else "")
            for exchange in self.exchanges
            if exchange.stage not in (Stage.SEARCHING, Stage.WRITING)
        ]
        return [{"question": question, "answer": answer_id, "mark": mark(answer_id)} for question, answer_id in ids]


class Kept(NamedTuple):
    """An exchange as a browser keeps it."""

    question: str
    answer_id: str
    mark: str


def kept_questions(kept: object) -> list[Kept]:
    """The exchanges that a browser kept; whatever has another shape is left out.

    >>> kept_questions([{"question": "Why?", "answer": "ab"}, 3, {"question": 1}])
    [Kept(question='Why?', answer_id='ab', mark='')]
    """
    if not isinstance(kept, list):
        return []
    found = [
        (item.get("question"), item.get("answer"), item.get("mark", "")) for item in kept if isinstance(item, Mapping)
    ]
    return [
        Kept(question, answer_id, mark)
        for question, answer_id, mark in found
        if isinstance(question, str) and isinstance(answer_id, str) and isinstance(mark, str)
    ]
