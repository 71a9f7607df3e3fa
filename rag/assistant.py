"""The assistant: one object over one store, for people who write Python and for every other surface."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rag.answering import serialisation
from rag.answering.citations import Context, context_of, place_in
from rag.assembly.answerer import Answerer
from rag.assembly.archive import Archive
from rag.assembly.arguments import checking_arguments
from rag.assembly.desk import Desk
from rag.assembly.library import Library
from rag.assembly.listing import Lists
from rag.assembly.notebooks import Notebooks
from rag.errors import (
    SettingsError,
    StoreError,
)
from rag.protocols import ClaimWithEvidence
from rag.settings import Settings, Use
from rag.storage import expanded
from rag.storage.answers import PATIENCE_SECONDS
from rag.storage.filters import Scope
from rag.types import (
    AddReport,
    Answer,
    Citation,
    Document,
    DocumentInfo,
    Done,
    EventStream,
    Evidence,
    Progress,
    Step,
    Turn,
    Verdict,
)

__all__ = ["Assistant"]

_LONG_PATIENCE_SECONDS = 5.0
"""For another process that writes, where a third one may be asked for the answer as soon as it is given."""
_NO_ADDRESS = "none"
"""What a key is for that was configured for no address."""


class Assistant(Archive, Desk, Lists, Notebooks):
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

    def __init__(self, library: Library, settings: Settings) -> None:
        """Use `open`, which makes the library.

        Raises:
            SettingsError: it was called with a path.
        """
        if not isinstance(library, Library):
            raise SettingsError(f"cannot make an assistant of {library!r} - open one with Assistant.open(…)")
        self._open_library = library
        self._open_answerer = Answerer(library, settings)
        self._owns_library = True
        self._is_closed = False
        self._settings = settings
        self._user = ""  # whose the answers are

    @property
    def _library(self) -> Library:
        self._require_open()
        return self._open_library

    @property
    def _answerer(self) -> Answerer:
        self._require_open()
        return self._open_answerer

    def _scope(self, where: str, sources: Sequence[str]) -> Scope:
        return self._library.scope(where, sources)

    def _require_open(self) -> None:
        if self._is_closed or self._open_library.is_closed:
            name = self._open_library.store.name
            raise StoreError(f"cannot use the assistant over {name!r}: it was closed - open it with Assistant.open")

    @classmethod
    @checking_arguments
    def open(cls, path: str | Path, settings: Settings | None = None, *, must_exist: bool = False) -> Assistant:
        """The assistant over the store in the folder `path`, which is made, for you alone, when it is missing.

        path: or the address of a database, `postgresql+psycopg://user@host/database`, which must be there; the store in
            it is made where it is empty.
        must_exist: make no store; a name that is mistyped is an error then.

        Raises:
            NotFoundError: there is no store, and none is to be made.
            StoreError: the folder or database holds something else, or a newer version's store, or one that has been
                emptied; or its server is out of reach.
            SettingsError: a setting or an environment variable has a value that cannot be used.
        """
        settings = settings or Settings()
        return cls(Library(expanded(path), settings, must_exist=must_exist), settings)

    def with_settings(self, **changes: Any) -> Assistant:
        """An assistant over the same documents that answers with other settings; close it before this one.

        The embedding model and the indexes are shared, so only settings of how an answer is made may change. The key in
        `RAG_API_KEY` stays with the address that it was configured for, unless `llm_key_base` says otherwise.

        Raises:
            SettingsError: a setting of how documents are read or found, no setting at all, or a value that cannot be.
        """
        fixed = sorted(set(changes) - Settings.marked(Use.PER_ANSWER))
        if fixed:
            raise SettingsError(
                f"cannot change {', '.join(fixed)} while the store is open - open it anew with other settings"
            )
        kept = {"llm_key_base": self._settings.key_base or _NO_ADDRESS} if "llm_api_base" in changes else {}
        other = Assistant(self._library, Settings(**self._settings.model_dump() | kept | changes))
        other._owns_library = False
        return other

    def __enter__(self) -> Self:
        self._require_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the language models that run in this process, also one that judges, and release the store's files.

        Every call afterwards raises a StoreError, and so does one of an assistant that `with_settings` made of it.
        """
        self._is_closed = True
        with ExitStack() as stack:
            if self._owns_library:
                stack.callback(self._open_library.close)
            stack.callback(self._open_answerer.close)

    @property
    def settings(self) -> Settings:
        """The settings that this assistant was opened with."""
        return self._settings

    @checking_arguments
    def add(
        self,
        paths: Iterable[str | Path],
        *,
        follow_links: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Add files, the files in folders, and what is behind addresses; what is there and unchanged costs nothing.

        An address of http or https is fetched, and nothing that it leads to. A changed file or page takes the place of
        its older version, whose text is kept for old citations. Each document is one transaction: a run that is cut off
        loses none that was finished.

        follow_links: of feeds, fetch the pages that their entries are about, as the `robots.txt` of each site allows,
            and add those in the place of the entries; title, author and date of an entry fill what its page lacks.

        Raises:
            EmbedderMismatchError: the store was built by another embedding model.
            StoreLockedError: another process writes, and did not end in time.
            StoreFullError: the disk is full.
        """
        return self._followed(self._library.add(paths, follow_links=follow_links, on_progress=on_progress))

    @checking_arguments
    def add_uploads(
        self,
        files: Sequence[tuple[str, Path]],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> AddReport:
        """Add copies of files that were handed over, each under the name that goes with it.

        The copies are kept in the store's folder and go when their documents are removed. A name is freed of folders
        and of what is unsafe in it, and is then the document's source. A file of a name that is known already takes
        the place of the older one; two of one name in one call, with other bytes, are told apart by a number.

        is_stopped: asked between documents; True ends the call. What was stored stays, and the report names it.

        Raises:
            EmbedderMismatchError: the store was built by another embedding model.
            StoreLockedError: another process writes, and did not end in time.
            StoreFullError: the disk is full.
        """
        return self._followed(self._library.add_uploads(files, on_progress=on_progress, is_stopped=is_stopped))

    def receiving(self) -> AbstractContextManager[Path]:
        """A new folder inside the store for files that are being received, until they are added; for its owner alone.

        It is gone at the end of the block, and after a kill when the store is next opened.

        Raises:
            StoreError: the store cannot be written to.
        """
        return self._library.receiving()

    @checking_arguments
    def sync(
        self,
        folder: str | Path,
        *,
        dry_run: bool = False,
        allow_empty: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Make the store hold what the folder holds: new, changed, renamed and missing files, and no other documents.

        What is gone is not searched any more, and its text is kept for old citations until `prune`. A file that was
        renamed or moved inside the folder is neither read nor embedded again.

        A file with an address of the web on each line is followed in the same way, but for documents that were there
        before it named them, which stay. Its pages are fetched as their sites' `robots.txt` allows.

        dry_run: change nothing, and report what would be done, but for `duplicates` and `notices`; what is new is read.
        allow_empty: remove all documents of a folder that is missing or empty, as it is when its drive is not there.

        Raises:
            NotFoundError: the folder is missing. SettingsError: it is no folder, or empty, and documents would go.
            EmbedderMismatchError, StoreLockedError, StoreFullError: as `add`.
        """
        report = self._library.sync(folder, dry_run=dry_run, allow_empty=allow_empty, on_progress=on_progress)
        return report if dry_run else self._followed(report)

    @checking_arguments
    def watch(
        self, folder: str | Path, *, interval_seconds: float = 1.0, stop: threading.Event | None = None
    ) -> Iterator[AddReport]:
        """Keep the store in step with a folder: what was done at the start and after each change, until `stop` is set.

        What goes wrong after the start is reported as a failure, and tried again.

        Raises:
            As `sync`, at the start.
        """
        reports = self._library.watch(folder, interval_seconds=interval_seconds, stop=stop or threading.Event())
        return map(self._followed, reports)

    @checking_arguments
    def remove(self, sources: Iterable[str | Path]) -> tuple[str, ...]:
        """Delete documents, by id, source or path, with their older versions, vectors and recorded answers.

        A folder stands for all documents in it. Returns the sources that were deleted.

        Raises:
            NotFoundError: one of them is not in the store; nothing is deleted then.
        """
        return self._library.remove(sources)

    @checking_arguments
    def documents(self, *, where: str = "", sources: Sequence[str] = ()) -> list[DocumentInfo]:
        """The documents that are searched, by source; with a filter, those that fit it, see `stream`.

        Raises:
            FilterError: `where` cannot be read.
        """
        return self._library.documents(self._scope(where, sources).filter)

    @checking_arguments
    def document(self, document_id: str) -> Document:
        """The document with that id, whole; also an older version that a citation refers to.

        Raises:
            NotFoundError: there is no such document, or it was removed.
        """
        return self._library.document(document_id)

    @checking_arguments
    def retrieve(
        self, question: str, *, k: int = 10, where: str = "", sources: Sequence[str] = ()
    ) -> tuple[Evidence, ...]:
        """At most `k` sentences that fit the question, best first; which documents are searched, see `stream`.

        Raises:
            SettingsError: `k` is below 0.
            QuestionError: the question is empty or too long.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        if k < 0:
            raise SettingsError(f"cannot retrieve k={k!r} sentences - ask for 0 or more")
        return self._answerer.answering.retrieve(question, k, where=self._scope(where, sources).filter)

    @checking_arguments
    def ask(
        self, question: str, *, history: Sequence[Turn] = (), where: str = "", sources: Sequence[str] = ()
    ) -> Answer:
        """The answer: cited sentences, or the statement that the documents do not answer. See `stream`."""
        with closing(self.stream(question, history=history, where=where, sources=sources)) as events:
            for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream ends with Done")

    @checking_arguments
    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        where: str = "",
        sources: Sequence[str] = (),
        is_stopped: Callable[[], bool] = lambda: False,
        on_step: Callable[[Step, int], None] = lambda *_: None,
    ) -> EventStream:
        """What happens while the question is answered: `Retrieved`, `ClaimVerified` for each claim, `Done`.

        The finished answer is recorded, so that its citations can be opened later, when the stream is read on after
        `Done` or closed. Whoever stops reading early closes the generator, which ends the request to a language model
        behind it.

        where: which documents are searched, such as "published >= 2025-03-01 and language = en"; see
            `rag.storage.filters`.
        sources: patterns with * and ? one of which the source has to fit, such as "reports/*".
        is_stopped: asked, by the thread that reads the stream, whenever the generator has written a piece; True ends
            the request to a language model and the stream, which has no `Done` then.
        on_step: told, by the thread that reads the stream, what is being done until the next event, and of which claim,
            by number from 1; 0 where it is of none. The same may be told again and again.

        Raises:
            FilterError: `where` cannot be read.
            QuestionError: the question is empty or too long.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        scope = self._scope(where, sources)
        answering = self._answerer.answering.stream(
            question, history, where=scope.filter, searched=scope.text, is_stopped=is_stopped, on_step=on_step
        )
        return self._recording(answering)

    def _recording(self, answering: EventStream) -> EventStream:
        with closing(answering) as events:
            for event in events:
                self._require_open()
                if isinstance(event, Done) and self._library.records_first:
                    self._record(event.answer)
                    yield event
                    continue
                try:
                    yield event
                finally:
                    # After it is given: nobody waits for the disk to read an answer.
                    if isinstance(event, Done) and not self._is_closed:
                        self._record(event.answer)

    @checking_arguments
    def standalone_question(self, question: str, *, history: Sequence[Turn] = ()) -> str:
        """What is searched for when the question is asked in that conversation; itself when it stands alone.

        Raises:
            QuestionError: the question is empty or too long.
            GeneratorError: the language model that rewrites it cannot be asked.
        """
        return self._answerer.answering.standalone_question(question, history)

    @checking_arguments
    def example_questions(self, k: int = 4) -> tuple[str, ...]:
        """At most `k` questions that the documents answer, made from sentences of the documents added last."""
        return self._answerer.example_questions(k)

    @checking_arguments
    def verify(self, pairs: Sequence[ClaimWithEvidence], *, is_strict: bool = False) -> list[Verdict]:
        """A verdict for each claim beside its evidence, in order: supported when that is likelier than not.

        is_strict: supported only when an answer would show the claim, since what is false must not be shown.
        """
        return (self._answerer.verifier if is_strict else self._answerer.judge).verify(pairs)

    @checking_arguments
    def place(self, answer: Answer, number: int) -> Citation:
        """What the answer shows under that number: its citation, or, when it abstained, the nearest sentence.

        A nearest sentence is given as a citation of it would be, and proves nothing.

        Raises:
            NotFoundError: the answer shows nothing under that number, or the document was removed.
        """
        self._require_open()
        return place_in(answer, number, document_of=self.document)

    @checking_arguments
    def context(self, citation: Citation | Evidence) -> Context:
        """What stands around a cited place, or a sentence of evidence, in its document.

        Raises:
            NotFoundError: the document was removed.
        """
        return context_of(citation.span, self.document(citation.document_id).text)

    def _record(self, answer: Answer) -> None:
        """Keep the answer, if the store can be written to: a read-only store still answers."""
        try:
            quoted = {sentence.document_id for sentence in answer.evidence}
            written = serialisation.to_json(answer)
            self._library.store.answers.put(
                answer.id,
                question=answer.question,
                answer=written,
                document_ids=quoted,
                owner=self._user,
                keep=self._settings.keep_answers,
                keep_for=timedelta(days=self._settings.keep_answers_days),
                patience_seconds=_LONG_PATIENCE_SECONDS if self._library.records_first else PATIENCE_SECONDS,
            )
        except StoreError:
            return
