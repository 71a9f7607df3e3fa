"""Consecutive windows of whole sentences, each short enough for an embedding model.

Text splitters of retrieval libraries count characters or cut inside a sentence and return strings; a passage here is a
range of sentences, so that what is found can be cited sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.types import Span

__all__ = ["Window", "windows"]


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
