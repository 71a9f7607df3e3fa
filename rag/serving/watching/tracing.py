"""Spans for OpenTelemetry: a request, and inside it the stages of its answer.

Nothing is sent unless the environment names a collector, in the variables that OpenTelemetry defines for it
(`OTEL_EXPORTER_OTLP_ENDPOINT`). A span is made of the record of a request that is over, the same that the log and the
metrics are made of: no question, text, title or name of a file can get into it.

Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/,
https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from rag.errors import BackendError, SettingsError
from rag.serving.watching.records import Record

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["Traces"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"
_SERVICE = "chapter-and-verse"


class Traces:
    """Writes a span for each request that is over, with one inside for each stage."""

    def __init__(self, provider: TracerProvider) -> None:
        """provider: where spans go; it is ended with `close`."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("rag.serving")
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """What the environment asks for; None when it names no collector.

        Raises:
            BackendError: the libraries are not installed. SettingsError: another protocol is asked for.
        """
        is_off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
        exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
        if is_off or exporter == "none" or not any(environment.get(name) for name in _ENDPOINTS):
            return None
        protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), _PROTOCOL)
        if exporter != "otlp" or protocol != _PROTOCOL:
            raise SettingsError(
                f"cannot send traces by {exporter!r} as {protocol!r}: they go by 'otlp' as {_PROTOCOL!r} - set "
                f"OTEL_EXPORTER_OTLP_PROTOCOL={_PROTOCOL}, or OTEL_TRACES_EXPORTER=none for no traces"
            )
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ModuleNotFoundError as error:
            raise BackendError(
                f"cannot send traces: {error.name} is not installed - pip install 'chapter-and-verse[telemetry]'"
            ) from error
        name = environment.get("OTEL_SERVICE_NAME", _SERVICE)
        provider = TracerProvider(resource=Resource.create({"service.name": name}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    def write(self, record: Record) -> str:
        """Write the spans of a request; the id of its trace, as 32 hexadecimal digits."""
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

        before = self._propagator.extract({"traceparent": record.traceparent})
        span = self._tracer.start_span(
            f"{record.known_method} {record.route}".strip(),
            before,
            kind=SpanKind.SERVER,
            start_time=record.started_ns,
            attributes={
                "http.request.method": record.known_method,
                "http.route": record.route,
                "http.response.status_code": record.status,
                "http.request.body.size": record.n_received,
                "http.response.body.size": record.n_sent,
                "enduser.id": record.key,
                "rag.request_id": record.id,
                **({"error.type": type(record.error).__name__} if record.error else {}),
            },
        )
        inside = set_span_in_context(span)
        for stage in record.stages:
            part = self._tracer.start_span(
                stage.name, inside, start_time=stage.started_ns, attributes={"rag.busy_seconds": stage.seconds}
            )
            part.end(stage.ended_ns)
        if record.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(record.started_ns + round(record.seconds * 1e9))
        return f"{span.get_span_context().trace_id:032x}"

    def close(self) -> None:
        """Send what has not been sent."""
        self._provider.shutdown()
