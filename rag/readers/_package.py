"""Documents that are ZIP files with XML in them (Word, PowerPoint, Excel, OpenDocument, EPUB), opened without harm.

Nothing is ever unpacked to the disk. `zipfile` reads the format; ours are the limits, which it does not have: a few
kilobytes can claim to be petabytes, and a name can lead out of the file.

lxml parses the XML: no entities, no network, no endless depth. Ours are the refusal of a document type with
declarations, from which entity bombs are made and which no Office file needs, and names without their namespace: each
format exists in several versions, which differ in nothing but the namespace.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from lxml import etree  # type: ignore[import-untyped]

from rag.errors import ReadError
from rag.readers._decoding import read_bytes

__all__ = [
    "Element",
    "SafeZip",
    "attribute",
    "child",
    "children",
    "descendants",
    "local_name",
    "open_zip",
    "parse_xml",
    "path_to",
]

MAX_ENTRIES = 10_000
MAX_UNPACKED_RATIO = 4
"""All entries together, unpacked, may have this many times `max_bytes`: pictures in documents are packed already."""
MAX_RATIO = 200
"""Of all parts that may be read: markup packs about 10 to 1, a sheet of equal cells 100 to 1, a bomb 1,000 to 1."""
MAX_HARMLESS_BYTES = 1_000_000
"""Below this they may be packed as tightly as they like."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".svg", ".wdp", ".ico", ".webp")
"""A blank one packs 1,000 to 1, and none is ever unpacked."""

_ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_OLD_OFFICE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_IS_ENCRYPTED = 0x1
_LEADS_OUT = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0")
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)

_DECLARATION = re.compile(rb"<!\s*(ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_PROLOG = re.compile(rb".*?(?=<[A-Za-z_])", re.DOTALL)
_N_PROLOG_BYTES = 65_536


class SafeZip:
    """The entries of a ZIP file that `open_zip` found harmless."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        self._entry_by_name = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}

    def names(self) -> tuple[str, ...]:
        """The names of the entries, folders left out, each once, in the order of the file."""
        return tuple(self._entry_by_name)

    def read(self, name: str) -> bytes:
        """The unpacked bytes of an entry; never more than the file says that it has.

        Raises:
            ReadError: there is no such entry, or it is damaged.
        """
        entry = self._entry_by_name.get(name)
        if entry is None:
            raise ReadError(str(self._path), f"its part {name!r} is missing - save it again in its program")
        try:
            return self._archive.read(entry)
        except (*_DAMAGE, RuntimeError) as error:
            raise ReadError(str(self._path), f"its part {name!r} is damaged - save it again in its program") from error


@contextmanager
def open_zip(path: Path, *, max_bytes: int) -> Iterator[SafeZip]:
    """The ZIP file at `path`, of at most `max_bytes` bytes.

    Raises:
        ReadError: the file is empty, too large, no ZIP file, damaged or out of reach; it has a password; an entry has a
            name that leads out of the file; or the entries are too many, too large or packed too tightly.
    """
    data = read_bytes(path, max_bytes=max_bytes)
    _refuse_other_kinds(data, path)
    # Counted before they are parsed: each of a million entries would cost half a kilobyte of memory.
    if data.count(_ENTRY_SIGNATURE) > MAX_ENTRIES:
        raise ReadError(str(path), f"it holds more than {MAX_ENTRIES:,} parts - split it, or leave it out")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise ReadError(str(path), "it is damaged - save it again in its program") from error
    with archive:
        _refuse_harmful(archive.infolist(), path, max_unpacked_bytes=max_bytes * MAX_UNPACKED_RATIO)
        yield SafeZip(path, archive)


def _refuse_other_kinds(data: bytes, path: Path) -> None:
    if data.startswith(_OLD_OFFICE_SIGNATURE):
        if _ENCRYPTED_STREAM in data:
            raise ReadError(str(path), "it has a password - save it without one")
        raise ReadError(str(path), "it is an old Office document - save it in the present format (.docx, .pptx, .xlsx)")
    if not data.startswith(_ZIP_SIGNATURES):
        raise ReadError(str(path), "it is not what its name says, or damaged - save it again in its program")


def _refuse_harmful(entries: list[zipfile.ZipInfo], path: Path, *, max_unpacked_bytes: int) -> None:
    for entry in entries:
        if _LEADS_OUT.search(entry.orig_filename):
            raise ReadError(str(path), f"its part {entry.orig_filename!r} leads out of the file - do not trust it")
        if entry.flag_bits & _IS_ENCRYPTED:
            raise ReadError(str(path), "it has a password - save it without one")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError(str(path), f"its part {entry.filename!r} is packed in an unusual way - save it again")
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if unpacked_bytes > max_unpacked_bytes:
        raise ReadError(
            str(path),
            f"unpacked it has {unpacked_bytes:,} bytes, more than the {max_unpacked_bytes:,} allowed"
            " - split it, or raise max_file_bytes",
        )
    read = [entry for entry in entries if not entry.filename.lower().endswith(_PICTURES)]
    packed_bytes, n_bytes = sum(entry.compress_size for entry in entries), sum(entry.file_size for entry in read)
    if n_bytes > max(MAX_HARMLESS_BYTES, packed_bytes * MAX_RATIO):
        raise ReadError(
            str(path),
            f"its parts would unpack from {packed_bytes:,} to {n_bytes:,} bytes, as a ZIP bomb does - do not trust it",
        )


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

    def iter(self, tag: str = ..., /) -> Iterator[Element]:
        """The element and all below it, in document order; those of the name alone ("{*}name": in any namespace)."""

    def iterchildren(self, tag: str, /) -> Iterator[Element]:
        """The direct children of that name."""

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
    return element.iterchildren(f"{{*}}{name}")


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child of that name; None when there is none, or no element."""
    return next(element.iterchildren(f"{{*}}{name}"), None) if element is not None else None


def path_to(element: Element | None, *names: str) -> Element | None:
    """The element reached by the first child of each name in turn; None when there is none."""
    for name in names:
        element = child(element, name)
    return element


def descendants(element: Element, name: str) -> Iterator[Element]:
    """The elements of that name, at any depth, in document order."""
    return element.iter(f"{{*}}{name}")
