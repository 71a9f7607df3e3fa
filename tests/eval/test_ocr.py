"""Pages are drawn as they say, and what is read of them is counted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from eval import ocr

TEXTS = ["Nobody knows why the bridge is grey, and nobody asks. It was opened in 1932 by the mayor of the town."] * 9
LINE = "The bridge was opened in 1932."


def test_page_holds_the_texts_in_its_columns():
    one, two = ocr.drawn_pages(TEXTS, n=2, seed=0)
    assert one.words == [word for text in TEXTS[:8] for word in text.split()]
    assert len({round(x, 1) for _, x, _ in one.lines}) < len({round(x, 1) for _, x, _ in two.lines}) + 5
    assert np.asarray(one.picture).min() < 128


@pytest.mark.parametrize("kind", ocr.DEGRADATIONS)
def test_page_is_made_worse_in_every_way_and_the_same_way_again(kind):
    picture = Image.new("L", (300, 200), 255)
    ImageDraw.Draw(picture).text((20, 90), LINE, fill=0)
    worse = [np.asarray(ocr.degraded(picture, kind, seed=3)) for _ in range(2)]
    assert np.array_equal(*worse)
    assert (kind == "clean") == np.array_equal(worse[0], np.asarray(picture))


def test_words_lines_places_and_doubt_are_counted():
    picture = Image.new("L", (700, 160), 255)
    ImageDraw.Draw(picture).text((60, 60), LINE, fill=0, font=ImageFont.load_default(size=30))
    right = ocr.Drawn(picture, ((LINE, 0.3, 0.47),))
    wrong = ocr.Drawn(picture, (("The bridge was closed in 1932.", 0.3, 0.9),))
    tally = ocr.measure([right, wrong], "clean", seed=0)
    assert (tally.n_pages, tally.n_words, tally.n_errors) == (2, 12, 1)
    assert (tally.n_lines, tally.n_placed, tally.n_right_lines, tally.n_wrong_lines) == (2, 1, 1, 1)
