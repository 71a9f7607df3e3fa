"""A question of one's own as HTML: what it asks, the words that answer it in their place, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eval.questions.files import Question, State
from rag import Citation, Context, Evidence
from ui.languages.words import N_, _, ngettext
from ui.views.markup import NOTHING, Html, element, join, text
from ui.views.places import title_of
from ui.views.rows import opening

__all__ = ["Found", "QuestionView", "render_question"]

_STATES = {
    State.DRAFT: N_("Draft {number} of {n}"),
    State.ACCEPTED: N_("Accepted {number} of {n}"),
    State.REJECTED: N_("Rejected {number} of {n}"),
}
_COUNTS = {State.DRAFT: N_("{n} draft"), State.ACCEPTED: N_("{n} accepted"), State.REJECTED: N_("{n} rejected")}


class Found(NamedTuple):
    """A place with the text around it."""

    place: Citation
    around: Context


class QuestionView(NamedTuple):
    """What is shown of one question, or of none.

    number, n: which one of how many it is, counted from 1. n_by_state: of all questions of the file.
    found: the places of its gold. faults: what is wrong with the gold, a sentence each.
    nearest: sentences that come nearest, for a question that nothing answers.
    """

    question: Question | None
    number: int
    n: int
    n_by_state: dict[State, int]
    found: Sequence[Found] = ()
    faults: Sequence[str] = ()
    nearest: Sequence[Evidence] = ()
    said: str = ""


def render_question(view: QuestionView) -> str:
    """The question with its places, each quote marked in the text around it."""
    counts = ", ".join(_(_COUNTS[state], n=n) for state, n in view.n_by_state.items() if n)
    asked = ngettext(
        "{n} question: {counts}.", "{n} questions: {counts}.", sum(view.n_by_state.values()), counts=counts
    )
    head = [
        element("p", text(view.said), class_="cv-notice", role="status") if view.said else NOTHING,
        element("p", text(asked), class_="cv-count"),
    ]
    if view.question is None:
        return element("div", *head, element("p", text(_("None of these is left."))), class_="cv-desk")
    return element(
        "div",
        *head,
        element(
            "article",
            element("p", text(_(_STATES[view.question.state], number=view.number, n=view.n)), class_="cv-side"),
            element("h2", text(view.question.question), dir="auto"),
            *(element("p", text(fault), class_="cv-notice cv-wrong") for fault in view.faults),
            *_answered(view),
            class_="cv-own-question",
        ),
        class_="cv-desk",
    )


def _answered(view: QuestionView) -> Sequence[Html]:
    if view.question is not None and not view.question.answerable:
        rows = [_nearest(each) for each in view.nearest]
        return [
            element("p", text(_("The documents do not answer it, says this question. Nearest to it are:"))),
            element("ol", *rows, class_="cv-rows") if rows else NOTHING,
        ]
    said = _("Any of these answers it:") if len(view.found) > 1 else _("This answers it:")
    answers = ", ".join(view.question.answers) if view.question is not None else ""
    return [
        element("p", text(said)) if view.found else NOTHING,
        element("ol", *map(_place, view.found), class_="cv-rows"),
        element("p", text(_("Words of a right answer: {words}", words=answers)), class_="cv-facts", dir="auto")
        if answers
        else NOTHING,
    ]


def _place(found: Found) -> Html:
    place, around = found
    words = [text(around.before), element("mark", text(place.quote), class_="cv-differs"), text(around.after)]
    return element(
        "li",
        element("blockquote", element("p", join(words), dir="auto"), class_="cv-row-quote"),
        element("p", _opening(place), text(" · "), text(_("line {number}", number=str(place.line))), class_="cv-facts"),
    )


def _nearest(sentence: Evidence) -> Html:
    return element(
        "li",
        element("blockquote", element("p", text(sentence.quote), dir="auto"), class_="cv-row-quote"),
        element("p", _opening(sentence), class_="cv-facts"),
    )


def _opening(place: Citation | Evidence) -> Html:
    return opening(title_of(place.title, place.source), place.document_id, place.span.start, place.span.end)
