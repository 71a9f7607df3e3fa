"""Pages of the files that documents were read from, as they are printed, while these files are what was read.

Which file that is the store says, and its hash; nobody who asks for a page names a file. It is opened and drawn in the
process in which it was read, within the same limits.
"""

from __future__ import annotations

import base64
import binascii
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import ReadError
from rag.ingestion import hash_of_file
from rag.storage import Store
from rag.types import Document, PagePicture, PlaceOnPage, RecognisedLine, Span

__all__ = ["Originals"]

_DRAWS = "rag.readers.original.drawing:page_picture"
_N_AT_ONCE = 2
"""Pages that are drawn side by side, each in a process of its own; others wait."""
_MOST_CACHED_BYTES = 16_000_000
_MOST_PICTURE_BYTES = 8_000_000
_MOST_PIXELS = 10_000
_MOST_PAGES, _MOST_PLACES = 1_000_000, 20_000
_MEDIA_TYPES = frozenset({"image/png", "image/jpeg"})
_AGAIN = "add it again to see its pages"
_UNKNOWN = f"it is not known which bytes it was read from - {_AGAIN}"
_CHANGED = f"the file has changed since it was read - {_AGAIN}"
_GONE = "the file that it was read from is gone - put it back to see its pages; its text is here as it was read"
_NO_PAGES = "only PDF files and pictures have pages to show - read its text"
_STRANGE = "the process that draws pages sent what is no page - leave the file out"


class _Key(NamedTuple):
    document_id: str
    sha256: str
    page: int
    spans: tuple[Span, ...]


class Originals:
    """Draws pages for the documents of a store, and keeps the last few. Safe to share between threads.

    isolation: the processes that open files, as `backends` names them.
    """

    def __init__(self, store: Store, isolation: Any, *, max_file_bytes: int) -> None:
        self._store = store
        self._isolation = isolation
        self._max_file_bytes = max_file_bytes
        self._cached: OrderedDict[_Key, PagePicture] = OrderedDict()
        self._n_cached_bytes = 0
        self._lock = threading.Lock()
        self._drawing = threading.BoundedSemaphore(_N_AT_ONCE)

    def page(self, document: Document, page: int, spans: Sequence[Span]) -> PagePicture:
        """See `Assistant.page_picture`."""
        if document.media_type != "application/pdf" and not document.media_type.startswith("image/"):
            raise ReadError(document.source, _NO_PAGES)
        path, sha256 = self._proved(document)
        key = _Key(document.id, sha256, page, tuple(spans))
        with self._lock:
            if key in self._cached:
                self._cached.move_to_end(key)
                return self._cached[key]
        with self._drawing:
            made = self._drawn(document, path, key)
        with self._lock:
            self._keep(key, made)
        return made

    def _proved(self, document: Document) -> tuple[Path, str]:
        """The file, whose bytes are those that the document was read from, and their hash.

        Raises:
            ReadError: they are not, or it cannot be known.
        """
        file, sha256 = self._store.documents.original_of(document.id)
        if not file or not sha256:
            raise ReadError(document.source, _UNKNOWN)
        path = self._store.folder / file  # a whole path stands for itself
        try:
            is_too_large = path.stat().st_size > self._max_file_bytes
            if is_too_large or hash_of_file(path) != sha256:
                raise ReadError(document.source, _CHANGED)
        except (OSError, ValueError) as error:
            raise ReadError(document.source, _GONE) from error
        return path, sha256

    def _drawn(self, document: Document, path: Path, key: _Key) -> PagePicture:
        on_page = _text_of_page(document, key.page)
        arguments = {
            "max_bytes": self._max_file_bytes,
            "sha256": key.sha256,
            "page": key.page,
            "text": on_page.slice(document.text),
            "spans": [_within(span, on_page) for span in key.spans],
            "lines": [
                (*_within(line.span, on_page), line.place.left, line.place.top, line.place.right, line.place.bottom)
                for line in RecognisedLine.all_in(document.metadata)
                if line.place.page == key.page
            ],
        }
        try:
            return _checked(self._isolation.result(path, _DRAWS, arguments), key)
        except ReadError as error:
            raise ReadError(document.source, error.reason) from error
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise ReadError(document.source, _STRANGE) from error

    def _keep(self, key: _Key, made: PagePicture) -> None:
        if key not in self._cached:
            self._cached[key] = made
            self._n_cached_bytes += len(made.picture)
        while self._n_cached_bytes > _MOST_CACHED_BYTES:
            self._n_cached_bytes -= len(self._cached.popitem(last=False)[1].picture)


def _text_of_page(document: Document, page: int) -> Span:
    """Where the text of the page stands; all of it in a document that is one page."""
    spans = document.page_spans or (Span(start=0, end=len(document.text)),)
    return spans[page - 1] if 1 <= page <= len(spans) else Span(start=0, end=0)


def _within(span: Span, page: Span) -> tuple[int, int]:
    """The part of the span that is in the text of the page, from its start; (0, 0) for none."""
    start, end = max(span.start, page.start), min(span.end, page.end)
    return (start - page.start, end - page.start) if start < end else (0, 0)


def _checked(made: Mapping[str, Any], key: _Key) -> PagePicture:
    """The picture that the process sent.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    picture = base64.b64decode(made["picture"], validate=True)
    is_picture = made["media_type"] in _MEDIA_TYPES and 0 < len(picture) <= _MOST_PICTURE_BYTES
    places = [[tuple(map(float, box)) for box in of_span] for of_span in made["places"]]
    are_places = len(places) == len(key.spans) and sum(map(len, places)) <= _MOST_PLACES
    if not is_picture or not are_places:
        raise ValueError
    return PagePicture(
        page=key.page,
        n_pages=_whole(made["n_pages"], _MOST_PAGES),
        picture=picture,
        media_type=made["media_type"],
        width=_whole(made["width"], _MOST_PIXELS),
        height=_whole(made["height"], _MOST_PIXELS),
        places=tuple(tuple(_place(key.page, box) for box in of_span) for of_span in places),
    )


def _whole(value: object, most: int) -> int:
    if not isinstance(value, int) or not 0 < value <= most:
        raise ValueError
    return value


def _place(page: int, box: Sequence[float]) -> PlaceOnPage:
    left, top, right, bottom = box
    if not all(math.isfinite(side) and 0 <= side <= 1 for side in box):
        raise ValueError
    return PlaceOnPage(page=page, left=left, top=top, right=right, bottom=bottom)
