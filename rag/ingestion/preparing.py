"""A file's documents, as its reader makes them, cut into sentences and passages, ready to be embedded and stored.

A reader may be anybody's: one that breaks, or gives what is no document, has failed on this one file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, cast

from rag import attribution
from rag.errors import RagError, ReadError, StoreFullError, disk_refusal
from rag.ingestion.copies import bands_of, is_copy, keys_of, sentence_key, unknown_runs
from rag.ingestion.entries import is_collection, read_entries
from rag.ingestion.finding import SourceFile, hash_of_file
from rag.language.identification import detect_language
from rag.language.sentences import Window, sentence_spans, windows
from rag.protocols import CollectionReader, Embedder, Reader
from rag.storage import NewPassage, Store, heading_of
from rag.types import Budget, Document, Failure, Sentence, Span, Utterance

__all__ = ["DocumentRead", "FileRead", "Preparation", "PreparedDocument"]

RECIPE_VERSION = 7
"""Raised when reading, segmentation or attribution changes what is stored, so that unchanged files are read anew."""
_UP_TO = "; pages recognised: "

MAX_PART_OF_PREFIX = 4  # of a passage's tokens at most one in so many is its document's heading
MAX_SENTENCES_COMPARED = 20_000  # of one text; wire copy is short, and a book is compared with nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDocument:
    """A document cut into sentences and passages.

    file, file_hash: what it was read from, and SHA-256 of that; empty when the next run must read it again.
    original_id: the document that stands for what both say; its passages are then only of what that does not say.
    bands: what near-duplicates share with it.
    """

    document: Document
    file: str
    file_hash: str
    sentences: list[Sentence]
    utterances: list[Utterance]
    passages: list[NewPassage]
    original_id: str
    bands: tuple[int, ...]

    @property
    def heading(self) -> str:
        """What stands above each of its passages."""
        return _heading(self.document)


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


class Preparation:
    """Reads and cuts, and knows what is cut but not yet stored, so that copies in one run find each other.

    reader_for: the reader of a file's suffix, or None when there is none.
    embedder: gives the embedder, whose tokens limit a passage.
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
        most_recognised_pages: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reader_for = reader_for
        self._passage_tokens = passage_tokens
        self._budget = budget
        self._waiting: dict[int, Document] = {}
        self._most_recognised_pages = most_recognised_pages
        self.recipe = f"{RECIPE_VERSION}/{passage_tokens}/{embedder_name}"

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
        for read in self.read(file):
            if isinstance(read, DocumentRead):
                yield self._cut_new(read.document, file=file.file, file_hash=read.file_hash)
            else:
                yield read

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
        document_id = document.id if source == document.source else _id_of(source, document.text)
        number = 1
        while self._store.documents.source_of(document_id) not in ("", source):
            number += 1
            document_id = _id_of(f"{source}\0{number}", document.text)
        return replace(document, id=document_id, source=source)

    def _cut_new(self, document: Document, *, file: str, file_hash: str) -> PreparedDocument | Failure:
        """The document that was read, cut; or why it cannot be, which is nothing to the next one."""
        try:
            return self.cut(document, file=file, file_hash=file_hash, most_sentences=self._budget.max_sentences)
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
        most_sentences: int | None = None,
    ) -> PreparedDocument:
        """Sentences, who says what in them, and passages of what the store does not have yet from another document.

        original_id: the document of which this one is a copy; None to look for one.
        most_sentences: None for a document that the store has already.

        Raises:
            ReadError: there are more sentences than that.
        """
        document = _with_language(document)
        spans = _spans(document)
        if most_sentences is not None and len(spans) > most_sentences:
            raise ReadError(document.source, self._budget.refusal_of_sentences(len(spans)))
        texts = [span.slice(document.text) for span in spans]
        speech = attribution.speech_of(document.text, spans)
        keys = [sentence_key(text) for text in texts] if len(texts) <= MAX_SENTENCES_COMPARED else []
        bands = bands_of(keys)
        original = self._original(document, keys, bands, original_id)
        runs = unknown_runs(keys, original.keys) if original is not None else [(0, len(spans))]
        return PreparedDocument(
            document=document,
            file=file,
            file_hash=file_hash,
            sentences=_sentences(document, spans, speech.attributions),
            utterances=speech.utterances,
            passages=self._passages(document, spans, texts, runs),
            original_id=original.document_id if original is not None else "",
            bands=bands,
        )

    def is_as_cut(self, document: Document, sentences: Sequence[Sentence]) -> bool:
        """Whether these are the sentences that the document would be cut into now, by the same speakers."""
        document = _with_language(document)
        spans = _spans(document)
        return _sentences(document, spans, attribution.attribute(document.text, spans)) == list(sentences)

    def _passages(
        self, document: Document, spans: Sequence[Span], texts: Sequence[str], runs: Sequence[tuple[int, int]]
    ) -> list[NewPassage]:
        """Of each run of sentences; with the document's heading before them they are short enough for the embedder."""
        embedder, passages = self._embedder(), []
        limit = min(self._passage_tokens, embedder.max_tokens)
        prefix, n_prefix = self._prefix(document, limit // MAX_PART_OF_PREFIX)
        for first, end in runs:
            counts = embedder.count_tokens(texts[first:end])
            for window in windows(spans[first:end], counts, limit - n_prefix):
                passages.append(_passage(document, spans, window, first=first, prefix=prefix))
        return passages

    def _prefix(self, document: Document, max_tokens: int) -> tuple[str, int]:
        """What is read before each passage, with the number of its tokens; the start of a long heading."""
        heading = _heading(document)
        n_tokens = self._embedder().count_tokens([heading])[0] if heading else 0
        while n_tokens > max_tokens:
            heading = heading[: len(heading) * max_tokens // n_tokens].rpartition(" ")[0]
            n_tokens = self._embedder().count_tokens([heading])[0] if heading else 0
        return (f"{heading}.\n", n_tokens + 1) if heading else ("", 0)

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


def _id_of(source: str, text: str) -> str:
    """As readers make ids."""
    return hashlib.sha256(f"{source}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _spans(document: Document) -> list[Span]:
    return sentence_spans(document.text, document.metadata.get("language", ""))


def _sentences(
    document: Document, spans: Sequence[Span], attributions: Sequence[attribution.Attribution]
) -> list[Sentence]:
    speakers = {said.sentence: said.speaker for said in attributions}
    return [
        Sentence(document_id=document.id, ordinal=ordinal, span=span, speaker=speakers.get(ordinal, ""))
        for ordinal, span in enumerate(spans)
    ]


def _with_language(document: Document) -> Document:
    language = detect_language(document.text, document.metadata.get("language", ""))
    if not language or document.metadata.get("language") == language:
        return document
    return replace(document, metadata={**document.metadata, "language": language})


def _heading(document: Document) -> str:
    return heading_of(document.title, document.metadata, source=document.source)


def _passage(document: Document, spans: Sequence[Span], window: Window, *, first: int, prefix: str) -> NewPassage:
    """first: ordinal of the sentence from which the window counts."""
    start = window.span.start
    first_sentence, last_sentence = first + window.first_sentence, first + window.last_sentence
    within = spans[first_sentence : last_sentence + 1]
    relative = [Span(start=span.start - start, end=span.end - start) for span in within]
    text = window.span.slice(document.text)
    if text.startswith(document.title):  # as that of a page whose heading is in its text
        prefix = ""
    return NewPassage(
        first_sentence=first_sentence,
        last_sentence=last_sentence,
        span=window.span,
        sentence_spans=relative,
        embedding_hash=_embedding_hash(prefix, text, relative),
        prefix=prefix,
    )


def _embedding_hash(prefix: str, text: str, spans: Sequence[Span]) -> bytes:
    """Without a prefix what it was before there were any, so that such vectors are not made again."""
    layout = ",".join(f"{span.start}-{span.end}" for span in spans)
    before = f"{prefix}\0" if prefix else ""
    return hashlib.sha256(f"{layout}\0{before}{text}".encode()).digest()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file is written to or replaced; None when it is out of reach."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
