"""What cannot be read is said to be so, damage and harm do no harm, and no fault of ours loses the text."""

from __future__ import annotations

import random
import re
import textwrap
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.protocols import Reader
from rag.readers.isolated import Isolation
from rag.readers.pdf import MAX_PAGES, PdfReader
from tests.readers.pdf.writing import (
    OTHER,
    PARAGRAPH,
    Piece,
    drawn,
    pdf_of,
    read,
    reason_of,
    stacked,
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

    def test_pictures_of_pages(self, tmp_path, without_ocr):
        reason = reason_of(tmp_path, pdf_of([SHOWN_IMAGE, SHOWN_IMAGE], more=[IMAGE]))
        assert reason.startswith("it holds pictures of pages, not text - ")
        assert "pip install 'chapter-and-verse[ocr]'" in reason

    def test_picture_among_pages_of_text_is_told(self, tmp_path, without_ocr):
        path = tmp_path / "file.pdf"
        path.write_bytes(pdf_of([drawn(stacked(["Text."])), SHOWN_IMAGE, SHOWN_IMAGE], more=[IMAGE]))
        metadata = dict(PdfReader().read(path).metadata)
        assert "pip install 'chapter-and-verse[ocr]'" in metadata.pop("notice")
        assert metadata == {"page_starts": "0,5,5", "pages_without_text": "2,3", "recognised_up_to": "0"}

    def test_no_text_at_all(self, tmp_path):
        assert "there is no text in it" in reason_of(tmp_path, pdf_of([b"", b"0 0 10 10 re f"]))

    def test_signs_without_meaning(self, tmp_path, without_ocr):
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

        monkeypatch.setattr(f"rag.readers.pdf.pages.{name}", fail)
        document = read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 40)))
        assert document.text.split() == PARAGRAPH.split()
        assert "plain order" in document.metadata["notice"]
