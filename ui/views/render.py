"""Answers, evidence and documents as HTML: pure functions from `rag`'s records to what the page shows.

Nothing here reads, asks or waits. All text is escaped before anything is marked (`ui.views.markup`). Each result is one
line that begins with a block element, so that neither Markdown nor a template can read anything into it.

A number that can be clicked stands only behind a statement that the documents support: what is unsupported is shown
only as part of a draft, says so, and has none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    DocumentInfo,
    VerifiedClaim,
)
from ui.sentences import count
from ui.views.claims_view import (
    is_quote,
    is_supported,
    render_citation_card,
    render_claims,
    render_evidence,
    render_sentences,
)
from ui.views.markup import NOTHING, Html, button, date_in_words, element, isolated, join, text
from ui.views.places import dated, title_of
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

_QUOTED_MEANS = "Answered: each sentence stands so, word for word, in the document that is named below it."
_CHECKED_MEANS = "Answered: each statement was checked against the sentences that it cites."
_SIGN_BY_STATUS = {AnswerStatus.ANSWERED: "✓", AnswerStatus.PARTIAL: "◐", AnswerStatus.ABSTAINED: "○"}


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


def supported_citations(answer: Answer) -> tuple[Citation, ...]:
    """The citations that a supported claim of the answer names: the only ones that may be marked, by number."""
    cited = {
        citation.number: citation
        for verified in answer.claims
        if is_supported(verified)
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


def _status(answer: Answer) -> Html:
    """How far it answers: in words where something is missing, else as a mark that says so when it is pointed at."""
    sign = _SIGN_BY_STATUS[answer.status]
    class_ = f"cv-status cv-status-{answer.status.value}"
    if answer.status is not AnswerStatus.ANSWERED:
        return element(
            "p",
            element("span", text(sign), class_="cv-sign", aria_hidden="true"),
            text(f" {status_in_words(answer)}"),
            class_=class_,
        )
    card_id = f"cv-card-{answer.id}-status"
    mark = button(text(sign), class_="cv-sign", aria_label=status_in_words(answer), aria_describedby=card_id)
    meaning = _QUOTED_MEANS if all(map(is_quote, filter(is_supported, answer.claims))) else _CHECKED_MEANS
    card = element("span", text(meaning), class_="cv-card", role="tooltip", id=card_id)
    return element("p", element("span", mark, card, class_="cv-cite"), class_=class_)


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
        render_sentences(answer.evidence[:N_NEAREST]),
        class_="cv-nearest",
        aria_label="Nearest sentences",
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
    if is_shown and is_supported(verified):
        word = class_ = "quoted" if is_quote(verified) else "supported"
    else:
        class_ = "unsupported"
        word = f"{verdict.label.value}, left out" if not is_supported(verified) else "left out"
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
