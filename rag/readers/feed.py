"""RSS and Atom feeds as documents, one an entry; other XML as one document, a line for each element with text.

The articles of feeds, and the key that each of them has, are the same whatever the feed is written in.

Sources: RSS 2.0; RSS 1.0; RFC 4287 (Atom).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise, one_line
from rag.readers._package import Element, attribute, child, children, descendants, local_name, parse_xml
from rag.readers.shape.dateline import date_in_words
from rag.types import Document, Failure

__all__ = ["Article", "FeedReader", "Keys", "document_of_article"]

_RSS = "application/rss+xml"
_ATOM = "application/atom+xml"
_XML = "application/xml"
_BODIES = ("encoded", "content", "description", "summary")
_DATES = ("pubDate", "published", "date", "issued")
_AUTHORS = ("creator", "author")
_ADDRESS_AND_NAME = re.compile(r"\s*\S+@\S+\s*\(([^()]+)\)\s*")


class FeedReader:
    """Reads RSS and Atom feeds; the key of an entry is its id or address."""

    media_types = frozenset({_RSS, _ATOM, _XML})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The entries in the order of the file; XML that is no feed as one document.

        Raises:
            ReadError: the file is empty, too large, out of reach, or no harmless XML.
        """
        root = parse_xml(read_bytes(path, max_bytes=self._max_bytes), path)
        kind = {"rss": _RSS, "RDF": _RSS, "feed": _ATOM}.get(local_name(root), _XML)
        entries = list(descendants(root, "entry" if kind == _ATOM else "item")) if kind != _XML else []
        return _entries(root, entries, path, media_type=kind) if entries else iter([_whole(root, path)])


def _entries(root: Element, entries: list[Element], path: Path, *, media_type: str) -> Iterator[Document | Failure]:
    keys = Keys()
    language = next((_text(entry) for entry in descendants(root, "language")), "") or attribute(root, "lang")
    for position, entry in enumerate(entries, start=1):
        article = _article(entry)
        article = article._replace(language=article.language or language)
        key = keys.distinct(article.id or article.url, position)
        try:
            yield document_of_article(article, path, key=key, media_type=media_type)
        except ReadError as error:
            yield Failure(source=f"{path}#{key}", reason=error.reason)


def _article(entry: Element) -> Article:
    return Article(
        title=_said(entry, ("title",)),
        body=_said(entry, _BODIES),
        url=_address(entry),
        published=_said(entry, _DATES),
        author=", ".join(dict.fromkeys(filter(None, map(_person, _all(entry, _AUTHORS))))),
        language=_said(entry, ("language",)) or attribute(entry, "lang"),
        id=_said(entry, ("id", "guid")),
    )


def _address(entry: Element) -> str:
    """The address of the article: the text of RSS's link, or Atom's link that is no other relation."""
    for link in children(entry, "link"):
        if attribute(link, "rel") in ("", "alternate") and (address := _text(link) or attribute(link, "href")):
            return address
    return ""


def _person(entry: Element) -> str:
    """The name; of RSS's "ana@example.org (Ana Roy)" what stands in brackets."""
    name = child(entry, "name")
    text = _text(name if name is not None else entry)
    named = _ADDRESS_AND_NAME.fullmatch(text)
    return named[1] if named else text


def _all(entry: Element, names: tuple[str, ...]) -> list[Element]:
    return next((found for name in names if (found := list(children(entry, name)))), [])


def _said(entry: Element, names: tuple[str, ...]) -> str:
    return next((text for name in names for found in children(entry, name) if (text := _content(found))), "")


def _content(element: Element) -> str:
    """The text of an element; the elements of XHTML inside it as lines, because nobody wrote them as text."""
    if len(element):
        return "\n".join(_element_lines(element))
    return (element.text or "").strip()


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _whole(root: Element, path: Path) -> Document:
    text = normalise("\n".join(_element_lines(root))).strip()
    title = next(filter(None, map(_text, descendants(root, "title"))), "")
    return make_document(path, title=title, media_type=_XML, text=text, metadata={}, key="1")


def _element_lines(element: Element) -> Iterator[str]:
    """A line for each element that holds words itself, with those of the elements among the words."""
    is_mixed = (element.text or "").strip() or any((below.tail or "").strip() for below in element)
    if is_mixed or not len(element):
        text = _text(element)
        if text:
            yield text
    else:
        for below in element:
            yield from _element_lines(below)


_TAG = re.compile(
    r"<(?:p|br|div|span|a|b|i|em|strong|h[1-6]|ul|ol|li|blockquote|table|figure|img|html|body|article|section|pre)\b[^<>]*>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)


class Article(NamedTuple):
    """What a feed says about one article, as it is written there; `body` may be HTML, `published` any date."""

    title: str
    body: str
    url: str = ""
    published: str = ""
    author: str = ""
    language: str = ""
    id: str = ""
    publisher: str = ""


def document_of_article(article: Article, path: Path, *, key: str, media_type: str) -> Document:
    """The article's text, the markup in it read as that of a page.

    Raises:
        ReadError: there is no text in it, or its elements are nested too deeply.
    """
    return make_document(
        path,
        title=text_of_markup(article.title, path),
        media_type=media_type,
        text=text_of_markup(article.body, path),
        metadata={
            "published": any_date(article.published) or date_in_words(article.published),
            "author": text_of_markup(article.author, path),
            "publisher": text_of_markup(article.publisher, path),
            "url": one_line(article.url),
            "language": article.language,
        },
        key=key,
    )


def text_of_markup(text: str, path: Path) -> str:
    """The normalised text, which may be plain or HTML; nobody says which, so its tags decide."""
    if _TAG.search(text):
        if is_nested_too_deeply(text):
            raise ReadError(str(path), "the elements of an article are nested too deeply - save it again as text")
        page = parse(text)
        remove_hidden(page)
        text = visible_text(page.body) if page.body is not None else ""
    elif _REFERENCE.search(text):
        text = html.unescape(text)
    return normalise(text).strip()


MAX_KEY_CHARACTERS = 300


class Keys:
    """Gives out keys and remembers them.

    >>> keys = Keys()
    >>> keys.distinct("a", 1), keys.distinct("", 2), keys.distinct("a", 3)
    ('a', '2', 'a~2')
    """

    def __init__(self) -> None:
        self._n_by_key: dict[str, int] = {}

    def distinct(self, wanted: str, position: int) -> str:
        """The wanted key, else the position; with a number when it was given out before."""
        base = one_line(wanted)[:MAX_KEY_CHARACTERS].strip() or str(position)
        key = base
        while key in self._n_by_key:
            self._n_by_key[base] += 1
            key = f"{base}~{self._n_by_key[base]}"
        self._n_by_key[key] = 1
        return key
