"""What a page says about itself: in its head, in JSON, and in the lines around its title.

Source: the Open Graph protocol; schema.org (`datePublished`, `headline`, `author`, `publisher`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.readers._normalisation import any_date, one_line
from rag.readers.shape.dateline import byline, date_of_line

__all__ = ["Said", "said_by", "seen_above", "title_of"]

_MARKED_AUTHOR = "[rel=author], [itemprop=author], [class*=byline i], [class*=author i]"
_AUTHOR_CLASS = re.compile(
    r"(?:^|\s)(?:[a-z]+[_-]+)*(?:by-?line|author)(?:[\s_-]*(?:name|link|by-?line))?(?:$|\s)", re.IGNORECASE
)
_N_MARKED = 10
_SEPARATOR = re.compile(r"\s+[|\-–—·•»:/]+\s+|\s*[|»]\s*")
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_HOME = re.compile(r"/|\./|#|(?:https?:)?//[^/]+/?|(?:/|\./)?(?:index|default|home)\.\w+", re.IGNORECASE)
_N_HEADINGS = 30
_N_LINES_BELOW, _LONGEST_LINE_ABOVE = 8, 160
"""How far below the title names and dates stand; a longer line is of the text."""
_MAX_JSON_DEPTH = 8
_DATE_NAMES = (
    *("datePublished", "date", "dc.date", "DC.date.issued", "dcterms.date", "dcterms.issued", "pubdate"),
    *("parsely-pub-date", "sailthru.date", "citation_publication_date", "publication_date"),
)
_AUTHOR_NAMES = ("parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "citation_author")


_NAMING = ("property", "name", "itemprop", "http-equiv")


class Said(NamedTuple):
    """What a page says about itself: in JSON, by name, in order, and in its elements.

    contents: of the first `<meta>` with each attribute and its value in small letters; blank ones are empty.
    """

    statements: list[tuple[str, str]]
    page: LexborHTMLParser
    contents: Mapping[tuple[str, str], str]

    def in_json(self, name: str) -> list[str]:
        """The statements of that name, in order."""
        return [value for its_name, value in self.statements if its_name == name]

    def meta(self, name: str) -> str:
        """The content of the first `<meta>` of that name that has one; empty when none has."""
        return next(filter(None, (self.contents.get((attribute, name.lower())) for attribute in _NAMING)), "")

    def metadata(self) -> dict[str, str]:
        """What `Reader.read` promises of a page that states it, dates as YYYY-MM-DD; empty where it does not."""
        page = self.page
        time = page.css_first("article time[datetime], main time[datetime], time[datetime]")
        published = (
            self.meta("article:published_time"),
            *self.in_json("datePublished"),
            *map(self.meta, _DATE_NAMES),
            (time.attributes.get("datetime") or "") if time else "",
        )
        authors = [self.meta("author"), *self.in_json("author"), *map(self.meta, _AUTHOR_NAMES), self._marked_author()]
        if authors[-1]:  # a word alone, such as "Desk", says less than names that are shown
            authors = [author for author in authors if " " in author.strip()] or authors
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
        """The names in the first elements, side by side, that are marked as an author's, when they look like names."""
        found: list[str] = []
        beside: LexborNode | None = None
        for element in self.page.css(_MARKED_AUTHOR)[:_N_MARKED]:
            parent = element.parent
            if beside is not None and (parent is None or parent.mem_id != beside.mem_id):
                break
            text = one_line(element.text(separator=" "))
            if len(text) <= _LONGEST_LINE_ABOVE and _is_author_class(element):
                names = byline(text) or byline(f"By {text}")
                if names:
                    beside = parent
                    found += [names] if names not in found else []
        return ", ".join(found)


def said_by(page: LexborHTMLParser) -> Said:
    """What the page says about itself."""
    contents: dict[tuple[str, str], str] = {}
    for element in page.css("meta"):
        about = element.attributes
        content = (about.get("content") or "").strip()
        for attribute in _NAMING:
            if (name := about.get(attribute)) is not None:
                contents.setdefault((attribute, name.lower()), content)
    return Said(list(_json_statements(page)), page, contents)


def _is_author_class(element: LexborNode) -> bool:
    about = element.attributes
    return (
        about.get("rel") == "author"
        or about.get("itemprop") == "author"
        or _AUTHOR_CLASS.search(about.get("class") or "") is not None
    )


def title_of(said: Said) -> str:
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
    named = said.page.css_first("p.title, p.MsoTitle") if not title and not heading else None
    return _without_site(title, sites) or heading or (one_line(named.text()) if named else "")


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


def seen_above(lines: list[str], title: str, known: Mapping[str, str]) -> dict[str, str]:
    """`published` and `author` as the lines around the title show them, where the page does not state them."""
    key = _words_of(title)
    place = next((i for i, line in enumerate(lines) if _words_of(line) == key), -1)
    around = lines[max(0, place - 1) : max(0, place)]  # further up is today's date
    n_sentences = 0
    for line in lines[place + 1 : place + 1 + _N_LINES_BELOW]:
        n_sentences += len(line) > _LONGEST_LINE_ABOVE // 2 and line.endswith((".", "!", "?", "”", ":"))
        if len(line) > _LONGEST_LINE_ABOVE or n_sentences > 1:  # the first may be a summary above the byline
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
