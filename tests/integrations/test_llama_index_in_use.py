from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator
from llama_index.core.llms import ChatMessage, CompletionResponse, CustomLLM, LLMMetadata, MessageRole
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from pydantic import PrivateAttr

from rag import Turn
from rag.integrations.llama_index import TOOL_NAME, ChapterAndVerseQueryEngine, ChapterAndVerseRetriever, as_tool

WHO = "What did Rubio and Zelensky say about territory?"
BOTH = (
    "Marco Rubio said Kyiv could cede territory to Russia. [1] "
    "Volodymyr Zelensky said Ukraine will not recognise occupied land. [2]"
)


class ScriptedLLM(CustomLLM):
    """Writes the same text whatever it is asked, and keeps what it was asked."""

    text: str
    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted")

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self._prompts.append(prompt)
        return CompletionResponse(text=self.text)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        yield self.complete(prompt)


def test_llamaindex_synthesizer_writes_from_our_nodes(news):
    llm = ScriptedLLM(text="Rubio said so.")
    engine = RetrieverQueryEngine.from_args(
        ChapterAndVerseRetriever(news, k=2), llm=llm, response_mode=ResponseMode.COMPACT
    )
    response = engine.query(WHO)
    assert str(response) == "Rubio said so."
    assert [node.text for node in response.source_nodes] == [sentence.quote for sentence in news.retrieve(WHO, k=2)]
    (prompt,) = llm.prompts
    assert "Marco Rubio said Kyiv could cede territory to Russia." in prompt
    assert WHO in prompt
    assert "news.txt" not in prompt
    assert "0." not in prompt


@pytest.mark.parametrize(("said", "passing"), [("YES", True), ("NO", False)])
def test_llamaindex_evaluators_read_our_response(news, said, passing):
    llm = ScriptedLLM(text=said)
    response = ChapterAndVerseQueryEngine(news).query(WHO)
    faithful = FaithfulnessEvaluator(llm=llm).evaluate_response(response=response)
    relevant = RelevancyEvaluator(llm=llm).evaluate_response(query=WHO, response=response)
    assert (faithful.passing, relevant.passing) == (passing, passing)
    assert faithful.contexts == [node.text for node in response.source_nodes]
    assert all(BOTH in prompt and faithful.contexts[0] in prompt for prompt in llm.prompts)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(("choice", "source"), [(1, "news.txt"), (2, "bread.txt")])
def test_router_chooses_between_two_stores(news, kitchen, choice, source, streaming):
    llm = ScriptedLLM(text=json.dumps([{"choice": choice, "reason": "It fits."}]))
    tools = [
        QueryEngineTool.from_defaults(ChapterAndVerseQueryEngine(assistant, streaming=streaming), description=about)
        for assistant, about in ((news, "Peace talks"), (kitchen, "Food"))
    ]
    router = RouterQueryEngine.from_defaults(tools, llm=llm, selector=LLMSingleSelector.from_defaults(llm=llm))
    response = router.query("How long did it last?")
    str(response)
    assert {node.metadata["source"].rpartition("/")[2] for node in response.source_nodes} == {source}
    assert response.metadata["status"] == "answered"
    assert response.metadata["selector_result"].ind == choice - 1
    assert "Peace talks" in llm.prompts[0]


def test_tool_is_called_with_the_question(news):
    tool = as_tool(news)
    assert tool.metadata.name == TOOL_NAME
    output = tool.call(WHO)
    assert output.content == BOTH
    assert output.raw_output.source_nodes
    assert asyncio.run(as_tool(news, name="peace").acall(input=WHO)).content == BOTH


# FunctionAgent looks at each attribute of itself, also at those that pydantic has deprecated.
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
def test_agent_uses_the_tool(news):
    def reply(messages, **kwargs):
        if messages[-1].role is MessageRole.TOOL:
            return ChatMessage(role=MessageRole.ASSISTANT, content=f"They said: {messages[-1].content}")
        call = ToolCallBlock(tool_call_id="1", tool_name="peace", tool_kwargs={"input": WHO})
        return ChatMessage(role=MessageRole.ASSISTANT, blocks=[call])

    async def run():
        memory = ChatMemoryBuffer.from_defaults(chat_history=list(EARLIER), token_limit=3000)
        tool = as_tool(news, name="peace", description="Peace talks", memory=memory)
        agent = FunctionAgent(tools=[tool], llm=MockFunctionCallingLLM(response_generator=reply))
        return await agent.run("Tell me.", memory=memory)

    output = asyncio.run(run())
    assert output.response.content == f"They said: {BOTH}"
    assert [call.tool_output.raw_output.metadata["status"] for call in output.tool_calls] == ["answered"]
    assert news.histories == [(Turn(question="Who met?", answer="Rubio and others."),)]


EARLIER = (
    ChatMessage(role=MessageRole.SYSTEM, content="Be brief."),
    ChatMessage(role=MessageRole.USER, content="Hello?"),
    ChatMessage(role=MessageRole.USER, content="Who met?"),
    ChatMessage(role=MessageRole.ASSISTANT, content=""),
    ChatMessage(role=MessageRole.TOOL, content="secret"),
    ChatMessage(role=MessageRole.ASSISTANT, content="Rubio and others."),
    ChatMessage(role=MessageRole.ASSISTANT, content="Anything else?"),
    ChatMessage(role=MessageRole.USER, content="And then?"),
)


@pytest.mark.parametrize("streaming", [False, True])
def test_finished_exchanges_of_a_memory_are_the_history(news, streaming):
    memory = ChatMemoryBuffer.from_defaults()
    engine = ChapterAndVerseQueryEngine(news, memory=memory, streaming=streaming)
    str(engine.query(WHO))
    memory.put_messages(list(EARLIER))
    str(engine.query(WHO))

    async def ask():
        return await (await engine.aquery(WHO)).get_response() if streaming else await engine.aquery(WHO)

    assert str(asyncio.run(ask())) == BOTH
    turn = Turn(question="Who met?", answer="Rubio and others.")
    assert news.histories == [(), (turn,), (turn,)]
    assert memory.get_all() == list(EARLIER)
