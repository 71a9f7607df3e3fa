"""`/v1/messages`: the same answers in Anthropic's protocol, whose citations are places in documents (`char_location`).

Each claim is a block of text, and the places that prove it are the block's citations: the text holds no markers. The
index of a document counts the documents of the answer in the order in which they are first cited; `file_id` is the id
by which `/v1/documents` knows it.

Source: https://docs.anthropic.com/en/docs/build-with-claude/citations, https://docs.anthropic.com/en/api/messages
"""

from __future__ import annotations

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
from rag.serving.streaming import EventStreamResponse, named_event, until_left

__all__ = ["message_routes"]


class ToolChoice(BaseModel):
    """Whether a tool has to be called: auto or none."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str


class MessagesRequest(Scope):
    """A conversation whose last message of the user is the question. What is not described is not read."""

    model: str = Field(description="see GET /v1/models")
    messages: list[Message] = Field(min_length=1, max_length=2000)
    stream: bool | None = None
    tools: list[dict[str, Any]] | None = Field(None, description="not called")
    tool_choice: ToolChoice | None = None


class CharLocation(BaseModel):
    """A place in a document, in code points; `end_char_index` is excluded. citation: all that is known of it."""

    type: Literal["char_location"]
    cited_text: str
    document_index: int
    document_title: str | None
    start_char_index: int
    end_char_index: int
    file_id: str
    citation: CitationBody


class TextBlock(BaseModel):
    """A claim and what proves it; the sentence that the documents do not answer has no citations."""

    type: Literal["text"]
    text: str
    citations: list[CharLocation] | None


class MessagesUsage(BaseModel):
    """Tokens that a language model read and wrote: zeros when none was asked; null when one was that did not say."""

    input_tokens: int | None
    output_tokens: int | None


class MessageObject(BaseModel):
    """An answer."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[TextBlock]
    stop_reason: Literal["end_turn"]
    stop_sequence: None
    usage: MessagesUsage
    chapter_and_verse: OutcomeBody


def message_routes(service: Service) -> APIRouter:
    """The route, over a service."""
    router = APIRouter(tags=["Anthropic's protocol"])

    @router.post(
        "/v1/messages",
        response_model=MessageObject,
        responses={
            200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
            **failures(404, 502, 507),
        },
        operation_id="create_message",
    )
    async def create_message(body: MessagesRequest, request: Request) -> Response:
        """Answer the question of a conversation; with `stream`, each claim as soon as it is verified."""
        refuse_tools(body.tool_choice.type if body.tool_choice is not None else None)
        asked = asked_in(body.messages)
        items = await until_left(request, service.answer(body.model, asked, body, request))
        writing = _Writing(body.model)
        if body.stream:
            return EventStreamResponse(writing.events(items), on_failure=_failed)
        return JSONResponse((await until_left(request, writing.whole(items))).model_dump())

    return router


class _Writing:
    """One message, whole or in events."""

    def __init__(self, model: str) -> None:
        self._id = f"msg_{uuid4().hex}"
        self._model = model
        self._index_by_document: dict[str, int] = {}

    async def whole(self, items: AsyncGenerator[Piece | Finished, None]) -> MessageObject:
        """The message, when it is complete."""
        content: list[TextBlock] = []
        async with aclosing(items):
            async for item in items:
                if isinstance(item, Finished):
                    return MessageObject(
                        id=self._id,
                        type="message",
                        role="assistant",
                        model=self._model,
                        content=content,
                        stop_reason="end_turn",
                        stop_sequence=None,
                        usage=_usage(item),
                        chapter_and_verse=item.outcome,
                    )
                content.append(self._block(item))
        raise AssertionError("an answer ends with Finished")

    async def events(self, items: AsyncGenerator[Piece | Finished, None]) -> AsyncGenerator[bytes, None]:
        """The message, as it is made."""
        n_blocks = 0
        async with aclosing(items):
            begun = {"id": self._id, "type": "message", "role": "assistant", "model": self._model, "content": []}
            ends = {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 0, "output_tokens": 0}}
            yield named_event({"type": "message_start", "message": begun | ends})
            async for item in items:
                if isinstance(item, Piece):
                    for event in _events_of(self._block(item), n_blocks):
                        yield event
                    n_blocks += 1
                    continue
                delta = {"stop_reason": "end_turn", "stop_sequence": None}
                yield named_event(
                    {
                        "type": "message_delta",
                        "delta": delta,
                        "usage": _usage(item).model_dump(),
                        "chapter_and_verse": item.outcome.model_dump(),
                    }
                )
                yield named_event({"type": "message_stop"})

    def _block(self, piece: Piece) -> TextBlock:
        citations = [self._location(each.citation) for each in piece.cited]
        return TextBlock(type="text", text=piece.unmarked, citations=citations or None)

    def _location(self, citation: CitationBody) -> CharLocation:
        index = self._index_by_document.setdefault(citation.document_id, len(self._index_by_document))
        return CharLocation(
            type="char_location",
            cited_text=citation.quote,
            document_index=index,
            document_title=citation.title or None,
            start_char_index=citation.start,
            end_char_index=citation.end,
            file_id=citation.document_id,
            citation=citation,
        )


def _events_of(block: TextBlock, index: int) -> list[bytes]:
    empty: dict[str, Any] = {"type": "text", "text": "", "citations": [] if block.citations else None}
    deltas: list[dict[str, Any]] = [{"type": "text_delta", "text": block.text}]
    deltas += [{"type": "citations_delta", "citation": each.model_dump()} for each in block.citations or []]
    return [
        named_event({"type": "content_block_start", "index": index, "content_block": empty}),
        *(named_event({"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas),
        named_event({"type": "content_block_stop", "index": index}),
    ]


def _usage(finished: Finished) -> MessagesUsage:
    read, written = finished.tokens or (None, None)
    return MessagesUsage(input_tokens=read, output_tokens=written)


def _failed(failure: RefusedError) -> bytes:
    return named_event(failure.as_object())
