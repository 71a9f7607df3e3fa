"""The characters of a PDF page and where they stand, as PDFium says it: boxes, baselines, sizes, quarter turns.

PDFium fills in a structure for each question. Here one is kept for each kind of question, because a page has thousands
of characters.
"""

from __future__ import annotations

import ctypes
import math
from typing import NamedTuple

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

__all__ = ["SMALLEST_SIZE", "Box", "TextPage"]

SMALLEST_SIZE = 0.5
_BELOW_BASELINE, _ABOVE_BASELINE = 0.22, 0.78


class Box(NamedTuple):
    """A rectangle in points, y growing upwards."""

    left: float
    bottom: float
    right: float
    top: float


class TextPage:
    """The characters of a page, each known by its index. text_page: PDFium's own, open while this is used."""

    def __init__(self, text_page: object) -> None:
        self._text_page = text_page
        self._rectangle, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._into_rectangle, self._into_matrix = ctypes.byref(self._rectangle), ctypes.byref(self._matrix)
        self._into_x, self._into_y = ctypes.byref(self._x), ctypes.byref(self._y)

    def characters(self) -> list[str]:
        """The characters of the page, each at its index; a blank for what is none."""
        n_characters = pdfium.FPDFText_CountChars(self._text_page)
        if n_characters <= 0:
            return []
        code_of, text_page = pdfium.FPDFText_GetUnicode, self._text_page
        codes = [code_of(text_page, i) for i in range(n_characters)]
        return [chr(code) if 0 < code < 0x110000 else " " for code in codes]

    def is_generated(self, i: int) -> bool:
        """Whether the file does not draw the character, and PDFium saw a gap in its place."""
        return bool(pdfium.FPDFText_IsGenerated(self._text_page, i))

    def box(self, first: int, last: int) -> Box | None:
        """The box around two characters; of one of them where the other has none, and None where both have none."""
        boxes = [box for i in {first, last} if (box := self._box(i)) is not None]
        if len(boxes) < 2:
            return boxes[0] if boxes else None
        one, other = boxes
        return Box(
            min(one.left, other.left),
            min(one.bottom, other.bottom),
            max(one.right, other.right),
            max(one.top, other.top),
        )

    def _box(self, i: int) -> Box | None:
        if not pdfium.FPDFText_GetLooseCharBox(self._text_page, i, self._into_rectangle):
            return None
        found = self._rectangle
        box = Box(found.left, found.bottom, found.right, found.top)
        return box if math.isfinite(sum(box)) else None

    def origin(self, i: int) -> tuple[float, float]:
        """Where the character begins on its baseline; (0, 0) when PDFium does not know."""
        return self._origin(i) or (0.0, 0.0)

    def _origin(self, i: int) -> tuple[float, float] | None:
        is_known = pdfium.FPDFText_GetCharOrigin(self._text_page, i, self._into_x, self._into_y)
        return (self._x.value, self._y.value) if is_known else None

    def baseline_and_size(self, i: int) -> tuple[float, float]:
        """The height of the character's baseline and the size of its font; the smallest size for what is turned."""
        y = self.origin(i)[1]
        size = abs(pdfium.FPDFText_GetFontSize(self._text_page, i))
        matrix = self._matrix
        if pdfium.FPDFText_GetMatrix(self._text_page, i, self._into_matrix):
            if abs(matrix.b) > 0.1 * abs(matrix.a):
                return 0.0, SMALLEST_SIZE  # it does not run from left to right
            size *= math.hypot(matrix.c, matrix.d)
        return (y, size) if math.isfinite(y) and size >= SMALLEST_SIZE else (0.0, SMALLEST_SIZE)

    def size_and_turns(self, i: int, box: Box) -> tuple[float, int]:
        """The size of the character's font, and its quarter turns counter-clockwise, -1 where it slants.

        box: of its word, whose height stands in for a size that makes no sense.
        """
        size = pdfium.FPDFText_GetFontSize(self._text_page, i)
        if not pdfium.FPDFText_GetMatrix(self._text_page, i, self._into_matrix):
            return max(size, SMALLEST_SIZE), 0
        matrix = self._matrix
        a, b = matrix.a, matrix.b
        size = abs(size) * math.hypot(matrix.c, matrix.d)
        if not math.isfinite(size) or size < SMALLEST_SIZE:
            size = max(box.top - box.bottom, SMALLEST_SIZE)
        if b == 0 and a > 0:
            return size, 0
        turns = math.atan2(b, a) / (math.pi / 2) if math.isfinite(a + b) else 0.0
        return size, round(turns) % 4 if abs(turns - round(turns)) < 0.1 else -1

    def on_its_baseline(self, i: int, box: Box, size: float, quarter_turns: int) -> Box:
        """The box with the height of a line around the character's baseline, because fonts differ within a line."""
        origin = self._origin(i)
        if origin is None or quarter_turns < 0:
            return box
        x, y = origin
        below, above = _BELOW_BASELINE * size, _ABOVE_BASELINE * size
        left, bottom, right, top = box
        if quarter_turns == 0:
            return Box(left, y - below, right, y + above)
        if quarter_turns == 1:
            return Box(x - above, bottom, x + below, top)
        if quarter_turns == 2:
            return Box(left, y - above, right, y + below)
        return Box(x - below, bottom, x + above, top)
