"""A text's sentences as exact spans, and windows of whole sentences, each short enough for an embedding model.

Spans come first and text is sliced from them, so that a quote is verbatim by construction. Libraries return sentences
as strings, or lose characters between their spans, or join lines; here a line break always ends a sentence, and every
character that is not blank belongs to exactly one span. Where sentences end within a line is in `boundaries.py`.

Text splitters of retrieval libraries count characters or cut inside a sentence and return strings; a passage here is a
range of sentences, so that what is found can be cited sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.language.boundaries import sentence_ends
from rag.types import Span

__all__ = ["MAX_SENTENCE_CHARACTERS", "Window", "sentence_spans", "windows"]

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


class Window(NamedTuple):
    """Consecutive sentences by ordinal, first and last included, and the span from the first to the last."""

    first_sentence: int
    last_sentence: int
    span: Span


def windows(spans: Sequence[Span], token_counts: Sequence[int], max_tokens: int) -> list[Window]:
    """The fewest windows that hold every sentence once, in order, as even in length as whole sentences allow.

    `token_counts[i]` belongs to `spans[i]`; the counts of a window sum to at most `max_tokens`. A sentence that alone
    has more gets a window of its own. A sentence of no tokens counts as one. No sentences give no windows.

    Raises:
        ValueError: `spans` and `token_counts` differ in length, a count is negative, or `max_tokens` is below 1.

    >>> spans = [Span(start=0, end=5), Span(start=6, end=11), Span(start=12, end=17), Span(start=18, end=23)]
    >>> [window[:2] for window in windows(spans, [4, 4, 4, 4], max_tokens=12)]
    [(0, 1), (2, 3)]
    """
    if len(spans) != len(token_counts):
        raise ValueError(f"every span needs a token count, got {len(spans)} spans and {len(token_counts)} counts")
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    if any(count < 0 for count in token_counts):
        raise ValueError(f"token counts must not be negative, got {min(token_counts)}")
    return [
        Window(first, last, Span(start=spans[first].start, end=spans[last].end))
        for first, last in _even_ranges([max(count, 1) for count in token_counts], max_tokens)
    ]


def _even_ranges(counts: Sequence[int], limit: int) -> list[tuple[int, int]]:
    """Ranges of ordinals, ends included: the fewest possible, and of those the least sum of squared lengths.

    Dynamic programming over the place where the last window begins. Filling each window in turn would need as few,
    but leaves a last one of a sentence or two, whose vector says little. Takes len(counts) times the number of
    sentences in a full window, which is why a count is never zero.
    """
    costs = [(0, 0)]  # of the best division of the first i sentences: (number of windows, sum of squares)
    firsts: list[int] = []  # where the last window of that division begins
    for last in range(len(counts)):
        total = counts[last]
        best, best_first = _with_window(costs[last], total), last
        for first in range(last - 1, -1, -1):
            total += counts[first]
            if total > limit:
                break
            best, best_first = min((best, best_first), (_with_window(costs[first], total), first))
        costs.append(best)
        firsts.append(best_first)
    ranges: list[tuple[int, int]] = []
    last = len(counts) - 1
    while last >= 0:
        ranges.append((firsts[last], last))
        last = firsts[last] - 1
    return ranges[::-1]


def _with_window(cost: tuple[int, int], total: int) -> tuple[int, int]:
    """The cost of a division after one more window of `total` tokens."""
    return cost[0] + 1, cost[1] + total * total
