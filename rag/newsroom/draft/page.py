"""The check of a draft as HTML: draft and source side by side. Everything is escaped first and marked then.

`draft_html` is a piece of a page without style or script, for any page; `draft_page` a page of its own that loads
nothing, in which j and k go from part to part and c copies the source's words. What it runs is named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from importlib.resources import files

from rag.types import DraftFinding, DraftPlace, DraftReport, DraftVerdict, Span

__all__ = ["draft_html", "draft_page"]

_LEFT_OUT = "‸"
"""Stands where words are left out."""


def draft_html(report: DraftReport) -> str:
    """The report as a piece of HTML: a `section` of class `draft-check` of `article`s, what is wrong first."""
    wrong = report.wrong
    rest = [finding for finding in report.findings if not finding.is_wrong]
    notice = f'<p class="about">{escape(report.notice)}</p>' if report.notice else ""
    return (
        '<section class="draft-check">'
        f"<p>{escape(_summary(report))}</p>{notice}"
        '<p class="said" role="status" aria-live="polite"></p>'
        f"<h2>To look at ({len(wrong)})</h2>{''.join(map(_article, wrong)) or '<p>Nothing.</p>'}"
        f"<h2>The rest ({len(rest)})</h2>{''.join(map(_article, rest)) or '<p>Nothing.</p>'}"
        "</section>"
    )


def draft_page(report: DraftReport, *, title: str = "Draft") -> str:
    """A whole page around `draft_html`, which loads nothing from anywhere.

    title: what the draft is called.
    """
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(title)}: check</title><style>{style}</style></head><body><main>"
        f'<h1 dir="auto">{escape(title)}</h1>'
        '<p class="about">Keys: j and k go from part to part, c copies the source’s words.</p>'
        f"{draft_html(report)}</main><script>{script}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return files("rag.newsroom.draft").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _summary(report: DraftReport) -> str:
    n_parts, n_wrong = len(report.findings), len(report.wrong)
    return f"{n_parts} parts checked against {report.n_documents:,} documents: {n_wrong} to look at."


def _article(finding: DraftFinding) -> str:
    kind = "wrong" if finding.is_wrong else "unchecked" if finding.verdict is DraftVerdict.UNCHECKED else "fine"
    mine = _marked(finding.text, finding.span.start, _spans(finding, is_draft=True))
    by = f" of {finding.speaker}" if finding.speaker else ""
    about = f"{finding.part.value}{by}"
    return (
        f'<article class="{kind}" id="finding-{finding.number}" tabindex="0">'
        f"<h3>{finding.number}. {escape(finding.verdict.value)}</h3>"
        f'<div class="pair"><div><p class="side">Draft: {escape(about)}</p><p dir="auto">{mine}</p></div>'
        f"<div>{_sources(finding)}</div></div>"
        f"<p>{escape(finding.advice)}</p></article>"
    )


def _sources(finding: DraftFinding) -> str:
    if finding.places:
        button = '<button type="button" class="copy">Copy the source’s words (c)</button>'
        return "".join(_source(place, finding, "Source") for place in finding.places) + button
    if finding.nearest is not None:
        return _source(finding.nearest, finding, "Nearest, which does not say it")
    return '<p class="side">No source</p>'


def _source(place: DraftPlace, finding: DraftFinding, side: str) -> str:
    spans = [(span, is_harmless) for span, is_harmless in _spans(finding, is_draft=False) if place.span.contains(span)]
    quote = _marked(place.quote, place.span.start, spans)
    said = (place.title or place.source, place.published, place.speaker)
    before = f'<span class="context" dir="auto">{escape(place.before)}</span>' if place.before.strip() else ""
    after = f'<span class="context" dir="auto">{escape(place.after)}</span>' if place.after.strip() else ""
    return (
        f'<p class="side">{side}</p>{before}<blockquote dir="auto">{quote}</blockquote>{after}'
        f'<p class="about" dir="auto">{escape(", ".join(filter(None, said)))}</p>'
    )


def _spans(finding: DraftFinding, *, is_draft: bool) -> list[tuple[Span, bool]]:
    return [
        (each.draft_span if is_draft else each.source_span, each.is_harmless)
        for each in finding.differences
        if len(each.draft_span) < len(finding.span)  # of the whole, nothing has to be pointed at
    ]


def _marked(text: str, offset: int, spans: Iterable[tuple[Span, bool]]) -> str:
    """The text, escaped, with marks around the spans; those inside another get none."""
    pieces, position = [], 0
    for span, is_harmless in sorted(spans, key=lambda each: (each[0].start, -each[0].end)):
        start, end = span.start - offset, span.end - offset
        if not position <= start <= end <= len(text):
            continue
        kind = ' class="harmless"' if is_harmless else ""
        pieces.append(escape(text[position:start]))
        if start < end:
            pieces.append(f"<mark{kind}>{escape(text[start:end])}</mark>")
        elif not is_harmless:
            pieces.append(f'<mark aria-label="left out" data-sign="{_LEFT_OUT}"></mark>')
        position = end
    return "".join([*pieces, escape(text[position:])])
