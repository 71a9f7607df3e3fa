"""The page: which parts it has, and which handler answers which event. The only file that imports Gradio.

The conversation is HTML of our own and no `gr.Chatbot`: that one reads Markdown and formulas into what it shows, and
the sentences of documents must stay as they are. `gr.HTML` puts what changed into the page and leaves the rest, so
that focus and scrolling stay where they are while an answer grows.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypedDict

import gradio as gr
from gradio.events import api as offer

from ui.api import Api, endpoints
from ui.conversation import Conversation
from ui.handlers import Chat
from ui.options import AppOptions
from ui.page_events import SEARCH_ONLY, PageEvents, spoken
from ui.page_values import Answering, Heard, LoadedPage, Updates
from ui.preferences import N_SOURCES, Assistants, LlmKind
from ui.results import ReportJson
from ui.sentences import sentence
from ui.server.ownership import Ownership
from ui.tabs.library import LibraryTab
from ui.tabs.llm import LlmTab
from ui.views.render import render_no_source

__all__ = ["Look", "build_app", "look"]

_STATIC = Path(__file__).parent / "static"
_SCRIPT = (_STATIC / "reader.js").read_text(encoding="utf-8")
_STYLES = ("conversation.css", "citations.css", "style.css")
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "monospace"]
_TITLE = "Chapter and Verse"
_N_AT_ONCE = 20
_LLMS = [
    ("As the app was started", LlmKind.AS_STARTED.value),
    ("None: quote the best sentences", LlmKind.NONE.value),
    ("A local model", LlmKind.LOCAL.value),
    ("A server with the OpenAI protocol", LlmKind.SERVER.value),
]
_SCOPE_HELP = (
    "Such as: published >= 2025-03-01 · source ~ report and not title ~ draft. "
    "Fields: added, author, language, published, source, title, url."
)
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""The page says itself how far things are; and what it calls is for it alone."""
_AT_ONCE: dict[str, Any] = {**_QUIET, "concurrency_limit": None, "queue": False}
_MADE: dict[str, Any] = {**_QUIET, "concurrency_limit": 2, "concurrency_id": "examples"}


class Look(TypedDict):
    """What `launch` must know of how the page looks."""

    theme: gr.themes.Base
    css_paths: list[str]
    footer_links: list[Any]


def look() -> Look:
    """The look of the page, for `launch`: fonts of the system only, so that no other server is asked for any."""
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        font=_FONTS,
        font_mono=_MONO,
    )
    return Look(theme=theme, css_paths=[str(_STATIC / name) for name in _STYLES], footer_links=[])


def build_app(assistants: Assistants, *, options: AppOptions, ownership: Ownership) -> gr.Blocks:
    """The page over the assistants' documents, to be launched."""
    app: gr.Blocks = _Blocks(title=_TITLE, analytics_enabled=False, fill_width=True)
    with app:
        _Page(assistants, options, ownership).build(app)
        _offer_endpoints(Api(assistants, ownership), has_tools=options.has_mcp)
    return app


class _Blocks(gr.Blocks):
    """The page as Gradio calls it, whose every error is a sentence: of most, Gradio tells clients `null`."""

    async def process_api(self, block_fn: Any, inputs: list[Any], *arguments: Any, **named: Any) -> dict[str, Any]:
        """What the function gives; what is left out at the end has its default.

        Raises:
            gr.Error: something went wrong.
        """
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        wanted = [getattr(part, "value", None) for part in function.inputs]
        given = [*inputs, *wanted[len(inputs) :]] if function.api_visibility == "public" else inputs
        try:
            return await super().process_api(function, given, *arguments, **named)
        except gr.Error:
            raise
        except Exception as error:
            said = sentence(error, doing=f"answering {function.api_name}")
            raise gr.Error(said, print_exception=False) from error


class _Page:
    """The parts of the page as attributes, and the handlers between them."""

    def __init__(self, assistants: Assistants, options: AppOptions, ownership: Ownership) -> None:
        self._options = options
        limit = min(options.max_upload_bytes, assistants.started.settings.max_file_bytes)
        self._library = LibraryTab(assistants.started, example=options.example, max_file_bytes=limit)
        self._events = PageEvents(
            Chat(assistants, ownership),
            self._library,
            LlmTab(assistants, may_change_llm=options.may_change_llm),
            Updates(none=gr.skip(), of=gr.update),
        )

    def build(self, app: gr.Blocks) -> None:
        """All parts and all events."""
        self.conversation = gr.State(Conversation())
        self.kept = gr.BrowserState([], storage_key="chapter-and-verse", secret="not secret")  # noqa: S106
        self.preferences = gr.BrowserState({}, storage_key="chapter-and-verse-preferences", secret="not secret")  # noqa: S106
        with gr.Row(elem_id="cv-header"):
            _html("cv-title", value=f"<h1>{_TITLE}</h1>")
            self.in_use = _html("cv-in-use")
        self.announce = _html("cv-announce", value=spoken(""))
        self.export = _html("cv-export")
        with gr.Tabs(elem_id="cv-tabs") as self.tabs:
            with gr.Tab("Chat", id="chat"):
                self._build_chat()
            with gr.Tab("Documents", id="documents"):
                self._build_documents()
            with gr.Tab("Settings", id="settings"):
                self._build_settings()
        self._wire_chat()
        self._wire_scope()
        self._wire_reading()
        self._wire_documents()
        self._wire_settings()
        app.load(
            _heard(self._events.loaded),
            [self.kept, self.preferences],
            self._parts(LoadedPage),
            **_AT_ONCE,
        ).then(self._events.examples_made, None, self.welcome, **_MADE)

    def _parts(self, values: type[LoadedPage | Answering]) -> list[Any]:
        """The parts that take these values: those of their names, in their order."""
        return [getattr(self, name) for name in values._fields]

    # Parts

    def _build_chat(self) -> None:
        with gr.Row(elem_id="cv-chat", equal_height=True):
            with gr.Column(elem_id="cv-talk", scale=5, min_width=320):
                with gr.Accordion(SEARCH_ONLY, open=False, elem_id="cv-scope") as self.scope:
                    with gr.Row(elem_id="cv-scope-row"):
                        self.where = gr.Textbox(
                            label="Only documents that fit",
                            info=_SCOPE_HELP,
                            placeholder="published >= 2025-03-01",
                            max_lines=1,
                            scale=1,
                            elem_id="cv-where",
                        )
                        self.search_all = gr.Button("Search all", size="sm", scale=0, elem_id="cv-search-all")
                    self.scope_hint = _html("cv-scope-hint")
                with gr.Column(elem_id="cv-scroll"):
                    self.earlier = _html("cv-earlier")
                    self.current = _html("cv-current")
                    self.welcome = _html("cv-welcome")
                self.hint = _html("cv-hint")
                with gr.Row(elem_id="cv-ask"):
                    self.question = gr.Textbox(
                        label="Question",
                        show_label=False,
                        placeholder="Ask your documents …",
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        scale=1,
                        container=False,
                        elem_id="cv-question",
                    )
                    self.ask = gr.Button("Ask", variant="primary", scale=0, min_width=88, elem_id="cv-ask-button")
                    self.stop = gr.Button("Stop", scale=0, min_width=88, visible=False, elem_id="cv-stop")
                with gr.Row(elem_id="cv-tools"):
                    self.clear = gr.Button("Clear", size="sm", scale=0, elem_id="cv-clear")
                    self.as_markdown = gr.Button("Export Markdown", size="sm", scale=0, elem_id="cv-export-markdown")
                    self.as_json = gr.Button("Export JSON", size="sm", scale=0, elem_id="cv-export-json")
            with gr.Column(elem_id="cv-reader-column", scale=4, min_width=320):
                self.close = gr.Button("Close source", size="sm", elem_id="cv-close")
                self.reader = _html("cv-reader", value=render_no_source())

    def _build_documents(self) -> None:
        with gr.Column(elem_id="cv-library"):
            with gr.Row(elem_id="cv-add"):
                self.files = gr.File(label="Files", file_count="multiple", height=140, elem_id="cv-files")
                self.folder = gr.File(label="A folder", file_count="directory", height=140, elem_id="cv-folder")
            _html("cv-limits", value=self._library.limits)
            self.progress = _html("cv-adding")
            self.search = gr.Textbox(label="Search titles and files", elem_id="cv-search", max_lines=1)
            with gr.Column(visible=False, elem_id="cv-confirm") as self.confirm:
                self.doomed = gr.State("")
                self.confirm_text = _html("cv-confirm-text")
                with gr.Row():
                    self.remove = gr.Button("Remove", variant="stop", size="sm", elem_id="cv-confirm-remove")
                    self.keep = gr.Button("Keep", size="sm", elem_id="cv-confirm-keep")
            self.documents = _html("cv-documents")

    def _build_settings(self) -> None:
        may_change = self._options.may_change_llm
        with gr.Column(elem_id="cv-settings"):
            self.llm = gr.Radio(
                _LLMS, value=_LLMS[0][1], label="Language model", interactive=may_change, elem_id="cv-llm"
            )
            self.local = _html("cv-local")
            self.pull = gr.Button("Fetch the local model", size="sm", interactive=may_change, elem_id="cv-pull")
            self.pulling = _html("cv-pulling")
            self.api_base = gr.Textbox(
                label="Server's address",
                info="Ends in /v1. The key in RAG_API_KEY is for the address in RAG_LLM_KEY_BASE alone.",
                placeholder="http://127.0.0.1:11434/v1",
                interactive=may_change,
                max_lines=1,
                elem_id="cv-api-base",
            )
            self.model = gr.Dropdown(
                [], label="Model", allow_custom_value=True, interactive=may_change, elem_id="cv-model"
            )
            self.test = gr.Button("Test the connection", size="sm", interactive=may_change, elem_id="cv-test")
            self.tested = _html("cv-tested")
            sources = [("As the app was started", 0), *((f"{n} sentences", n) for n in N_SOURCES)]
            self.n_sources = gr.Radio(sources, value=0, label="Sources for an answer", elem_id="cv-n-sources")
            self.shows_drafts = gr.Checkbox(label="Show drafts: also what failed its check", elem_id="cv-drafts")
            self.saved = _html("cv-saved")

    # Events

    def _wire_chat(self) -> None:
        events = self._events
        inputs = [self.conversation, self.preferences, self.where, self.kept]
        outputs = self._parts(Answering)
        answering = {**_QUIET, "concurrency_limit": _N_AT_ONCE, "concurrency_id": "answers"}
        # A second question meanwhile is refused with a sentence, and not in silence, as Gradio would.
        typed = {**answering, "trigger_mode": "multiple"}
        self.question.submit(_steps(events.asked), [self.question, *inputs], outputs, **typed)
        self.ask.click(_steps(events.asked), [self.question, *inputs], outputs, **answering)
        self.welcome.submit(_steps(events.example_asked), inputs, outputs, **answering)
        self.current.retry(_steps(events.retried), inputs, outputs, **answering)
        self.stop.click(_heard(events.stopped), None, None, **_AT_ONCE)
        emptied = [self.conversation, self.kept, self.earlier, self.current, self.hint, self.reader]
        self.clear.click(_heard(events.cleared), None, [*emptied, self.ask, self.stop], **_AT_ONCE)
        for button, name in ((self.as_markdown, "conversation.md"), (self.as_json, "conversation.json")):
            exported = functools.partial(events.exported, name)
            button.click(exported, self.conversation, [self.export, self.hint], **_AT_ONCE)
        rated = [self.conversation, self.earlier, self.current, self.announce]
        for exchanges in (self.earlier, self.current):
            exchanges.like(_heard(events.rated), [self.conversation, self.preferences], rated, **_AT_ONCE)

    def _wire_scope(self) -> None:
        events = self._events
        scoped = [self.preferences, self.scope_hint, self.announce, self.in_use, self.scope]
        typing = functools.partial(events.scoped, is_finished=False)
        scope = [self.where, self.preferences]
        self.where.change(typing, scope, scoped, **_AT_ONCE, trigger_mode="always_last")
        self.where.blur(events.scoped, scope, scoped, **_AT_ONCE)
        emptied = self.search_all.click(lambda: "", None, self.where, **_AT_ONCE)
        emptied.then(events.scoped, scope, scoped, **_AT_ONCE)
        self.documents.edit(
            _heard(events.scoped_to_one), self.preferences, [self.where, *scoped, self.tabs], **_AT_ONCE
        )

    def _wire_reading(self) -> None:
        opened = [self.reader, self.conversation]
        for part in (self.earlier, self.current, self.reader):
            part.select(_heard(self._events.opened), [self.conversation, self.kept], opened, **_AT_ONCE)
        self.close.click(render_no_source, None, self.reader, **_AT_ONCE)

    def _wire_documents(self) -> None:
        events = self._events
        library = {**_QUIET, "concurrency_limit": 1, "concurrency_id": "library"}
        added = [self.progress, self.announce, self.documents, self.in_use, self.welcome]
        context = [self.preferences, self.search]
        for files in (self.files, self.folder):
            upload = files.upload(events.added, [files, *context], [files, *added], **library)
            upload.then(events.examples_made, None, self.welcome, **_MADE)
        loaded = self.welcome.apply(events.example_added, context, added, **library)
        loaded.then(events.examples_made, None, self.welcome, **_MADE)
        self.welcome.expand(lambda: gr.update(selected="documents"), None, self.tabs, **_AT_ONCE)
        self.search.change(events.listed, self.search, self.documents, **_AT_ONCE)
        opened = [self.reader, self.conversation, self.tabs]
        self.documents.select(_heard(events.document_opened), [self.conversation, self.kept], opened, **_AT_ONCE)
        doomed = [self.confirm, self.confirm_text, self.doomed]
        self.documents.delete(_heard(events.doomed), None, doomed, **_AT_ONCE)
        self.keep.click(lambda: gr.update(visible=False), None, self.confirm, **_AT_ONCE)
        removed = [self.confirm, self.progress, self.announce, self.documents, self.in_use, self.welcome]
        removal = self.remove.click(events.removed, [self.doomed, *context], removed, **library)
        missing = [self.conversation, self.earlier, self.current]
        removal.then(events.missed, [self.doomed, self.conversation, self.preferences], missing, **_AT_ONCE)

    def _wire_settings(self) -> None:
        events = self._events
        chosen: list[Any] = [self.llm, self.api_base, self.model, self.n_sources, self.shows_drafts]
        saved = [self.preferences, self.saved, self.announce, self.in_use, self.earlier, self.current]
        for part in chosen:
            changed = part.blur if part is self.api_base else part.input
            changed(_chosen(events), [*chosen, self.conversation, self.preferences], saved, **_AT_ONCE)
        tested = [self.model, self.tested, self.announce]
        test = self.test.click(events.tested, self.api_base, tested, **_QUIET, concurrency_limit=4)
        test.then(_chosen(events), [*chosen, self.conversation, self.preferences], saved, **_AT_ONCE)
        fetching = {**_QUIET, "concurrency_limit": 1, "concurrency_id": "weights"}
        self.pull.click(events.pulled, self.preferences, [self.pulling, self.local, self.in_use], **fetching)


def _offer_endpoints(api: Api, *, has_tools: bool) -> None:
    """The functions for other programs, by name; of the tools only those that only read."""
    for endpoint in endpoints(api, has_tools=has_tools):
        function = _offered(endpoint.function)
        if not endpoint.is_tool:
            _hide_from_mcp(function)
        offer(function, api_name=endpoint.name, concurrency_limit=_N_AT_ONCE, concurrency_id="answers")

    def add(files: list[str]) -> ReportJson:
        """Add uploaded files to the documents; what was added, unchanged and refused, and why."""
        return api.add([(Path(file).name, Path(file)) for file in files or []])

    _hide_from_mcp(add)
    files = gr.File(file_count="multiple", visible=False)
    report = gr.JSON(visible=False)
    start = gr.Button(visible=False)
    start.click(add, files, report, api_name="add", concurrency_limit=1, concurrency_id="library")


def _hide_from_mcp(function: Callable[..., object]) -> None:
    """Gradio offers a function as a tool unless this attribute says that it is something else."""
    function._mcp_type = "none"  # type: ignore[attr-defined]


def _offered(function: Callable[..., object]) -> Callable[..., object]:
    """The function as Gradio calls it: with the request in front, which says who the user is.

    Gradio makes the schema of what is given and taken from the types in the signature, if they are no strings.
    """
    signature = inspect.signature(function, eval_str=True)
    taken = [parameter for name, parameter in signature.parameters.items() if name != "user"]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)

    @functools.wraps(function)
    def answer(asked: gr.Request, *arguments: Any, **named: Any) -> object:
        who = {"user": asked.username or ""} if "user" in signature.parameters else {}
        return function(*arguments, **named, **who)

    answer.__signature__ = signature.replace(parameters=[request, *taken])  # type: ignore[attr-defined]
    answer.__annotations__ = {parameter.name: parameter.annotation for parameter in (request, *taken)}
    return answer


def _html(elem_id: str, *, value: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=_SCRIPT, apply_default_css=False)


def _heard(method: Callable[..., object]) -> Callable[..., object]:
    """The method as Gradio calls it: with the event and who sent it in front of the inputs."""

    def handler(event: gr.EventData, request: gr.Request, *inputs: object) -> object:
        return method(_what(event, request), *inputs)

    return handler


def _steps(method: Callable[..., Iterator[object]]) -> Callable[..., Iterator[object]]:
    """As `_heard`, for a method that yields one state after the other."""

    def handler(event: gr.EventData, request: gr.Request, *inputs: object) -> Iterator[object]:
        yield from method(_what(event, request), *inputs)

    return handler


def _chosen(events: PageEvents) -> Callable[..., object]:
    """As `PageEvents.chosen`, with the choices one by one, as Gradio has them."""
    return lambda *inputs: events.chosen(inputs[:5], *inputs[5:])


def _what(event: gr.EventData, request: gr.Request) -> Heard:
    data = event._data if isinstance(event._data, dict) else {}
    return Heard(data, request.session_hash or "", request.username or "")
