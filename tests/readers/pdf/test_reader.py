"""PDF files give whole sentences, in reading order, each on its page; what cannot be read is said to be so."""

from __future__ import annotations

import random
import re
import textwrap
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rag.answering.citations import Numbering
from rag.errors import ReadError
from rag.language.sentences import sentence_spans
from rag.protocols import Reader
from rag.readers.isolated import Isolation
from rag.readers.pdf import MAX_PAGES, PdfReader
from rag.types import Document, Evidence

WIDTH, HEIGHT = 600, 800
SIZE, LEADING = 10, 12
EM = 0.6 * SIZE
"""Every letter of Courier is this wide, so that a test knows where each word stands."""


class Piece(NamedTuple):
    """A text drawn with its baseline beginning at (x, y), y growing upwards."""

    x: float
    y: float
    text: str
    size: float = SIZE
    turn: str = "1 0 0 1"


def stacked(lines: Iterable[str], *, x: float = 60, y: float = 700, leading: float = LEADING, size: float = SIZE):
    return [Piece(x, y - i * leading, line, size) for i, line in enumerate(lines)]


def drawn(pieces: Iterable[Piece]) -> bytes:
    escape = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
    return "\n".join(
        f"BT /F {piece.size} Tf {piece.turn} {piece.x} {piece.y} Tm ({piece.text.translate(escape)}) Tj ET"
        for piece in pieces
    ).encode("cp1252")


def pdf_of(
    contents: Sequence[bytes], *, catalog: str = "", trailer: str = "", page: str = "", more: Sequence[bytes] = ()
):
    """A PDF of these content streams. The objects of `more` are numbered from 4, those of the pages come after them."""
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {catalog}>>".encode(),
        b"",
        b"<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>",
        *more,
    ]
    kids = []
    for content in contents:
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {len(objects) + 2} 0 R "
            f"/Resources <</Font <</F 3 0 R>> /XObject <</I 4 0 R>>>> {page}>>".encode()
        )
        objects.append(b"<</Length %d>> stream\n%b\nendstream" % (len(content), content))
    objects[1] = f"<</Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}]>>".encode()
    file, places = bytearray(b"%PDF-1.5\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj %b endobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += f"trailer <</Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)


def read(folder: Path, *pages: Iterable[Piece], **options: object) -> Document:
    path = folder / "file.pdf"
    path.write_bytes(pdf_of([drawn(page) for page in pages], **options))
    return PdfReader().read(path)


def reason_of(folder: Path, data: bytes) -> str:
    path = folder / "file.pdf"
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        PdfReader().read(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def page_of(document: Document, sentence: str) -> int:
    """The page on which a citation of the sentence opens; the sentence has to be one of the document's."""
    span = next(span for span in sentence_spans(document.text) if span.slice(document.text) == sentence)
    evidence = Evidence(number=1, document_id=document.id, source="", title="", span=span, quote=sentence, score=1.0)
    return Numbering(lambda _: document).cite([evidence])[0].page


PARAGRAPH = "The bridge was opened in 1932 by the mayor. It is painted grey every year, and nobody knows why that is."
OTHER = "A second tower was planned in the spring. The council of the city refused it, because money was short then."


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


class TestMetadata:
    XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" prism:publicationDate="2024-05-06T00:00:00Z">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Bridges of steel</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ada Wu</rdf:li><rdf:li>Bo Li</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>"""

    def info(self, **entries: str) -> dict[str, object]:
        written = " ".join(f"/{name} ({value})" for name, value in entries.items())
        return {"trailer": "/Info 4 0 R", "more": [f"<<{written}>>".encode()]}

    def xmp(self, packet: str) -> dict[str, object]:
        data = packet.encode()
        stream = b"<</Type /Metadata /Subtype /XML /Length %d>> stream\n%b\nendstream" % (len(data), data)
        return {"catalog": "/Metadata 4 0 R", "more": [stream]}

    def test_information_dictionary(self, tmp_path):
        entries = self.info(Title="On  Bridges", Author="Ada Wu", CreationDate="D:20250312182200+01'00'")
        document = read(tmp_path, stacked(["Text."]), catalog="/Lang (en-GB)", **entries)
        assert document.title == "On Bridges"
        assert document.metadata == {
            "author": "Ada Wu",
            "created": "2025-03-12",
            "language": "en-GB",
            "page_starts": "0",
        }

    def test_xmp_packet(self, tmp_path):
        document = read(tmp_path, stacked(["Text."]), **self.xmp(self.XMP))
        assert document.title == "Bridges of steel"
        assert document.metadata == {
            "author": "Ada Wu, Bo Li",
            "published": "2024-05-06",
            "language": "en-GB",
            "page_starts": "0",
        }

    @pytest.mark.parametrize(
        "packet",
        [
            XMP[:-30],
            XMP.replace("<dc:title>", "<dc:titel>"),
            '<x:xmpmeta><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a></x:xmpmeta>',
            "<x:xmpmeta>" * 3,
        ],
    )
    def test_packet_that_is_no_good_says_nothing(self, tmp_path, packet):
        document = read(tmp_path, stacked(["Text."]), **self.xmp(packet))
        assert (document.title, dict(document.metadata)) == ("file.pdf", {"page_starts": "0"})

    @pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft3.doc", "paper.dvi", "C:/tmp/a.pdf", "12.3"])
    def test_title_of_a_program_gives_way_to_the_largest_heading(self, tmp_path, title):
        pieces = [*stacked(textwrap.wrap(PARAGRAPH, 40), y=650), Piece(60, 700, "On bridges", 16)]
        assert read(tmp_path, pieces, **self.info(Title=title)).title == "On bridges"

    def test_name_of_the_file_stands_in_for_a_title(self, tmp_path):
        assert (
            read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 40)), **self.info(Author="anonymous")).title == "file.pdf"
        )


IMAGE = (
    b"<</Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1>>"
    b" stream\nA\nendstream"
)
SHOWN_IMAGE = b"q 500 0 0 700 50 50 cm /I Do Q"
PASSWORD = {
    "trailer": f"/Encrypt 4 0 R /ID [<{'00' * 16}> <{'00' * 16}>]",
    "more": [f"<</Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}>>>".encode()],
}


class TestWhatCannotBeRead:
    def test_password(self, tmp_path):
        assert "has a password" in reason_of(tmp_path, pdf_of([b""], **PASSWORD))

    def test_pictures_of_pages(self, tmp_path):
        assert "pictures of pages" in reason_of(tmp_path, pdf_of([SHOWN_IMAGE, SHOWN_IMAGE], more=[IMAGE]))

    def test_picture_among_pages_of_text_is_told(self, tmp_path):
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf_of([drawn(stacked(["Text."])), SHOWN_IMAGE, SHOWN_IMAGE], more=[IMAGE]))
        assert PdfReader().read(path).metadata == {"page_starts": "0,5,5", "pages_without_text": "2,3"}

    def test_no_text_at_all(self, tmp_path):
        assert "there is no text in it" in reason_of(tmp_path, pdf_of([b"", b"0 0 10 10 re f"]))

    def test_signs_without_meaning(self, tmp_path):
        font = (
            b"<</Type /Font /Subtype /Type0 /BaseFont /ABCDEF+X /Encoding /Identity-H /DescendantFonts [<</Type /Font "
            b"/Subtype /CIDFontType2 /BaseFont /ABCDEF+X /DW 600 /CIDSystemInfo <</Registry (Adobe) "
            b"/Ordering (Identity) /Supplement 0>>"
            b" /FontDescriptor <</Type /FontDescriptor /FontName /ABCDEF+X /Flags 4>>>>]>>"
        )
        content = b"BT /F 10 Tf 60 700 Td <0024002500260003002700280029> Tj ET"
        data = pdf_of([content], more=[font]).replace(b"/F 3 0 R", b"/F 4 0 R")
        assert "fonts do not say" in reason_of(tmp_path, data)

    @pytest.mark.parametrize("data", [b"", b"   \n"])
    def test_empty_file(self, tmp_path, data):
        assert "it is empty" in reason_of(tmp_path, data)

    @pytest.mark.parametrize(
        "data", [b"A text file.", b"PK\x03\x04" + bytes(100), b"<html>%PD</html>", b"\x89PNG\r\n\x1a\n"]
    )
    def test_other_kind_of_file(self, tmp_path, data):
        assert "it is no PDF" in reason_of(tmp_path, data)

    @pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\ntrailer <</Root 1 0 R>>", b"%PDF-" + bytes(2000)])
    def test_damaged_file(self, tmp_path, data):
        assert "it is damaged" in reason_of(tmp_path, data)

    def test_absurd_number_of_pages(self, tmp_path):
        data = pdf_of([drawn(stacked(["Text."]))])
        assert f"more than {MAX_PAGES:,}" in reason_of(tmp_path, data.replace(b"/Count 1 ", b"/Count 100000 "))

    def test_pages_that_are_claimed_and_missing(self, tmp_path):
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf_of([drawn(stacked(["Text."]))]).replace(b"/Count 1 ", b"/Count 5 "))
        assert PdfReader().read(path).text == "Text."

    def test_too_large(self, tmp_path):
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf_of([b" " * 1000]))
        with pytest.raises(ReadError, match=r"more than the 1,000 allowed"):
            PdfReader(max_bytes=1_000).read(path)


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


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The file cut off, with bytes changed, or with a piece of it moved to another place."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 5, 40])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    if chance.random() < 0.3:
        start, end = sorted(chance.choices(range(len(changed)), k=2))
        place = chance.randrange(len(changed))
        changed[place:place] = changed[start:end]
    return bytes(changed[: chance.randrange(len(changed))]) if chance.random() < 0.5 else bytes(changed)


NESTED = b"[" * 100_000 + b"]" * 100_000
BOMB = zlib.compress(b"BT /F 10 Tf 1 0 0 1 60 700 Tm (Bomb) Tj ET " * 3_000_000, 9)


@pytest.fixture(scope="module")
def reader():
    with closing(Isolation(max_seconds=20, max_memory_bytes=400_000_000)) as isolation:
        yield isolation.reader("rag.readers.pdf:PdfReader", media_types=PdfReader.media_types)


class TestHostileFiles:
    """In a process of its own, as the assistant reads them: whatever happens there, this one gets an answer."""

    def outcome(self, reader: Reader, folder: Path, data: bytes) -> str:
        path = folder / "hostile.pdf"
        path.write_bytes(data)
        try:
            return reader.read(path).text
        except ReadError as error:
            return error.reason

    @pytest.mark.parametrize("seed", range(10))
    def test_damaged_files_are_read_or_refused(self, reader, tmp_path, seed):
        chance = random.Random(seed)
        pages = [drawn(stacked(textwrap.wrap(text, 40))) for text in (PARAGRAPH, OTHER)]
        good = pdf_of([*pages, SHOWN_IMAGE], more=[IMAGE], catalog="/Lang (en)")
        outcomes = [self.outcome(reader, tmp_path, mutated(good, chance)) for _ in range(15)]
        assert all(outcomes)
        assert self.outcome(reader, tmp_path, good) == f"{PARAGRAPH}\n\n{OTHER}"

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(pdf_of([b"[" * 200_000]), id="arrays in a page"),
            pytest.param(pdf_of([b""], catalog=f"/Names {NESTED.decode()}"), id="arrays in the catalogue"),
            pytest.param(pdf_of([b""], catalog="/Names " + "<</A " * 50_000 + ">>" * 50_000), id="dictionaries"),
            pytest.param(pdf_of([b"q " * 1_000_000]), id="graphic states"),
            pytest.param(pdf_of([b""]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), id="pages inside themselves"),
            pytest.param(pdf_of([b""]).replace(b"/Count 1 ", b"/Count 2147483647 "), id="two thousand million pages"),
            pytest.param(pdf_of([b""]).replace(b"/Count 1 ", b"/Count -5 "), id="fewer than no pages"),
            pytest.param(pdf_of([b"/I Do"], more=[IMAGE.replace(b"Width 1", b"Width 99999999")]), id="a huge picture"),
        ],
    )
    def test_file_built_to_do_harm_is_refused(self, reader, tmp_path, data):
        assert re.search(" - | and ", self.outcome(reader, tmp_path, data))

    def test_content_that_unpacks_without_end_is_refused(self, reader, tmp_path):
        assert len(BOMB) < 1_000_000
        data = pdf_of([b"PLACE"]).replace(
            b"<</Length 5>> stream\nPLACE", b"<</Length %d /Filter /FlateDecode>> stream\n%b" % (len(BOMB), BOMB)
        )
        assert re.search("memory|longer than 20 seconds|characters, more than", self.outcome(reader, tmp_path, data))


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


class TestFaultsOfOurOwn:
    def test_lines_in_the_left_column_alone_are_read(self, tmp_path):
        left = [Piece(60, 700 - i * 12, f"left line {i} of the first column") for i in range(8)]
        right = [Piece(320, 700 - i * 12, f"right line {i} of the second one") for i in range(8)]
        across = [Piece(60, 590, "A caption that runs across both of the columns of this page, from side to side")]
        below = [Piece(60, 560 - i * 12, f"more line {i} of the left band") for i in range(16)]
        text = read(tmp_path, [*left, *right, *across, *below]).text
        assert all(f"more line {i} of" in text for i in range(16))

    @pytest.mark.parametrize("name", ["without_frame", "columns", "paragraphs"])
    def test_no_fault_of_the_layout_loses_the_text(self, tmp_path, monkeypatch, name):
        def fail(*_):
            raise ZeroDivisionError

        monkeypatch.setattr(f"rag.readers.pdf.reader.{name}", fail)
        document = read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 40)))
        assert document.text.split() == PARAGRAPH.split()
        assert "plain order" in document.metadata["notice"]
