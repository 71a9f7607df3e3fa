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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import iso_date, make_document, one_line
from rag.readers.pdf.letters import UNKNOWN, Letters, mean_nothing, rightly_named
from rag.readers.pdf.pages import (
    BEYOND,
    HOW_TO_INSTALL,
    RECOGNISED,
    WHAT_IS_READ,
    as_laid_out,
    is_title,
    pixels_an_inch,
    recognised_page,
)
from rag.readers.pdf.recognition import MAX_RECOGNISED_PAGES, can_recognise, is_bare, load
from rag.readers.pdf.words import Page, words_of
from rag.readers.shape.dateline import author_of, published_of
from rag.types import Document

__all__ = ["MAX_PAGES", "PdfReader", "opened_pdf"]

_PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta\s*>", re.DOTALL)
_MAX_PACKET_BYTES = 200_000
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PRISM = re.compile(r"\{http://prismstandard\.org/namespaces/[^}]*\}(?:publicationDate|coverDate)$")
_PDF_DATE = re.compile(r"\s*(?:D:)?(\d{4})(\d{2})(\d{2})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
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
_MOST_UNKNOWN, _NOTICED_UNKNOWN = 0.3, 0.01
# PDFium keeps state that all documents of a process share: only one thread may be inside.
_LOCK = threading.Lock()


class PdfReader:
    """Reads PDF; title, author, language and dates come from what the file says about itself.

    Pages that are pictures of pages are recognised, where the extra `ocr` is installed.

    metadata: `page_starts`, and `page_labels` where what is printed on the pages is not their numbers; `created`, the
        day on which the file was made; `pages_without_text`, the numbers of pages that hold a picture, or are damaged,
        and so are missing in the text; `recognised`, as `RecognisedLine` writes it; `recognised_up_to`, how many pages
        could be recognised, where more of them are pictures; and `notice`, a sentence, where
        pages are missing or were recognised, or where the layout could not be worked out and the text is in the order
        of the file.
    """

    media_types = frozenset({"application/pdf"})
    recognises = True
    """Who runs it may say how many pages it recognises, and is called before each with what has to be loaded first."""

    def __init__(
        self,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_recognised_pages: int = MAX_RECOGNISED_PAGES,
        on_page: Callable[[Callable[[], None]], None] = lambda _: None,
    ) -> None:
        self._max_bytes = max_bytes
        self._max_recognised_pages = max_recognised_pages
        self._on_page = on_page

    def read(self, path: Path) -> Document:
        """The text of all pages: a paragraph or a row of a table is a line.

        Raises:
            ReadError: the file is empty, too large, no PDF, damaged or out of reach; it has a password; it holds only
                pictures of pages, or signs of which it does not say what they mean, and they are not recognised; or it
                has too many pages.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        if _SIGNATURE not in data[:_N_SIGNATURE_BYTES]:
            raise ReadError(str(path), "it is no PDF - give it its right name, or save it again as PDF")
        with opened_pdf(data, path) as document:
            facts = about(document, data)
            named, misnamed = _rightly_named(_pages(document, path), path)
            read = self._with_recognised(document, named)
            labels = _page_labels(document)
        _refuse_without_text(read.pages, path, is_recognised=read.n_recognised > 0)
        laid_out = as_laid_out(read.pages)
        letters = _letters_notice(read.pages, laid_out.text)
        return make_document(
            path,
            title=facts.title or laid_out.title,
            media_type="application/pdf",
            text=laid_out.text,
            metadata={
                **laid_out.metadata,
                **facts.metadata,
                "published": facts.metadata["published"] or published_of(laid_out.text),
                "author": facts.metadata["author"] or author_of(laid_out.text),
                "notice": " ".join(filter(None, [laid_out.metadata["notice"], misnamed, read.notice, letters])),
                "page_labels": labels,
                "recognised_up_to": read.up_to,
                "pages_without_text": ",".join(
                    str(page.number) for page in read.pages if page.has_pictures and not page.words
                ),
            },
        )

    def _with_recognised(self, document: pypdfium2.PdfDocument, pages: Sequence[Page]) -> _Recognised:
        """The pages, those that are pictures recognised as far as it is allowed and can be done."""
        candidates = [page.number for page in pages if page.may_be_picture or _is_unknown([page])]
        is_missing = any(page.has_pictures and not page.words for page in pages)
        if not can_recognise() or not self._max_recognised_pages:
            notice = _LEFT_OUT if is_missing and not can_recognise() else ""
            return _Recognised(pages, 0, notice, "0" if is_missing else "")
        taken = candidates[: self._max_recognised_pages]
        found = list(pages)
        for number in taken:
            found[number - 1] = _more_of(pages[number - 1], self._recognised(document, number))
        notices = [
            BEYOND.format(len(taken)) if len(taken) < len(candidates) else "",
            _UNREAD if any(page.has_pictures and not page.words for page in (found[i - 1] for i in taken)) else "",
            RECOGNISED if any(page.recognised is not None and page.words for page in found) else "",
        ]
        up_to = str(len(taken)) if len(taken) < len(candidates) else ""
        return _Recognised(found, len(taken), " ".join(filter(None, notices)), up_to)

    def _recognised(self, document: pypdfium2.PdfDocument, number: int) -> Page | None:
        """The page as it is seen, recognised; None when it cannot be drawn."""
        try:
            page = document[number - 1]
            try:
                longest = max(page.get_size())
                drawn = page.render(scale=pixels_an_inch(longest) / 72, grayscale=True).to_numpy()
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            return None
        picture = drawn.reshape(drawn.shape[:2]).copy()
        if not is_bare(picture):
            self._on_page(load)
        return recognised_page(number, picture, longest_points=longest)


_UNREAD = f"Pages that are pictures were left out because they could not be read: {WHAT_IS_READ}."
_LEFT_OUT = f"Pages that are pictures were left out - {HOW_TO_INSTALL}, and add the file again."
_MORE_WORDS, _TIMES_MORE = 20, 3


class _Recognised(NamedTuple):
    """up_to: how many could be recognised, where there are more; empty elsewhere."""

    pages: Sequence[Page]
    n_recognised: int
    notice: str
    up_to: str


def _more_of(page: Page, recognised: Page | None) -> Page:
    """The recognised page, unless the file itself says most of its words: a slide before a picture is no scan."""
    if recognised is None:
        return page
    if not recognised.words:
        # Of a picture without lines no text is missing.
        is_missing = recognised.recognised is not None and recognised.recognised.is_unreadable
        return page._replace(has_pictures=is_missing and not page.words)
    if not page.words or _is_unknown([page]):
        return recognised
    is_much_more = len(recognised.words) >= _TIMES_MORE * len(page.words) + _MORE_WORDS
    return recognised._replace(remarks=page.remarks) if is_much_more else page


@contextmanager
def opened_pdf(data: bytes, path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """The document of a file's bytes, with its forms; one at a time in a process.

    Raises:
        ReadError: it has a password, or is damaged.
    """
    with _LOCK:
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
    letters = Letters()
    n_damaged = 0
    for i in range(n_pages):
        try:
            page = words_of(document, i, letters)
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


def _rightly_named(pages: list[Page], path: Path) -> tuple[list[Page], str]:
    """The pages with the letters that their fonts misname, and what to say of it."""
    words = [word for page in pages for word in page.words]
    texts, encoding = rightly_named([word.text for word in words], path)
    if not encoding:
        return pages, ""
    named = (word._replace(text=text) for word, text in zip(words, texts, strict=True))
    pages = [page._replace(words=tuple(next(named) for _ in page.words)) for page in pages]
    return pages, f"Its fonts give Western names to letters of another script; they were read as {encoding}."


def _letters_notice(pages: Sequence[Page], text: str) -> str:
    """What to say where fonts do not name the letters of some words, or name letters as no language has them."""
    n_unknown, n_words = sum(page.n_unknown for page in pages), sum(len(page.words) for page in pages)
    if n_unknown > _NOTICED_UNKNOWN * n_words:
        return (
            f"Its fonts do not say all letters of {n_unknown:,} of its {n_words:,} words; each such letter stands as "
            f"{UNKNOWN} - get another copy, or have it recognised (OCR)."
        )
    if mean_nothing(text):
        return (
            "Its letters are spread as in no language, so its fonts may name them wrongly - compare the text with the "
            "page, and have it recognised (OCR) if they differ."
        )
    return ""


def _refuse_without_text(pages: Sequence[Page], path: Path, *, is_recognised: bool) -> None:
    if not any(page.words for page in pages):
        if is_recognised and any(page.may_be_picture for page in pages):
            reason = f"there is no text in it, and no words were recognised ({WHAT_IS_READ}) - leave it out"
            raise ReadError(str(path), reason)
        if any(page.has_pictures for page in pages):
            raise ReadError(str(path), f"it holds pictures of pages, not text - {HOW_TO_INSTALL}")
        raise ReadError(str(path), "there is no text in it - leave it out, or save it again with its text")
    if _is_unknown(pages):
        raise ReadError(
            str(path), f"its fonts do not say which letters they draw - {HOW_TO_INSTALL}, or get another copy"
        )


def _is_unknown(pages: Sequence[Page]) -> bool:
    """Whether the fonts do not say what many of the words mean."""
    n_unknown, n_words = sum(page.n_unknown for page in pages), sum(len(page.words) for page in pages)
    return n_unknown > _MOST_UNKNOWN * n_words
