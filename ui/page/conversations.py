"""The list of conversations in Gradio, and the buttons below the question that begin, clear and hand on one."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from ui.languages.words import N_, _
from ui.page.parts import AT_ONCE, heard, html
from ui.page.shelf_events import ShelfEvents

__all__ = ["ConversationsPage"]

_EXPORTS = (
    (N_("Share"), "html", "cv-share"),
    ("Markdown", "md", "cv-export-markdown"),
    ("JSON", "json", "cv-export-json"),
)


class ConversationsPage:
    """The parts of the list, and the events between them."""

    def __init__(self, events: ShelfEvents) -> None:
        self._events = events

    def build_list(self) -> None:
        """The list; called inside of the row of the chat, in front of the conversation."""
        with gr.Column(elem_id="cv-shelf-column", scale=0, min_width=0):
            self.new = gr.Button(_("New conversation"), size="sm", elem_id="cv-new")
            self.find = gr.Textbox(
                label=_("Search conversations"),
                show_label=False,
                placeholder=_("Search conversations …"),
                max_lines=1,
                container=False,
                elem_id="cv-shelf-find",
            )
            self.shelf = html("cv-shelf", scripts=("editing.js", "shelf.js"))

    def build_tools(self) -> None:
        """The buttons; called inside of the row below the question."""
        gr.Button(_("Conversations"), size="sm", scale=0, elem_id="cv-shelf-toggle")
        self.clear = gr.Button(_("Clear"), size="sm", scale=0, elem_id="cv-clear")
        self.exports = [gr.Button(_(label), size="sm", scale=0, elem_id=name) for label, _suffix, name in _EXPORTS]

    def wire(
        self, kept: Any, preferences: Any, conversation: Any, announce: Any, turned: list[Any], exported: list[Any]
    ) -> None:
        """Connect the parts; `turned` are those that show another conversation, `exported` those that save one."""
        events, inputs = self._events, [kept, preferences]
        shelved = heard(events.shelved), [kept, self.find], self.shelf
        kept.change(*shelved, **AT_ONCE, trigger_mode="always_last")
        self.find.change(*shelved, **AT_ONCE, trigger_mode="always_last")
        self.new.click(heard(events.begun), inputs, turned, **AT_ONCE)
        self.clear.click(heard(events.cleared), inputs, turned, **AT_ONCE)
        self.shelf.select(heard(events.turned), inputs, turned, **AT_ONCE)
        self.shelf.delete(heard(events.forgotten), inputs, turned, **AT_ONCE)
        self.shelf.edit(heard(events.renamed), kept, [kept, announce], **AT_ONCE)
        for button, (_label, suffix, _name) in zip(self.exports, _EXPORTS, strict=True):
            handler = functools.partial(events.exported, suffix)
            button.click(heard(handler), [conversation, kept], exported, **AT_ONCE)
