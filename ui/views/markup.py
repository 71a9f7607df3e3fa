"""HTML that is escaped by construction: text becomes `Html` only through `text`, and elements only through `element`.

Why no template engine: what is shown are other people's documents and a language model's words, and the page around
them (Gradio) reads templates, Markdown and formulas of its own. So every character with a meaning in any of these is
written as a character reference, elements and attributes come from a fixed list, and the result is one line, which
Markdown leaves alone. `mypy` refuses a `str` where `Html` is due.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from typing import NewType
from urllib.parse import urlsplit

from ui.languages.words import day

__all__ = [
    "ATTRIBUTES",
    "ELEMENTS",
    "NOTHING",
    "Html",
    "attribute_text",
    "box",
    "button",
    "choice",
    "date_in_words",
    "element",
    "entry",
    "isolated",
    "join",
    "language_tag",
    "link",
    "picture",
    "shown",
    "text",
    "tick_box",
]

Html = NewType("Html", str)
"""Text that is safe to put between tags."""

NOTHING = Html("")

ELEMENTS = frozenset(
    {"a", "article", "bdi", "blockquote", "button", "div", "h2", "h3", "h4", "header", "label", "li", "mark", "nav"}
    | {"ol", "p", "q", "section", "span", "table", "tbody", "td", "th", "thead", "time", "tr", "ul"}
)
ATTRIBUTES = frozenset(
    {"aria-checked", "aria-current", "aria-describedby", "aria-expanded", "aria-hidden", "aria-label", "aria-live"}
    | {"aria-pressed", "class", "datetime", "data-kind", "data-narrowed", "data-opened", "data-total", "data-value"}
    | {"data-answer", "data-around", "data-citation", "data-document", "data-line"}
    | {"data-conversation", "data-do", "data-end", "data-find", "data-form", "data-hit", "data-page", "data-start"}
    | {"data-view", "dir", "for", "href", "id", "lang", "rel", "role", "scope", "tabindex", "target", "type"}
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


def tick_box(label: Html, *, class_: str, is_on: bool, **attributes: str) -> Html:
    """A box that is ticked or not: a button, so that it shows what it was made with, and not what was clicked."""
    checked = "true" if is_on else "false"
    return button(label, class_=class_, role="checkbox", aria_checked=checked, **attributes)


def choice(label: str, options: Iterable[tuple[str, str]], *, class_: str, value: str) -> Html:
    """A list to choose one of the options from, pairs of a value and its words; the script tells what is chosen."""
    written = "".join(
        f'<option value="{text(each)}"{" selected" if each == value else ""}>{text(attribute_text(words))}</option>'
        for each, words in options
    )
    return Html(
        f'<label class="cv-choice">{text(label)} <select class="{text(class_)}" data-value="{text(value)}">{written}'
        "</select></label>"
    )


def entry(name: str, *, kind: str, class_: str, hint: str = "", value: str = "") -> Html:
    """A field for a line of text, with the id `name`; the script of the page says what is entered.

    kind: "search" or "text".
    """
    if kind not in ("search", "text"):
        raise ValueError(f"cannot make an entry of kind {kind!r} - make one of text")
    written = "".join(f' {key}="{text(said)}"' for key, said in (("placeholder", hint), ("value", value)) if said)
    return Html(
        f'<input id="{text(name)}" type="{kind}" class="{text(class_)}" autocomplete="off" spellcheck="false" '
        f'maxlength="200"{written}>'
    )


def picture(content: bytes, media_type: str, *, alt: str, width: int, height: int) -> Html:
    """An image that is in the page itself, so that nothing has to be served and no address can be guessed.

    width, height: in pixels, so that it takes its place before it is seen.

    Raises:
        ValueError: it is of a kind that can do more than be seen.
    """
    if media_type not in ("image/jpeg", "image/png"):
        raise ValueError(f"cannot show {media_type!r} as a picture - give PNG or JPEG")
    written = b64encode(content).decode("ascii")
    return Html(
        f'<img src="data:{media_type};base64,{written}" alt="{text(attribute_text(alt))}" '
        f'width="{width:d}" height="{height:d}">'
    )


def box(left: float, top: float, right: float, bottom: float, *, class_: str) -> Html:
    """A rectangle over a picture; its sides are shares of the picture's width and height, 0 to 1.

    >>> box(0.1, 0.2, 0.3, 0.25, class_="cv-box")
    '<span class="cv-box" style="left:10.00%;top:20.00%;width:20.00%;height:5.00%"></span>'
    """
    style = f"left:{left:.2%};top:{top:.2%};width:{right - left:.2%};height:{bottom - top:.2%}"
    return Html(f'<span class="{text(class_)}" style="{style}"></span>')


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
        return day(date.fromisoformat(published[:10]))
    except ValueError:
        return attribute_text(published)


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
