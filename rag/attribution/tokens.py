"""The words and signs of a sentence's narrative, with what can be told from one word alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.language.english import DETERMINERS, LEADING, PRONOUNS, WEEKDAYS
from rag.language.people import DOTTED_TITLES

__all__ = ["QUOTATION", "Token", "is_capital", "is_possessive", "tokens_of"]

QUOTATION = "“”"
_TOKEN = re.compile(rf"(?:{'|'.join(DOTTED_TITLES)}|St|Lt|Col)\.|(?:[^\W\d_]\.)+(?=[ \w])|\w+(?:[-’'.]\w+)*|[^\w\s]")


class Token(NamedTuple):
    """One word or sign of the narrative; a whole quotation is one token with `word` “”."""

    start: int
    end: int
    word: str
    lower: str


def tokens_of(text: str, pieces: list[tuple[int, int, bool]]) -> list[Token]:
    """The tokens of one sentence, given its pieces as (start, end, is_quoted)."""
    tokens: list[Token] = []
    for start, end, is_quoted in pieces:
        if is_quoted:
            tokens.append(Token(start, end, QUOTATION, QUOTATION))
            continue
        for match in _TOKEN.finditer(text, start, end):
            word = match.group()
            tokens.append(Token(match.start(), match.end(), word, word.lower().replace("’", "'")))
    return tokens


def is_possessive(token: Token) -> bool:
    """Whether the word ends as in "Putin’s" or "Russians’"."""
    return token.lower.endswith(("'s", "s'"))


def is_capital(tokens: list[Token], position: int) -> bool:
    """Whether the token may be part of a proper name."""
    token = tokens[position]
    if not token.word[0].isupper() or token.lower in DETERMINERS or token.lower in PRONOUNS:
        return False
    if position == 0 or tokens[position - 1].word in (QUOTATION, ":", "."):
        return token.lower not in LEADING or (token.word.isupper() and len(token.word) > 1)
    return token.lower not in WEEKDAYS
