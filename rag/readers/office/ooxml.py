"""What Word, PowerPoint and Excel files have in common: parts, the relations between them, and core properties.

Source: ECMA-376 part 2 (Open Packaging Conventions), sections 6.5 and 8.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers._xml import Element, attribute, children, local_name, parse_xml
from rag.readers._zip import SafeZip

__all__ = ["CoreProperties", "Package", "Relation", "is_on"]

# What the programs write there by themselves.
_NO_TITLES = frozenset({"powerpoint presentation", "word document", "presentation title", "untitled", "document"})
_NO_AUTHORS = frozenset({"openpyxl", "python-docx", "xlsxwriter", "microsoft office user", "user", "author"})
_OFF = frozenset({"0", "false", "off", "none"})


class Relation(NamedTuple):
    """Another part that a part refers to; `kind` is the last piece of its type, such as "slide"."""

    id: str
    kind: str
    target: str


class CoreProperties(NamedTuple):
    """What the file says about itself; when it was made is not when it was published."""

    title: str
    author: str
    language: str


class Package:
    """The parts of an Office file."""

    def __init__(self, archive: SafeZip, path: Path) -> None:
        self._archive = archive
        self._path = path
        self._names = frozenset(archive.names())
        self._relations: dict[str, list[Relation]] = {}

    def main_part(self, fallback: str) -> str:
        """The name of the part that everything hangs from.

        Raises:
            ReadError: there is none: the file is a ZIP of another kind.
        """
        relations = self.relations("")
        name = next((relation.target for relation in relations if relation.kind == "officeDocument"), fallback)
        if name not in self._names:
            raise ReadError(str(self._path), f"it has no part {fallback!r} - give the file the suffix of what it is")
        return name

    def xml(self, name: str) -> Element:
        """The root of a part.

        Raises:
            ReadError: it is missing, damaged or no harmless XML.
        """
        return parse_xml(self._archive.read(name), self._path, part=name)

    def data(self, name: str) -> bytes:
        """The bytes of a part; none when the file has no such part."""
        return self._archive.read(name) if name in self._names else b""

    def xml_if_there(self, name: str) -> Element | None:
        """The root of a part; None when the file has no such part."""
        return self.xml(name) if name in self._names else None

    def relations(self, part: str) -> list[Relation]:
        """What the part refers to inside the file, by absolute name; what lies outside is left out."""
        if part in self._relations:
            return self._relations[part]
        folder, _, name = part.rpartition("/")
        root = self.xml_if_there(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = self._relations.setdefault(part, [])
        for entry in children(root, "Relationship") if root is not None else ():
            if attribute(entry, "TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attribute(entry, "Target"))).lstrip("/")
                found.append(Relation(attribute(entry, "Id"), attribute(entry, "Type").rpartition("/")[2], target))
        return found

    def related(self, part: str, kind: str) -> list[Element]:
        """The roots of all parts of that kind which the part refers to, and which are there."""
        targets = [relation.target for relation in self.relations(part) if relation.kind == kind]
        return [self.xml(target) for target in targets if target in self._names]

    def core_properties(self) -> CoreProperties:
        """Title, author and language; each empty when the file does not say."""
        said: dict[str, str] = {}
        for root in self.related("", "core-properties")[:1]:
            for entry in root:
                said[local_name(entry)] = (entry.text or "").strip()
        title, author = said.get("title", ""), said.get("creator", "")
        return CoreProperties(
            title="" if title.lower() in _NO_TITLES else title,
            author="" if author.lower() in _NO_AUTHORS else author,
            language=said.get("language", ""),
        )


def is_on(element: Element, name: str) -> bool:
    """Whether a property such as `<w:vanish/>` stands below the element, directly, and is not switched off."""
    return any(attribute(entry, "val").lower() not in _OFF for entry in children(element, name))
