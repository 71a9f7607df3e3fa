"""A page of a file as a picture, with the boxes of words in it; runs in the process of `isolated`, like the readers.

The picture is what PDFium, or Pillow, makes of the bytes whose hash was told, and of no others.
"""

from __future__ import annotations

import base64
import ctypes
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.readers._decoding import read_bytes
from rag.readers.original.lines import DrawnLine, words_of_lines
from rag.readers.original.words_on_page import N_NEIGHBOURS, MarkedWord, words_of_spans
from rag.readers.pdf.letters import Letters
from rag.readers.pdf.pages import opened_picture
from rag.readers.pdf.places import Box
from rag.readers.pdf.reader import opened_pdf
from rag.readers.pdf.words import Page, Turn, words_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["page_picture"]

_LONGEST_SIDE = 1_600
"""Pixels: A4 at 137 an inch, in which small print can be read."""
_LARGEST_PNG = 600_000
"""Bytes: what is larger is a photo or a scan, which JPEG writes in a fifth."""
_JPEG_QUALITY = 85
_AROUND = 0.1
"""In font sizes: accents and tails that a font draws beyond its line."""
_DEVICE = 1_000_000

Shares = tuple[float, float, float, float]
"""Left, top, right, bottom, in shares of the picture's width and height, 0 to 1."""


def page_picture(
    path: Path,
    *,
    max_bytes: int,
    sha256: str,
    page: int,
    text: str,
    spans: Sequence[Sequence[int]],
    lines: Sequence[Sequence[float]],
) -> Mapping[str, object]:
    """The page, from 1, as JSON has it: picture (base64), media_type, width, height, n_pages, and places by span.

    text: what of the document's text stands on the page. spans: start and end in it. lines: of a recognised page,
    start, end, left, top, right and bottom of each of its lines; none of another page.

    Raises:
        ReadError: the file is not the one that was read, has no such page, or cannot be drawn.
    """
    data = read_bytes(path, max_bytes=max_bytes)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ReadError(str(path), "it changed while it was opened - open the page again")
    wanted = [(start, end) for start, end in spans]
    recognised = [DrawnLine(int(start), int(end), *place) for start, end, *place in lines]
    if data[:1024].find(b"%PDF-") >= 0:
        picture, n_pages, places = _of_pdf(data, path, page, text, wanted, recognised)
    else:
        picture, n_pages = _of_picture(data, path, page)
        places = words_of_lines(recognised, text, wanted, picture)
    written, media_type = _written(picture)
    return {
        "picture": base64.b64encode(written).decode("ascii"),
        "media_type": media_type,
        "width": picture.width,
        "height": picture.height,
        "n_pages": n_pages,
        "places": places,
    }


def _of_pdf(
    data: bytes, path: Path, number: int, text: str, spans: Sequence[tuple[int, int]], lines: Sequence[DrawnLine]
) -> tuple[Image.Image, int, list[list[Shares]]]:
    with opened_pdf(data, path) as document:
        n_pages = len(document)
        _require_page(path, number, n_pages)
        is_any_marked = any(start < end for start, end in spans)
        try:
            picture = _drawn(document, number)
            if lines:
                return picture, n_pages, words_of_lines(lines, text, spans, picture)
            first, last = max(1, number - N_NEIGHBOURS), min(n_pages, number + N_NEIGHBOURS)
            letters = Letters()
            pages = [words_of(document, i - 1, letters) for i in range(first, last + 1)] if is_any_marked else []
            places = _places(document, pages, number, text, spans)
        except pypdfium2.PdfiumError as error:
            raise ReadError(str(path), f"page {number} is damaged - open it in another program") from error
    return picture, n_pages, places


def _require_page(path: Path, number: int, n_pages: int) -> None:
    if not 1 <= number <= n_pages:
        raise ReadError(str(path), f"it has no page {number} - choose one of 1 to {n_pages}")


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = _LONGEST_SIDE / max(1.0, width, height)
        picture: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        return picture
    finally:
        page.close()


def _places(
    document: pypdfium2.PdfDocument, pages: Sequence[Page], number: int, text: str, spans: Sequence[tuple[int, int]]
) -> list[list[Shares]]:
    """For each span the boxes of its words in the picture."""
    turn = next((page.turn for page in pages if page.number == number), None)
    if turn is None:
        return [[] for _ in spans]
    page = document[number - 1]
    try:
        return [
            [share for word in marked if (share := _shares(page, _box(word, turn))) is not None]
            for marked in words_of_spans(pages, number, text, spans)
        ]
    finally:
        page.close()


def _box(marked: MarkedWord, turn: Turn) -> Box:
    """Where the marked part of the word is drawn, with a little around it."""
    word, width = marked.word, marked.word.right - marked.word.left
    if word.is_upright:
        left, right = word.left + marked.begin * width, word.left + marked.end * width
        word = word._replace(left=left, right=right)
    left, bottom, right, top = turn.drawn(word)
    around = _AROUND * word.size
    return Box(left - around, bottom - around, right + around, top + around)


def _shares(page: pypdfium2.PdfPage, box: Box) -> Shares | None:
    """The box as it is seen on the page, which may be turned or cut; None where nothing of it is seen."""
    corners = [_on_device(page, x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
    xs, ys = [min(1.0, max(0.0, x)) for x, _ in corners], [min(1.0, max(0.0, y)) for _, y in corners]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _on_device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _DEVICE, _DEVICE, 0, x, y, ctypes.byref(device_x), ctypes.byref(device_y))
    return device_x.value / _DEVICE, device_y.value / _DEVICE


def _of_picture(data: bytes, path: Path, number: int) -> tuple[Image.Image, int]:
    from PIL import Image, ImageOps

    with opened_picture(data, path) as image:
        n_pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        _require_page(path, number, n_pages)
        image.seek(number - 1)
        image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        picture = ImageOps.exif_transpose(image)
        if picture.has_transparency_data:
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
        picture = picture.convert("RGB")
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    return picture, n_pages


def _written(picture: Image.Image) -> tuple[bytes, str]:
    """The picture's bytes, and what kind they are."""
    written = io.BytesIO()
    picture.save(written, "PNG")
    if len(written.getvalue()) <= _LARGEST_PNG:
        return written.getvalue(), "image/png"
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_JPEG_QUALITY)
    return written.getvalue(), "image/jpeg"
