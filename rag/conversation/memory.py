"""What a pronoun may mean: what the last turns were about, in the order in which it looks, or a word of its question.

"What did Rubio say about his talks?" says itself whose talks are meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.attribution.names import fold
from rag.conversation.lexicon import PERSON_ROLES, PHRASE_ENDS
from rag.conversation.names import Kind, NamedThing, kind_of, names_in, phrases_in
from rag.language.english import ADVERBS, FINITE_BE, HELPING, PREPOSITIONS, QUESTION_WORDS, STOP_WORDS, one_of
from rag.types import Turn

__all__ = ["Memory", "Said", "clean", "is_bound", "is_topic", "may_be", "said"]

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
    asked: tuple[NamedThing, ...]
    answered: tuple[NamedThing, ...]
    phrases: tuple[NamedThing, ...]
    topic: NamedThing | None = None


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


def topic_name(text: str) -> NamedThing | None:
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
    return NamedThing(text=name, start=0, end=len(name), kind=kind, gender=gender)


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


_WORD = re.compile(r"[^\W\d_]+")
_OBJECTS = frozenset(["him", "her", "them", "it"])
_EMPTY_IT = re.compile(
    r"\bit(?:['’]s| is| was| will be)? (?:(?!have|has|had|need|want|going|able|plan|try|used)\w+ )?"
    r"(?:that|to|whether|if)\b"
    r"|\b(?:is|was|will|does|did|has|be) it (?:\w+ )?"
    r"(?:true|rain\w*|snow\w*|cold|hot|warm|late|dark|time|possible|likely|clear|matter|take|cost|mean|help)\b"
    r"|\bwhat time\b|\bhow (?:far|late|long|much) (?:is|was|does|did|will|would) it (?:take|cost|to|from)\b"
    r"|\bwhat(?:['’]s| is| was| does| would) it (?:like|mean|take)\b|\bmakes? it \w+\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"^who (?:lost|changed|broke|kept|quit|gave|left|lied) ", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b{one_of(HELPING - FINITE_BE - {'should'})} ([^\W\d_]{{2,}})\b", re.IGNORECASE)
_INDEFINITE = re.compile(r"\b(?:an?|any|every|each|which|what) \w+(?: \w+)?", re.IGNORECASE)


def is_bound(sort: str, question: str, pronoun: re.Match[str], named: list[NamedThing]) -> bool:
    """Whether the question itself says before the pronoun what it means, or may."""
    before = [name for name in named if name.end <= pronoun.start() and not _acts_on(name, question, pronoun)]
    phrases = [phrase for phrase in phrases_in(question) if phrase.end <= pronoun.start()]
    if sort in ("he", "she"):
        fitting = [name for name in before if may_be(name, 1 if sort == "he" else -1)]
        roles = [phrase for phrase in phrases if _head(phrase) in PERSON_ROLES]
        subject = _subject_word(question[: pronoun.start()]) if question == question.lower() else ""
        return bool(
            fitting
            or roles
            or (subject and not _is_plural(subject))
            or _BOUND.match(question)
            or _indefinite_role(question[: pronoun.start()])
        )
    if sort == "they":
        persons = [name for name in before if name.kind is Kind.PERSON]
        others = [name for name in before if name.kind is not Kind.PERSON]
        return bool(others or phrases or len(persons) > 1 or _plural_subject(question[: pronoun.start()]))
    if sort == "it":
        return bool(
            _EMPTY_IT.search(question)
            or [phrase for phrase in phrases if phrase.kind is Kind.THING and _head(phrase) not in PERSON_ROLES]
            or [name for name in before if _may_own(name, pronoun.group().lower())]
            or _subject_word(question[: pronoun.start()])
            or re.search(r"\b(?:an?|this|that|any|some|each) \w+", question[: pronoun.start()], re.IGNORECASE)
        )
    return any(name.kind in (Kind.PLACE, Kind.COUNTRY) for name in before)


def _head(phrase: NamedThing) -> str:
    return phrase.text.partition(" of ")[0].rpartition(" ")[2]


def _acts_on(name: NamedThing, question: str, pronoun: re.Match[str]) -> bool:
    """Whether the name does something to what the pronoun means, which is then another: "Did Lavrov meet him"."""
    following = _WORD.match(question, pronoun.end() + 1)
    is_object = pronoun.group().lower() in _OBJECTS and (
        following is None or following.group().lower() in PREPOSITIONS | ADVERBS | {"and", "or", "when"}
    )
    between = question[name.end : pronoun.start()].lower().split()
    return is_object and name.acts and len(between) in (1, 2)


def _may_own(name: NamedThing, pronoun: str) -> bool:
    """Whether "it" or "its" may mean this name of the same question."""
    if name.kind is Kind.UNKNOWN:
        return pronoun == "its" or not (name.speaks or name.acts)
    return name.kind is not Kind.PERSON


def _subject_word(before: str) -> str:
    """The common noun that stands as the subject: "burlesque" of "did burlesque keep its"."""
    found = _SUBJECT.search(before)
    word = found.group(1).lower() if found is not None else ""
    return "" if word in STOP_WORDS or found is None or not found.group(1).islower() else word


def _indefinite_role(before: str) -> bool:
    found = _INDEFINITE.search(before)
    return found is not None and any(word in PERSON_ROLES for word in found.group().lower().split())


def _plural_subject(before: str) -> bool:
    """Whether a plural word stands before: "did soldiers lose their", "how many people said they"."""
    words = before.lower().split()
    return any(word in ("people", "men", "women", "children", "police") or _is_plural(word) for word in words)


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in STOP_WORDS


def may_be(name: NamedThing, gender: int) -> bool:
    """Whether the name may be that of a man (1) or a woman (-1)."""
    return name.kind in (Kind.PERSON, Kind.UNKNOWN) and name.gender * gender >= 0
