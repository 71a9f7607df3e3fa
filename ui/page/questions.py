"""The Questions tab in Gradio: one question at a time, with three answers to whether it is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from eval.questions.files import State
from ui.languages.words import N_, _
from ui.page.parts import QUIET, html
from ui.tabs.questions import ALL, QuestionsTab
from ui.views.questions_view import QuestionView, render_question

__all__ = ["QuestionsPage"]

_ONE_AT_A_TIME: dict[str, Any] = {**QUIET, "concurrency_limit": 1, "concurrency_id": "questions"}
_WHICH = [
    (N_("Drafts"), State.DRAFT.value),
    (N_("Accepted"), State.ACCEPTED.value),
    (N_("Rejected"), State.REJECTED.value),
]


class QuestionsPage:
    """The parts of the tab, and the events between them."""

    def __init__(self, tab: QuestionsTab) -> None:
        self._tab = tab

    def build(self) -> None:
        """The tab; called inside of `gr.Tabs`."""
        with gr.Tab(_("Questions"), id="questions") as self.tab, gr.Column(elem_classes="cv-desk-page"):
            self.which = gr.Radio(
                [*((_(name), state) for name, state in _WHICH), (_("All"), ALL)],
                value=State.DRAFT.value,
                label=_("Show"),
                elem_id="cv-questions-which",
            )
            self.at = gr.State("")
            self.card = html("cv-own-question")
            with gr.Row(elem_classes="cv-save", elem_id="cv-question-decisions", visible=False) as self.decisions:
                self.right = gr.Button(_("Right"), variant="primary", scale=0, elem_id="cv-question-right")
                self.wrong = gr.Button(_("Wrong"), scale=0, elem_id="cv-question-wrong")
                self.edit = gr.Button(_("Edit"), scale=0, elem_id="cv-question-edit")
                self.previous = gr.Button(_("Previous"), scale=0, elem_id="cv-question-previous")
                self.next = gr.Button(_("Next"), scale=0, elem_id="cv-question-next")
            with gr.Column(visible=False, elem_id="cv-question-editing") as self.editing:
                self.asked = gr.Textbox(label=_("Question"), max_lines=3, elem_id="cv-question-asked")
                self.quotes = gr.Textbox(
                    label=_("Words that answer it"),
                    info=_("As they stand in a document; several, each on a line of its own, when any of them does."),
                    lines=3,
                    max_lines=10,
                    elem_id="cv-question-quotes",
                )
                self.unanswerable = gr.Checkbox(label=_("The documents do not answer it"), elem_id="cv-question-none")
                with gr.Row(elem_classes="cv-save"):
                    self.save = gr.Button(_("Save and accept"), variant="primary", scale=0, elem_id="cv-question-save")
                    self.cancel = gr.Button(_("Cancel"), scale=0, elem_id="cv-question-cancel")

    def wire(self, opened: Callable[..., object], inputs: list[Any], outputs: list[Any]) -> None:
        """Connect the parts; `opened` with its inputs and outputs shows the place that was clicked."""
        tab, place = self._tab, [self.which, self.at]
        shown = [self.card, self.at, self.decisions, self.editing]
        for event in (self.tab.select, self.which.change):
            event(lambda *at: _parts(tab.shown(*at)), place, shown, **_ONE_AT_A_TIME)
        for button, step in ((self.previous, -1), (self.next, 1)):
            button.click(_stepping(tab, step), place, shown, **_ONE_AT_A_TIME)
        for button, state in ((self.right, State.ACCEPTED), (self.wrong, State.REJECTED)):
            button.click(_deciding(tab, state), place, shown, **_ONE_AT_A_TIME)
        fields = [self.asked, self.quotes, self.unanswerable]
        self.edit.click(
            lambda at: (*tab.fields(at), gr.update(visible=True)), self.at, [*fields, self.editing], **_ONE_AT_A_TIME
        )
        self.cancel.click(lambda: gr.update(visible=False), None, self.editing, **_ONE_AT_A_TIME)
        self.save.click(lambda *edited: _after_edit(*tab.edited(*edited)), [*place, *fields], shown, **_ONE_AT_A_TIME)
        self.card.select(opened, inputs, outputs, **QUIET, concurrency_limit=None, queue=False)


def _parts(view: QuestionView) -> tuple[object, ...]:
    """The card, the id of its question, whether it can be decided, and the form for editing, which is shut."""
    is_there = view.question is not None
    at = view.question.id if view.question is not None else gr.skip()
    return render_question(view), at, gr.update(visible=is_there), gr.update(visible=False)


def _stepping(tab: QuestionsTab, step: int) -> Callable[[str, str], tuple[object, ...]]:
    return lambda which, at: _parts(tab.shown(which, at, step))


def _deciding(tab: QuestionsTab, state: State) -> Callable[[str, str], tuple[object, ...]]:
    return lambda which, at: _parts(tab.decided(which, at, state))


def _after_edit(view: QuestionView, is_saved: bool) -> tuple[object, ...]:
    """As `_parts`; what could not be saved stays in the form."""
    return (*_parts(view)[:-1], gr.update(visible=not is_saved))
