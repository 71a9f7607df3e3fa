"""A conversation as HTML: each question with its answer, or with how far the answer is, and what can be done with it.

Pure functions. What is written about answers and sentences comes from `ui.views.render`; here are the frames around it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag import AnswerStatus, Evidence, Rating, Step
from ui.conversation import Conversation, Exchange, Stage
from ui.languages.words import N_, _, ngettext
from ui.views.exports import answer_as_markdown, answer_as_text
from ui.views.markup import text
from ui.views.render import (
    N_NEAREST,
    render_answer,
    render_claims,
    render_evidence,
    render_message,
    render_understood,
    render_waiting,
)

__all__ = ["render_earlier", "render_last", "render_welcome"]

_MOST_SHOWN = 50
_WAITING = (Stage.SEARCHING, Stage.WRITING)
_DOING = {
    Step.SEARCHING: N_("Searching the documents …"),
    Step.UNDERSTANDING: N_("Working out what the question means here …"),
    Step.WRITING: N_("Writing …"),
}
_HEADING = N_("Ask your documents")
_NO_DOCUMENTS = N_("There are no documents yet.")
_EXAMPLES = N_("For example")
_PROMISE = N_("Every answer is made of sentences that stand in your documents, and shows where.")


def render_earlier(conversation: Conversation, *, shows_drafts: bool = False) -> str:
    """All exchanges but the last one."""
    shown = conversation.earlier[-_MOST_SHOWN:]
    exchanges = [_exchange(exchange, conversation.gone, shows_drafts=shows_drafts) for exchange in shown]
    return "".join(exchanges)


def render_last(conversation: Conversation, *, shows_drafts: bool = False) -> str:
    """The last exchange, which may still be going on; nothing when nothing was asked."""
    if conversation.last is None:
        return ""
    return _exchange(conversation.last, conversation.gone, shows_drafts=shows_drafts, is_last=True)


def render_welcome(questions: Sequence[str], *, n_documents: int, can_load_example: bool) -> str:
    """What stands in place of a conversation before the first question: what to do, and examples to click."""
    heading = f'<div class="cv-welcome"><h2>{text(_(_HEADING))}</h2>'
    if not n_documents:
        example = _button("example", _("Load the example article"), class_="cv-primary") if can_load_example else ""
        add = _button("documents", _("Add documents"), class_="cv-choice")
        return (
            f"{heading}<p>{text(_(_PROMISE))} {text(_(_NO_DOCUMENTS))}</p>"
            f'<p class="cv-choices">{add}{example}</p></div>'
        )
    examples = "".join(
        f"<li>{_button('ask', question, class_='cv-example', question=question)}</li>" for question in questions
    )
    listed = f'<h3>{text(_(_EXAMPLES))}</h3><ul class="cv-examples">{examples}</ul>' if examples else ""
    return f"{heading}<p>{text(_(_PROMISE))}</p>{listed}</div>"


def _exchange(exchange: Exchange, gone: Collection[str], *, shows_drafts: bool, is_last: bool = False) -> str:
    body = _body(exchange, gone, shows_drafts=shows_drafts)
    label = _("Question: {question}", question=" ".join(exchange.question.split()))
    return (
        f'<section class="cv-exchange cv-stage-{exchange.stage.value}" data-exchange="{exchange.key}"'
        f' aria-label="{text(label)}">'
        f'<h2 class="cv-question" dir="auto">{text(exchange.question)}</h2>'
        f"{body}{_evidence(exchange)}{_actions(exchange, is_last=is_last)}</section>"
    )


def _body(exchange: Exchange, gone: Collection[str], *, shows_drafts: bool) -> str:
    if exchange.answer:
        return render_answer(exchange.answer, show_draft=shows_drafts, gone=gone)
    understood = render_understood(exchange.question, exchange.standalone)
    claims = understood + render_claims(exchange.claims, answer_id=exchange.answer_id, gone=gone)
    if exchange.stage in _WAITING:
        return f'<div class="cv-answer">{claims}{render_waiting(_doing(exchange))}</div>'
    is_error = exchange.stage is Stage.FAILED
    return f'<div class="cv-answer">{claims}{render_message(exchange.notice, is_error=is_error)}</div>'


def _doing(exchange: Exchange) -> str:
    """What is being done for the answer at the moment, in words."""
    if exchange.step is Step.CHECKING:
        return _("Checking statement {n} …", n=exchange.n_checked)
    return _(_DOING[exchange.step])


def _evidence(exchange: Exchange) -> str:
    """The sentences found: in sight while nothing is written yet; once there is an answer, folded, what else fits."""
    if not exchange.evidence:
        return ""
    if exchange.stage is not Stage.DONE:
        title = ngettext("Found: {n} sentence", "Found: {n} sentences", len(exchange.evidence))
        return _folded(title, exchange.evidence, is_open=True)
    shown = {(citation.document_id, citation.span) for citation in exchange.citations}
    if exchange.answer and exchange.answer.status is AnswerStatus.ABSTAINED:
        shown = {(sentence.document_id, sentence.span) for sentence in exchange.evidence[:N_NEAREST]}
    rest = [sentence for sentence in exchange.evidence if (sentence.document_id, sentence.span) not in shown]
    title = ngettext("Also relevant: {n} sentence", "Also relevant: {n} sentences", len(rest))
    return _folded(title, rest) if rest else ""


def _folded(title: str, evidence: Sequence[Evidence], *, is_open: bool = False) -> str:
    return (
        f'<details class="cv-fold"{" open" if is_open else ""}><summary>{text(title)}</summary>'
        f"{render_evidence(evidence, most=len(evidence))}</details>"
    )


def _actions(exchange: Exchange, *, is_last: bool) -> str:
    """Buttons; while the answer is written their place is kept, so that nothing moves when they come."""
    if exchange.stage in _WAITING:
        return '<div class="cv-actions" aria-hidden="true"></div>'
    buttons = []
    if exchange.answer:
        buttons += [
            _button("copy", _("Copy"), title=_("Copy the answer with its references, as Markdown"), form="markdown"),
            _button(
                "copy", _("Copy as text"), title=_("Copy the answer with its references, as plain text"), form="text"
            ),
            _rating(exchange, Rating.HELPFUL, _("Helpful")),
            _rating(exchange, Rating.NOT_HELPFUL, _("Not helpful")),
        ]
    if is_last:
        buttons.append(_button("retry", _("Ask again"), title=_("Ask the same question again")))
    taken = (
        f'<span hidden data-form="markdown">{text(answer_as_markdown(exchange.answer))}</span>'
        f'<span hidden data-form="text">{text(answer_as_text(exchange.answer))}</span>'
        if exchange.answer
        else ""
    )
    return f'<div class="cv-actions">{"".join(buttons)}{taken}</div>'


def _rating(exchange: Exchange, rating: Rating, label: str) -> str:
    is_given = exchange.rating is rating
    return (
        f'<button type="button" class="cv-action cv-rating" data-do="rate" data-answer="{exchange.answer_id}"'
        f' data-rating="{(Rating.NONE if is_given else rating).value}" aria-pressed="{str(is_given).lower()}"'
        f">{text(label)}</button>"
    )


def _button(do: str, label: str, *, class_: str = "cv-action", title: str = "", **data: str) -> str:
    attributes = "".join(f' data-{name}="{text(value)}"' for name, value in data.items())
    described = f' title="{text(title)}"' if title else ""
    return f'<button type="button" class="{class_}" data-do="{do}"{attributes}{described}>{text(label)}</button>'
