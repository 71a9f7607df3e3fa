"""Questions that a document suggests, for somebody who does not know yet what to ask.

They are made by rules from sentences that report what somebody says about something; whoever shows them proves first
that the documents answer them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from rag.language.english import MONTHS, STOP_WORDS, WEEKDAYS, word_set

__all__ = ["Example", "make_examples"]

_THING = r"(?: (?:the|a|an|any|its|their|his|her))?(?: (?!(?:this|that|these|those)\b)[a-z][a-z-]{3,}){1,2}"
_NAME = r"(?: the)?(?: [A-Z][\w-]{3,}){1,3}"
_TOPICS = (
    re.compile(rf"\b(?:about|regarding|concerning)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:on|over|against|of)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:with|to|for|in|from|towards?)({_NAME})\b"),
)
"""Best first: "talked about X" names a subject, "in X" often only a place or a time."""
_DETERMINER = re.compile(r"^ ?(?:a|an|any|its|their|his|her) ")
_NAMED = re.compile(r"(?!(?:A|An|One|Some|The|Two) )[A-Z]")
_NOT_TOPICS = re.compile(r"(?:ly|ing|ed)$|^[A-Z]\w+(?:ean|ese|ian|ish)$")
_N_LEAST_WORDS, _N_MOST_WORDS = 8, 45
_N_CANDIDATES = 40
_VAGUE = (
    frozenset(WEEKDAYS)
    | (frozenset(MONTHS) - {"may"})
    | word_set(
        """again also case claims course days deal end fact first form half hours kind last least line list lot middle
        minutes month months morning night number order others part past people person place point rest same side
        sort state such telephone terms them these thing things those time times today tomorrow total view way week
        weeks world year years yesterday"""
    )
)


class Example(NamedTuple):
    """A question, and the sentence, by its position, that it was made from."""

    question: str
    position: int


class _Topic(NamedTuple):
    """What a sentence is about; a lower rank makes a better question."""

    rank: int
    words: str


def make_examples(sentences: Iterable[tuple[str, str]]) -> Iterator[Example]:
    """Questions from sentences with their speakers ("" for nobody), at most one a sentence and two a speaker.

    The first of each speaker come before the second, subjects ("territory") before names, which are mostly places.

    >>> said = "Mr Rubio said that there had been conversations about territory with Kyiv."
    >>> list(make_examples([(said, "Marco Rubio")]))
    [Example(question='What did Marco Rubio say about territory?', position=0)]
    """
    found = islice(_candidates(sentences), _N_CANDIDATES)
    n_by_speaker: dict[str, int] = {}
    ordered: list[tuple[int, int, Example]] = []
    for rank, speaker, example in sorted(found, key=lambda candidate: candidate[0]):
        nth = n_by_speaker[speaker] = n_by_speaker.get(speaker, 0) + 1
        if nth <= 2:
            ordered.append((nth, rank, example))
    yield from (example for _, _, example in sorted(ordered))


def _candidates(sentences: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str, Example]]:
    """The rank, the speaker and the question of each sentence that makes one which no sentence before it made."""
    asked: set[str] = set()
    for position, (text, speaker) in enumerate(sentences):
        topic = _topic(text, speaker) if _NAMED.match(speaker) else None
        if topic is None:
            continue
        question = f"What did {speaker} say about {topic.words}?"
        if question not in asked:
            asked.add(question)
            yield topic.rank, speaker, Example(question, position)


def _topic(text: str, speaker: str) -> _Topic | None:
    """What the sentence is about, as a few of its words after a preposition; None when nothing offers itself."""
    if not _N_LEAST_WORDS <= len(text.split()) <= _N_MOST_WORDS:
        return None
    found = []
    for rank, topics in enumerate(_TOPICS):
        for match in topics.finditer(text):
            words = _DETERMINER.sub("", match[1]).split()
            while words and _is_vague(words[-1]):
                words.pop()
            meaningful = [word for word in words if word.lower() not in STOP_WORDS]
            if meaningful and not any(_is_vague(word) or word in speaker for word in meaningful):
                is_name = any(word[0].isupper() for word in meaningful)
                found.append(_Topic(rank + len(_TOPICS) * is_name, " ".join(words)))
    return min(found, key=lambda topic: topic.rank, default=None)


def _is_vague(word: str) -> bool:
    return word.lower() in STOP_WORDS or word.lower() in _VAGUE or _NOT_TOPICS.search(word) is not None
