"""Who said what, as HTML: each quotation verbatim, with who says it, by which words, and where it stands."""

from __future__ import annotations

from rag import FoundQuote, QuotesReport, SpeakerQuotes, Speech
from ui.languages.words import _, ngettext
from ui.views.markup import NOTHING, Html, element, join, text
from ui.views.places import dated, title_of
from ui.views.render import render_message
from ui.views.rows import copied, opening

__all__ = ["N_QUOTES", "render_quotes"]

N_QUOTES = 100
"""Quotations shown of one speaker; how many more there are is said."""


def render_quotes(report: QuotesReport) -> str:
    """The quotations by speaker; or that nobody of that name speaks, with the names most like it."""
    if not report.names:
        said = [_("Nobody called “{name}” speaks in the documents.", name=report.asked)]
        if report.nearest:
            said.append(_("Names like it: {names}.", names=", ".join(report.nearest)))
        return render_message(" ".join(said))
    if not report.n_quotes:
        return render_message(_("{names}: no quotation fits. Ask for less at once.", names=", ".join(report.names)))
    several = NOTHING
    if report.is_ambiguous:
        said_of = _("“{name}” may be each of these: {names}.", name=report.asked, names=", ".join(report.names))
        several = element("p", text(said_of), class_="cv-notice")
    return element("div", several, *map(_speaker, report.speakers), class_="cv-desk")


def _speaker(found: SpeakerQuotes) -> Html:
    left_out = len(found.quotes) - N_QUOTES
    return element(
        "section",
        element("h2", text(found.speaker or _("Nobody knows who")), text(" "), _number(len(found.quotes))),
        element("ol", *map(_quote, found.quotes[:N_QUOTES]), class_="cv-rows"),
        element("p", text(_("… and {n} more", n=left_out)), class_="cv-more") if left_out > 0 else NOTHING,
    )


def _number(n_quotes: int) -> Html:
    return element("span", text(ngettext("{n} quotation", "{n} quotations", n_quotes)), class_="cv-count")


def _quote(found: FoundQuote) -> Html:
    said = found.utterance
    words = " … ".join(found.texts)
    told = _("in the document’s own words") if said.speech is Speech.REPORTED else ""
    by = " ".join(filter(None, (found.named, found.cue)))
    title = title_of(found.title, found.source)
    facts = [dated(found.published), text(_("line {number}", number=str(found.line))), text(by), text(told)]
    return element(
        "li",
        element("blockquote", element("p", text(words), dir="auto"), class_="cv-row-quote"),
        element(
            "p",
            opening(title, found.document_id, said.spans[0].start, said.spans[-1].end),
            text(" · "),
            join(facts, text(" · ")),
            copied(words, label=_("Copy these words")),
            class_="cv-facts",
        ),
    )
