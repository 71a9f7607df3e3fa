"""Questions that stand alone: a message that asks several things is cut, and what leans on earlier turns is replaced.

"Is the bridge open, and does it have a toll?" has two answers, in two sentences and often in two documents; what
is searched for is each question by itself, with the meaning of "it" put in its place. What cannot be cut safely stays
whole.

Rules put the people and topics of the last turns in place of the words that lean on them. A model does this better, and
a wrong replacement is worse than none: whatever the turns do not show is left as it is. What the rules add is a name or
a noun phrase of the question or the turns, and never anything else. Each earlier question is itself read with the turns
before it, so that "he" still means who was named three questions ago.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.conversation.ellipsis import completed
from rag.conversation.lexicon import CONTENTLESS
from rag.conversation.memory import Memory, Said, clean, is_topic, said
from rag.conversation.names import Kind
from rag.conversation.pronouns import open_pronoun, with_meanings
from rag.language.english import HELPING, QUESTION_WORDS, STOP_WORDS, THIRD_PERSON, TO_NAMES, one_of
from rag.types import Turn

__all__ = ["asking_back", "questions_in", "standalone_question"]

_CONNECTIVE = re.compile(
    r"(?:(?:and|but|also|so(?! (?:far|many|much)\b)|plus)\b,?"
    r"|(?:ok|okay|well|alright|thanks|thank you)\b[,.!])\s+",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
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


def asking_back(question: str, history: Sequence[Turn]) -> str:
    """What has to be asked before the question, made to stand alone, can be answered; empty when it can be.

    >>> asking_back("Why?", [])
    '“Why?” does not say what it asks about. Write the whole question.'
    >>> asking_back("What did she say?", [Turn(question="When was the bridge built?", answer="In 1932. [1]")])
    'It is not clear who is meant by “she”. Ask again with the name.'
    >>> asking_back("Why was the bridge built?", [])
    ''
    """
    pronoun = open_pronoun(question, _remembered(history)) if history and len(question) <= _MOST_CHARACTERS else ""
    if pronoun:
        return f"It is not clear who is meant by “{pronoun}”. Ask again with the name."
    if all(word in STOP_WORDS | CONTENTLESS for word in _WORD.findall(question.lower())):
        return f"“{question}” does not say what it asks about. Write the whole question."
    return ""


def _read(question: str, memory: Memory) -> str:
    complete = completed(question, memory)
    if complete is not None:
        return with_meanings(complete, memory)
    rest = question
    while (connective := _CONNECTIVE.match(rest)) is not None and len(rest[connective.end() :].split()) > 1:
        rest = rest[connective.end() :]
    if rest != question and question[:1].isupper():
        rest = rest[:1].upper() + rest[1:]
    return with_meanings(rest, memory)


_MOST = 4
_FEWEST_WORDS = 3
_ASKS = rf"{one_of(QUESTION_WORDS)}\b"
_HELPS = rf"{one_of(HELPING)}\b"
_NEXT_SENTENCE = re.compile(r"(?<=\?) +(?=\w)")
_REPORTED = (
    r"(?:(?:why|when|where|who|how|what)|(?:how|which) (?!" + _HELPS + r")\w+)"
    r" (?:it|he|she|they|there|the|an?|this|that)\b"
    r"|what (?!" + _HELPS + r")\w+ (?:it|he|she|they|there)\b"
)
"""What opens a clause and asks nothing: "why it mattered", "how long the strike lasted"."""
_NEXT_ASKED = re.compile(rf",? and (?:also )?(?={_ASKS})(?!(?:{_REPORTED}))", re.IGNORECASE)
_NEXT_YES_OR_NO = re.compile(rf",? and (?:also )?(?={_HELPS} (?:the|a|an|he|she|it|they|[A-Z]))")
_BARE = re.compile(rf"{_ASKS}(?: (?:exactly|exact))?$", re.IGNORECASE)
_BEFORE_ASKING = (TO_NAMES - {"of"}) | {"on", "by", "since", "until"}
_ASKED_FIRST = re.compile(rf"(?:{one_of(_BEFORE_ASKING)} )?{_ASKS}(?: exactly)?", re.IGNORECASE)
_ONE_BY_ONE = re.compile(
    r"\b(?:each|both|all|any|one|some|none|which|most|either|neither) of (?:them|these|those)\b", re.IGNORECASE
)
_POINTS_BACK = re.compile(rf"\b{one_of(THIRD_PERSON | {'them', 'him'})}\b", re.IGNORECASE)
_YES_OR_NO = re.compile(_HELPS, re.IGNORECASE)


def questions_in(text: str) -> tuple[str, ...]:
    """The questions, in order; the text alone when it asks one thing, or more than can be told apart.

    >>> questions_in("Who built the Orrin bridge, and how long did it take?")
    ('Who built the Orrin bridge, and how long did it take?',)
    >>> questions_in("Is the bridge open and does it have a toll?")
    ('Is the bridge open?', 'Does the bridge have a toll?')
    >>> questions_in("When and where was the treaty signed?")
    ('When was the treaty signed?', 'Where was the treaty signed?')
    >>> questions_in("Which ministers are named, and which country is each of them from?")
    ('Which ministers are named, and which country is each of them from?',)
    >>> questions_in("What did Rubio say about territory and trust?")
    ('What did Rubio say about territory and trust?',)
    """
    whole = (text,)
    if len(text) > _MOST_CHARACTERS or _ONE_BY_ONE.search(text):
        return whole
    pieces = [piece for sentence in _NEXT_SENTENCE.split(text.strip()) for piece in _cut(sentence)]
    if not 1 < len(pieces) <= _MOST or not all(map(_asks, pieces)):
        return whole
    pieces = _with_shared_end(pieces)
    if len(pieces[0].split()) < _FEWEST_WORDS - 1:
        return whole
    found = [_as_question(pieces[0])]
    for piece in pieces[1:]:
        history = [Turn(question=question, answer="") for question in found]
        stands = _as_question(standalone_question(_as_question(piece), history))
        is_open = _POINTS_BACK.search(stands) and not _POINTS_BACK.search(" ".join(found))
        if is_open or ":" in stands or len(stands.split()) < _FEWEST_WORDS:
            return whole
        found.append(stands)
    return tuple(dict.fromkeys(found))


def _cut(sentence: str) -> list[str]:
    cut = _NEXT_YES_OR_NO if _YES_OR_NO.match(sentence) else _NEXT_ASKED
    return [piece.strip(" ,") for piece in cut.split(sentence)]


def _asks(piece: str) -> bool:
    return bool(_ASKED_FIRST.match(piece) or _YES_OR_NO.match(piece))


def _with_shared_end(pieces: list[str]) -> list[str]:
    """ "When", "where was it signed?" with the end of the second behind the first."""
    made = [pieces[-1]]
    for piece, _ in reversed(list(pairwise(pieces))):
        asked = _ASKED_FIRST.match(made[0])
        made.insert(0, piece + made[0][asked.end() :] if _BARE.match(piece) and asked else piece)
    return made


def _as_question(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(" ?.!") + "?"
