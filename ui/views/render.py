"""Answers, evidence and documents as HTML: pure functions from `rag`'s records to what the page shows.

Nothing here reads, asks or waits. All text is escaped before anything is marked (`ui.views.markup`). Each result is one
line that begins with a block element, so that neither Markdown nor a template can read anything into it.

A number that can be clicked stands only behind a statement that the documents support: what is unsupported is shown
only as part of a draft, says so, and has none.
"""

from __future__ import annotations

from collections.abc import Collection

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    VerifiedClaim,
)
from ui.languages.kinds import answer_text, kind
from ui.languages.words import N_, _, ngettext
from ui.views.claims_view import (
    is_quote,
    is_supported,
    render_citation_card,
    render_claims,
    render_evidence,
    render_sentences,
)
from ui.views.markup import NOTHING, Html, button, element, isolated, join, text
from ui.views.report_view import render_report
from ui.views.source_view import render_gone, render_no_source, render_source

__all__ = [
    "render_answer",
    "render_citation_card",
    "render_claims",
    "render_evidence",
    "render_gone",
    "render_message",
    "render_no_source",
    "render_report",
    "render_source",
    "render_understood",
    "render_waiting",
    "status_in_words",
    "supported_citations",
]

N_NEAREST = 3

_QUOTED_MEANS = N_("Answered: each sentence stands so, word for word, in the document that is named below it.")
_CHECKED_MEANS = N_("Answered: each statement was checked against the sentences that it cites.")
_SIGN_BY_STATUS = {AnswerStatus.ANSWERED: "✓", AnswerStatus.PARTIAL: "◐", AnswerStatus.ABSTAINED: "○"}


def render_answer(answer: Answer, *, show_draft: bool = False, gone: Collection[str] = ()) -> str:
    """The whole answer: its claims, how far they answer, what comes nearest when nothing does, and any notice.

    show_draft: also what was written before any check, and what was left out of the answer and why.
    gone: ids of documents that were removed since.
    """
    claims = render_claims(answer.claims, answer_id=answer.id, gone=gone)
    parts = [
        Html(render_understood(answer.question, answer.trace.standalone_question)),
        Html(claims) if claims else element("p", text(answer_text(answer)), class_="cv-claim cv-none"),
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
    return element("p", text(_("Understood as:")), text(" "), isolated(standalone), class_="cv-understood")


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
        return _("Answered")
    if answer.status is AnswerStatus.ABSTAINED:
        return _("Not in your documents")
    n_dropped = len(answer.trace.dropped)
    if not n_dropped:
        return _("Partly answered: some statements left out")
    return ngettext("Partly answered: {n} statement left out", "Partly answered: {n} statements left out", n_dropped)


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
    card = element("span", text(_(meaning)), class_="cv-card", role="tooltip", id=card_id)
    return element("p", element("span", mark, card, class_="cv-cite"), class_=class_)


def _searched(searched: str) -> Html:
    """Which documents alone were searched; nothing when it was all of them."""
    if not searched:
        return NOTHING
    return element(
        "p", text(_("Searched only documents that fit:")), text(" "), isolated(searched), class_="cv-searched"
    )


def _nearest(answer: Answer) -> Html:
    """What comes nearest when the documents do not answer, and that it is no answer."""
    if answer.status is not AnswerStatus.ABSTAINED or not answer.evidence:
        return NOTHING
    return element(
        "section",
        element("h3", text(_("The nearest sentences, which do not answer it"))),
        render_sentences(answer.evidence[:N_NEAREST]),
        class_="cv-nearest",
        aria_label=_("Nearest sentences"),
    )


def _notice(notice: str) -> Html:
    return element("p", text(notice), class_="cv-notice", role="note", lang="en") if notice else NOTHING


def _draft(answer: Answer) -> Html:
    """What was written, as such, then the verdict on each statement and why some were left out."""
    trace = answer.trace
    verdicts = [_draft_item(verified, is_shown=True) for verified in answer.claims]
    verdicts += [_draft_item(verified, is_shown=False) for verified in trace.dropped]
    return element(
        "section",
        element("h3", text(_("Draft, before any check: written by")), text(" "), isolated(trace.generator_id)),
        element("p", text(trace.draft or _("(nothing was written)")), class_="cv-draft-text", dir="auto"),
        element("ul", *verdicts, class_="cv-verdicts", aria_label=_("Verdicts")) if verdicts else NOTHING,
        class_="cv-draft",
        aria_label=_("Draft"),
    )


def _draft_item(verified: VerifiedClaim, *, is_shown: bool) -> Html:
    """One statement of the draft with its verdict in words and the reasons for it; never a citation to click."""
    claim, verdict = verified.claim, verified.verdict
    class_ = "unsupported"
    if not is_supported(verified):
        word = _("{verdict}, left out", verdict=kind(verdict.label))
    elif not is_shown:
        word = _("left out")
    elif is_quote(verified):
        word, class_ = _("quoted"), "quoted"
    else:
        word, class_ = kind(verdict.label), "supported"
    reasons = [*verdict.reasons]
    if verdict.lacking:
        reasons.append(_("words without support: {words}", words=", ".join(map(repr, verdict.lacking))))
    if verdict.against:
        reasons.append(_("words of the source against it: {words}", words=", ".join(map(repr, verdict.against))))
    if claim.invalid_markers:
        reasons.append(_("{markers} names no evidence", markers=" ".join(claim.invalid_markers)))
    return element(
        "li",
        element("span", text(word), class_="cv-verdict"),
        text(" "),
        element("span", text(claim.text or _("(no words)")), class_="cv-claim-text", dir="auto"),
        element("span", text("; ".join(reasons)), class_="cv-reasons") if reasons else NOTHING,
        class_=f"cv-claim cv-{class_}",
    )
