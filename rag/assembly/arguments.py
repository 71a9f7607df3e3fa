"""What a caller hands to the assistant: taken as it is meant, or refused in words before anything is done with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import wraps
from inspect import signature
from operator import index
from typing import Any, ParamSpec, SupportsIndex, TypeVar

from rag.errors import QuestionError, SettingsError
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.settings import Settings
from rag.types import Answer, Citation, Evidence, Rating, Span, Turn

__all__ = ["checking_arguments"]

P = ParamSpec("P")
Result = TypeVar("Result")

_LONGEST_SHOWN = 80


def checking_arguments(method: Callable[P, Result]) -> Callable[P, Result]:
    """The method, whose arguments are read by their names as `_CHECKED` says before it is called.

    Raises:
        SettingsError: an argument is of another kind than its name says; a QuestionError for the question itself.
    """
    parameters = signature(method)

    @wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Result:
        bound = parameters.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            if name in _CHECKED:
                bound.arguments[name] = _CHECKED[name](value, name)
        return method(*bound.args, **bound.kwargs)

    return checked


def _refusal(name: str, value: object, what_to_do: str) -> SettingsError:
    return SettingsError(f"cannot use {name} = {_shown(value)}: it is of type {type(value).__name__} - {what_to_do}")


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"


def _question(value: object, _: str) -> str:
    if not isinstance(value, str):
        raise QuestionError(f"cannot answer {_shown(value)}: a question is text - write what you want to know")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _refusal(name, value, "give text")
    return value


def _text_or_none(value: object, name: str) -> str | None:
    return None if value is None else _text(value, name)


def _texts(value: object, name: str) -> Sequence[str]:
    texts = list(_many(value, name, "give a list of texts"))
    return [_text(each, f"one of {name}") for each in texts]


def _number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise _refusal(name, value, "give a whole number")
    return index(value)


def _days(value: object, name: str) -> int | None:
    return None if value is None else _number(value, name)


def _path(value: object, name: str) -> Any:
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise _refusal(name, value, "give a path, as text or a Path")
    return value


def _paths(value: object, name: str) -> Sequence[Any]:
    """One path is meant as a list of one."""
    if isinstance(value, (str, os.PathLike)):
        return (_path(value, name),)
    return [_path(each, f"one of {name}") for each in _many(value, name, "give a list of paths")]


def _sources(value: object, name: str) -> Sequence[str]:
    """Sources, or patterns of them, are text, which a path may stand for."""
    return [os.fspath(each) for each in _paths(value, name)]


def _texts_or_none(value: object, name: str) -> Sequence[str] | None:
    return None if value is None else _texts(value, name)


def _uploads(value: object, name: str) -> Sequence[Any]:
    how = "give pairs of a name and the path of the file, such as [('a.txt', Path('/tmp/x'))]"
    pairs = list(_many(value, name, how))
    for pair in pairs:
        if not isinstance(pair, Sequence) or len(pair) != 2 or not isinstance(pair[0], str):
            raise _refusal(f"one of {name}", pair, how)
        _path(pair[1], f"one of {name}")
    return pairs


def _turns(value: object, name: str) -> Sequence[Turn]:
    how = "give a list of Turn(question=…, answer=…)"
    turns = list(_many(value, name, how))
    for turn in turns:
        if not isinstance(turn, Turn):
            raise _refusal(f"one of {name}", turn, how)
    return turns


def _pairs(value: object, name: str) -> Sequence[ClaimWithEvidence]:
    how = "give a list of ClaimWithEvidence(evidence=('…',), claim='…')"
    pairs = list(_many(value, name, how))
    for pair in pairs:
        is_pair = isinstance(pair, ClaimWithEvidence) and isinstance(pair.claim, str)
        is_around = is_pair and all(isinstance(around, Surroundings) for around in pair.surroundings)
        if not is_around or not all(_are_texts(part) for part in (pair.evidence, pair.speakers)):
            raise _refusal(f"one of {name}", pair, how)
    return pairs


def _spans(value: object, name: str) -> Sequence[Span]:
    how = "give a list of Span(start=…, end=…)"
    spans = list(_many(value, name, how))
    for span in spans:
        if not isinstance(span, Span):
            raise _refusal(f"one of {name}", span, how)
    return spans


def _are_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)


def _rating(value: Any, name: str) -> Rating:
    try:
        return Rating(value)
    except ValueError:
        raise _refusal(name, value, f"give one of {', '.join(Rating)}") from None


def _of(kind: type | tuple[type, ...], how: str) -> Callable[[object, str], Any]:
    def check(value: object, name: str) -> Any:
        if not isinstance(value, kind):
            raise _refusal(name, value, how)
        return value

    return check


def _settings(value: object, name: str) -> Settings | None:
    if value is not None and not isinstance(value, Settings):
        raise _refusal(name, value, "give Settings(…), or Settings.from_file(…)")
    return value


def _many(value: object, name: str, how: str) -> Iterable[Any]:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
        raise _refusal(name, value, how)
    return value


_CHECKED: Mapping[str, Callable[[Any, str], Any]] = {
    "about": _text,
    "answer": _of(Answer, "give an Answer, as `ask` returns it"),
    "answer_id": _text,
    "answer_ids": _texts_or_none,
    "citation": _of((Citation, Evidence), "give a Citation, such as answer.citations[0], or an Evidence"),
    "days": _days,
    "document_id": _text,
    "files": _uploads,
    "folder": _path,
    "form": _text,
    "history": _turns,
    "k": _number,
    "left_out": _sources,
    "name": _text,
    "new_name": _text,
    "newer": _text,
    "number": _number,
    "older": _text,
    "owner": _text,
    "older_than": _of((timedelta, type(None)), "give a timedelta, such as timedelta(days=30)"),
    "page": _number,
    "pairs": _pairs,
    "path": _path,
    "place": _path,
    "paths": _paths,
    "question": _question,
    "rating": _rating,
    "settings": _settings,
    "since": _text,
    "source": _path,
    "sources": _sources,
    "spans": _spans,
    "speaker": _text,
    "start": _number,
    "subject": _question,
    "text": _text,
    "until": _text,
    "user": _text_or_none,
    "users": _texts,
    "where": _text,
    "words": _text,
}
"""Name of an argument → what reads it."""
