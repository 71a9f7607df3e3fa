"""Texts as strings of words: one letter stands for each distinct word, so that words are searched as fast as letters.

What people write in different ways and mean as one is one word: case, accents, kinds of apostrophes, soft hyphens.
Every word keeps where it stands, so that what is found is sliced from the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.attribution.names import fold
from rag.types import Span

__all__ = ["QuotedWords", "Vocabulary", "Words", "key_of", "read_quotation", "read_words"]

_ALONE = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Letters of scripts that write no blanks between words."""
_LETTER = rf"(?:[^\W_{_ALONE}]|[\u00ad\u200b-\u200d\u0300-\u036f])"
_PLAIN = rf"[{_ALONE}]|\d+(?:[.,:]\d+)*|{_LETTER}+(?:['’ʼ‘]{_LETTER}+)*|%"
_CASED = r"\[(?P<letter>[^\W\d_])\](?P<rest>[^\W\d_]+(?:['’][^\W\d_]+)*)"
_ELLIPSIS = r"[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[\])]|…|\.\s?\.\s?\.(?:\s?\.)?"
_SOURCE_WORD = re.compile(rf"{_CASED}|{_PLAIN}")
_DRAFT_WORD = re.compile(rf"(?P<gap>{_ELLIPSIS})|{_CASED}|(?P<bracket>\[[^\[\]\n]{{1,160}}\])|{_PLAIN}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d]")
_FIRST_LETTER, _BEFORE_HALVES, _AFTER_HALVES = 0x100, 0xD7FF, 0xE000
_SIC = frozenset({"sic", "sic!"})


class Vocabulary:
    """One letter for each distinct word, shared by all texts that are compared."""

    def __init__(self) -> None:
        self._letter_by_word: dict[str, str] = {}
        self._letter_by_key: dict[str, str] = {}
        self._next = _FIRST_LETTER

    def letter(self, word: str) -> str:
        """The letter that stands for the word, in whatever case and with whatever accents."""
        letter = self._letter_by_word.get(word)
        if letter is None:
            key = key_of(word)
            letter = self._letter_by_key.get(key)
            if letter is None:
                letter = self._letter_by_key[key] = chr(self._next)
                self._next = self._next + 1 if self._next != _BEFORE_HALVES else _AFTER_HALVES
            self._letter_by_word[word] = letter
        return letter


def key_of(word: str) -> str:
    """What is compared of a word.

    >>> key_of("Don’t"), key_of("Émigrés")
    ("don't", 'emigres')
    """
    return fold(_INVISIBLE.sub("", word).replace("’", "'").replace("ʼ", "'").replace("‘", "'"))


class Words(NamedTuple):
    """The words of a text; `encoded` has one letter for each, whose place is that in `spans`."""

    text: str
    spans: list[tuple[int, int]]
    encoded: str

    def span(self, first: int, end: int) -> Span:
        """Where the words from number `first` up to `end` stand; an empty place before `first` when there are none."""
        if first >= end:
            place = self.spans[first][0] if first < len(self.spans) else self.spans[-1][1] if self.spans else 0
            return Span(start=place, end=place)
        return Span(start=self.spans[first][0], end=self.spans[end - 1][1])

    def words(self, first: int, end: int) -> list[str]:
        """The words as they are written."""
        return [self.text[start:stop] for start, stop in self.spans[first:end]]


def read_words(text: str, vocabulary: Vocabulary, start: int = 0, end: int | None = None) -> Words:
    """The words of a text, or of a part of it; positions are those in the whole.

    >>> words = read_words("We’re on time.", Vocabulary())
    >>> words.words(0, 3), len(words.encoded)
    (['We’re', 'on', 'time'], 3)
    """
    spans, letters = [], []
    for found in _SOURCE_WORD.finditer(text, start, len(text) if end is None else end):
        spans.append(found.span())
        letters.append(vocabulary.letter(_written(found)))
    return Words(text, spans, "".join(letters))


def _written(found: re.Match[str]) -> str:
    """The word; one that the writer gave another first letter, as in "[w]e", with that letter."""
    return found["letter"] + found["rest"] if found["letter"] else found[0]


class QuotedWords(NamedTuple):
    """A quotation of a draft as its words, with what its writer marked.

    in_brackets: numbers of the words that stand in [brackets].
    gaps: number of the word before which an ellipsis stands → where that is in the draft.
    """

    words: Words
    in_brackets: frozenset[int]
    gaps: dict[int, Span]

    def __len__(self) -> int:
        return len(self.words.encoded)

    @property
    def n_own(self) -> int:
        """How many words are said to be the source's."""
        return len(self) - len(self.in_brackets)

    def pieces(self) -> Iterator[tuple[int, int]]:
        """The runs of words between brackets and ellipses, as half-open ranges of their numbers."""
        start = 0
        for index in range(len(self) + 1):
            is_end = index == len(self) or index in self.in_brackets or index in self.gaps
            if is_end and index > start:
                yield start, index
            if index in self.in_brackets:
                start = index + 1
            elif is_end:
                start = index


def read_quotation(text: str, span: Span, vocabulary: Vocabulary) -> QuotedWords:
    """The words of a draft's quotation, positions in the whole draft.

    >>> quoted = read_quotation("[W]e saw … [the] ice", Span(start=0, end=20), Vocabulary())
    >>> quoted.words.words(0, 4), sorted(quoted.in_brackets), list(quoted.gaps), list(quoted.pieces())
    (['[W]e', 'saw', 'the', 'ice'], [2], [2], [(0, 2), (3, 4)])
    """
    spans: list[tuple[int, int]] = []
    letters: list[str] = []
    in_brackets: set[int] = set()
    gaps: dict[int, Span] = {}
    for found in _DRAFT_WORD.finditer(text, span.start, span.end):
        if found["gap"]:
            gaps[len(spans)] = Span(start=found.start(), end=found.end())
        elif found["bracket"]:
            if found[0][1:-1].strip().lower() in _SIC:
                continue
            for inner in _SOURCE_WORD.finditer(text, found.start() + 1, found.end() - 1):
                in_brackets.add(len(spans))
                spans.append(inner.span())
                letters.append(vocabulary.letter(inner[0]))
        else:
            spans.append(found.span())
            letters.append(vocabulary.letter(_written(found)))
    return QuotedWords(Words(text, spans, "".join(letters)), frozenset(in_brackets), gaps)
