"""HTML pages as documents: the main text, without navigation, banners, comments and whatever the page hides.

trafilatura is the better judge of what the article is; but it breaks words at inline tags and marks lists and tables
with characters of its own, and a quote must be what the page says. So it only chooses: the text is ours, line by line
(`_html_text`), and a line stays when trafilatura kept its words.
"""

from __future__ import annotations

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
from rag.readers._normalisation import make_document, normalise
from rag.readers._page_about import said_by, seen_above, title_of
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
_FORM_MESSAGE = re.compile(
    r"^(?:thanks|thank you) for (?:signing up|subscribing)\b|\ban error processing your (?:subscription|request)\b"
    r"|^keep an eye on your inbox\b|^(?:sign up|subscribe)\b.{0,80}\bnewsletters?\b"
    r"|\bdelivered (?:straight |directly )?to your inbox\b|\bin your inbox (?:every|each)\b",
    re.IGNORECASE,
)
_LONGEST_FORM_MESSAGE = 200
_N_HEAD_BYTES = 16_384


class HtmlReader:
    """Reads HTML; title, date, author, address and language come from what the page says about itself."""

    media_types = frozenset({"text/html"})
    takes_charset = True

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path, *, charset: str = "") -> Document:
        """The page's main text; the whole visible page where no main text can be told apart.

        Raises:
            ReadError: the file is empty, too large, binary, out of reach or nested too deeply, or shows no text.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        declared = _DECLARED_CHARSET.search(data[:_N_HEAD_BYTES])
        own = declared[1].decode("ascii", "replace") if declared else ""
        decoded = decoded_with_notice(data, path, declared=own, sent_as=charset)
        html = decoded.text
        if is_nested_too_deeply(html):
            raise ReadError(str(path), "its elements are nested too deeply - save the page again as text")
        page = parse(html)
        said = said_by(page)
        title = title_of(said)
        metadata = said.metadata() | {"notice": decoded.notice}
        if page.body is not None:
            remove_hidden(page)
        everything = normalise(visible_text(page.body, is_resolved=False)) if page.body is not None else ""
        if not (metadata["published"] and metadata["author"]):
            metadata |= seen_above(everything.split("\n"), title, metadata)
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
    chosen = sorted(telling | {i for i, line in enumerate(lines) if _is_among(line.text, whole_lines)})
    first = _reach(min(telling), [i for i in reversed(chosen) if i < min(telling)])
    last = _reach(max(telling), [i for i in chosen if i > max(telling)])
    kept = {i for i in chosen if first <= i <= last}
    kept |= set(_parts_between(lines, places, kept))
    for i in sorted(kept):
        text = lines[i].text
        if not _LEGAL.search(text) and not (len(text) <= _LONGEST_FORM_MESSAGE and _FORM_MESSAGE.search(text)):
            yield text


def _is_among(line: str, whole_lines: set[str]) -> bool:
    """Whether the line is one of them, or a name and its value that are two of them."""
    if _letters_and_digits(line) in whole_lines:
        return True
    name, colon, value = line.partition(": ")
    return bool(colon) and _letters_and_digits(name) in whole_lines and _letters_and_digits(value) in whole_lines


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
