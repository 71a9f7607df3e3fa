"""XML inside documents, parsed so that it can do no harm: no entities, no network, no endless depth.

lxml does the parsing. Ours are the refusal of a document type with declarations, from which entity bombs are made and
which no Office file needs, and names without their namespace: each format exists in several versions, which differ in
nothing but the namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from lxml import etree  # type: ignore[import-untyped]

from rag.errors import ReadError

__all__ = ["Element", "attribute", "child", "children", "descendants", "local_name", "parse_xml", "path_to"]

_DECLARATION = re.compile(rb"<!\s*(ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_PROLOG = re.compile(rb".*?(?=<[A-Za-z_])", re.DOTALL)
_N_PROLOG_BYTES = 65_536


class Element(Protocol):
    """What is used of an element of lxml."""

    tag: str
    text: str | None
    tail: str | None

    @property
    def attrib(self) -> Mapping[str, str]:
        """The attributes, each by its name with its namespace."""

    def get(self, key: str, /) -> str | None:
        """The attribute of that name."""

    def iter(self) -> Iterator[Element]:
        """The element and all below it, in document order."""

    def itertext(self) -> Iterator[str]:
        """The pieces of text below the element."""

    def __iter__(self) -> Iterator[Element]: ...
    def __len__(self) -> int: ...


def parse_xml(data: bytes, path: Path, *, part: str = "") -> Element:
    """The root element, without comments and processing instructions.

    part: the name of the piece of the file that the bytes are, for the error.

    Raises:
        ReadError: it is not well-formed, nested more than 256 deep, or declares entities.
    """
    what = f"its part {part!r}" if part else "it"
    # Made anew each time: an lxml parser is no thing to share between threads.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        # Before anything is parsed; what is hidden from this by its encoding meets libxml2's own limit on expansion.
        prolog = _PROLOG.match(data, 0, _N_PROLOG_BYTES)
        if prolog and _DECLARATION.search(prolog[0]):
            raise ReadError(str(path), f"{what} declares XML entities, as an entity bomb does - do not trust it")
        parsed = etree.fromstring(data, parser)
        doctype = parsed.getroottree().docinfo.internalDTD
        if doctype is not None and any(True for _ in doctype.iterentities()):
            raise ReadError(str(path), f"{what} declares XML entities, as an entity bomb does - do not trust it")
    except (etree.LxmlError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ReadError(
            str(path), f"{what} is not well-formed XML ({reason}) - save it again in its program"
        ) from error
    root: Element = parsed
    return root


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for what is no element, such as an entity.

    >>> local_name(parse_xml(b"<a:b xmlns:a='urn:x'/>", Path("x")))
    'b'
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """The attribute of that name, in any namespace or none; empty when there is none."""
    plain = element.get(name)
    if plain is not None:
        return plain
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def children(element: Element, name: str) -> Iterator[Element]:
    """The direct children of that name."""
    return (below for below in element if local_name(below) == name)


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child of that name; None when there is none, or no element."""
    return next(children(element, name), None) if element is not None else None


def path_to(element: Element | None, *names: str) -> Element | None:
    """The element reached by the first child of each name in turn; None when there is none."""
    for name in names:
        element = child(element, name)
    return element


def descendants(element: Element, name: str) -> Iterator[Element]:
    """The elements of that name, at any depth, in document order."""
    return (below for below in element.iter() if local_name(below) == name)
