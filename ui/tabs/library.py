"""What happens in the Documents tab: adding with progress, listing, searching, removing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rag import AddReport, Assistant, DocumentInfo, Failure, FilterError, NotFoundError, Progress, RagError
from ui.background import Job
from ui.sentences import count, duration, megabytes, sentence
from ui.views.markup import text
from ui.views.render import render_message, render_report

__all__ = ["AddView", "LibraryTab", "Upload", "delete_upload"]

_SHOWN_EVERY_SECONDS = 0.25
_ESTIMATED_AFTER_SECONDS = 1.0
_ADDING = "Adding documents"
_RAISED = "split it, or start the app with more: --max-upload and max_file_bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as a browser sent it: what it was called there, and where it lies until it was read."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class AddView:
    """How far adding is, as HTML, and the same for a screen reader when it is worth saying."""

    html: str
    spoken: str = ""
    is_done: bool = False


class LibraryTab:
    """The documents that all browsers of the app share.

    example: folder with the documents that an empty app offers; None when there is none.
    max_file_bytes: largest file that is taken.
    """

    def __init__(self, assistant: Assistant, *, example: Path | None, max_file_bytes: int) -> None:
        self._assistant = assistant
        self._example = example
        self._max_file_bytes = max_file_bytes
        self._making = threading.Lock()
        self._examples: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def can_load_example(self) -> bool:
        """Whether there are example documents."""
        return self._example is not None

    @property
    def limits(self) -> str:
        """How much a file, and a document in it, may be, as HTML."""
        settings = self._assistant.settings
        return (
            f'<p class="cv-more">A file may have {megabytes(self._max_file_bytes)}; a document in it '
            f"{count(settings.max_document_characters, 'character')}, "
            f"{count(settings.max_document_sentences, 'sentence')}, {duration(settings.max_read_seconds)} and "
            f"{megabytes(settings.max_read_memory_bytes)} of memory to be read. What is more is refused.</p>"
        )

    def documents(self, *, where: str = "") -> list[DocumentInfo]:
        """The documents that fit the filter, by source; none when it, or the store, cannot be read."""
        try:
            return self._assistant.documents(where=where)
        except RagError:
            return []

    def refusal(self, where: str) -> str:
        """Why that filter cannot be taken; empty when it can."""
        try:
            self._assistant.documents(where=where)
        except FilterError as error:
            return sentence(error, doing="reading a filter")
        except RagError:  # of the store, and not of the filter
            return ""
        return ""

    def only(self, document_id: str) -> str:
        """The filter that only this document fits; empty when it is not there any more."""
        source = next((info.source for info in self.documents() if info.id == document_id), "")
        if "'" in source and '"' in source:
            return "source like '" + source.replace("'", "?") + "'"
        quote = '"' if "'" in source else "'"
        return f"source = {quote}{source}{quote}" if source else ""

    def example_questions(self) -> tuple[str, ...]:
        """Questions that the documents answer, made when the documents have changed; none when none can be made."""
        of = tuple(info.id for info in self.documents())
        with self._making:
            if self._examples[0] != of:
                try:
                    made = self._assistant.example_questions() if of else ()
                except Exception as error:  # examples are never worth an error
                    sentence(error, doing="making example questions")
                    made = ()
                self._examples = (of, made)
            return self._examples[1]

    def known_examples(self) -> tuple[str, ...] | None:
        """As `example_questions`, at once; None when they would have to be made first."""
        of, made = self._examples
        return made if of == tuple(info.id for info in self.documents()) else None

    def title(self, document_id: str) -> str:
        """What people call the document; empty when it is not there any more."""
        return next((info.title or info.source for info in self.documents() if info.id == document_id), "")

    def add(self, uploads: Sequence[Upload]) -> Iterator[AddView]:
        """Each state of adding the files, which are deleted at the end; it goes on when nobody looks any more."""
        if not uploads:
            yield _said("No file was chosen. Choose files or a folder, or drop them here.")
            return
        too_large = [upload for upload in uploads if _size_bytes(upload.path) > self._max_file_bytes]
        files = [(upload.name, upload.path) for upload in uploads if upload not in too_large]
        refused = tuple(
            Failure(source=upload.name, reason=f"it is larger than {megabytes(self._max_file_bytes)} - {_RAISED}")
            for upload in too_large
        )

        def work(on_progress: Callable[[Progress], None]) -> AddReport:
            try:
                return self._assistant.add_uploads(files, on_progress=on_progress) if files else AddReport()
            finally:
                for upload in uploads:
                    delete_upload(upload.path)

        yield from _followed(work, refused)

    def add_example(self) -> Iterator[AddView]:
        """Each state of adding the example documents."""
        example = self._example
        if example is None:
            yield _said("There is no example here. Add documents of your own.")
            return
        articles = sorted(path for path in example.iterdir() if path.suffix == ".txt")
        yield from _followed(lambda on_progress: self._assistant.add(articles, on_progress=on_progress), ())

    def remove(self, document_id: str) -> str:
        """Delete the document; the sentence that says so, or why not."""
        title = self.title(document_id)
        try:
            self._assistant.remove([document_id])
        except NotFoundError:
            return "This document was removed already."
        except RagError as error:
            return sentence(error, doing="removing a document")
        return f"Removed {title!r}. Answers that quote it are no longer kept."


def progress_html(progress: Progress, *, seconds: float) -> str:
    """A bar with how many files are done, the rate, and the time that is left as far as it can be told.

    >>> halfway = Progress(n_done=1, n_total=2, bytes_done=500_000, bytes_total=1_000_000)
    >>> progress_html(halfway, seconds=2).partition("<p>")[2]
    '1 of 2 files · 0.5 MB of 1.0 MB · 0.2 MB a second · about 2 seconds left</p></div>'
    """
    parts = [
        f"{progress.n_done:,} of {count(progress.n_total, 'file')}",
        f"{megabytes(progress.bytes_done)} of {megabytes(progress.bytes_total)}",
    ]
    if progress.bytes_done and seconds >= _ESTIMATED_AFTER_SECONDS:
        rate = progress.bytes_done / seconds
        left = (progress.bytes_total - progress.bytes_done) / rate
        parts += [f"{megabytes(rate)} a second", f"about {duration(left)} left" if left > 0 else "nearly done"]
    return progress_bar(
        " · ".join(parts), done=progress.bytes_done, total=progress.bytes_total, label="Adding documents"
    )


def progress_bar(words: str, *, done: int, total: int, label: str) -> str:
    """A bar, and below it in words how far it is."""
    return (
        f'<div class="cv-progress"><progress max="{max(1, total)}" value="{done}" aria-label="{text(label)}">'
        f"</progress><p>{text(words)}</p></div>"
    )


def _followed(
    work: Callable[[Callable[[Progress], None]], AddReport], refused: tuple[Failure, ...]
) -> Iterator[AddView]:
    reports: list[AddReport] = []
    started = time.monotonic()
    job: Job[Progress] = Job(lambda on_progress: reports.append(work(on_progress)), name="ui-add")
    yield AddView(html=progress_bar("Reading …", done=0, total=1, label=_ADDING), spoken="Adding documents.")
    try:
        for batch in job.batches(within_seconds=_SHOWN_EVERY_SECONDS):
            yield AddView(html=progress_html(batch[-1], seconds=time.monotonic() - started))
    except Exception as error:
        yield _said(sentence(error, doing="adding documents"))
        return
    report = replace(reports[0], failed=(*refused, *reports[0].failed))
    spoken = f"{count(len(report.added) + len(report.superseded), 'document')} added, {len(report.failed)} failed."
    yield AddView(html=render_report(report), spoken=spoken, is_done=True)


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
