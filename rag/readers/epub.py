"""E-books (EPUB) as documents: the chapters in reading order, each block a line.

Each chapter is read as a page of HTML is, without the table of contents. There are no pages: they depend on the device.
ebooklib is not used: its licence (AGPL) would become ours.

Source: EPUB 3.3, sections 4 (container) and 5 (package document).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise
from rag.readers._package import Element, SafeZip, attribute, child, descendants, local_name, open_zip, parse_xml
from rag.types import Document

__all__ = ["EpubReader"]

_MEDIA_TYPE = "application/epub+zip"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml"})
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{1,40})""")


class _Package(NamedTuple):
    """The parts of the book in reading order, and what it says about itself."""

    chapters: list[str]
    title: str
    metadata: dict[str, str]


class EpubReader:
    """Reads e-books without copy protection; title, author, date and language are what the book says."""

    media_types = frozenset({_MEDIA_TYPE})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The chapters in the order of the spine, with a blank line between.

        Raises:
            ReadError: the file is empty, too large, damaged, copy-protected, of another kind or out of reach, or shows
                no text.
        """
        with open_zip(path, max_bytes=self._max_bytes) as archive:
            package = _package(archive, path)
            encrypted = _encrypted(archive, path)
            names = set(archive.names())
            if encrypted & set(package.chapters):
                raise ReadError(str(path), "it is copy-protected - use a copy without protection (DRM)")
            texts = [_chapter_text(archive.read(name), path) for name in package.chapters if name in names]
        return make_document(
            path,
            title=package.title,
            media_type=_MEDIA_TYPE,
            text="\n\n".join(filter(None, texts)),
            metadata=package.metadata,
        )


def _package(archive: SafeZip, path: Path) -> _Package:
    container = parse_xml(archive.read(_CONTAINER), path, part=_CONTAINER)
    name = next((attribute(entry, "full-path") for entry in descendants(container, "rootfile")), "")
    root = parse_xml(archive.read(name), path, part=name)
    entry_by_id = {attribute(entry, "id"): entry for entry in descendants(root, "item")}
    chapters: dict[str, None] = {}
    for reference in descendants(root, "itemref"):
        entry = entry_by_id.get(attribute(reference, "idref"))
        if entry is not None and attribute(entry, "media-type") in _PAGES and not _is_contents(entry):
            target = posixpath.join(posixpath.dirname(name), unquote(attribute(entry, "href")).partition("#")[0])
            chapters[posixpath.normpath(target)] = None
    said = child(root, "metadata")
    return _Package(list(chapters), _said(said, "title"), _metadata(said))


def _is_contents(entry: Element) -> bool:
    return "nav" in attribute(entry, "properties").split()


def _metadata(said: Element | None) -> dict[str, str]:
    authors = [] if said is None else [_text(entry) for entry in descendants(said, "creator")]
    source = _said(said, "source")
    return {
        "published": _published(said),
        "author": ", ".join(filter(None, authors)),
        "language": _said(said, "language"),
        "url": source if source.startswith(("http://", "https://")) else "",
    }


def _published(said: Element | None) -> str:
    """The date of publication: the one marked so (EPUB 2), else one without a mark, which means the same (EPUB 3)."""
    dates = [] if said is None else list(descendants(said, "date"))
    wanted = [any_date(_text(entry)) for event in ("publication", "") for entry in dates if _event(entry) == event]
    return next(filter(None, wanted), "")


def _event(entry: Element) -> str:
    return attribute(entry, "event")


def _said(said: Element | None, name: str) -> str:
    entries: Iterator[Element] = iter(()) if said is None else descendants(said, name)
    return next(filter(None, map(_text, entries)), "")


def _text(entry: Element) -> str:
    return " ".join("".join(entry.itertext()).split())


def _encrypted(archive: SafeZip, path: Path) -> set[str]:
    """The names of the encrypted parts; fonts may be, to hinder their reuse, and chapters are with copy protection."""
    if _ENCRYPTION not in archive.names():
        return set()
    root = parse_xml(archive.read(_ENCRYPTION), path, part=_ENCRYPTION)
    return {
        posixpath.normpath(unquote(attribute(entry, "URI")))
        for entry in root.iter()
        if local_name(entry) == "CipherReference"
    }


def _chapter_text(data: bytes, path: Path) -> str:
    if not data.strip():
        return ""
    declared = _ENCODING.match(data)
    html = decode(data, path, declared=declared[1].decode("ascii") if declared else "")
    if is_nested_too_deeply(html):
        raise ReadError(str(path), "the elements of a chapter are nested too deeply - save the book as text")
    page = parse(_closed(html))
    remove_hidden(page)
    return normalise(visible_text(page.body)).strip() if page.body is not None else ""


def _closed(xhtml: str) -> str:
    """XHTML as HTML: an element closed by itself, such as `<title/>`, would swallow the page that follows.

    >>> _closed("<title/><p>A<br/>b")
    '<title></title><p>A<br/>b'
    """
    return re.sub(r"<(title|script|style|textarea|iframe|p|div|span|a|i|b|em)(\s[^<>]*)?/>", r"<\1\2></\1>", xhtml)
