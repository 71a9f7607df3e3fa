"""What is written down of requests: lines of JSON for the log, and numbers for Prometheus.

Neither holds a question, a text, a title, the name of a file, or an address of the web.

Source: https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from dataclasses import dataclass
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.types import Answer

__all__ = ["LOGGER", "JsonLines", "Metrics", "Record"]

LOGGER = logging.getLogger("rag.serving")
_METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One request that is over.

    route: as the OpenAPI document names it; empty for a path that is none. status: 499 when the client went.
    key: name of its holder; empty without one. error: what nobody foresaw; else None.
    """

    id: str
    method: str
    route: str
    status: int
    seconds: float
    n_received: int
    n_sent: int
    key: str
    error: Exception | None

    def log(self) -> None:
        """Write a line of it to the log."""
        said: dict[str, Any] = {
            "event": "request",
            "id": self.id,
            "method": self.method if self.method in _METHODS else "other",
            "route": self.route,
            "status": self.status,
            "milliseconds": round(self.seconds * 1000, 1),
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
        """The line: the time in UTC, the level, and what was said."""
        said: dict[str, Any] = dict(getattr(record, "said", None) or {"event": "message", "text": record.getMessage()})
        if record.exc_info and record.exc_info[1] is not None:
            said |= _place_of(record.exc_info[1])
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return json.dumps({"time": f"{at}.{int(record.msecs):03d}Z", "level": record.levelname.lower(), **said})


class Metrics:
    """Numbers of one server, in a registry of its own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rag_requests", "Requests that are over.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "rag_request_seconds", "Time of a request.", ("route",), registry=self._registry, buckets=_BUCKETS
        )
        self._answers = Counter("rag_answers", "Answers by status.", ("status",), registry=self._registry)
        self._stages = Histogram(
            "rag_stage_seconds", "Time of a stage of an answer.", ("stage",), registry=self._registry, buckets=_BUCKETS
        )
        self._documents = Gauge("rag_documents", "Documents that are searched.", registry=self._registry)

    def count(self, record: Record) -> None:
        """Take in a request that is over."""
        route = record.route or "none"
        method = record.method if record.method in _METHODS else "other"
        self._requests.labels(route, method, str(record.status)).inc()
        self._seconds.labels(route).observe(record.seconds)

    def count_answer(self, answer: Answer) -> None:
        """Take in an answer."""
        self._answers.labels(answer.status.value).inc()
        for stage, milliseconds in answer.timings_ms.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def page(self, *, n_documents: int) -> bytes:
        """All of them, in Prometheus' text form."""
        self._documents.set(n_documents)
        return generate_latest(self._registry)
