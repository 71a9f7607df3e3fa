"""What is written down of requests: lines of JSON for the log, and numbers for Prometheus.

Neither holds a question, a text, a title, the name of a file, or an address of the web. What a library logs may hold
some of a document, so that only the place it comes from is written; but for those that see no document.

Source: https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from dataclasses import dataclass
from typing import Any, TextIO

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from rag.answering.stages import Stage
from rag.types import Answer

__all__ = ["LOGGER", "SHARED_NUMBERS", "JsonLines", "Metrics", "Record", "StageTotal", "StageTotals", "log_to"]

LOGGER = logging.getLogger("rag.serving")
SHARED_NUMBERS = "PROMETHEUS_MULTIPROC_DIR"
"""Where the environment says so before this is imported, processes add up their numbers in that folder."""
_SPEAKING = ("uvicorn", "opentelemetry")
"""Libraries that see no document: what they say is written as they say it."""
_METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTotal:
    """A stage of a request: from its first beginning to its last end, and how long it worked in between."""

    name: str
    started_ns: int
    ended_ns: int
    seconds: float


class StageTotals:
    """Adds up the stages of one request, in order of first use.

    >>> totals = StageTotals()
    >>> for stage in (Stage("write", 0, 1.0), Stage("verify", 1_000, 0.5), Stage("write", 2_000_000_000, 1.0)):
    ...     totals.take(stage)
    >>> [(each.name, each.seconds, each.ended_ns) for each in totals.all()]
    [('write', 2.0, 3000000000), ('verify', 0.5, 500001000)]
    """

    def __init__(self) -> None:
        self._by_name: dict[str, StageTotal] = {}

    def take(self, stage: Stage) -> None:
        """Add a stretch of a stage."""
        ended = stage.started_ns + round(stage.seconds * 1e9)
        before = self._by_name.get(stage.name)
        self._by_name[stage.name] = StageTotal(
            name=stage.name,
            started_ns=before.started_ns if before else stage.started_ns,
            ended_ns=max(before.ended_ns, ended) if before else ended,
            seconds=(before.seconds if before else 0.0) + stage.seconds,
        )

    def all(self) -> tuple[StageTotal, ...]:
        """The stages so far."""
        return tuple(self._by_name.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One request that is over.

    route: as the OpenAPI document names it; empty for a path that is none. status: 499 when the client went.
    started_ns: since the epoch. key: name of its holder; empty without one. error: what nobody foresaw; else None.
    traceparent: the trace that it says it belongs to, as it says it; see https://www.w3.org/TR/trace-context/
    """

    id: str
    method: str
    route: str
    status: int
    started_ns: int
    seconds: float
    n_received: int
    n_sent: int
    key: str
    stages: tuple[StageTotal, ...]
    error: Exception | None
    traceparent: str = ""

    @property
    def known_method(self) -> str:
        """The method, if it is one: a client can send any word in its place."""
        return self.method if self.method in _METHODS else "other"

    def log(self, *, trace: str = "") -> None:
        """Write a line of it to the log.

        trace: the id of its trace, where there is one.
        """
        said: dict[str, Any] = {
            "event": "request",
            "id": self.id,
            **({"trace": trace} if trace else {}),
            "method": self.known_method,
            "route": self.route,
            "status": self.status,
            "milliseconds": round(self.seconds * 1000, 1),
            "stages": {stage.name: round(stage.seconds * 1000, 1) for stage in self.stages},
            "bytes_received": self.n_received,
            "bytes_sent": self.n_sent,
            "key": self.key,
        }
        if self.error is None:
            LOGGER.info("request", extra={"said": said})
        else:
            LOGGER.error("request", extra={"said": said | _place_of(self.error)})


def _place_of(error: BaseException) -> dict[str, str]:
    """What kind of error it is and where it arose; not its words, which may hold what a document says."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "place": where}


class JsonLines(logging.Formatter):
    """A line of JSON for each record of the log."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: the time in UTC, the level, and what was said, or where."""
        said: dict[str, Any] = dict(getattr(record, "said", None) or _of_library(record))
        if record.exc_info and record.exc_info[1] is not None:
            said |= _place_of(record.exc_info[1])
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return json.dumps({"time": f"{at}.{int(record.msecs):03d}Z", "level": record.levelname.lower(), **said})


def _of_library(record: logging.LogRecord) -> dict[str, str]:
    said = {"event": "message", "library": record.name.partition(".")[0], "place": f"{record.module}:{record.lineno}"}
    return said | {"text": record.getMessage()} if said["library"] in _SPEAKING else said


def log_to(stream: TextIO, *, is_quiet: bool) -> None:
    """Write all logs and warnings of this process to the stream as lines of JSON, and nothing else.

    is_quiet: no line for a request that went well.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.ERROR if is_quiet else logging.INFO)
    logging.captureWarnings(True)


class Metrics:
    """Numbers of one server, in a registry of its own; of all its processes where they share a folder for that."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rag_requests", "Requests that are over.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "rag_request_seconds", "Time of a request.", ("route",), registry=self._registry, buckets=_BUCKETS
        )
        self._running = Gauge(
            "rag_requests_running",
            "Requests that are being answered.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._answers = Counter("rag_answers", "Answers by status.", ("status",), registry=self._registry)
        self._stages = Histogram(
            "rag_stage_seconds", "Time of a stage of a request.", ("stage",), registry=self._registry, buckets=_BUCKETS
        )
        self._documents = Gauge(
            "rag_documents",
            "Documents that are searched.",
            registry=self._registry,
            multiprocess_mode="livemostrecent",
        )

    def begin(self) -> None:
        """Take in a request that has come."""
        self._running.inc()

    def count(self, record: Record) -> None:
        """Take in a request that is over."""
        self._running.dec()
        route = record.route or "none"
        self._requests.labels(route, record.known_method, str(record.status)).inc()
        self._seconds.labels(route).observe(record.seconds)
        for stage in record.stages:
            self._stages.labels(stage.name).observe(stage.seconds)

    def count_answer(self, answer: Answer) -> None:
        """Take in an answer."""
        self._answers.labels(answer.status.value).inc()

    def page(self, *, n_documents: int) -> bytes:
        """All of them, in Prometheus' text form."""
        self._documents.set(n_documents)
        if SHARED_NUMBERS not in os.environ:
            return generate_latest(self._registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
        return generate_latest(of_all)
