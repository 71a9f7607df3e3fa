"""Which parts the page has, and which handler answers which event.

The conversation is HTML of our own and no `gr.Chatbot`: that one reads Markdown and formulas into what it shows, and
the sentences of documents must stay as they are. `gr.HTML` puts what changed into the page and leaves the rest, so
that focus and scrolling stay where they are while an answer grows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ui.conversation import Conversation
from ui.handlers import Chat
from ui.languages.choice import COOKIE, THEME_COOKIE
from ui.languages.words import N_, Language, _, language, ngettext
from ui.options import AppOptions
from ui.page.conversations import ConversationsPage
from ui.page.desk import DeskPages
from ui.page.events import PageEvents, Tabs, spoken
from ui.page.library import LibraryPage
from ui.page.library_events import LibraryEvents
from ui.page.parts import AT_ONCE, N_AT_ONCE, QUIET, heard, html, steps
from ui.page.questions import QuestionsPage
from ui.page.scope_events import ScopeEvents
from ui.page.shelf_events import ShelfEvents
from ui.page.standing import Standing
from ui.page.values import Added, Answering, LoadedPage, Scoped, Turned, Updates
from ui.preferences import N_SOURCES, Assistants, LlmKind
from ui.reading import Reader
from ui.server.ownership import Ownership
from ui.tabs.desk import DeskTab
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab
from ui.tabs.questions import QuestionsTab
from ui.views.choices_view import NOTCHES, render_strictness
from ui.views.render import render_no_source

__all__ = ["TITLE", "Page"]

TITLE = "Chapter and Verse"
_LLMS = [
    (N_("As the app was started"), LlmKind.AS_STARTED.value),
    (N_("None: quote the best sentences"), LlmKind.NONE.value),
    (N_("A local model"), LlmKind.LOCAL.value),
    (N_("A server with the OpenAI protocol"), LlmKind.SERVER.value),
]
_KEEP = """(chosen) => {
	document.cookie = `%s=${chosen}; path=/; max-age=31536000; samesite=strict`;
	location.reload();
	return chosen;
}"""
"""A script that keeps a choice in the browser, for a year, and loads the page as it wants it."""
_KNOWN_THEME = f"() => /(?:^|; ){THEME_COOKIE}=(light|dark)/.exec(document.cookie)?.[1] ?? 'system'"
_STRICTNESS_HELP = N_(
    "Measured on 61 questions about one newspaper article, without a language model; with other documents it may "
    "differ. Statements that a language model writes are held against the sentences whatever is chosen here."
)
_MADE: dict[str, Any] = {**QUIET, "concurrency_limit": 2, "concurrency_id": "examples"}


class Page:
    """The parts of the page as attributes, and the handlers between them."""

    def __init__(self, assistants: Assistants, options: AppOptions, ownership: Ownership) -> None:
        self._options = options
        limit = min(options.max_upload_bytes, assistants.started.settings.max_file_bytes)
        self._library = LibraryTab(assistants.started, example=options.example, max_file_bytes=limit)
        self._desk = DeskPages(DeskTab(assistants.started))
        self._questions = (
            QuestionsPage(QuestionsTab(assistants.started, options.questions)) if options.questions else None
        )
        chat, updates = Chat(assistants, ownership), Updates(none=gr.skip(), of=gr.update)
        llm = LlmTab(assistants, may_change_llm=options.may_change_llm)
        tabs = Tabs(self._library, ListingTab(assistants.started), llm)
        standing = Standing(*tabs)
        self._events = PageEvents(chat, tabs, Reader(assistants), updates)
        self._library_events = LibraryEvents(self._library, tabs.listing, standing, updates)
        self._documents = LibraryPage(self._library_events, ScopeEvents(tabs.listing, standing, updates))
        self._conversations = ConversationsPage(ShelfEvents(chat, updates))

    def build(self, app: gr.Blocks) -> None:
        """All parts and all events."""
        self.conversation = gr.State(Conversation())
        self.is_adding = gr.State(False)
        self.kept = gr.BrowserState({}, storage_key="chapter-and-verse", secret="not secret")  # noqa: S106
        self.preferences = gr.BrowserState({}, storage_key="chapter-and-verse-preferences", secret="not secret")  # noqa: S106
        with gr.Row(elem_id="cv-header"):
            html("cv-title", value=f"<h1>{TITLE}</h1>")
            self.in_use = html("cv-in-use")
        self.announce = html("cv-announce", value=spoken(""))
        self.export = html("cv-export")
        with gr.Tabs(elem_id="cv-tabs") as self.tabs:
            with gr.Tab(_("Chat"), id="chat"):
                self._build_chat()
            with gr.Tab(_("Documents"), id="documents"):
                self._documents.build_documents(self._library.limits)
            self._desk.build(self.export)
            if self._questions:
                self._questions.build()
            with gr.Tab(_("Settings"), id="settings"):
                self._build_settings()
        self._wire_chat()
        turned, exported = self._parts(Turned), [self.export, self.hint]
        self._conversations.wire(self.kept, self.preferences, self.conversation, self.announce, turned, exported)
        self._wire_reading()
        self._wire_documents()
        self._wire_settings()
        place = [self.conversation, self.kept], [self.reader, self.conversation, self.tabs]
        self._desk.wire(heard(self._events.document_opened), *place)
        if self._questions:
            self._questions.wire(heard(self._events.document_opened), *place)
        app.load(None, None, self.theme, js=_KNOWN_THEME)
        inputs = [self.kept, self.preferences]
        loaded = app.load(heard(self._events.loaded), inputs, self._parts(LoadedPage), **AT_ONCE)
        # One after the other, and no more than there is: what leaves a part as it is may empty it again.
        loaded.then(self._events.explained, self.preferences, self.explained, **AT_ONCE)
        loaded.then(self._events.examples_made, None, self.welcome, **_MADE)
        following = [self.preferences, self._documents.view]
        self.is_adding.change(steps(self._library_events.followed), following, self._parts(Added), **QUIET)

    def _parts(self, values: type[LoadedPage | Answering | Turned | Added | Scoped]) -> list[Any]:
        """The parts that take these values: those of their names, in their order, here or in the Documents tab."""
        return [getattr(self if hasattr(self, name) else self._documents, name) for name in values._fields]

    # Parts

    def _build_chat(self) -> None:
        with gr.Row(elem_id="cv-chat", equal_height=True):
            self._conversations.build_list()
            with gr.Column(elem_id="cv-talk", scale=5, min_width=320):
                self._documents.build_scope()
                with gr.Column(elem_id="cv-scroll"):
                    self.earlier = html("cv-earlier")
                    self.current = html("cv-current")
                    self.welcome = html("cv-welcome")
                self.hint = html("cv-hint")
                with gr.Row(elem_id="cv-ask"):
                    self.question = gr.Textbox(
                        label=_("Question"),
                        show_label=False,
                        placeholder=_("Ask your documents …"),
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        scale=1,
                        container=False,
                        elem_id="cv-question",
                    )
                    self.ask = gr.Button(_("Ask"), variant="primary", scale=0, min_width=88, elem_id="cv-ask-button")
                    self.stop = gr.Button(_("Stop"), scale=0, min_width=88, visible=False, elem_id="cv-stop")
                with gr.Row(elem_id="cv-tools"):
                    self._conversations.build_tools()
            with gr.Column(elem_id="cv-reader-column", scale=4, min_width=320):
                self.close = gr.Button(_("Close source"), size="sm", elem_id="cv-close")
                self.reader = html("cv-reader", value=render_no_source())

    def _build_settings(self) -> None:
        may_change = self._options.may_change_llm
        with gr.Column(elem_id="cv-settings"):
            self.llm = gr.Radio(
                [(_(words), kind) for words, kind in _LLMS],
                value=_LLMS[0][1],
                label=_("Language model"),
                interactive=may_change,
                elem_id="cv-llm",
            )
            self.local = html("cv-local")
            self.pull = gr.Button(_("Fetch the local model"), size="sm", interactive=may_change, elem_id="cv-pull")
            self.pulling = html("cv-pulling")
            self.api_base = gr.Textbox(
                label=_("Server's address"),
                info=_("Ends in /v1. The key in RAG_API_KEY is for the address in RAG_LLM_KEY_BASE alone."),
                placeholder="http://127.0.0.1:11434/v1",
                interactive=may_change,
                max_lines=1,
                elem_id="cv-api-base",
            )
            self.model = gr.Dropdown(
                [], label=_("Model"), allow_custom_value=True, interactive=may_change, elem_id="cv-model"
            )
            self.test = gr.Button(_("Test the connection"), size="sm", interactive=may_change, elem_id="cv-test")
            self.tested = html("cv-tested")
            sources = [
                (_("As the app was started"), 0),
                *((ngettext("{n} sentence", "{n} sentences", n), n) for n in N_SOURCES),
            ]
            self.n_sources = gr.Radio(sources, value=0, label=_("Sources for an answer"), elem_id="cv-n-sources")
            self.shows_drafts = gr.Checkbox(label=_("Show drafts: also what failed its check"), elem_id="cv-drafts")
            notches = [(_("As the app was started"), 0), *((_(name), n) for n, name in enumerate(NOTCHES, 1))]
            self.strictness = gr.Radio(
                notches,
                value=0,
                label=_("When to say “Not in your documents”"),
                info=_(_STRICTNESS_HELP),
                elem_id="cv-strictness",
            )
            html("cv-strictness-means", value=render_strictness())
            self.saved = html("cv-saved")
            self.explained = html("cv-explained")
            spoken = [(each.own_name, each.value) for each in Language]
            self.language = gr.Radio(
                spoken, value=language().value, label=_("Language of the page"), elem_id="cv-language"
            )
            colours = [(_("As the system"), "system"), (_("Light"), "light"), (_("Dark"), "dark")]
            self.theme = gr.Radio(colours, value="system", label=_("Colours"), elem_id="cv-theme")

    # Events

    def _wire_chat(self) -> None:
        events = self._events
        inputs = [self.conversation, self.preferences, self._documents.where, self.kept]
        outputs = self._parts(Answering)
        answering = {**QUIET, "concurrency_limit": N_AT_ONCE, "concurrency_id": "answers"}
        # A second question meanwhile is refused with a sentence, and not in silence, as Gradio would.
        typed = {**answering, "trigger_mode": "multiple"}
        self.question.submit(steps(events.asked), [self.question, *inputs], outputs, **typed)
        self.ask.click(steps(events.asked), [self.question, *inputs], outputs, **answering)
        self.welcome.submit(steps(events.example_asked), inputs, outputs, **answering)
        self.current.retry(steps(events.retried), inputs, outputs, **answering)
        self.stop.click(heard(events.stopped), None, None, **AT_ONCE)
        rated = [self.conversation, self.earlier, self.current, self.announce]
        for exchanges in (self.earlier, self.current):
            exchanges.like(heard(events.rated), [self.conversation, self.preferences], rated, **AT_ONCE)

    def _wire_reading(self) -> None:
        opened = [self.reader, self.conversation]
        for part in (self.earlier, self.current, self.reader):
            part.select(heard(self._events.opened), [self.conversation, self.kept], opened, **AT_ONCE)
        self.close.click(render_no_source, None, self.reader, **AT_ONCE)

    def _wire_documents(self) -> None:
        page, added = self._documents, self._parts(Added)

        def after(added_to: Any) -> None:
            added_to.then(self._events.examples_made, None, self.welcome, **_MADE)

        page.wire_scope(self.preferences, self._parts(Scoped))
        page.wire_documents(self.preferences, [self.conversation, self.earlier, self.current], added, after)
        page.wire_example(self.welcome, self.preferences, added, after)
        self.welcome.expand(lambda: gr.update(selected="documents"), None, self.tabs, **AT_ONCE)
        opened = [self.reader, self.conversation, self.tabs]
        chosen = [self.conversation, self.kept]
        page.documents.select(heard(self._events.document_opened), chosen, opened, **AT_ONCE)

    def _wire_settings(self) -> None:
        events = self._events
        chosen: list[Any] = [self.llm, self.api_base, self.model, self.n_sources, self.shows_drafts, self.strictness]
        saved = [self.preferences, self.saved, self.announce, self.in_use, self.earlier, self.current]
        for part in chosen:
            changed = part.blur if part is self.api_base else part.input
            done = changed(_chosen(events), [*chosen, self.conversation, self.preferences], saved, **AT_ONCE)
            done.then(events.explained, self.preferences, self.explained, **AT_ONCE)
        tested = [self.model, self.tested, self.announce]
        test = self.test.click(events.tested, self.api_base, tested, **QUIET, concurrency_limit=4)
        test.then(_chosen(events), [*chosen, self.conversation, self.preferences], saved, **AT_ONCE)
        self.language.input(None, self.language, None, js=_KEEP % COOKIE)
        self.theme.input(None, self.theme, None, js=_KEEP % THEME_COOKIE)
        fetching = {**QUIET, "concurrency_limit": 1, "concurrency_id": "weights"}
        self.pull.click(events.pulled, self.preferences, [self.pulling, self.local, self.in_use], **fetching)


def _chosen(events: PageEvents) -> Callable[..., object]:
    """As `PageEvents.chosen`, with the choices one by one, as Gradio has them."""
    return lambda *inputs: events.chosen(inputs[:6], *inputs[6:])
