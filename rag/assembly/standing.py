"""Questions that stand: kept in the store, asked again after each change, removed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from rag.assembly.answerer import Answerer
from rag.assembly.arguments import checking_arguments
from rag.assembly.library import Library
from rag.errors import NotFoundError
from rag.newsroom.staleness import Staleness
from rag.newsroom.standing import support_changes
from rag.storage import Place
from rag.storage.filters import Scope, scope_again
from rag.types import Done, QuestionReport, StandingQuestion, SupportingSentence

__all__ = ["StandingQuestions"]

_MOST_KEPT = 100
"""Sentences that are kept as support of one question."""


class StandingQuestions:
    """The part of the newsroom's desk that asks again; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @property
    def _answerer(self) -> Answerer:
        raise NotImplementedError

    def _scope(self, where: str, sources: Sequence[str]) -> Scope:
        raise NotImplementedError

    @checking_arguments
    def watch_question(self, question: str, *, where: str = "", sources: Sequence[str] = ()) -> StandingQuestion:
        """Keep a question that is asked again after every `add`, `sync` and change that `watch` sees.

        It is answered with sentences as they stand, whatever language model is set, so that it is the documents alone
        that change what supports it. Which documents are searched, see `stream`.

        Raises:
            FilterError: `where` cannot be read. QuestionError: the question is empty or too long.
            SettingsError: there are a thousand already.
        """
        scope = self._scope(where, sources)
        support = self._support(question, scope.text)
        number = self._library.store.standing.add(" ".join(question.split()), scope.text)
        self._library.store.standing.put_support(number, _places(support))
        return next(each for each in self.standing_questions() if each.number == number)

    def standing_questions(self) -> tuple[StandingQuestion, ...]:
        """All questions that stand, the oldest first."""
        return tuple(self._library.store.standing.all())

    @checking_arguments
    def remove_standing_question(self, number: int) -> None:
        """Ask it no more, and forget it.

        Raises:
            NotFoundError: there is none of that number.
        """
        if not self._library.store.standing.remove(number):
            raise NotFoundError(f"no standing question has the number {number} - see `rag watch-question --list`")
        self._library.store.erase_traces()

    def check_standing_questions(self) -> tuple[QuestionReport, ...]:
        """Ask every question that stands again; a report for each whose supporting sentences changed.

        What is reported is reported once. It happens by itself after `add`, `sync` and in `watch`.
        """
        reports = (self._check(question) for question in self.standing_questions())
        return tuple(report for report in reports if report is not None)

    def _check(self, question: StandingQuestion) -> QuestionReport | None:
        store = self._library.store
        places = store.standing.support(question.number)
        before = [sentence for place in places if (sentence := self._sentence(place)) is not None]
        after = self._support(question.question, question.searched)
        staleness = Staleness(store)
        added_at = {info.id: info.added_at for info in self._library.documents()} if after else {}

        def is_said(sentence: SupportingSentence) -> bool:
            return not staleness.is_gone(sentence.document_id, sentence.span)

        changes = support_changes(
            before,
            after,
            is_said=is_said,
            is_new=lambda sentence: added_at.get(sentence.document_id, "") >= question.checked_at,
        )
        quoted = {sentence.quote for sentence in after}
        kept = [sentence for sentence in before if sentence.quote not in quoted and is_said(sentence)]
        store.standing.put_support(question.number, _places([*after, *kept][:_MOST_KEPT]))
        n_erased = max(0, question.n_support - len(places))
        if not changes and not n_erased:
            return None
        return QuestionReport(question=question, changes=changes, after=tuple(after), n_erased=n_erased)

    def _support(self, question: str, searched: str) -> list[SupportingSentence]:
        """What is quoted in answer to the question now; nothing when the documents do not answer."""
        scope = scope_again(searched)
        with closing(self._answerer.quoting.stream(question, (), where=scope.filter, searched=scope.text)) as events:
            answer = next(event.answer for event in events if isinstance(event, Done))
        return [
            SupportingSentence(
                document_id=citation.document_id,
                source=citation.source,
                title=citation.title,
                span=citation.span,
                quote=citation.quote,
                published=citation.published,
            )
            for citation in answer.citations
        ]

    def _sentence(self, place: Place) -> SupportingSentence | None:
        document = self._library.store.documents.find(place.document_id)
        if document is None:
            return None
        return SupportingSentence(
            document_id=document.id,
            source=document.source,
            title=document.title,
            span=place.span,
            quote=place.span.slice(document.text),
            published=document.published,
        )


def _places(sentences: Sequence[SupportingSentence]) -> list[Place]:
    return [Place(sentence.document_id, sentence.span) for sentence in sentences]
