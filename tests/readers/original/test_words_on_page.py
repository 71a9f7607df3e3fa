"""The boxes of cited words cover what is drawn of them, and nothing else, on pages of every kind."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from rag.errors import ReadError
from rag.readers.original.drawing import page_picture
from rag.readers.pdf import PdfReader
from rag.types import Document, Span
from tests.readers.pdf.test_reader import VOCABULARY
from tests.readers.pdf.test_scripts import CODE, HEBREW, shown, with_signs
from tests.readers.pdf.writing import EM, LEADING, OTHER, PARAGRAPH, Piece, drawn, pdf_of, stacked

UPWARDS = "0 1 -1 0"


class Drawn(NamedTuple):
    """A word where it is drawn, and which sentence it is of; -1 for a header."""

    piece: Piece
    sentence: int


def typeset(sentences: Sequence[str], *, n_columns: int, n_lines: int, parts: random.Random) -> list[list[Drawn]]:
    """The words of each page; some are parted at the ends of lines."""
    width = (80, 38, 24)[n_columns - 1]
    slots = ((page, column, i) for page in count() for column in range(n_columns) for i in range(n_lines))
    pages: list[list[Drawn]] = []
    slot, used = next(slots), 0
    for number, sentence in enumerate(sentences):
        waiting = sentence.split()
        while waiting:
            word = waiting.pop(0)
            if used + len(word) > width:
                room = min(width - used - 1, len(word) - 3)
                if room >= 3 and word.isalpha() and parts.random() < 0.5:
                    waiting[:0] = [word[:room] + "-", word[room:]]
                    continue
                waiting.insert(0, word)
                slot, used = next(slots), 0
                continue
            page, column, line = slot
            while len(pages) <= page:
                pages.append([Drawn(Piece(40, 775, "The"), -1), Drawn(Piece(40 + 4 * EM, 775, "Journal"), -1)])
            x = 40 + (column * (width + 3) + used) * EM
            pages[page].append(Drawn(Piece(x, 740 - line * LEADING, word), number))
            used += len(word) + 1
    return pages


def turned(word: Drawn, turn: str) -> Drawn:
    piece = word.piece
    if turn == UPWARDS:
        piece = piece._replace(x=40 + 780 - piece.y, y=piece.x, turn=turn)
    return word._replace(piece=piece)


def asked(path: Path, document: Document, page: int, span: Span) -> Mapping[str, Any]:
    """What the process is asked for, as `rag.assembly.originals` asks."""
    on_page = document.page_spans[page - 1]
    start, end = max(span.start, on_page.start), min(span.end, on_page.end)
    return page_picture(
        path,
        max_bytes=10_000_000,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        page=page,
        text=on_page.slice(document.text),
        spans=[(start - on_page.start, end - on_page.start)] if start < end else [(0, 0)],
        lines=[],
    )


def pixels(made: Mapping[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(made["picture"]))).convert("L")).astype(int)


def boxes_in_pixels(made: Mapping[str, Any]) -> Iterator[tuple[slice, slice]]:
    for left, top, right, bottom in made["places"][0]:
        across = slice(int(left * made["width"]), round(right * made["width"]) + 1)
        yield slice(int(top * made["height"]), round(bottom * made["height"]) + 1), across


def written(folder: Path, pages: Sequence[Sequence[Piece]], about_page: str, name: str = "file.pdf") -> Path:
    path = folder / name
    path.write_bytes(pdf_of([drawn(page) for page in pages], page=about_page))
    return path


NOWHERE = Span(start=0, end=0)


@settings(max_examples=15, deadline=None, phases=[Phase.generate], derandomize=True)
@given(
    st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=8, max_size=30), min_size=2, max_size=8),
    st.integers(1, 3),
    st.integers(8, 40),
    st.sampled_from(["", "/Rotate 90", "/Rotate 180", "/Rotate 270"]),
    st.sampled_from(["", "/CropBox [15 10 590 795]", "/CropBox [-50 -50 700 900]"]),
    st.sampled_from(["1 0 0 1", UPWARDS]),
    st.randoms(use_true_random=False),
)
def test_boxes_cover_all_that_is_drawn_of_the_words_of_a_sentence_and_each_holds_some(
    tmp_path_factory, word_lists, n_columns, n_lines, rotation, crop, turn, parts
):
    folder = tmp_path_factory.mktemp("boxes")
    sentences = [" ".join(words).capitalize() + f" of{i}x." for i, words in enumerate(word_lists)]
    typeset_pages = typeset(sentences, n_columns=n_columns, n_lines=n_lines, parts=parts)
    pages = [[turned(word, turn) for word in page] for page in typeset_pages]
    about_page = f"{rotation} {crop}"
    path = written(folder, [[word.piece for word in page] for page in pages], about_page)
    document = PdfReader().read(path)
    cited = parts.randrange(len(sentences))
    start = document.text.index(sentences[cited])
    for number, page in enumerate(pages, start=1):
        made = asked(path, document, number, Span(start=start, end=start + len(sentences[cited])))
        others = [word.piece for word in page if word.sentence != cited]
        without = asked(written(folder, [others], about_page, "without.pdf"), document, 1, NOWHERE)
        is_drawn = pixels(made) != pixels(without)
        held = np.zeros(is_drawn.shape, bool)
        for box in boxes_in_pixels(made):
            assert is_drawn[box].any()
            held[box] = True
        assert not (is_drawn & ~held).any()
        assert len(made["places"][0]) == sum(word.sentence == cited for word in page)


def words_in_boxes(document: Document, path: Path, span: Span) -> list[Sequence[float]]:
    (boxes,) = asked(path, document, 1, span)["places"]
    return boxes


def test_part_of_a_word_is_marked_as_far_as_it_goes(tmp_path):
    path = written(tmp_path, [stacked(["The bridge was opened."])], "")
    document = PdfReader().read(path)
    (whole,) = words_in_boxes(document, path, Span(start=4, end=10))
    (half,) = words_in_boxes(document, path, Span(start=4, end=7))
    assert half[0] == pytest.approx(whole[0], abs=0.002)
    assert half[2] == pytest.approx((whole[0] + whole[2]) / 2, abs=0.003)


def test_same_sentence_twice_has_its_own_boxes(tmp_path):
    path = written(tmp_path, [[*stacked(["It is grey."]), *stacked(["It is grey."], y=600)]], "")
    document = PdfReader().read(path)
    first = words_in_boxes(document, path, Span(start=0, end=11))
    second = words_in_boxes(document, path, Span(start=13, end=24))
    assert [box[3] < 0.2 for box in first] == [True] * 3
    assert [box[1] > 0.2 for box in second] == [True] * 3


def test_row_of_a_table_is_marked_where_its_cells_stand(tmp_path):
    table = [("Year", "Cars", "Ferries"), ("1931", "2", "1,500"), ("1932", "4", "2,500"), ("1950", "11", "7,250")]
    pieces = [
        Piece(x, 600 - 14 * i, cell) for i, row in enumerate(table) for x, cell in zip((60, 160, 260), row, strict=True)
    ]
    path = written(tmp_path, [[*stacked(textwrap.wrap(PARAGRAPH, 40)), *pieces]], "")
    document = PdfReader().read(path)
    start = document.text.index("Year: 1932")
    boxes = words_in_boxes(document, path, Span(start=start, end=document.text.index("\n", start)))
    assert [round(box[0] * 600 / 10) for box in boxes] == [6, 16, 26]
    assert {round(box[1] * 800 / 10) for box in boxes} == {round((800 - 600 + 2 * 14 - 9) / 10)}


def test_words_of_another_page_are_not_marked(tmp_path):
    path = written(tmp_path, [stacked([PARAGRAPH[:43]]), stacked([OTHER[:41]])], "")
    document = PdfReader().read(path)
    span = Span(start=document.text.index(OTHER[:8]), end=len(document.text))
    assert asked(path, document, 1, span)["places"] == [[]]
    assert len(asked(path, document, 2, span)["places"][0]) == len(OTHER[:41].split())


@pytest.mark.parametrize("page", [0, 2, -1])
def test_page_that_is_not_there_is_refused(tmp_path, page):
    path = written(tmp_path, [stacked([PARAGRAPH[:43]])], "")
    document = PdfReader().read(path)
    with pytest.raises(ReadError, match=rf"it has no page {page} - choose one of 1 to 1"):
        page_picture(
            path,
            max_bytes=10_000,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            page=page,
            text=document.text,
            spans=[],
            lines=[],
        )


def test_other_bytes_than_those_that_were_read_are_not_opened(tmp_path):
    path = written(tmp_path, [stacked([PARAGRAPH[:43]])], "")
    with pytest.raises(ReadError, match="it changed while it was opened"):
        page_picture(path, max_bytes=10_000, sha256="0" * 64, page=1, text="", spans=[], lines=[])


def test_words_from_right_to_left_are_marked_where_they_stand(tmp_path):
    words = ["השר", "אמר", "כי", "הגשר", "ייסגר"]
    content, at, x = [], {}, 500.0
    for word in words:
        x -= EM * len(word)
        at[word] = (x, x + EM * len(word))
        content += [shown(CODE[letter], x + EM * i) for i, letter in enumerate(reversed(word))]
        x -= EM
    assert with_signs(tmp_path, "\n".join(content), HEBREW) == " ".join(words)
    path = tmp_path / "signs.pdf"
    document = PdfReader().read(path)
    boxes = words_in_boxes(document, path, Span(start=4, end=10))
    assert [round(box[0] * 600) for box in boxes] == [round(at[word][0] - 1) for word in words[1:3]]
    assert [round(box[2] * 600) for box in boxes] == [round(at[word][1] + 1) for word in words[1:3]]
