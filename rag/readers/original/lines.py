"""Words on the lines of a scanned page: the store knows where a line stands, and the picture shows its gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["DrawnLine", "words_of_lines"]

Shares: TypeAlias = tuple[float, float, float, float]
Picture: TypeAlias = npt.NDArray[np.uint8]

_WORD = re.compile(r"\S+")
_NARROW, _WIDE = frozenset("iljIftr.,;:!|'’‘()[] "), frozenset("mwMW@—…")
_NARROW_WIDTH, _WIDE_WIDTH = 0.55, 1.5
_INK = 0.35
"""A column of pixels holds ink when one of them is so much of the way from the lightest to the darkest, or more."""
_FADING = 0.2
"""In widths of a gap: the edges of letters fade into it."""
_REACH = 1.5
"""In widths of a letter: how far from its reckoned place a gap is looked for."""


class DrawnLine(NamedTuple):
    """A line of the text, from `start` to `end` in it, and its place in shares of the page's width and height."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


def words_of_lines(
    lines: Sequence[DrawnLine], text: str, spans: Sequence[tuple[int, int]], picture: Image.Image
) -> list[list[Shares]]:
    """For each span the boxes of its words in the picture; of a line that does not lie, or on its head, all of it."""
    pixels = np.asarray(picture.convert("L"))
    are_usual = _are_from_the_top(lines)
    found = []
    for start, end in spans:
        boxes: list[Shares] = []
        for line in lines:
            if line.start < end and start < line.end:
                boxes += _words(line, text, start, end, pixels) if are_usual and _lies(line, pixels) else [line[2:]]
        found.append(boxes)
    return found


def _are_from_the_top(lines: Sequence[DrawnLine]) -> bool:
    """Whether lines follow each other downwards for the most part, so that they are read from the left."""
    steps = [following.top - line.top for line, following in pairwise(lines)]
    return sum(step > 0 for step in steps) * 2 >= len(steps)


def _lies(line: DrawnLine, pixels: Picture) -> bool:
    height, width = pixels.shape
    return (line.right - line.left) * width > (line.bottom - line.top) * height or line.end - line.start < 3


def _words(line: DrawnLine, text: str, start: int, end: int, pixels: Picture) -> Iterator[Shares]:
    """The words of the line that lie in the span, each from the gap before it to the one after it."""
    written = text[line.start : line.end]
    words = [match.span() for match in _WORD.finditer(written)]
    widths = np.cumsum([0.0, *(_width(sign) for sign in written)])
    reckoned = [(widths[first] / widths[-1], widths[last] / widths[-1]) for first, last in words]
    places = _at_gaps(reckoned, line, pixels, a_letter=1 / max(1, len(written)))
    for (first, last), (begin, stop) in zip(words, places, strict=True):
        if line.start + first < end and start < line.start + last:
            across = line.right - line.left
            yield line.left + begin * across, line.top, line.left + stop * across, line.bottom


def _width(sign: str) -> float:
    if sign in _NARROW:
        return _NARROW_WIDTH
    return _WIDE_WIDTH if sign in _WIDE else 1.0


def _at_gaps(
    reckoned: Sequence[tuple[float, float]], line: DrawnLine, pixels: Picture, *, a_letter: float
) -> list[tuple[float, float]]:
    """Begin and end of each word, moved to the widest gap near by, if the picture has one."""
    gaps = _gaps(line, pixels)
    places = [list(place) for place in reckoned]
    places[0][0], places[-1][1] = 0.0, 1.0
    for place, following in pairwise(places):
        middle = (place[1] + following[0]) / 2
        near = [gap for gap in gaps if abs((gap[0] + gap[1]) / 2 - middle) <= _REACH * a_letter]
        if near:
            begin, end = max(near, key=lambda gap: gap[1] - gap[0])
            around = _FADING * (end - begin)
            place[1], following[0] = begin + around, end - around
    return [(begin, end) for begin, end in places]


def _gaps(line: DrawnLine, pixels: Picture) -> list[tuple[float, float]]:
    """The runs of columns without ink, as shares of the line's width."""
    height, width = pixels.shape
    top, bottom = int(line.top * height), max(int(line.top * height) + 1, round(line.bottom * height))
    left, right = int(line.left * width), max(int(line.left * width) + 1, round(line.right * width))
    cut = pixels[top:bottom, left:right]
    if cut.size == 0:
        return []
    darkest, lightest = int(cut.min()), int(cut.max())
    is_blank = ~(cut < darkest + (1 - _INK) * (lightest - darkest)).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_blank, [False]]).astype(np.int8)))
    return [(begin / cut.shape[1], end / cut.shape[1]) for begin, end in edges.reshape(-1, 2).tolist()]
