"""The newsroom's tabs in Gradio: a form above, and below it what was found, each place with a button that opens it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr

from ui.languages.words import _
from ui.page.parts import QUIET, html
from ui.tabs.desk import DeskTab

__all__ = ["DeskPages"]

_AT_WORK: dict[str, Any] = {**QUIET, "concurrency_limit": 2, "concurrency_id": "desk"}
_DATE: dict[str, Any] = {"placeholder": "2025-03-01", "max_lines": 1, "scale": 1, "min_width": 140}


class DeskPages:
    """The parts of these tabs, and the events between them."""

    def __init__(self, desk: DeskTab) -> None:
        self._desk = desk

    def build(self, saved: gr.HTML) -> None:
        """The tabs, one after the other; called inside of `gr.Tabs`. `saved`: from where the script saves files."""
        self.saved = saved
        with gr.Tab(_("Check a draft"), id="draft"), gr.Column(elem_classes="cv-desk-page"):
            with gr.Row(equal_height=True):
                self.draft = gr.Textbox(
                    label=_("Draft"),
                    info=_("It is held against the documents, and kept nowhere."),
                    lines=8,
                    max_lines=20,
                    scale=3,
                    elem_id="cv-draft",
                )
                self.draft_file = gr.File(
                    label=_("Or a file"), height=140, scale=1, min_width=180, elem_id="cv-draft-file"
                )
            self.check = gr.Button(_("Check"), variant="primary", elem_id="cv-check-draft")
            self.checked = html("cv-checked")
        with gr.Tab(_("Quotes"), id="quotes") as self.quotes_tab, gr.Column(elem_classes="cv-desk-page"):
            with gr.Row(elem_classes="cv-form"):
                self.speaker = gr.Dropdown(
                    [],
                    label=_("Who"),
                    allow_custom_value=True,
                    value=None,
                    scale=2,
                    min_width=200,
                    elem_id="cv-speaker",
                )
                self.about = gr.Textbox(
                    label=_("About"), placeholder=_("trust"), max_lines=1, scale=2, min_width=160, elem_id="cv-about"
                )
                self.quotes_since = gr.Textbox(label=_("Since"), **_DATE, elem_id="cv-quotes-since")
                self.find = gr.Button(_("Find"), variant="primary", scale=0, min_width=88, elem_id="cv-find-quotes")
            self.quotes = html("cv-quotes")

        with gr.Tab(_("Timeline"), id="timeline"), gr.Column(elem_classes="cv-desk-page"):
            with gr.Row(elem_classes="cv-form"):
                self.subject = gr.Textbox(
                    label=_("About"),
                    placeholder=_("ferry contract"),
                    max_lines=1,
                    scale=3,
                    min_width=200,
                    elem_id="cv-subject",
                )
                self.timeline_since = gr.Textbox(label=_("Since"), **_DATE, elem_id="cv-timeline-since")
                self.timeline_until = gr.Textbox(label=_("Until"), **_DATE, elem_id="cv-timeline-until")
                self.make = gr.Button(_("Show"), variant="primary", scale=0, min_width=88, elem_id="cv-make-timeline")
            self.timeline = html("cv-timeline")
            with gr.Row(elem_classes="cv-save"):
                self.as_csv = gr.Button(_("Save as CSV"), size="sm", scale=0, elem_id="cv-timeline-csv")
                self.as_markdown = gr.Button(_("Save as Markdown"), size="sm", scale=0, elem_id="cv-timeline-markdown")

    def wire(self, opened: Callable[..., object], inputs: list[Any], outputs: list[Any]) -> None:
        """Connect the parts; `opened` with its inputs and outputs shows the place that was clicked."""
        desk = self._desk
        self.quotes_tab.select(lambda: gr.update(choices=desk.speakers()), None, self.speaker, **_AT_WORK)
        asked = [self.speaker, self.about, self.quotes_since]
        self.find.click(desk.quoted, asked, self.quotes, **_AT_WORK)
        for typed in (self.about, self.quotes_since):
            typed.submit(desk.quoted, asked, self.quotes, **_AT_WORK)
        self.draft_file.upload(self._read, self.draft_file, [self.draft, self.checked, self.draft_file], **_AT_WORK)
        self.check.click(desk.checked, self.draft, self.checked, **_AT_WORK)
        about = [self.subject, self.timeline_since, self.timeline_until]
        self.make.click(desk.dated, about, self.timeline, **_AT_WORK)
        for typed in about:
            typed.submit(desk.dated, about, self.timeline, **_AT_WORK)
        for button, kind in ((self.as_csv, "csv"), (self.as_markdown, "markdown")):
            button.click(
                functools.partial(desk.exported_timeline, kind), about, [self.saved, self.timeline], **_AT_WORK
            )
        for part in (self.checked, self.quotes, self.timeline):
            part.select(opened, inputs, outputs, **QUIET, concurrency_limit=None, queue=False)

    def _read(self, path: str | None) -> tuple[object, str, None]:
        """The draft's text, what is said about it, and the emptied place for its file."""
        text, said = self._desk.read_draft(path)
        return gr.skip() if text is None else text, said, None
