"""`/v1/search`, `/v1/verify`, `/v1/check-draft`, `/v1/models`, and whether the server is well."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from rag.answering.stages import Clock
from rag.newsroom.draft.serialisation import draft_to_dict
from rag.protocols import ClaimWithEvidence
from rag.serving.answers import EvidenceBody
from rag.serving.conversations import Scope
from rag.serving.entry.failures import failures
from rag.serving.service import Service
from rag.serving.watching.records import Metrics
from rag.types import DifferenceKind, DraftPart, DraftVerdict

__all__ = ["finding_routes", "health_routes"]

_MOST_CHARACTERS = 100_000


class SearchRequest(Scope):
    """What is looked for, and how many sentences are wanted."""

    query: str = Field(description="a question, or words")
    k: int = Field(10, ge=1, le=100)


class SearchResult(BaseModel):
    """The sentences, best first."""

    object: Literal["list"]
    data: list[EvidenceBody]


class VerifyRequest(BaseModel):
    """A claim, and what is to support it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    claim: str = Field(min_length=1, max_length=_MOST_CHARACTERS)
    evidence: str | list[str] = Field(description="a sentence, or several that are read together")
    strict: bool = Field(False, description="supported only when an answer would show the claim as fact")


class VerdictBody(BaseModel):
    """What the evidence says about the claim.

    score: probability of support, 0 to 1. lacking: words of the claim without support. against: words of the evidence
    that say otherwise.
    """

    label: Literal["supported", "contradicted", "unsupported"]
    score: float
    verifier: str
    reasons: list[str]
    lacking: list[str]
    against: list[str]


class DraftRequest(Scope):
    """A draft that is to be held against the documents; it is kept nowhere."""

    text: str = Field(min_length=1, description="as it is meant: a line break ends a sentence")


class DraftPlaceBody(BaseModel):
    """A place in a document: `quote` is its text from `start` to `end`, and what stands around it in its paragraph."""

    document_id: str
    source: str
    title: str
    published: str = Field(description="as the document says; empty when it does not")
    speaker: str = Field(description="who says it there; empty when that cannot be told")
    start: int = Field(description="in code points of the document's text, included")
    end: int = Field(description="excluded")
    quote: str
    before: str
    after: str


class WordsBody(BaseModel):
    """Words, and where they stand; none, at their place, where they were left out or put in."""

    start: int
    end: int
    words: str


class DraftDifferenceBody(BaseModel):
    """One place where draft and document differ; one that is harmless changes nothing of what was said."""

    kind: DifferenceKind
    is_harmless: bool
    draft: WordsBody
    source: WordsBody


class DraftFindingBody(BaseModel):
    """The verdict on one part of a draft."""

    number: int = Field(description="from 1, in the order of the draft")
    part: DraftPart
    verdict: DraftVerdict
    is_wrong: bool = Field(description="somebody has to look at it before it is printed")
    start: int = Field(description="in code points of the draft, included")
    end: int = Field(description="excluded")
    text: str
    speaker: str = Field(description="to whom the draft gives it; empty for nobody")
    outlet: str = Field(description="the source that the draft names; empty for none")
    advice: str = Field(description="what is wrong and what to do, or what it rests on")
    places: list[DraftPlaceBody] = Field(description="where the documents say it, the best first; two of a splice")
    differences: list[DraftDifferenceBody]
    nearest: DraftPlaceBody | None = Field(description="what comes nearest where they do not say it; it proves nothing")


class DraftReportBody(BaseModel):
    """What of a draft the documents bear out: each quotation and claim, in order."""

    is_clean: bool
    n_wrong: int
    n_documents: int
    notice: str
    findings: list[DraftFindingBody]


class ModelBody(BaseModel):
    """A way to answer."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: Literal["chapter-and-verse"]


class ModelsBody(BaseModel):
    """All of them."""

    object: Literal["list"]
    data: list[ModelBody]


class HealthBody(BaseModel):
    """Whether the server is well."""

    status: Literal["ok", "starting", "ending"]


def finding_routes(service: Service) -> APIRouter:
    """The routes, over a service."""
    router = APIRouter(tags=["Evidence"])

    @router.post("/v1/search", responses=failures(), operation_id="search")
    async def search(body: SearchRequest, request: Request) -> SearchResult:
        """The sentences that fit, with the places where they stand."""
        assistant = service.seen_by(request)
        found = await assistant.retrieve(body.query, k=body.k, where=body.where, sources=body.sources)
        return SearchResult(object="list", data=await service.fingerprints.evidence(found))

    @router.post("/v1/verify", responses=failures(502), operation_id="verify")
    async def verify(body: VerifyRequest) -> VerdictBody:
        """A verdict on a claim beside its evidence, whatever the documents say."""
        evidence = (body.evidence,) if isinstance(body.evidence, str) else tuple(body.evidence)
        pair = ClaimWithEvidence(evidence=evidence, claim=body.claim)
        with Clock().stage("verify"):
            (verdict,) = await service.assistant.verify([pair], is_strict=body.strict)
        return VerdictBody(
            label=verdict.label.value,
            score=round(verdict.score, 4),
            verifier=verdict.verifier_id,
            reasons=list(verdict.reasons),
            lacking=list(verdict.lacking),
            against=list(verdict.against),
        )

    @router.post("/v1/check-draft", responses=failures(502), operation_id="check_draft")
    async def check_draft(body: DraftRequest, request: Request) -> DraftReportBody:
        """Each quotation and claim of a draft beside what the documents say."""
        assistant = service.seen_by(request)
        check = assistant.assistant.check_draft
        with Clock().stage("verify"):
            report = await assistant.run(check, body.text, where=body.where, sources=body.sources)
        return DraftReportBody.model_validate(draft_to_dict(report))

    @router.get("/v1/models", responses=failures(), operation_id="list_models", tags=["OpenAI's protocol"])
    async def list_models() -> ModelsBody:
        """The names that a request may give as its model."""
        return ModelsBody(object="list", data=[_model(name, service) for name in service.by_model])

    @router.get("/v1/models/{model}", responses=failures(404), operation_id="get_model", tags=["OpenAI's protocol"])
    async def get_model(model: str) -> ModelBody:
        """One of them."""
        service.assistant_for(model)
        return _model(model, service)

    return router


def _model(name: str, service: Service) -> ModelBody:
    return ModelBody(id=name, object="model", created=service.started, owned_by="chapter-and-verse")


def health_routes(service: Service, metrics: Metrics) -> APIRouter:
    """The routes for those who keep the server."""
    router = APIRouter(tags=["Health"])
    body: dict[int | str, dict[str, Any]] = {503: {"model": HealthBody, "description": "The server cannot answer now."}}

    @router.get("/healthz", operation_id="healthz")
    async def healthz() -> HealthBody:
        """The process runs."""
        return HealthBody(status="ok")

    @router.get("/readyz", responses=body, response_model=HealthBody, operation_id="readyz")
    async def readyz() -> Response:
        """The models are loaded, the store can be read, and nobody asked the server to end."""
        status: Literal["ok", "starting", "ending"] = "ok"
        if service.is_ending:
            status = "ending"
        elif not service.is_ready:
            status = "starting"
        return JSONResponse(HealthBody(status=status).model_dump(), status_code=200 if status == "ok" else 503)

    @router.get(
        "/metrics",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **failures()},
        response_class=Response,
        operation_id="metrics",
    )
    async def show_metrics() -> Response:
        """Numbers for Prometheus."""
        n_documents = len(await service.assistant.documents())
        return Response(metrics.page(n_documents=n_documents), media_type=metrics.content_type)

    return router
