"""PDF files give whole sentences, in reading order, each on its page; what cannot be read is said to be so."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rag.language.sentences import sentence_spans
from rag.readers.pdf import PdfReader
from tests.readers.pdf.writing import (
    EM,
    LEADING,
    OTHER,
    PARAGRAPH,
    SIZE,
    Piece,
    page_of,
    pdf_of,
    read,
    stacked,
)


class TestParagraphs:
    def test_lines_of_a_paragraph_become_one(self, tmp_path):
        assert read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 40))).text == PARAGRAPH

    @pytest.mark.parametrize("leading", [10, 12, 15, 20])
    def test_any_distance_of_lines_is_usual_where_all_have_it(self, tmp_path, leading):
        assert read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 25), leading=leading)).text == PARAGRAPH

    def test_paragraphs_part_at_a_gap(self, tmp_path):
        first, second = textwrap.wrap(PARAGRAPH, 40), textwrap.wrap(OTHER, 40)
        document = read(tmp_path, [*stacked(first), *stacked(second, y=700 - LEADING * len(first) - 8)])
        assert document.text == f"{PARAGRAPH}\n\n{OTHER}"

    def test_paragraphs_part_where_the_next_word_would_have_fitted(self, tmp_path):
        lines = [*textwrap.wrap(PARAGRAPH, 40), *textwrap.wrap(OTHER, 40)]
        assert read(tmp_path, stacked(lines)).text == f"{PARAGRAPH}\n\n{OTHER}"

    def test_paragraphs_part_at_an_indent(self, tmp_path):
        full = textwrap.wrap(PARAGRAPH, 40)
        full[-1] = full[-1].removesuffix(".").ljust(39, "x") + "."
        second = textwrap.wrap(f"xx{OTHER}", 40)
        pieces = [*stacked(full), Piece(60 + 2 * EM, 700 - 12 * len(full), second[0][2:])]
        pieces += stacked(second[1:], y=700 - 12 * (len(full) + 1))
        assert read(tmp_path, pieces).text == f"{' '.join(full)}\n\n{OTHER}"

    def test_heading_stands_alone(self, tmp_path):
        pieces = [Piece(60, 730, "On bridges and", 16), Piece(60, 712, "their towers", 16)]
        document = read(tmp_path, [*pieces, *stacked(textwrap.wrap(PARAGRAPH, 40), y=690)])
        assert document.text == f"On bridges and their towers\n\n{PARAGRAPH}"

    def test_items_of_a_list_stand_alone(self, tmp_path):
        lines = [
            "• One is the first of the items here.",
            "• Two is the second of the items now.",
            "(c) Three is short.",
        ]
        assert read(tmp_path, stacked(lines)).text == "\n\n".join(lines)

    def test_row_of_a_table_is_a_line_with_its_cells(self, tmp_path):
        table = [("1931", "2", "1,500"), ("1932", "4", "2,500"), ("1950", "11", "7,250"), ("1951", "12", "9,000")]
        pieces = [
            Piece(x, 600 - 12 * i, cell)
            for i, row in enumerate(table)
            for x, cell in zip((60, 160, 260), row, strict=True)
        ]
        document = read(tmp_path, [*stacked(textwrap.wrap(PARAGRAPH, 40)), *pieces])
        assert document.text == "\n\n".join([PARAGRAPH, "\n".join("\t".join(row) for row in table)])

    def test_justified_words_stay_in_one_line(self, tmp_path):
        content = (
            b"BT /F 10 Tf 14 Tw 60 700 Td (It is grey) Tj ET BT /F 10 Tf 60 688 Td (all over, say they all.) Tj ET"
        )
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf_of([content]))
        assert PdfReader().read(path).text == "It is grey all over, say they all."


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("They made an inter-", "national treaty.", "They made an international treaty."),
        ("She is a well-", "known writer here.", "She is a well-known writer here."),
        ("It has a state-", "of-the-art engine.", "It has a state-of-the-art engine."),
        ("He had COVID-", "19 in that spring.", "He had COVID-19 in that spring."),
        ("The Franco-", "German border opened.", "The Franco-German border opened."),
        ("Both pre-", "and post-war houses.", "Both pre- and post-war houses."),
        ("From 2019-", "2020 it was closed.", "From 2019-2020 it was closed."),
        ("It is the last-", "ing peace of all.", "It is the lasting peace of all."),
    ],
)
def test_hyphen_at_the_end_of_a_line_goes_unless_it_belongs_to_the_word(tmp_path, first, second, joined):
    assert read(tmp_path, stacked([first, second])).text == joined


@pytest.mark.parametrize(("written", "kept"), [("re-elect", "re-elect"), ("reelect", "reelect")])
def test_document_decides_whether_a_word_has_a_hyphen(tmp_path, written, kept):
    lines = [f"They {written} him often, and they will re-", f"elect him; to {written} him is easy."]
    assert (
        read(tmp_path, stacked(lines)).text
        == f"They {written} him often, and they will {kept} him; to {written} him is easy."
    )


class TestColumns:
    LEFT = textwrap.wrap(PARAGRAPH, 30)
    RIGHT = textwrap.wrap(OTHER, 30)

    def test_columns_are_read_one_after_the_other(self, tmp_path):
        pieces = [*stacked(self.LEFT), *stacked(self.RIGHT, x=60 + 33 * EM)]
        assert read(tmp_path, pieces).text == f"{PARAGRAPH}\n\n{OTHER}"

    @pytest.mark.parametrize("seed", range(4))
    def test_order_in_which_lines_are_drawn_does_not_matter(self, tmp_path, seed):
        title = Piece(100, 720, "A title that runs over all the columns of the page")
        pieces = [title, *stacked(self.LEFT), *stacked(self.RIGHT, x=60 + 33 * EM, y=695)]
        random.Random(seed).shuffle(pieces)
        assert read(tmp_path, pieces).text == f"{title.text}\n\n{PARAGRAPH}\n\n{OTHER}"

    def test_sentence_goes_on_in_the_next_column(self, tmp_path):
        lines = textwrap.wrap(f"{PARAGRAPH} {OTHER}", 30)
        pieces = [*stacked(lines[:4]), *stacked(lines[4:], x=60 + 33 * EM)]
        assert read(tmp_path, pieces).text == f"{PARAGRAPH} {OTHER}"

    def test_three_columns(self, tmp_path):
        third = "They asked again in the autumn, and this time it was granted to them without any delay."
        columns = [textwrap.wrap(text, 20) for text in (PARAGRAPH, OTHER, third)]
        pieces = [piece for i, lines in enumerate(columns) for piece in stacked(lines, x=40 + i * 23 * EM)]
        assert read(tmp_path, pieces).text == f"{PARAGRAPH}\n\n{OTHER}\n\n{third}"

    def test_page_that_is_turned_is_read_as_it_is_seen(self, tmp_path):
        lines = textwrap.wrap(PARAGRAPH, 40)
        upwards = [Piece(100 + i * LEADING, 60, line, SIZE, "0 1 -1 0") for i, line in enumerate(lines)]
        downwards = [Piece(500 - i * LEADING, 700, line, SIZE, "0 -1 1 0") for i, line in enumerate(lines)]
        upside_down = [Piece(500, 100 + i * LEADING, line, SIZE, "-1 0 0 -1") for i, line in enumerate(lines)]
        for pieces in (upwards, downwards, upside_down):
            assert read(tmp_path, pieces).text == PARAGRAPH

    def test_note_along_the_margin_does_not_break_a_sentence(self, tmp_path):
        note = Piece(20, 300, "draft of a later day", SIZE, "0 1 -1 0")
        lines = textwrap.wrap(f"{PARAGRAPH} {OTHER}", 40)
        document = read(tmp_path, [*stacked(lines[:3]), note], stacked(lines[3:]))
        assert document.text == f"draft of a later day\n\n{PARAGRAPH} {OTHER}"

    def test_what_is_drawn_beside_the_page_is_not_read(self, tmp_path):
        assert read(tmp_path, [*stacked([PARAGRAPH[:43]]), Piece(700, 700, "Nobody sees this.")]).text == PARAGRAPH[:43]


class TestPages:
    FIRST = stacked(["Page one says this."])
    THIRD = stacked(["Page three says that."])

    def test_empty_page_begins_where_the_next_one_does(self, tmp_path):
        document = read(tmp_path, self.FIRST, [], self.THIRD, [])
        assert document.text == "Page one says this.\n\nPage three says that."
        assert document.metadata["page_starts"] == "0,21,21,42"
        assert page_of(document, "Page one says this.") == 1
        assert page_of(document, "Page three says that.") == 3

    def test_sentence_that_runs_over_the_page_is_whole_and_opens_where_it_starts(self, tmp_path):
        lines = textwrap.wrap(f"{PARAGRAPH} {OTHER}", 40)
        document = read(tmp_path, stacked(lines[:2]), stacked(lines[2:]))
        assert document.text == f"{PARAGRAPH} {OTHER}"
        pages = [page_of(document, span.slice(document.text)) for span in sentence_spans(document.text)]
        assert pages == [1, 1, 2, 2]
        assert document.metadata["page_starts"] == f"0,{len(' '.join(lines[:2])) + 1}"

    def test_word_that_runs_over_the_page_is_whole(self, tmp_path):
        document = read(tmp_path, stacked(["They signed an inter-"]), stacked(["national treaty. It was the first."]))
        assert document.text == "They signed an international treaty. It was the first."
        assert document.metadata["page_starts"] == "0,20"

    def test_footnote_goes_before_a_sentence_that_runs_over_the_page(self, tmp_path):
        lines = textwrap.wrap(f"{PARAGRAPH} {OTHER}", 40)
        note = Piece(60, 560, "1 The mayor of that year.", 7)
        document = read(tmp_path, [*stacked(lines[:3]), note], stacked(lines[3:]))
        assert document.text == f"1 The mayor of that year.\n\n{PARAGRAPH} {OTHER}"

    def test_finished_sentence_is_not_joined_over_the_page(self, tmp_path):
        document = read(tmp_path, stacked([PARAGRAPH[:43]]), stacked(["and so on it goes."]))
        assert document.text == f"{PARAGRAPH[:43]}\n\nand so on it goes."

    def test_headers_footers_and_page_numbers_are_left_out(self, tmp_path):
        texts = [f"Text {name} stands here alone." for name in ("one", "two", "three", "four", "five")]
        pages = [
            [
                Piece(60, 770, "The Journal of Bridges" if i % 2 else "A. Author", 9),
                Piece(500, 770, str(40 + i), 9),
                *stacked([text]),
                Piece(250, 30, f"Page {i + 1} of 5", 9),
            ]
            for i, text in enumerate(texts)
        ]
        document = read(tmp_path, *pages)
        assert document.text == "\n\n".join(texts)
        assert [page_of(document, text) for text in texts] == [1, 2, 3, 4, 5]

    def test_roman_page_numbers_are_left_out(self, tmp_path):
        pages = [[*stacked([f"Text {number} stands here."]), Piece(300, 30, number)] for number in ("ix", "x", "xi")]
        assert read(tmp_path, *pages).text == "Text ix stands here.\n\nText x stands here.\n\nText xi stands here."

    def test_line_that_only_one_page_has_stays(self, tmp_path):
        pages = [[Piece(60, 770, f"Chapter on {name}"), *stacked([f"Text {name} ends."])] for name in ("ice", "fire")]
        assert read(tmp_path, *pages).text == "Chapter on ice\n\nText ice ends.\n\nChapter on fire\n\nText fire ends."

    def test_text_that_comes_again_on_the_next_page_stays(self, tmp_path):
        lines = textwrap.wrap(PARAGRAPH, 40)
        assert read(tmp_path, stacked(lines, y=770), stacked(lines, y=770)).text == f"{PARAGRAPH}\n\n{PARAGRAPH}"

    def test_number_that_does_not_count_pages_stays(self, tmp_path):
        pages = [[Piece(60, 770, f"{year}"), *stacked([f"Text of {year}."])] for year in (1932, 1950, 1999)]
        assert "1950" in read(tmp_path, *pages).text.split("\n\n")


FOOTNOTES = [
    ["1 See the report of the council."],
    ["1 See the report of the council of 1931,", "which says so.", "2 Nobody knows why."],
    ["* The author died in 1950."],
]


@pytest.mark.parametrize("size", [7, SIZE])
@pytest.mark.parametrize("footnotes", FOOTNOTES)
def test_footnote_stands_in_no_sentence_that_runs_on(tmp_path, size, footnotes):
    text = " ".join([PARAGRAPH, OTHER] * 3)
    lines = textwrap.wrap(text, 60)
    below = stacked(footnotes, y=90, leading=size, size=size)
    document = read(tmp_path, [*stacked(lines[:8]), *below], stacked(lines[8:]))
    assert text in document.text.split("\n\n")
    assert page_of(document, document.text[document.text.index(footnotes[0][:1]) :].split("\n")[0]) == 1


VOCABULARY = [
    *("bridge", "tower", "council", "winter", "autumn", "money", "refused", "painted", "opened", "planned"),
    *("international", "understanding", "machinery", "grandmother", "holiday", "transport", "remember", "beautiful"),
]
SENTENCES = st.lists(st.sampled_from(VOCABULARY), min_size=10, max_size=25).map(
    lambda words: " ".join(words).capitalize() + "."
)


class Set(NamedTuple):
    """Paragraphs set in columns: the pieces of each page, and the page on which each sentence begins."""

    pages: list[list[Piece]]
    page_by_sentence: dict[str, int]


def wrapped(words: Iterable[str], width: int, parts: random.Random) -> list[str]:
    """Lines of at most `width` letters, with words parted at their ends as often as `parts` says."""
    lines, line, waiting = [], "", list(words)
    while waiting:
        word = waiting.pop(0)
        longer = f"{line} {word}".strip()
        if len(longer) <= width:
            line = longer
            continue
        room = min(width - len(line) - 2, len(word) - 3)
        if room >= 3 and word.isalpha() and parts.random() < 0.5:
            line, word = f"{line} {word[:room]}-", word[room:]
        lines.append(line)
        line = ""
        waiting.insert(0, word)
    return [*lines, line]


def set_in_columns(paragraphs: Sequence[Sequence[str]], *, n_columns: int, n_lines: int, parts: random.Random) -> Set:
    width = (80, 38, 24)[n_columns - 1]
    slots = ((page, column, i) for page in range(99) for column in range(n_columns) for i in range(n_lines))
    pages: list[list[Piece]] = []
    page_by_sentence = {}
    for sentences in paragraphs:
        waiting = [(sentence, sentence[:3]) for sentence in sentences]
        lines = wrapped(" ".join(sentences).split(), width, parts)
        for line in lines:
            page, column, i = next(slots)
            pages += [[] for _ in range(page + 1 - len(pages))]
            pages[page].append(Piece(40 + column * (width + 3) * EM, 740 - i * LEADING, line))
            for start in re.findall(r"[A-Z]", line):
                page_by_sentence[waiting.pop(0)[0]] = page + 1
                assert start.isupper()
    for page_number, pieces in enumerate(pages, start=1):
        parts.shuffle(pieces)
        # One page alone does not tell that its header is one.
        header = [Piece(40, 775, "The Journal of Bridges")] if len(pages) > 1 else []
        pieces += [*header, Piece(300, 20, f"- {page_number} -")]
    return Set(pages, page_by_sentence)


@settings(max_examples=25, deadline=None, phases=[Phase.generate], derandomize=True)
@given(
    st.lists(st.lists(SENTENCES, min_size=3, max_size=6), min_size=1, max_size=8),
    st.integers(1, 3),
    st.integers(20, 55),
    st.randoms(use_true_random=False),
)
def test_every_sentence_is_found_whole_and_opens_on_its_page(tmp_path_factory, paragraphs, n_columns, n_lines, parts):
    unique = [[f"{sentence[:-1]} of{i}x{j}." for j, sentence in enumerate(each)] for i, each in enumerate(paragraphs)]
    laid_out = set_in_columns(unique, n_columns=n_columns, n_lines=n_lines, parts=parts)
    document = read(tmp_path_factory.mktemp("set"), *laid_out.pages)
    found = [span.slice(document.text) for span in sentence_spans(document.text)]
    assert found == [sentence for each in unique for sentence in each]
    assert {sentence: page_of(document, sentence) for sentence in found} == laid_out.page_by_sentence


class TestRaisedSigns:
    @pytest.mark.parametrize("gap", [0.0, 0.5, 1.5])
    def test_exponents_stay_and_note_marks_go(self, tmp_path, gap):
        pieces = []
        x = 60.0
        for text, is_up in [
            ("It holds 10", 0),
            ("6", 1),
            (" litres, and 45", 0),
            ("12", 1),
            (" birds died on 3 km", 0),
        ]:
            pieces.append(Piece(x, 704 if is_up else 700, text.rstrip(), 6 if is_up else SIZE))
            x += len(text) * (0.6 * 6 if is_up else EM) + gap * is_up
        pieces.append(Piece(x, 704, "2", 6))
        assert read(tmp_path, pieces).text == "It holds 10⁶ litres, and 45 birds died on 3 km²"

    def test_lowered_digits_stay_with_their_letters(self, tmp_path):
        pieces = [
            Piece(60, 700, "It emits CO"),
            Piece(60 + 11 * EM, 698, "2", 6),
            Piece(60 + 12 * EM, 700, "every day."),
        ]
        assert read(tmp_path, pieces).text == "It emits CO2 every day."
