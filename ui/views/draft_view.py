"""The check of a draft as HTML: each part of it beside what the documents say, what is wrong first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag import DraftFinding, DraftPart, DraftPlace, DraftReport, Span
from ui.languages.kinds import advice, kind
from ui.languages.words import _, ngettext
from ui.views.markup import NOTHING, Html, element, isolated, join, text
from ui.views.places import dated, title_of
from ui.views.rows import copied, opening

__all__ = ["render_draft"]

_WRONG, _HARMLESS = "cv-differs", "cv-harmless"
_LEFT_OUT = "‸"


def render_draft(report: DraftReport) -> str:
    """Every part with its verdict in words, the differing words marked on both sides, and what to do."""
    rest = [finding for finding in report.findings if not finding.is_wrong]
    said = _(
        "{parts} checked against {documents}: {n_wrong} to look at.",
        parts=ngettext("{n} part", "{n} parts", len(report.findings)),
        documents=ngettext("{n} document", "{n} documents", report.n_documents),
        n_wrong=len(report.wrong),
    )
    return element(
        "div",
        element("p", text(said), class_="cv-count"),
        element("p", text(report.notice), class_="cv-notice", lang="en") if report.notice else NOTHING,
        _list(_("To look at ({n})", n=len(report.wrong)), report.wrong),
        _list(_("The rest ({n})", n=len(rest)), rest),
        class_="cv-desk",
    )


def _list(title: str, findings: Sequence[DraftFinding]) -> Html:
    if not findings:
        return NOTHING
    return element(
        "section", element("h2", text(title)), element("ol", *map(_finding, findings), class_="cv-rows cv-findings")
    )


def _finding(finding: DraftFinding) -> Html:
    return element(
        "li",
        element("h3", text(kind(finding.verdict)), class_="cv-finding-verdict"),
        element("p", text(advice(finding)), class_="cv-advice"),
        element(
            "div",
            element(
                "div",
                element("p", text(_("Draft: {part}", part=_part(finding))), class_="cv-side"),
                element("p", _marked(finding.text, finding.span.start, finding, is_draft=True), dir="auto"),
            ),
            element("div", *_sources(finding)),
            class_="cv-pair",
        ),
        class_="cv-wrong" if finding.is_wrong else "",
    )


def _part(finding: DraftFinding) -> str:
    """What it is that is checked, and whose it is."""
    if not finding.speaker:
        return kind(finding.part)
    match finding.part:
        case DraftPart.ATTRIBUTED:
            return _("attributed to {speaker}", speaker=finding.speaker)
        case DraftPart.QUOTATION:
            return _("quotation of {speaker}", speaker=finding.speaker)
        case DraftPart.CLAIM:
            return _("claim of {speaker}", speaker=finding.speaker)


def _sources(finding: DraftFinding) -> Iterator[Html]:
    for place in finding.places:
        yield _source(place, finding, _("Source"))
    if not finding.places and finding.nearest is not None:
        yield _source(finding.nearest, finding, _("Nearest, which does not say it"))
    if not finding.places and finding.nearest is None:
        yield element("p", text(_("No source")), class_="cv-side")


def _source(place: DraftPlace, finding: DraftFinding, side: str) -> Html:
    facts = [
        opening(title_of(place.title, place.source), place.document_id, place.span.start, place.span.end),
        dated(place.published),
        isolated(place.speaker) if place.speaker else NOTHING,
    ]
    return join(
        [
            element(
                "p",
                text(f"{side}: "),
                join(filter(None, facts), text(" · ")),
                copied(place.quote, label=_("Copy the source’s words for part {n}", n=finding.number)),
                class_="cv-side",
            ),
            element(
                "blockquote",
                element("p", _marked(place.quote, place.span.start, finding, is_draft=False), dir="auto"),
                class_="cv-row-quote",
            ),
        ]
    )


def _marked(content: str, offset: int, finding: DraftFinding, *, is_draft: bool) -> Html:
    """The text with marks around what differs; what lies in another difference, or outside, gets none."""
    pieces, position = [], 0
    for span, class_ in sorted(_differing(finding, is_draft=is_draft), key=lambda each: (each[0].start, -each[0].end)):
        start, end = span.start - offset, span.end - offset
        if not position <= start <= end <= len(content):
            continue
        pieces.append(text(content[position:start]))
        if start < end:
            pieces.append(element("mark", text(content[start:end]), class_=class_))
        elif class_ == _WRONG:
            pieces.append(element("mark", text(_LEFT_OUT), class_=class_, aria_label=_("words are left out here")))
        position = end
    return join([*pieces, text(content[position:])])


def _differing(finding: DraftFinding, *, is_draft: bool) -> Iterator[tuple[Span, str]]:
    for each in finding.differences:
        if len(each.draft_span) < len(finding.span):  # of the whole, nothing has to be pointed at
            yield each.draft_span if is_draft else each.source_span, _HARMLESS if each.is_harmless else _WRONG
