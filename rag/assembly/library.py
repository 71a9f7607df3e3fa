"""The documents of one store, and the parts that read, cut, embed, keep and find them.

Several assistants may answer from one library, each with its own language model: the embedding model and the indexes
are loaded once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, cast

from rag.assembly.backends import RAY_WORKERS, Parts, build, built_once, load
from rag.assembly.choices import choose_embedder, choose_vector_index
from rag.assembly.originals import Originals
from rag.assembly.workbench import Workbench
from rag.errors import FilterError, NotFoundError, ReadError, SettingsError, StoreError, StoreFullError
from rag.ingestion import (
    Ingestion,
    Workers,
    absolute,
    address_in,
    damaged_uploads,
    delete_unused,
    fetched_into,
    read_entries,
    receiving,
    source_in,
    watch,
)
from rag.ingestion.erasing import Erasing
from rag.protocols import Embedder, PassageReader, VectorIndex, WordIndex
from rag.retrieval import OneByOne, Retriever, VectorSearch, WordsBeside
from rag.settings import Settings
from rag.storage import (
    KnownVersion,
    Store,
    copy_files,
    copy_rows,
    export_store,
    exposure,
    make_private,
    problems,
    prune,
    shown_place,
)
from rag.storage.filters import Filter, Scope, notebooks_in, scope_of
from rag.types import (
    AddReport,
    Document,
    DocumentInfo,
    DocumentVersion,
    ExportReport,
    Notebook,
    Progress,
    PruneReport,
)

__all__ = ["Library", "shown_place"]

_WITHOUT_MODEL = "overlap"
_ID = re.compile(r"[0-9a-f]{8,64}")
_MOST_KNOWN = 20_000
"""Documents whose list is kept in memory, about 1 kB each."""
_WIDE = 200
"""Passages whose sentences are ranked where an answer would need fewer."""


class Library(Parts):
    """Documents that can be added to, removed, and searched for sentences. Safe to share between threads."""

    def __init__(self, place: str | Path, settings: Settings, *, must_exist: bool = False) -> None:
        """Open the store in the folder, or at the address, or make one where there is nothing; see `Store`.

        Raises:
            NotFoundError: there is no store, and none is to be made.
            StoreError: the folder holds something else, a newer version's store or one that was emptied, or is an
                address.
            SettingsError: an index elsewhere is asked for without saying where it is.
        """
        super().__init__()
        self._index_choice = choose_vector_index(settings, place)
        self.is_closed = False
        self.records_first = False  # an answer before it is given: who gets it may ask another process about it at once
        self.store = Store(place, lock_timeout_seconds=settings.lock_timeout_seconds, must_exist=must_exist)
        self._settings = settings
        self._known_documents: tuple[int, list[DocumentInfo]] = (-1, [])
        self._bench = Workbench(settings)

    def close(self) -> None:
        """End the processes that read files, and what else was built, and release the store's files."""
        self.is_closed = True
        super().close()
        self._bench.close()
        self.store.close()

    def add(
        self,
        paths: Iterable[str | Path],
        *,
        follow_links: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """See `Assistant.add`."""
        report = self.ingestion.add(paths, on_progress, follow_links=follow_links)
        self._refresh(report)
        return report

    def add_uploads(
        self,
        files: Sequence[tuple[str, Path]],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> AddReport:
        """See `Assistant.add_uploads`."""
        report = self.ingestion.add_uploads(files, on_progress, is_stopped=is_stopped)
        self._refresh(report)
        return report

    def receiving(self) -> AbstractContextManager[Path]:
        """See `Assistant.receiving`."""
        return receiving(self.store.folder)

    def sync(
        self,
        folder: str | Path,
        *,
        dry_run: bool = False,
        allow_empty: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """See `Assistant.sync`."""
        report = self.ingestion.sync(folder, dry_run=dry_run, allow_empty=allow_empty, on_progress=on_progress)
        if not dry_run:
            self._refresh(report)
        return report

    def watch(self, folder: str | Path, *, interval_seconds: float, stop: threading.Event) -> Iterator[AddReport]:
        """See `Assistant.watch`."""

        def sync(only: frozenset[str] | None) -> AddReport:
            if absolute(folder).is_file():
                name = str(absolute(folder))
                raise SettingsError(f"cannot watch {name!r}: it is no folder - `rag sync` a list now and then")
            report = self.ingestion.sync(folder, only=only)
            self._refresh(report)
            return report

        return watch(absolute(folder), sync, interval_seconds=interval_seconds, stop=stop)

    def _refresh(self, report: AddReport) -> None:
        if report.added or report.superseded or report.removed:
            self.vector_search.refresh()
            self._refresh_words()
        self.erasing.begin()  # what an earlier process could not do to the end

    def _refresh_words(self) -> None:
        if isinstance(self.word_index, WordsBeside):
            self.word_index.refresh()

    def remove(self, sources: Iterable[str | Path]) -> tuple[str, ...]:
        """See `Assistant.remove`."""
        doomed = self.sources_named(sources, to_do="remove")
        try:
            gone = self.ingestion.remove(doomed)
        except StoreFullError:
            self._remove_sparingly(doomed)
        else:
            self.vector_search.forget_removed(gone)
            self.erasing.begin()
        self._refresh_words()
        return tuple(doomed)

    def sources_named(self, given: Iterable[str | Path], *, to_do: str) -> list[str]:
        """The sources of the documents that ids, sources, paths, folders or addresses name, each once.

        Raises:
            NotFoundError: one of them names nothing here.
        """
        names = list(given)
        source_by_id = self.store.documents.sources_of([name for name in map(str, names) if _ID.fullmatch(name)])
        sources: dict[str, None] = {}
        for name in names:
            known = source_by_id.get(str(name))
            found = [known] if known else [version.source for version in self._named(name)]
            if not str(name).strip() or not found:
                raise NotFoundError(f"cannot {to_do} {str(name)!r}: the store does not have it - see `rag list`")
            sources.update(dict.fromkeys(found))
        return list(sources)

    def versions(self, given: str | Path) -> list[DocumentVersion]:
        """See `Assistant.versions`."""
        named = [version for version in self._named(given) if str(given).strip()]
        exact = {version.source for version in named if str(given) in (version.document_id, version.source)}
        sources = sorted(exact or {version.source for version in named})
        if len(sources) > 1:
            raise SettingsError(
                f"cannot compare versions of {str(given)!r}: it names {len(sources):,} documents - name one of them, "
                f"such as {sources[0]!r}"
            )
        versions = self.store.versions.of(sources[0]) if sources else []
        if not versions:
            raise NotFoundError(
                f"cannot compare versions of {str(given)!r}: the store does not have it - see `rag list`"
            )
        return versions

    def _named(self, given: str | Path) -> list[KnownVersion]:
        """Every version of the documents that an id, a source, a path or an address names."""
        address = self._address(given)
        path = fetched_into(address) if address else str(absolute(given))
        names = [str(given), address or source_in(given)]
        return self.store.documents.named(names, files=[path, f"uploads/{given}"], folder=path)

    def _address(self, given: str | Path) -> str:
        """The address that is meant, as its document is called; empty when none is."""
        address = address_in(given)
        with suppress(ReadError):  # nothing was fetched from such a one
            return str(self._visitor.normal(address)) if address else ""
        return ""

    def _remove_sparingly(self, sources: Iterable[str]) -> None:
        """Remove on a full disk: one by one, each giving space for the next, and without the vector index.

        Raises:
            StoreFullError: nothing could be removed, or there is not the space to overwrite what was.
        """
        with self.store.writing():
            self.vector_search.delete()
            self.store.erase_traces()  # which take space as well
            for source in sources:
                self.ingestion.remove([source], sparingly=True)
                self.store.shrink()
            try:
                self.ingestion.compact_words()
                if self.store.has_unused_space():  # which a store of an older version cannot give back bit by bit
                    self.store.compact()
            except StoreFullError as error:
                with suppress(StoreError):
                    self.store.erase_traces()
                raise StoreFullError(
                    f"removed from store {self.store.name!r}, but the disk is too full to overwrite what was "
                    "there - free some space and run `rag prune`"
                ) from error

    def scope(self, where: str, sources: Sequence[str], *, notebooks: Sequence[Notebook] | None = None) -> Scope:
        """The documents that a caller means, see `scope_of`.

        notebooks: those that he may name; None for all.

        Raises:
            FilterError: `where` cannot be read, or names a notebook that nobody has.
        """
        scope = scope_of(where, sources)
        if named := notebooks_in(scope.filter):
            among = self.store.notebooks.all() if notebooks is None else notebooks
            known = {name.lower() for each in among for name in (each.name, each.qualified_name)}
            for name in named:
                if name.lower() not in known:
                    raise FilterError(f"cannot filter by notebook {name!r}: there is none - see `rag notebook list`")
        return scope

    def documents(self, where: Filter | None = None) -> list[DocumentInfo]:
        """The documents that are searched, by source; those that fit the filter, if there is one.

        All of them are read once for each generation of the store: a page asks for them with every step.
        """
        if where is not None:
            return self.store.documents.all(where)
        generation = self.store.generation()
        known_at, known = self._known_documents
        if known_at != generation:
            known = self.store.documents.all(None)
            self._known_documents = (generation, known) if len(known) <= _MOST_KNOWN else (-1, [])
        return list(known)

    def document(self, document_id: str) -> Document:
        """See `Assistant.document`."""
        return self.store.documents.get(document_id)

    def read_draft(self, path: Path) -> str:
        """See `Assistant.read_draft`."""
        reader = self._bench.reader_for(path.suffix.lower())
        if reader is None:
            raise ReadError(
                str(path), f"nothing here reads {path.suffix or 'a file without a suffix'!r} - save it as text"
            )
        try:
            entries = list(islice(read_entries(reader, path, self._bench.budget), 2))
        except OSError as error:
            raise ReadError(str(path), f"{error.strerror or error} - name a file that can be read") from error
        texts = [entry.text for entry in entries if isinstance(entry, Document)]
        if len(texts) != 1 or len(entries) != 1:
            raise ReadError(str(path), "it holds many documents, or none - give the draft as a file of its own")
        return texts[0]

    def check(self) -> list[str]:
        """What is wrong with the store, one sentence each; none when it is sound."""
        found = problems(self.store)
        with suppress(StoreError):  # of a damaged database, which is among the problems
            n_passages, n_found_by_word = len(self.store.passages.ids()), len(self.word_index)
            if n_found_by_word != n_passages:
                found.append(f"the word index holds {n_found_by_word} of {n_passages} passages - run `rag rebuild`")
            texts = self.store.passages.texts(self.store.passages.ids())
            if not self.word_index.is_sound((batch.ids, batch.texts) for batch in texts):
                found.append("the word index is damaged - run `rag check --repair`")
            if self.vector_search.is_damaged():
                found.append("the files of the vector index are damaged, and are made again by the next question")
            found += damaged_uploads(self.store)
        return found + list(filter(None, [exposure(self.store.folder)]))

    def repair(self) -> None:
        """Mend what follows from the texts: sentences, passages, vectors and both indexes."""
        make_private(self.store.folder)
        self.ingestion.repair()
        if self.vector_search.is_damaged():
            self.vector_search.delete()
        self.vector_search.refresh()

    def prune(self, *, days: int | None = None) -> PruneReport:
        """See `Assistant.prune`."""
        report = prune(self.store, days=days)
        delete_unused(self.store)
        return report

    def clear_answers(self, older_than: timedelta | None, answer_ids: Sequence[str] | None) -> int:
        """See `Assistant.clear_answers`."""
        n_cleared = self.store.answers.clear(older_than, answer_ids)
        if n_cleared:
            self.store.erase_traces()
        return n_cleared

    def export(self, path: Path) -> ExportReport:
        """See `Assistant.export`."""
        return export_store(self.store, path)

    def move(self, place: str | Path) -> int:
        """See `Assistant.move`."""
        if shown_place(place) == self.store.name:
            raise StoreError(f"cannot move to {self.store.name!r}: the store is there already - name another place")
        if found := problems(self.store):
            raise StoreError(f"cannot move to {shown_place(place)!r}: {found[0]}")
        target = Library(place, self._settings)
        try:
            with self.store.writing(), target.store.begin():
                n_documents = copy_rows(self.store, target.store)
                target.ingestion.index_words()
                copy_files(self.store, target.store)
            if found := target.check():
                raise StoreError(f"moved to {target.store.name!r}, where it is not sound: {found[0]}")
            return n_documents
        finally:
            target.close()

    def rebuild(self) -> None:
        """See `Assistant.rebuild`."""
        self.ingestion.rebuild()
        self.vector_search.refresh()

    # Parts, each built when it is first needed

    @built_once
    def originals(self) -> Originals:
        """What draws the pages of the files that were read."""
        return Originals(self.store, self._bench.isolation, max_file_bytes=self._settings.max_file_bytes)

    @property
    def embedder(self) -> Embedder:
        """What turns text into vectors."""
        return self._bench.embedder

    @built_once
    def word_index(self) -> WordIndex:
        """What finds passages by word."""

        def make_index(connect: Callable[[], AbstractContextManager[Any]]) -> WordIndex:
            index: WordIndex = build("word_index", self._settings.word_index, connect=connect)
            return index

        if self.store.is_on_server:
            return WordsBeside(self.store, make_index=make_index, timeout_seconds=self._settings.lock_timeout_seconds)
        return make_index(self.store.connect)

    @built_once
    def erasing(self) -> Erasing:
        """What takes the words of removed passages out of a large word index."""
        return Erasing(self.store, self.word_index)

    @built_once
    def vector_search(self) -> VectorSearch:
        """What finds passages by vector, kept in step with the store."""

        choice = self._index_choice

        def make_index(dim: int) -> VectorIndex:
            index: VectorIndex = build("vector_index", choice.backend, dim=dim, **choice.arguments)
            return index

        return VectorSearch(self.store, make_index=make_index, embedder=lambda: self.embedder)

    @built_once
    def ingestion(self) -> Ingestion:
        """The write path."""
        return Ingestion(
            self.store,
            self.word_index,
            embedder=lambda: self.embedder,
            reader_for=self._bench.reader_for,
            suffixes=self._bench.suffixes,
            passage_tokens=self._settings.passage_tokens,
            budget=self._bench.budget,
            embedder_name=choose_embedder(self._settings).recipe,
            visitor=lambda: self._visitor,
            workers=lambda: self._workers,
            most_recognised_pages=self._most_recognised_pages,
        )

    def _most_recognised_pages(self) -> int:
        """How many pages of a document can be recognised; what recognises them may have been installed since."""
        return self._settings.max_recognised_pages if find_spec("rapidocr") is not None else 0

    @built_once
    def _workers(self) -> Workers | None:
        """Who reads, cuts and embeds ahead of this process."""
        address = self._settings.ray
        workers: Workers | None = load(RAY_WORKERS)(address, self._settings) if address else None
        return workers

    @built_once
    def _visitor(self) -> Any:
        """What fetches addresses; its libraries are loaded for that alone."""
        from rag.ingestion.connecting import FetchLimits
        from rag.ingestion.fetching import Visitor

        settings = self._settings
        limits = FetchLimits(
            max_bytes=settings.max_file_bytes,
            max_seconds=settings.max_fetch_seconds,
            max_connect_seconds=settings.max_connect_seconds,
            may_be_private=settings.fetch_private,
        )
        suffixes = self._bench.known_suffixes
        return Visitor(self.store, limits=limits, suffixes=suffixes, delay_seconds=settings.fetch_delay_seconds)

    @built_once
    def retriever(self) -> Retriever:
        """The read path up to the evidence."""
        return self._retrieving(self._settings.n_passages)

    @built_once
    def wide_retriever(self) -> Retriever:
        """The same over more passages, for who looks for all sentences about something, not for the best."""
        return self._retrieving(max(_WIDE, self._settings.n_passages))

    def _retrieving(self, n_passages: int) -> Retriever:
        settings = self._settings
        return Retriever(
            self.store,
            embedder=self.embedder,
            vector_search=self.vector_search,
            word_index=self.word_index,
            reranker=build("reranker", _WITHOUT_MODEL),
            reader=_reader(settings),
            n_read=settings.n_read,
            fusion=settings.fusion,
            dense_weight=settings.dense_weight,
            n_passages=n_passages,
        )


def _reader(settings: Settings) -> PassageReader | None:
    """What reads the best sentences, if the settings name it; a reranker that reads no passages reads one by one."""
    if settings.reranker == _WITHOUT_MODEL:
        return None
    arguments = {"model": settings.reranker_model, "device": settings.device}
    built = build("reranker", settings.reranker, **arguments if settings.reranker == "cross-encoder" else {})
    return cast("PassageReader", built) if hasattr(built, "read") else OneByOne(built)
