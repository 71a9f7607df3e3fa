"""A file of questions with what is right about each, one JSON object a line; eval/README.md describes the form.

Lines of other tools are read too, by the names that RAGAS and deepeval give their fields. Whatever is wrong is told
for all lines at once, each with its number. A decision about one question rewrites its line alone: the others stay as
they are, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from eval.cases import DataError

__all__ = [
    "VERSION",
    "BadLine",
    "Gold",
    "Question",
    "QuestionsError",
    "Recorded",
    "State",
    "decide",
    "line_of",
    "made_id",
    "read_questions",
    "write_questions",
]

VERSION = 1
"""Of the form of a line; a line without a version is of this one, or of another tool."""


class State(StrEnum):
    """What a person has said about a question."""

    DRAFT = "draft"
    """Made by a rule, and not looked at: it is not measured."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Gold(NamedTuple):
    """Words that answer a question, as they stand in a document; `document` is empty when it may be any."""

    quote: str
    document: str = ""


class Recorded(NamedTuple):
    """An answer that another system gave, with the texts that it was given; both empty when none was recorded."""

    answer: str = ""
    sources: tuple[str, ...] = ()


_NONE_RECORDED = Recorded()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with what is right about it.

    id: of the line, or made from the question's words where the line has none.
    gold: the places that answer it, each sufficient alone.
    answers: words that a right answer holds, where somebody wrote them down.
    must: whether it has to hold by itself, whatever the floors allow.
    more: the fields that this program does not read, as they came.
    line: where it stands in its file, counted from 1.
    """

    id: str
    question: str
    answerable: bool = True
    gold: tuple[Gold, ...] = ()
    answers: tuple[str, ...] = ()
    state: State = State.ACCEPTED
    kind: str = ""
    must: bool = False
    recorded: Recorded = _NONE_RECORDED
    more: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    line: int = 0


class BadLine(NamedTuple):
    """What is wrong with one line, and what to do."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class QuestionsError(DataError):
    """A file of questions that cannot be measured with; `lines` has all that is wrong, in the order of the file."""

    def __init__(self, place: str, lines: Sequence[BadLine]) -> None:
        super().__init__(place, "\n  ".join(["", *map(str, lines)]))
        self.lines = tuple(lines)

    def __reduce__(self) -> tuple[type[QuestionsError], tuple[str, tuple[BadLine, ...]]]:
        return (type(self), (self.place, self.lines))


_QUESTION = ("question", "user_input", "input")
_ANSWERS = ("answers", "reference", "ground_truth", "ground_truths", "expected_output")
_CONTEXTS = ("reference_contexts", "context")
_RECORDED_ANSWER = ("response", "answer", "actual_output")
_RECORDED_SOURCES = ("retrieved_contexts", "contexts", "retrieval_context")
_OWN = ("version", "id", "answerable", "gold", "state", "kind", "must")
_READ = frozenset((*_OWN, *_QUESTION, *_ANSWERS, *_CONTEXTS, *_RECORDED_ANSWER, *_RECORDED_SOURCES))
"""Ours first, then those of RAGAS (`SingleTurnSample`, and its older columns), then those of deepeval (`Golden`)."""


class _FaultError(Exception):
    """What is wrong with a line."""


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of the file, in its order.

    Raises:
        DataError: the file cannot be read, or holds no question.
        QuestionsError: lines are no JSON, lack something, say it in another form, or have the same id.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise DataError(str(path), f"{error.strerror or error} - name a file with one question a line") from error
    questions: list[Question] = []
    bad: list[BadLine] = []
    line_by_id: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = replace(_question(line), line=number)
            first = line_by_id.setdefault(question.id, number)
            if first != number:
                raise _FaultError(f"the id {question.id!r} is taken by line {first} - give it another one")
            questions.append(question)
        except _FaultError as fault:
            bad.append(BadLine(number, str(fault)))
    if bad:
        raise QuestionsError(str(path), bad)
    if not questions:
        raise DataError(str(path), "it holds no question - write one a line, or let `python -m eval new` draft some")
    return tuple(questions)


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Write the questions, one a line; the file is whole at any moment."""
    _replace(path, b"".join(line_of(question) + b"\n" for question in questions))


def decide(path: Path, question: Question) -> None:
    """Write what was decided about a question into its line, which is found by the id; other lines stay as they are.

    Raises:
        DataError: as `read_questions`, and when the file has no such question any more.
    """
    numbers = {each.id: each.line for each in read_questions(path)}
    if question.id not in numbers:
        raise DataError(str(path), f"it has no question {question.id!r} any more - reload the page")
    lines = path.read_bytes().split(b"\n")
    lines[numbers[question.id] - 1] = line_of(question)
    _replace(path, b"\n".join(lines))


def line_of(question: Question) -> bytes:
    """The question as a line of version 1, without its end.

    >>> line_of(Question(id="q1", question="Why?", gold=(Gold("So."),), state=State.DRAFT)).decode()
    '{"version": 1, "id": "q1", "question": "Why?", "answerable": true, "gold": [{"quote": "So."}], "state": "draft"}'
    """
    fields: dict[str, object] = {
        "version": VERSION,
        "id": question.id,
        "question": question.question,
        "answerable": question.answerable,
        "gold": [
            {"quote": gold.quote} | ({"document": gold.document} if gold.document else {}) for gold in question.gold
        ],
        "state": question.state.value,
    }
    optional = {
        "answers": list(question.answers),
        "kind": question.kind,
        "must": question.must,
        "response": question.recorded.answer,
        "retrieved_contexts": list(question.recorded.sources),
    }
    fields |= {name: value for name, value in optional.items() if value} | dict(question.more)
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _replace(path: Path, content: bytes) -> None:
    begun = path.with_suffix(f".part{os.getpid()}")
    try:
        begun.write_bytes(content)
        begun.replace(path)
    except OSError as error:
        raise DataError(str(path), f"{error.strerror or error} - make it a writable file") from error


def _question(line: bytes) -> Question:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _FaultError("it is no valid JSON - write one object a line, as in eval/README.md") from error
    if not isinstance(fields, dict):
        raise _FaultError("it is valid JSON but no object - write one object a line")
    version = fields.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        raise _FaultError(
            f"version {version!r} is not known, this program reads {VERSION} - update it, or write {VERSION}"
        )
    question = _asked(fields)
    gold = _gold(fields)
    answers = _texts(fields, _ANSWERS)
    answerable = _truth(fields, "answerable", otherwise=True)
    if answerable and not gold and not answers and "answerable" not in fields:
        raise _FaultError(
            'nothing says what is right - add "gold" (quotes that answer it), "answers", or "answerable": false'
        )
    if not answerable and gold:
        raise _FaultError('"answerable" is false, and there is gold - leave out one of them')
    return Question(
        id=_text(fields, ("id",)) or made_id(question),
        question=question,
        answerable=answerable,
        gold=gold,
        answers=answers if answerable else (),
        state=_state(fields),
        kind=_text(fields, ("kind",)),
        must=_truth(fields, "must", otherwise=False),
        recorded=Recorded(_text(fields, _RECORDED_ANSWER), _texts(fields, _RECORDED_SOURCES)),
        more=MappingProxyType({name: value for name, value in fields.items() if name not in _READ}),
    )


def made_id(question: str) -> str:
    """An id for a question, from its words; the same words give the same one."""
    return f"q-{hashlib.sha256(question.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _asked(fields: Mapping[str, object]) -> str:
    name = next((name for name in _QUESTION if name in fields), None)
    if name is None:
        raise _FaultError(f"there is no question - write it under {_QUESTION[0]!r} (or {', '.join(_QUESTION[1:])})")
    if isinstance(fields[name], list):
        raise _FaultError(f"{name!r} is a conversation, and only single questions are read - leave the line out")
    question = " ".join(_text(fields, (name,)).split())
    if not question:
        raise _FaultError(f"{name!r} is empty - write the question")
    return question


def _gold(fields: Mapping[str, object]) -> tuple[Gold, ...]:
    if fields.get("gold") is None:
        return tuple(Gold(quote) for quote in _texts(fields, _CONTEXTS) if quote.strip())
    return tuple(_gold_entries(fields["gold"]))


def _gold_entries(written: object) -> Iterator[Gold]:
    if not isinstance(written, list):
        raise _FaultError(f'"gold" is {_shown(written)} - write a list: [{{"quote": "…", "document": "…"}}]')
    for each in written:
        named = {"quote": each} if isinstance(each, str) else each
        if not isinstance(named, dict) or not isinstance(named.get("quote"), str) or not named["quote"].strip():
            raise _FaultError(f'{_shown(each)} in "gold" has no quote - write {{"quote": "…", "document": "…"}}')
        document = named.get("document") or ""
        if not isinstance(document, str):
            raise _FaultError(f'the document of {_shown(each)} in "gold" is no text - write its path below the folder')
        yield Gold(named["quote"], document)


def _state(fields: Mapping[str, object]) -> State:
    written = fields.get("state", State.ACCEPTED)
    if not isinstance(written, str) or written not in set(State):
        raise _FaultError(f'"state" is {_shown(written)} - write one of {", ".join(State)}')
    return State(written)


def _truth(fields: Mapping[str, object], name: str, *, otherwise: bool) -> bool:
    value = fields.get(name, otherwise)
    if not isinstance(value, bool):
        raise _FaultError(f'"{name}" is {_shown(value)} - write true or false')
    return value


def _text(fields: Mapping[str, object], names: Sequence[str]) -> str:
    """The first of these fields that says something; empty when none does."""
    for name in names:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            raise _FaultError(f"{name!r} is {_shown(value)} - write a text")
        if value:
            return value
    return ""


def _texts(fields: Mapping[str, object], names: Sequence[str]) -> tuple[str, ...]:
    """The first of these fields that says something, a text alone being a list of one."""
    for name in names:
        value = fields.get(name)
        listed = [value] if isinstance(value, str) else value
        if listed is not None and (not isinstance(listed, list) or not all(isinstance(each, str) for each in listed)):
            raise _FaultError(f"{name!r} is {_shown(value)} - write a list of texts")
        if listed:
            return tuple(each for each in listed if each.strip())
    return ()


def _shown(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return f"{written[:60]}…" if len(written) > 60 else written
