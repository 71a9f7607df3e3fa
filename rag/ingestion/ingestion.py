"""The write path: files → documents → sentences and passages → vectors → rows.

Each document is one transaction. A run that is cut off at any moment leaves a store that opens; the next run skips
what was finished.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.errors import ReadError, SettingsError, StoreFullError, disk_refusal
from rag.ingestion import uploads
from rag.ingestion.elsewhere import Workers
from rag.ingestion.finding import SourceFile, absolute, address_in, find_files, hash_of_file, printable
from rag.ingestion.preparing import DocumentRead, FileRead, Preparation, PreparedDocument
from rag.ingestion.syncing import Pages, SyncPlan, plan
from rag.ingestion.writing import PASSAGES_AT_A_TIME, Outcome, Remaking, Reporting
from rag.language.identification import foreign_language_notice
from rag.protocols import CollectionReader, Embedder, Reader, WordIndex
from rag.storage import KnownVersion, Store, store_of
from rag.types import AddReport, Budget, Document, Failure, Progress

if TYPE_CHECKING:
    from rag.ingestion.fetching import Visitor

__all__ = ["Ingestion"]

_NO_PAGE = "it names no page that could be followed - add the feed without following links"

_Entry = TypeVar("_Entry", DocumentRead, PreparedDocument)


class Ingestion(Remaking):
    """Adds documents to a store and removes them.

    reader_for: the reader of a file's suffix, or None when there is none.
    embedder: gives the embedder; called only when something has to be embedded.
    visitor: gives what fetches; called only when an address is named.
    workers: who reads, cuts and embeds ahead of this process, if anybody.
    most_recognised_pages: how many pages of a document can be recognised; files of which some were left out are read
        anew when it is more than it was.
    """

    def __init__(
        self,
        store: Store,
        word_index: WordIndex,
        *,
        embedder: Callable[[], Embedder],
        reader_for: Callable[[str], Reader | CollectionReader | None],
        suffixes: Sequence[str],
        passage_tokens: int,
        budget: Budget,
        embedder_name: str,
        visitor: Callable[[], Visitor],
        workers: Callable[[], Workers | None] = lambda: None,
        most_recognised_pages: Callable[[], int] = lambda: 0,
    ) -> None:
        preparation = Preparation(
            store,
            embedder=embedder,
            reader_for=reader_for,
            passage_tokens=passage_tokens,
            budget=budget,
            embedder_name=embedder_name,
            workers=workers,
            most_recognised_pages=most_recognised_pages,
        )
        super().__init__(store, word_index, embedder=embedder, preparation=preparation)
        self.suffixes = suffixes
        self._embedder_name = embedder_name
        self._pages = Pages(
            store,
            self._writer,
            visitor=visitor,
            take_in=self.take_in,
            foresee=self._foresee,
            is_unchanged=lambda file: self.is_unchanged(file, store.documents.in_file(file.file)),
        )

    @property
    def recipe(self) -> str:
        """Names how documents are read, cut and embedded now; what was made in another way is made anew."""
        return self._preparation.recipe

    def add(
        self,
        paths: Iterable[str | Path],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        follow_links: bool = False,
    ) -> AddReport:
        """Add the files and addresses that `paths` name; what fails is reported, and the rest is done.

        follow_links: fetch the pages that feeds lead to, and add those in the place of the entries.
        """
        given = list(paths)
        addresses = list(dict.fromkeys(filter(None, map(address_in, given))))
        outcome = Outcome()
        with self._store.writing():
            found = [path for path in given if not address_in(path)]
            files, outcome.failed = find_files(found, self.suffixes, store_folder=self._store.folder)
            links_by_file = {file: self._links_of(file, outcome) for file in files} if follow_links else {}
            self.take_in([file for file in files if links_by_file.get(file) is None], outcome, on_progress)
        followed = {page: about for links in links_by_file.values() for page, about in (links or {}).items()}
        if followed:
            self._pages.follow(followed, outcome, on_progress)
        self._pages.add(
            addresses,
            outcome,
            on_progress,
            links_of=lambda file: self._links_of(file, outcome) if follow_links else None,
        )
        return outcome.report(self._notices(outcome))

    def _links_of(self, file: SourceFile, outcome: Outcome) -> dict[str, dict[str, str]] | None:
        """The pages that the entries of a feed are about, with what it says of each; None when it names none."""
        pages: dict[str, dict[str, str]] = {}
        failures = []
        try:
            for entry in self._preparation.read(file) if self._preparation.holds_many(file.path) else ():
                if isinstance(entry, FileRead):
                    continue
                if isinstance(entry, Failure):  # without a text it is known by its key alone, which may be its address
                    about, failure = {"url": entry.source.partition("#")[2]}, entry
                else:
                    about = _about(entry.document)
                    failure = Failure(source=entry.document.source, reason=_NO_PAGE)
                try:
                    pages[self._pages.normal(about.pop("url"))] = about
                except ReadError:
                    failures.append(failure)
        except (ReadError, OSError):
            return None  # which is said when it is taken in
        if pages:
            outcome.failed += failures
        return pages or None

    def add_uploads(
        self,
        files: Sequence[tuple[str, Path]],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> AddReport:
        """Add copies of files, each under a name; what could be read is kept in the store's folder."""
        with self._store.writing(), uploads.staged(files, self._store.folder) as (copies, failures):
            outcome = Outcome(failed=failures)
            self.take_in(copies, outcome, on_progress, is_stopped=is_stopped)
            for copy in copies:
                if self._store.documents.in_file(copy.file) and not _has_failed(copy, outcome):
                    uploads.keep(copy, self._store.folder)
        return outcome.report(self._notices(outcome))

    def sync(
        self,
        folder: str | Path,
        *,
        dry_run: bool = False,
        allow_empty: bool = False,
        only: frozenset[str] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Make the store hold what the folder, or the list of addresses in a file, holds.

        What is gone is kept for old citations alone.

        dry_run: only say what would be done; which documents would be copies of others is not foreseen.
        only: the files that may have changed; the others are not looked into.

        Raises:
            NotFoundError: the folder is missing. SettingsError: it is no folder, or empty, and documents would go.
        """
        if address_in(folder):
            raise SettingsError(f"cannot keep in step with {address_in(folder)!r}: it is an address - name a folder")
        folder = absolute(folder)
        if os.path.isfile(folder) and store_of(folder) is None:  # noqa: PTH113 - as in `find_files`
            outcome = Outcome()
            self._pages.sync(folder, outcome, on_progress, dry_run=dry_run, allow_empty=allow_empty)
            return outcome.report(self._notices(outcome))
        with nullcontext() if dry_run else self._store.writing():
            todo = plan(self._store, folder, suffixes=self.suffixes, recipe=self.recipe, allow_empty=allow_empty)
            outcome = Outcome(failed=todo.failures, removed=[version.source for version in todo.gone])
            outcome.renamed += [(old, file.source) for old, file in todo.moved]
            present = [file for file in todo.present if only is None or file.source in only]
            if dry_run:
                self._foresee(present, outcome, on_progress)
            else:
                self._carry_out(todo)
                self.take_in(present, outcome, on_progress)
        return outcome.report(self._notices(outcome))

    def _carry_out(self, todo: SyncPlan) -> None:
        for old, file in todo.moved:
            with self._store.begin():
                self._store.documents.move(old, file.file)
        for version in todo.gone:
            with self._store.begin():
                self._writer.withdraw(version.document_id)

    def _foresee(
        self, files: Sequence[SourceFile], outcome: Outcome, on_progress: Callable[[Progress], None] | None
    ) -> None:
        """Put what would be done with the files into the outcome; each that is new or changed is read for it."""
        sizes = [_size_bytes(file.path) for file in files]
        reporting = Reporting(on_progress, n_total=len(files), bytes_total=sum(sizes))
        for file, size_bytes in zip(files, sizes, strict=True):
            for read in self._entries(file, outcome, self._preparation.read):
                if isinstance(read, FileRead):
                    known = self._store.documents.in_file(file.file)
                    outcome.removed += [version.source for version in known if version.source not in read.sources]
                    continue
                source = read.document.source
                is_known = self._store.documents.known_version(source) is not None
                (outcome.superseded if is_known else outcome.added).append(source)
            reporting.file_seen(size_bytes)
            reporting.all_stored()

    def take_in(
        self,
        files: Sequence[SourceFile],
        outcome: Outcome,
        on_progress: Callable[[Progress], None] | None = None,
        *,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read, embed and store these files, a batch at a time; once it is stopped, nothing more is stored."""
        sizes = [_size_bytes(file.path) for file in files]
        reporting = Reporting(on_progress, n_total=len(files), bytes_total=sum(sizes))
        batch: list[PreparedDocument | FileRead] = []
        n_passages = 0

        def store(size_bytes: int) -> None:
            nonlocal n_passages
            self._writer.store(batch, outcome, lambda share: reporting.partly_stored(share, size_bytes=size_bytes))
            batch.clear()
            n_passages = 0

        self._preparation.expect(file for file in files if self._is_to_be_read(file))
        for file, size_bytes in zip(files, sizes, strict=True):
            if is_stopped():
                break
            for prepared in self._prepare(file, outcome):
                if is_stopped():
                    break
                batch.append(prepared)
                if isinstance(prepared, PreparedDocument):
                    self._preparation.waits(prepared)
                    n_passages += len(prepared.passages)
                if n_passages >= PASSAGES_AT_A_TIME:
                    store(size_bytes)
            reporting.file_seen(size_bytes)
            if not batch:
                reporting.all_stored()
        if is_stopped():
            self._preparation.all_stored()  # what waited is let go
            return
        if batch:
            store(0)
        reporting.all_stored()

    def _is_to_be_read(self, file: SourceFile) -> bool:
        try:
            return not self.is_unchanged(file, self._store.documents.in_file(file.file))
        except OSError:  # which is said when it is read
            return False

    def _prepare(self, file: SourceFile, outcome: Outcome) -> Iterator[PreparedDocument | FileRead]:
        """What has to be stored of the file; the rest goes into the outcome."""

        def prepare(file: SourceFile) -> Iterator[PreparedDocument | Failure | FileRead]:
            self._writer.check_embedder()
            return self._preparation.prepare(file)

        return self._entries(file, outcome, prepare)

    def _entries(
        self,
        file: SourceFile,
        outcome: Outcome,
        taken_from: Callable[[SourceFile], Iterator[_Entry | Failure | FileRead]],
    ) -> Iterator[_Entry | FileRead]:
        """What is new or changed of the file; the rest goes into the outcome.

        taken_from: gives all that is in a file.
        """
        if file.source != printable(file.source):
            outcome.failed.append(_nameless(file))
            return
        is_of_a_kind = file.path.suffix.lower() in self.suffixes
        if not self._preparation.can_read(file.path) or not (is_of_a_kind or file.is_named):
            if not file.is_named:
                outcome.skipped.append(file.source)
                return
            kinds = ", ".join(self.suffixes)
            reason = f"no reader for {file.path.suffix or 'files without a suffix'} - use one of {kinds}"
            outcome.failed.append(Failure(source=file.source, reason=reason))
            return
        known = {version.source: version for version in self._store.documents.in_file(file.file)}
        try:
            if self.is_unchanged(file, list(known.values())):
                outcome.unchanged += known
                return
            for entry in taken_from(file):
                if isinstance(entry, Failure):
                    outcome.failed.append(entry)
                elif not isinstance(entry, FileRead) and self._is_there(entry, known):
                    outcome.unchanged.append(entry.document.source)
                else:
                    yield entry
        except ReadError as error:
            outcome.failed.append(Failure(source=file.source, reason=error.reason))
        except OSError as error:
            if refusal := disk_refusal(error):
                raise StoreFullError(f"cannot read {file.source!r}: {refusal}") from error
            outcome.failed.append(
                Failure(source=file.source, reason=f"{error.strerror or error} - check the file and try again")
            )

    def is_unchanged(self, file: SourceFile, known: Sequence[KnownVersion]) -> bool:
        """Whether the store has what is in the file, made as it would be made now.

        The bytes are compared, by their hash: size and time of a file can stay while its text changes.

        Raises:
            OSError: the file is out of reach.
        """
        recipes, hashes = {version.recipe for version in known}, {version.file_hash for version in known}
        is_current = bool(recipes) and all(map(self._preparation.is_current, recipes))
        return is_current and len(hashes) == 1 and hashes == {hash_of_file(file.path)} != {""}

    def _is_there(self, entry: DocumentRead | PreparedDocument, known: dict[str, KnownVersion]) -> bool:
        """Whether an entry of a file that holds many is in the store as it is; its file is what has changed."""
        version = known.get(entry.document.source)
        return (
            not entry.file_hash
            and version is not None
            and version.document_id == entry.document.id
            and self._preparation.is_current(version.recipe)
        )

    def remove(self, sources: Iterable[str], *, sparingly: bool = False) -> list[int]:
        """Delete these sources, all or none of them, with everything that was made from them.

        Returns the ids of the passages that are gone.

        sparingly: with as little space as it can be done, as on a full disk; traces stay until `compact_words` and
            `Store.shrink`.
        """
        if sparingly:
            with self._store.sparingly():
                return self._remove(sources, compact=False)
        return self._remove(sources, compact=True)

    def compact_words(self) -> None:
        """Leave no word of removed passages in the word index: bit by bit, each giving space for the next."""
        while True:
            with self._store.begin():
                is_more = self._word_index.compact_partly()
            self._store.shrink()
            if not is_more:
                return

    def _remove(self, sources: Iterable[str], *, compact: bool) -> list[int]:
        versions = {source: self._store.documents.known_version(source) for source in sources}
        ids = [version.document_id for version in versions.values() if version is not None]
        files = {version.file for version in versions.values() if version is not None}
        gone: list[int] = []
        with self._store.writing():
            with self._store.begin():
                copies_first = sorted(ids, key=lambda id_: not self._store.copies.original_of(id_))
                for document_id in copies_first:
                    gone += self._writer.withdraw(document_id)
                self._word_index.remove(older := self._store.documents.remove_sources([*versions]))
                gone += older
                self._store.passages.delete_unused_vectors()
                if compact and not self._word_index.compact():
                    self._store.note_words_left()
            for file in files:
                if not self._store.documents.in_file(file):
                    uploads.delete_kept(file, self._store.folder)
            self._store.erase_traces()
        return gone

    def _notices(self, outcome: Outcome) -> tuple[str, ...]:
        """What a person should know about what was added, such as a language that the embedder does not know."""
        backend, _, model = self._embedder_name.partition("/")
        if backend != "sentence-transformers":
            return ()
        languages = (language for language, n in outcome.languages.items() for _ in range(n))
        notice = foreign_language_notice(languages, embedding_model=model)
        return (notice,) if notice else ()


def _about(document: Document) -> dict[str, str]:
    """What a feed says of the page that an entry is about, its address among it."""
    said = {name: document.metadata.get(name, "") for name in ("url", "published", "author", "publisher", "language")}
    return said | {"title": document.title}


def _nameless(file: SourceFile) -> Failure:
    return Failure(source=printable(file.source), reason="its name holds bytes that are not text - rename it")


def _has_failed(file: SourceFile, outcome: Outcome) -> bool:
    return any(failure.source == file.source for failure in outcome.failed)


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
