"""Files that are being added: several uploads, each with its progress and a way to end it.

One thing writes to a store at a time, so a later upload waits, and says so. What a person sees are all of their own
uploads, whichever tab they began in; they go on when nobody looks.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from uuid import uuid4

from rag import AddReport, Failure, Progress
from ui.languages.words import _, duration, megabytes, ngettext
from ui.sentences import sentence
from ui.views.markup import text
from ui.views.render import render_message, render_report

__all__ = ["AddView", "Board", "Run", "progress_bar", "progress_html"]

_LOOKED_AT_EVERY_SECONDS = 0.3
_SURE_AFTER_SECONDS = 1.0
_USUAL_BYTES_A_SECOND = 8_000.0
"""Of plain text on two processor cores, measured; until something is done here, nothing better is known."""

Work = Callable[[Callable[[Progress], None], Callable[[], bool]], AddReport]
"""Adds something: tells how far it is, and asks whether to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddView:
    """How far adding is, as HTML, and the same for a screen reader when it is worth saying."""

    html: str
    spoken: str = ""
    is_done: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """One upload. `html` and `spoken` say what became of it, once it is over."""

    name: str
    id: str = field(default_factory=lambda: uuid4().hex)
    progress: Progress | None = None
    started: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    html: str = ""
    spoken: str = ""


class Board:
    """The uploads of all users of the app."""

    def __init__(self) -> None:
        self.writing = threading.Lock()
        self._lock = threading.Lock()
        self._runs_of: defaultdict[str, list[Run]] = defaultdict(list)
        self._rate = _USUAL_BYTES_A_SECOND

    def start(self, work: Work, *, name: str, user: str, failed: tuple[Failure, ...] = ()) -> Run:
        """Begin, or wait for the uploads before; what is over is taken from the list when nothing goes on.

        failed: what was refused before anything was read.
        """
        run = Run(name=name)
        with self._lock:
            runs = self._runs_of[user]
            if all(other.over.is_set() for other in runs):
                runs.clear()
            runs.append(run)
        threading.Thread(
            target=copy_context().run, args=(self._work, run, work, failed), name="ui-add", daemon=True
        ).start()
        return run

    def cancel(self, run_id: str, *, user: str) -> None:
        """Let that upload of the user end where it is; what is stored stays."""
        for run in self._runs(user):
            if run.id == run_id:
                run.cancelled.set()

    def is_busy(self, user: str) -> bool:
        """Whether an upload of the user goes on."""
        return any(not run.over.is_set() for run in self._runs(user))

    def followed(self, user: str, run: Run | None = None) -> Iterator[AddView]:
        """The states of all uploads of the user until that one, or the last, is over."""
        shown = ""
        while not (run.over.is_set() if run else not self.is_busy(user)):
            html = self._html(user)
            if html != shown:
                yield AddView(html=html, spoken="" if shown else _("Adding documents."))
                shown = html
            waited_for = run or next((each for each in self._runs(user) if not each.over.is_set()), None)
            if waited_for:
                waited_for.over.wait(_LOOKED_AT_EVERY_SECONDS)
        yield AddView(html=self._html(user), spoken=run.spoken if run else "", is_done=True)

    def _runs(self, user: str) -> list[Run]:
        with self._lock:
            return list(self._runs_of[user])

    def _work(self, run: Run, work: Work, failed: tuple[Failure, ...]) -> None:
        with self.writing:
            run.started = time.monotonic()

            def tell(progress: Progress) -> None:
                run.progress = progress

            try:
                report = work(tell, run.cancelled.is_set)
                report = replace(report, failed=(*failed, *report.failed))
                run.html, run.spoken = _ended(run, report)
                self._measure(run)
            except Exception as error:  # whatever happens, people get a sentence
                said = sentence(error, doing="adding documents")
                run.html, run.spoken = render_message(said, is_error=True), said
            finally:
                run.over.set()

    def _measure(self, run: Run) -> None:
        seconds = time.monotonic() - run.started
        if run.progress and run.progress.bytes_done and seconds >= _SURE_AFTER_SECONDS:
            self._rate = run.progress.bytes_done / seconds

    def _html(self, user: str) -> str:
        return "".join(f'<div class="cv-adding">{self._one(run)}</div>' for run in self._runs(user))

    def _one(self, run: Run) -> str:
        if run.over.is_set():
            return run.html
        title = f'<p class="cv-list-title"><bdi>{text(run.name)}</bdi></p>'
        if run.cancelled.is_set():
            return title + progress_bar(_("Ending: what is stored stays …"), done=0, total=1, label=run.name)
        label, word = _("Cancel {name}", name=run.name), _("Cancel")
        cancel = (
            f'<button type="button" class="cv-action" data-do="cancel" data-upload="{run.id}"'
            f' aria-label="{text(label)}">{text(word)}</button>'
        )
        if not run.started:
            waits = _("Waits for the uploads before it.")
            return f'{title}<p class="cv-more">{text(waits)}</p>{cancel}'
        if run.progress is None:
            return title + progress_bar(_("Reading …"), done=0, total=1, label=run.name) + cancel
        seconds = time.monotonic() - run.started
        return title + progress_html(run.progress, seconds=seconds, usual_rate=self._rate, label=run.name) + cancel


def progress_html(
    progress: Progress,
    *,
    seconds: float,
    usual_rate: float = _USUAL_BYTES_A_SECOND,
    label: str = "",
) -> str:
    """A bar with how many files are done, the rate, and the time that is left.

    usual_rate: bytes a second, which counts until a rate of this upload is known; the time is then a rough one.

    >>> halfway = Progress(n_done=1, n_total=2, bytes_done=500_000, bytes_total=1_000_000, n_read=2)
    >>> progress_html(halfway, seconds=2).partition("<p>")[2]
    '1 of 2 files · 2 read · 0.5 MB of 1.0 MB · 0.2 MB a second · about 2 seconds left</p></div>'
    """
    parts = [ngettext("{n_done} of {n} file", "{n_done} of {n} files", progress.n_total, n_done=progress.n_done)]
    if progress.n_done < progress.n_read:
        parts.append(_("{n} read", n=progress.n_read))
    parts.append(_("{part} of {whole}", part=megabytes(progress.bytes_done), whole=megabytes(progress.bytes_total)))
    is_known = bool(progress.bytes_done) and seconds >= _SURE_AFTER_SECONDS
    rate = progress.bytes_done / seconds if is_known else usual_rate
    left = (
        progress.bytes_total / rate - seconds if not is_known else (progress.bytes_total - progress.bytes_done) / rate
    )
    if rate >= 100_000:
        parts.append(_("{size} a second", size=megabytes(rate)))
    else:
        parts.append(_("{n} kB a second", n=max(1, round(rate / 1000))))
    if left <= 0:
        parts.append(_("nearly done"))
    elif is_known:
        parts.append(_("about {time} left", time=duration(left)))
    else:
        parts.append(_("roughly {time} left", time=duration(left)))
    return progress_bar(
        " · ".join(parts), done=progress.bytes_done, total=progress.bytes_total, label=label or _("Adding documents")
    )


def progress_bar(words: str, *, done: int, total: int, label: str) -> str:
    """A bar, and below it in words how far it is."""
    return (
        f'<div class="cv-progress"><progress max="{max(1, total)}" value="{done}" aria-label="{text(label)}">'
        f"</progress><p>{text(words)}</p></div>"
    )


def _ended(run: Run, report: AddReport) -> tuple[str, str]:
    """What became of it, as HTML and to be said."""
    n_added = len(report.added) + len(report.superseded)
    n_failed = len(report.failed)
    said = ngettext(
        "{n} document added, {n_failed} failed.", "{n} documents added, {n_failed} failed.", n_added, n_failed=n_failed
    )
    if not run.cancelled.is_set():
        return render_report(report), said
    words = ngettext(
        "Cancelled: {n} document of {name} stored before that, which stays.",
        "Cancelled: {n} documents of {name} stored before that, which stay.",
        n_added,
        name=run.name,
    )
    return render_message(words) + render_report(report), words
