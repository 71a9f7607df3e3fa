"""The app: the page over the assistants' documents, and how it looks. With `page/` all that imports Gradio."""

from __future__ import annotations

from typing import Any, TypedDict

import gradio as gr

from ui.api import Api
from ui.options import AppOptions
from ui.page.layout import TITLE, Page
from ui.page.offering import offer_endpoints
from ui.page.parts import STATIC
from ui.preferences import Assistants
from ui.sentences import sentence
from ui.server.ownership import Ownership

__all__ = ["Look", "build_app", "look"]

_STYLES = ("conversation.css", "citations.css", "reader.css", "desk.css", "shelf.css", "style.css")
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "monospace"]


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
    app: gr.Blocks = _Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with app:
        Page(assistants, options, ownership).build(app)
        offer_endpoints(Api(assistants, ownership), has_tools=options.has_mcp)
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
