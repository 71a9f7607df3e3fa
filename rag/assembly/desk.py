"""What a newsroom asks of a store beside questions; `Assistant` has every method of this page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from rag.assembly.answerer import Answerer
from rag.assembly.arguments import checking_arguments
from rag.assembly.follow_up import FollowUp
from rag.assembly.library import Library
from rag.assembly.proof import write_bundle
from rag.errors import SettingsError
from rag.newsroom.conflicts import ConflictFinder
from rag.newsroom.quotes import find_quotes, list_speakers
from rag.newsroom.references import ReferenceFile, references_of
from rag.types import Answer, BundleReport, Conflict, DraftReport, Progress, QuotesReport, SpeakerCount

__all__ = ["Desk"]


class Desk(FollowUp):
    """The newsroom's desk over a library and what answers from it; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @property
    def _answerer(self) -> Answerer:
        raise NotImplementedError

    @checking_arguments
    def bundle(self, answer_id: str, path: str | Path) -> BundleReport:
        """Write a recorded answer into one new file that proves its quotations without us: see its README.txt.

        It holds the answer, the whole texts that it quotes, hashes of them and of the files that they were read from,
        and a program of sixty lines that checks all of it. The same answer gives the same bytes.

        Raises:
            NotFoundError: it was not recorded, a document that it quotes was removed since, or it cites nothing.
            StoreError: the file exists, or cannot be written. StoreFullError: the disk is full.
        """
        return write_bundle(self._library, answer_id, Path(path).expanduser())

    @checking_arguments
    def quotes(
        self,
        speaker: str,
        *,
        about: str = "",
        since: str = "",
        until: str = "",
        where: str = "",
        sources: Sequence[str] = (),
    ) -> QuotesReport:
        """What a speaker said in the documents, verbatim: direct quotations and reported speech, by who says it.

        When several people fit the name, each has a group of its own; when nobody does, `nearest` has similar names.

        about: only what has all of these words, in any form. since, until: only documents that were published then
            (2025-03-01, 2025-03 or 2025, included). where, sources: which documents, as for `ask`.

        Raises:
            QuestionError: the name is empty, or a date is none.
            FilterError: `where` cannot be read.
        """
        scope = self._scope(where, sources)
        return find_quotes(self._library.store, speaker, about=about, since=since, until=until, where=scope.filter)

    @checking_arguments
    def speakers(self, *, where: str = "", sources: Sequence[str] = ()) -> list[SpeakerCount]:
        """Who speaks in the documents, with how many quotations in how many of them, most first.

        Those without a name ("a senior official") and what nobody is known to have said are among them, and say so.

        Raises:
            FilterError: `where` cannot be read.
        """
        return list_speakers(self._library.store, self._scope(where, sources).filter)

    @checking_arguments
    def check_draft(
        self, text: str, *, where: str = "", sources: Sequence[str] = (), left_out: Sequence[str] = ()
    ) -> DraftReport:
        """Each quotation and claim of a draft beside what the documents say; the draft is kept nowhere.

        A quotation is held against the documents word for word, a claim by what checks answers. A line break ends a
        sentence: `read_draft` gives the text of a file as it is meant.

        where, sources: which documents are searched, see `stream`.
        left_out: sources of documents that are no evidence, such as the draft itself where it was added too.

        Raises:
            FilterError: `where` cannot be read.
            QuestionError: the draft has no words, or too many.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        from rag.newsroom.draft.checker import check_draft  # with what compares words, which nothing else needs
        from rag.newsroom.draft.guard import Guard
        from rag.newsroom.draft.search import Sources

        library = self._library
        held_against = Sources(
            library.store,
            embedder=library.embedder,
            vector_search=library.vector_search,
            word_index=library.word_index,
            where=self._scope(where, sources).filter,
            left_out=left_out,
        )
        return check_draft(text, held_against, Guard(self._answerer.verifier, self._answerer.judge))

    @checking_arguments
    def read_draft(self, path: str | Path) -> str:
        """The text of a file of any kind that can be added, read as it would be, and not added.

        Raises:
            ReadError: the file cannot be read, or holds many documents.
        """
        return self._library.read_draft(Path(path).expanduser())

    @checking_arguments
    def references(self, answer: Answer, *, form: str = "markdown") -> ReferenceFile:
        """The references of an answer for other programs: markdown, csl-json, bibtex, ris, docx or web-annotation.

        Markdown and Word have the answer with footnotes; the lists have an entry for each document that it cites.

        Raises:
            SettingsError: there is no such form.
            NotFoundError: the answer cites nothing, or a document that it cites was removed since.
        """
        return references_of(answer, form, document_of=self._library.document)

    @checking_arguments
    def conflicts(
        self,
        *,
        since: str = "",
        about: str = "",
        where: str = "",
        sources: Sequence[str] = (),
        with_updates: bool = False,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> tuple[Conflict, ...]:
        """Where the documents disagree, then where an outlet corrected itself, the newest of each first.

        Documents that are new since the last call are compared with all others first, which is kept. English only.

        since: only those whose newer sentence was published, or else added, on that day (2025-03-01) or later.
        about: only those whose sentences and titles have all of these words.
        where, sources: only those of which both documents fit, see `stream`.
        with_updates: figures too that merely grew from one day to another; they come last.

        Raises:
            SettingsError: `since` is no day. FilterError: `where` cannot be read.
            EmbedderMismatchError: the store was built by another embedding model.
        """
        day = _day(since)
        scope = self._scope(where, sources)
        library = self._library
        finder = ConflictFinder(
            library.store,
            vector_search=lambda: library.vector_search,
            verifier=lambda: self._answerer.judge,
        )
        finder.compare_new(on_progress)
        return finder.listed(since=day, where=scope.filter, about=about, with_updates=with_updates)


def _day(since: str) -> str:
    """The day, or empty for none.

    Raises:
        SettingsError: it is none.
    """
    try:
        return date.fromisoformat(since).isoformat() if since else ""
    except ValueError:
        raise SettingsError(f"cannot list since {since!r}: it is no day - write it as 2025-03-01") from None
