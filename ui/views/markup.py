"""HTML that is escaped by construction: text becomes `Html` only through `text`, and elements only through `element`.

Why no template engine: what is shown are other people's documents and a language model's words, and the page around
them (Gradio) reads templates, Markdown and formulas of its own. So every character with a meaning in any of these is
written as a character reference, elements and attributes come from a fixed list, and the result is one line, which
Markdown leaves alone. `mypy` refuses a `str` where `Html` is due.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import NewType
from urllib.parse import urlsplit

__all__ = [
    "ATTRIBUTES",
    "ELEMENTS",
    "NOTHING",
    "Html",
    "attribute_text",
    "button",
    "date_in_words",
    "element",
    "isolated",
    "join",
    "language_tag",
    "link",
    "shown",
    "text",
]

Html = NewType("Html", str)
"""Text that is safe to put between tags."""

NOTHING = Html("")

ELEMENTS = frozenset(
    {"a", "article", "bdi", "blockquote", "button", "div", "h2", "h3", "header", "li", "mark", "nav", "ol", "p"}
    | {"q", "section", "span", "time", "ul"}
)
ATTRIBUTES = frozenset(
    {"aria-current", "aria-describedby", "aria-hidden", "aria-label", "class", "datetime", "dir", "href", "id", "lang"}
    | {"data-answer", "data-around", "data-citation", "data-document", "data-line"}
    | {"data-conversation", "data-do", "data-end", "data-form", "data-start"}
    | {"rel", "role", "tabindex", "target", "type"}
)

_BIDI_CONTROLS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_NONCHARACTERS = [*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))]
_REPLACED = [*range(0x80, 0xA0), *range(0xD800, 0xE000), *_BIDI_CONTROLS, *_NONCHARACTERS]
_SHOWN: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys(_REPLACED, "\ufffd"),
    0x2028: "\u2424",
    0x2029: "\u2424",
}
_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "&<>\"'`$={}[]*_~\\\n"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def shown(content: str) -> str:
    """The text as it can be seen, character for character, so that offsets stay what they are.

    A control character or a Unicode line separator becomes its picture; what would reorder the line, a lone surrogate
    and whatever is no character become U+FFFD. The text of a document that our readers read has none of these.

    >>> shown("a\\x00b\\u202ec")
    'a␀b\ufffdc'
    """
    return content.translate(_SHOWN)


def text(content: str) -> Html:
    """The text escaped, to stand between tags or in an attribute.

    >>> text("<b> {{7*7}}")
    '&#60;b&#62; &#123;&#123;7&#42;7&#125;&#125;'
    """
    return Html(shown(content).translate(_REFERENCES))


def attribute_text(content: str) -> str:
    """The text on one line, for titles and labels: every run of white space is one space.

    >>> attribute_text(" Talks\\n in  Jeddah")
    'Talks in Jeddah'
    """
    return " ".join(shown(content).split())


def element(name: str, *children: Html, **attributes: str) -> Html:
    """One element; `class_` gives class, `data_answer` data-answer; an empty attribute is left out.

    >>> element("p", text("A & B"), class_="cv-note", lang="")
    '<p class="cv-note">A &#38; B</p>'
    """
    if name not in ELEMENTS:
        raise ValueError(f"cannot make an element {name!r}: it is not in ELEMENTS - add it there if it is harmless")
    written = []
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if attribute not in ATTRIBUTES:
            raise ValueError(f"cannot set {attribute!r}: it is not in ATTRIBUTES - add it there if it is harmless")
        if value:
            written.append(f' {attribute}="{text(value)}"')
    return Html(f"<{name}{''.join(written)}>{''.join(children)}</{name}>")


def join(parts: Iterable[Html], separator: Html = NOTHING) -> Html:
    """The parts that are not empty, one after the other."""
    return Html(separator.join(part for part in parts if part))


def button(label: Html, *, class_: str, **attributes: str) -> Html:
    """A button that does nothing by itself; the script of the page acts on its class and data."""
    return element("button", label, type="button", class_=class_, **attributes)


def isolated(content: str) -> Html:
    """The text on one line, with a direction of its own that does not reach what stands around it."""
    return element("bdi", text(attribute_text(content)))


def language_tag(tag: str) -> str:
    """The tag if it is formed like one of BCP 47, else nothing.

    >>> language_tag("pt-BR"), language_tag('en" onclick="x')
    ('pt-BR', '')
    """
    return tag if _LANGUAGE.fullmatch(tag) else ""


def date_in_words(published: str) -> str:
    """An ISO 8601 date as people write it; anything else as it stands.

    >>> date_in_words("2025-03-12T18:22:00Z"), date_in_words("spring 2025")
    ('12 March 2025', 'spring 2025')
    """
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return attribute_text(published)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def link(address: str, words: str = "") -> Html:
    """The address, as a link if it can be followed without harm (http or https, a host, no password).

    words: shown in the place of an address that can be followed.

    The page that it leads to learns neither where the reader came from nor how to reach this one.
    """
    is_plain = all(character.isprintable() and not character.isspace() for character in address)
    try:
        parts = urlsplit(address)
        can_follow = is_plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        can_follow = False
    # A host in mixed scripts, or any that is not ASCII, may look like another one: it is shown, and not followed.
    if not can_follow or not parts.netloc.isascii() or unicodedata.normalize("NFKC", address) != address:
        return isolated(address)
    return element("a", isolated(words or address), href=address, rel="noopener noreferrer nofollow", target="_blank")
