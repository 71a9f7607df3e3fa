"""Plain text files as documents, and the text of any file in plain order, when the reader of its kind fails.

A plain text stays as it is in the file, but for lines broken only because they were full. No fault of a reader of ours
may lose a document: what the file says is worth more than its order, its tables and its title. Such a document says in
its `notice` how it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode, decoded_with_notice, read_bytes
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import make_document, normalise
from rag.readers._package import Element, local_name, open_zip, parse_xml
from rag.readers.shape.dateline import author_of, byline, date_of_line, published_of
from rag.readers.shape.wrapping import unwrapped
from rag.types import Document

__all__ = ["TextReader", "plain_document", "plain_order_notice"]

N_HEADLINE_CHARACTERS = 120

_SENTENCE_END = re.compile(r"[.!?…:;,。！？؟।][\"'”’»)\]]*$")


class TextReader:
    """Reads plain text; date and author are those that stand above the body."""

    media_types = frozenset({"text/plain"})
    takes_charset = True

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path, *, charset: str = "") -> Document:
        """The text of the file; its title is a headline in the first line, or else the file's name.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding, or out of reach.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        decoded = decoded_with_notice(data, path, sent_as=charset)
        text = normalise(decoded.text)
        return make_document(
            path,
            title=_headline(text),
            media_type="text/plain",
            text=unwrapped(text),
            metadata={"published": published_of(text), "author": author_of(text), "notice": decoded.notice},
        )


def _headline(text: str) -> str:
    """The first line when it stands alone above a blank line, a byline or a date and is no sentence; empty otherwise.

    >>> _headline("Trump warns Putin\\n\\nThe President said no."), _headline("He said no.\\n\\nShe said yes.")
    ('Trump warns Putin', '')
    """
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    following = rest.partition("\n")[0]
    is_above = not following.strip() or bool(byline(following) or date_of_line(following))
    is_headline = bool(rest.strip()) and is_above and any(map(str.isalpha, first))
    return first if is_headline and len(first) <= N_HEADLINE_CHARACTERS and not _SENTENCE_END.search(first) else ""


_TEXT_PARTS = re.compile(
    r"word/(?:document|footnotes|endnotes)\.xml|ppt/slides/slide\d+\.xml|ppt/notesSlides/notesSlide\d+\.xml"
    r"|xl/sharedStrings\.xml|content\.xml"
)
_PAGE_PARTS = re.compile(r".*\.x?html?")
_LINE_ENDS = frozenset({"p", "h", "tr", "row", "si", "br"})
_UNSHOWN = frozenset({"instrText", "delText", "fonttbl", "style", "script", "binData"})
_NUMBER = re.compile(r"\d+")
_RTF_GROUP = re.compile(rb"\{\\\*[^{}]*\}|\{\\(?:fonttbl|colortbl|stylesheet|info|pict)\b[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_RTF_LINE = re.compile(rb"\\(?:par|line|row|cell)\b ?")
_RTF_WORD = re.compile(rb"\\[a-zA-Z]+-?\d* ?|\\'[0-9a-fA-F]{2}|[{}]")


def plain_order_notice(error: Exception) -> str:
    """What to say of a document whose layout could not be worked out."""
    return f"It was read in plain order, because its layout could not be worked out ({type(error).__name__})."


def plain_document(path: Path, error: Exception, *, media_type: str, max_bytes: int) -> Document:
    """The words of the file, a line for each paragraph as far as it is known; `error` is what its reader failed with.

    Raises:
        ReadError: there is no text to be found.
    """
    lines = _lines(path, media_type=media_type, max_bytes=max_bytes)
    text = normalise("\n".join(stripped for line in lines if (stripped := line.strip())))
    return make_document(
        path, title="", media_type=media_type, text=text, metadata={"notice": plain_order_notice(error)}
    )


def _lines(path: Path, *, media_type: str, max_bytes: int) -> Iterator[str]:
    data = read_bytes(path, max_bytes=max_bytes)
    if data.startswith(b"PK"):
        yield from _lines_of_parts(path, max_bytes=max_bytes)
    elif data.startswith(b"%PDF-") or media_type == "application/pdf":
        yield from _lines_of_pdf(data)
    elif data.lstrip().startswith(b"{\\rtf"):
        plain = _RTF_WORD.sub(b"", _RTF_LINE.sub(b"\n", _RTF_GROUP.sub(b"", data)))
        yield from plain.decode("cp1252", "replace").split("\n")
    else:
        text = decode(data, path)
        is_markup = "html" in media_type or "xml" in media_type
        yield from _lines_of_page(text, path) if is_markup else text.split("\n")


def _lines_of_parts(path: Path, *, max_bytes: int) -> Iterator[str]:
    with open_zip(path, max_bytes=max_bytes) as archive:
        names = sorted(archive.names(), key=lambda name: [int(number) for number in _NUMBER.findall(name)])
        for name in names:
            if _TEXT_PARTS.fullmatch(name):
                yield from "".join(_pieces(parse_xml(archive.read(name), path, part=name))).split("\n")
            elif _PAGE_PARTS.fullmatch(name):
                yield from _lines_of_page(decode(archive.read(name), path), path)


def _pieces(root: Element) -> Iterator[str]:
    waiting: list[Element | str] = [root]
    while waiting:
        element = waiting.pop()
        if isinstance(element, str):
            yield element
            continue
        name = local_name(element)
        if name in _UNSHOWN:
            continue
        yield element.text or ""
        if name in _LINE_ENDS:
            waiting.append("\n")
        for below in reversed(list(element)):
            waiting += [below.tail or "", below]


def _lines_of_page(html: str, path: Path) -> Iterator[str]:
    if is_nested_too_deeply(html):
        raise ReadError(str(path), "its elements are nested too deeply - save it again as text")
    page = parse(html)
    remove_hidden(page)
    yield from visible_text(page.body).split("\n") if page.body is not None else []


def _lines_of_pdf(data: bytes) -> Iterator[str]:
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(data)
    try:
        for i in range(len(document)):
            page = document[i]
            text_page = page.get_textpage()
            yield from text_page.get_text_range().replace("\r\n", "\n").split("\n")
            text_page.close()
            page.close()
    finally:
        document.close()
