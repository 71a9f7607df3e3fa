"""A file's documents, as its reader makes them, cut into sentences and passages, ready to be embedded and stored.

A reader may be anybody's: one that breaks, or gives what is no document, has failed on this one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, cast

from rag.errors import RagError, ReadError, StoreFullError, disk_refusal
from rag.ingestion.copies import is_copy, keys_of, unknown_runs
from rag.ingestion.cutting import Cut, cut_text, heading_above, passages_of, sentences_as_cut, sentences_of
from rag.ingestion.elsewhere import Done, Workers
from rag.ingestion.entries import id_of, is_collection, read_entries
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.protocols import CollectionReader, Embedder, FloatArray, Reader
from rag.storage import NewPassage, Store
from rag.types import Budget, Document, Failure, Sentence, Utterance

__all__ = ["DocumentRead", "FileRead", "Preparation", "PreparedDocument", "recipe_of"]

RECIPE_VERSION = 7
"""Raised when reading, segmentation or attribution changes what is stored, so that unchanged files are read anew."""
_UP_TO = "; pages recognised: "


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDocument:
    """A document cut into sentences and passages.

    file, file_hash: what it was read from, and SHA-256 of that; empty when the next run must read it again.
    original_id: the document that stands for what both say; its passages are then only of what that does not say.
    bands: what near-duplicates share with it.
    vectors: of its passages, by embedding hash, where they were embedded with it; none to embed them when it is stored.
    """

    document: Document
    file: str
    file_hash: str
    sentences: list[Sentence]
    utterances: list[Utterance]
    passages: list[NewPassage]
    original_id: str
    bands: tuple[int, ...]
    vectors: Mapping[bytes, FloatArray] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """What stands above each of its passages."""
        return heading_above(self.document)


class _Original(NamedTuple):
    document_id: str
    keys: frozenset[str]


class DocumentRead(NamedTuple):
    """A document under the name that the store knows it by, and the hash of its file; empty as in what is cut."""

    document: Document
    file_hash: str


class FileRead(NamedTuple):
    """All documents of a file that holds many have been given: these sources, read from bytes of that hash."""

    file: str
    file_hash: str
    sources: frozenset[str]


def recipe_of(passage_tokens: int, embedder_name: str) -> str:
    """Names how documents are read, cut and embedded; what was made in another way is made anew."""
    return f"{RECIPE_VERSION}/{passage_tokens}/{embedder_name}"


class Preparation:
    """Reads and cuts, and knows what is cut but not yet stored, so that copies in one run find each other.

    reader_for: the reader of a file's suffix, or None when there is none.
    embedder: gives the embedder, whose tokens limit a passage.
    workers: who reads, cuts and embeds ahead of this process; None: nobody.
    most_recognised_pages: how many pages of a document can be recognised now, where some were left out before.
    """

    def __init__(
        self,
        store: Store,
        *,
        embedder: Callable[[], Embedder],
        reader_for: Callable[[str], Reader | CollectionReader | None],
        passage_tokens: int,
        budget: Budget,
        embedder_name: str,
        workers: Callable[[], Workers | None] = lambda: None,
        most_recognised_pages: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reader_for = reader_for
        self._budget = budget
        self._workers = workers
        self._passage_tokens = passage_tokens
        self._waiting: dict[int, Document] = {}
        self._most_recognised_pages = most_recognised_pages
        self.recipe = recipe_of(passage_tokens, embedder_name)

    def recipe_of(self, document: Document) -> str:
        """The recipe, and with it how many pages could be recognised, where some were left out for that."""
        up_to = document.metadata.get("recognised_up_to", "")
        return f"{self.recipe}{_UP_TO}{up_to}" if up_to else self.recipe

    def is_current(self, recipe: str) -> bool:
        """Whether what was made by the recipe would be made so now, and with no more pages recognised."""
        made_by, left_out, up_to = recipe.partition(_UP_TO)
        return made_by == self.recipe and not (left_out and int(up_to) < self._most_recognised_pages())

    def can_read(self, path: Path) -> bool:
        """Whether there is a reader for files of that name."""
        return self._reader_for(path.suffix.lower()) is not None

    def holds_many(self, path: Path) -> bool:
        """Whether files of that name hold many documents."""
        reader = self._reader_for(path.suffix.lower())
        return reader is not None and is_collection(reader)

    def prepare(self, file: SourceFile) -> Iterator[PreparedDocument | Failure | FileRead]:
        """The documents of the file, and the entries in it that cannot be read.

        Raises:
            ReadError: the whole file cannot be read. OSError: it is out of reach.
        """
        workers = self._workers()
        if workers and not self.holds_many(file.path) and (taken := workers.take(file)):
            yield self._done(file, *taken)
            return
        for read in self.read(file):
            if isinstance(read, DocumentRead):
                yield self._cut_new(read.document, file=file.file, file_hash=read.file_hash)
            else:
                yield read

    def expect(self, files: Iterable[SourceFile]) -> None:
        """The files that `prepare` will be asked for, for who works ahead."""
        if workers := self._workers():
            workers.expect(file for file in files if self.can_read(file.path) and not self.holds_many(file.path))

    def _done(self, file: SourceFile, done: Done, file_hash: str) -> PreparedDocument:
        if done.cut is None:
            raise ReadError(file.source, done.reason)
        cut = done.cut._replace(document=self._with_its_own_id(done.cut.document))
        return self._placed(cut, file=file.file, file_hash=file_hash, passages=done.passages, vectors=done.vectors)

    def read(self, file: SourceFile) -> Iterator[DocumentRead | Failure | FileRead]:
        """As `prepare`, before anything is cut.

        Raises:
            ReadError: the whole file cannot be read. OSError: it is out of reach.
        """
        reader = self._reader_for(file.path.suffix.lower())
        if reader is None:
            raise ValueError(f"no reader for {str(file.path)!r} - ask `can_read` first")
        before = _stamp(file.path)
        entries = read_entries(reader, file.path, self._budget, charset=file.origin.charset if file.origin else "")
        if not is_collection(reader):
            document, file_hash = cast(Document, next(entries)), hash_of_file(file.path)
            # Written to between reading and hashing: no hash, so that the next run reads it again.
            yield DocumentRead(self._named(document, file), file_hash if _stamp(file.path) == before else "")
            return
        sources = set()
        for entry in entries:
            if isinstance(entry, Failure):
                yield replace(entry, source=_renamed(entry.source, file))
                continue
            document = self._named(entry, file)
            sources.add(document.source)
            yield DocumentRead(document, "")  # known once all of its file is stored
        file_hash = hash_of_file(file.path)
        yield FileRead(file.file, file_hash if _stamp(file.path) == before else "", frozenset(sources))

    def _named(self, document: Document, file: SourceFile) -> Document:
        """The document under the name that the store knows it by, and an id that no other document has.

        A document that was moved keeps its id, so that a new one with its text in its old place needs another.
        """
        source = _renamed(document.source, file)
        if file.origin is not None:
            document = file.origin.told_of(document, file.path)
        document_id = document.id if source == document.source else id_of(source, document.text)
        return self._with_its_own_id(replace(document, id=document_id, source=source))

    def _with_its_own_id(self, document: Document) -> Document:
        document_id, number = document.id, 1
        while self._store.documents.source_of(document_id) not in ("", document.source):
            number += 1
            document_id = id_of(f"{document.source}\0{number}", document.text)
        return replace(document, id=document_id)

    def _cut_new(self, document: Document, *, file: str, file_hash: str) -> PreparedDocument | Failure:
        """The document that was read, cut; or why it cannot be, which is nothing to the next one."""
        try:
            return self.cut(document, file=file, file_hash=file_hash, budget=self._budget)
        except ReadError as error:
            return Failure(source=document.source, reason=error.reason)
        except RagError:
            raise
        except Exception as error:  # of a rule that did not foresee such a text, or of somebody's embedder
            if isinstance(error, OSError) and (refusal := disk_refusal(error)):
                raise StoreFullError(f"cannot cut {document.source!r} into sentences: {refusal}") from error
            reason = f"cutting it into sentences failed with {type(error).__name__} ({error}) - leave it out"
            return Failure(source=document.source, reason=reason)

    def cut(
        self,
        document: Document,
        *,
        file: str,
        file_hash: str,
        original_id: str | None = None,
        budget: Budget | None = None,
    ) -> PreparedDocument:
        """Sentences, who says what in them, and passages of what the store does not have yet from another document.

        original_id: the document of which this one is a copy; None to look for one.
        budget: None for a document that the store has already.

        Raises:
            ReadError: there are more sentences than that.
        """
        return self._placed(cut_text(document, budget), file=file, file_hash=file_hash, original_id=original_id)

    def _placed(
        self,
        cut: Cut,
        *,
        file: str,
        file_hash: str,
        original_id: str | None = None,
        passages: list[NewPassage] | None = None,
        vectors: Mapping[bytes, FloatArray] = MappingProxyType({}),
    ) -> PreparedDocument:
        """What was cut beside what the store has.

        passages: of all of the text, where they are known; vectors: of them.
        """
        original = self._original(cut.document, cut.keys, cut.bands, original_id)
        if original is not None or passages is None:
            runs = unknown_runs(cut.keys, original.keys) if original is not None else [(0, len(cut.spans))]
            passages, vectors = passages_of(cut, runs, self._embedder(), self._passage_tokens), MappingProxyType({})
        return PreparedDocument(
            document=cut.document,
            file=file,
            file_hash=file_hash,
            sentences=sentences_of(cut),
            utterances=cut.speech.utterances,
            passages=passages,
            original_id=original.document_id if original is not None else "",
            bands=cut.bands,
            vectors=vectors,
        )

    def is_as_cut(self, document: Document, sentences: Sequence[Sentence]) -> bool:
        """Whether these are the sentences that the document would be cut into now, by the same speakers."""
        return sentences_as_cut(document) == list(sentences)

    # Copies

    def _original(
        self, document: Document, keys: Sequence[str], bands: Sequence[int], original_id: str | None
    ) -> _Original | None:
        if original_id is not None:
            original = self._store.documents.find(original_id)
            return _Original(original_id, keys_of(original.text)) if original else None
        waiting = {found.id: found for band in bands if (found := self._waiting.get(band)) is not None}
        candidates = list(waiting.values())
        stored = self._store.copies.candidates(bands, source=document.source)
        known = [self._store.documents.find(found) for found in stored if found not in waiting]
        candidates += [candidate for candidate in known if candidate is not None]
        candidates = [candidate for candidate in candidates if candidate.source != document.source]
        same = [candidate for candidate in candidates if candidate.text == document.text]
        for candidate in same or candidates:
            theirs = keys_of(candidate.text)
            if is_copy(keys, theirs):
                return _Original(candidate.id, theirs)
        return None

    def waits(self, prepared: PreparedDocument) -> None:
        """Note that the document is about to be stored, so that copies of it in the same run are found."""
        if not prepared.original_id:
            self._waiting.update(dict.fromkeys(prepared.bands, prepared.document))

    def all_stored(self) -> None:
        """Forget what waited."""
        self._waiting.clear()


def _renamed(source: str, file: SourceFile) -> str:
    """What a reader called a document, with the file's name in the place of its path."""
    return file.source + source.removeprefix(str(file.path))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file is written to or replaced; None when it is out of reach."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
