"""Answers as JSON, in the form that `answer.schema.json` describes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from rag.types import (
    Answer,
    AnswerStatus,
    Assertion,
    Citation,
    Claim,
    Evidence,
    PlaceOnPage,
    SaidElsewhere,
    Span,
    Tie,
    Tokens,
    Trace,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)

__all__ = ["SCHEMA_VERSION", "answer_schema", "citation_to_dict", "from_json", "to_dict", "to_json"]

SCHEMA_VERSION = 1


def answer_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `to_dict`, as it is shipped in the package."""
    text = files("rag.answering").joinpath("answer.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def to_dict(answer: Answer, *, with_draft: bool = False) -> dict[str, Any]:
    """The answer as plain values; positions are code points of the document's text, `end` excluded.

    with_draft: also what the generator wrote, unchecked, and what was left out of the answer. Never show it as one.
    """
    trace = answer.trace
    draft = {"draft": trace.draft, "dropped": [_dropped(claim) for claim in trace.dropped]} if with_draft else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "id": answer.id,
        "question": answer.question,
        "standalone_question": trace.standalone_question,
        "searched": trace.searched,
        "status": answer.status.value,
        "text": answer.text,
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": [citation_to_dict(citation) for citation in answer.citations],
        "evidence": [_evidence(sentence) for sentence in answer.evidence],
        "generator": trace.generator_id,
        "prompt": trace.prompt_id,
        "notice": trace.notice,
        "answerability": round(trace.answerability, 4),
        "tokens": trace.tokens._asdict() if trace.tokens is not None else None,
        "stale": list(answer.stale),
        "refreshes": answer.refreshes,
        "timings_ms": {stage: round(milliseconds, 2) for stage, milliseconds in trace.timings_ms.items()},
        **draft,
    }


def to_json(answer: Answer) -> str:
    """The answer as one line of JSON."""
    return json.dumps(to_dict(answer), ensure_ascii=False)


def from_json(text: str) -> Answer:
    """The answer that `to_json` wrote, without what is not written: draft, what was left out, settings."""
    item = json.loads(text)
    citations = tuple(_citation_from(each) for each in item["citations"])
    trace = Trace(
        generator_id=item["generator"],
        prompt_id=item.get("prompt", ""),
        settings_fingerprint="",
        standalone_question=item.get("standalone_question", item["question"]),
        timings_ms=item["timings_ms"],
        answerability=item["answerability"],
        notice=item.get("notice", ""),
        searched=item.get("searched", ""),
        tokens=Tokens(**item["tokens"]) if item.get("tokens") else None,
    )
    return Answer(
        id=item.get("id", ""),
        question=item["question"],
        status=AnswerStatus(item["status"]),
        text=item["text"],
        claims=tuple(_claim_from(each, citations) for each in item["claims"]),
        citations=citations,
        evidence=tuple(_evidence_from(number, each) for number, each in enumerate(item["evidence"], start=1)),
        trace=trace,
        stale=tuple(item.get("stale", ())),
        refreshes=item.get("refreshes", ""),
    )


def _claim_from(item: Mapping[str, Any], citations: Sequence[Citation]) -> VerifiedClaim:
    """The claim; its place in a draft that is not written is taken to be the start."""
    cited = tuple(citation for citation in citations if citation.number in item["citations"])
    verdict = item["verdict"]
    return VerifiedClaim(
        claim=Claim(text=item["text"], span=Span(start=0, end=len(item["text"])), citations=cited),
        verdict=Verdict(
            label=VerdictLabel(verdict["label"]),
            score=verdict["score"],
            verifier_id=verdict["verifier"],
            reasons=tuple(verdict["reasons"]),
            lacking=tuple(verdict.get("lacking", ())),
            against=tuple(verdict.get("against", ())),
        ),
    )


def _citation_from(item: Mapping[str, Any]) -> Citation:
    return Citation(
        number=item["number"],
        document_id=item["document_id"],
        source=item["source"],
        title=item["title"],
        span=Span(start=item["start"], end=item["end"]),
        quote=item["quote"],
        line=item["line"],
        page=item["page"],
        page_label=item.get("page_label", ""),
        published=item.get("published", ""),
        also_in=tuple(item.get("also_in", ())),
        url=item.get("url", ""),
        places=tuple(PlaceOnPage(**place) for place in item.get("places", ())),
        confidence=item.get("confidence", 1.0),
        assertion=Assertion(item.get("assertion", Assertion.STATED)),
        speaker=item.get("speaker", ""),
        said_elsewhere=tuple(_elsewhere_from(each) for each in item.get("said_elsewhere", ())),
    )


def _elsewhere_from(item: Mapping[str, Any]) -> SaidElsewhere:
    return SaidElsewhere(
        document_id=item["document_id"],
        source=item["source"],
        title=item["title"],
        span=Span(start=item["start"], end=item["end"]),
        quote=item["quote"],
        origin=item["origin"],
        tie=Tie(item["tie"]),
        published=item["published"],
        also_in=tuple(item["also_in"]),
    )


def _evidence_from(number: int, item: Mapping[str, Any]) -> Evidence:
    return Evidence(
        number=number,
        document_id=item["document_id"],
        source=item["source"],
        title=item["title"],
        span=Span(start=item["start"], end=item["end"]),
        quote=item["quote"],
        score=item["score"],
        published=item.get("published", ""),
        speaker=item.get("speaker", ""),
        also_in=tuple(item.get("also_in", ())),
    )


def _claim(verified: VerifiedClaim) -> dict[str, Any]:
    return {
        "text": verified.claim.text,
        "citations": [citation.number for citation in verified.claim.citations],
        "verdict": _verdict(verified.verdict),
    }


def _dropped(verified: VerifiedClaim) -> dict[str, Any]:
    """A claim that was left out; its text is empty when all that was written are markers that name no evidence."""
    return {"text": verified.claim.text, "verdict": _verdict(verified.verdict)}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "label": verdict.label.value,
        "score": round(verdict.score, 4),
        "verifier": verdict.verifier_id,
        "reasons": list(verdict.reasons),
        "lacking": list(verdict.lacking),
        "against": list(verdict.against),
    }


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """A citation as plain values."""
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "source": citation.source,
        "title": citation.title,
        "start": citation.span.start,
        "end": citation.span.end,
        "quote": citation.quote,
        "line": citation.line,
        "page": citation.page,
        "page_label": citation.page_label,
        "published": citation.published,
        "also_in": list(citation.also_in),
        "url": citation.url,
        "places": [asdict(place) for place in citation.places],
        "confidence": round(citation.confidence, 4),
        "assertion": citation.assertion.value,
        "speaker": citation.speaker,
        "n_sources": citation.n_sources,
        "n_independent": citation.n_independent,
        "said_elsewhere": [_elsewhere(each) for each in citation.said_elsewhere],
    }


def _elsewhere(place: SaidElsewhere) -> dict[str, Any]:
    return {
        "document_id": place.document_id,
        "source": place.source,
        "title": place.title,
        "start": place.span.start,
        "end": place.span.end,
        "quote": place.quote,
        "origin": place.origin,
        "tie": place.tie.value,
        "published": place.published,
        "also_in": list(place.also_in),
    }


def _evidence(sentence: Evidence) -> dict[str, Any]:
    return {
        "document_id": sentence.document_id,
        "source": sentence.source,
        "title": sentence.title,
        "start": sentence.span.start,
        "end": sentence.span.end,
        "quote": sentence.quote,
        "score": round(sentence.score, 4),
        "published": sentence.published,
        "speaker": sentence.speaker,
        "also_in": list(sentence.also_in),
    }
