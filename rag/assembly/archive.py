"""The recorded answers of a store, its originals, and its upkeep: what an assistant does without reading a question."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rag.answering import serialisation
from rag.assembly.arguments import checking_arguments
from rag.assembly.library import Library
from rag.errors import (
    EmbedderMismatchError,
    NotFoundError,
    SettingsError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)
from rag.newsroom.staleness import Staleness
from rag.settings import Settings
from rag.storage import expanded, import_store
from rag.types import (
    Answer,
    Citation,
    ExportReport,
    PagePicture,
    PruneReport,
    Rating,
    RecordedAnswer,
    Span,
)

__all__ = ["Archive"]


class Archive:
    """What has been answered, and how the store is kept; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @checking_arguments
    def citation(self, number: int) -> Citation:
        """The citation with that number of the last recorded answer.

        Raises:
            NotFoundError: nothing was asked yet, or the answer has no such citation.
        """
        citations = self._last_answer(f"open citation {number}").citations
        for citation in citations:
            if citation.number == number:
                return citation
        raise NotFoundError(
            f"cannot open citation {number}: the last answer has {len(citations)} citations - choose one of them"
        )

    def last_answer(self) -> Answer:
        """The answer recorded last, as `answer` gives it.

        Raises:
            NotFoundError: nothing was asked yet, or what was quoted is gone.
        """
        return self._last_answer("open the last answer")

    def _last_answer(self, intent: str) -> Answer:
        recorded = self._library.store.answers.last()
        if recorded is None:
            raise NotFoundError(f"cannot {intent}: nothing was asked yet - ask a question first")
        return self._opened(recorded.answer)

    def _opened(self, written: str) -> Answer:
        """A recorded answer, with the citations that are stale by now."""
        answer = serialisation.from_json(written)
        return replace(answer, stale=Staleness(self._library.store).of_answer(answer))

    @checking_arguments
    def answer(self, answer_id: str) -> Answer:
        """The recorded answer with that id, as it was given; without its draft and what was left out.

        Its `stale` numbers the citations whose sentences have changed since, or are gone.

        Raises:
            NotFoundError: it was not recorded, or a document that it quotes was removed since.
        """
        recorded = self._library.store.answers.get(answer_id)
        if recorded is None:
            raise NotFoundError(f"no answer has the id {answer_id!r}: it was not recorded, or a source was removed")
        return self._opened(recorded.answer)

    def answers(self) -> list[RecordedAnswer]:
        """What was asked, and when, of every recorded answer, the last one first; `answer` opens one of them.

        The settings `keep_answers` and `keep_answers_days` say how many are kept, and for how long. An answer is stale
        when a sentence that it cites has changed since, or is gone.
        """
        return Staleness(self._library.store).answers()

    @checking_arguments
    def clear_answers(self, *, older_than: timedelta | None = None, answer_ids: Sequence[str] | None = None) -> int:
        """Delete the recorded answers that are older, or all; how many those were. Their citations open no more.

        answer_ids: delete none but these.

        Raises:
            SettingsError: the time is below zero.
            StoreLockedError, StoreFullError: as `add`.
        """
        if older_than is not None and older_than < timedelta(0):
            raise SettingsError(f"cannot clear answers older than {older_than!r} - give a time of 0 or more")
        return self._library.clear_answers(older_than, answer_ids)

    @checking_arguments
    def rate(self, answer_id: str, rating: Rating) -> None:
        """Keep with a recorded answer what a person thinks of it; the last rating counts.

        Raises:
            NotFoundError: it was not recorded, or a document that it quotes was removed since.
            StoreLockedError: somebody writes to the store.
        """
        if not self._library.store.answers.rate(answer_id, rating):
            raise NotFoundError(f"cannot rate answer {answer_id!r}: it was not recorded, or a source was removed")

    @checking_arguments
    def rating(self, answer_id: str) -> Rating:
        """What a person thought last of a recorded answer.

        Raises:
            NotFoundError: it was not recorded, or a document that it quotes was removed since.
        """
        recorded = self._library.store.answers.get(answer_id)
        if recorded is None:
            raise NotFoundError(f"no answer has the id {answer_id!r}: it was not recorded, or a source was removed")
        return recorded.rating

    @checking_arguments
    def page_picture(self, document_id: str, page: int, *, spans: Sequence[Span] = ()) -> PagePicture:
        """A page, from 1, of the file that a document was read from, with the boxes of the words of these spans.

        It is drawn of a PDF or a picture of pages, and only while the file has the bytes that were read. Needs Pillow,
        which the extras `ui` and `ocr` bring.

        Raises:
            NotFoundError: there is no such document, or it was removed.
            ReadError: the file has changed since, or is gone; it has no such page, or it cannot be drawn.
        """
        return self._library.originals.page(self._library.document(document_id), page, spans)

    def check(self, *, repair: bool = False) -> list[str]:
        """What is wrong with the store, one sentence each; none when it is sound.

        repair: mend first what follows from the texts, which is all but the texts themselves; what is said is then
            what could not be mended.

        Raises:
            EmbedderMismatchError, StoreLockedError, StoreFullError: as `add`, and only when it has to be mended.
        """
        found = self._library.check()
        if not repair or not found:
            return found
        try:
            self._library.repair()
        except (StoreLockedError, StoreFullError, EmbedderMismatchError):
            raise
        except StoreError as error:  # the database itself is damaged
            return [*found, str(error)]
        return self._library.check()

    @checking_arguments
    def prune(self, *, days: int | None = None) -> PruneReport:
        """Delete older versions of documents, and those of files that are gone, which no recorded answer quotes.

        days: delete also those that were superseded longer ago, with the answers that quote them.

        Raises:
            SettingsError: `days` is below 0.
            StoreLockedError, StoreFullError: as `add`.
        """
        if days is not None and days < 0:
            raise SettingsError(f"cannot prune what is older than days={days!r} - give 0 or more")
        return self._library.prune(days=days)

    @checking_arguments
    def export(self, path: str | Path) -> ExportReport:
        """Write the whole store into one new file, as it is at this moment; others may go on writing meanwhile.

        Raises:
            StoreError: the file exists, or cannot be written. StoreFullError: the disk is full.
        """
        return self._library.export(Path(path).expanduser())

    @checking_arguments
    def move(self, place: str | Path) -> int:
        """Copy the whole store to another place, a folder or the address of a database; the number of its documents.

        Nothing is embedded anew, and questions get the same answers there. The store here stays as it is: whoever is
        content with the new one deletes it.

        Raises:
            StoreError: the place holds something, or is out of reach, or the store is damaged.
            StoreLockedError, StoreFullError: as `add`, here or there.
        """
        return self._library.move(expanded(place))

    @staticmethod
    @checking_arguments
    def import_store(path: str | Path, folder: str | Path, settings: Settings | None = None) -> int:
        """Make a store in `folder`, missing or empty, from a file of `export`; the number of its documents.

        folder: or the address of a database, as for `Assistant.open`.

        What follows from the texts is made anew where it differs, with the settings of the embedder: speakers,
        sentences, the word index, and, of an export of an older version, passages and vectors.

        Raises:
            EmbedderMismatchError: something has to be embedded, and the settings name another embedder.
            StoreError: the folder holds something, or the file is damaged, no export, or of a newer version.
            StoreFullError: the disk is full.
        """
        settings = settings or Settings()

        def derive(made: Path, is_sealed: bool) -> None:
            library = Library(made, settings, must_exist=True)
            try:
                library.ingestion.derive(vectors_too=not is_sealed)
                library.store.conflicts.forget()
                _prove_answers(library)
            finally:
                library.close()

        path, place = Path(path).expanduser(), expanded(folder)
        if isinstance(place, Path):
            return import_store(path, place, derive=derive)
        with tempfile.TemporaryDirectory(prefix="chapter-and-verse-") as temporary:
            made = Path(temporary, "store")
            import_store(path, made, derive=derive)
            library = Library(made, settings, must_exist=True)
            try:
                return library.move(place)
            finally:
                library.close()

    def rebuild(self) -> None:
        """Cut and embed all documents anew with the settings of now, and make the indexes from that.

        Needed after a change of the embedding model. The texts come from the store; no file is read.
        """
        self._library.rebuild()


def _prove_answers(library: Library) -> None:
    """Raises StoreError: a recorded answer cannot be read, or quotes what its document does not say."""
    for recorded in library.store.answers.all():
        stored = library.store.answers.get(recorded.id)
        try:
            answer = serialisation.from_json(stored.answer if stored else "")
            places = [(each.document_id, each.span, each.quote) for each in answer.citations]
            places += [(each.document_id, each.span, each.quote) for each in answer.evidence]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"the recorded answer to {recorded.question!r} cannot be read ({error})") from error
        for document_id, span, quote in places:
            if span.slice(library.document(document_id).text) != quote:
                raise StoreError(f"the recorded answer to {recorded.question!r} quotes what no document says")
