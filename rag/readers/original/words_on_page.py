"""Which words of a page a part of the document's text is: from code points of the text to boxes on the page.

The store keeps texts and no places of words. So the page is read once more, with those around it, which tell its frame,
and laid out as it was; its words come in the order of the text then, and both are compared sign by sign. Where the text
says more than the page, as the names of columns in a row of a table, or other letters, as a hyphen that went, only what
both have is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from rag.readers.pdf.pages import laid_out_text
from rag.readers.pdf.words import Page
from rag.readers.shape.drawn import Word

__all__ = ["N_NEIGHBOURS", "MarkedWord", "words_of_spans"]

N_NEIGHBOURS = 2
"""Pages before and after one that tell which of its lines are its frame."""

_HYPHENS = ("-", "\u2010")
_LONGEST_COMPARED = 30_000
"""Signs: to compare more takes seconds. No page of words to be read has as many."""


class MarkedWord(NamedTuple):
    """A word of the page of which a part is marked: shares of its length, 0 to 1, from where its reading begins."""

    word: Word
    begin: float
    end: float


class _Sign(NamedTuple):
    """A sign of a word: which word, and the how manieth of its signs."""

    word: int
    position: int


def words_of_spans(
    pages: Sequence[Page], number: int, text: str, spans: Sequence[tuple[int, int]]
) -> list[list[MarkedWord]]:
    """For each span, the words of the page that it covers, in reading order.

    pages: the page of that number and its neighbours, in order. text: the part of the document's text that stands on
    the page. spans: start and end in that part.
    """
    words, signs_of_text = _signs_of_text(pages, number, text)
    found = []
    for start, end in spans:
        covered = [sign for sign in signs_of_text[start:end] if sign is not None]
        marked = []
        for at, of_word in groupby(covered, key=lambda sign: sign.word):
            positions = [sign.position for sign in of_word]
            begin, end, length = min(positions), max(positions) + 1, len(words[at].text)
            # The hyphen at the end of a line is a part of the word that is parted there.
            end += words[at].text[end:] in _HYPHENS
            marked.append(MarkedWord(words[at], begin / length, end / length))
        found.append(marked)
    return found


def _signs_of_text(pages: Sequence[Page], number: int, text: str) -> tuple[list[Word], list[_Sign | None]]:
    """The words of the page in reading order, and for each code point of the text the sign that it is, if any."""
    laid_out = laid_out_text(pages)
    words: list[Word] = []
    drawn: list[tuple[str, _Sign | None]] = []
    ends = [start for start, _ in laid_out.line_starts[1:]] + [len(laid_out.text)]
    for (start, line), end in zip(laid_out.line_starts, ends, strict=True):
        if line.page == number:
            drawn += _signs_of_line(laid_out.text[start:end], line.words, len(words), is_row=line.is_row)
            words += line.words
    seen = [(sign, place) for sign, place in drawn if not sign.isspace()]
    written = [i for i, sign in enumerate(text) if not sign.isspace()]
    found: list[_Sign | None] = [None] * len(text)
    one, other = "".join(sign for sign, _ in seen), "".join(text[i] for i in written)
    for i, j in _pairs(one, other):
        found[written[j]] = seen[i][1]
    return words, found


def _signs_of_line(
    line: str, words: Sequence[Word], n_before: int, *, is_row: bool
) -> Iterator[tuple[str, _Sign | None]]:
    """The signs of a line as it is written, each with the one that it is in a word, if it is in any."""
    places: list[_Sign | None] = [None] * len(line)
    written = [i for i, sign in enumerate(line) if not sign.isspace()]
    drawn = [_Sign(n_before + at, position) for at, word in enumerate(words) for position in range(len(word.text))]
    signs = "".join(word.text for word in words)
    if is_row and signs != "".join(line.split()):
        _place_cells(line, words, n_before, places)
    else:
        for i, j in _pairs(signs, "".join(line[i] for i in written)):
            places[written[j]] = drawn[i]
    return zip(line, places, strict=True)


def _place_cells(line: str, words: Sequence[Word], n_before: int, places: list[_Sign | None]) -> None:
    """Place the words of a row, between which names of columns may be written: each where it next stands as a whole."""
    start = 0
    for at, word in enumerate(words):
        found = line.find(word.text, start)
        while found > 0 and not line[found - 1].isspace():
            found = line.find(word.text, found + 1)
        if found >= 0:
            start = found + len(word.text)
            places[found:start] = [_Sign(n_before + at, position) for position in range(len(word.text))]


def _pairs(one: str, other: str) -> Iterator[tuple[int, int]]:
    """Positions of two texts that belong together, in order: equal, or exchanged for each other one by one."""
    if one == other:
        yield from ((i, i) for i in range(len(one)))
        return
    if max(len(one), len(other)) > _LONGEST_COMPARED:
        return
    for part in Levenshtein.opcodes(one, other):
        n = part.src_end - part.src_start
        if part.tag == "equal" or (part.tag == "replace" and n == part.dest_end - part.dest_start):
            yield from zip(range(part.src_start, part.src_end), range(part.dest_start, part.dest_end), strict=True)
