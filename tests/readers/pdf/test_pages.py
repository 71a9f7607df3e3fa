"""Scanned pages and pictures: their words, where they stand, how sure they are, and what is refused."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from rag.errors import ReadError, WeightsError
from rag.readers.isolated import Isolation
from rag.readers.pdf import PdfReader, networks
from rag.readers.pdf.pages import ImageReader, pixels_an_inch
from rag.types import Document, RecognisedLine

FIRST = "The bridge was opened in 1932 by the mayor."
SECOND = "It is painted grey every year, and nobody knows why."
OTHER = "A second tower was refused, because money was short."
SIZE = 30


def pictured(lines: list[str], *, x: int = 60, y: int = 60, width: int = 900, height: int = 150) -> Image.Image:
    """A white picture with these lines in black."""
    picture = Image.new("L", (width, height), 255)
    draw_lines(picture, lines, x=x, y=y)
    return picture


def draw_lines(picture: Image.Image, lines: list[str], *, x: int, y: int, size: int = SIZE) -> None:
    font = ImageFont.load_default(size=size)
    for i, line in enumerate(lines):
        ImageDraw.Draw(picture).text((x, y + i * size * 1.45), line, fill=0, font=font)


def saved(folder: Path, picture: Image.Image, name: str = "page.png", **options: object) -> Path:
    path = folder / name
    picture.save(path, **options)
    return path


def places(document: Document) -> Iterator[tuple[str, RecognisedLine]]:
    for line in RecognisedLine.all_in(document.metadata):
        yield line.span.slice(document.text), line


class TestPictures:
    @pytest.mark.parametrize("name", ["page.png", "page.jpg", "page.tif", "page.webp", "page.bmp"])
    def test_every_kind_of_picture_is_read(self, tmp_path, name):
        document = ImageReader().read(saved(tmp_path, pictured([FIRST]), name))
        assert document.text == FIRST
        assert document.media_type in ImageReader.media_types
        assert "recognised (OCR)" in document.metadata["notice"]

    def test_lines_of_a_paragraph_are_joined_and_their_hyphens_go(self, tmp_path):
        lines = [
            "Nobody knew that it was painted grey every",
            "year and in every season by the govern-",
            "ment of the city.",
        ]
        text = ImageReader().read(saved(tmp_path, pictured(lines, height=250))).text
        assert (
            text == "Nobody knew that it was painted grey every year and in every season by the government of the city."
        )

    def test_line_stands_where_it_is_drawn_and_says_how_sure_it_is(self, tmp_path):
        picture = pictured([FIRST], x=80, y=120, width=800, height=800)
        ((text, line),) = places(ImageReader().read(saved(tmp_path, picture)))
        assert text == FIRST
        assert 0.9 < line.confidence <= 1
        assert line.place.page == 1
        assert line.place.left == pytest.approx(0.1, abs=0.01)
        assert line.place.top == pytest.approx(0.15, abs=0.015)
        assert line.place.bottom == pytest.approx(0.19, abs=0.015)

    @pytest.mark.parametrize("quarter_turns", [1, 2, 3])
    def test_page_that_lies_on_its_side_or_head_is_read_and_its_places_are_those_of_the_page(
        self, tmp_path, quarter_turns
    ):
        picture = pictured([FIRST, SECOND], x=80, y=120, width=800, height=800)
        turned = picture.rotate(90 * quarter_turns)
        document = ImageReader().read(saved(tmp_path, turned))
        assert document.text == f"{FIRST} {SECOND}" or document.text == f"{FIRST}\n\n{SECOND}"
        place = next(line.place for text, line in places(document) if text == FIRST)
        # In the upright picture the line begins at .1 from the left and .15 from the top.
        left, top = {1: (0.15, 0.9), 2: (0.9, 0.85), 3: (0.85, 0.1)}[quarter_turns]
        nearest = min(
            (abs(x - left) + abs(y - top))
            for x, y in itertools.product((place.left, place.right), (place.top, place.bottom))
        )
        assert nearest < 0.03

    def test_turn_that_the_camera_noted_is_taken(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6  # turn clockwise to see it
        path = saved(tmp_path, pictured([FIRST]).rotate(90, expand=True), "page.jpg", exif=exif)
        document = ImageReader().read(path)
        assert document.text == FIRST
        place = next(places(document))[1].place
        assert place.right - place.left > 0.6 > 0.3 > place.bottom - place.top

    def test_page_askew_is_read_in_lines(self, tmp_path):
        picture = pictured([FIRST, SECOND], width=900, height=250, y=90).rotate(
            2, fillcolor=255, resample=Image.Resampling.BICUBIC
        )
        text = ImageReader().read(saved(tmp_path, picture)).text
        assert FIRST in text
        assert SECOND in text

    def test_two_columns_are_read_one_after_the_other(self, tmp_path):
        left = ["The bridge was opened in", "the summer of that year by", "the mayor of the city, who", "came late."]
        right = ["A second tower was then", "planned, but the council", "refused it, because money", "was short."]
        picture = Image.new("L", (1000, 400), 255)
        draw_lines(picture, left, x=60, y=60)
        draw_lines(picture, right, x=540, y=60)
        text = ImageReader().read(saved(tmp_path, picture)).text
        assert text.index("came late.") < text.index("A second tower")
        assert "opened in the summer" in text

    def test_pictures_of_a_tiff_are_pages(self, tmp_path):
        path = saved(
            tmp_path, pictured([FIRST]), "page.tif", save_all=True, append_images=[pictured([]), pictured([OTHER])]
        )
        document = ImageReader().read(path)
        assert document.text == f"{FIRST}\n\n{OTHER}"
        start = len(FIRST) + 2
        assert document.metadata["page_starts"] == f"0,{start},{start}"
        assert [line.place.page for _, line in places(document)] == [1, 3]

    @pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "CMYK", "I;16"])
    def test_every_way_of_keeping_colours_is_read(self, tmp_path, mode):
        picture = pictured([FIRST])
        if mode == "RGBA":  # letters on nothing, which viewers show on white
            picture = Image.merge("RGBA", [Image.new("L", picture.size, 0)] * 3 + [ImageOps.invert(picture)])
        elif mode == "I;16":
            picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
        else:
            picture = picture.convert(mode)
        name = "page.tif" if mode == "CMYK" else "page.png"
        assert ImageReader().read(saved(tmp_path, picture, name)).text == FIRST

    def test_white_letters_on_black_are_read(self, tmp_path):
        assert ImageReader().read(saved(tmp_path, ImageOps.invert(pictured([FIRST])))).text == FIRST


def test_running_heads_go_though_pages_do_not_lie_alike(tmp_path):
    def page(number: int, lines: list[str], shift: int) -> Image.Image:
        picture = pictured(lines, y=300 + shift, width=900, height=1200)
        draw_lines(picture, [f"The history of bridges {number}"], x=60 + shift, y=60 + shift)
        return picture

    first, *others = [page(7, [FIRST], 0), page(8, [OTHER], 14)]
    path = saved(tmp_path, first, "page.tif", save_all=True, append_images=others)
    assert ImageReader().read(path).text == f"{FIRST}\n\n{OTHER}"


def reason_of(path: Path, **options: int) -> str:
    with pytest.raises(ReadError) as caught:
        ImageReader(**options).read(path)
    return caught.value.reason


class TestRefusals:
    def test_picture_without_words(self, tmp_path):
        noise = Image.effect_noise((300, 200), 60)
        for picture in (noise, Image.new("L", (300, 200), 255), Image.new("L", (1, 1), 0)):
            assert reason_of(saved(tmp_path, picture)).startswith(
                "no words were recognised in it (what is read is clear print in Latin"
            )

    def test_script_that_the_model_never_saw_is_not_guessed(self, tmp_path):
        font = ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), size=SIZE)
        for line in ("Мост был открыт в этом году, и мэр города", "पुल इस साल खोला गया था और शहर के महापौर"):
            picture = Image.new("L", (800, 320), 255)
            for i in range(5):
                ImageDraw.Draw(picture).text((40, 30 + i * 50), line[i:], fill=0, font=font)
            assert "Latin, Greek, Chinese or Japanese" in reason_of(saved(tmp_path, picture))
            path = saved(tmp_path, picture, "scan.pdf", save_all=True, append_images=[pictured([FIRST])])
            document = PdfReader().read(path)
            assert document.text == FIRST
            assert document.metadata["pages_without_text"] == "1"
            assert "could not be read" in document.metadata["notice"]

    def test_picture_of_too_many_pixels_is_never_unpacked(self, tmp_path):
        def part(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        path = tmp_path / "bomb.png"
        header = part(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")
        )
        assert "pixels - scale it down" in reason_of(path)

    def test_file_of_another_kind_or_damaged(self, tmp_path):
        path = tmp_path / "page.png"
        path.write_bytes(b"Text.")
        assert "it is no picture" in reason_of(path)
        data = io.BytesIO()
        pictured([FIRST]).save(data, "PNG")
        path.write_bytes(data.getvalue()[:-900])
        assert "it is damaged" in reason_of(path)

    def test_without_the_extra_the_file_says_what_to_install(self, tmp_path, without_ocr):
        path = saved(tmp_path, pictured([FIRST]))
        assert reason_of(path) == (
            "it is a picture, not text - install what recognises them (OCR) with `pip install 'chapter-and-verse[ocr]'`"
        )

    def test_no_pages_or_only_some_may_be_recognised(self, tmp_path):
        path = saved(tmp_path, pictured([FIRST]), "page.tif", save_all=True, append_images=[pictured([OTHER])])
        assert "raise max_recognised_pages" in reason_of(path, max_recognised_pages=0)
        document = ImageReader(max_recognised_pages=1).read(path)
        assert document.text == FIRST
        assert document.metadata["notice"].startswith(
            "Pictures of pages were recognised up to max_recognised_pages (1) - raise it"
        )

    def test_weights_that_were_altered_are_never_run(self, tmp_path, monkeypatch):
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "PP-OCRv6_rec_small.onnx").write_bytes(b"other weights")
        monkeypatch.setattr(networks, "files", lambda _: tmp_path)
        with pytest.raises(WeightsError, match=r"its SHA-256 is .* install rapidocr 3\.10\.0 again"):
            networks.session("PP-OCRv6_rec_small.onnx", n_threads=1)

    def test_nothing_is_fetched(self, tmp_path, monkeypatch):
        from rapidocr.utils.download_file import DownloadFile

        monkeypatch.setattr(DownloadFile, "run", lambda *_: pytest.fail("it was to be fetched"))
        networks.networks.cache_clear()
        assert ImageReader().read(saved(tmp_path, pictured([FIRST]))).text == FIRST


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of two pages that are pictures."""
    folder = tmp_path_factory.mktemp("scan")
    return saved(
        folder, pictured([FIRST]), "scan.pdf", save_all=True, append_images=[pictured([OTHER])], resolution=100
    )


class TestScannedPdf:
    def test_pages_are_recognised(self, scan):
        begun: list[None] = []
        document = PdfReader(on_page=lambda _: begun.append(None)).read(scan)
        assert len(begun) == 2
        assert document.text == f"{FIRST}\n\n{OTHER}"
        assert [(text, line.place.page) for text, line in places(document)] == [(FIRST, 1), (OTHER, 2)]
        assert "pages_without_text" not in document.metadata
        assert "recognised (OCR)" in document.metadata["notice"]

    def test_only_so_many_as_are_allowed(self, scan):
        document = PdfReader(max_recognised_pages=1).read(scan)
        assert document.text == FIRST
        assert document.metadata["pages_without_text"] == "2"
        assert "max_recognised_pages (1) - raise it" in document.metadata["notice"]

    def test_it_is_read_in_a_process_of_its_own(self, scan):
        isolation = Isolation(max_recognised_pages=1)
        try:
            reader = isolation.reader("rag.readers.pdf:PdfReader", media_types=PdfReader.media_types)
            assert reader.read(scan).text == FIRST
        finally:
            isolation.close()

    def test_more_pages_than_allowed_are_no_way_to_take_more_time(self, scan, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        isolation = Isolation(max_recognised_pages=3)
        (tmp_path / "endless.py").write_text(ENDLESS)
        try:
            reader = isolation.reader("endless:Endless", media_types=PdfReader.media_types)
            with pytest.raises(ReadError, match="what is no document"):
                reader.read(scan)
        finally:
            isolation.close()


ENDLESS = """
class Endless:
    media_types = frozenset({"application/pdf"})
    recognises = True

    def __init__(self, *, max_bytes, max_recognised_pages, on_page):
        self.on_page = on_page

    def read(self, path):
        while True:
            self.on_page(lambda: None)
"""


def test_pages_are_drawn_as_finely_as_it_helps_and_no_larger_than_is_bearable() -> None:
    assert pixels_an_inch(842) * 842 / 72 < 2600
    assert pixels_an_inch(14_400) * 14_400 / 72 == pytest.approx(2600)
