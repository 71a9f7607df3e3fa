"""HTML pages as documents: the main text, without navigation, banners, comments and whatever the page hides.

trafilatura is the better judge of what the article is; but it breaks words at inline tags and marks lists and tables
with characters of its own, and a quote must be what the page says. So it only chooses: the text is ours, line by line
(`_html_text`), and a line stays when trafilatura kept its words.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
from rag.readers._normalisation import any_date, make_document, normalise, one_line
from rag.readers.shape.dateline import byline, date_of_line
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
_MARKED_AUTHOR = "[rel=author], [itemprop=author], [class*=byline i], [class*=author i]"
_AUTHOR_CLASS = re.compile(
    r"(?:^|\s)(?:[a-z]+[_-]+)*(?:by-?line|author)(?:[\s_-]*(?:name|link|by-?line))?(?:$|\s)", re.IGNORECASE
)
_N_MARKED = 10
_FORM_MESSAGE = re.compile(
    r"^(?:thanks|thank you) for (?:signing up|subscribing)\b|\ban error processing your (?:subscription|request)\b"
    r"|^keep an eye on your inbox\b|^(?:sign up|subscribe)\b.{0,80}\bnewsletters?\b"
    r"|\bdelivered (?:straight |directly )?to your inbox\b|\bin your inbox (?:every|each)\b",
    re.IGNORECASE,
)
_LONGEST_FORM_MESSAGE = 200
_SEPARATOR = re.compile(r"\s+[|\-–—·•»:/]+\s+|\s*[|»]\s*")
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_HOME = re.compile(r"/|\./|#|(?:https?:)?//[^/]+/?|(?:/|\./)?(?:index|default|home)\.\w+", re.IGNORECASE)
_N_HEADINGS = 30
_N_LINES_BELOW, _LONGEST_LINE_ABOVE = 8, 200
"""How far below the title names and dates stand; a longer line is of the text."""
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
        said = _Said(list(_json_statements(page)), page)
        title = _title(said)
        metadata = said.metadata() | {"notice": decoded.notice}
        if page.body is not None:
            remove_hidden(page)
        everything = normalise(visible_text(page.body, is_resolved=False)) if page.body is not None else ""
        if not (metadata["published"] and metadata["author"]):
            metadata |= _seen_above(everything.split("\n"), title, metadata)
        text = _main_text(page, everything)
        return make_document(path, title=title, media_type="text/html", text=text, metadata=metadata)


def _main_text(page: LexborHTMLParser, everything: str) -> str:
    """The lines of the page that belong to its main text; the page loses its frame.

    everything: the visible text of the page.
    """
    if page.body is None:
        return ""
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
    for i in sorted(kept):
        text = lines[i].text
        if not _LEGAL.search(text) and not (len(text) <= _LONGEST_FORM_MESSAGE and _FORM_MESSAGE.search(text)):
            yield text


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
    """Long lines in blocks of the same kinds as those of most of the text, as after an advertisement in its midst."""
    n_letters: Counter[tuple[str, ...]] = Counter()
    for i in telling:
        n_letters[_last_kinds(places[i].kinds)] += len(keys[i])
    total = sum(n_letters.values())
    is_of_links_by_block: dict[int, bool] = {}  # a block may hold as many lines as the page
    for i, key in enumerate(keys):
        kinds, block = places[i]
        if i in telling or len(key) < N_PARAGRAPH_CHARACTERS or n_letters[_last_kinds(kinds)] * 2 <= total:
            continue
        if block.mem_id not in is_of_links_by_block:
            is_of_links_by_block[block.mem_id] = _is_of_links(block)
        if not is_of_links_by_block[block.mem_id]:
            yield i


def _last_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The innermost kinds that tell a text's blocks from others: those up to the first with a class of its own."""
    for i in range(len(kinds) - 2, -1, -1):
        if not kinds[i].endswith(" "):
            return kinds[i:]
    return kinds


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


class _Said(NamedTuple):
    """What a page says about itself: in JSON, by name, in order, and in its elements."""

    statements: list[tuple[str, str]]
    page: LexborHTMLParser

    def in_json(self, name: str) -> list[str]:
        return [value for its_name, value in self.statements if its_name == name]

    def meta(self, name: str) -> str:
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            element = self.page.css_first(f'meta[{attribute}="{name}" i]')
            content = (element.attributes.get("content") or "").strip() if element else ""
            if content:
                return content
        return ""

    def metadata(self) -> dict[str, str]:
        page = self.page
        time = page.css_first("article time[datetime], main time[datetime], time[datetime]")
        published = (
            self.meta("article:published_time"),
            *self.in_json("datePublished"),
            *map(self.meta, _DATE_NAMES),
            (time.attributes.get("datetime") or "") if time else "",
        )
        authors = (self.meta("author"), *self.in_json("author"), *map(self.meta, _AUTHOR_NAMES), self._marked_author())
        canonical = page.css_first("link[rel=canonical][href]")
        root = page.css_first("html")
        return {
            "published": next(filter(None, map(any_date, published)), ""),
            "author": next(
                (byline(author) or author for author in authors if author and not _ADDRESS.match(author)), ""
            ),
            "publisher": next(filter(None, (self.meta("og:site_name"), *self.in_json("publisher"))), ""),
            "url": ((canonical.attributes.get("href") or "") if canonical else "") or self.meta("og:url"),
            "language": ((root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root else "")
            or self.meta("content-language")
            or self.meta("og:locale").replace("_", "-"),
        }

    def _marked_author(self) -> str:
        """The names in the first elements that are marked as an author's, when they look like names."""
        for element in self.page.css(_MARKED_AUTHOR)[:_N_MARKED]:
            text = one_line(element.text(separator=" "))
            if len(text) <= _LONGEST_LINE_ABOVE and _is_author_class(element):
                names = byline(text) or byline(f"By {text}")
                if names:
                    return names
        return ""


def _is_author_class(element: LexborNode) -> bool:
    about = element.attributes
    return (
        about.get("rel") == "author"
        or about.get("itemprop") == "author"
        or _AUTHOR_CLASS.search(about.get("class") or "") is not None
    )


def _title(said: _Said) -> str:
    """What the page calls its text, rather than its site.

    The social title; else a heading that `<title>` holds; else the first heading, where it shares words with `<title>`.
    """
    sites = {_words_of(said.meta("og:site_name")), *map(_words_of, said.in_json("publisher"))} - {""}
    for title in (said.meta("og:title"), *said.in_json("headline"), said.meta("twitter:title")):
        if title and _words_of(title) not in sites:
            return _without_site(title, sites)
    element = said.page.css_first("title")
    title = one_line(element.text()) if element else ""
    heading_by_words = {
        _words_of(text): text
        for heading in said.page.css("h1, h2, h3")[:_N_HEADINGS]
        if (text := one_line(heading.text()))
    }
    parts = _SEPARATOR.split(title)
    for part in (
        title,
        *(reversed(parts) if "»" in title else parts),
    ):  # a site that stands first points with this sign
        words = _words_of(part)
        if words in heading_by_words and words not in sites:
            return heading_by_words[words]
    first = said.page.css_first("h1")
    heading = one_line(first.text()) if first else ""
    if heading and not (title and first is not None and _leads_home(first)) and _share_words(heading, title):
        return heading
    return _without_site(title, sites) or heading


def _without_site(title: str, sites: set[str]) -> str:
    """The title without the site's name behind or before it, where that is known."""
    for separator in _SEPARATOR.finditer(title):
        if _words_of(title[separator.end() :]) in sites:
            return title[: separator.start()]
        if _words_of(title[: separator.start()]) in sites:
            return title[separator.end() :]
    return title


def _words_of(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _share_words(heading: str, title: str) -> bool:
    """Whether a third of the words of the shorter one are in the other; true where one has none."""
    one, other = set(_words_of(heading).split()), set(_words_of(title).split())
    return len(one & other) * 3 >= min(len(one), len(other))


def _leads_home(heading: LexborNode) -> bool:
    link = heading.css_first("a[href]") or (heading.parent if heading.parent and heading.parent.tag == "a" else None)
    return link is not None and _HOME.fullmatch(link.attributes.get("href") or "") is not None


def _seen_above(lines: list[str], title: str, known: Mapping[str, str]) -> dict[str, str]:
    """`published` and `author` as the lines around the title show them, where the page does not state them."""
    key = _words_of(title)
    place = next((i for i, line in enumerate(lines) if _words_of(line) == key), -1)
    around = lines[max(0, place - 1) : max(0, place)]  # further up is today's date
    for line in lines[place + 1 : place + 1 + _N_LINES_BELOW]:
        if len(line) > _LONGEST_LINE_ABOVE:
            break
        around.append(line)
    found = {}
    if not known["published"]:
        found["published"] = next(filter(None, map(date_of_line, around)), "")
    if not known["author"]:
        found["author"] = next(filter(None, map(byline, around)), "")
    return found


def _json_statements(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """`datePublished`, `headline`, `author` and `publisher` in JSON-LD blocks, in order; those that are JSON."""
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
        for name in ("datePublished", "headline"):
            if isinstance(value.get(name), str):
                yield name, value[name]
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
