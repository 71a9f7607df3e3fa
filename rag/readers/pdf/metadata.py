"""What a PDF says about itself: in its information dictionary, and in its XMP packet, which is the newer of the two.

The day on which the file was made is kept as `created` and never taken for the day of publication: an old text that
is printed to a PDF today was not published today.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.readers._normalisation import iso_date, one_line

__all__ = ["About", "about", "is_title"]

_PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta\s*>", re.DOTALL)
_MAX_PACKET_BYTES = 200_000
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PRISM = re.compile(r"\{http://prismstandard\.org/namespaces/[^}]*\}(?:publicationDate|coverDate)$")
_PDF_DATE = re.compile(r"\s*(?:D:)?(\d{4})(\d{2})(\d{2})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
# What programs write when nobody gave a title: their own name, a file's name, or a word for nothing.
_NO_TITLE = re.compile(
    r"untitled.*|unknown|unspecified|anonymous|document\d*|(?:microsoft|libreoffice|powerpoint)\b.*"
    r"|\S*[\\/]\S*|\S+\.(?:docx?|odt|rtf|indd|dvi|tex|pptx?|xlsx?|pdf|qxd|pages|fm|html?|txt|eps|ps|wpd|pub)|\W*|[\d\W]+",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"anonymous|unknown|unspecified|user\d*|admin(?:istrator)?|author|owner|default|\W*", re.IGNORECASE
)


class About(NamedTuple):
    """Title and metadata of a file, empty where it says nothing of use."""

    title: str
    metadata: Mapping[str, str]


def about(document: pypdfium2.PdfDocument, data: bytes) -> About:
    """What the document says about itself; `data` is the file."""
    info = {name: one_line(value) for name, value in document.get_metadata_dict().items()}
    packet = _packet(data)
    title = next((title for title in (packet.get("title", ""), info.get("Title", "")) if is_title(title)), "")
    authors = (packet.get("creator", ""), info.get("Author", ""))
    return About(
        title,
        {
            "author": next((author for author in authors if not _NO_AUTHOR.fullmatch(author)), ""),
            "published": packet.get("published", ""),
            "created": _date(info.get("CreationDate", "")),
            "language": _language(document) or packet.get("language", ""),
        },
    )


def is_title(text: str) -> bool:
    """Whether somebody, rather than a program, may have given this title.

    >>> is_title("On Bridges"), is_title("Microsoft Word - draft3.doc"), is_title("paper.dvi")
    (True, False, False)
    """
    return not _NO_TITLE.fullmatch(text)


def _packet(data: bytes) -> dict[str, str]:
    """The entries of the last XMP packet that are of use; a later one replaces those before it."""
    start = data.rfind(b"<x:xmpmeta")
    match = _PACKET.match(data, start, start + _MAX_PACKET_BYTES) if start >= 0 else None
    # Without a document type there are no entities, and so nothing that grows when it is parsed.
    if match is None or _DECLARATION.search(match[0]):
        return {}
    try:
        root = ET.fromstring(match[0])  # noqa: S314
    except (ET.ParseError, ValueError, LookupError):
        return {}
    found: dict[str, str] = {}
    for element in root.iter():
        if element.tag in (f"{_DC}title", f"{_DC}creator", f"{_DC}language", f"{_DC}date"):
            texts = [one_line(item.text or "") for item in element.iter(f"{_RDF}li")] or [one_line(element.text or "")]
            name = element.tag.rpartition("}")[2]
            joined = texts[0] if name == "title" else ", ".join(filter(None, texts))
            found.setdefault("published" if name == "date" else name, joined)
        elif _PRISM.match(element.tag):
            found["published"] = element.text or ""
        for key, value in element.attrib.items():
            if _PRISM.match(key):
                found["published"] = value
    found["published"] = iso_date(found.get("published", ""))
    found["language"] = found.get("language", "").partition(",")[0]
    if not _LANGUAGE.fullmatch(found["language"]):
        found["language"] = ""
    return found


def _date(text: str) -> str:
    """The calendar date of a PDF date such as "D:20250312182200+01'00'"; empty when it is none.

    Source: ISO 32000-1, section 7.9.4.
    """
    match = _PDF_DATE.match(text)
    return iso_date("-".join(match.groups())) if match else ""


def _language(document: pypdfium2.PdfDocument) -> str:
    n_bytes = pdfium.FPDFCatalog_GetLanguage(document.raw, None, 0)
    if not 2 < n_bytes <= 200:
        return ""
    buffer = ctypes.create_string_buffer(n_bytes)
    pdfium.FPDFCatalog_GetLanguage(document.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), n_bytes)
    language = buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
    return language if _LANGUAGE.fullmatch(language) else ""
