"""The check of a draft as plain values, for JSON."""

from __future__ import annotations

from typing import Any

from rag.types import DraftDifference, DraftFinding, DraftPlace, DraftReport, Span

__all__ = ["draft_to_dict"]


def draft_to_dict(report: DraftReport) -> dict[str, Any]:
    """The report as plain values; positions are code points of the draft's or the document's text, `end` excluded.

    `is_clean` is what the exit code of `rag check-draft` says. The draft's text is left out: whoever asks has it.
    """
    return {
        "is_clean": report.is_clean,
        "n_wrong": len(report.wrong),
        "n_documents": report.n_documents,
        "notice": report.notice,
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: DraftFinding) -> dict[str, Any]:
    return {
        "number": finding.number,
        "part": finding.part.value,
        "verdict": finding.verdict.value,
        "is_wrong": finding.is_wrong,
        **_ends(finding.span),
        "text": finding.text,
        "speaker": finding.speaker,
        "outlet": finding.outlet,
        "advice": finding.advice,
        "places": [_place(place) for place in finding.places],
        "differences": [_difference(difference) for difference in finding.differences],
        "nearest": _place(finding.nearest) if finding.nearest else None,
    }


def _ends(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _place(place: DraftPlace) -> dict[str, Any]:
    return {
        "document_id": place.document_id,
        "source": place.source,
        "title": place.title,
        "published": place.published,
        "speaker": place.speaker,
        **_ends(place.span),
        "quote": place.quote,
        "before": place.before,
        "after": place.after,
    }


def _difference(difference: DraftDifference) -> dict[str, Any]:
    return {
        "kind": difference.kind.value,
        "is_harmless": difference.is_harmless,
        "draft": {**_ends(difference.draft_span), "words": difference.draft_words},
        "source": {**_ends(difference.source_span), "words": difference.source_words},
    }
