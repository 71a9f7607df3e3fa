"""A question in small letters, or in capitals, as it is meant: with the capitals of names, and slips mended.

Only the words of the question are looked for in the passages and among the names of those who speak: to take all of
them apart for each question takes longer than to rank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache

from rag.attribution import Speakers
from rag.language.countries import COUNTRIES
from rag.language.english import STOP_WORDS
from rag.language.people import FEMALE_NAMES, MALE_NAMES, ROLES
from rag.language.words import stem
from rag.retrieval.ranking import rows_by_word
from rag.storage import StoredPassage

__all__ = ["as_meant"]


def as_meant(question: str, passages: Sequence[StoredPassage], speakers: Speakers) -> str:
    """A question in capitals only, or without any, with those that the passages write; slips of spelling mended.

    A word that the passages write with a capital inside of sentences gets it, and so does one that is a first name, a
    country, or rare and in none of them. A long word that is rare and in none of them, and has the letters of one that
    is but for a slip, is read as that one; not so a name, since another name is somebody else. Other words, and a
    question that has capitals, stay as they are.
    """
    if any(word != word.lower() for word in question.split()[1:]) and not question.isupper():
        return question
    written = _Written(passages, speakers)
    lower = question.lower()
    found = _LETTERS.sub(lambda match: _as_written(match[0], written), lower)
    return found if question == lower or question.isupper() else found[:1].upper() + found[1:]


class _Written:
    """How passages, their headings and speakers write a word that is given in lower case."""

    def __init__(self, passages: Sequence[StoredPassage], speakers: Speakers) -> None:
        self._text = "\n".join(f"{passage.title}\n{passage.text}" for passage in passages)
        self._headings = " ".join(passage.heading.removeprefix(passage.title) for passage in passages)
        self._lower, self._lower_headings = _lower(self._text), _lower(self._headings)
        self._speakers = speakers

    def usually(self, word: str) -> str:
        """The form that it has most often inside of sentences and in names; empty where it has none there."""
        forms = Counter(
            self._text[start : start + len(word)]
            for start in _places(word, self._lower)
            if self._text[start - 1 : start] == " " and _MIDDLE.match(self._text[max(0, start - 2) : start - 1])
        )
        forms.update(self._headings[start : start + len(word)] for start in _places(word, self._lower_headings))
        forms.update(self._speakers.written(word))
        return forms.most_common(1)[0][0] if forms else ""

    def has(self, word: str) -> bool:
        """Whether it stands anywhere in the passages or their titles."""
        return next(_places(word, self._lower), None) is not None

    def like(self, word: str) -> str:
        """The word of the passages with the same letters but for a slip; empty where there is none."""
        there = {each.lower() for each in _LETTERS.findall(self._text)}
        alike = get_close_matches(word, [each for each in there if each[0] == word[0]], 1, _SLIP)
        return alike[0] if alike else ""


def _lower(text: str) -> str:
    """The text in lower case, each letter in its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _places(word: str, text: str) -> Iterator[int]:
    """Where the word stands in the text with no letter beside it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not _LETTERS.match(text[start - 1 : start]) and not _LETTERS.match(text[end : end + 1]):
            yield start
        start = text.find(word, end)


def _as_written(word: str, written: _Written) -> str:
    """The word with its capitals, if it has some."""
    if len(word) == 1 or word in STOP_WORDS or word in ROLES:
        return word
    if usual := written.usually(word):
        return usual
    if written.has(word):
        return word
    if word in FEMALE_NAMES or word in MALE_NAMES or word in _OF_COUNTRIES:
        return word.capitalize()
    if len(word) < _N_LETTERS_OF_RARE or word in rows_by_word() or stem(word) in _stems_of_english():
        return word
    alike = written.like(word)
    is_name = bool(alike) and (written.usually(alike) or alike) != alike
    return alike if alike and not is_name else word.capitalize()


@cache
def _stems_of_english() -> frozenset[str]:
    return frozenset(map(stem, rows_by_word()))


_LETTERS = re.compile(r"[^\W\d_]+")
_MIDDLE = re.compile(r"[\w,;:)]")
"""What stands before the blank before a word inside of a sentence, which has a capital only as a name."""
_N_LETTERS_OF_RARE = 5
_SLIP = 0.84
"""Share of letters in common from which on a word may be a slip for another: one of six or more."""
_OF_COUNTRIES = frozenset(
    name for country in COUNTRIES for name in (*country.names, *country.adjectives, *country.capitals)
)
