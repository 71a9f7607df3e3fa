"""The read path as a stream of events: question → evidence → draft → claims → verdicts → answer.

Whether to abstain is decided here and nowhere else: when the question does not say what it asks about, which is asked
back; when the evidence is weak, before anything is written; when the generator says that it cannot answer; and when no
claim is left and the evidence is not strong enough to stand alone.
"""

from __future__ import annotations

import collections.abc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from rag.answering.citations import Numbering
from rag.answering.claims import CitedClaim, DraftReader, Replacement, check_claim, replacements
from rag.answering.corroboration import Corroboration
from rag.answering.stages import Clock
from rag.answering.suggestions import did_you_mean
from rag.answering.unfinished import NOT_IN_DOCUMENTS, UnfinishedAnswer, read_together, verified
from rag.conversation import asking_back, questions_in, standalone_question
from rag.errors import GeneratorError, QuestionError
from rag.protocols import CANNOT_ANSWER, Generator, Verifier, Waiting
from rag.retrieval import Retrieval, Retriever, overview_topic
from rag.storage.filters import Filter
from rag.types import (
    Answer,
    ClaimVerified,
    Document,
    Done,
    EventStream,
    Evidence,
    Retrieved,
    SaidElsewhere,
    Span,
    Step,
    Trace,
    Turn,
)

__all__ = ["NOT_IN_DOCUMENTS", "Answering", "Thresholds"]

_NOTHING_SAYS = "The nearest sentences say nothing of {}."
_DAMAGED = "What the store has of {} is damaged and was left out - run `rag check`."
_NOT_ANSWERED = "The documents do not answer {}"
_QUOTED_AFTER_FAILURE = "The best sentences are quoted instead."
_QUOTED_INSTEAD = "The best sentences are quoted instead: the language model wrote nothing that could be shown."
_QUOTED_AFTER_REFUSAL = "The language model saw no answer; the best sentences are quoted because they fit well."
_CUT = "The language model wrote more than {n:,} characters, of which no more were read - raise llm_output_tokens."

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and the halves of code points that bytes in no encoding become: neither can be stored."""


def _never() -> bool:
    return False


def _nobody(step: Step, number: int) -> None:
    """Hears what is being done, and tells nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Probabilities, 0 to 1, that the evidence answers: what it takes to answer.

    abstain_below: nothing is drafted below it.
    quote_instead_from: from there on the sentences themselves are the answer where a generator says that it cannot
        answer, or writes what is not supported; below it, it is believed.
    """

    abstain_below: float
    quote_instead_from: float


class Answering:
    """Answers questions with what a retriever finds, a generator drafts and a verifier lets pass.

    extractive: the generator that quotes; it takes over where the other one fails, or leaves nothing that can be shown.
    """

    def __init__(
        self,
        retriever: Retriever,
        generator: Generator,
        verifier: Verifier,
        *,
        extractive: Generator,
        document_of: Callable[[str], Document],
        n_evidence: int,
        n_drafted_from: int,
        thresholds: Thresholds,
        max_question_characters: int,
        max_draft_characters: int,
        settings_fingerprint: str,
        notice: str = "",
    ) -> None:
        """n_drafted_from: sentences that the generator reads, unless it is the extractive one, which reads all.

        max_draft_characters: what is read of a generator's draft, unless it is the extractive one's.
        notice: what to say with every answer, for example why the language model asked for is not used.
        """
        self._retriever = retriever
        self._generator = generator
        self._verifier = verifier
        self._extractive = extractive
        self._document_of = document_of
        self._n_evidence = n_evidence
        self._n_drafted_from = n_drafted_from
        self._thresholds = thresholds
        self._max_question_characters = max_question_characters
        self._max_draft_characters = max_draft_characters
        self._settings_fingerprint = settings_fingerprint
        self._notice = notice

    def retrieve(self, question: str, k: int, *, where: Filter | None = None) -> tuple[Evidence, ...]:
        """At most `k` sentences, best first.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = self._checked(question)
        clock = Clock()
        with clock.stage("embed"):
            vector = self._retriever.embed(question)
        return self._retriever.retrieve(question, vector, k, where=where, stage=clock.stage).evidence[:k]

    def stream(
        self,
        question: str,
        history: Sequence[Turn],
        *,
        where: Filter | None = None,
        searched: str = "",
        is_stopped: Callable[[], bool] = _never,
        on_step: Callable[[Step, int], None] = _nobody,
    ) -> EventStream:
        """`Retrieved`, then `ClaimVerified` for each claim that passes, then `Done`, unless it was stopped.

        searched: which documents were searched, in words, as `where` says it; empty for all.
        is_stopped: asked whenever the generator has written a piece; True ends its request and the stream.
        on_step: see `Assistant.stream`.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = self._checked(question)
        clock = Clock(Waiting(is_stopped))
        notices = [self._notice]
        standalone, asks_back, retrieval = yield from self._understood(
            question, history, where, clock, notices, on_step
        )
        if searched and not retrieval.evidence and not asks_back:
            notices.append(f"No sentence of a document that fits the filter was found: {searched}.")
        if retrieval.damaged:
            notices.append(_DAMAGED.format(", ".join(map(repr, retrieval.damaged))))
        notices.append(self._did_you_mean(standalone, retrieval, where))
        may_quote = retrieval.answerability >= self._thresholds.quote_instead_from
        document_of = cache(self._document_of)  # texts never change, and each is read for many things
        numbering = Numbering(
            document_of, elsewhere=self._elsewhere((*retrieval.evidence, *retrieval.repeats), document_of, clock)
        )
        answer = UnfinishedAnswer(
            numbering=numbering,
            may_quote=may_quote,
            is_stopped=is_stopped,
            on_step=on_step,
            asks_back=asks_back,
            unanswered=retrieval.unanswered,
        )
        if retrieval.answerability >= self._thresholds.abstain_below and not asks_back:
            yield from self._claims(standalone, retrieval, answer, clock, notices)
        if is_stopped():
            return
        if answer.kept and retrieval.unanswered:
            notices.append(_NOT_ANSWERED.format(" ".join(f"“{question}”" for question in retrieval.unanswered)))
        if not answer.kept and retrieval.evidence and retrieval.unmet:
            notices.append(_NOTHING_SAYS.format(", ".join(f"“{word}”" for word in retrieval.unmet)))
        yield Done(
            answer=Answer(
                id=uuid4().hex,
                question=question,
                status=answer.status,
                text=answer.text,
                claims=tuple(answer.kept),
                citations=answer.numbering.citations,
                evidence=retrieval.evidence,
                trace=Trace(
                    generator_id=self._generator.id,
                    prompt_id=self._generator.prompt_id,
                    settings_fingerprint=self._settings_fingerprint,
                    standalone_question=standalone,
                    searched=searched,
                    timings_ms=clock.timings_ms(),
                    answerability=retrieval.answerability,
                    draft=answer.draft,
                    dropped=tuple(answer.dropped),
                    notice=" ".join(filter(None, notices)),
                    tokens=clock.waiting.tokens,
                ),
            )
        )

    def _understood(
        self,
        question: str,
        history: Sequence[Turn],
        where: Filter | None,
        clock: Clock,
        notices: list[str],
        on_step: Callable[[Step, int], None],
    ) -> collections.abc.Generator[Retrieved, None, tuple[str, str, Retrieval]]:
        """What is searched for, what has to be asked back first, if anything, and what was found for it."""
        standalone = standalone_question(question, history)
        asks_back = _asking_back(standalone, history)
        on_step(Step.SEARCHING, 0)
        retrieval = Retrieval((), 0.0) if asks_back else self._retrieval(standalone, where, clock)
        yield Retrieved(question=standalone, evidence=retrieval.evidence)
        if history and self._generator is not self._extractive:
            on_step(Step.UNDERSTANDING, 0)
        rewritten = self._rewritten(question, history, clock, notices)
        if rewritten not in (question, standalone):
            standalone, asks_back = rewritten, _asking_back(rewritten, history)
            retrieval = Retrieval((), 0.0) if asks_back else self._retrieval(rewritten, where, clock)
            yield Retrieved(question=standalone, evidence=retrieval.evidence)
        return standalone, asks_back, retrieval

    def _did_you_mean(self, question: str, retrieval: Retrieval, where: Filter | None) -> str:
        """Which names of the documents the question may have misspelt."""
        retriever = self._retriever
        evidence = retrieval.evidence
        if not evidence:
            return ""
        return did_you_mean(
            question, evidence, speakers=retriever.speakers(where), n_passages_with=retriever.n_passages_with
        )

    def would_cite(self, question: str, document_id: str, span: Span) -> bool:
        """Whether the place is among the best evidence for the question, which is strong enough for an answer."""
        retrieval = self._retriever.retrieve(question, self._retriever.embed(question), self._n_evidence)
        best = [(sentence.document_id, sentence.span) for sentence in retrieval.evidence[:2]]
        return (document_id, span) in best and retrieval.answerability >= self._thresholds.abstain_below

    def standalone_question(self, question: str, history: Sequence[Turn]) -> str:
        """What would be searched for: the question, made to stand alone by the generator or else by rules.

        Raises:
            QuestionError: the question is empty or too long.
            GeneratorError: the language model cannot be asked.
        """
        question = self._checked(question)
        rewritten = self._generator.rewrite(question, history) if history else question
        return standalone_question(question, history) if rewritten == question else rewritten

    def _checked(self, question: str) -> str:
        question = " ".join(_NOT_TEXT.sub(" ", question).split())
        if not question:
            raise QuestionError("cannot answer an empty question - write what you want to know")
        if len(question) > self._max_question_characters:
            raise QuestionError(
                f"cannot answer a question of {len(question):,} characters, the limit is "
                f"{self._max_question_characters:,} - ask in fewer words, and add long texts as documents"
            )
        return question

    def _retrieval(self, question: str, where: Filter | None, clock: Clock) -> Retrieval:
        """The evidence for the question, or for all those that it is made of, or for an overview."""
        topic = overview_topic(question)
        if topic is not None:
            with clock.stage("find"):
                overview = self._retriever.overview(topic, where=where)
            if overview.evidence or not topic:
                return overview
            return self._nearest(question, where, clock)._replace(answerability=0.0)
        questions = questions_in(question)
        found = [self._nearest(each, where, clock) for each in questions]
        return read_together(questions, found, least=self._thresholds.abstain_below)

    def _nearest(self, question: str, where: Filter | None, clock: Clock) -> Retrieval:
        with clock.stage("embed"):
            vector = self._retriever.embed(question)
        return self._retriever.retrieve(question, vector, self._n_evidence, where=where, stage=clock.stage)

    def _rewritten(self, question: str, history: Sequence[Turn], clock: Clock, notices: list[str]) -> str:
        """The question as the generator makes it stand alone, if it does."""
        if not history:
            return question
        try:
            with clock.stage("rewrite"):
                return self._generator.rewrite(question, history)
        except GeneratorError as error:
            notices.append(_sentence(error))
            return question

    def _claims(
        self, question: str, retrieval: Retrieval, answer: UnfinishedAnswer, clock: Clock, notices: list[str]
    ) -> Iterator[ClaimVerified]:
        """The claims of the generator's draft that pass; when none is left, those of the extractive one."""
        may_quote, why = answer.may_quote, _QUOTED_INSTEAD
        try:
            yield from self._drafted(self._generator, question, retrieval.evidence, answer, clock)
        except GeneratorError as error:
            if _sentence(error) not in notices:
                notices.append(_sentence(error))
            may_quote, why = True, _QUOTED_AFTER_FAILURE
        if answer.is_cut:
            notices.append(_CUT.format(n=self._max_draft_characters))
        if answer.kept or self._generator is self._extractive or not may_quote or answer.is_stopped():
            return
        notices.append(_QUOTED_AFTER_REFUSAL if answer.is_refusal else why)
        yield from self._drafted(self._extractive, question, retrieval.evidence, answer, clock)

    def _drafted(
        self, generator: Generator, question: str, evidence: Sequence[Evidence], answer: UnfinishedAnswer, clock: Clock
    ) -> Iterator[ClaimVerified]:
        """The claims of one draft, each checked as soon as it is written.

        The generator does not get the conversation: the question stands alone by now, and what was said before is no
        evidence.
        """
        is_quoting = generator is self._extractive
        reader = DraftReader(
            evidence,
            generator_id=generator.id,
            prompt_id=generator.prompt_id,
            max_characters=None if is_quoting else self._max_draft_characters,
        )
        offered = evidence if is_quoting else _first(evidence, self._n_drafted_from)
        with _closed_at_the_end(generator.generate(question, offered, ())) as pieces:
            piece: str | None = ""
            while piece is not None and not answer.is_stopped() and not reader.is_cut:
                if not is_quoting:
                    answer.on_step(Step.WRITING, 0)
                with clock.stage("write"):
                    piece = next(pieces, None)
                cited = reader.finish() if piece is None else reader.read(piece)
                if generator is self._generator:
                    answer.draft, answer.is_cut = reader.text, reader.is_cut
                    cited = [] if answer.is_refusal else cited
                for claim in cited:
                    yield from self._checked_claims(claim, question, evidence, answer, clock)

    def _checked_claims(
        self, cited: CitedClaim, question: str, evidence: Sequence[Evidence], answer: UnfinishedAnswer, clock: Clock
    ) -> Iterator[ClaimVerified]:
        """The claim if it passes, or else the sentence that it should have kept to, if that is an answer."""
        if answer.says(cited.text) or cited.text == CANNOT_ANSWER:
            return
        answer.checks()
        around = answer.numbering.around
        with clock.stage("verify"):
            checked = check_claim(cited, evidence, self._verifier, around=around)
        if answer.keep(checked):
            yield ClaimVerified(claim=answer.kept[-1])
            return
        answer.dropped.append(verified(checked.claim, checked.verdict, None))
        for sentences in self._in_its_place(cited, question, evidence, answer):
            with clock.stage("verify"):
                shown = [
                    check_claim(
                        CitedClaim(each.quote, cited.span, (each,), ()), evidence, self._verifier, around=around
                    )
                    for each in sentences
                ]
            if not all(each.is_supported for each in shown):
                continue
            kept = [answer.kept[-1] for each in shown if answer.keep(each)]
            answer.n_replaced += len(kept) == len(shown)
            yield from (ClaimVerified(claim=each) for each in kept)

    def _in_its_place(
        self, cited: CitedClaim, question: str, evidence: Sequence[Evidence], answer: UnfinishedAnswer
    ) -> list[Replacement]:
        if not cited.evidence or not answer.may_quote or self._generator is self._extractive:
            return []
        return replacements(cited, question, evidence, self._extractive, is_shown=answer.quotes)

    def _elsewhere(
        self, evidence: Sequence[Evidence], document_of: Callable[[str], Document], clock: Clock
    ) -> Callable[[Evidence], tuple[SaidElsewhere, ...]]:
        """What else of the evidence says what a sentence says."""
        corroboration = Corroboration(self._verifier, document_of)

        def elsewhere(sentence: Evidence) -> tuple[SaidElsewhere, ...]:
            with clock.stage("corroborate"):
                return corroboration.of(sentence, evidence)

        return elsewhere


def _first(evidence: Sequence[Evidence], n: int) -> tuple[Evidence, ...]:
    """The first n sentences, and behind them those without which they cannot be understood."""
    needed = {sentence.needs for sentence in evidence[:n]}
    return (*evidence[:n], *(sentence for sentence in evidence[n:] if sentence.number in needed))


def _asking_back(question: str, history: Sequence[Turn]) -> str:
    """What has to be known first; nothing for an overview, which needs to name no matter."""
    return "" if overview_topic(question) == "" else asking_back(question, history)


def _sentence(error: GeneratorError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


@contextmanager
def _closed_at_the_end(pieces: Iterator[str]) -> Iterator[Iterator[str]]:
    """The pieces; whoever stops reading early ends the request behind them."""
    try:
        yield pieces
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
