"""Answers, evidence and documents as HTML: pure functions from `rag`'s records to what the page shows.

Nothing here reads, asks or waits. All text is escaped before anything is marked (`ui.views.markup`). Each result is one
line that begins with a block element, so that neither Markdown nor a template can read anything into it.

A number that can be clicked stands only behind a statement that the documents support: what is unsupported is shown
only as part of a draft, says so, and has none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    DocumentInfo,
    Evidence,
    VerdictLabel,
    VerifiedClaim,
)
from ui.sentences import count
from ui.views.markup import NOTHING, Html, attribute_text, button, date_in_words, element, isolated, join, text
from ui.views.places import also_in_words, dated, days_in_words, place_in_words, title_of
from ui.views.report_view import render_report
from ui.views.source_view import render_gone, render_no_source, render_source

__all__ = [
    "render_answer",
    "render_citation_card",
    "render_claims",
    "render_documents",
    "render_evidence",
    "render_gone",
    "render_message",
    "render_no_documents",
    "render_no_source",
    "render_report",
    "render_source",
    "render_understood",
    "render_waiting",
    "status_in_words",
    "supported_citations",
]

N_NEAREST = 3
N_DOCUMENTS = 200

_SIGN_BY_STATUS = {AnswerStatus.ANSWERED: "✓", AnswerStatus.PARTIAL: "◐", AnswerStatus.ABSTAINED: "○"}
_QUOTATION_MARKS = re.compile("[\"'“”‘’„«»]")


def render_evidence(evidence: Sequence[Evidence], *, most: int = 5) -> str:
    """The sentences that were found, best first, while nothing is written yet."""
    if not evidence:
        return element("p", text("No sentence of the documents fits the question."), class_="cv-evidence cv-empty")
    items = [_evidence_item(sentence) for sentence in evidence[: max(most, 1)]]
    return element("ol", *items, class_="cv-evidence", aria_label="Sentences found")


def render_claims(claims: Sequence[VerifiedClaim], *, answer_id: str, gone: Collection[str] = ()) -> str:
    """The statements of an answer so far, each with the numbers of its citations and the verdict on it.

    A claim that is not supported is left out.

    gone: ids of documents that were removed since.
    """
    supported = [verified for verified in claims if _is_supported(verified)]
    items = [_claim(verified, answer_id, ordinal, gone) for ordinal, verified in enumerate(supported)]
    return element("div", *items, class_="cv-claims") if items else NOTHING


def render_answer(answer: Answer, *, show_draft: bool = False, gone: Collection[str] = ()) -> str:
    """The whole answer: its claims, how far they answer, what comes nearest when nothing does, and any notice.

    show_draft: also what was written before any check, and what was left out of the answer and why.
    gone: ids of documents that were removed since.
    """
    claims = render_claims(answer.claims, answer_id=answer.id, gone=gone)
    parts = [
        Html(render_understood(answer.question, answer.trace.standalone_question)),
        Html(claims) if claims else element("p", text(answer.text), class_="cv-claim cv-none"),
        _status(answer),
        _searched(answer.trace.searched),
        _nearest(answer),
        _notice(answer.trace.notice),
        _draft(answer) if show_draft else NOTHING,
    ]
    return element("div", join(parts), class_="cv-answer", data_answer=answer.id)


def render_understood(question: str, standalone: str) -> str:
    """What was searched for, if that is not what was typed."""
    if not standalone or standalone.split() == question.split():
        return NOTHING
    return element("p", text("Understood as: "), isolated(standalone), class_="cv-understood")


def render_waiting(message: str) -> str:
    """What is being done, in the place where the status of the finished answer will stand; the page announces it."""
    return element("p", text(message), class_="cv-status cv-status-waiting")


def render_message(message: str, *, is_error: bool = False) -> str:
    """A sentence for people: a notice, or what failed and what to do."""
    return element(
        "p",
        text(message),
        class_="cv-notice cv-error" if is_error else "cv-notice",
        role="alert" if is_error else "",
    )


def render_no_documents() -> str:
    """What stands in the place of documents before there are any."""
    return element(
        "div",
        element("p", text("There are no documents yet.")),
        element("p", text("Add files or a folder, or load the example, and ask what they say.")),
        class_="cv-empty",
    )


def render_documents(documents: Sequence[DocumentInfo], *, filter_text: str = "") -> str:
    """The documents whose title or source holds the text, each with buttons to open and to remove it."""
    if not documents:
        return render_no_documents()
    wanted = filter_text.strip().casefold()
    found = [info for info in documents if wanted in info.title.casefold() or wanted in info.source.casefold()]
    if not found:
        return element("p", text("No title or source holds "), isolated(filter_text.strip()), class_="cv-empty")
    n_more = len(found) - N_DOCUMENTS
    found_in_words = f"{len(found):,} of {len(documents):,} documents" if wanted else count(len(documents), "document")
    return element(
        "div",
        element("p", text(found_in_words), class_="cv-count"),
        element("ul", *(_document_row(info) for info in found[:N_DOCUMENTS]), class_="cv-documents"),
        element("p", text(f"… and {n_more:,} more: search for them"), class_="cv-more") if n_more > 0 else NOTHING,
    )


def render_citation_card(citation: Citation, *, card_id: str = "", is_gone: bool = False) -> str:
    """What hovering over a citation shows: the quote, then title, source, date, page and line, and as what it is said.

    Only elements that may stand inside a paragraph.
    """
    title = title_of(citation.title, citation.source)
    file_name = PurePath(attribute_text(citation.source)).name
    facts = [
        NOTHING if file_name in ("", title) else isolated(file_name),
        dated(citation.published),
        text(days_in_words(citation)),
        text(place_in_words(citation)),
        text(citation.assertion.in_words),
        text(citation.corroboration_in_words),
    ]
    also = also_in_words(citation.also_in)
    note = element("span", text("source removed"), class_="cv-gone") if is_gone else NOTHING
    return element(
        "span",
        element("q", text(citation.quote), class_="cv-card-quote", dir="auto"),
        element("span", element("bdi", text(title), class_="cv-card-title"), class_="cv-card-source"),
        element("span", join(filter(None, facts), text(" · ")), class_="cv-card-source"),
        element("span", isolated(also), class_="cv-card-source cv-also") if also else NOTHING,
        note,
        class_="cv-card",
        role="tooltip",
        id=card_id,
    )


def supported_citations(answer: Answer) -> tuple[Citation, ...]:
    """The citations that a supported claim of the answer names: the only ones that may be marked, by number."""
    cited = {
        citation.number: citation
        for verified in answer.claims
        if _is_supported(verified)
        for citation in verified.claim.citations
    }
    return tuple(citation for _, citation in sorted(cited.items()))


def status_in_words(answer: Answer) -> str:
    """How far the documents answer.

    >>> from rag import NOT_IN_DOCUMENTS, Trace
    >>> trace = Trace(
    ...     generator_id="g",
    ...     prompt_id="",
    ...     settings_fingerprint="",
    ...     standalone_question="",
    ...     timings_ms={},
    ...     answerability=0,
    ... )
    >>> none = {"claims": (), "citations": (), "evidence": (), "text": NOT_IN_DOCUMENTS, "trace": trace}
    >>> status_in_words(Answer(id="", question="Who?", status=AnswerStatus.ABSTAINED, **none))
    'Not in your documents'
    """
    if answer.status is AnswerStatus.ANSWERED:
        return "Answered"
    if answer.status is AnswerStatus.ABSTAINED:
        return "Not in your documents"
    n_dropped = len(answer.trace.dropped)
    left_out = count(n_dropped, "statement") if n_dropped else "some statements"
    return f"Partly answered: {left_out} left out"


def _is_supported(verified: VerifiedClaim) -> bool:
    return verified.verdict.label is VerdictLabel.SUPPORTED


def _claim(verified: VerifiedClaim, answer_id: str, ordinal: int, gone: Collection[str]) -> Html:
    claim = verified.claim
    chips = [_chip(citation, answer_id, ordinal, citation.document_id in gone) for citation in claim.citations]
    verdict = "quoted" if _is_quote(verified) else "supported"
    return element(
        "p",
        element("span", text(claim.text), class_="cv-claim-text"),
        *chips,
        element("span", text(verdict), class_="cv-verdict"),
        class_=f"cv-claim cv-{verdict}",
        dir="auto",
    )


def _is_quote(verified: VerifiedClaim) -> bool:
    """Whether the claim is a sentence that it cites, but for quotation marks, spaces and the last full stop."""
    said = _bare(verified.claim.text)
    return any(said == _bare(citation.quote) for citation in verified.claim.citations)


def _bare(sentence: str) -> str:
    return " ".join(_QUOTATION_MARKS.sub("", sentence).split()).rstrip(".")


def _chip(citation: Citation, answer_id: str, ordinal: int, is_gone: bool) -> Html:
    """The number to click, and the card that shows while it has the pointer or the focus."""
    card_id = f"cv-card-{answer_id}-{ordinal}-{citation.number}"
    label = ", ".join(filter(None, [title_of(citation.title, citation.source), date_in_words(citation.published)]))
    chip = button(
        text(str(citation.number)),
        class_="cv-chip cv-gone" if is_gone else "cv-chip",
        data_answer=answer_id,
        data_citation=str(citation.number),
        aria_label=f"Citation {citation.number}: {label}{' (source removed)' if is_gone else ''}",
        aria_describedby=card_id,
    )
    card = Html(render_citation_card(citation, card_id=card_id, is_gone=is_gone))
    return element("span", chip, card, class_="cv-cite")


def _status(answer: Answer) -> Html:
    sign = element("span", text(_SIGN_BY_STATUS[answer.status]), class_="cv-sign", aria_hidden="true")
    return element(
        "p",
        sign,
        text(f" {status_in_words(answer)}"),
        class_=f"cv-status cv-status-{answer.status.value}",
    )


def _searched(searched: str) -> Html:
    """Which documents alone were searched; nothing when it was all of them."""
    if not searched:
        return NOTHING
    return element("p", text("Searched only documents that fit: "), isolated(searched), class_="cv-searched")


def _nearest(answer: Answer) -> Html:
    """What comes nearest when the documents do not answer, and that it is no answer."""
    if answer.status is not AnswerStatus.ABSTAINED or not answer.evidence:
        return NOTHING
    return element(
        "section",
        element("h3", text("The nearest sentences, which do not answer it")),
        element("ul", *(_evidence_item(sentence) for sentence in answer.evidence[:N_NEAREST])),
        class_="cv-nearest",
        aria_label="Nearest sentences",
    )


def _evidence_item(sentence: Evidence) -> Html:
    """A sentence with its source, which opens the document; no number, since nothing cites it."""
    title = title_of(sentence.title, sentence.source)
    source = button(isolated(title), class_="cv-open", data_document=sentence.document_id, aria_label=f"Open {title}")
    facts = join([source, dated(sentence.published), text(days_in_words(sentence))], text(" · "))
    return element(
        "li",
        element("span", text(sentence.quote), class_="cv-evidence-quote", dir="auto"),
        element("span", facts, class_="cv-evidence-source"),
    )


def _notice(notice: str) -> Html:
    return element("p", text(notice), class_="cv-notice", role="note") if notice else NOTHING


def _draft(answer: Answer) -> Html:
    """What was written, as such, then the verdict on each statement and why some were left out."""
    trace = answer.trace
    verdicts = [_draft_item(verified, is_shown=True) for verified in answer.claims]
    verdicts += [_draft_item(verified, is_shown=False) for verified in trace.dropped]
    return element(
        "section",
        element("h3", text("Draft, before any check: written by "), isolated(trace.generator_id)),
        element("p", text(trace.draft or "(nothing was written)"), class_="cv-draft-text", dir="auto"),
        element("ul", *verdicts, class_="cv-verdicts", aria_label="Verdicts") if verdicts else NOTHING,
        class_="cv-draft",
        aria_label="Draft",
    )


def _draft_item(verified: VerifiedClaim, *, is_shown: bool) -> Html:
    """One statement of the draft with its verdict in words and the reasons for it; never a citation to click."""
    claim, verdict = verified.claim, verified.verdict
    if is_shown and _is_supported(verified):
        word = class_ = "quoted" if _is_quote(verified) else "supported"
    else:
        class_ = "unsupported"
        word = f"{verdict.label.value}, left out" if not _is_supported(verified) else "left out"
    reasons = [*verdict.reasons]
    if verdict.lacking:
        reasons.append(f"words without support: {', '.join(map(repr, verdict.lacking))}")
    if verdict.against:
        reasons.append(f"words of the source against it: {', '.join(map(repr, verdict.against))}")
    if claim.invalid_markers:
        reasons.append(f"{' '.join(claim.invalid_markers)} names no evidence")
    return element(
        "li",
        element("span", text(word), class_="cv-verdict"),
        text(" "),
        element("span", text(claim.text or "(no words)"), class_="cv-claim-text", dir="auto"),
        element("span", text("; ".join(reasons)), class_="cv-reasons") if reasons else NOTHING,
        class_=f"cv-claim cv-{class_}",
    )


def _document_row(info: DocumentInfo) -> Html:
    title = title_of(info.title, info.source)
    facts = [
        NOTHING if info.source == title else isolated(info.source),
        dated(info.metadata.get("published", "")),
        text(count(info.n_sentences, "sentence")),
        text(f"added {date_in_words(info.added_at)}"),
    ]
    return element(
        "li",
        button(isolated(title), class_="cv-open", data_document=info.id),
        element("span", join(facts, text(" · ")), class_="cv-facts"),
        element(
            "span",
            button(text("Search only"), class_="cv-only", data_document=info.id, aria_label=f"Search only {title}"),
            button(text("Remove"), class_="cv-remove", data_document=info.id, aria_label=f"Remove {title}"),
            class_="cv-row-actions",
        ),
    )
