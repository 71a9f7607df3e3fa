"""Questions that a document suggests, for somebody who does not know yet what to ask.

They are made by rules from sentences that report what somebody says about something; whoever shows them proves first
that the documents answer them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from rag.attribution.lexicon import word_set
from rag.stopwords import STOP_WORDS

__all__ = ["Example", "examples"]

_THING = r"(?: (?:the|a|an|any|its|their|his|her|this|that))?(?: [a-z][a-z-]{3,}){1,2}"
_NAME = r"(?: the)?(?: [A-Z][\w-]{3,}){1,3}"
_TOPICS = (
    re.compile(rf"\b(?:about|regarding|concerning)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:on|over|against|of)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:with|to|for|in|from|towards?)({_NAME})\b"),
)
"""Best first: "talked about X" names a subject, "in X" often only a place or a time."""
_DETERMINER = re.compile(r"^ ?(?:a|an|any|its|their|his|her|this|that) ")
_NAMED = re.compile(r"(?!(?:A|An|One|Some|Two) )[A-Z]")
_NOT_TOPICS = re.compile(r"(?:ly|ing|ed)$")
_N_LEAST_WORDS, _N_MOST_WORDS = 8, 45
_VAGUE = word_set(
    """
    again also case course days deal end fact first form half hours kind last least line list lot middle minutes month
    months morning night number order others part past people person place point rest same side sort state such
    telephone terms them these thing things those time times today tomorrow total view way week weeks world
    year years yesterday monday tuesday wednesday thursday friday saturday sunday january february march april
    june july august september october november december
    """
)


class Example(NamedTuple):
    """A question, and the sentence, by its position, that it was made from."""

    question: str
    position: int


def examples(sentences: Iterable[tuple[str, str]]) -> Iterator[Example]:
    """Questions from sentences with their speakers ("" for nobody), at most one a sentence and two a speaker.

    >>> list(examples([("Mr Rubio said that there had been conversations about territory with Kyiv.", "Marco Rubio")]))
    [Example(question='What did Marco Rubio say about territory?', position=0)]
    """
    n_by_speaker: dict[str, int] = {}
    asked: set[str] = set()
    for position, (text, speaker) in enumerate(sentences):
        topic = _topic(text, speaker)
        if not _NAMED.match(speaker) or not topic or n_by_speaker.get(speaker, 0) >= 2:
            continue
        question = f"What did {speaker} say about {topic}?"
        if question not in asked:
            asked.add(question)
            n_by_speaker[speaker] = n_by_speaker.get(speaker, 0) + 1
            yield Example(question, position)


def _topic(text: str, speaker: str) -> str:
    """What the sentence is about, as a few of its words after a preposition; empty when nothing offers itself."""
    if not _N_LEAST_WORDS <= len(text.split()) <= _N_MOST_WORDS:
        return ""
    for match in chain.from_iterable(topics.finditer(text) for topics in _TOPICS):
        words = _DETERMINER.sub("", match[1]).split()
        while words and _is_vague(words[-1]):
            words.pop()
        meaningful = [word for word in words if word.lower() not in STOP_WORDS]
        if meaningful and not any(_is_vague(word) or word in speaker for word in meaningful):
            return " ".join(words)
    return ""


def _is_vague(word: str) -> bool:
    return word.lower() in STOP_WORDS or word.lower() in _VAGUE or _NOT_TOPICS.search(word) is not None
