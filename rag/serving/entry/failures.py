"""What goes wrong, as the object that clients of these protocols read: a status, and our sentence.

Nothing that was foreseen is a 500, and no answer holds a traceback.

Source: https://platform.openai.com/docs/guides/error-codes (the object), https://docs.anthropic.com/en/api/errors (the
`type` beside it, which clients of the other protocol do not read).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel
from starlette.responses import JSONResponse

from rag.errors import (
    FilterError,
    GeneratorError,
    NotFoundError,
    QuestionError,
    RagError,
    ReadError,
    StoreFullError,
    StoreLockedError,
)

__all__ = ["FailureBody", "RefusedError", "explain", "failure_of", "failures", "response_to", "unforeseen"]

_LONGEST_SHOWN = 60
_TYPE_BY_STATUS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class FailureBody(BaseModel):
    """What is wrong.

    message: one sentence: what failed, on which value, what to do next.
    type: what kind of thing it is. param: the field that is wrong, where it is one. code: a name to compare with.
    """

    message: str
    type: Literal[
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "rate_limit_error",
        "server_error",
    ]
    param: str | None
    code: str | None


class FailureObject(BaseModel):
    """The body of every answer with a status of 400 and above."""

    type: Literal["error"]
    error: FailureBody


class RefusedError(Exception):
    """A request that is not answered, and why.

    retry_after: seconds after which the same request may do; 0 when it will not.
    """

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, retry_after: float = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after

    def as_object(self) -> dict[str, object]:
        """The object that clients read."""
        usual = "server_error" if self.status >= 500 else "invalid_request_error"
        kind = _TYPE_BY_STATUS.get(self.status, usual)
        return {
            "type": "error",
            "error": {"message": self.message, "type": kind, "param": self.param, "code": self.code},
        }


def response_to(failure: RefusedError) -> JSONResponse:
    """The answer to a request that failed."""
    headers = {"Retry-After": str(max(1, round(failure.retry_after)))} if failure.retry_after else {}
    if failure.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(_writable(failure.as_object()), status_code=failure.status, headers=headers)


def unforeseen(request_id: str) -> RefusedError:
    """What nobody foresaw: the log knows more."""
    message = f"this went wrong here, as {request_id} in the log - tell whoever runs the server"
    return RefusedError(500, message, code="unforeseen")


def failure_of(error: RagError) -> RefusedError:
    """An error of the library as an answer; what the server lacks, and no client can mend, is a 503."""
    message = str(error)
    match error:
        case QuestionError():
            return RefusedError(400, message, code="unusable_question")
        case FilterError():
            return RefusedError(400, message, code="unusable_filter", param="where")
        case ReadError():
            return RefusedError(400, message, code="unreadable_document")
        case NotFoundError():
            return RefusedError(404, message, code="not_found")
        case StoreLockedError():
            return RefusedError(503, message, code="store_locked", retry_after=5)
        case StoreFullError():
            return RefusedError(507, message, code="store_full")
        case GeneratorError():
            return RefusedError(502, message, code="language_model_failed")
        case _:
            return RefusedError(503, message, code="server_not_usable")


def explain(problems: Sequence[Mapping[str, Any]]) -> RefusedError:
    """What is wrong with a body, a query or a path, as pydantic found it: the first thing, in a sentence."""
    problem = problems[0]
    place = [str(part) for part in problem["loc"] if part not in ("body", "query", "path", "function-wrap[decode()]")]
    name = ".".join(place)
    said = str(problem.get("msg", "")).removeprefix("Value error, ")
    if problem["type"] == "json_invalid":
        said = str(problem.get("ctx", {}).get("error", "")) or "it is cut off"
        return RefusedError(
            400, f"cannot read the body: it is no JSON ({said}) - send one JSON object", code="invalid_json"
        )
    if problem["type"] == "missing":
        what = f"{name!r} is missing" if name else "the body is missing"
        return RefusedError(400, f"cannot read the request: {what} - send it", code="missing", param=name or None)
    if problem["type"] == "extra_forbidden":
        message = f"cannot use {name!r}: nothing here is called so - see /openapi.json"
        return RefusedError(400, message, code="unknown_field", param=name)
    shown = f" = {_shown(problem.get('input'))}" if name else ""
    what = f"{name}{shown}" if name else "the body"
    said = f"{said[:1].lower()}{said[1:]}" if said else "it has another form"
    return RefusedError(400, f"cannot use {what}: {said} - see /openapi.json", code="invalid_value", param=name or None)


def _shown(value: object) -> str:
    """A value as it may be repeated: short, and no more than its kind where it is long or made of others."""
    if isinstance(value, (dict, list, bytes)):
        return {dict: "{…}", list: "[…]", bytes: "(bytes)"}[type(value)]
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"


def _writable(value: Any) -> Any:
    """The same, without halves of code points, which a client can send and no encoding can write."""
    if isinstance(value, dict):
        return {name: _writable(each) for name, each in value.items()}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


_MEANING = {
    400: "The request cannot be read, or asks for what is not offered.",
    401: "There is no key, or a wrong one.",
    403: "The key may not do this, or the request comes from another site.",
    404: "There is no such thing.",
    409: "It cannot be done now.",
    413: "The body is too large.",
    429: "Too many requests.",
    502: "The language model cannot be asked.",
    503: "The server is busy, ends, or cannot use its store.",
    507: "The disk is full.",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route says of its failures in the OpenAPI document, beside those that every route has."""
    always = (400, 401, 403, 413, 429, 503)
    return {
        status: {"model": FailureObject, "description": _MEANING[status]} for status in sorted({*always, *statuses})
    }
