"""A question of one's own as HTML: what it asks, the words that answer it in their place, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eval.questions.files import Question, State
from rag import Citation, Context, Evidence
from ui.sentences import count
from ui.views.markup import NOTHING, Html, element, join, text
from ui.views.places import title_of
from ui.views.rows import opening

__all__ = ["Found", "QuestionView", "render_question"]

_STATES = {State.DRAFT: "Draft", State.ACCEPTED: "Accepted", State.REJECTED: "Rejected"}


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
    counts = ", ".join(f"{n:,} {state.value}" for state, n in view.n_by_state.items() if n)
    head = [
        element("p", text(view.said), class_="cv-notice", role="status") if view.said else NOTHING,
        element("p", text(f"{count(sum(view.n_by_state.values()), 'question')}: {counts}."), class_="cv-count"),
    ]
    if view.question is None:
        return element("div", *head, element("p", text("None of these is left.")), class_="cv-desk")
    return element(
        "div",
        *head,
        element(
            "article",
            element("p", text(f"{_STATES[view.question.state]} {view.number:,} of {view.n:,}"), class_="cv-side"),
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
            element("p", text("The documents do not answer it, says this question. Nearest to it are:")),
            element("ol", *rows, class_="cv-rows") if rows else NOTHING,
        ]
    said = "Any of these answers it:" if len(view.found) > 1 else "This answers it:"
    answers = ", ".join(view.question.answers) if view.question is not None else ""
    return [
        element("p", text(said)) if view.found else NOTHING,
        element("ol", *map(_place, view.found), class_="cv-rows"),
        element("p", text(f"Words of a right answer: {answers}"), class_="cv-facts", dir="auto")
        if answers
        else NOTHING,
    ]


def _place(found: Found) -> Html:
    place, around = found
    words = [text(around.before), element("mark", text(place.quote), class_="cv-differs"), text(around.after)]
    return element(
        "li",
        element("blockquote", element("p", join(words), dir="auto"), class_="cv-row-quote"),
        element("p", _opening(place), text(f" · line {place.line}"), class_="cv-facts"),
    )


def _nearest(sentence: Evidence) -> Html:
    return element(
        "li",
        element("blockquote", element("p", text(sentence.quote), dir="auto"), class_="cv-row-quote"),
        element("p", _opening(sentence), class_="cv-facts"),
    )


def _opening(place: Citation | Evidence) -> Html:
    return opening(title_of(place.title, place.source), place.document_id, place.span.start, place.span.end)
