"""The assistant for programs that await: the same answers, at the same time, and an end when nobody waits."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import aclosing

import pytest

from rag import Assistant, AsyncAssistant, ClaimWithEvidence, Done, QuestionError, Retrieved, Settings, StoreError

QUESTION = "When did the harbour bridge open?"


@pytest.fixture
def paths(write):
    return [write("bridge.txt", "The harbour bridge opened in 1932. It is painted grey.")]


def test_each_call_gives_what_the_assistant_gives(store_folder, settings, paths):
    async def use():
        async with await AsyncAssistant.open(store_folder, settings) as assistant:
            report = await assistant.add(paths)
            answer, found = await asyncio.gather(assistant.ask(QUESTION), assistant.retrieve(QUESTION, k=1))
            (info,) = await assistant.documents()
            document = await assistant.document(info.id)
            verdicts = await assistant.verify([ClaimWithEvidence(claim="It is grey.", evidence=("It is grey.",))])
            removed = await assistant.remove([info.id])
            return report, answer, found, document, verdicts, removed

    report, answer, found, document, verdicts, removed = asyncio.run(use())
    assert len(report.added) == 1
    assert answer.citations[0].quote == found[0].quote == "The harbour bridge opened in 1932."
    assert answer.citations[0].span.slice(document.text) == answer.citations[0].quote
    assert verdicts[0].label.value == "supported"
    assert removed == report.added


def test_answer_is_recorded_as_that_of_the_assistant_is(store_folder, settings, paths):
    async def use():
        async with await AsyncAssistant.open(store_folder, settings) as assistant:
            await assistant.add(paths)
            return (await assistant.ask(QUESTION)).id

    answer_id = asyncio.run(use())
    with Assistant.open(store_folder, settings) as assistant:
        assert assistant.last_answer().id == answer_id


def test_stream_has_the_events_of_the_assistant(assistant, paths):
    assistant.add(paths)

    async def use():
        return [type(event) async for event in AsyncAssistant(assistant).stream(QUESTION)]

    events = asyncio.run(use())
    assert events == [type(event) for event in assistant.stream(QUESTION)]
    assert (events[0], events[-1]) == (Retrieved, Done)


def test_errors_are_those_of_the_assistant(assistant, store_folder):
    async def use():
        wrapped = AsyncAssistant(assistant)
        with pytest.raises(QuestionError, match="empty question"):
            await wrapped.ask(" ")
        with pytest.raises(QuestionError):
            await wrapped.retrieve("")
        await wrapped.close()
        with pytest.raises((StoreError, RuntimeError)):
            await wrapped.ask(QUESTION)

    asyncio.run(use())


def test_event_loop_goes_on_while_a_question_is_answered(assistant, paths):
    assistant.add(paths)

    async def use():
        wrapped = AsyncAssistant(assistant)
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.001)
                ticks += 1

        ticking = asyncio.create_task(tick())
        await asyncio.gather(*(wrapped.ask(QUESTION) for _ in range(20)))
        ticking.cancel()
        return ticks

    assert asyncio.run(use()) > 0


def slow(model_server):
    """A script that writes a word every few milliseconds, for as long as somebody listens."""

    def script(send):
        while not model_server.done.wait(0.01):
            send(model_server.event("word "))

    model_server.script = script


@pytest.fixture
def asking_a_model(store_folder, paths, model_server):
    slow(model_server)
    settings = Settings(
        embedder="hashing",
        abstain_below=0,
        verifier="rules",
        llm="openai-like",
        llm_api_base=model_server.url,
        llm_model="m",
    )
    with Assistant.open(store_folder, settings) as assistant:
        assistant.add(paths)
        yield assistant


def test_cancelling_ends_the_request_to_the_language_model(asking_a_model, model_server):
    async def use():
        assistant = AsyncAssistant(asking_a_model)
        asking = asyncio.create_task(assistant.ask(QUESTION))
        while not model_server.bodies:
            await asyncio.sleep(0.01)
        began = time.monotonic()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return time.monotonic() - began

    assert asyncio.run(use()) < 1
    assert model_server.left.wait(10)


def test_cancelling_frees_the_thread_of_a_server_that_says_nothing(asking_a_model, model_server):
    """The only thread, which the next call waits for, long before the language model's time is over."""
    model_server.script = lambda _: model_server.done.wait()

    async def use():
        assistant = AsyncAssistant(asking_a_model, n_threads=1)
        asking = asyncio.create_task(assistant.ask(QUESTION))
        while not model_server.bodies:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return await asyncio.wait_for(assistant.documents(), 60)

    assert asyncio.run(use())


def test_stopping_ends_a_request_that_is_sent_no_head(asking_a_model, model_server, monkeypatch):
    """A server that takes the connection and is silent from then on."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        stopped = threading.Event()
        with asking_a_model.with_settings(llm_api_base=url) as assistant:
            events = assistant.stream(QUESTION, is_stopped=stopped.is_set)
            assert isinstance(next(events), Retrieved)
            reading = threading.Thread(target=lambda: list(events))
            reading.start()
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(1)
                stopped.set()
                reading.join(60)
                assert not reading.is_alive()


def test_leaving_a_stream_ends_the_request_to_the_language_model(asking_a_model, model_server):
    async def use():
        assistant = AsyncAssistant(asking_a_model)
        async with aclosing(assistant.stream(QUESTION)) as events:
            async for event in events:
                assert isinstance(event, Retrieved)
                break
        async with aclosing(assistant.stream(QUESTION)) as events:
            assert isinstance(await anext(events), Retrieved)
            reading = asyncio.ensure_future(anext(events))
            while not model_server.bodies:
                await asyncio.sleep(0.01)
            reading.cancel()
            await asyncio.wait([reading])

    asyncio.run(use())
    assert model_server.left.wait(10)


def test_no_thread_is_left(assistant):
    before = set(threading.enumerate())

    async def use():
        wrapped = AsyncAssistant(assistant, n_threads=2)
        await asyncio.gather(*(wrapped.documents() for _ in range(5)))
        assert set(threading.enumerate()) > before
        await wrapped.close()

    asyncio.run(use())
    assert not set(threading.enumerate()) - before
