"""Pages as a text, whatever holds them: a PDF, or pictures of pages, which are read here too.

Of a picture the size is looked at before it is unpacked, and Pillow is told which formats it may take it for: the
fewer decoders a file can choose from, the better.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rag.errors import RagError, ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers.pdf.frame import without_frame, without_line_numbers
from rag.readers.pdf.layout import Column, Line, columns, segments
from rag.readers.pdf.paragraphs import Text, body_size, paragraphs, written
from rag.readers.pdf.recognition import MAX_RECOGNISED_PAGES, Picture, can_recognise, is_bare, load, recognise
from rag.readers.pdf.words import Page, Word
from rag.readers.shape.dateline import author_of, published_of
from rag.readers.shape.drawn import with_named_cells
from rag.readers.text import plain_order_notice
from rag.types import Document, PlaceOnPage, RecognisedLine, Span

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "BEYOND",
    "HOW_TO_INSTALL",
    "RECOGNISED",
    "WHAT_IS_READ",
    "ImageReader",
    "LaidOut",
    "as_laid_out",
    "is_title",
    "laid_out_text",
    "opened_picture",
    "pixels_an_inch",
    "recognised_page",
]

HOW_TO_INSTALL = "install what recognises them (OCR) with `pip install 'chapter-and-verse[ocr]'`"
RECOGNISED = "Pages that are pictures were recognised (OCR), which may read a letter wrongly."
WHAT_IS_READ = "what is read is clear print in Latin, Greek, Chinese or Japanese letters"
BEYOND = "Pictures of pages were recognised up to max_recognised_pages ({:,}) - raise it, and add the file again."

_A4_POINTS = 842.0
_LONGEST_SIDE = 2600
_PIXELS_AN_INCH = 220.0
"""More make no letter clearer to a model that reads lines of 48 pixels."""
_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "MPO": "image/jpeg",
}
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
"""What a file may be; an MPO is a JPEG with a second picture of the same thing."""
# What programs write when nobody gave a title: their own name, a file's name, or a word for nothing.
_NO_TITLE = re.compile(
    r"untitled.*|unknown|unspecified|anonymous|document\d*|(?:microsoft|libreoffice|powerpoint)\b.*"
    r"|\S*[\\/]\S*|\S+\.(?:docx?|odt|rtf|indd|dvi|tex|pptx?|xlsx?|pdf|qxd|pages|fm|html?|txt|eps|ps|wpd|pub)|\W*|[\d\W]+",
    re.IGNORECASE,
)
_TITLE_SIZE = 1.15
_MOST_TITLE_CHARACTERS = 250


class ImageReader:
    """Reads pictures of pages; each picture of a TIFF is a page.

    metadata: `recognised`, as `RecognisedLine` writes it; `page_starts`, where there are several pages; `notice`; and
        `recognised_up_to`, as of `PdfReader`.
    """

    media_types = frozenset(_MEDIA_TYPES.values())
    recognises = True

    def __init__(
        self,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_recognised_pages: int = MAX_RECOGNISED_PAGES,
        on_page: Callable[[Callable[[], None]], None] = lambda _: None,
    ) -> None:
        """See `PdfReader`."""
        self._max_bytes = max_bytes
        self._max_recognised_pages = max_recognised_pages
        self._on_page = on_page

    def read(self, path: Path) -> Document:
        """The text of the pictures: a paragraph or a row of a table is a line.

        Raises:
            ReadError: the file is empty, too large, no picture, damaged or out of reach; it has too many pixels, or
                shows no words; or the extra `ocr` is not installed, or no pages may be recognised.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        if not can_recognise():
            raise ReadError(str(path), f"it is a picture, not text - {HOW_TO_INSTALL}")
        if not self._max_recognised_pages:
            raise ReadError(str(path), "it is a picture, not text - raise max_recognised_pages to have it recognised")
        with opened_picture(data, path) as image:
            media_type = _MEDIA_TYPES[str(image.format)]
            n_pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        pages = []
        for i in range(min(n_pages, self._max_recognised_pages)):
            with opened_picture(data, path) as image:
                image.seek(i)
                picture = _grey(image)
            if not is_bare(picture):
                self._on_page(load)
            pages.append(recognised_page(i + 1, picture))
        if not any(page.words for page in pages):
            raise ReadError(str(path), f"no words were recognised in it ({WHAT_IS_READ}) - leave it out, or sharpen it")
        laid_out = as_laid_out(pages)
        beyond = BEYOND.format(len(pages)) if len(pages) < n_pages else ""
        return make_document(
            path,
            title=laid_out.title,
            media_type=media_type,
            text=laid_out.text,
            metadata={
                **laid_out.metadata,
                "page_starts": laid_out.metadata["page_starts"] if n_pages > 1 else "",
                "published": published_of(laid_out.text),
                "author": author_of(laid_out.text),
                "notice": " ".join(filter(None, [laid_out.metadata["notice"], beyond, RECOGNISED])),
                "recognised_up_to": str(len(pages)) if beyond else "",
            },
        )


@contextmanager
def opened_picture(data: bytes, path: Path) -> Iterator[Image.Image]:
    """The picture, before it is unpacked; what Pillow raises within is said in words."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                yield image
    except (RagError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        most = f"it has more than {Image.MAX_IMAGE_PIXELS:,} pixels - scale it down, or cut it into pages"
        raise ReadError(str(path), most) from error
    except UnidentifiedImageError as error:
        raise ReadError(str(path), "it is no picture - give it its right name, or save it again as PNG") from error
    except Exception as error:  # each decoder fails in its own way
        raise ReadError(str(path), "it is damaged - open it in its program and save it again as PNG") from error


def _grey(image: Image.Image) -> Picture:
    """The picture as it is to be seen, grey on white, and no larger than it needs to be read."""
    from PIL import Image, ImageOps

    image.draft("L", (_LONGEST_SIDE, _LONGEST_SIDE))
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel, which Pillow would cut off at 255
        values = np.asarray(image, np.float32)
        least, most = float(values.min()), float(values.max())
        image = Image.fromarray(((values - least) * (255 / max(1.0, most - least))).astype(np.uint8))
    elif image.has_transparency_data:
        image = image.convert("LA")
        image = Image.composite(image.getchannel("L"), Image.new("L", image.size, 255), image.getchannel("A"))
    image = ImageOps.exif_transpose(image.convert("L"))
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    return np.array(image)


class LaidOut(NamedTuple):
    """Pages as a text. title: the largest heading of the first page. metadata: what follows from the layout."""

    text: str
    title: str
    metadata: Mapping[str, str]


class _Written(NamedTuple):
    text: Text
    found: Sequence[tuple[Line, ...]]
    columns: list[Column]
    notice: str


def _written(pages: Sequence[Page]) -> _Written:
    found_columns, notice = _laid_out(pages)
    try:
        found = paragraphs(found_columns)
        return _Written(written(found, len(pages)), found, found_columns, notice)
    except Exception as error:  # no fault of the layout may lose the text
        found_columns = _in_plain_order(pages)
        found = [column.lines for column in found_columns if column.lines]
        return _Written(written(found, len(pages)), found, found_columns, plain_order_notice(error))


def laid_out_text(pages: Sequence[Page]) -> Text:
    """The text of a few pages of a document, which need not be its first, with the lines that it is made of."""
    return _written(pages).text


def as_laid_out(pages: Sequence[Page]) -> LaidOut:
    """The text of pages: a paragraph or a row of a table is a line."""
    text, found, found_columns, notice = _written(pages)
    metadata = {
        "notice": notice,
        "page_starts": ",".join(map(str, text.page_starts)),
        "recognised": ",".join(line.written() for line in _recognised_lines(text, pages)),
    }
    return LaidOut(text.text, _largest_heading(found, found_columns), metadata)


def _recognised_lines(text: Text, pages: Sequence[Page]) -> Iterator[RecognisedLine]:
    """The lines of the text that stand on recognised pages, with their places there."""
    ends = [start for start, _ in text.line_starts[1:]] + [len(text.text)]
    for (start, line), end in zip(text.line_starts, ends, strict=True):
        page = pages[line.page - 1]
        length = len(text.text[start:end].rstrip())
        if page.recognised is None or not length:
            continue
        scale = page.height / page.recognised.height
        box = [side / scale for side in (line.left, line.top, line.right, line.bottom)]
        left, top, right, bottom = page.recognised.placed(*box)
        yield RecognisedLine(
            span=Span(start=start, end=start + length),
            place=PlaceOnPage(page=line.page, left=left, top=top, right=right, bottom=bottom),
            confidence=page.recognised.confidence_in(*box),
        )


def _laid_out(pages: Sequence[Page]) -> tuple[list[Column], str]:
    """The columns of all pages, and what to say of them; a page whose layout fails is read in the order of the file."""
    notice = ""
    try:
        kept = without_frame(pages, [without_line_numbers(segments(page)) for page in pages])
    except Exception as error:
        notice = plain_order_notice(error)
        kept = [segments(page) for page in pages]
    found: list[Column] = []
    for page, rest in zip(pages, kept, strict=True):
        try:
            found += map(with_named_cells, columns(page, rest))
        except Exception as error:
            notice = plain_order_notice(error)
            found += _in_plain_order([page])
    return found, notice


def _in_plain_order(pages: Sequence[Page]) -> list[Column]:
    """A column for each page, its lines as the file draws them."""
    return [
        Column(
            tuple(
                Line(
                    page.number,
                    segment.text,
                    segment.left,
                    segment.top,
                    segment.right,
                    segment.bottom,
                    segment.size,
                    segment.first_word_width,
                    words=segment.words,
                )
                for segment in segments(page)
            )
        )
        for page in pages
    ]


def pixels_an_inch(longest_points: float) -> float:
    """How finely a page is drawn that is so long."""
    return min(_PIXELS_AN_INCH, _LONGEST_SIDE * 72 / max(1.0, longest_points))


def recognised_page(number: int, picture: Picture, *, longest_points: float = _A4_POINTS) -> Page:
    """The picture as a page to be laid out, `longest_points` along its longer side; for the rest as `recognise`."""
    found = recognise(picture)
    scale = longest_points / max(found.width, found.height)
    words = [
        Word(
            text,
            scale * word.left,
            scale * word.top,
            scale * word.right,
            scale * word.bottom,
            scale * word.size,
            is_upright=word.is_upright,
        )
        for word in found.words
        if (text := _as_written(word.text))
    ]
    return Page(number, tuple(words), scale * found.height, sum(len(word.text) for word in words), recognised=found)


def _as_written(word: str) -> str:
    """The word as those of other pages are written."""
    return normalise(word).strip()


def _largest_heading(found: Sequence[tuple[Line, ...]], found_columns: Sequence[Column]) -> str:
    """The largest paragraph of the first page, when it is clearly larger than the text; empty otherwise.

    What runs in another direction than the text is a stamp, and no title.
    """
    aside = {id(line) for column in found_columns if column.is_aside for line in column.lines}
    first_page = [lines for lines in takewhile(lambda lines: lines[0].page == 1, found) if id(lines[0]) not in aside]
    if not first_page:
        return ""
    largest = max(first_page, key=lambda lines: lines[0].size)
    title = " ".join(line.text for line in largest)
    is_larger = largest[0].size >= _TITLE_SIZE * body_size(found_columns)
    is_short = 3 <= len(title) <= _MOST_TITLE_CHARACTERS
    return normalise(title) if is_larger and is_short and is_title(title) and not largest[0].is_row else ""


def is_title(text: str) -> bool:
    """Whether somebody, rather than a program, may have given this title.

    >>> is_title("On Bridges"), is_title("Microsoft Word - draft3.doc"), is_title("paper.dvi")
    (True, False, False)
    """
    return not _NO_TITLE.fullmatch(text)
