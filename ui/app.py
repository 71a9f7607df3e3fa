"""The app: the page over the assistants' documents, and how it looks. With `page/` all that imports Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypedDict, cast

import gradio as gr
from gradio.data_classes import BlocksConfigDict

from ui.api import Api
from ui.languages.choice import language_for
from ui.languages.words import Language, _, language, speaking
from ui.options import AppOptions
from ui.page.layout import TITLE, Page
from ui.page.offering import offer_endpoints
from ui.page.parts import STATIC
from ui.preferences import Assistants
from ui.sentences import sentence
from ui.server.ownership import Ownership

__all__ = ["Look", "build_app", "look"]

_STYLES = ("conversation.css", "citations.css", "reader.css", "desk.css", "shelf.css", "library.css", "style.css")
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "monospace"]

_Told: TypeAlias = dict[str, Any]


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
    return Look(theme=theme, css_paths=[str(STATIC / name) for name in _STYLES], footer_links=[])


def build_app(assistants: Assistants, *, options: AppOptions, ownership: Ownership) -> gr.Blocks:
    """The page over the assistants' documents, to be launched."""

    def fill(page: gr.Blocks) -> None:
        Page(assistants, options, ownership).build(page)
        offer_endpoints(Api(assistants, ownership), has_tools=options.has_mcp)

    translated: dict[Language, list[_Told]] = {}
    for each in (other for other in Language if other is not Language.ENGLISH):
        with speaking(each), _Unserved(title=TITLE, analytics_enabled=False) as page:
            fill(page)
        translated[each] = page.told
    app = _Blocks(translated, otherwise=options.language, title=TITLE, analytics_enabled=False, fill_width=True)
    with app:
        fill(app)
    return app


class _Unserved(gr.Blocks):
    """A page of which only what its parts are told is wanted, and not the routes of a server, which take long."""

    def queue(self, *arguments: Any, **named: Any) -> _Unserved:
        """Nothing."""
        return self

    def __exit__(self, kind: type[BaseException] | None = None, *rest: object) -> None:
        self.fill_expected_parents()  # type: ignore[no-untyped-call]
        super().__exit__(kind or Exception, *rest)  # after an error no routes are made

    @property
    def told(self) -> list[_Told]:
        """What each part is told at first: labels, values and the like."""
        return [part["props"] for part in self.default_config.get_config()["components"]]


class _Blocks(gr.Blocks):
    """The page as Gradio calls it: in the language of who asks, and with a sentence for every error.

    Gradio has the page's parts once, and tells browsers of them in what it calls the config. So the page is built once
    more in each other language, and of these only what the parts are told at first is kept.

    told: the properties of the parts in each language but English, in their order.
    otherwise: as for `language_for`.
    """

    def __init__(self, told: Mapping[Language, Sequence[_Told]], *, otherwise: Language | None, **named: Any) -> None:
        self._told = told
        self._otherwise = otherwise
        super().__init__(**named)

    @property
    def config(self) -> BlocksConfigDict:
        """What browsers are told of the page, in the language of the request that is being answered."""
        told = self._told.get(language())
        if told is None:
            return self._config
        parts = zip(self._config["components"], told, strict=True)
        return cast(BlocksConfigDict, self._config | {"components": [part | {"props": props} for part, props in parts]})

    @config.setter
    def config(self, config: BlocksConfigDict) -> None:
        self._config = config

    @property
    def auth_message(self) -> str | None:
        """What stands in the login form, in the language of the request that is being answered."""
        return self._auth_message and _(self._auth_message)

    @auth_message.setter
    def auth_message(self, message: str | None) -> None:
        self._auth_message = message

    async def process_api(
        self, block_fn: Any, inputs: list[Any], state: Any = None, request: Any = None, *arguments: Any, **named: Any
    ) -> dict[str, Any]:
        """What the function gives; what is left out at the end has its default.

        Raises:
            gr.Error: something went wrong.
        """
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        wanted = [getattr(part, "value", None) for part in function.inputs]
        given = [*inputs, *wanted[len(inputs) :]] if function.api_visibility == "public" else inputs
        # An event waits in a queue, and is answered in another task than the one that took the request.
        with speaking(language_for(getattr(request, "headers", {}), otherwise=self._otherwise)):
            try:
                return await super().process_api(function, given, state, request, *arguments, **named)
            except gr.Error:
                raise
            except Exception as error:
                said = sentence(error, doing=f"answering {function.api_name}")
                raise gr.Error(said, print_exception=False) from error
