"""Reads rendered HTML as a browser does (lexbor follows the HTML standard), and says what in it is not allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["TextPiece", "assert_inert", "first", "has_class", "nodes", "pieces", "visible_text"]

ALLOWED_ELEMENTS = {
    "a",
    "article",
    "bdi",
    "blockquote",
    "button",
    "div",
    "h2",
    "h3",
    "h4",
    "header",
    "img",
    "input",
    "label",
    "li",
} | {
    "mark",
    "nav",
    "ol",
    "option",
    "p",
    "q",
    "section",
    "select",
    "span",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "tr",
    "ul",
}
ALLOWED_ATTRIBUTES = (
    {"aria-checked", "aria-current", "aria-describedby", "aria-expanded", "aria-hidden", "aria-label", "aria-live"}
    | {"aria-pressed", "class", "datetime", "data-kind", "data-narrowed", "data-opened", "data-total", "data-value"}
    | {"data-answer", "data-around", "data-citation", "data-document", "data-line"}
    | {"data-conversation", "data-do", "data-end", "data-find", "data-form", "data-hit", "data-page", "data-start"}
    | {"data-view", "dir", "for", "href", "id", "lang", "rel", "role", "scope", "tabindex", "target", "type"}
)
OF_ENTRIES = {"autocomplete", "id", "maxlength", "placeholder", "spellcheck", "type", "value", "class"}
OF_PICTURES = {"alt", "height", "src", "width"}
OF_OPTIONS = {"value", "selected"}
HARMFUL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Characters that end a line, reorder it, steer a terminal, or are none."""

PHRASING = {"a", "bdi", "button", "mark", "q", "span", "time"}


class TextPiece(NamedTuple):
    """A run of text and the elements around it, outermost first."""

    text: str
    around: tuple[LexborNode, ...]


def nodes(html: str, selector: str) -> list[LexborNode]:
    return LexborHTMLParser(html).css(selector)


def first(html: str, selector: str) -> LexborNode:
    found = LexborHTMLParser(html).css_first(selector)
    assert found is not None, selector
    return found


def has_class(node: LexborNode, name: str) -> bool:
    return name in (node.attributes.get("class") or "").split()


def pieces(html: str) -> Iterator[TextPiece]:
    """All text, in order."""
    body = LexborHTMLParser(html).body
    assert body is not None
    yield from _pieces(body, ())


def _pieces(node: LexborNode, around: tuple[LexborNode, ...]) -> Iterator[TextPiece]:
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            yield TextPiece(child.text(deep=False), around)
        else:
            yield from _pieces(child, (*around, child))


def visible_text(html: str) -> str:
    return "".join(piece.text for piece in pieces(html))


def assert_inert(html: str) -> None:
    """Nothing but known elements with known attributes, whose values can do nothing."""
    parser = LexborHTMLParser(html)
    assert not HARMFUL.search(html)
    for node in parser.css("body *"):
        assert node.tag in ALLOWED_ELEMENTS, node.html
        allowed = {"input": OF_ENTRIES, "img": OF_PICTURES, "option": OF_OPTIONS}.get(node.tag, ALLOWED_ATTRIBUTES)
        if "style" in node.attributes:
            assert re.fullmatch(
                r"(left|top|width|height):[\d.]+%(;(top|width|height):[\d.]+%){3}", node.attributes["style"]
            )
            allowed = {"class", "style"}
        assert set(node.attributes) <= allowed, node.html
        assert all(re.fullmatch(r"cv-[a-z-]+", name) for name in (node.attributes.get("class") or "").split())
        kinds = {"button": {"button"}, "input": {"search", "text"}}.get(node.tag, {None})
        assert node.attributes.get("type") in kinds, node.html
        if node.tag == "img":
            assert re.fullmatch(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/]+=*", node.attributes["src"] or "")
        if "href" in node.attributes:
            assert node.tag == "a"
            assert re.match(r"https?://[a-z0-9]", node.attributes["href"] or "", re.IGNORECASE)
            assert node.attributes["rel"] == "noopener noreferrer nofollow"
        if node.tag == "p":
            assert {inner.tag for inner in node.css("*")} - {"p"} <= PHRASING
    assert parser.head is None or not parser.head.css("*:not(head)")
    ids = [node.attributes["id"] for node in parser.css("[id]")]
    assert len(ids) == len(set(ids))
