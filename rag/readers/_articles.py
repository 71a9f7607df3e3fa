"""Articles of feeds as documents, whatever the feed is written in, and the key that each of them has."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise, one_line
from rag.types import Document

__all__ = ["Article", "Keys", "document_of_article", "text_of_markup"]

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
            "published": any_date(article.published),
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
