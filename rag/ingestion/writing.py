"""Prepared documents embedded a batch at a time and stored, each in one transaction; what is stored, made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from time import monotonic

import numpy as np

from rag.errors import EmbedderMismatchError, RagError
from rag.ingestion.preparing import FileRead, Preparation, PreparedDocument
from rag.protocols import Embedder, FloatArray, WordIndex
from rag.storage import Store, damaged_documents, damaged_texts, delete_dangling, restore_states
from rag.types import AddReport, Failure, Progress, Span

__all__ = ["PASSAGES_AT_A_TIME", "Outcome", "Remaking", "Reporting", "Writer", "part_of"]

PASSAGES_AT_A_TIME = 256


class Writer:
    """Puts documents into a store, out of the search, and into the place of their originals."""

    def __init__(
        self, store: Store, word_index: WordIndex, *, embedder: Callable[[], Embedder], preparation: Preparation
    ) -> None:
        self._store = store
        self._word_index = word_index
        self._embedder = embedder
        self._preparation = preparation

    def store(
        self,
        batch: Sequence[PreparedDocument | FileRead],
        outcome: Outcome,
        on_embedded: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Embed and store what is in the batch, in order; `on_embedded` is told the share that is embedded."""
        documents = [prepared for prepared in batch if isinstance(prepared, PreparedDocument)]
        vectors = self._vectors(documents, on_embedded)
        for prepared in batch:
            if isinstance(prepared, FileRead):
                self._finish(prepared, outcome)
            else:
                self._store_one(prepared, vectors, outcome)
        self._preparation.all_stored()

    def _store_one(self, prepared: PreparedDocument, vectors: Mapping[bytes, FloatArray], outcome: Outcome) -> None:
        document = prepared.document
        with self._store.begin():
            self._store.set_embedder(self._embedder().id)
            version = self._store.documents.known_version(document.source)
            if version is not None and version.document_id == document.id:
                self._word_index.remove(self._store.documents.supersede(document.id))  # its copies stay its copies
            elif version is not None:
                self.withdraw(version.document_id)
                outcome.replaced.append((version.document_id, document.id))
            if prepared.original_id and not self._store.copies.is_original(prepared.original_id):
                prepared = self._again(prepared)  # the original has changed a moment ago
                vectors = self._vectors([prepared])
            self._store.passages.put_vectors(_pick(vectors, prepared), self._embedder().id)
            self.put(prepared)
        (outcome.added if version is None else outcome.superseded).append(document.source)
        if prepared.original_id:
            outcome.duplicates.append((document.source, self._store.documents.source_of(prepared.original_id)))
        if notice := document.metadata.get("notice", ""):
            outcome.said.setdefault(notice, []).append(document.source)
        language = document.metadata.get("language", "")
        outcome.languages[language] = outcome.languages.get(language, 0) + 1

    def put(self, prepared: PreparedDocument) -> None:
        """Write the rows of a document whose vectors are stored; inside a transaction."""
        passage_ids = self._store.documents.put(
            prepared.document,
            file=prepared.file,
            file_hash=prepared.file_hash,
            recipe=self._preparation.recipe_of(prepared.document),
            sentences=prepared.sentences,
            passages=prepared.passages,
            utterances=prepared.utterances,
        )
        self._store.copies.put(prepared.document.id, bands=prepared.bands, original_id=prepared.original_id)
        texts = [passage.span.slice(prepared.document.text) for passage in prepared.passages]
        self._word_index.add(passage_ids, texts, headings=[prepared.heading] * len(texts))

    def withdraw(self, document_id: str) -> list[int]:
        """Let nothing find the document any more; a copy takes its place. Inside a transaction.

        Returns the ids of the passages that only it had.
        """
        heir_id = self._store.copies.heir_of(document_id)
        if heir_id:
            self._store.copies.take_over(document_id, heir_id)
        copies = self._store.copies.of(document_id)
        gone = self._store.documents.supersede(document_id)
        self._word_index.remove(gone)
        for copy in copies:
            self._set_free(copy.document_id)
        return gone

    def _set_free(self, document_id: str) -> None:
        """Cut a copy whose original is gone; where it cannot be embedded now, it is when its file is next added."""
        try:
            version = self._store.documents.known_version(self._store.documents.source_of(document_id))
            if version is None:  # not searched any more
                return
            prepared = self._preparation.cut(
                self._store.documents.get(document_id), file=version.file, file_hash=version.file_hash
            )
            self.check_embedder()
            self._store.passages.put_vectors(self._vectors([prepared]), self._embedder().id)
        except RagError:
            self._store.copies.set_free(document_id)
            return
        self._word_index.remove(self._store.documents.supersede(document_id))
        self.put(prepared)

    def _finish(self, file: FileRead, outcome: Outcome) -> None:
        """What is no longer in a file that holds many documents goes; only now does the store know the whole file."""
        gone = [known for known in self._store.documents.in_file(file.file) if known.source not in file.sources]
        with self._store.begin():
            for known in gone:
                self.withdraw(known.document_id)
            self._store.documents.set_file_hash(file.file, file.file_hash)
        outcome.removed += [known.source for known in gone]

    def _again(self, prepared: PreparedDocument) -> PreparedDocument:
        return self._preparation.cut(
            prepared.document, file=prepared.file, file_hash=prepared.file_hash, original_id=""
        )

    def check_embedder(self) -> None:
        """Raises EmbedderMismatchError: the store's vectors are by another embedder."""
        embedder, stored = self._embedder(), self._store.embedder_id()
        if stored not in ("", embedder.id):
            raise EmbedderMismatchError(
                f"cannot add to store {self._store.name!r}: its vectors are by {stored!r}, the settings ask for "
                f"{embedder.id!r} - run `rag rebuild`, or set the embedding model back"
            )

    def put_vectors(self, batch: Sequence[PreparedDocument]) -> None:
        """Store the vectors of a batch, before its documents; a run that is cut off need not make them again."""
        vectors = self._vectors(batch)
        with self._store.begin():
            self._store.passages.put_vectors(vectors, self._embedder().id)

    def _vectors(
        self, batch: Sequence[PreparedDocument], on_embedded: Callable[[float], None] = lambda _: None
    ) -> dict[bytes, FloatArray]:
        """Vectors of all passages in the batch that the store does not have, by embedding hash.

        Those of a very long document are stored as they come, so that neither memory nor a run that is cut off
        depends on its length.
        """
        embedder = self._embedder()
        missing: dict[bytes, tuple[str, list[Span]]] = {
            passage.embedding_hash: passage.as_embedded(prepared.document.text)
            for prepared in batch
            for passage in prepared.passages
        }
        for known in self._store.passages.known_vectors(list(missing), embedder.id):
            del missing[known]
        made_before = {hash_: rows for prepared in batch for hash_, rows in prepared.vectors.items()}
        vectors = {hash_: made_before[hash_] for hash_ in missing if hash_ in made_before}
        missing = {hash_: about for hash_, about in missing.items() if hash_ not in vectors}
        are_many = len(missing) > 2 * PASSAGES_AT_A_TIME
        n_done = 0
        for part in _parts(missing, PASSAGES_AT_A_TIME):
            texts = [missing[hash_][0] for hash_ in part]
            passages, sentences = embedder.embed_sentences(texts, [missing[hash_][1] for hash_ in part])
            made = {hash_: np.vstack([passages[row : row + 1], sentences[row]]) for row, hash_ in enumerate(part)}
            if are_many:
                with self._store.begin():
                    self._store.passages.put_vectors(made, embedder.id)
            else:
                vectors |= made
            n_done += len(part)
            on_embedded(n_done / len(missing))
        return vectors


class Remaking:
    """What a store has, made anew from its texts alone: no file is read."""

    def __init__(
        self, store: Store, word_index: WordIndex, *, embedder: Callable[[], Embedder], preparation: Preparation
    ) -> None:
        self._store = store
        self._word_index = word_index
        self._embedder = embedder
        self._preparation = preparation
        self._writer = Writer(store, word_index, embedder=embedder, preparation=preparation)

    def repair(self) -> None:
        """Make anew, from the stored texts, what of a document is not what it has to be, and the word index.

        A text that is not what was added is kept out of the search.
        """
        with self._store.writing():
            with self._store.begin():
                self._set_damaged_aside()
                delete_dangling(self._store)
            damaged = damaged_documents(self._store)
            with self._store.begin():
                for document_id in damaged:
                    self._mend(document_id)
                self.index_words()
            self._store.erase_traces()

    def derive(self, *, vectors_too: bool) -> None:
        """Make anew what others have derived from the texts and say is so: speakers, sentences where they differ from
        those that would be made now, with their passages, and the word index. What is said in them is read when
        somebody asks.

        vectors_too: all passages and vectors as well, of a store that did not bind them to what they are of.

        Raises:
            EmbedderMismatchError: something has to be embedded, and the settings name another embedder.
        """
        documents = self._store.documents
        with self._store.writing(), self._store.begin():
            self._store.utterances.clear()
            if vectors_too:
                self._store.passages.delete_vectors()
            for info in documents.all():
                is_as_cut = self._preparation.is_as_cut(documents.get(info.id), documents.sentences(info.id))
                if vectors_too or not is_as_cut:
                    self._mend(info.id)
            self.index_words()

    def index_words(self) -> None:
        """Make the word index anew; inside a transaction."""
        self._word_index.clear()
        for ids, texts, headings in self._store.passages.texts(self._store.passages.ids()):
            self._word_index.add(ids, texts, headings=headings)
        self._store.passages.delete_unused_vectors()

    def _set_damaged_aside(self) -> None:
        restore_states(self._store)
        for document_id in damaged_texts(self._store):
            self._writer.withdraw(document_id)
            self._store.documents.set_aside(document_id)

    def _mend(self, document_id: str) -> None:
        document = self._store.documents.get(document_id)
        version = self._store.documents.known_version(document.source)
        if version is None:
            return
        self._writer.check_embedder()
        prepared = self._preparation.cut(
            document,
            file=version.file,
            file_hash=version.file_hash,
            original_id=self._store.copies.original_of(document_id),
        )
        self._store.documents.supersede(document_id)
        self._store.passages.delete_unused_vectors()  # those of wrong length would else be taken for right ones
        self._writer.put_vectors([prepared])
        self._writer.put(prepared)

    def rebuild(self) -> None:
        """Cut and embed every document anew, from the stored texts, with the settings of now.

        Vectors are stored as they come, so that a run that is cut off goes on where it was; the documents change
        over in one transaction at the end. A text that is not what was added is kept out of the search.
        """
        embedder = self._embedder()
        with self._store.writing():
            with self._store.begin():
                self._set_damaged_aside()
            ids = [info.id for info in self._store.documents.all()]
            original_by_id = {document_id: self._store.copies.original_of(document_id) for document_id in ids}
            for batch in self._prepared_again(original_by_id):
                self._writer.put_vectors(batch)
            with self._store.begin():
                self._store.set_embedder(embedder.id)
                self._word_index.clear()
                for prepared in chain.from_iterable(self._prepared_again(original_by_id)):
                    self._store.documents.supersede(prepared.document.id)
                    self._writer.put(prepared)
                self._store.passages.delete_unused_vectors()

    def _prepared_again(self, original_by_id: dict[str, str]) -> Iterator[list[PreparedDocument]]:
        batch: list[PreparedDocument] = []
        for document_id, original_id in original_by_id.items():
            document = self._store.documents.get(document_id)
            version = self._store.documents.known_version(document.source)
            batch.append(
                self._preparation.cut(
                    document,
                    file=version.file if version else "",
                    file_hash=version.file_hash if version else "",
                    original_id=original_id,
                )
            )
            if sum(len(prepared.passages) for prepared in batch) >= PASSAGES_AT_A_TIME:
                yield batch
                batch = []
        yield batch


def _parts(hashes: Iterable[bytes], size: int) -> Iterable[list[bytes]]:
    remaining = iter(hashes)
    while part := list(islice(remaining, size)):
        yield part


def _pick(vectors: Mapping[bytes, FloatArray], prepared: PreparedDocument) -> dict[bytes, FloatArray]:
    hashes = {passage.embedding_hash for passage in prepared.passages}
    return {hash_: vectors[hash_] for hash_ in hashes if hash_ in vectors}


_SECONDS_BETWEEN = 0.1
_N_NAMED = 3


@dataclass
class Outcome:
    """The lists of an `AddReport`, while they grow; `said` has the sources by what their readers say of them."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    languages: dict[str, int] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)

    def report(self, notices: tuple[str, ...] = ()) -> AddReport:
        """The record of it; what readers say of their documents follows the notices."""
        return AddReport(
            added=tuple(self.added),
            unchanged=tuple(self.unchanged),
            superseded=tuple(self.superseded),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed),
            removed=tuple(self.removed),
            renamed=tuple(self.renamed),
            duplicates=tuple(self.duplicates),
            replaced=tuple(self.replaced),
            notices=(*notices, *(f"{_named(sources)}: {notice}" for notice, sources in self.said.items())),
        )


def _named(sources: list[str]) -> str:
    """The first sources, and how many more there are."""
    n_more = len(sources) - _N_NAMED
    return ", ".join(sources[:_N_NAMED]) + (f" and {n_more:,} more" if n_more > 0 else "")


class Reporting:
    """Tells a caller how far a run is: files count when all that is in them is stored, bytes while it is embedded."""

    def __init__(self, on_progress: Callable[[Progress], None] | None, *, n_total: int, bytes_total: int) -> None:
        self._on_progress = on_progress
        self._n_total, self._bytes_total = n_total, bytes_total
        self._n_stored = self._n_seen = self._bytes_stored = self._bytes_seen = 0
        self._last = 0.0

    def file_seen(self, size_bytes: int) -> None:
        """A file is read; what is in it may still have to be stored."""
        self._n_seen += 1
        self._bytes_seen += size_bytes
        if monotonic() - self._last >= _SECONDS_BETWEEN:
            self._say(self._bytes_stored)

    def all_stored(self) -> None:
        """Everything that was read is stored."""
        self._n_stored, self._bytes_stored = self._n_seen, self._bytes_seen
        if monotonic() - self._last >= _SECONDS_BETWEEN or self._n_stored == self._n_total:
            self._say(self._bytes_stored)

    def partly_stored(self, share: float, *, size_bytes: int) -> None:
        """Of what was read and is not stored yet, and of the file at hand, that share is embedded."""
        if monotonic() - self._last >= _SECONDS_BETWEEN:
            waiting = self._bytes_seen - self._bytes_stored + size_bytes
            self._say(self._bytes_stored + int(waiting * share))

    def _say(self, bytes_done: int) -> None:
        self._last = monotonic()
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    n_done=self._n_stored,
                    n_total=self._n_total,
                    bytes_done=bytes_done,
                    bytes_total=self._bytes_total,
                    n_read=self._n_seen,
                )
            )


def part_of(
    on_progress: Callable[[Progress], None] | None, n_before: int, n_total: int
) -> Callable[[Progress], None] | None:
    """Tells how far all is, where what is told is how far a part is: each address counts the same."""
    if on_progress is None:
        return None

    def of_all(progress: Progress) -> None:
        n_done = n_before + progress.n_done
        on_progress(Progress(n_done=n_done, n_total=n_total, bytes_done=n_done, bytes_total=n_total))

    return of_all
