"""PDF files as documents: sentences whole again, in the order in which a person reads them, with the page of each.

PDFium finds the words and where they stand (`words`). It does not know columns, paragraphs, running headers or which
hyphens belong to a word, and a citation needs whole sentences: that is ours (`layout`, `frame`, `paragraphs`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers._plain import plain_order_notice
from rag.readers.pdf.frame import without_frame
from rag.readers.pdf.layout import Column, Line, columns, segments
from rag.readers.pdf.metadata import about, is_title
from rag.readers.pdf.paragraphs import body_size, paragraphs, written
from rag.readers.pdf.words import Page, words_of
from rag.types import Document

__all__ = ["MAX_PAGES", "PdfReader"]

MAX_PAGES = 20_000
"""A file may claim any number; no book has more."""
MAX_PAGE_CHARACTERS = 1_000_000

_SIGNATURE = b"%PDF-"
_N_SIGNATURE_BYTES = 1024
_MOST_UNKNOWN = 0.3
_TITLE_SIZE = 1.15
_MOST_TITLE_CHARACTERS = 250

# PDFium keeps state that all documents of a process share: only one thread may be inside.
_LOCK = threading.Lock()


class PdfReader:
    """Reads PDF; title, author, language and dates come from what the file says about itself.

    metadata: `page_starts`; `created`, the day on which the file was made; and `pages_without_text`, the numbers of
        pages that hold a picture, or are damaged, and so are missing in the text; and `notice`, a sentence, where the
        layout could not be worked out and the text is in the order of the file.
    """

    media_types = frozenset({"application/pdf"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of all pages: a paragraph or a row of a table is a line.

        Raises:
            ReadError: the file is empty, too large, no PDF, damaged or out of reach; it has a password; it holds only
                pictures of pages, or signs of which it does not say what they mean; or it has too many pages.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        if _SIGNATURE not in data[:_N_SIGNATURE_BYTES]:
            raise ReadError(str(path), "it is no PDF - give it its right name, or save it again as PDF")
        with _LOCK, _opened(data, path) as document:
            facts = about(document, data)
            pages = _pages(document, path)
        _refuse_without_text(pages, path)
        found_columns, notice = _laid_out(pages)
        try:
            found = paragraphs(found_columns)
            text = written(found, len(pages))
        except Exception as error:  # no fault of the layout may lose the text
            found_columns, notice = _in_plain_order(pages), plain_order_notice(error)
            found = [column.lines for column in found_columns if column.lines]
            text = written(found, len(pages))
        return make_document(
            path,
            title=facts.title or _largest_heading(found, found_columns),
            media_type="application/pdf",
            text=text.text,
            metadata={
                **facts.metadata,
                "notice": notice,
                "page_starts": ",".join(map(str, text.page_starts)),
                "pages_without_text": ",".join(str(page.number) for page in pages if page.has_pictures),
            },
        )


@contextmanager
def _opened(data: bytes, path: Path) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise ReadError(str(path), "it has a password - save it without one") from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise ReadError(str(path), "it is encrypted in an unknown way - print it to a new PDF") from error
        raise ReadError(str(path), "it is damaged - open it in its program and save it again as PDF") from error
    with closing(document):
        yield document


def _pages(document: pypdfium2.PdfDocument, path: Path) -> list[Page]:
    n_pages = len(document)
    if n_pages > MAX_PAGES:
        raise ReadError(str(path), f"it says that it has {n_pages:,} pages, more than {MAX_PAGES:,} - split it")
    pages = []
    n_damaged = 0
    for i in range(n_pages):
        try:
            page = words_of(document, i)
        except pypdfium2.PdfiumError:
            n_damaged += 1
            page = Page(i + 1, (), 0.0, has_pictures=True)
        if page.n_characters > MAX_PAGE_CHARACTERS:
            raise ReadError(
                str(path),
                f"page {i + 1} has {page.n_characters:,} characters, more than {MAX_PAGE_CHARACTERS:,} - leave it out",
            )
        pages.append(page)
    if n_damaged == n_pages:
        raise ReadError(str(path), "none of its pages can be opened - save it again as PDF")
    return pages


def _laid_out(pages: Sequence[Page]) -> tuple[list[Column], str]:
    """The columns of all pages, and what to say of them; a page whose layout fails is read in the order of the file."""
    notice = ""
    try:
        kept = without_frame(pages, [segments(page) for page in pages])
    except Exception as error:
        notice = plain_order_notice(error)
        kept = [segments(page) for page in pages]
    found: list[Column] = []
    for page, rest in zip(pages, kept, strict=True):
        try:
            found += columns(page, rest)
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
                )
                for segment in segments(page)
            )
        )
        for page in pages
    ]


def _refuse_without_text(pages: Sequence[Page], path: Path) -> None:
    if not any(page.words for page in pages):
        if any(page.has_pictures for page in pages):
            raise ReadError(
                str(path), "it holds pictures of pages, not text - have them recognised (OCR), then add the result"
            )
        raise ReadError(str(path), "there is no text in it - leave it out, or save it again with its text")
    n_unknown, n_words = sum(page.n_unknown for page in pages), sum(len(page.words) for page in pages)
    if n_unknown > _MOST_UNKNOWN * n_words:
        raise ReadError(
            str(path), "its fonts do not say which letters they draw - have it recognised (OCR), or get another copy"
        )


def _largest_heading(found: Sequence[tuple[Line, ...]], found_columns: Sequence[Column]) -> str:
    """The largest paragraph of the first page, when it is clearly larger than the text; empty otherwise."""
    first_page = list(takewhile(lambda lines: lines[0].page == 1, found))
    if not first_page:
        return ""
    largest = max(first_page, key=lambda lines: lines[0].size)
    title = " ".join(line.text for line in largest)
    is_larger = largest[0].size >= _TITLE_SIZE * body_size(found_columns)
    is_short = 3 <= len(title) <= _MOST_TITLE_CHARACTERS
    return normalise(title) if is_larger and is_short and is_title(title) and not largest[0].is_row else ""
