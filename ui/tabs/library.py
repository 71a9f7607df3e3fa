"""What happens in the Documents tab: adding with progress, and removing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rag import AddReport, Assistant, DocumentKinds, Failure, NotFoundError, Progress, RagError
from ui.languages.words import N_, _, duration, megabytes, ngettext
from ui.sentences import sentence
from ui.tabs.adding import AddView, Board
from ui.views.markup import text
from ui.views.render import render_message

__all__ = ["LibraryTab", "Upload", "delete_upload"]

_RAISED = N_("split it, or start the app with more: --max-upload and max_file_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as a browser sent it: what it was called there, and where it lies until it was read."""

    name: str
    path: Path


class LibraryTab:
    """The documents that all browsers of the app share.

    example: folder with the documents that an empty app offers; None when there is none.
    max_file_bytes: largest file that is taken.
    """

    def __init__(self, assistant: Assistant, *, example: Path | None, max_file_bytes: int) -> None:
        self._assistant = assistant
        self._example = example
        self._max_file_bytes = max_file_bytes
        self.board = Board()
        self._making = threading.Lock()
        self._examples: tuple[DocumentKinds | None, tuple[str, ...]] = (None, ())

    @property
    def can_load_example(self) -> bool:
        """Whether there are example documents."""
        return self._example is not None

    @property
    def limits(self) -> str:
        """How much a file, and a document in it, may be, as HTML."""
        settings = self._assistant.settings
        said = _(
            "A file may have {file_size}; a document in it {n_characters} characters, {n_sentences} sentences, "
            "{time} and {memory} of memory to be read. What is more is refused.",
            file_size=megabytes(self._max_file_bytes),
            n_characters=settings.max_document_characters,
            n_sentences=settings.max_document_sentences,
            time=duration(settings.max_read_seconds),
            memory=megabytes(settings.max_read_memory_bytes),
        )
        return f'<p class="cv-more">{text(said)}</p>'

    def example_questions(self) -> tuple[str, ...]:
        """Questions that the documents answer, made when the documents have changed; none when none can be made."""
        of = self._kinds()
        with self._making:
            if self._examples[0] is not of:
                try:
                    made = self._assistant.example_questions() if of and of.n_documents else ()
                except Exception as error:  # examples are never worth an error
                    sentence(error, doing="making example questions")
                    made = ()
                self._examples = (of, made)
            return self._examples[1]

    def known_examples(self) -> tuple[str, ...] | None:
        """As `example_questions`, at once; None when they would have to be made first."""
        (of, made), now = self._examples, self._kinds()
        if now is not None and not now.n_documents:
            return ()
        return made if of is now else None

    def _kinds(self) -> DocumentKinds | None:
        """What is known of all documents, which is another record when one has changed; None when it cannot be read."""
        try:
            return self._assistant.document_kinds()
        except RagError:
            return None

    def title(self, document_id: str) -> str:
        """What people call the document; empty when it is not there any more."""
        try:
            listed = self._assistant.list_documents(where=f"id = '{document_id}'", k=1).documents
        except RagError:
            return ""
        return listed[0].info.title or listed[0].info.source if listed else ""

    def add(self, uploads: Sequence[Upload], *, user: str = "", notebooks: Sequence[str] = ()) -> Iterator[AddView]:
        """Each state of adding the files, which are deleted at the end; it goes on when nobody looks any more.

        notebooks: names of those that the documents are put into.
        """
        if not uploads:
            yield _said(_("No file was chosen. Choose files or a folder, or drop them here."))
            return
        too_large = [upload for upload in uploads if _size_bytes(upload.path) > self._max_file_bytes]
        files = [(upload.name, upload.path) for upload in uploads if upload not in too_large]
        refused = tuple(
            Failure(
                source=upload.name,
                reason=_(
                    "it is larger than {size} - {advice}", size=megabytes(self._max_file_bytes), advice=_(_RAISED)
                ),
            )
            for upload in too_large
        )

        def work(on_progress: Callable[[Progress], None], is_stopped: Callable[[], bool]) -> AddReport:
            try:
                if not files or is_stopped():
                    return AddReport()
                report = self._assistant.add_uploads(files, on_progress=on_progress, is_stopped=is_stopped)
                return self._put(report, notebooks)
            finally:
                for upload in uploads:
                    delete_upload(upload.path)

        name = uploads[0].name if len(uploads) == 1 else ngettext("{n} file", "{n} files", len(uploads))
        yield from self.board.followed(user, self.board.start(work, name=name, user=user, failed=refused))

    def add_example(self, *, user: str = "") -> Iterator[AddView]:
        """Each state of adding the example documents."""
        example = self._example
        if example is None:
            yield _said(_("There is no example here. Add documents of your own."))
            return
        articles = sorted(path for path in example.iterdir() if path.suffix == ".txt")

        def work(on_progress: Callable[[Progress], None], _is_stopped: Callable[[], bool]) -> AddReport:
            return self._assistant.add(articles, on_progress=on_progress)

        yield from self.board.followed(user, self.board.start(work, name=_("the example"), user=user))

    def _put(self, report: AddReport, notebooks: Sequence[str]) -> AddReport:
        """The report, after its documents were put into the notebooks; of one that is gone it says so."""
        documents = [*report.added, *report.superseded, *report.unchanged]
        notices = []
        for key in notebooks if documents else ():
            owner, _slash, name = key.rpartition("/")
            try:
                self._assistant.put_in_notebook(name, documents, owner=owner)
            except RagError as error:
                notices.append(sentence(error, doing="filling a notebook"))
        return replace(report, notices=(*report.notices, *notices))

    def remove(self, documents: Sequence[str]) -> str:
        """Delete the documents; the sentence that says so, or why not."""
        title = self.title(documents[0]) if documents else ""
        try:
            with self.board.writing:  # an upload that goes on is waited for
                self._assistant.remove(documents)
        except NotFoundError:
            if len(documents) > 1:
                return _("Nothing was removed: one of these documents was removed already.")
            return _("This document was removed already.")
        except RagError as error:
            return sentence(error, doing="removing a document")
        if len(documents) == 1:
            return _("Removed “{title}”. Answers that quote it are no longer kept.", title=title)
        return ngettext(
            "Removed {n} document. Answers that quote it are no longer kept.",
            "Removed {n} documents. Answers that quote them are no longer kept.",
            len(documents),
        )


def _said(words: str) -> AddView:
    return AddView(html=render_message(words, is_error=True), is_done=True)


def _size_bytes(path: Path) -> int:
    """0 for a file that is gone, which is said when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def delete_upload(path: Path) -> None:
    """Take away an uploaded file, and the folder that was made for it alone."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()
