from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.schema import MetadataMode, NodeRelationship, QueryBundle

from rag import NOT_IN_DOCUMENTS, Assistant, QuestionError, SettingsError, Turn
from rag.integrations.llama_index import UNFINISHED, ChapterAndVerseQueryEngine, ChapterAndVerseRetriever

WHO = "What did Rubio and Zelensky say about territory?"
BOTH = (
    "Marco Rubio said Kyiv could cede territory to Russia. [1] "
    "Volodymyr Zelensky said Ukraine will not recognise occupied land. [2]"
)


def test_retriever_gives_the_evidence_in_its_order(news):
    nodes = ChapterAndVerseRetriever(news, k=9).retrieve(WHO)
    evidence = news.retrieve(WHO, k=9)
    assert len(evidence) > 4
    assert [node.text for node in nodes] == [sentence.quote for sentence in evidence]
    assert [node.score for node in nodes] == [sentence.score for sentence in evidence]
    assert [
        [node.metadata[name] for name in ("source", "title", "published", "start", "end", "number", "score", "speaker")]
        for node in nodes
    ] == [[e.source, e.title, e.published, e.span.start, e.span.end, e.number, e.score, e.speaker] for e in evidence]


def test_node_is_the_slice_of_its_document(news):
    nodes = ChapterAndVerseRetriever(news, k=99).retrieve("Київ")
    assert "Москва і Київ ведуть переговори." in [node.text for node in nodes]
    for node in nodes:
        document = news.document(node.node.ref_doc_id)
        assert document.text[node.node.start_char_idx : node.node.end_char_idx] == node.text
        assert document.text[node.metadata["start"] : node.metadata["end"]] == node.text
        assert node.node.relationships[NodeRelationship.SOURCE].node_id == document.id


def test_score_of_zero_stays_a_score(news):
    nodes = ChapterAndVerseRetriever(news, k=99).retrieve("What did Rubio say about territory?")
    assert 0.0 in [node.score for node in nodes]
    kept = SimilarityPostprocessor(similarity_cutoff=0.0).postprocess_nodes(nodes)
    assert len(kept) == len(nodes)


@pytest.mark.parametrize("k", [0, 1, 3])
def test_retriever_returns_at_most_k(news, k):
    assert len(ChapterAndVerseRetriever(news, k).retrieve(WHO)) == k


def test_negative_k_is_refused_before_any_question(news):
    with pytest.raises(SettingsError, match="k=-1"):
        ChapterAndVerseRetriever(news, k=-1)


def test_retriever_over_an_empty_store_finds_nothing(assistant):
    assert ChapterAndVerseRetriever(assistant).retrieve(QueryBundle("Who?")) == []


def test_empty_question_is_an_error_of_ours(news):
    with pytest.raises(QuestionError):
        ChapterAndVerseRetriever(news).retrieve("  ")
    with pytest.raises(QuestionError):
        ChapterAndVerseQueryEngine(news).query("")


def test_node_ids_are_the_same_in_another_process(news, tmp_path, start_python):
    code = (
        "import sys; from rag import Assistant, Settings\n"
        "from rag.integrations.llama_index import ChapterAndVerseRetriever\n"
        "with Assistant.open(sys.argv[1], Settings(embedder='hashing', abstain_below=0)) as assistant:\n"
        "    print(*(node.node_id for node in ChapterAndVerseRetriever(assistant).retrieve(sys.argv[2])))\n"
    )
    printed, _ = start_python(code, tmp_path / "news-store", WHO).communicate(timeout=120)
    ids = [node.node_id for node in ChapterAndVerseRetriever(news).retrieve(WHO)]
    assert printed.split() == ids
    assert len(set(ids)) == len(ids) > 4


def test_prompts_get_title_and_speaker_and_no_bookkeeping(news):
    by_text = {node.text: node.node for node in ChapterAndVerseRetriever(news).retrieve(WHO)}
    rubio = by_text["Marco Rubio said Kyiv could cede territory to Russia."]
    hours = by_text["The talks lasted eight hours."]
    assert rubio.get_content(MetadataMode.LLM) == f"title: Talks in Jeddah 😀\nspeaker: Marco Rubio\n\n{rubio.text}"
    assert hours.get_content(MetadataMode.LLM) == f"title: Talks in Jeddah 😀\n\n{hours.text}"
    assert rubio.get_content(MetadataMode.EMBED) == f"title: Talks in Jeddah 😀\n\n{rubio.text}"


def test_date_of_a_source_is_in_its_nodes_and_in_prompts(assistant, write):
    assistant.add([write("bridge.md", "---\ndate: 2025-03-12\n---\n\nThe bridge opened in 1932.\n")])
    (node,) = ChapterAndVerseRetriever(assistant).retrieve("When did the bridge open?")
    assert node.metadata["published"] == "2025-03-12"
    assert "published: 2025-03-12\n" in node.node.get_content(MetadataMode.LLM)
    assert "2025" not in node.node.get_content(MetadataMode.EMBED)


def test_engine_answers_with_the_cited_spans(news):
    response = ChapterAndVerseQueryEngine(news).query(WHO)
    assert str(response) == BOTH
    assert [(node.text, node.metadata["number"]) for node in response.source_nodes] == [
        ("Marco Rubio said Kyiv could cede territory to Russia.", 1),
        ("Volodymyr Zelensky said Ukraine will not recognise occupied land.", 2),
    ]
    score_by_text = {sentence.quote: sentence.score for sentence in news.ask(WHO).evidence}
    for node, citation in zip(response.source_nodes, response.metadata["citations"], strict=True):
        document = news.document(node.node.ref_doc_id)
        assert document.text[citation["start"] : citation["end"]] == node.text
        assert (node.node.start_char_idx, node.node.end_char_idx) == (citation["start"], citation["end"])
        assert (node.metadata["line"], node.metadata["page"]) == (citation["line"], citation["page"]) == (3, 0)
        assert node.score == score_by_text[node.text]
    assert response.source_nodes[0].metadata["speaker"] == "Marco Rubio"


def test_metadata_of_a_response_is_json(news):
    metadata = ChapterAndVerseQueryEngine(news).query(WHO).metadata
    assert json.loads(json.dumps(metadata)) == metadata
    assert metadata["status"] == metadata["answer"]["status"] == "answered"
    assert metadata["answer"]["text"] == BOTH
    assert metadata["nearest"] == []


def test_cited_and_retrieved_node_of_one_place_have_one_id(news):
    (first, *_) = ChapterAndVerseQueryEngine(news).query(WHO).source_nodes
    assert first.node_id in [node.node_id for node in ChapterAndVerseRetriever(news).retrieve(WHO)]


@pytest.mark.parametrize("streaming", [False, True])
def test_abstention_has_no_source_and_the_nearest_sentences(silent, streaming):
    response = ChapterAndVerseQueryEngine(silent, streaming=streaming).query("Who won the World Cup?")
    assert str(response) == NOT_IN_DOCUMENTS
    assert response.source_nodes == []
    assert response.metadata["status"] == "abstained"
    assert response.metadata["citations"] == []
    nearest = silent.ask("Who won the World Cup?").evidence
    assert nearest
    assert [sentence["quote"] for sentence in response.metadata["nearest"]] == [sentence.quote for sentence in nearest]


def test_stream_gives_each_claim_as_it_is_verified(news):
    response = ChapterAndVerseQueryEngine(news, streaming=True).query(WHO)
    pieces = iter(response.response_gen)
    assert news.n_claims == 0
    assert next(pieces) == "Marco Rubio said Kyiv could cede territory to Russia. [1]"
    assert news.n_claims == 1
    assert (response.metadata["status"], response.source_nodes) == (UNFINISHED, [])
    assert list(pieces) == [" Volodymyr Zelensky said Ukraine will not recognise occupied land. [2]"]
    assert response.metadata["status"] == "answered"
    assert [node.metadata["number"] for node in response.source_nodes] == [1, 2]


def test_streamed_response_is_the_response(news):
    whole = ChapterAndVerseQueryEngine(news).query(WHO)
    streamed = ChapterAndVerseQueryEngine(news, streaming=True).query(WHO).get_response()
    assert str(streamed) == str(whole)
    assert streamed.source_nodes == whole.source_nodes
    for metadata in (streamed.metadata, whole.metadata):
        del metadata["answer"]["timings_ms"], metadata["answer"]["id"]
    assert streamed.metadata == whole.metadata


def test_stream_that_nobody_reads_to_its_end_is_closed(news):
    response = ChapterAndVerseQueryEngine(news, streaming=True).query(WHO)
    next(response.response_gen)
    assert news.n_ended == 0
    response.response_gen.close()
    assert news.n_ended == 1


def test_async_gives_the_same(news):
    async def ask():
        nodes = await ChapterAndVerseRetriever(news).aretrieve(WHO)
        response = await ChapterAndVerseQueryEngine(news).aquery(WHO)
        streamed = await ChapterAndVerseQueryEngine(news, streaming=True).aquery(WHO)
        pieces = [piece async for piece in streamed.async_response_gen()]
        return nodes, response, streamed, pieces

    nodes, response, streamed, pieces = asyncio.run(ask())
    assert nodes == ChapterAndVerseRetriever(news).retrieve(WHO)
    assert str(response) == BOTH
    assert len(pieces) == 2
    assert "".join(pieces) == BOTH
    assert streamed.source_nodes == response.source_nodes
    assert streamed.metadata["status"] == "answered"


def test_async_stream_that_is_left_is_closed(news):
    async def leave():
        response = await ChapterAndVerseQueryEngine(news, streaming=True).aquery(WHO)
        pieces = response.response_gen
        first = await anext(pieces)
        await pieces.aclose()
        return first

    assert asyncio.run(leave()).endswith("[1]")
    assert news.n_ended == 1


def test_two_assistants_answer_at_once(news, kitchen):
    async def ask():
        engines = [ChapterAndVerseQueryEngine(news), ChapterAndVerseQueryEngine(kitchen)] * 4
        return await asyncio.gather(*(engine.aquery("What is baked from flour?") for engine in engines))

    responses = asyncio.run(ask())
    sources = [{node.metadata["source"].rpartition("/")[2] for node in response.source_nodes} for response in responses]
    assert sources[1::2] == [{"bread.txt"}] * 4
    assert {name for names in sources[::2] for name in names} <= {"news.txt"}


class WaitingAssistant(Assistant):
    """An assistant that answers when it is told to go on, and fails when nobody can tell it."""

    may_go_on: threading.Event

    def retrieve(self, question: str, *, k: int = 10) -> Any:
        assert self.may_go_on.wait(timeout=20)
        return super().retrieve(question, k=k)

    def stream(self, question: str, *, history: Sequence[Turn] = (), **scope: Any) -> Any:
        assert self.may_go_on.wait(timeout=20)
        yield from super().stream(question, history=history, **scope)


@pytest.mark.parametrize("way", ["retriever", "engine", "stream"])
def test_event_loop_goes_on_while_a_question_is_answered(store_folder, settings, way):
    async def ask(assistant):
        if way == "retriever":
            await ChapterAndVerseRetriever(assistant).aretrieve(WHO)
        elif way == "engine":
            await ChapterAndVerseQueryEngine(assistant).aquery(WHO)
        else:
            await (await ChapterAndVerseQueryEngine(assistant, streaming=True).aquery(WHO)).get_response()

    async def run(assistant):
        asked = asyncio.create_task(ask(assistant))
        await asyncio.sleep(0.01)
        assistant.may_go_on.set()
        await asked

    with WaitingAssistant.open(store_folder, settings) as assistant:
        assistant.may_go_on = threading.Event()
        asyncio.run(run(assistant))


def test_cancelled_stream_ends_when_its_thread_does(store_folder, settings):
    began, ended = threading.Event(), threading.Event()

    class WatchedAssistant(WaitingAssistant):
        def stream(self, question, *, history=(), **scope):
            began.set()
            try:
                yield from super().stream(question, history=history, **scope)
            finally:
                ended.set()

    async def run(assistant):
        response = await ChapterAndVerseQueryEngine(assistant, streaming=True).aquery(WHO)
        asked = asyncio.create_task(response.get_response())
        while not began.is_set():
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert not ended.is_set()
        assistant.may_go_on.set()

    with WatchedAssistant.open(store_folder, settings) as assistant:
        assistant.may_go_on = threading.Event()
        asyncio.run(run(assistant))
        assert ended.wait(timeout=20)


def test_engine_has_no_prompts_of_its_own(news):
    assert ChapterAndVerseQueryEngine(news).get_prompts() == {}
