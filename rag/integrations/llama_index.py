"""The assistant as parts of LlamaIndex: a retriever, a query engine and a tool for agents.

    assistant = Assistant.open("path/to/store")
    retriever = ChapterAndVerseRetriever(assistant, k=5)  # instead of index.as_retriever(similarity_top_k=5)
    engine = ChapterAndVerseQueryEngine(assistant)  # instead of index.as_query_engine()

What LlamaIndex's own citation engine gives as a source is a piece of text cut by a splitter; here a source node is one
sentence, with its place in the document. Nothing is written to LlamaIndex's global settings, and no LLM of its own is
asked: the assistant answers with the generator that it was opened with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.memory.types import BaseMemory
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.core.tools import QueryEngineTool

from rag.answering.serialisation import to_dict
from rag.assistant import Assistant
from rag.errors import SettingsError
from rag.types import Answer, AnswerStatus, Citation, ClaimVerified, Done, Evidence, Turn

__all__ = [
    "TOOL_DESCRIPTION",
    "TOOL_NAME",
    "UNFINISHED",
    "ChapterAndVerseQueryEngine",
    "ChapterAndVerseRetriever",
    "as_tool",
]

TOOL_NAME = "chapter_and_verse"
TOOL_DESCRIPTION = (
    "Answers a question with sentences of the stored documents, each with a numbered citation, "
    "or says that the documents do not answer it. Ask one full question."
)

UNFINISHED = "unfinished"
"""The `status` of a streaming response until its last piece has been taken."""

_SHOWN_TO_LLMS = frozenset({"title", "published", "speaker"})
_PART_OF_EMBEDDINGS = frozenset({"title"})


class ChapterAndVerseRetriever(BaseRetriever):
    """Retrieves the sentences that fit a question, each a node whose text is the sentence as it stands.

    k: how many to return.

    A node's id is made of document and place, so it is the same in every process. `start_char_idx` (included) and
    `end_char_idx` (excluded) are code points of `Document.text`; so are `start` and `end` in the metadata, beside
    source, title, published, number, score and speaker. Only title, published and speaker are put into prompts.

    Raises:
        SettingsError: `k` is below 0.
    """

    def __init__(
        self,
        assistant: Assistant,
        k: int = 10,
        *,
        callback_manager: CallbackManager | None = None,
        verbose: bool = False,
    ) -> None:
        if k < 0:
            raise SettingsError(f"cannot retrieve k={k!r} sentences - ask for 0 or more")
        super().__init__(callback_manager=callback_manager, verbose=verbose)
        self._assistant = assistant
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        evidence = self._assistant.retrieve(query_bundle.query_str, k=self._k)
        return [_node(sentence, sentence.number, sentence) for sentence in evidence]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class ChapterAndVerseQueryEngine(BaseQueryEngine):
    """Answers a question as `Assistant.ask` does; the response's `source_nodes` are the cited sentences.

    streaming: give a `StreamingResponse`, whose pieces are the claims, each as soon as it is verified. Its
        `source_nodes` and metadata are filled when the last piece has been taken; until then `status` is unfinished.
    memory: the conversation so far, read anew for each question and never written to; its finished exchanges help to
        understand the question and are never evidence.

    The response's metadata holds plain values: `status` (answered, partial or abstained), `answer` (as
    `rag.to_dict` gives it), `citations` (number, source, start, end, quote …) and `nearest` (the nearest sentences
    when the status is abstained; there are no source nodes then, and the text is `rag.NOT_IN_DOCUMENTS`).
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        streaming: bool = False,
        memory: BaseMemory | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self._assistant = assistant
        self._streaming = streaming
        self._memory = memory

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        history = _turns(self._memory.get_all() if self._memory is not None else ())
        if not self._streaming:
            return self._answered(query_bundle.query_str, history)
        nodes, metadata = _unfinished()
        return StreamingResponse(self._pieces(query_bundle.query_str, history, nodes, metadata), nodes, metadata)

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        history = _turns(await self._memory.aget_all() if self._memory is not None else ())
        if not self._streaming:
            return await asyncio.to_thread(self._answered, query_bundle.query_str, history)
        nodes, metadata = _unfinished()
        pieces = self._pieces(query_bundle.query_str, history, nodes, metadata)
        return AsyncStreamingResponse(_in_threads(pieces), nodes, metadata)

    def _answered(self, question: str, history: Sequence[Turn]) -> Response:
        answer = self._assistant.ask(question, history=history)
        return Response(answer.text, source_nodes=_cited_nodes(answer), metadata=_metadata(answer))

    def _pieces(
        self, question: str, history: Sequence[Turn], nodes: list[NodeWithScore], metadata: dict[str, Any]
    ) -> Generator[str, None, None]:
        """The answer's text in pieces, each claim as it is verified; `nodes` and `metadata` are filled at the end.

        They are filled in place, because a router keeps the response and adds to its metadata in the meantime.
        """
        written = ""
        events = self._assistant.stream(question, history=history)
        try:
            for event in events:
                piece = ""
                if isinstance(event, ClaimVerified):
                    piece = (" " if written else "") + event.claim.claim.marked_text
                elif isinstance(event, Done):
                    nodes.extend(_cited_nodes(event.answer))
                    metadata.update(_metadata(event.answer))
                    piece = event.answer.text.removeprefix(written)
                if piece:
                    written += piece
                    yield piece
        finally:
            if isinstance(events, Generator):
                events.close()  # whoever stops listening also stops the language model


def as_tool(
    assistant: Assistant,
    *,
    name: str = TOOL_NAME,
    description: str = TOOL_DESCRIPTION,
    memory: BaseMemory | None = None,
) -> QueryEngineTool:
    """The assistant as a tool for LlamaIndex's agents and routers.

    name, description: what the agent's LLM chooses by; say what the documents are about.
    memory: the agent's own, so that "what else did he say?" is understood.
    """
    engine = ChapterAndVerseQueryEngine(assistant, memory=memory)
    return QueryEngineTool.from_defaults(engine, name=name, description=description)


def _node(place: Evidence | Citation, number: int, sentence: Evidence | None) -> NodeWithScore:
    """The node of a place; `sentence` tells score and speaker."""
    start, end = place.span.start, place.span.end
    metadata: dict[str, str | int | float] = {
        "source": place.source,
        "title": place.title,
        "published": place.published,
        "start": start,
        "end": end,
        "number": number,
    }
    if isinstance(place, Citation):
        metadata |= {"line": place.line, "page": place.page, "page_label": place.page_label}
        if place.url:
            metadata["url"] = place.url
        if place.places:
            metadata["confidence"] = place.confidence
    if sentence is not None:
        metadata |= {"score": sentence.score, "speaker": sentence.speaker}
    told = {name for name, value in metadata.items() if value != ""}
    node = TextNode(
        id_=f"{place.document_id}:{start}-{end}",
        text=place.quote,
        metadata=metadata,
        excluded_llm_metadata_keys=[name for name in metadata if name not in _SHOWN_TO_LLMS & told],
        excluded_embed_metadata_keys=[name for name in metadata if name not in _PART_OF_EMBEDDINGS & told],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=place.document_id)},
        start_char_idx=start,
        end_char_idx=end,
    )
    return NodeWithScore(node=node, score=sentence.score if sentence is not None else None)


def _cited_nodes(answer: Answer) -> list[NodeWithScore]:
    sentence_by_place = {(sentence.document_id, sentence.span): sentence for sentence in answer.evidence}
    return [
        _node(citation, citation.number, sentence_by_place.get((citation.document_id, citation.span)))
        for citation in answer.citations
    ]


def _unfinished() -> tuple[list[NodeWithScore], dict[str, Any]]:
    """Source nodes and metadata of a response that is still being written."""
    return [], {"status": UNFINISHED}


def _metadata(answer: Answer) -> dict[str, Any]:
    plain = to_dict(answer)
    return {
        "status": plain["status"],
        "answer": plain,
        "citations": plain["citations"],
        "nearest": plain["evidence"] if answer.status is AnswerStatus.ABSTAINED else [],
    }


def _turns(messages: Sequence[ChatMessage]) -> tuple[Turn, ...]:
    """The finished exchanges: what the user said last before each reply. Tool calls and their results are none."""
    turns: list[Turn] = []
    question = ""
    for message in messages:
        text = (message.content or "").strip()
        if message.role is MessageRole.USER:
            question = text
        elif message.role is MessageRole.ASSISTANT and question and text:
            turns.append(Turn(question=question, answer=text))
            question = ""
    return tuple(turns)


async def _in_threads(pieces: Generator[str, None, None]) -> AsyncGenerator[str, None]:
    """The pieces, each waited for in a thread, so that the event loop goes on."""
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
    finally:
        # When this was cancelled, a thread may still be inside; then the generator ends when the thread leaves it.
        if getgeneratorstate(pieces) != GEN_RUNNING:
            pieces.close()
