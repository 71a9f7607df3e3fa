"""The boxes of cited words on pages that are pictures."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from rag.readers.original.drawing import page_picture
from rag.readers.original.lines import DrawnLine, words_of_lines
from rag.readers.pdf.pages import ImageReader
from rag.types import RecognisedLine
from tests.readers.pdf.test_pages import SIZE, pictured, saved

LINE = "Willow mills will wait in Timmermann Will."


def drawn_at(word: str, x: int, y: int) -> tuple[float, float, float, float]:
    """Where the word is drawn in `LINE` that begins at x and y, in pixels."""
    font = ImageFont.load_default(size=SIZE)
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    before = draw.textlength(LINE[: LINE.index(word)], font=font)
    return draw.textbbox((x + before, y), word, font=font)


@pytest.mark.parametrize("word", ["mills", "wait", "Timmermann"])
def test_word_of_a_line_is_marked_from_gap_to_gap(word):
    picture = pictured([LINE], x=80, y=120, width=900, height=400)
    line = DrawnLine(0, len(LINE), 80 / 900, 120 / 400, drawn_at("Will.", 80, 120)[2] / 900, 162 / 400)
    start = LINE.index(word)
    ((box,),) = words_of_lines([line], LINE, [(start, start + len(word))], picture)
    left, _, right, _ = drawn_at(word, 80, 120)
    assert box[0] * 900 <= left + 2
    assert box[2] * 900 >= right - 2
    assert box[2] * 900 - box[0] * 900 < right - left + SIZE


def test_line_that_stands_is_marked_whole():
    line = DrawnLine(0, len(LINE), 0.5, 0.1, 0.55, 0.9)
    assert words_of_lines([line], LINE, [(0, 6)], pictured([])) == [[(0.5, 0.1, 0.55, 0.9)]]


def test_lines_of_a_page_on_its_head_are_marked_whole():
    lines = [DrawnLine(0, 5, 0.1, 0.8, 0.9, 0.9), DrawnLine(6, 11, 0.1, 0.5, 0.9, 0.6)]
    assert words_of_lines(lines, "first again", [(0, 2)], pictured([])) == [[(0.1, 0.8, 0.9, 0.9)]]


def of_picture(path: Path, word: str) -> tuple[np.ndarray, list[list[float]]]:
    document = ImageReader().read(path)
    start = document.text.index(word)
    made = page_picture(
        path,
        max_bytes=10_000_000,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        page=1,
        text=document.text,
        spans=[(start, start + len(word))],
        lines=[
            (line.span.start, line.span.end, line.place.left, line.place.top, line.place.right, line.place.bottom)
            for line in RecognisedLine.all_in(document.metadata)
        ],
    )
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(made["picture"]))).convert("L"))
    return shown, made["places"][0]


def test_recognised_word_is_marked_where_it_is_drawn(tmp_path):
    shown, boxes = of_picture(saved(tmp_path, pictured([LINE], x=80, y=60)), "Timmermann")
    left, top, right, bottom = drawn_at("Timmermann", 80, 60)
    height, width = shown.shape
    ((box_left, box_top, box_right, box_bottom),) = [
        (box[0] * width, box[1] * height, box[2] * width, box[3] * height) for box in boxes
    ]
    assert (box_left, box_right) == (pytest.approx(left, abs=8), pytest.approx(right, abs=8))
    assert box_top <= top + 2
    assert box_bottom >= bottom - 2


def test_photo_that_the_camera_turned_is_shown_as_it_is_seen(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it
    path = saved(tmp_path, pictured([LINE]).rotate(90, expand=True), "page.jpg", exif=exif)
    shown, boxes = of_picture(path, "Timmermann")
    assert shown.shape == (150, 900)
    assert len(boxes) == 1
