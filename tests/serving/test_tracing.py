"""What is sent of a request, where that is asked for: its spans, with the stages inside, and no words of anybody."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from rag import BackendError, SettingsError
from rag.serving.watching.records import LOGGER, log_to
from rag.serving.watching.tracing import Traces

from .test_guard import ASKED, wait_until

WORDS = ("zebra", "bridge", "1932", "harbour", "giraffe")
"""Of questions, documents, file names, filters and paths."""


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exported) -> Traces:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return Traces(provider)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the process would write to standard error, from here on."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, LOGGER.level
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log_to(stream, is_quiet=False)
        yield stream
        logging.captureWarnings(False)
    root.handlers[:], root.level, LOGGER.level = before


@pytest.mark.parametrize("is_streamed", [False, True])
def test_stages_stand_inside_the_span_of_their_request(own_server, traces, exported, is_streamed):
    own = own_server(traces=traces)
    own.http.post("/v1/chat/completions", json=ASKED | {"stream": is_streamed})
    wait_until(exported.get_finished_spans)
    *stages, request = exported.get_finished_spans()
    assert request.name == "POST /v1/chat/completions"
    assert request.kind is SpanKind.SERVER
    assert request.parent is None
    assert request.attributes["http.response.status_code"] == 200
    assert [span.name for span in stages] == ["embed", "find", "rank", "read", "write", "verify", "corroborate"]
    for span in stages:
        assert span.parent.span_id == request.context.span_id
        assert span.context.trace_id == request.context.trace_id
        assert request.start_time <= span.start_time <= span.end_time
        assert 0 <= span.attributes["rag.busy_seconds"] <= (span.end_time - span.start_time) / 1e9 + 1e-3


def test_trace_of_a_client_goes_on(own_server, traces, exported):
    own = own_server(traces=traces)
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    own.http.get("/healthz", headers={"traceparent": f"00-{trace}-{parent}-01"})
    own.http.get("/healthz", headers={"traceparent": "zebra"})
    wait_until(lambda: len(exported.get_finished_spans()) == 2)
    first, second = exported.get_finished_spans()
    assert (f"{first.context.trace_id:032x}", f"{first.parent.span_id:016x}") == (trace, parent)
    assert second.parent is None


def test_no_words_of_questions_and_documents_are_written_down(own_server, traces, exported, logged):
    own = own_server(traces=traces)
    conversation = [*ASKED["messages"], {"role": "assistant", "content": "zebra"}, *ASKED["messages"]]
    own.http.post("/v1/chat/completions", json=ASKED)
    own.http.post("/v1/responses", json={"model": "zebra", "input": "giraffe"})
    own.http.post("/v1/messages", json={"model": "chapter-and-verse", "messages": conversation, "stream": True})
    own.http.post("/v1/search", json={"query": "harbour bridge", "where": "title = zebra"})
    own.http.post("/v1/verify", json={"claim": "zebra", "evidence": "giraffe"})
    own.http.post("/v1/check-draft", json={"text": "The harbour bridge opened in 1932."})
    own.http.post("/v1/documents", files={"file": ("zebra.txt", b"The giraffe sleeps.")})
    own.http.post("/v1/documents", files={"file": ("zebra.pdf", b"%PDF-1.4 giraffe")})
    own.http.get("/v1/documents", params={"where": "title = giraffe"})
    own.http.request("ZEBRA", "/giraffe/1932", headers={"User-Agent": "zebra", "Cookie": "a=giraffe"})
    page = own.http.get("/metrics").text
    wait_until(lambda: logged.getvalue().count("\n") == 11)
    spans = [span.to_json() for span in exported.get_finished_spans()]
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert len(lines) == 11
    assert len({line["trace"] for line in lines}) == 11
    for said in (logged.getvalue(), page, *spans):
        assert [word for word in WORDS if word in said.lower()] == []


def test_what_went_wrong_is_a_span_without_the_words_of_the_error(own_server, traces, exported):
    own = own_server(traces=traces)

    async def broken(*_, **__):
        raise ZeroDivisionError("zebra")

    own.service.fingerprints.evidence = broken
    assert own.http.post("/v1/search", json={"query": "bridge"}).status_code == 500
    wait_until(exported.get_finished_spans)
    span = exported.get_finished_spans()[-1]
    assert not span.status.is_ok
    assert span.attributes["error.type"] == "ZeroDivisionError"
    assert "zebra" not in span.to_json()


def test_libraries_are_named_and_not_quoted(logged):
    logging.getLogger("pypdf").warning("cannot read the zebra of %s", "giraffe")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    try:
        raise ValueError("giraffe")
    except ValueError:
        logging.getLogger("asyncio").exception("zebra")
    warnings.warn("zebra", UserWarning, stacklevel=1)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["library"] for line in lines] == ["pypdf", "uvicorn", "asyncio", "py"]
    assert lines[1]["text"] == "Invalid HTTP request received."
    assert lines[2]["error"] == "ValueError"
    assert not any(word in logged.getvalue() for word in WORDS)


COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        COLLECTOR | {"OTEL_SDK_DISABLED": "true"},
        COLLECTOR | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_is_sent_unless_a_collector_is_named(environment):
    assert Traces.of_environment(environment) is None


@pytest.mark.parametrize("more", [{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {"OTEL_TRACES_EXPORTER": "console"}])
def test_another_way_is_refused(more):
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"):
        Traces.of_environment(COLLECTOR | more)


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(BackendError, match=r"chapter-and-verse\[telemetry\]"):
        Traces.of_environment(COLLECTOR)
