"""Rules that put the people and topics of the last turns in place of the words that lean on them.

A model does this better, and a wrong replacement is worse than none: whatever the turns do not show is left as it is.
What the rules add is a name or a noun phrase of the question or the turns, and never anything else. Each earlier
question is itself read with the turns before it, so that "he" still means who was named three questions ago.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.conversation.ellipsis import completed
from rag.conversation.memory import Memory, Said, clean, is_topic, said
from rag.conversation.names import Kind
from rag.conversation.pronouns import with_meanings
from rag.types import Turn

__all__ = ["standalone_question"]

_CONNECTIVE = re.compile(
    r"(?:(?:and|but|also|so(?! (?:far|many|much)\b)|plus)\b,?"
    r"|(?:ok|okay|well|alright|thanks|thank you)\b[,.!])\s+",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_N_TURNS = 4
_MOST_ADDED_CHARACTERS = 200
_MOST_CHARACTERS = 600
"""A question longer than this says what it means."""


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question so that it can be understood without the conversation; unchanged when it can be already.

    >>> turn = Turn(question="What did Marco Rubio say about territory?", answer="Rubio said no. [1]")
    >>> standalone_question("And what did he say about trust?", [turn])
    'What did Marco Rubio say about trust?'
    >>> standalone_question("What about Healey?", [turn])
    'What did Healey say about territory?'
    >>> standalone_question("What did Healey say about his talks?", [turn])
    'What did Healey say about his talks?'
    """
    if not history or not question.strip() or len(question) > _MOST_CHARACTERS:
        return question
    found = _read(question, _remembered(history))
    is_fit = found.strip() and len(found) <= len(question) + _MOST_ADDED_CHARACTERS
    return found if is_fit else question


def _remembered(history: Sequence[Turn]) -> Memory:
    """The last turns, the last one first, and what the whole conversation is about at their end."""
    memory: list[Said] = []
    topic = _topic(history)
    for turn in history[-_N_TURNS:] if topic is None else history[1:][-_N_TURNS:]:
        question = clean(turn.question)
        before = memory if topic is None else [*memory, topic]
        memory.insert(0, said(_read(question, before), turn.answer))
    return memory if topic is None else [*memory, topic]


def _topic(history: Sequence[Turn]) -> Said | None:
    """What the conversation was opened with, if that is no question; the pronouns since then show what it is."""
    if not is_topic(history[0]):
        return None
    topic = said(clean(history[0].question), "")
    name = topic.asked[0]
    asked = " ".join(turn.question[:_MOST_CHARACTERS] for turn in history[1:][-_N_TURNS:])
    if name.kind is Kind.UNKNOWN and _PERSONAL.search(asked):
        name = replace(name, kind=Kind.PERSON)
    elif name.kind is Kind.UNKNOWN and _PLURAL.search(asked):
        name = replace(name, kind=Kind.BODY)
    return replace(topic, asked=(name,), topic=name)


def _read(question: str, memory: Memory) -> str:
    if not memory:
        return question
    complete = completed(question, memory)
    if complete is not None:
        return complete
    rest = question
    while (connective := _CONNECTIVE.match(rest)) is not None and len(rest[connective.end() :].split()) > 1:
        rest = rest[connective.end() :]
    if rest != question and question[:1].isupper():
        rest = rest[:1].upper() + rest[1:]
    return with_meanings(rest, memory)
