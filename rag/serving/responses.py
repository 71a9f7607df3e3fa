"""`/v1/responses`: the same answers in OpenAI's newer protocol.

Source: https://platform.openai.com/docs/api-reference/responses
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

from rag.errors import NotFoundError
from rag.serving.answers import CitationBody, Finished, OutcomeBody, Piece
from rag.serving.conversations import Asked, ContentPart, Message, Scope, asked_in, refuse_tools
from rag.serving.entry.failures import RefusedError, failures
from rag.serving.service import Service
from rag.serving.streaming import EventStreamResponse, named_event, until_left
from rag.types import Turn

__all__ = ["response_routes"]

_PREFIX = "resp_"


class InputItem(BaseModel):
    """A message; items of other types, such as calls of tools and their results, are not read."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[ContentPart] | None = None


class TextFormat(BaseModel):
    """The form of the text; only `text` can be had."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str


class TextOptions(BaseModel):
    """How the text is written."""

    model_config = ConfigDict(extra="allow", strict=True)

    format: TextFormat | None = None


class ResponseRequest(Scope):
    """A question, or a conversation whose last message of the user is one. What is not described is not read."""

    model: str = Field(description="see GET /v1/models")
    input: str | list[InputItem] = Field(description="the question, or the messages of a conversation")
    previous_response_id: str | None = Field(None, description="an answer of this server that the question follows")
    stream: bool | None = None
    text: TextOptions | None = None
    background: bool | None = Field(None, description="false: answers are waited for")
    tools: list[dict[str, Any]] | None = Field(None, description="not called")
    tool_choice: str | dict[str, Any] | None = Field(None, description="auto or none")


class ResponseAnnotation(BaseModel):
    """A marker of the text, such as [1]: its place, `end_index` excluded, and what it stands for.

    url: where the quote is shown on the web, or else where this server gives the document's text.
    """

    type: Literal["url_citation"]
    start_index: int
    end_index: int
    title: str
    url: str
    citation: CitationBody


class OutputText(BaseModel):
    """The answer; when the documents do not answer, a sentence that says so."""

    type: Literal["output_text"]
    text: str
    annotations: list[ResponseAnnotation]
    logprobs: list[dict[str, Any]]


class OutputMessage(BaseModel):
    """The only item of the output."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    status: Literal["in_progress", "completed"]
    content: list[OutputText]


class CachedTokens(BaseModel):
    """None are."""

    cached_tokens: int
    cache_write_tokens: int = 0


class ReasoningTokens(BaseModel):
    """None are."""

    reasoning_tokens: int


class ResponseUsage(BaseModel):
    """Tokens that a language model read and wrote."""

    input_tokens: int
    input_tokens_details: CachedTokens
    output_tokens: int
    output_tokens_details: ReasoningTokens
    total_tokens: int


class ResponseObject(BaseModel):
    """An answer.

    usage: zeros when no language model was asked; null when one was that did not say.
    chapter_and_verse: null until the answer is complete.
    """

    id: str
    object: Literal["response"]
    created_at: int
    status: Literal["in_progress", "completed"]
    model: str
    output: list[OutputMessage]
    usage: ResponseUsage | None
    previous_response_id: str | None
    error: None
    incomplete_details: None
    instructions: None
    metadata: dict[str, str]
    parallel_tool_calls: bool
    temperature: None
    top_p: None
    tool_choice: Literal["none"]
    tools: list[dict[str, Any]]
    chapter_and_verse: OutcomeBody | None


def response_routes(service: Service) -> APIRouter:
    """The route, over a service."""
    router = APIRouter(tags=["OpenAI's protocol"])

    @router.post(
        "/v1/responses",
        response_model=ResponseObject,
        responses={
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **failures(404, 502, 507),
        },
        operation_id="create_response",
    )
    async def create_response(body: ResponseRequest, request: Request) -> Response:
        """Answer a question; with `stream`, each claim as soon as it is verified."""
        _refuse_unknown_ways(body)
        asked = await _asked(body, service, request)
        items = await until_left(request, service.answer(body.model, asked, body, request))
        writing = _Writing(service, request, body)
        if body.stream:
            return EventStreamResponse(writing.events(items), on_failure=writing.failed)
        return JSONResponse((await until_left(request, writing.whole(items))).model_dump())

    return router


async def _asked(body: ResponseRequest, service: Service, request: Request) -> Asked:
    """The question, with the answer before it, where one is named.

    Raises:
        RefusedError: no message is the user's, or no such answer is known.
    """
    if isinstance(body.input, str):
        asked = Asked(body.input, ())
    else:
        messages = [
            Message(role=item.role, content=item.content)
            for item in body.input
            if item.type == "message" and item.role is not None
        ]
        asked = asked_in(messages, field="input")
    if body.previous_response_id is None:
        return asked
    try:
        before = await service.answer_of(body.previous_response_id.removeprefix(_PREFIX), request)
    except NotFoundError as error:
        raise RefusedError(
            404, f"{error} - send the conversation as input", code="not_found", param="previous_response_id"
        ) from error
    return Asked(asked.question, (Turn(question=before.standalone_question, answer=before.text), *asked.history))


class _Writing:
    """One response, whole or in events."""

    def __init__(self, service: Service, request: Request, body: ResponseRequest) -> None:
        self._id = f"{_PREFIX}{uuid4().hex}"
        self._message_id = f"msg_{uuid4().hex}"
        self._created = int(time.time())
        self._service = service
        self._request = request
        self._body = body
        self._n_events = 0
        self._text = ""
        self._annotations: list[ResponseAnnotation] = []

    async def whole(self, items: AsyncGenerator[Piece | Finished, None]) -> ResponseObject:
        """The response, when it is complete."""
        async with aclosing(items):
            async for item in items:
                if isinstance(item, Finished):
                    return self._finished(item)
                self._take(item)
        raise AssertionError("an answer ends with Finished")

    async def events(self, items: AsyncGenerator[Piece | Finished, None]) -> AsyncGenerator[bytes, None]:
        """The response, as it is made."""
        place = {"item_id": self._message_id, "output_index": 0, "content_index": 0}
        empty = OutputText(type="output_text", text="", annotations=[], logprobs=[]).model_dump()
        async with aclosing(items):
            for kind in ("response.created", "response.in_progress"):
                yield self._event(kind, response=self._response("in_progress", []).model_dump())
            begun = self._message("in_progress").model_dump() | {"content": []}
            yield self._event("response.output_item.added", output_index=0, item=begun)
            yield self._event("response.content_part.added", **place, part=empty)
            async for item in items:
                if isinstance(item, Piece):
                    first = len(self._annotations)
                    self._take(item)
                    yield self._event("response.output_text.delta", **place, delta=item.text, logprobs=[])
                    for number, annotation in enumerate(self._annotations[first:], start=first):
                        said = {"annotation_index": number, "annotation": annotation.model_dump()}
                        yield self._event("response.output_text.annotation.added", **place, **said)
                    continue
                response = self._finished(item)
                message = response.output[0]
                part = message.content[0].model_dump()
                yield self._event("response.output_text.done", **place, text=self._text, logprobs=[])
                yield self._event("response.content_part.done", **place, part=part)
                yield self._event("response.output_item.done", output_index=0, item=message.model_dump())
                yield self._event("response.completed", response=response.model_dump())

    def failed(self, failure: RefusedError) -> bytes:
        """What is sent in the place of the rest."""
        return self._event("error", message=failure.message, code=failure.code, param=failure.param)

    def _event(self, kind: str, **said: Any) -> bytes:
        self._n_events += 1
        return named_event({"type": kind, "sequence_number": self._n_events - 1, **said})

    def _take(self, piece: Piece) -> None:
        self._text += piece.text
        self._annotations += [
            ResponseAnnotation(
                type="url_citation",
                start_index=cited.start,
                end_index=cited.end,
                title=cited.citation.title or cited.citation.source,
                url=cited.citation.url or self._service.address_of(self._request, cited.citation.document_id),
                citation=cited.citation,
            )
            for cited in piece.cited
        ]

    def _finished(self, finished: Finished) -> ResponseObject:
        if finished.answer is not None:  # by which `previous_response_id` finds it
            self._id = f"{_PREFIX}{finished.answer.id}"
        return self._response("completed", [self._message("completed")], finished)

    def _message(self, status: Literal["in_progress", "completed"]) -> OutputMessage:
        text = OutputText(type="output_text", text=self._text, annotations=self._annotations, logprobs=[])
        return OutputMessage(id=self._message_id, type="message", role="assistant", status=status, content=[text])

    def _response(
        self,
        status: Literal["in_progress", "completed"],
        output: list[OutputMessage],
        finished: Finished | None = None,
    ) -> ResponseObject:
        return ResponseObject(
            id=self._id,
            object="response",
            created_at=self._created,
            status=status,
            model=self._body.model,
            output=output,
            usage=_usage(finished),
            previous_response_id=self._body.previous_response_id,
            error=None,
            incomplete_details=None,
            instructions=None,
            metadata={},
            parallel_tool_calls=False,
            temperature=None,
            top_p=None,
            tool_choice="none",
            tools=[],
            chapter_and_verse=finished.outcome if finished else None,
        )


def _usage(finished: Finished | None) -> ResponseUsage | None:
    took = finished.tokens if finished is not None else None
    if took is None:
        return None
    return ResponseUsage(
        input_tokens=took.read,
        input_tokens_details=CachedTokens(cached_tokens=0),
        output_tokens=took.written,
        output_tokens_details=ReasoningTokens(reasoning_tokens=0),
        total_tokens=sum(took),
    )


def _refuse_unknown_ways(body: ResponseRequest) -> None:
    """Raises RefusedError: the answer is asked for in a form that it does not have."""
    refuse_tools(body.tool_choice)
    if body.background:
        raise RefusedError(
            400,
            "cannot answer in the background: answers are waited for - send false",
            code="unsupported",
            param="background",
        )
    form = body.text.format.type if body.text is not None and body.text.format is not None else "text"
    if form != "text":
        raise RefusedError(
            400,
            f"cannot answer in the form {form[:40]!r}: answers are text - send 'text', and read the fields of "
            "chapter_and_verse",
            code="unsupported",
            param="text.format",
        )
