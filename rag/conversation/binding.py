"""Whether a question itself says what its pronoun means, as "What did Rubio say about his talks?" does."""

from __future__ import annotations

import re

from rag.conversation.lexicon import PERSON_ROLES
from rag.conversation.names import Kind, Name, phrases_in
from rag.language.english import ADVERBS, PREPOSITIONS, STOP_WORDS

__all__ = ["is_bound", "may_be"]

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
_SUBJECT = re.compile(r"\b(?:did|does|do|has|have|had|will|would|can|could) ([^\W\d_]{2,})\b", re.IGNORECASE)
_INDEFINITE = re.compile(r"\b(?:an?|any|every|each|which|what) \w+(?: \w+)?", re.IGNORECASE)


def is_bound(sort: str, question: str, pronoun: re.Match[str], named: list[Name]) -> bool:
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


def _head(phrase: Name) -> str:
    return phrase.text.partition(" of ")[0].rpartition(" ")[2]


def _acts_on(name: Name, question: str, pronoun: re.Match[str]) -> bool:
    """Whether the name does something to what the pronoun means, which is then another: "Did Lavrov meet him"."""
    following = _WORD.match(question, pronoun.end() + 1)
    is_object = pronoun.group().lower() in _OBJECTS and (
        following is None or following.group().lower() in PREPOSITIONS | ADVERBS | {"and", "or", "when"}
    )
    between = question[name.end : pronoun.start()].lower().split()
    return is_object and name.acts and len(between) in (1, 2)


def _may_own(name: Name, pronoun: str) -> bool:
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


def may_be(name: Name, gender: int) -> bool:
    """Whether the name may be that of a man (1) or a woman (-1)."""
    return name.kind in (Kind.PERSON, Kind.UNKNOWN) and name.gender * gender >= 0
