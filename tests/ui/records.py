"""Records to render, made of any text."""

from __future__ import annotations

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    Document,
    Evidence,
    Span,
    Trace,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)

__all__ = ["ANSWER_ID", "answer", "citation", "claim", "document", "evidence"]

ANSWER_ID = "0123456789abcdef0123456789abcdef"


def document(
    text: str, *, document_id: str = "d1", title: str = "A title", source: str = "a.txt", **metadata: str
) -> Document:
    return Document(id=document_id, source=source, title=title, media_type="text/plain", text=text, metadata=metadata)


def citation(
    of: Document,
    start: int,
    end: int,
    *,
    number: int = 1,
    page: int = 0,
    published: str = "2025-03-12",
    also_in: tuple[str, ...] = (),
) -> Citation:
    return Citation(
        number=number,
        document_id=of.id,
        source=of.source,
        title=of.title,
        span=Span(start=start, end=end),
        quote=of.text[start:end],
        line=of.text.count("\n", 0, start) + 1,
        page=page,
        published=published,
        also_in=also_in,
    )


def claim(
    text: str,
    *citations: Citation,
    label: VerdictLabel = VerdictLabel.SUPPORTED,
    reasons: tuple[str, ...] = (),
    invalid_markers: tuple[str, ...] = (),
) -> VerifiedClaim:
    return VerifiedClaim(
        claim=Claim(text=text, span=Span(start=0, end=len(text)), citations=citations, invalid_markers=invalid_markers),
        verdict=Verdict(label=label, score=0.5, verifier_id="rules", reasons=reasons),
    )


def evidence(of: Document, start: int, end: int, *, number: int = 1) -> Evidence:
    return Evidence(
        number=number,
        document_id=of.id,
        source=of.source,
        title=of.title,
        span=Span(start=start, end=end),
        quote=of.text[start:end],
        score=0.5,
    )


def answer(
    *claims: VerifiedClaim,
    question: str = "When did it open?",
    status: AnswerStatus = AnswerStatus.ANSWERED,
    text: str = "",
    evidence: tuple[Evidence, ...] = (),
    standalone: str = "",
    draft: str = "",
    dropped: tuple[VerifiedClaim, ...] = (),
    notice: str = "",
    searched: str = "",
) -> Answer:
    citations = {each.number: each for verified in claims for each in verified.claim.citations}
    return Answer(
        id=ANSWER_ID,
        question=question,
        status=status,
        text=text or " ".join(verified.claim.marked_text for verified in claims),
        claims=claims,
        citations=tuple(citations[number] for number in sorted(citations)),
        evidence=evidence,
        trace=Trace(
            generator_id="extractive",
            prompt_id="",
            settings_fingerprint="",
            standalone_question=standalone or question,
            timings_ms={"total": 1.0},
            answerability=0.5,
            draft=draft,
            dropped=dropped,
            notice=notice,
            searched=searched,
        ),
    )
