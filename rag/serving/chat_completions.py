"""`/v1/chat/completions`: questions and answers in the protocol that most programs speak.

Each `[n]` of the text is an annotation: its place in the text, and the citation. What the protocol has no name for is
in fields of our own, which its clients pass through: `citation` in an annotation, `chapter_and_verse` beside the
message.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from rag.serving.answers import CitationBody, Finished, OutcomeBody, Piece
from rag.serving.conversations import Message, Scope, asked_in, refuse_tools
from rag.serving.entry.failures import RefusedError, failures
from rag.serving.service import Service
from rag.serving.streaming import DONE, EventStreamResponse, unnamed_event, until_left

__all__ = ["Annotation", "chat_routes"]


class StreamOptions(BaseModel):
    """How a stream ends."""

    model_config = ConfigDict(extra="allow", strict=True)

    include_usage: bool | None = None


class ResponseFormat(BaseModel):
    """The form of the text; only `text` can be had."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str


class ChatRequest(Scope):
    """A conversation whose last message of the user is the question.

    Fields that are not described are not read: `temperature`, `max_tokens`, `stop` and the like steer a language model
    that writes freely, and none does here. Tools may be offered, and are not called.
    """

    model: str = Field(description="see GET /v1/models")
    messages: list[Message] = Field(min_length=1, max_length=2000)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, description="1: there is one answer")
    tools: list[dict[str, Any]] | None = Field(None, description="not called")
    tool_choice: str | dict[str, Any] | None = Field(None, description="auto or none")
    response_format: ResponseFormat | None = None
    logprobs: bool | None = Field(None, description="false: there are none")


class UrlCitation(BaseModel):
    """A place in the message: that of its marker, such as [1]; `end_index` is excluded.

    url: where the quote is shown on the web, or else where this server gives the document's text.
    """

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A marker of the message, and what it stands for."""

    type: Literal["url_citation"]
    url_citation: UrlCitation
    citation: CitationBody


class AnswerMessage(BaseModel):
    """The answer; when the documents do not answer, a sentence that says so."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only one."""

    index: Literal[0]
    message: AnswerMessage
    finish_reason: Literal["stop"]
    logprobs: None


class Usage(BaseModel):
    """Tokens that a language model read and wrote."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """An answer.

    usage: zeros when no language model was asked; null when one was that did not say.
    """

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None
    chapter_and_verse: OutcomeBody


def chat_routes(service: Service) -> APIRouter:
    """The route, over a service."""
    router = APIRouter(tags=["OpenAI's protocol"])

    @router.post(
        "/v1/chat/completions",
        response_model=ChatCompletion,
        responses={
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **failures(404, 502, 507),
        },
        operation_id="create_chat_completion",
    )
    async def create_chat_completion(body: ChatRequest, request: Request) -> Response:
        """Answer the question of a conversation; with `stream`, each claim as soon as it is verified."""
        _refuse_unknown_ways(body)
        asked = asked_in(body.messages)
        items = await until_left(request, service.answer(body.model, asked, body, request))
        writing = _Writing(service, request, body)
        if body.stream:
            return EventStreamResponse(writing.chunks(items), on_failure=_failed)
        return JSONResponse((await until_left(request, writing.whole(items))).model_dump())

    return router


class _Writing:
    """One completion, whole or in chunks."""

    def __init__(self, service: Service, request: Request, body: ChatRequest) -> None:
        self._id = f"chatcmpl-{uuid4().hex}"
        self._created = int(time.time())
        self._service = service
        self._request = request
        self._body = body

    async def whole(self, items: AsyncGenerator[Piece | Finished, None]) -> ChatCompletion:
        """The completion, when it is complete."""
        text, annotations = "", list[Annotation]()
        async with aclosing(items):
            async for item in items:
                if isinstance(item, Finished):
                    message = AnswerMessage(role="assistant", content=text, refusal=None, annotations=annotations)
                    return ChatCompletion(
                        id=self._id,
                        object="chat.completion",
                        created=self._created,
                        model=self._body.model,
                        choices=[Choice(index=0, message=message, finish_reason="stop", logprobs=None)],
                        usage=_usage(item),
                        chapter_and_verse=item.outcome,
                    )
                text += item.text
                annotations += self._annotations(item)
        raise AssertionError("an answer ends with Finished")

    async def chunks(self, items: AsyncGenerator[Piece | Finished, None]) -> AsyncGenerator[bytes, None]:
        """The completion, as it is made."""
        options = self._body.stream_options
        has_usage = options is not None and bool(options.include_usage)
        usage: dict[str, Any] = {"usage": None} if has_usage else {}
        async with aclosing(items):
            yield self._chunk([_choice({"role": "assistant", "content": ""})], **usage)
            async for item in items:
                if isinstance(item, Piece):
                    annotations = [each.model_dump() for each in self._annotations(item)]
                    delta = {"content": item.text, **({"annotations": annotations} if annotations else {})}
                    yield self._chunk([_choice(delta)], **usage)
                else:
                    outcome = item.outcome.model_dump()
                    yield self._chunk([_choice({}, finish_reason="stop")], chapter_and_verse=outcome, **usage)
                    counted = _usage(item)
                    if has_usage:
                        yield self._chunk([], usage=counted.model_dump() if counted else None)
                    yield DONE

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        start = {"id": self._id, "object": "chat.completion.chunk", "created": self._created}
        return unnamed_event({**start, "model": self._body.model, "choices": choices, **more})

    def _annotations(self, piece: Piece) -> list[Annotation]:
        return [
            Annotation(
                type="url_citation",
                url_citation=UrlCitation(
                    start_index=cited.start,
                    end_index=cited.end,
                    title=cited.citation.title or cited.citation.source,
                    url=cited.citation.url or self._service.address_of(self._request, cited.citation.document_id),
                ),
                citation=cited.citation,
            )
            for cited in piece.cited
        ]


def _choice(delta: dict[str, Any], *, finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}


def _usage(finished: Finished) -> Usage | None:
    took = finished.tokens
    if took is None:
        return None
    return Usage(prompt_tokens=took.read, completion_tokens=took.written, total_tokens=sum(took))


def _failed(failure: RefusedError) -> bytes:
    return unnamed_event(failure.as_object()) + DONE


def _refuse_unknown_ways(body: ChatRequest) -> None:
    """Raises RefusedError: the answer is asked for in a form that it does not have."""
    refuse_tools(body.tool_choice)
    if body.n not in (None, 1):
        raise RefusedError(
            400, f"cannot give n = {body.n} answers: there is one - send 1", code="unsupported", param="n"
        )
    if body.logprobs:
        raise RefusedError(
            400,
            "cannot give logprobs: answers are quoted or checked, not sampled - send false",
            code="unsupported",
            param="logprobs",
        )
    if body.response_format is not None and body.response_format.type != "text":
        raise RefusedError(
            400,
            f"cannot answer in the form {body.response_format.type[:40]!r}: answers are text - send 'text', and read "
            "the fields of chapter_and_verse",
            code="unsupported",
            param="response_format",
        )
