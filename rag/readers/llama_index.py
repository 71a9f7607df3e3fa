"""Any file reader of LlamaIndex as one of ours: Word, PowerPoint, EPUB and whatever else its ecosystem reads.

LlamaIndex gives a list of its documents, one for each page, slide or row, and no places in the file. They are joined
into one text, so that a citation has one place; where they are pages, the place of each page is kept.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document as LlamaIndexDocument

from rag.errors import ReadError, SettingsError
from rag.model.loading import made
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import iso_date, make_document, normalise
from rag.types import Document

__all__ = ["LlamaIndexReader"]

# Between two of its documents: a sentence never goes on across it.
_SEPARATOR = "\n\n"
_KEPT_METADATA = ("author", "url", "language")
_MOST_REASON_CHARACTERS = 300
_MOST_PAGES = 100_000  # a larger number is no page, and would fill the memory with pages without text
# Without arguments it would also read the files of the machine, and a document's type would differ between machines.
_TYPES = mimetypes.MimeTypes(filenames=())


class LlamaIndexReader:
    """Reads what a LlamaIndex reader reads, as one document.

    target: the reader, or its class as `module:Class`, such as `llama_index.readers.file:DocxReader`, which is then
        made with `arguments`. Its `load_data` gets the path as its first argument, as LlamaIndex itself calls it.
    media_types: the kinds of files that it reads. A document gets the one that its name stands for, else the first.

    Where every part tells its page (`page_label`, one part for each page, or `page_number`, counted from 1), the
    document's metadata has `page_starts` as `rag.protocols.Reader` describes it.

    Raises:
        BackendError: there is no such reader, or a library that it needs is not installed.
        SettingsError: the reader refuses the arguments, or no media type is given.
    """

    def __init__(
        self,
        target: str | BaseReader,
        *,
        media_types: Sequence[str] = ("application/octet-stream",),
        max_bytes: int = DEFAULT_MAX_BYTES,
        arguments: Mapping[str, object] | None = None,
    ) -> None:
        if not media_types:
            raise SettingsError(
                f"cannot read with {target!r}: media_types={media_types!r} names none - name at least one"
            )
        self._reader = (
            target if isinstance(target, BaseReader) else made(target, arguments or {}, base=BaseReader, noun="reader")
        )
        self._first_media_type = media_types[0]
        self.media_types = frozenset(media_types)
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of all parts that the reader finds, in its order.

        Raises:
            ReadError: the file is empty, too large or out of reach, the reader fails on it or finds no text in it.
        """
        read_bytes(path, max_bytes=self._max_bytes)  # refuses what no reader should be given
        parts = self._parts(path)
        texts = [normalise(part.get_content()) for part in parts]
        starts = _starts(texts)
        told = [part.metadata for part in parts]
        page_starts = _page_starts(told, starts)
        metadata = {name: _first(told, name) for name in _KEPT_METADATA}
        metadata["published"] = iso_date(_first(told, "published"))
        metadata["page_labels"] = _page_labels(told) if page_starts else ""
        metadata["page_starts"] = ",".join(map(str, page_starts))
        guessed, _ = _TYPES.guess_type(path.name)
        return make_document(
            path,
            title=_first(told, "title"),
            media_type=guessed if guessed in self.media_types else self._first_media_type,
            text=_SEPARATOR.join(texts),
            metadata=metadata,
        )

    def _parts(self, path: Path) -> list[LlamaIndexDocument]:
        name = type(self._reader).__name__
        try:
            parts = self._reader.load_data(path)
        except ImportError as error:
            raise ReadError(
                str(path), f"{name} lacks a library: {_short(error)} - install it, or leave the file out"
            ) from error
        except Exception as error:  # each reader fails in its own way
            raise ReadError(
                str(path),
                f"{name} failed with {type(error).__name__}: {_short(error)} - save the file again, or as text",
            ) from error
        if not isinstance(parts, list) or not all(isinstance(part, LlamaIndexDocument) for part in parts):
            raise ReadError(str(path), f"{name} gave no list of documents - choose another reader for such files")
        return parts


def _starts(texts: Sequence[str]) -> list[int]:
    """Where each text starts when all are joined.

    >>> _starts(["one", "", "two"])
    [0, 5, 7]
    """
    starts, start = [], 0
    for text in texts:
        starts.append(start)
        start += len(text) + len(_SEPARATOR)
    return starts


def _page_starts(told: Sequence[Mapping[str, object]], starts: Sequence[int]) -> list[int]:
    """For each page from 1 the position where it starts; none when the parts are not pages.

    A label is what is printed on the page (such as "iv"), so the pages are counted. A number may come several times,
    for a page of several parts, or be left out, for a page without text, which then starts where the next one does.

    >>> _page_starts([{"page_label": "iv"}, {"page_label": "v"}], [0, 70])
    [0, 70]
    >>> _page_starts([{"page_number": 1}, {"page_number": 1}, {"page_number": 3}], [0, 70, 95])
    [0, 95, 95]
    """
    if all("page_label" in metadata for metadata in told):
        return list(starts)
    numbers = [metadata.get("page_number") for metadata in told]
    pages: list[int] = []
    for number, start in zip(numbers, starts, strict=True):
        if not isinstance(number, int) or not max(1, len(pages)) <= number <= _MOST_PAGES:
            return []
        pages.extend([start] * (number - len(pages)))
    return pages


def _page_labels(told: Sequence[Mapping[str, object]]) -> str:
    """What is printed on the pages, as a JSON list; empty when no part says it, or only the numbers.

    >>> _page_labels([{"page_label": "iv"}, {"page_label": "v"}]), _page_labels([{"page_label": "1"}])
    ('["iv", "v"]', '')
    """
    labels = [label if isinstance(label := metadata.get("page_label"), str) else "" for metadata in told]
    is_said = any(label and label != str(number) for number, label in enumerate(labels, start=1))
    return json.dumps(labels, ensure_ascii=False) if is_said and all("page_label" in each for each in told) else ""


def _first(told: Sequence[Mapping[str, object]], name: str) -> str:
    """The first text that a part tells under that name; empty when none does."""
    return next((value for metadata in told if isinstance(value := metadata.get(name), str) and value.strip()), "")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:_MOST_REASON_CHARACTERS] or "no reason given"
