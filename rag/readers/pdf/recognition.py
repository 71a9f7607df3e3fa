"""The words of a picture of a page, with the places where they stand: of a scan, a photo of a page, letters as curves.

The networks of rapidocr (the extra `ocr`) find where lines stand and read each in a thread; here pages are turned
upright and straight, and what was read is judged and gets its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from statistics import fmean
from typing import NamedTuple

import numpy as np

from rag.readers.pdf.networks import Box, Networks, Picture, ReadLine, networks

__all__ = [
    "MAX_RECOGNISED_PAGES",
    "Picture",
    "Recognised",
    "RecognisedWord",
    "can_recognise",
    "is_bare",
    "load",
    "recognise",
]

MAX_RECOGNISED_PAGES = 500
"""Of one document; each may take as long as another document may."""

_A_FEW, _LEAST_READ, _FEWEST_LETTERS, _SURE = 4, 0.3, 0.3, 0.9
"""Of so many lines a smaller share read, or of what is read a smaller share letters and not surely, is nothing read."""
_N_ASKED = 8
_SHARE_OF_SIZE = 0.83
"""The font size in heights of the box around a line, as the model draws it."""
_SAME_SIZE = 0.15
_LONG = 5.0
"""In heights: a line so long shows whether the page is straight."""
_MOST_SLANT = 0.35
"""Radians: what slants more is not a page that was laid on the glass askew."""
_THINNEST = 8
_STEP, _FEWEST_STEPS = 12, 4
"""Grey values from one pixel to the next at the edge of a letter, at least, and the edges of two strokes."""


class RecognisedWord(NamedTuple):
    """A word as it was read; places in pixels of the picture as it is turned and straightened, y downwards.

    confidence: 0 to 1, of its least certain letter or digit. size: of the font. is_upright: whether it runs as the
    page does.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    confidence: float
    is_upright: bool = True


class Recognised(NamedTuple):
    """What was read in a picture.

    words: line after line as the model finds them, from the top. width, height: of the picture as it is turned to be
    read. quarter_turns: counter-clockwise, by which it was turned for that. slant: radians, clockwise, of its lines.
    is_unreadable: whether it shows lines that cannot be read.
    """

    words: tuple[RecognisedWord, ...]
    width: int
    height: int
    quarter_turns: int
    slant: float
    is_unreadable: bool = False

    def placed(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the box in the picture as it was given, in shares of its width and height."""
        corners = [self._placed(x, y) for x in (left, right) for y in (top, bottom)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return tuple(min(1.0, max(0.0, share)) for share in (min(xs), min(ys), max(xs), max(ys)))  # type: ignore[return-value]

    def confidence_in(self, left: float, top: float, right: float, bottom: float) -> float:
        """Of the least certain word in the box, 0 to 1; 1 where there is none."""
        return min(
            (
                word.confidence
                for word in self.words
                if left <= (word.left + word.right) / 2 <= right and top <= (word.top + word.bottom) / 2 <= bottom
            ),
            default=1.0,
        )

    def _placed(self, x: float, y: float) -> tuple[float, float]:
        x, y = _rotated(x, y, self.slant, self.width, self.height)
        across, down = x / self.width, y / self.height
        return ((across, down), (1 - down, across), (1 - across, 1 - down), (down, 1 - across))[self.quarter_turns]


def can_recognise() -> bool:
    """Whether the extra `ocr` is installed."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def load() -> None:
    """Load the networks, if they are not yet; see `recognise` for what it raises."""
    networks()


def recognise(picture: Picture) -> Recognised:
    """The words in a picture of a page; none where there are none.

    Raises:
        WeightsError: the weights are not those that the makers of rapidocr published.
        ImportError: the extra `ocr` is not installed.
    """
    if is_bare(picture):
        return Recognised((), picture.shape[1], picture.shape[0], 0, 0.0)
    model = networks()
    with model.lock:
        turns, picture, boxes = _upright(model, picture)
        lines = list(model.pool.map(lambda box: model.read(_cut_out(picture, box)), boxes))
    found = [(box, line) for box, line in zip(boxes, lines, strict=True) if line.is_writing]
    height, width = picture.shape
    if _is_unreadable(boxes, found):
        return Recognised((), width, height, turns, 0.0, is_unreadable=True)
    slant = _slant([box for box, _ in found])
    sizes = _sizes([(box.thickness * _SHARE_OF_SIZE, sum(len(word[0]) for word in line.words)) for box, line in found])
    words: list[RecognisedWord] = []
    for (box, line), size in zip(found, sizes, strict=True):
        words += _placed_words(box, line, size, slant=slant, width=width, height=height)
    return Recognised(tuple(words), width, height, turns, slant)


def _is_unreadable(boxes: Sequence[Box], found: Sequence[tuple[Box, ReadLine]]) -> bool:
    """Whether there are lines of which little is read: they are blurred, or in a script that the model never saw.

    Of such a script it reads marks and zeros, and is not sure of them.
    """
    signs = "".join(word[0] for _, line in found for word in line.words)
    is_unsure = signs.count("0") > len(signs) / 2 or fmean([line.confidence for _, line in found] or [0.0]) < _SURE
    is_guessed = sum(map(str.isalpha, signs)) < _FEWEST_LETTERS * len(signs) and is_unsure
    is_lost = sum(box.width for box, _ in found) < _LEAST_READ * sum(box.width for box in boxes)
    return len(boxes) >= _A_FEW and (is_lost or is_guessed)


def is_bare(picture: Picture) -> bool:
    """Whether no line of letters can be in it: nowhere does it go dark and light again twice, across or down.

    >>> is_bare(np.full((20, 20), 255, np.uint8)), is_bare(np.array([[0, 255] * 10] * 20, np.uint8))
    (True, False)
    """
    if min(picture.shape) < _THINNEST:
        return True
    values = picture.astype(np.int16)
    return not any(
        (np.abs(np.diff(values, axis=axis)) > _STEP).sum(axis=axis).max() >= _FEWEST_STEPS for axis in (0, 1)
    )


def _upright(model: Networks, picture: Picture) -> tuple[int, Picture, list[Box]]:
    """How often the picture was turned by a quarter, the picture so that it can be read, and its lines."""
    boxes = model.find(picture)
    lying = sum(box.width for box in boxes if not box.runs_aside)
    standing = sum(box.height for box in boxes if box.runs_aside)
    turns = 0
    if standing > lying:
        turns, picture = 1, np.ascontiguousarray(np.rot90(picture))
        boxes = model.find(picture)
    longest = sorted(boxes, key=lambda box: box.width, reverse=True)[:_N_ASKED]
    asked = [_cut_out(picture, box) for box in longest]
    if 2 * sum(map(model.is_upside_down, asked)) >= max(1, len(asked)):
        turned = [np.ascontiguousarray(np.rot90(line, 2)) for line in asked[:3]]
        as_it_is, on_its_head = (fmean(model.read(line).confidence for line in lines) for lines in (asked[:3], turned))
        if on_its_head > as_it_is:
            turns, picture = turns + 2, np.ascontiguousarray(np.rot90(picture, 2))
            boxes = model.find(picture)
    return turns, picture, boxes


def _cut_out(picture: Picture, box: Box) -> Picture:
    """The line in the box, lying; one that runs up is turned."""
    import cv2

    width, height = max(4, round(box.width)), max(4, round(box.height))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box.corners, target)
    cut: Picture = cv2.warpPerspective(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(cut)) if box.runs_aside else cut


def _slant(boxes: Sequence[Box]) -> float:
    """Radians by which the lines fall to the right: that of the line in the middle, by width."""
    slants = sorted(
        (math.atan2(*(box.corners[1] - box.corners[0])[::-1].tolist()), box.width)
        for box in boxes
        if box.width >= _LONG * box.height
    )
    half = sum(width for _, width in slants) / 2
    for slant, width in slants:
        half -= width
        if half <= 0:
            return slant if abs(slant) <= _MOST_SLANT else 0.0
    return 0.0


def _rotated(x: float, y: float, angle: float, width: float, height: float) -> tuple[float, float]:
    """The point turned clockwise around the middle of a picture."""
    x, y = x - width / 2, y - height / 2
    sine, cosine = math.sin(angle), math.cos(angle)
    return x * cosine - y * sine + width / 2, x * sine + y * cosine + height / 2


def _sizes(heights: Sequence[tuple[float, int]]) -> list[float]:
    """One font size for lines of nearly one height: a line without tall letters is not in another font.

    heights: of each line, with its number of letters.

    >>> _sizes([(10.0, 80), (11.0, 80), (9.5, 70), (20.0, 10)])
    [10.0, 10.0, 10.0, 20.0]
    """
    sizes = [0.0] * len(heights)
    rest = list(range(len(heights)))
    while rest:
        rest.sort(key=heights.__getitem__)
        half = sum(max(1, heights[i][1]) for i in rest) / 2
        for i in rest:
            half -= max(1, heights[i][1])
            if half <= 0:
                break
        middle = heights[i][0]
        near = [i for i in rest if abs(heights[i][0] - middle) <= _SAME_SIZE * middle]
        for i in near:
            sizes[i] = middle
        rest = [i for i in rest if i not in set(near)]
    return sizes


def _placed_words(
    box: Box, line: ReadLine, size: float, *, slant: float, width: int, height: int
) -> Iterator[RecognisedWord]:
    upper_left, upper_right, lower_right, lower_left = box.corners.tolist()
    if box.runs_aside:
        corners = [_rotated(x, y, -slant, width, height) for x, y in (upper_left, lower_right)]
        (left, top), (right, bottom) = corners
        for text, _, _, confidence in line.words:
            yield RecognisedWord(text, left, top, right, bottom, size, round(confidence, 3), is_upright=False)
        return
    for text, begin, end, confidence in line.words:
        places = []
        for share in (begin, end):
            x = upper_left[0] + share * (upper_right[0] - upper_left[0]) + (lower_left[0] - upper_left[0]) / 2
            y = upper_left[1] + share * (upper_right[1] - upper_left[1]) + (lower_left[1] - upper_left[1]) / 2
            places.append(_rotated(x, y, -slant, width, height))
        (left, first_y), (right, last_y) = places
        middle = (first_y + last_y) / 2
        yield RecognisedWord(
            text, left, middle - size / 2, max(right, left + 1), middle + size / 2, size, round(confidence, 3)
        )
