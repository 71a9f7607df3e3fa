"""The Documents tab in Gradio, and above the conversation the choice of which documents are searched."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr

from ui.languages.words import N_, _
from ui.page.library_events import LibraryEvents
from ui.page.parts import AT_ONCE, N_AT_ONCE, QUIET, heard, html, steps
from ui.page.scope_events import ScopeEvents
from ui.views.documents_view import ListView

__all__ = ["LibraryPage"]

_SCOPE_HELP = N_(
    "Such as: published >= 2025-03-01 · source ~ report and not title ~ draft. "
    "Fields: added, author, language, notebook, outlet, published, source, speaker, title, url."
)


class LibraryPage:
    """The parts of the list and of what is searched, and the events between them."""

    def __init__(self, events: LibraryEvents, scope_events: ScopeEvents) -> None:
        self._events = events
        self._scope_events = scope_events

    def build_scope(self) -> None:
        """What is searched; called above the conversation."""
        self.ticks = html("cv-ticks", scripts=("editing.js", "library.js"))
        with gr.Accordion(_("Search only some documents"), open=False, elem_id="cv-scope", visible=False) as self.scope:
            self.narrowing = html("cv-narrowing", scripts=("editing.js", "library.js"))
            with gr.Accordion(_("Advanced: a filter in words"), open=False, elem_id="cv-advanced"):
                self.where = gr.Textbox(
                    label=_("Only documents that fit"),
                    info=_(_SCOPE_HELP),
                    placeholder="published >= 2025-03-01",
                    max_lines=1,
                    elem_id="cv-where",
                )
        self.scope_hint = html("cv-scope-hint")

    def build_documents(self, limits: str) -> None:
        """The tab; called inside of it. limits: how much may be added, as HTML."""
        self.view = gr.State(ListView())
        with gr.Column(elem_id="cv-library"):
            self.notebooks = html("cv-notebooks", scripts=("editing.js", "library.js"))
            with gr.Row(elem_id="cv-add"):
                self.files = gr.File(label=_("Files"), file_count="multiple", height=140, elem_id="cv-files")
                self.folder = gr.File(label=_("A folder"), file_count="directory", height=140, elem_id="cv-folder")
            html("cv-limits", value=limits)
            self.progress = html("cv-adding")
            self.search = gr.Textbox(label=_("Search titles, folders and texts"), elem_id="cv-search", max_lines=1)
            with gr.Column(visible=False, elem_id="cv-confirm") as self.confirm:
                self.doomed = gr.State(())
                self.confirm_text = html("cv-confirm-text")
                with gr.Row():
                    self.remove = gr.Button(_("Remove"), variant="stop", size="sm", elem_id="cv-confirm-remove")
                    self.keep = gr.Button(_("Keep"), size="sm", elem_id="cv-confirm-keep")
            self.documents = html("cv-documents", scripts=("editing.js", "library.js"))

    def wire_scope(self, preferences: Any, scoped: list[Any]) -> None:
        """Connect what is searched; `scoped` are the parts that show it."""
        events, inputs = self._scope_events, [preferences, self.view]
        typing = functools.partial(events.typed, is_finished=False)
        self.where.change(typing, [self.where, *inputs], scoped, **AT_ONCE, trigger_mode="always_last")
        self.where.blur(events.typed, [self.where, *inputs], scoped, **AT_ONCE)
        for part in (self.ticks, self.narrowing, self.notebooks):
            part.edit(heard(events.ticked), inputs, scoped, **AT_ONCE)
        self.notebooks.submit(heard(events.made), inputs, scoped, **AT_ONCE)
        self.notebooks.apply(heard(events.renamed), inputs, scoped, **AT_ONCE)
        self.notebooks.delete(heard(events.forgotten), inputs, scoped, **AT_ONCE)
        self.documents.edit(heard(events.only), inputs, scoped, **AT_ONCE)
        self.documents.submit(heard(events.filled), inputs, scoped, **AT_ONCE)

    def wire_documents(self, preferences: Any, conversation: list[Any], added: list[Any], after: Any) -> None:
        """Connect the tab.

        conversation: the conversation, the earlier exchanges and the last. added: the parts that show what is there.
        after: called with an event after which there are other documents.
        """
        events, context = self._events, [preferences, self.view]
        # Several uploads at once: the later ones wait, and say so.
        adding = {**QUIET, "concurrency_limit": N_AT_ONCE, "concurrency_id": "adding", "trigger_mode": "multiple"}
        for files in (self.files, self.folder):
            after(files.upload(steps(events.added), [files, *context], [files, *added], **adding))
        self.progress.delete(heard(events.cancelled), None, None, **AT_ONCE)
        looked_at = [self.view, self.documents]
        # Not at once for each letter: to look through all texts takes a moment.
        searching = {**QUIET, "concurrency_limit": 4, "concurrency_id": "list", "trigger_mode": "always_last"}
        self.search.change(events.searched, [self.search, *context], looked_at, **searching)
        self.documents.apply(heard(events.turned), context, looked_at, **AT_ONCE)
        doomed = [self.confirm, self.confirm_text, self.doomed]
        self.documents.delete(heard(events.doomed), context, doomed, **AT_ONCE)
        self.keep.click(lambda: gr.update(visible=False), None, self.confirm, **AT_ONCE)
        library = {**QUIET, "concurrency_limit": 1, "concurrency_id": "library"}
        removal = self.remove.click(events.removed, [self.doomed, *context], [self.confirm, *added], **library)
        removal.then(events.missed, [self.doomed, conversation[0], preferences], conversation, **AT_ONCE)

    def wire_example(self, welcome: Any, preferences: Any, added: list[Any], after: Any) -> None:
        """Connect the example that an empty app offers."""
        adding = {**QUIET, "concurrency_limit": N_AT_ONCE, "concurrency_id": "adding", "trigger_mode": "multiple"}
        after(welcome.apply(steps(self._events.example_added), [preferences, self.view], added, **adding))
