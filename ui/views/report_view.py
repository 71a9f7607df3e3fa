"""What became of files that were to be added, as HTML: counts, and in lists what a person should look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from rag import AddReport
from ui.languages.words import N_, _
from ui.views.markup import NOTHING, Html, element, isolated, join, text

__all__ = ["N_FILES", "render_report"]

N_FILES = 50
"""Files that a list names; how many more there are is said."""


def render_report(report: AddReport) -> str:
    """What became of the files, which of them are copies or renamed, and why some could not be added."""
    counts = [
        (len(report.added), N_("{n} added")),
        (len(report.superseded), N_("{n} replaced by a newer version")),
        (len(report.renamed), N_("{n} renamed")),
        (len(report.removed), N_("{n} removed")),
        (len(report.unchanged), N_("{n} unchanged")),
        (len(report.skipped), N_("{n} of a kind that is not read")),
        (len(report.failed), N_("{n} failed")),
    ]
    line = ", ".join(_(words, n=n) for n, words in counts if n) or _("No files were found")
    notices = [element("p", text(notice), class_="cv-notice", lang="en") for notice in report.notices]
    failures = (
        element("li", isolated(failure.source), text(": "), element("span", text(failure.reason), lang="en"))
        for failure in report.failed
    )
    copies = (_item(copy, _("says what"), isolated(original)) for copy, original in report.duplicates)
    renamed = (_item(old, _("is now"), isolated(new)) for old, new in report.renamed)
    removed = (element("li", isolated(source)) for source in report.removed)
    parts = [
        element("p", text(line), class_="cv-count"),
        *notices,
        _list(_("Failed"), failures, len(report.failed), class_="cv-failures"),
        _list(_("Copies: cited together"), copies, len(report.duplicates)),
        _list(_("Renamed"), renamed, len(report.renamed)),
        _list(_("Removed"), removed, len(report.removed)),
    ]
    return element("div", join(parts), class_="cv-report")


def _list(title: str, items: Iterable[Html], n_items: int, *, class_: str = "") -> Html:
    if not n_items:
        return NOTHING
    shown: Sequence[Html] = list(islice(items, N_FILES))
    n_more = n_items - len(shown)
    return element(
        "div",
        element("p", text(title), class_="cv-list-title"),
        element("ul", *shown, class_=class_ or "cv-files", aria_label=title),
        element("p", text(_("… and {n} more", n=n_more)), class_="cv-more") if n_more else NOTHING,
    )


def _item(source: str, words: str, rest: Html) -> Html:
    return element("li", isolated(source), text(f" {words} "), rest)
