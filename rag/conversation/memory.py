"""What the last turns were about, in the order in which a pronoun looks for what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.attribution.names import fold
from rag.conversation.lexicon import PHRASE_ENDS
from rag.conversation.names import Name, kind_of, names_in, phrases_in
from rag.language.english import QUESTION_WORDS, STOP_WORDS
from rag.types import Turn

__all__ = ["Memory", "Said", "clean", "is_topic", "said", "topic_name"]

_MARKERS = re.compile(r"\s*\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]")
_SIGNS = re.compile(r"[\[\]<>{}|`\\]")
_N_CHARACTERS = 600
"""How much of a text is read; who a conversation is about stands at the start."""
_N_TOPIC_WORDS = 8
_TOPIC_TAIL = re.compile(r"\s*\([^)]*\)|\s+[-–—:]\s.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn as it is remembered: its question, made to stand alone, and what question and answer name.

    question: empty when the turn only names a topic.
    topic: what "it" may mean, and "they": the noun phrases of the question and the topic of the conversation.
    """

    question: str
    answer: str
    asked: tuple[Name, ...]
    answered: tuple[Name, ...]
    phrases: tuple[Name, ...]
    topic: Name | None = None


Memory = Sequence[Said]
"""The turns that are remembered, the last one first."""


@lru_cache(maxsize=512)
def clean(text: str) -> str:
    """The start of the text on one line, without markers and the signs of markup.

    >>> clean("Rubio said\\nno [1][2].")
    'Rubio said no.'
    """
    return " ".join(_SIGNS.sub(" ", _MARKERS.sub("", text[:_N_CHARACTERS])).split())


def is_topic(turn: Turn) -> bool:
    """Whether the turn only names what the conversation is about.

    >>> is_topic(Turn(question="Janis Joplin - Early life", answer="")), is_topic(Turn(question="Why?", answer=""))
    (True, False)
    """
    return not turn.answer.strip() and topic_name(turn.question) is not None


def topic_name(text: str) -> Name | None:
    """What a title names: "Slayer" of "Slayer (band) - South of Heaven"; None when the text is no title."""
    title = clean(text)
    name = _TOPIC_TAIL.sub("", title, count=2).strip()
    words = name.split(" ")
    is_title = name[:1].isupper() and len(words) <= _N_TOPIC_WORDS and not title.endswith(("?", ".", "!"))
    if (
        not is_title
        or fold(words[0]) in STOP_WORDS - {"the", "a"} | QUESTION_WORDS
        or not name.replace(" ", "").isprintable()
    ):
        return None
    if name == title and any(word[0].islower() and word in PHRASE_ENDS for word in words[1:]):
        return None
    kind, gender = kind_of([fold(word).rstrip(".") or "-" for word in words], name)
    return Name(text=name, start=0, end=len(name), kind=kind, gender=gender)


def said(question: str, answer: str) -> Said:
    """A turn to remember."""
    answer = clean(answer)
    topic = topic_name(question) if not answer else None
    if topic is not None:
        return Said(question="", answer="", asked=(topic,), answered=(), phrases=(), topic=topic)
    return Said(
        question=question,
        answer=answer,
        asked=names_in(question),
        answered=names_in(answer),
        phrases=phrases_in(question),
    )
