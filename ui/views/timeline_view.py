"""What happened when, as HTML: one verbatim sentence a row, with its day, how that was got, and where it stands."""

from __future__ import annotations

from rag import Assertion, DateOrigin, Timeline, TimelineRow
from ui.languages.kinds import kind
from ui.languages.words import N_, _, ngettext
from ui.views.markup import NOTHING, Html, date_in_words, element, isolated, join, text
from ui.views.places import title_of
from ui.views.rows import copied, opening

__all__ = ["render_timeline"]

_ORIGINS = {
    DateOrigin.WRITTEN: "",
    DateOrigin.RELATIVE: N_("reckoned from the document’s date"),
    DateOrigin.PUBLISHED: N_("the document’s own date"),
}


def render_timeline(timeline: Timeline) -> str:
    """The rows, earliest first; which of them disagree, and what was left out."""
    reasons = [
        element(
            "li",
            text(
                _(
                    "Rows {one} and {other}: {reason}",
                    one=conflict.rows[0],
                    other=conflict.rows[1],
                    reason=conflict.reason,
                )
            ),
        )
        for conflict in timeline.conflicts
    ]
    found = ngettext(
        "{n} sentence about “{subject}”.",
        "{n} sentences about “{subject}”.",
        len(timeline.rows),
        subject=timeline.subject,
    )
    return element(
        "div",
        element("p", text(found), class_="cv-count"),
        *(element("p", text(notice), class_="cv-notice") for notice in _left_out(timeline)),
        element("ul", *reasons, class_="cv-disagreements", aria_label=_("Rows that disagree")) if reasons else NOTHING,
        element("ol", *map(_row, timeline.rows), class_="cv-rows"),
        class_="cv-desk",
    )


def _left_out(timeline: Timeline) -> list[str]:
    said = []
    if timeline.n_undated:
        said.append(
            ngettext(
                "{n} sentence left out: no date, in a document without one.",
                "{n} sentences left out: no date, in a document without one.",
                timeline.n_undated,
            )
        )
    if timeline.n_outside:
        said.append(
            ngettext(
                "{n} sentence left out: of other days than were asked for.",
                "{n} sentences left out: of other days than were asked for.",
                timeline.n_outside,
            )
        )
    return said


def _row(row: TimelineRow) -> Html:
    how = _(_ORIGINS[row.origin]) if _ORIGINS[row.origin] else ""
    if row.origin is DateOrigin.RELATIVE:
        how = _("“{words}”, {how}", words=row.words, how=how)
    said = "" if row.assertion is Assertion.STATED else kind(row.assertion)
    others = ""
    if row.conflicts:
        others = _("disagrees with row {numbers}", numbers=", ".join(map(str, row.conflicts)))
    facts = [
        opening(title_of(row.title, row.source), row.document_id, row.span.start, row.span.end),
        isolated(row.speaker) if row.speaker else NOTHING,
        *map(text, (how, said, others)),
    ]
    return element(
        "li",
        element(
            "p",
            element("span", text(f"{row.number}."), class_="cv-row-number"),
            text(" "),
            element("time", text(date_in_words(row.date)), datetime=row.date),
            class_="cv-row-date",
        ),
        element("blockquote", element("p", text(row.quote), dir="auto"), class_="cv-row-quote"),
        element(
            "p",
            join(facts, text(" · ")),
            copied(row.quote, label=_("Copy this sentence")),
            class_="cv-facts",
        ),
        class_="cv-disagrees" if row.conflicts else "",
    )
