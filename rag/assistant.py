"""The assistant: one object over one store, for people who write Python and for every other surface."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from rag import serialisation
from rag.answering import Answering, Thresholds
from rag.errors import NotFoundError, SettingsError, StoreError
from rag.factory import READERS, build, load
from rag.generator_choice import GeneratorChoice, choose_generator
from rag.ingestion import Ingestion
from rag.protocols import ClaimWithEvidence, Embedder, Generator, Reader, VectorIndex, Verifier, WordIndex
from rag.retrieval import Retriever, VectorSearch
from rag.settings import Settings
from rag.storage import Store, problems
from rag.types import (
    AddReport,
    Answer,
    Citation,
    Document,
    DocumentInfo,
    Done,
    Event,
    Evidence,
    Progress,
    Turn,
    Verdict,
)
from rag.verifier_choice import choose_verifier

__all__ = ["Assistant"]

Part = TypeVar("Part")


class _built_once(cached_property[Part]):  # noqa: N801 - a decorator
    """A part of an assistant, built when it is first needed, by one thread; `cached_property` alone has no lock."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> _built_once[Part]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Part: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> _built_once[Part] | Part:
        if instance is None:
            return self
        with instance.__dict__["_building"]:
            return super().__get__(instance, owner)


class Assistant:
    """Answers questions with verbatim, cited sentences of the documents that were added to its store.

    Safe to share between threads. Models are loaded when they are first needed.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from rag import Assistant, Settings
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "note.txt").write_text("The bridge opened in 1932. It is painted grey.")
    >>> with Assistant.open(folder / "store", Settings(embedder="hashing", abstain_below=0)) as assistant:
    ...     report = assistant.add([folder / "note.txt"])
    ...     answer = assistant.ask("When did the bridge open?")
    >>> answer.citations[0].quote
    'The bridge opened in 1932.'
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        """Use `open`, which makes the store."""
        self._store = store
        self._settings = settings
        self._building = threading.RLock()
        self._readers: dict[str, Reader] = {}

    @classmethod
    def open(cls, path: str | Path, settings: Settings | None = None) -> Assistant:
        """The assistant over the store in the folder `path`, which is made when it is missing.

        Raises:
            StoreError: the folder holds something else, or a newer version's store.
            SettingsError: a setting or an environment variable has a value that cannot be used.
        """
        settings = settings or Settings()
        folder = Path(path).expanduser()
        return cls(Store(folder, lock_timeout_seconds=settings.lock_timeout_seconds), settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the store's files, and end the language model that runs in this process, if one does."""
        close_generator = getattr(self.__dict__.get("_generator"), "close", None)
        if close_generator is not None:
            close_generator()
        self._store.close()

    @property
    def settings(self) -> Settings:
        """The settings that this assistant was opened with."""
        return self._settings

    def add(self, paths: Iterable[str | Path], *, on_progress: Callable[[Progress], None] | None = None) -> AddReport:
        """Add files, and the files in folders; what is there already and unchanged costs nothing.

        A changed file takes the place of its older version, whose text is kept for old citations. Each document is
        one transaction: a run that is cut off loses none that was finished.

        Raises:
            EmbedderMismatchError: the store was built by another embedding model.
            StoreLockedError: another process writes, and did not end in time.
            StoreFullError: the disk is full.
        """
        report = self._ingestion.add([paths] if isinstance(paths, (str, Path)) else paths, on_progress)
        if report.added or report.superseded:
            self._vector_search.refresh()
        return report

    def remove(self, sources: Iterable[str | Path]) -> tuple[str, ...]:
        """Delete documents, by id, source or path, with their older versions, vectors and recorded answers.

        A folder stands for all documents in it. Returns the sources that were deleted.

        Raises:
            NotFoundError: one of them is not in the store; nothing is deleted then.
        """
        known = self._store.documents.all()
        doomed: dict[str, None] = {}
        for given in [sources] if isinstance(sources, (str, Path)) else sources:
            path = Path(os.path.abspath(os.path.expanduser(given)))  # noqa: PTH100, PTH111 - as `add` makes sources
            found = [
                info.source
                for info in known
                if str(given) in (info.id, info.source) or path in (Path(info.source), *Path(info.source).parents)
            ]
            if not str(given).strip() or not found:
                raise NotFoundError(f"cannot remove {str(given)!r}: the store does not have it - see `rag list`")
            doomed.update(dict.fromkeys(found))
        self._ingestion.remove(doomed)
        return tuple(doomed)

    def documents(self) -> list[DocumentInfo]:
        """The documents that are searched, by source."""
        return self._store.documents.all()

    def document(self, document_id: str) -> Document:
        """The document with that id, whole; also an older version that a citation refers to.

        Raises:
            NotFoundError: there is no such document, or it was removed.
        """
        return self._store.documents.get(document_id)

    def retrieve(self, question: str, *, k: int = 10) -> tuple[Evidence, ...]:
        """At most `k` sentences that fit the question, best first.

        Raises:
            SettingsError: `k` is below 0.
            QuestionError: the question is empty or too long.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        if k < 0:
            raise SettingsError(f"cannot retrieve k={k!r} sentences - ask for 0 or more")
        return self._answering.retrieve(question, k)

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """The answer: cited sentences, or the statement that the documents do not answer. See `stream`."""
        for event in self.stream(question, history=history):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a stream ends with Done")

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """What happens while the question is answered: `Retrieved`, `ClaimVerified` for each claim, `Done`.

        The finished answer is recorded, so that its citations can be opened later.

        Raises:
            QuestionError: the question is empty or too long.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        for event in self._answering.stream(question, history):
            if isinstance(event, Done):
                self._record(event.answer)
            yield event

    def standalone_question(self, question: str, *, history: Sequence[Turn] = ()) -> str:
        """What is searched for when the question is asked in that conversation; itself when it stands alone.

        Raises:
            QuestionError: the question is empty or too long.
            GeneratorError: the language model that rewrites it cannot be asked.
        """
        return self._answering.standalone_question(question, history)

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """A verdict for each claim beside its evidence, in order, as the claims of an answer get one."""
        return self._verifier.verify(pairs)

    def citation(self, number: int) -> Citation:
        """The citation with that number of the last recorded answer.

        Raises:
            NotFoundError: nothing was asked yet, or the answer has no such citation.
        """
        recorded = self._store.answers.last()
        if recorded is None:
            raise NotFoundError(f"cannot open citation {number}: nothing was asked yet - ask a question first")
        citations = serialisation.citations_from_json(recorded.answer)
        for citation in citations:
            if citation.number == number:
                return citation
        raise NotFoundError(
            f"cannot open citation {number}: the last answer has {len(citations)} citations - choose one of them"
        )

    def check(self) -> list[str]:
        """What is wrong with the store, one sentence each; none when it is sound."""
        found = problems(self._store)
        with suppress(StoreError):  # of a damaged database, which is among the problems
            n_passages, n_found_by_word = len(self._store.passages.ids()), len(self._word_index)
            if n_found_by_word != n_passages:
                found.append(f"the word index holds {n_found_by_word} of {n_passages} passages - run `rag rebuild`")
        return found

    def rebuild(self) -> None:
        """Cut and embed all documents anew with the settings of now, and make the indexes from that.

        Needed after a change of the embedding model. The texts come from the store; no file is read.
        """
        self._ingestion.rebuild()
        self._vector_search.refresh()

    def _record(self, answer: Answer) -> None:
        """Keep the answer, if the store can be written to: a read-only store still answers."""
        try:
            quoted = {sentence.document_id for sentence in answer.evidence}
            self._store.answers.put(answer.question, serialisation.to_json(answer), document_ids=quoted)
        except StoreError:
            return

    # Parts, each built when it is first needed

    def _reader_for(self, suffix: str) -> Reader | None:
        if suffix not in READERS:
            return None
        target = READERS[suffix]
        if target not in self._readers:
            self._readers[target] = load(target)(max_bytes=self._settings.max_file_bytes)
        return self._readers[target]

    @_built_once
    def _embedder(self) -> Embedder:
        settings = self._settings
        arguments_by_name: Mapping[str, Mapping[str, object]] = {
            "sentence-transformers": {"model": settings.embedding_model, "device": settings.device},
            "llama-index": {"model": settings.embedding_model, "model_arguments": settings.embedding_arguments},
        }
        embedder: Embedder = build("embedder", settings.embedder, **arguments_by_name.get(settings.embedder, {}))
        return embedder

    @_built_once
    def _word_index(self) -> WordIndex:
        index: WordIndex = build("word_index", self._settings.word_index, connect=self._store.connect)
        return index

    @_built_once
    def _vector_search(self) -> VectorSearch:
        index: VectorIndex = build("vector_index", self._settings.vector_index, dim=self._embedder.dim)
        return VectorSearch(self._store, index, self._embedder)

    @_built_once
    def _ingestion(self) -> Ingestion:
        return Ingestion(
            self._store,
            self._word_index,
            embedder=lambda: self._embedder,
            reader_for=self._reader_for,
            suffixes=tuple(READERS),
            passage_tokens=self._settings.passage_tokens,
            embedder_name=f"{self._settings.embedder}/{self._settings.embedding_model}",
        )

    @_built_once
    def _verifier(self) -> Verifier:
        choice = choose_verifier(self._settings)
        verifier: Verifier = build("verifier", choice.backend, **choice.arguments)
        return build("verifier", "rules-then-model", model=verifier) if choice.is_behind_rules else verifier

    @_built_once
    def _choice(self) -> GeneratorChoice:
        return choose_generator(self._settings)

    @_built_once
    def _extractive(self) -> Generator:
        extractive: Generator = build("generator", "extractive", max_citations=self._settings.max_citations)
        return extractive

    @_built_once
    def _generator(self) -> Generator:
        if self._choice.backend == "extractive":
            return self._extractive
        generator: Generator = build("generator", self._choice.backend, **self._choice.arguments)
        return generator

    @_built_once
    def _answering(self) -> Answering:
        settings = self._settings
        return Answering(
            Retriever(
                self._store,
                embedder=self._embedder,
                vector_search=self._vector_search,
                word_index=self._word_index,
                reranker=build("reranker", settings.reranker),
                fusion=settings.fusion,
                dense_weight=settings.dense_weight,
                n_passages=settings.n_passages,
            ),
            self._generator,
            self._verifier,
            extractive=self._extractive,
            document_of=self._store.documents.get,
            n_evidence=settings.n_evidence,
            n_drafted_from=settings.llm_evidence,
            thresholds=Thresholds(abstain_below=settings.abstain_below, quote_instead_from=settings.quote_instead_from),
            max_question_characters=settings.max_question_characters,
            settings_fingerprint=settings.fingerprint(),
            notice=self._choice.notice,
        )
