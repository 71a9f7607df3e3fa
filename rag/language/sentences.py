"""A text's sentences as exact spans.

Spans come first and text is sliced from them, so that a quote is verbatim by construction. Libraries return sentences
as strings, or lose characters between their spans, or join lines; here a line break always ends a sentence, and every
character that is not blank belongs to exactly one span. Where sentences end within a line is in `boundaries.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.boundaries import sentence_ends
from rag.types import Span

__all__ = ["MAX_SENTENCE_CHARACTERS", "sentence_spans"]

MAX_SENTENCE_CHARACTERS = 1_000
"""A longer sentence is cut, so that a citation is never a wall of text."""

# What str.splitlines takes for a line break, so that "line" means the same here and where lines are counted.
_LINE = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CLAUSE_END = re.compile(r"[,;:–—][\"'”’»)\]]*(?=\s)|[，、；：]")
_BLANK = re.compile(r"\s")
_JOINED = re.compile("[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


def sentence_spans(text: str, language: str = "") -> list[Span]:
    """The sentences of `text`, in order, as spans in code points of `text`.

    No span overlaps another, starts or ends with a blank, is empty, crosses a line break (any of `str.splitlines`) or
    is longer than `MAX_SENTENCE_CHARACTERS`; a longer sentence is cut after a clause, else at a blank, else anywhere.
    Every character that is not blank (`str.isspace`) is in exactly one span. Any string is allowed.

    language: ISO 639-1 code of the text, as `detect_language` gives it; it adds that language's abbreviations,
        ordinal numbers and quotation marks. Empty, or a code without rules of its own: the rules for any text.

    >>> text = "Mr. Wu spoke. “This is a fact,” he said."
    >>> [span.slice(text) for span in sentence_spans(text)]
    ['Mr. Wu spoke.', '“This is a fact,” he said.']
    """
    return [
        Span(start=start, end=end)
        for line in _LINE.finditer(text)
        for first, last in _sentences_of_line(line.group(), language)
        for start, end in _within_limit(text, line.start() + first, line.start() + last)
    ]


def _sentences_of_line(line: str, language: str) -> Iterator[tuple[int, int]]:
    """The trimmed sentences of one line, as offsets into it."""
    start = 0
    for end in [*sentence_ends(line, language), len(line)]:
        trimmed = _trim(line, start, end)
        if trimmed[0] < trimmed[1]:
            yield trimmed
        start = end


def _within_limit(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range itself, or cut into trimmed pieces of at most `MAX_SENTENCE_CHARACTERS`."""
    while end - start > MAX_SENTENCE_CHARACTERS:
        cut = _cut(text, start)
        yield _trim(text, start, cut)
        start = _trim(text, cut, end)[0]
    if start < end:
        yield start, end


def _cut(text: str, start: int) -> int:
    """Where to cut a sentence that is too long: as late as the limit allows, in the second half of the piece."""
    earliest, latest = start + MAX_SENTENCE_CHARACTERS // 2, start + MAX_SENTENCE_CHARACTERS
    for pattern in (_CLAUSE_END, _BLANK):
        found = [match.end() for match in pattern.finditer(text, earliest, latest)]
        if found:
            return found[-1]
    while latest > earliest and (_JOINED.match(text, latest) or text[latest - 1] == "\u200d"):
        latest -= 1
    return latest if latest > earliest else start + MAX_SENTENCE_CHARACTERS


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without blanks at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
