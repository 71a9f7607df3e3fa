"""The read path as a stream of events: question → evidence → draft → claims → verdicts → answer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

from rag.citation import CitedClaim, Numbering, claims_of_draft
from rag.errors import NotFoundError, QuestionError
from rag.protocols import ClaimWithEvidence, Generator, Verifier
from rag.retrieval import Retrieval, Retriever
from rag.types import (
    Answer,
    AnswerStatus,
    Claim,
    ClaimVerified,
    Document,
    Done,
    Draft,
    Event,
    Evidence,
    Retrieved,
    Trace,
    Turn,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)

__all__ = ["NOT_IN_DOCUMENTS", "Answering"]

NOT_IN_DOCUMENTS = "The documents do not answer this."
"""The text of every answer whose status is abstained."""

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and the halves of code points that bytes in no encoding become: neither can be stored."""


class Answering:
    """Answers questions with what a retriever finds, a generator drafts and a verifier lets pass."""

    def __init__(
        self,
        retriever: Retriever,
        generator: Generator,
        verifier: Verifier,
        *,
        document_of: Callable[[str], Document],
        n_evidence: int,
        abstain_below: float,
        max_question_characters: int,
        settings_fingerprint: str,
    ) -> None:
        self._retriever = retriever
        self._generator = generator
        self._verifier = verifier
        self._document_of = document_of
        self._n_evidence = n_evidence
        self._abstain_below = abstain_below
        self._max_question_characters = max_question_characters
        self._settings_fingerprint = settings_fingerprint

    def retrieve(self, question: str, k: int) -> tuple[Evidence, ...]:
        """At most `k` sentences, best first.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = self._checked(question)
        return self._retriever.retrieve(question, self._retriever.embed(question), k).evidence[:k]

    def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Event]:
        """`Retrieved`, then `ClaimVerified` for each claim that passes, then `Done`.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = self._checked(question)
        clock = _Clock()
        vector = self._retriever.embed(question)
        clock.stage_ends("embed")
        retrieval = self._retriever.retrieve(question, vector, self._n_evidence)
        clock.stage_ends("retrieve")
        yield Retrieved(evidence=retrieval.evidence)

        kept: list[VerifiedClaim] = []
        dropped: list[VerifiedClaim] = []
        numbering = Numbering(self._document_of)
        if retrieval.answerability >= self._abstain_below:
            draft = self._draft(question, retrieval, history)
            clock.stage_ends("generate")
            cited = claims_of_draft(draft, retrieval.evidence)
            verdicts = self._verifier.verify([_pair(claim) for claim in cited])
            for claim, verdict in zip(cited, verdicts, strict=True):
                verified = _showable(claim, verdict, numbering)
                if verified is not None:
                    kept.append(verified)
                    yield ClaimVerified(claim=verified)
                else:
                    dropped.append(_verified(claim, verdict, None))
            clock.stage_ends("verify")
        trace = Trace(
            generator_id=self._generator.id,
            prompt_id=self._generator.prompt_id,
            settings_fingerprint=self._settings_fingerprint,
            timings_ms=clock.timings_ms(),
            answerability=retrieval.answerability,
            dropped=tuple(dropped),
        )
        yield Done(
            answer=Answer(
                question=question,
                status=_status(kept, dropped),
                text=_text(kept),
                claims=tuple(kept),
                citations=numbering.citations,
                evidence=retrieval.evidence,
                trace=trace,
            )
        )

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

    def _draft(self, question: str, retrieval: Retrieval, history: Sequence[Turn]) -> Draft:
        text = "".join(self._generator.generate(question, retrieval.evidence, history))
        return Draft(text=text, generator_id=self._generator.id, prompt_id=self._generator.prompt_id)


class _Clock:
    """Milliseconds of each stage, in order, and in total."""

    def __init__(self) -> None:
        self._started = self._stage_started = time.perf_counter()
        self._timings_ms: dict[str, float] = {}

    def stage_ends(self, name: str) -> None:
        now = time.perf_counter()
        self._timings_ms[name] = (now - self._stage_started) * 1000
        self._stage_started = now

    def timings_ms(self) -> dict[str, float]:
        return self._timings_ms | {"total": (time.perf_counter() - self._started) * 1000}


def _pair(claim: CitedClaim) -> ClaimWithEvidence:
    return ClaimWithEvidence(evidence=tuple(sentence.quote for sentence in claim.evidence), claim=claim.text)


def _showable(claim: CitedClaim, verdict: Verdict, numbering: Numbering) -> VerifiedClaim | None:
    """The claim with its citations; None when nothing supports it, or what did was removed a moment ago."""
    if verdict.label is not VerdictLabel.SUPPORTED or not claim.evidence:
        return None
    try:
        return _verified(claim, verdict, numbering)
    except NotFoundError:
        return None


def _verified(claim: CitedClaim, verdict: Verdict, numbering: Numbering | None) -> VerifiedClaim:
    """The claim with its verdict; with citations when it is kept, without numbers when it is dropped."""
    return VerifiedClaim(
        claim=Claim(
            text=claim.text,
            span=claim.span,
            citations=numbering.cite(claim.evidence) if numbering else (),
            invalid_markers=claim.invalid_markers,
        ),
        verdict=verdict,
    )


def _status(kept: Sequence[VerifiedClaim], dropped: Sequence[VerifiedClaim]) -> AnswerStatus:
    if not kept:
        return AnswerStatus.ABSTAINED
    return AnswerStatus.PARTIAL if dropped else AnswerStatus.ANSWERED


def _text(kept: Sequence[VerifiedClaim]) -> str:
    """The claims, each followed by its markers."""
    if not kept:
        return NOT_IN_DOCUMENTS
    return " ".join(
        " ".join([verified.claim.text, *(f"[{citation.number}]" for citation in verified.claim.citations)])
        for verified in kept
    )
