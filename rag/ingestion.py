"""The write path, one function for each arrow: files → documents → sentences and passages → vectors → rows.

Each document is one transaction. A run that is cut off at any moment leaves a store that opens; the next run skips
what was finished.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag import attribution, segmentation
from rag.errors import EmbedderMismatchError, ReadError
from rag.protocols import Embedder, FloatArray, Reader, WordIndex
from rag.storage import NewPassage, Store
from rag.types import AddReport, Document, Failure, Progress, Sentence, Span

__all__ = ["Ingestion", "SourceFile", "find_files"]

RECIPE_VERSION = 1
"""Raised when reading, segmentation or attribution changes what is stored, so that unchanged files are read anew."""

_PASSAGES_AT_A_TIME = 256


class SourceFile(NamedTuple):
    """A file to add; `is_named` when the caller named it, rather than a folder that it is in."""

    path: Path
    is_named: bool


class PreparedDocument(NamedTuple):
    """A document cut into sentences and passages, ready to be embedded and stored."""

    document: Document
    file_hash: str
    sentences: list[Sentence]
    passages: list[NewPassage]


@dataclass
class _Outcome:
    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def report(self) -> AddReport:
        return AddReport(
            added=tuple(self.added),
            unchanged=tuple(self.unchanged),
            superseded=tuple(self.superseded),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed),
        )


def find_files(paths: Iterable[str | Path], suffixes: Sequence[str]) -> tuple[list[SourceFile], list[Failure]]:
    """The files that `paths` name, those inside folders included, each once, and what names nothing.

    Hidden files and folders are left out, and links to folders are not followed, so that a loop cannot occur.
    """
    files: dict[Path, SourceFile] = {}
    failures = []
    for given in paths:
        path = Path(os.path.abspath(os.path.expanduser(given)))  # noqa: PTH100, PTH111 - neither raises or follows links
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
            inside, out_of_reach = _files_inside(path)
            failures += out_of_reach
            if not out_of_reach and not any(file.suffix.lower() in suffixes for file in inside):
                reason = f"the folder holds no file that can be read - put {', '.join(suffixes)} files into it"
                failures.append(Failure(source=str(path), reason=reason))
            for file in inside:
                files.setdefault(file, SourceFile(file, is_named=False))
        elif os.path.lexists(path):
            files[path] = SourceFile(path, is_named=True)
        else:
            failures.append(Failure(source=str(path), reason="there is no such file or folder - check the path"))
    return list(files.values()), failures


def _files_inside(folder: Path) -> tuple[list[Path], list[Failure]]:
    """The files in the folder, and the folders in it that may not be opened."""
    errors: list[OSError] = []
    files = []
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(parent, name) for name in sorted(names) if not name.startswith(".")]
    return files, [
        Failure(source=_printable(error.filename), reason=f"{error.strerror} - check who may open the folder")
        for error in errors
    ]


class Ingestion:
    """Adds documents to a store and removes them.

    reader_for: the reader of a file's suffix, or None when there is none.
    embedder: gives the embedder; called only when something has to be embedded.
    """

    def __init__(
        self,
        store: Store,
        word_index: WordIndex,
        *,
        embedder: Callable[[], Embedder],
        reader_for: Callable[[str], Reader | None],
        suffixes: Sequence[str],
        passage_tokens: int,
        embedder_name: str,
    ) -> None:
        self._store = store
        self._word_index = word_index
        self._embedder = embedder
        self._reader_for = reader_for
        self._suffixes = suffixes
        self._passage_tokens = passage_tokens
        self._recipe = f"{RECIPE_VERSION}/{passage_tokens}/{embedder_name}"

    def add(self, paths: Iterable[str | Path], on_progress: Callable[[Progress], None] | None = None) -> AddReport:
        """Add the files that `paths` name; what fails is reported, and the rest is done."""
        outcome = _Outcome()
        files, outcome.failed = find_files(paths, self._suffixes)
        sizes = [_size_bytes(file.path) for file in files]
        prepared: list[PreparedDocument] = []
        n_passages = bytes_done = 0
        with self._store.writing():
            for n_done, (file, size) in enumerate(zip(files, sizes, strict=True), start=1):
                document = self._prepare_file(file, outcome)
                bytes_done += size
                if document is not None:
                    prepared.append(document)
                    n_passages += len(document.passages)
                if n_passages >= _PASSAGES_AT_A_TIME or n_done == len(files):
                    self._embed_and_store(prepared, outcome)
                    prepared, n_passages = [], 0
                    if on_progress is not None:
                        on_progress(
                            Progress(n_done=n_done, n_total=len(files), bytes_done=bytes_done, bytes_total=sum(sizes))
                        )
        return outcome.report()

    def remove(self, sources: Iterable[str]) -> None:
        """Delete these sources, all or none of them, with everything that was made from them."""
        with self._store.writing():
            with self._store.begin():
                for source in sources:
                    self._word_index.remove(self._store.documents.remove_source(source))
                self._store.passages.delete_unused_vectors()
                self._word_index.compact()
            self._store.erase_traces()

    def rebuild(self) -> None:
        """Cut and embed every document anew, from the stored texts, with the settings of now.

        Vectors are stored as they come, so that a run that is cut off goes on where it was; the documents change
        over in one transaction at the end.
        """
        embedder = self._embedder()
        with self._store.writing():
            ids = [info.id for info in self._store.documents.all()]
            for batch in self._prepared_again(ids):
                vectors = self._vectors(batch, embedder)
                with self._store.begin():
                    self._store.passages.put_vectors(vectors, embedder.id)
            with self._store.begin():
                self._store.set_embedder(embedder.id)
                self._word_index.clear()
                for prepared in chain.from_iterable(self._prepared_again(ids)):
                    self._store.documents.supersede(prepared.document.id)
                    self._put(prepared)
                self._store.passages.delete_unused_vectors()

    def _prepared_again(self, document_ids: Sequence[str]) -> Iterator[list[PreparedDocument]]:
        batch: list[PreparedDocument] = []
        for document_id in document_ids:
            document = self._store.documents.get(document_id)
            version = self._store.documents.known_version(document.source)
            batch.append(self._cut(document, version.file_hash if version else ""))
            if sum(len(prepared.passages) for prepared in batch) >= _PASSAGES_AT_A_TIME:
                yield batch
                batch = []
        yield batch

    def _prepare_file(self, file: SourceFile, outcome: _Outcome) -> PreparedDocument | None:
        source = str(file.path)
        if source != _printable(source):
            reason = "its name holds bytes that are not text - rename it"
            outcome.failed.append(Failure(source=_printable(source), reason=reason))
            return None
        reader = self._reader_for(file.path.suffix.lower())
        if reader is None:
            if file.is_named:
                kinds = ", ".join(self._suffixes)
                reason = f"no reader for {file.path.suffix or 'files without a suffix'} - use one of {kinds}"
                outcome.failed.append(Failure(source=source, reason=reason))
            else:
                outcome.skipped.append(source)
            return None
        version = self._store.documents.known_version(source)
        try:
            if version is not None and version.recipe == self._recipe and version.file_hash == _hash_of_file(file.path):
                outcome.unchanged.append(source)
                return None
            self._check_embedder(self._embedder())
            before = _stamp(file.path)
            document, file_hash = reader.read(file.path), _hash_of_file(file.path)
            # Written to between reading and hashing: no hash, so that the next run reads it again.
            return self._cut(document, file_hash if _stamp(file.path) == before else "")
        except ReadError as error:
            outcome.failed.append(Failure(source=source, reason=error.reason))
        except OSError as error:
            outcome.failed.append(Failure(source=source, reason=f"{error.strerror} - check the file and try again"))
        return None

    def _cut(self, document: Document, file_hash: str) -> PreparedDocument:
        embedder = self._embedder()
        spans = segmentation.sentence_spans(document.text)
        texts = [span.slice(document.text) for span in spans]
        speakers = {said.sentence: said.speaker for said in attribution.attribute(document.text, spans)}
        sentences = [
            Sentence(document_id=document.id, ordinal=ordinal, span=span, speaker=speakers.get(ordinal, ""))
            for ordinal, span in enumerate(spans)
        ]
        limit = min(self._passage_tokens, embedder.max_tokens)
        windows = segmentation.windows(spans, embedder.count_tokens(texts), limit)
        return PreparedDocument(
            document, file_hash, sentences, [_passage(document, spans, window) for window in windows]
        )

    def _embed_and_store(self, batch: Sequence[PreparedDocument], outcome: _Outcome) -> None:
        if not batch:
            return
        embedder = self._embedder()
        vectors = self._vectors(batch, embedder)
        for prepared in batch:
            document = prepared.document
            with self._store.begin():
                self._store.set_embedder(embedder.id)
                version = self._store.documents.known_version(document.source)
                if version is not None:
                    self._word_index.remove(self._store.documents.supersede(version.document_id))
                self._store.passages.put_vectors(_pick(vectors, prepared), embedder.id)
                self._put(prepared)
            (outcome.added if version is None else outcome.superseded).append(document.source)

    def _put(self, prepared: PreparedDocument) -> None:
        passage_ids = self._store.documents.put(
            prepared.document,
            file_hash=prepared.file_hash,
            recipe=self._recipe,
            sentences=prepared.sentences,
            passages=prepared.passages,
        )
        texts = [passage.span.slice(prepared.document.text) for passage in prepared.passages]
        self._word_index.add(passage_ids, texts)

    def _check_embedder(self, embedder: Embedder) -> None:
        stored = self._store.embedder_id()
        if stored not in ("", embedder.id):
            raise EmbedderMismatchError(
                f"cannot add to store {str(self._store.folder)!r}: its vectors are by {stored!r}, the settings ask for "
                f"{embedder.id!r} - run `rag rebuild`, or set the embedding model back"
            )

    def _vectors(self, batch: Sequence[PreparedDocument], embedder: Embedder) -> dict[bytes, FloatArray]:
        """Vectors of all passages in the batch that the store does not have, by embedding hash."""
        missing = {
            passage.embedding_hash: (passage.span.slice(prepared.document.text), passage.sentence_spans)
            for prepared in batch
            for passage in prepared.passages
        }
        for known in self._store.passages.known_vectors(list(missing), embedder.id):
            del missing[known]
        texts, spans = [text for text, _ in missing.values()], [spans for _, spans in missing.values()]
        passages, sentences = embedder.embed_sentences(texts, spans)
        return {hash_: np.vstack([passages[row : row + 1], sentences[row]]) for row, hash_ in enumerate(missing)}


def _pick(vectors: Mapping[bytes, FloatArray], prepared: PreparedDocument) -> dict[bytes, FloatArray]:
    hashes = {passage.embedding_hash for passage in prepared.passages}
    return {hash_: vectors[hash_] for hash_ in hashes if hash_ in vectors}


def _passage(document: Document, spans: Sequence[Span], window: segmentation.Window) -> NewPassage:
    start = window.span.start
    inside = spans[window.first_sentence : window.last_sentence + 1]
    relative = [Span(start=span.start - start, end=span.end - start) for span in inside]
    return NewPassage(
        first_sentence=window.first_sentence,
        last_sentence=window.last_sentence,
        span=window.span,
        sentence_spans=relative,
        embedding_hash=_embedding_hash(window.span.slice(document.text), relative),
    )


def _embedding_hash(text: str, spans: Sequence[Span]) -> bytes:
    layout = ",".join(f"{span.start}-{span.end}" for span in spans)
    return hashlib.sha256(f"{layout}\0{text}".encode()).digest()


def _hash_of_file(path: Path) -> str:
    """SHA-256 of an ordinary file in hexadecimal digits; empty for a pipe, which would wait for ever, or a device."""
    if not stat.S_ISREG(path.stat().st_mode):
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file is written to or replaced; None when it is out of reach."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _printable(name: str) -> str:
    return name.encode(errors="replace").decode()


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
