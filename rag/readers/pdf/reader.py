"""PDF files as documents: sentences whole again, in the order in which a person reads them, with the page of each.

PDFium finds the words and where they stand (`words`). It does not know columns, paragraphs, running headers or which
hyphens belong to a word, and a citation needs whole sentences: that is ours (`layout`, `paragraphs`).

What a PDF says about itself stands in its information dictionary and in its XMP packet, which is the newer of the two.
The day on which the file was made is kept as `created` and never taken for the day of publication: an old text that
is printed to a PDF today was not published today.
"""

from __future__ import annotations

import ctypes
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import iso_date, make_document, normalise, one_line
from rag.readers.pdf.layout import Column, Line, columns, segments, with_named_cells
from rag.readers.pdf.paragraphs import body_size, paragraphs, without_frame, without_line_numbers, written
from rag.readers.pdf.words import Page, words_of
from rag.readers.shape.dateline import author_of, published_of
from rag.readers.text import plain_order_notice
from rag.types import Document

__all__ = ["MAX_PAGES", "PdfReader"]

_PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta\s*>", re.DOTALL)
_MAX_PACKET_BYTES = 200_000
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PRISM = re.compile(r"\{http://prismstandard\.org/namespaces/[^}]*\}(?:publicationDate|coverDate)$")
_PDF_DATE = re.compile(r"\s*(?:D:)?(\d{4})(\d{2})(\d{2})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
# What programs write when nobody gave a title: their own name, a file's name, or a word for nothing.
_NO_TITLE = re.compile(
    r"untitled.*|unknown|unspecified|anonymous|document\d*|(?:microsoft|libreoffice|powerpoint)\b.*"
    r"|\S*[\\/]\S*|\S+\.(?:docx?|odt|rtf|indd|dvi|tex|pptx?|xlsx?|pdf|qxd|pages|fm|html?|txt|eps|ps|wpd|pub)|\W*|[\d\W]+",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"anonymous|unknown|unspecified|user\d*|admin(?:istrator)?|author|owner|default|\W*", re.IGNORECASE
)


class About(NamedTuple):
    """Title and metadata of a file, empty where it says nothing of use."""

    title: str
    metadata: Mapping[str, str]


def about(document: pypdfium2.PdfDocument, data: bytes) -> About:
    """What the document says about itself; `data` is the file."""
    info = {name: one_line(value) for name, value in document.get_metadata_dict().items()}
    packet = _packet(data)
    title = next((title for title in (packet.get("title", ""), info.get("Title", "")) if is_title(title)), "")
    authors = (packet.get("creator", ""), info.get("Author", ""))
    return About(
        title,
        {
            "author": next((author for author in authors if not _NO_AUTHOR.fullmatch(author)), ""),
            "published": packet.get("published", ""),
            "created": _date(info.get("CreationDate", "")),
            "language": _language(document) or packet.get("language", ""),
        },
    )


def is_title(text: str) -> bool:
    """Whether somebody, rather than a program, may have given this title.

    >>> is_title("On Bridges"), is_title("Microsoft Word - draft3.doc"), is_title("paper.dvi")
    (True, False, False)
    """
    return not _NO_TITLE.fullmatch(text)


def _packet(data: bytes) -> dict[str, str]:
    """The entries of the last XMP packet that are of use; a later one replaces those before it."""
    start = data.rfind(b"<x:xmpmeta")
    match = _PACKET.match(data, start, start + _MAX_PACKET_BYTES) if start >= 0 else None
    # Without a document type there are no entities, and so nothing that grows when it is parsed.
    if match is None or _DECLARATION.search(match[0]):
        return {}
    try:
        root = ET.fromstring(match[0])  # noqa: S314
    except (ET.ParseError, ValueError, LookupError):
        return {}
    found: dict[str, str] = {}
    for element in root.iter():
        if element.tag in (f"{_DC}title", f"{_DC}creator", f"{_DC}language", f"{_DC}date"):
            texts = [one_line(item.text or "") for item in element.iter(f"{_RDF}li")] or [one_line(element.text or "")]
            name = element.tag.rpartition("}")[2]
            joined = texts[0] if name == "title" else ", ".join(filter(None, texts))
            found.setdefault("published" if name == "date" else name, joined)
        elif _PRISM.match(element.tag):
            found["published"] = element.text or ""
        for key, value in element.attrib.items():
            if _PRISM.match(key):
                found["published"] = value
    found["published"] = iso_date(found.get("published", ""))
    found["language"] = found.get("language", "").partition(",")[0]
    if not _LANGUAGE.fullmatch(found["language"]):
        found["language"] = ""
    return found


def _date(text: str) -> str:
    """The calendar date of a PDF date such as "D:20250312182200+01'00'"; empty when it is none.

    Source: ISO 32000-1, section 7.9.4.
    """
    match = _PDF_DATE.match(text)
    return iso_date("-".join(match.groups())) if match else ""


def _language(document: pypdfium2.PdfDocument) -> str:
    n_bytes = pdfium.FPDFCatalog_GetLanguage(document.raw, None, 0)
    if not 2 < n_bytes <= 200:
        return ""
    buffer = ctypes.create_string_buffer(n_bytes)
    pdfium.FPDFCatalog_GetLanguage(document.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), n_bytes)
    language = buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
    return language if _LANGUAGE.fullmatch(language) else ""


MAX_PAGES = 20_000
"""A file may claim any number; no book has more."""
MAX_PAGE_CHARACTERS = 1_000_000
MAX_LABEL_CHARACTERS = 40

_SIGNATURE = b"%PDF-"
_N_SIGNATURE_BYTES = 1024
_MOST_UNKNOWN = 0.3
_TITLE_SIZE = 1.15
_MOST_TITLE_CHARACTERS = 250

# PDFium keeps state that all documents of a process share: only one thread may be inside.
_LOCK = threading.Lock()


class PdfReader:
    """Reads PDF; title, author, language and dates come from what the file says about itself.

    metadata: `page_starts`, and `page_labels` where what is printed on the pages is not their numbers; `created`, the
        day on which the file was made; `pages_without_text`, the numbers of pages that hold a picture, or are damaged,
        and so are missing in the text; and `notice`, a sentence, where the layout could not be worked out and the text
        is in the order of the file.
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
            labels = _page_labels(document)
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
                "published": facts.metadata["published"] or published_of(text.text),
                "author": facts.metadata["author"] or author_of(text.text),
                "notice": notice,
                "page_starts": ",".join(map(str, text.page_starts)),
                "page_labels": labels,
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
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()
        yield document


def _page_labels(document: pypdfium2.PdfDocument) -> str:
    """What is printed on each page as the file says, as a JSON list; empty when it says nothing but their numbers."""
    labels = [one_line(document.get_page_label(i))[:MAX_LABEL_CHARACTERS] for i in range(len(document))]
    are_numbers = all(not label or label == str(i) for i, label in enumerate(labels, start=1))
    return "" if are_numbers else json.dumps(labels, ensure_ascii=False)


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
