"""A message that asks several things, cut into questions that each stand alone.

"Is the bridge open, and does it have a toll?" has two answers, in two sentences and often in two documents; what
is searched for is each question by itself, with the meaning of "it" put in its place. What cannot be cut safely stays
whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.conversation.standalone import standalone_question
from rag.types import Turn

__all__ = ["questions_in"]

_MOST = 4
_MOST_CHARACTERS = 600
_FEWEST_WORDS = 3
_ASKS = r"(?:what|when|where|why|who|whom|whose|which|how)\b"
_HELPS = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b"
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
_ASKED_FIRST = re.compile(rf"(?:(?:in|at|on|by|from|to|for|with|since|until) )?{_ASKS}(?: exactly)?", re.IGNORECASE)
_ONE_BY_ONE = re.compile(
    r"\b(?:each|both|all|any|one|some|none|which|most|either|neither) of (?:them|these|those)\b", re.IGNORECASE
)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their|he|him|his|she|her)\b", re.IGNORECASE)
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
