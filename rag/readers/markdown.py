"""Markdown files as documents: the words as a reader of the rendered page sees them, without the marks.

The text is rendered, because a quote with `**` and addresses in it is not what the author meant to be read. Each
heading, paragraph, list item and table row is a line of its own; code stands as it is; a link is its words. HTML inside
Markdown is read as in a page: its words stay, its tags, scripts and comments go.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import yaml  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.readers._decoding import DEFAULT_MAX_BYTES, decoded_with_notice, read_bytes
from rag.readers._html_text import parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise
from rag.readers.shape.raised import lowered, note_mark, raised, resolved
from rag.readers.shape.tables import Header, table_lines
from rag.types import Document

__all__ = ["MarkdownReader"]

MAX_FRONT_MATTER_CHARACTERS = 10_000
MAX_NESTING = 100

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_DATE_NAMES = ("published", "publishdate", "date", "pubdate")
_ELEMENT_START = re.compile(r"<\s*(script|style|template|iframe|svg|noscript)\b", re.IGNORECASE)
_RAISED = re.compile(r"<\s*(/?)\s*(sup|sub)\b", re.IGNORECASE)
_NOTE_REFERENCE = re.compile(r"\[\^[^\s\[\]^]{1,40}\](?!:)")
_NOTE_START = re.compile(r"^\[\^[^\s\[\]^]{1,40}\]:[ \t]*")
_TILDE = re.compile(r"(?<=\w)~(\d{1,3}|[a-z])~")
_TITLE_BLOCK = re.compile(r"%[ \t]+(\S[^\n]*)\n(?:%[ \t]*([^\n]*)\n)?(?:%[ \t]*([^\n]*)\n)?(?=\s*\n)")
_ROW = re.compile(r"[^\n]*\S {2,}\S[^\n]*")
_CARET = re.compile(r"(?<=\w)\^(-?\w{1,5})\^")
_BRACKET = re.compile(r"[\[\]]|\n\s*\n")
_BREAK = re.compile(r"<\s*br\b", re.IGNORECASE)


class MarkdownReader:
    """Reads Markdown (CommonMark with tables); title and metadata come from front matter or the first heading."""

    media_types = frozenset({"text/markdown"})
    takes_charset = True

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        # The preset cuts off, silently, what is nested more than 20 deep.
        self._parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
        self._parser_without_links = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
        self._parser_without_links.disable(["link", "image"])

    def read(self, path: Path, *, charset: str = "") -> Document:
        """The rendered text of the file, without its front matter.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding or out of reach, or holds no words.
        """
        decoded = decoded_with_notice(read_bytes(path, max_bytes=self._max_bytes), path, sent_as=charset)
        source = normalise(decoded.text)
        front_matter, body = _split_front_matter(source)
        tokens = (self._parser_without_links if _has_deep_brackets(body) else self._parser).parse(body)
        return make_document(
            path,
            title=front_matter.get("title") or _first_heading(tokens),
            media_type="text/markdown",
            # Character references such as &nbsp; are only now characters.
            text=normalise(_rendered(tokens)),
            metadata={
                "published": next(filter(None, (any_date(front_matter.get(name, "")) for name in _DATE_NAMES)), ""),
                "author": front_matter.get("author") or front_matter.get("authors") or "",
                "url": front_matter.get("canonical_url") or front_matter.get("url") or "",
                "notice": decoded.notice,
                "language": front_matter.get("lang") or front_matter.get("language") or "",
            },
        )


def _has_deep_brackets(text: str) -> bool:
    """Whether more brackets are open at once in a block than in any link; for each the parser reads on to its end.

    >>> _has_deep_brackets("[" * 200), _has_deep_brackets("[a] " * 200), _has_deep_brackets("[\\n\\n" * 200)
    (True, False, False)
    """
    depth = 0
    for sign in _BRACKET.findall(text):
        depth = depth + 1 if sign == "[" else max(0, depth - 1) if sign == "]" else 0
        if depth > MAX_NESTING:
            return True
    return False


class _FrontMatter(NamedTuple):
    values: dict[str, str]
    body: str


def _split_front_matter(source: str) -> _FrontMatter:
    """The plain entries of a YAML block at the very start, and what follows; what is no such block is text."""
    nothing = _FrontMatter({}, source)
    if block := _TITLE_BLOCK.match(source, 0, MAX_FRONT_MATTER_CHARACTERS):
        said = {"title": block[1], "author": re.sub(r"\s*;\s*", ", ", block[2] or ""), "date": block[3] or ""}
        return _FrontMatter(said, source[block.end() :])
    match = _FRONT_MATTER.match(source, 0, MAX_FRONT_MATTER_CHARACTERS)
    if match is None or re.search(r"(^|[\s\[{,:-])&\w", match[1]):
        # An anchor (`&name`) lets a few lines stand for billions; no title or date needs one.
        return nothing
    try:
        entries = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return nothing
    if not isinstance(entries, dict):
        return nothing
    values = {str(name).lower(): _as_text(value) for name, value in entries.items()}
    return _FrontMatter(values, source[match.end() :])


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _first_heading(tokens: Sequence[Token]) -> str:
    following = itertools.pairwise(tokens)
    return next((_inline_text(inline) for token, inline in following if token.type == "heading_open"), "")


def _rendered(tokens: Sequence[Token]) -> str:
    """One line for each block, and for each table row with the names of its columns."""
    lines: list[str] = []
    rows: list[list[str]] = []
    cells: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            rows.append(cells)
            cells = None
        elif token.type == "table_close":
            lines += table_lines(rows, header=Header.MARKED)
            rows = []
        elif token.type == "inline" and cells is not None:
            cells.append(_inline_text(token).replace("\n", " "))
        elif token.type == "inline":
            are_rows = "\n" in token.content and all(map(_ROW.fullmatch, token.content.split("\n")))
            lines.append(token.content if are_rows else _inline_text(token))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
        elif token.type == "html_block":
            lines.append(_html_words(token.content))
    return "\n".join(line for line in lines if line.strip())


def _inline_text(inline: Token) -> str:
    """The words of a paragraph: a line break of the source is a space, a hard break a line end, an image nothing."""
    pieces: list[str] = []
    hidden_by = ""
    for token in inline.children or []:
        if token.type == "html_inline":
            start = _ELEMENT_START.match(token.content)
            if hidden_by and re.match(rf"</\s*{hidden_by}\b", token.content, re.IGNORECASE):
                hidden_by = ""
            elif start and not hidden_by:
                hidden_by = start[1].lower()
            elif _BREAK.match(token.content):
                pieces.append("\n")
            elif not hidden_by and (sign := _RAISED.match(token.content)):
                opening, _, closing = (raised if sign[2].lower() == "sup" else lowered)("\0").partition("\0")
                pieces.append(closing if sign[1] else opening)
        elif hidden_by:
            continue
        elif token.type in ("text", "code_inline", "text_special"):
            pieces.append(token.content if token.type == "code_inline" else _with_marks(token.content))
        elif token.type == "softbreak":
            pieces.append(" ")
        elif token.type == "hardbreak":
            pieces.append("\n")
    return "\n".join(resolved(line).strip() for line in "".join(pieces).split("\n"))


def _with_marks(text: str) -> str:
    """The text with references to notes (`[^2]`) and raised pieces (`10^6^`), as many programs write them, marked."""
    if "~" in text:
        text = _TILDE.sub(lambda match: lowered(match[1]), text)
    if "^" not in text:
        return text
    text = _NOTE_START.sub("", text)
    text = _NOTE_REFERENCE.sub(lambda match: note_mark(match[0][2:-1]), text)
    return _CARET.sub(lambda match: raised(match[1]), text)


def _html_words(html: str) -> str:
    page = parse(html)
    remove_hidden(page)
    return visible_text(page.body) if page.body is not None else ""
