"""Files that the store keeps itself: those that were handed over, under names that are safe, and those fetched.

What was fetched from an address has a folder named after the hash of that address, so that the newest of it takes the
place of the older one, whatever it is called and whatever kind it has become.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from rag.errors import StoreError, StoreFullError, disk_refusal
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.storage import INCOMING, Store, opened_privately, passing_folder, private_folder
from rag.types import NO_METADATA, Document, Failure

__all__ = [
    "N_SIGNATURE_BYTES",
    "TELLS_NOTHING",
    "UPLOADS",
    "Origin",
    "damaged_uploads",
    "delete_kept",
    "delete_unused",
    "fetched_into",
    "keep",
    "kept",
    "name_of",
    "receiving",
    "safe_name",
    "staged",
    "suffix_of",
]

UPLOADS = "uploads"
WEB = "web"
"""The folders in the store's folder that hold what was handed over, and what was fetched."""

_FETCHED = re.compile(rf"({WEB}/[0-9a-f]{{32}})/[^/]+")
_NOT_FETCHED = "what is kept of {!r} is not what was fetched"


class Origin(NamedTuple):
    """Where a file was fetched, and what is known of it from there.

    charset: the encoding of its text, as its server says; empty when it does not. said: goes into the metadata of its
    documents. gaps: does so where they do not say it themselves; `title` is the document's.
    """

    address: str
    charset: str = ""
    said: Mapping[str, str] = NO_METADATA
    gaps: Mapping[str, str] = NO_METADATA

    @property
    def folder(self) -> str:
        """Where the store keeps what was fetched from the address, relative to its own folder."""
        return f"{WEB}/{hashlib.sha256(self.address.encode()).hexdigest()[:32]}"

    def told(self, more: Mapping[str, str]) -> Origin:
        """The same, with more to say of its documents; what is empty says nothing."""
        return self._replace(said={**self.said, **{name: value for name, value in more.items() if value}})

    def told_of(self, document: Document, path: Path) -> Document:
        """The document of the file with what is known of it from here; no name of a file is its title then."""
        gaps = dict(self.gaps)
        title = gaps.pop("title", "") or PurePosixPath(self.address).name
        said = dict(self.said)
        its_own = {name: value for name, value in document.metadata.items() if name != "url"}
        url = document.metadata.get("url", "")
        if document.source != str(path):  # an entry of a feed; what a page says of its own address need not be so
            with suppress(ValueError):
                said["url"] = urljoin(said.get("url", ""), url) if url else ""
        return replace(
            document,
            title=title if document.title == path.name else document.title,
            metadata={name: value for name, value in (gaps | its_own | said).items() if value},
        )


_MAX_BYTES = 200  # of a name; file systems allow 255, and a number may be added
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*#\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """The name of a file without folders, controls, and what some file system or this store gives a meaning to.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\Reports\\\\Q1?.pdf"), safe_name(".. "), safe_name("con.txt")
    ('passwd', 'Q1_.pdf', 'upload', '_con.txt')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).strip().rstrip("/\\"))[-1]
    cleaned = _UNSAFE.sub("_", " ".join(last.split())).strip(" .")
    if _RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    stem, suffix = os.path.splitext(cleaned)  # noqa: PTH122 - a name, no path
    suffix = suffix if len(suffix.encode()) <= 20 else ""
    stem = cleaned[: len(cleaned) - len(suffix)]
    kept = stem.encode()[: _MAX_BYTES - len(suffix.encode())].decode(errors="ignore").rstrip(" .")
    return f"{kept}{suffix}" if kept else "upload"


@contextmanager
def receiving(store_folder: Path, prefix: str = "received-") -> Iterator[Path]:
    """A new folder in the store for what is not its own yet; gone afterwards, or, after a kill, at the next opening.

    Raises:
        StoreFullError: the disk is full. StoreError: the store cannot be written to.
    """
    incoming = store_folder / INCOMING
    with ExitStack() as stack:
        try:
            private_folder(incoming)
            folder = stack.enter_context(passing_folder(incoming, prefix))
        except OSError as error:
            raise _cannot_take("files", store_folder, error) from error
        yield folder


@contextmanager
def staged(files: Sequence[tuple[str, Path]], store_folder: Path) -> Iterator[tuple[list[SourceFile], list[Failure]]]:
    """Copies of the files, each with the name that it gets, and what cannot be copied; gone afterwards unless kept.

    Two of one name and with other bytes get different names, and a file that comes twice is taken once.

    Raises:
        StoreFullError: the disk is full, or a copy too large for it. StoreError: the store cannot be written to.
    """
    with receiving(store_folder, "staged-") as folder:
        uploads = store_folder / UPLOADS
        private_folder(uploads)
        for cut_off in uploads.glob(".incoming-*"):  # of an older version that was killed
            shutil.rmtree(cut_off, ignore_errors=True)
        taken: dict[str, SourceFile] = {}
        failures = []
        for name, path in files:
            try:
                _stage(safe_name(name), path, folder, taken)
            except OSError as error:
                if disk_refusal(error):
                    raise _cannot_take(repr(safe_name(name)), store_folder, error) from error
                failures.append(
                    Failure(source=safe_name(name), reason=f"{error.strerror or error} - hand it over again")
                )
        yield list(taken.values()), failures


def _cannot_take(what: str, store_folder: Path, error: OSError) -> StoreError:
    name = str(store_folder)
    if refusal := disk_refusal(error):
        return StoreFullError(f"cannot take {what} into store {name!r}: {refusal}")
    return StoreError(
        f"cannot take {what} into store {name!r}: {error.strerror or error} - check its owner and permissions"
    )


def _stage(name: str, path: Path, folder: Path, taken: dict[str, SourceFile]) -> None:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, no path
    number = 1
    while name.casefold() in taken:
        if filecmp.cmp(taken[name.casefold()].path, path, shallow=False):
            return
        number += 1
        name = f"{stem} ({number}){suffix}"
    staged_file = folder / name
    with path.open("rb") as source, opened_privately(staged_file, "xb") as copy:
        shutil.copyfileobj(source, copy)
    taken[name.casefold()] = SourceFile(staged_file, is_named=True, upload=name)


def keep(file: SourceFile, store_folder: Path) -> None:
    """Put the staged copy into its place, over an older one of that name; alone there, when it was fetched."""
    target = store_folder / file.file
    if file.path == target:
        return
    for folder in reversed(target.relative_to(store_folder).parents):
        private_folder(store_folder / folder)
    if file.origin is not None:
        for older in target.parent.iterdir():
            older.unlink()
    file.path.replace(target)


def kept(origin: Origin, store_folder: Path) -> Path | None:
    """The file that was fetched from there last; None when there is none."""
    with suppress(OSError):
        return next((store_folder / origin.folder).iterdir(), None)
    return None


def damaged_uploads(store: Store) -> list[str]:
    """The kept copies that are not the files that were handed over or fetched, a sentence each."""
    found = []
    for folder, what in ((UPLOADS, "the upload {!r} is not the file that was handed over"), (WEB, _NOT_FETCHED)):
        versions = {v.file: v for v in store.documents.in_folder(folder) if v.file_hash and v.recipe}
        for file, version in sorted(versions.items()):
            with suppress(OSError):  # it is gone, and the document is whole without it
                if hash_of_file(store.folder / file) != version.file_hash:
                    name = version.source.partition("#")[0] if folder == WEB else file
                    found.append(f"{what.format(name)}, of which the text is kept")
    return found


def delete_kept(file: str, store_folder: Path) -> None:
    """Delete the kept copy that the store knows as `file`; nothing happens when that is none."""
    folder, _, name = file.partition("/")
    if folder == UPLOADS and name and Path(name).name == name:
        with suppress(OSError):
            (store_folder / UPLOADS / name).unlink()
    elif found := _FETCHED.fullmatch(file):
        shutil.rmtree(store_folder / found[1], ignore_errors=True)


def delete_unused(store: Store) -> None:
    """Delete what was fetched for documents of which no version is left."""
    with suppress(OSError):
        for folder in (store.folder / WEB).iterdir():
            name = f"{WEB}/{folder.name}"
            if not store.documents.named([], files=[], folder=name):
                delete_kept(f"{name}/-", store.folder)


def fetched_into(address: str) -> str:
    """The folder in the store's folder with what was fetched from the address."""
    return Origin(address).folder


_SUFFIX_BY_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/x-ndjson": ".ndjson",
    "application/epub+zip": ".epub",
    "application/mbox": ".mbox",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
}
"""What a server calls a kind of file → the suffix by which its reader is chosen."""
TELLS_NOTHING = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/zip"})
_NEVER_TEXT = ("image/", "audio/", "video/", "font/")
_SIGNATURES = (
    (re.compile(rb"%PDF-"), ".pdf"),
    (re.compile(rb"\{\\rtf"), ".rtf"),
    (
        re.compile(
            rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|!--|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b"
            rb"|body|br|p)\b)",
            re.IGNORECASE,
        ),
        ".html",
    ),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b"), ".xml"),
)
N_SIGNATURE_BYTES = 1024


def suffix_of(address: str, media_type: str, start: bytes | None, suffixes: Collection[str]) -> str:
    """The suffix by which what was fetched is read; empty when nothing reads it, or when it cannot be told yet.

    What the server calls it counts; where that says nothing, the name in the address does, and then the bytes.

    media_type: as the server calls it. start: of the bytes; None when they are still to come.

    >>> suffix_of("https://example.org/a.csv", "text/plain", None, (".csv", ".txt"))
    '.csv'
    """
    named = PurePosixPath(urlsplit(address).path).suffix.lower()
    by_name = named if named in suffixes else ""
    by_bytes = next((suffix for sign, suffix in _SIGNATURES if start and sign.match(start)), "")
    by_type = _SUFFIX_BY_TYPE.get(media_type, "")
    if by_bytes in (".pdf", ".rtf"):  # no other reader reads these
        by_type = by_bytes
    elif not by_type and media_type in TELLS_NOTHING:
        by_type = by_name or by_bytes or (".txt" if media_type == "text/plain" else "")
    elif not by_type and not media_type.startswith(_NEVER_TEXT):
        by_type = by_name
    return by_type if by_type in suffixes else ""


def name_of(address: str, suffix: str) -> str:
    """The name of the file that is fetched from there.

    >>> name_of("https://example.org/2025/bridge?id=1", ".html"), name_of("https://example.org/", ".html")
    ('bridge.html', 'example.org.html')
    """
    parts = urlsplit(address)
    name = safe_name(unquote(PurePosixPath(parts.path).name) or parts.hostname or "")
    return name if name.lower().endswith(suffix) else f"{name}{suffix}"
