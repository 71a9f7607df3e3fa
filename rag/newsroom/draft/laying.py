"""A quotation laid over a source: where its words stand there, in order, and which of them do not.

First as it is, then piece by piece around what its writer marked as left out or put in, then with the fewest words
changed. Words are letters here (see `words`), so that `rapidfuzz` and `str.find` compare thousands of them at once;
every run of equal words keeps its place on both sides.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from rag.newsroom.draft.source_text import SourceText, Stream
from rag.newsroom.draft.words import QuotedWords
from rag.types import Span

__all__ = ["Fit", "Laid", "Run", "closest", "lay_exactly", "lay_on", "longest_head", "longest_tail"]

_MOST_OF_ELLIPSIS = 150
"""Words that an ellipsis may stand for."""
_MOST_OF_BRACKETS = 12
"""Words that those in brackets may replace."""
_MOST_PLACES = 40
_ENDS = re.compile(r"[.!?…;:]|\n")
_LOOSE = 1
"""Equal words at an edge, apart from the others: chance."""


class Fit(IntEnum):
    """How a quotation lies on its source."""

    CLOSE = 1
    """With words changed."""
    MARKED = 2
    """Word for word but for what is marked."""
    EXACT = 3


class Run(NamedTuple):
    """Equal words: from number `first` in the quotation, from number `place` in the source, `n` of them."""

    first: int
    place: int
    n: int


class Laid(NamedTuple):
    """A quotation on a source. runs: in order on both sides, at least one. share: of its own words that stand there.

    lead, trail: source words before the first run and behind the last one that others of the quotation stand for.
    """

    source: SourceText
    fit: Fit
    runs: tuple[Run, ...]
    share: float
    lead: int = 0
    trail: int = 0

    @property
    def first(self) -> int:
        """Number of the first source word."""
        return self.runs[0].place - self.lead

    @property
    def end(self) -> int:
        """Number behind the last source word."""
        return self.runs[-1].place + self.runs[-1].n + self.trail

    @property
    def span(self) -> Span:
        """From the first word to the last, in the document."""
        return self.source.words.span(self.first, self.end)


def lay_exactly(quoted: QuotedWords, source: SourceText) -> Iterator[Laid]:
    """Every place where the quotation stands word for word, but for what it marks as left out or put in."""
    n_found = 0
    wanted = quoted.words.encoded
    if not wanted:
        return
    for stream in source.streams:
        for place in _places(wanted, stream.encoded):
            yield Laid(
                source, Fit.EXACT if not quoted.gaps else Fit.MARKED, _runs([(0, place, len(wanted))], stream), 1.0
            )
            n_found += 1
    pieces = list(quoted.pieces())
    if n_found or not pieces or (len(pieces) == 1 and not quoted.in_brackets):
        return
    for stream in source.streams:
        for found in _in_pieces(quoted, pieces, stream):
            yield Laid(source, Fit.MARKED, found, 1.0)


def _places(wanted: str, text: str, start: int = 0) -> Iterator[int]:
    place = text.find(wanted, start)
    for _ in range(_MOST_PLACES):
        if place < 0:
            return
        yield place
        place = text.find(wanted, place + 1)


def _in_pieces(quoted: QuotedWords, pieces: Sequence[tuple[int, int]], stream: Stream) -> Iterator[tuple[Run, ...]]:
    wanted = quoted.words.encoded
    (first, end), *rest = pieces
    for place in _places(wanted[first:end], stream.encoded):
        found = [(first, place, end - first)]
        behind, previous = place + end - first, end
        for start, stop in rest:
            is_ellipsis = start in quoted.gaps or any(index in quoted.gaps for index in range(previous, start + 1))
            most = _MOST_OF_ELLIPSIS if is_ellipsis else _MOST_OF_BRACKETS
            n = stop - start
            following = stream.encoded.find(wanted[start:stop], behind, behind + most + n)
            if following < 0:
                break
            found.append((start, following, n))
            behind, previous = following + n, stop
        else:
            yield _runs(found, stream)


def closest(quoted: QuotedWords, source: SourceText, *, at_least: float) -> Laid | None:
    """The place that has most of the quotation's words in order; None below that share of its own words, 0 to 1."""
    wanted = quoted.words.encoded
    best: Laid | None = None
    for stream in source.streams:
        laid = _closest_in(quoted, wanted, stream, source)
        if laid is not None and laid.share >= at_least and (best is None or laid.share > best.share):
            best = laid
    return best


def lay_on(quoted: QuotedWords, source: SourceText, span: Span) -> Laid | None:
    """The words on those of one place; None where they share none."""
    starts = [start for start, _ in source.words.spans]
    first, end = bisect_left(starts, span.start), bisect_left(starts, span.end)
    stream = Stream(source.words.encoded[first:end], range(first, end))
    blocks = [
        (op.src_start, op.dest_start, op.src_end - op.src_start)
        for op in Indel.opcodes(quoted.words.encoded, stream.encoded)
        if op.tag == "equal"
    ]
    n_equal = sum(n for _, _, n in blocks)
    return _close(quoted, source, _runs(blocks, stream), n_equal / max(1, len(quoted))) if blocks else None


def _close(quoted: QuotedWords, source: SourceText, runs: tuple[Run, ...], share: float) -> Laid:
    """The words laid, with those of the same sentence that the first and last of the quotation stand for."""
    n_before = runs[0].first
    n_behind = len(quoted) - runs[-1].first - runs[-1].n
    lead = trail = 0
    while lead < n_before and _joins(source, runs[0].place - lead - 1):
        lead += 1
    end = runs[-1].place + runs[-1].n
    while trail < n_behind and _joins(source, end + trail - 1):
        trail += 1
    return Laid(source, Fit.CLOSE, runs, share, lead, trail)


def _joins(source: SourceText, number: int) -> bool:
    """Whether a source word and the next stand in one sentence."""
    spans = source.words.spans
    if not 0 <= number < len(spans) - 1:
        return False
    between = source.text[spans[number][1] : spans[number + 1][0]]
    return not _ENDS.search(between)


def _closest_in(quoted: QuotedWords, wanted: str, stream: Stream, source: SourceText) -> Laid | None:
    if not wanted or not stream.encoded:
        return None
    if len(stream.encoded) > len(wanted):
        aligned = fuzz.partial_ratio_alignment(wanted, stream.encoded)
        if aligned is None or aligned.score <= 0:
            return None
        room = 4 + len(wanted) // 3
        low, high = max(0, aligned.dest_start - room), min(len(stream.encoded), aligned.dest_end + room)
    else:
        low, high = 0, len(stream.encoded)
    blocks = [
        (op.src_start, low + op.dest_start, op.src_end - op.src_start)
        for op in Indel.opcodes(wanted, stream.encoded[low:high])
        if op.tag == "equal"
    ]
    blocks = _without_loose_ends(blocks)
    if not blocks:
        return None
    n_equal = sum(n for first, _, n in blocks) - sum(
        index in quoted.in_brackets for first, _, n in blocks for index in range(first, first + n)
    )
    return _close(quoted, source, _runs(blocks, stream), n_equal / max(1, quoted.n_own))


def _without_loose_ends(blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Without single words at either end that stand further from the others than they do in the quotation."""
    kept = list(blocks)
    while len(kept) > 1 and kept[0][2] <= _LOOSE:
        apart = kept[1][1] - (kept[0][1] + kept[0][2])
        if apart <= 2 + kept[1][0] - (kept[0][0] + kept[0][2]):
            break
        kept.pop(0)
    while len(kept) > 1 and kept[-1][2] <= _LOOSE:
        apart = kept[-1][1] - (kept[-2][1] + kept[-2][2])
        if apart <= 2 + kept[-1][0] - (kept[-2][0] + kept[-2][2]):
            break
        kept.pop()
    return kept


def _runs(blocks: Sequence[tuple[int, int, int]], stream: Stream) -> tuple[Run, ...]:
    """Blocks of a stream as runs of the source's words, cut where those do not follow each other."""
    runs: list[Run] = []
    for first, place, n in blocks:
        for offset in range(n):
            number = stream.numbers[place + offset]
            if runs and runs[-1].first + runs[-1].n == first + offset and runs[-1].place + runs[-1].n == number:
                runs[-1] = runs[-1]._replace(n=runs[-1].n + 1)
            else:
                runs.append(Run(first + offset, number, 1))
    return tuple(runs)


def longest_head(quoted: QuotedWords, source: SourceText) -> Laid | None:
    """Where the longest beginning of the quotation stands word for word; None when not even its first word does."""
    wanted = quoted.words.encoded
    best: tuple[int, Stream] | None = None
    for stream in source.streams:
        n = _longest(partial(_has_head, wanted, stream.encoded), len(wanted))
        if n and (best is None or n > best[0]):
            best = n, stream
    if best is None:
        return None
    n, stream = best
    return Laid(source, Fit.EXACT, _runs([(0, stream.encoded.find(wanted[:n]), n)], stream), n / len(wanted))


def longest_tail(quoted: QuotedWords, source: SourceText) -> Laid | None:
    """Where the longest end of the quotation stands word for word."""
    wanted = quoted.words.encoded
    best: tuple[int, Stream] | None = None
    for stream in source.streams:
        n = _longest(partial(_has_tail, wanted, stream.encoded), len(wanted))
        if n and (best is None or n > best[0]):
            best = n, stream
    if best is None:
        return None
    n, stream = best
    first = len(wanted) - n
    return Laid(source, Fit.EXACT, _runs([(first, stream.encoded.find(wanted[first:]), n)], stream), n / len(wanted))


def _has_head(wanted: str, text: str, n: int) -> bool:
    return wanted[:n] in text


def _has_tail(wanted: str, text: str, n: int) -> bool:
    return wanted[len(wanted) - n :] in text


def _longest(is_there: Callable[[int], bool], most: int) -> int:
    """The greatest number up to `most` that holds, where each below one that holds does too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_there(middle) else (low, middle - 1)
    return low
