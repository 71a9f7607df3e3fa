"""The messages of a conversation → the question that is asked, and what was said before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from rag.serving.entry.failures import RefusedError
from rag.types import Turn

__all__ = ["Asked", "ContentPart", "Message", "Scope", "asked_in", "refuse_tools", "text_of"]

_MOST_TURNS = 20
_MOST_CHARACTERS = 20_000
"""Of one earlier message: it helps to understand a question, and nobody refers to the end of a book."""
_TEXTS = frozenset({"text", "input_text", "output_text"})


class ContentPart(BaseModel):
    """A part of a message. Text is read; a picture, a sound or a file is refused."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: str = Field(description="text, input_text or output_text; anything else is refused")
    text: str = ""


class Message(BaseModel):
    """One message. Those of the user and the assistant are the conversation; all others are not read."""

    model_config = ConfigDict(extra="allow", strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class Scope(BaseModel):
    """Which documents are searched: two fields of our own, which `extra_body` of a client carries."""

    model_config = ConfigDict(extra="allow", strict=True)

    where: str = Field("", description="filter of documents, such as: published >= 2025-03-01 and language = en")
    sources: list[str] = Field([], description="patterns with * and ?, one of which the source has to fit")


class Asked(NamedTuple):
    """A question and the finished exchanges before it."""

    question: str
    history: tuple[Turn, ...]


def asked_in(messages: Sequence[Message], *, field: str = "messages") -> Asked:
    """The last message of the user, and the exchanges before it.

    Raises:
        RefusedError: there is none, it is empty, or it holds what is no text.
    """
    texts = [(message.role, text_of(message, f"{field}.{number}")) for number, message in enumerate(messages)]
    last = next((number for number in range(len(texts) - 1, -1, -1) if texts[number][0] == "user"), None)
    if last is None:
        raise RefusedError(
            400,
            f"cannot find a question: no message in {field!r} is the user's - send one",
            code="no_question",
            param=field,
        )
    return Asked(texts[last][1], _turns(texts[:last]))


def text_of(message: Message, place: str) -> str:
    """What the message says.

    Raises:
        RefusedError: a part of a message of the user is no text.
    """
    if not isinstance(message.content, list):
        return message.content or ""
    for number, part in enumerate(message.content):
        if part.type not in _TEXTS and message.role == "user":
            raise RefusedError(
                400,
                f"cannot read a part of type {part.type[:40]!r}: only text is read here - send text, and add files "
                "with POST /v1/documents",
                code="unsupported_content",
                param=f"{place}.content.{number}",
            )
    return "\n".join(part.text for part in message.content if part.type in _TEXTS)


def _turns(texts: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    """The finished exchanges: what the user said last before each reply."""
    turns: list[Turn] = []
    question = ""
    for role, text in texts:
        said = text.strip()[:_MOST_CHARACTERS]
        if role == "user":
            question = said
        elif role == "assistant" and question and said:
            turns.append(Turn(question=question, answer=said))
            question = ""
    return tuple(turns[-_MOST_TURNS:])


def refuse_tools(tool_choice: str | dict[str, Any] | None) -> None:
    """Tools may be offered, and are never called.

    Raises:
        RefusedError: the request asks that one is called.
    """
    if tool_choice not in (None, "auto", "none"):
        raise RefusedError(
            400,
            "cannot call a tool: answers are made of documents alone - leave tool_choice out, or send 'auto' or 'none'",
            code="unsupported_tools",
            param="tool_choice",
        )
