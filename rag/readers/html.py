"""HTML pages as documents: the main text, without navigation, banners, comments and whatever the page hides.

trafilatura is the better judge of what the article is; but it breaks words at inline tags and marks lists and tables
with characters of its own, and a quote must be what the page says. So it only chooses: the text is ours, line by line
(`_html_text`), and a line stays when trafilatura kept its words.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decoded_with_notice, read_bytes
from rag.readers._html_text import (
    BLOCKS,
    VisibleLine,
    is_nested_too_deeply,
    parse,
    remove_frame,
    remove_hidden,
    visible_lines,
    visible_text,
)
from rag.readers._normalisation import any_date, make_document, normalise
from rag.readers.shape.raised import resolved, without_added
from rag.types import Document

__all__ = ["HtmlReader"]

# An article is far smaller; what is larger is a data dump, which has no main text to choose.
MAX_ARTICLE_BYTES = 3_000_000
# Shorter lines stand in many places of a page, so they must be a whole line of the main text, close to the rest of it.
N_TELLING_CHARACTERS = 25
N_LINES_BETWEEN = 3
# A shorter line in a place like those of the main text may be a teaser of another article.
N_PARAGRAPH_CHARACTERS = 60
# A main text that is shorter than this, on a page that holds more, is a misjudgement.
N_ENOUGH_CHARACTERS = 250

_DECLARED_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,500}?\bcharset|\?xml[^>]{0,200}?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_MOST_KINDS = 50
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_POST = re.compile(
    r"^blockquote|\b(?:tweet|twitter-tweet|instagram-media|bluesky-embed|mastodon-embed|fb-post|tiktok-embed)\b"
    r"|social-(?:media-)?(?:post|embed)",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\bpersonal,? (?:and )?non-?commercial use only\b|^(?:©|\(c\)|copyright\b).{0,80}\d{4}|\ball rights reserved\b"
    r"|\bmay not be (?:published|reproduced|republished|broadcast|rewritten|redistributed|copied)\b",
    re.IGNORECASE,
)
_N_HEAD_BYTES = 16_384
_MAX_JSON_DEPTH = 8
_DATE_NAMES = (
    *("datePublished", "date", "dc.date", "DC.date.issued", "dcterms.date", "dcterms.issued", "pubdate"),
    *("parsely-pub-date", "sailthru.date", "citation_publication_date", "publication_date"),
)
_AUTHOR_NAMES = ("parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "citation_author")


class HtmlReader:
    """Reads HTML; title, date, author, address and language come from what the page says about itself."""

    media_types = frozenset({"text/html"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The page's main text; the whole visible page where no main text can be told apart.

        Raises:
            ReadError: the file is empty, too large, binary, out of reach or nested too deeply, or shows no text.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        declared = _DECLARED_CHARSET.search(data[:_N_HEAD_BYTES])
        decoded = decoded_with_notice(data, path, declared=declared[1].decode("ascii", "replace") if declared else "")
        html = decoded.text
        if is_nested_too_deeply(html):
            raise ReadError(str(path), "its elements are nested too deeply - save the page again as text")
        page = parse(html)
        metadata = _metadata(page) | {"notice": decoded.notice}
        title = _title(page)
        return make_document(path, title=title, media_type="text/html", text=_main_text(page), metadata=metadata)


def _main_text(page: LexborHTMLParser) -> str:
    """The lines of the page that belong to its main text; the page loses what is hidden."""
    if page.body is None:
        return ""
    remove_hidden(page)
    everything = normalise(visible_text(page.body, is_resolved=False))
    html = page.html or ""
    judged = trafilatura.extract(html, include_comments=False, fast=True) if len(html) <= MAX_ARTICLE_BYTES else None
    remove_frame(page)
    lines = [
        line._replace(text=text)
        for line in visible_lines(page.body, is_resolved=False)
        if (text := normalise(line.text))
    ]
    # A page that is all navigation by its own account, such as a list of links, is still a page.
    text = "\n".join(line.text for line in lines) or everything
    chosen = "\n".join(_chosen_lines(lines, normalise(judged or "")))
    return resolved(chosen if len(chosen) >= min(N_ENOUGH_CHARACTERS, len(text)) else text)


def _chosen_lines(lines: list[VisibleLine], judged: str) -> Iterator[str]:
    """The lines whose words are in the judged text, as far as they stand together, and what belongs to them."""
    words = _letters_and_digits(judged)
    whole_lines = {_letters_and_digits(line) for line in judged.split("\n")} - {""}
    keys = [_letters_and_digits(line.text) for line in lines]
    telling = {i for i, key in enumerate(keys) if len(key) >= N_TELLING_CHARACTERS and key in words}
    if not telling:
        return
    places = [_place(line.start) for line in lines]
    telling |= set(_more_of_the_body(keys, places, telling))
    chosen = sorted(telling | {i for i, key in enumerate(keys) if key in whole_lines})
    first = _reach(min(telling), [i for i in reversed(chosen) if i < min(telling)])
    last = _reach(max(telling), [i for i in chosen if i > max(telling)])
    kept = {i for i in chosen if first <= i <= last}
    kept |= set(_parts_between(lines, places, kept))
    yield from (lines[i].text for i in sorted(kept) if not _LEGAL.search(lines[i].text))


class _Place(NamedTuple):
    """Where a line stands.

    kinds: of the blocks around it, outermost first. block: the innermost of them.
    """

    kinds: tuple[str, ...]
    block: LexborNode


def _place(start: LexborNode) -> _Place:
    block: LexborNode | None = start if start.tag in BLOCKS else start.parent
    while block is not None and block.tag not in BLOCKS and block.parent is not None:
        block = block.parent
    innermost = block if block is not None else start
    kinds: list[str] = []
    while block is not None and block.tag not in (None, "body", "html") and len(kinds) < _MOST_KINDS:
        if block.tag in BLOCKS:
            kinds.append(f"{block.tag} {_DIGITS.sub('', block.attributes.get('class') or '')}")
        block = block.parent
    return _Place(tuple(reversed(kinds)), innermost)


def _more_of_the_body(keys: list[str], places: list[_Place], telling: set[int]) -> Iterator[int]:
    """Long lines that stand in blocks of the same kinds as most of the text, as after an advertisement in its midst."""
    n_letters: Counter[tuple[str, ...]] = Counter()
    for i in telling:
        n_letters[places[i].kinds] += len(keys[i])
    total = sum(n_letters.values())
    is_of_links_by_block: dict[int, bool] = {}  # a block may hold as many lines as the page
    for i, key in enumerate(keys):
        kinds, block = places[i]
        if i in telling or len(key) < N_PARAGRAPH_CHARACTERS or n_letters[kinds] * 2 <= total:
            continue
        if block.mem_id not in is_of_links_by_block:
            is_of_links_by_block[block.mem_id] = _is_of_links(block)
        if not is_of_links_by_block[block.mem_id]:
            yield i


def _is_of_links(block: LexborNode) -> bool:
    """Whether half of the block's text, or more, leads elsewhere."""
    return sum(len(link.text()) for link in block.css("a")) * 2 > len(block.text())


def _parts_between(lines: list[VisibleLine], places: list[_Place], kept: set[int]) -> Iterator[int]:
    """Lines that belong to those around them: posts, tables, headings of what is kept, and what a colon announces."""
    last = max(kept)
    announced: tuple[str, ...] | None = None
    for i in range(min(kept), len(lines)):
        kinds, block = places[i]
        is_table = lines[i].start.tag == "table"
        if i in kept:
            announced = None
        elif i > last:
            if not is_table or kinds[:-1] != places[last].kinds[:-1]:
                return
            yield i  # a table right below the last line
        else:
            if i - 1 in kept and lines[i - 1].text.rstrip().endswith(":") and not _is_of_links(block):
                announced = kinds
            announced = announced if kinds == announced else None
            if (
                is_table
                or announced
                or any(map(_POST.search, kinds))
                or _is_heading_of(places[i], places[i + 1], kept, i)
            ):
                yield i


def _is_heading_of(place: _Place, below: _Place, kept: set[int], i: int) -> bool:
    around = place.kinds[:-1]
    is_heading = place.block.tag in _HEADINGS and i + 1 in kept and below.kinds[: len(around)] == around
    return is_heading and not _is_of_links(place.block)


def _reach(start: int, positions: Iterable[int]) -> int:
    """How far one comes from `start` over the positions, in steps of at most `N_LINES_BETWEEN`."""
    for position in positions:
        if abs(position - start) <= N_LINES_BETWEEN:
            start = position
    return start


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[\W_]+", "", without_added(text))


def _title(page: LexborHTMLParser) -> str:
    """What the page calls itself: the social title, which lacks the site's name, the first heading, or `<title>`."""
    heading = page.css_first("h1")
    title = page.css_first("title")
    return _meta(page, "og:title") or (heading.text() if heading else "").strip() or (title.text() if title else "")


def _metadata(page: LexborHTMLParser) -> dict[str, str]:
    statements = list(_json_statements(page))
    time = page.css_first("article time[datetime], main time[datetime], time[datetime]")
    published = (
        _meta(page, "article:published_time"),
        *(value for name, value in statements if name == "datePublished"),
        *(_meta(page, name) for name in _DATE_NAMES),
        (time.attributes.get("datetime") or "") if time else "",
    )
    authors = (
        _meta(page, "author"),
        *(value for name, value in statements if name == "author"),
        *(_meta(page, name) for name in _AUTHOR_NAMES),
    )
    publisher = (_meta(page, "og:site_name"), *(value for name, value in statements if name == "publisher"))
    canonical = page.css_first("link[rel=canonical][href]")
    root = page.css_first("html")
    return {
        "published": next(filter(None, map(any_date, published)), ""),
        "author": next(filter(None, authors), ""),
        "publisher": next(filter(None, publisher), ""),
        "url": ((canonical.attributes.get("href") or "") if canonical else "") or _meta(page, "og:url"),
        "language": ((root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root else "")
        or _meta(page, "content-language")
        or _meta(page, "og:locale").replace("_", "-"),
    }


def _meta(page: LexborHTMLParser, name: str) -> str:
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        element = page.css_first(f'meta[{attribute}="{name}" i]')
        content = (element.attributes.get("content") or "").strip() if element else ""
        if content:
            return content
    return ""


def _json_statements(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """`datePublished`, `author` and `publisher` in JSON-LD blocks, in order; one that is not JSON says nothing."""
    for script in page.css('script[type="application/ld+json"]'):
        try:
            yield from _statements_in(json.loads(script.text()), depth=0)
        except (ValueError, RecursionError):
            continue


def _statements_in(value: object, *, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _MAX_JSON_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _statements_in(item, depth=depth + 1)
    elif isinstance(value, dict):
        if isinstance(value.get("datePublished"), str):
            yield "datePublished", value["datePublished"]
        for role in ("author", "publisher"):
            names = ", ".join(_names_in(value.get(role)))
            if names:
                yield role, names
        yield from _statements_in(value.get("@graph", []), depth=depth + 1)


def _names_in(author: object) -> Iterator[str]:
    for item in author if isinstance(author, list) else [author]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str):
            yield name
