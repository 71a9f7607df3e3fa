"""The forms in which people type one question: as it was written, in lower case, as keywords, misspelt."""

from __future__ import annotations

import re
from random import Random

__all__ = ["KEYWORDS_SHARE", "LOWER_SHARE", "MISSPELT_SHARE", "as_keywords", "as_typed", "misspelt"]

LOWER_SHARE, KEYWORDS_SHARE, MISSPELT_SHARE = 0.25, 0.06, 0.05

_LITTLE = frozenset(
    re.findall(
        r"\w+",
        """
        a an the of in on at to for from by with and or is are was were be been did do does has have had what which who
        whom whose when where why how that this it its he his she her they their there as about into
        """,
    )
)
_MIN_KEYWORDS = 2


def as_typed(question: str, random: Random) -> str:
    """The question in one of its forms; most often as it is."""
    drawn = random.random()
    if drawn < LOWER_SHARE:
        return question.lower().rstrip("? ")
    if drawn < LOWER_SHARE + KEYWORDS_SHARE:
        return as_keywords(question)
    if drawn < LOWER_SHARE + KEYWORDS_SHARE + MISSPELT_SHARE:
        return misspelt(question, random)
    return question


def as_keywords(question: str) -> str:
    """Its words without the little ones, when at least two are left.

    >>> as_keywords("When did the ferry to Oslo sink?"), as_keywords("Who is he?")
    ('ferry oslo sink', 'Who is he?')
    """
    words = [word for word in re.findall(r"[\w’'.-]+", question.lower()) if word not in _LITTLE]
    words = [word.strip(".") for word in words]
    return " ".join(words) if len(words) >= _MIN_KEYWORDS else question


def misspelt(question: str, random: Random) -> str:
    """The question with two neighbouring letters of one long word exchanged, or one left out."""
    words = list(re.finditer(r"[A-Za-z]{5,}", question))
    if not words:
        return question
    word = random.choice(words)
    at = random.randrange(word.start() + 1, word.end() - 2)
    if random.random() < 0.5:
        return question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question[:at] + question[at + 1 :]
