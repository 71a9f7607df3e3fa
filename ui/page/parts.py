"""The pieces that the parts of the page are made of, and how an event reaches a method: what Gradio calls is here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
from babel.messages.extract import extract

from ui.languages.words import _
from ui.page.values import Heard

__all__ = ["AT_ONCE", "N_AT_ONCE", "QUIET", "STATIC", "heard", "html", "steps"]

STATIC = Path(__file__).parents[1] / "static"
N_AT_ONCE = 20
"""Questions that are answered side by side."""
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""The page says itself how far things are; and what it calls is for it alone."""
AT_ONCE: dict[str, Any] = {**QUIET, "concurrency_limit": None, "queue": False}
"""For what takes no time: it waits for nothing."""


def html(elem_id: str, *, value: str = "", scripts: Sequence[str] = ("reader.js",)) -> gr.HTML:
    """A part of the page that shows HTML of ours, and tells what is clicked in it, as the scripts of these names do."""
    return gr.HTML(value, elem_id=elem_id, js_on_load=_script(scripts), apply_default_css=False)


def _script(names: Sequence[str]) -> str:
    """The scripts as one, with what they say, as it is marked there, in the language in which the page is built."""
    source = b"\n".join((STATIC / name).read_bytes() for name in names)
    messages = [str(found[1]) for found in extract("javascript", BytesIO(source), keywords={"_": None})]
    words = {message: _(message) for message in messages}
    return f"const WORDS = {json.dumps(words)};\nconst _ = (message) => WORDS[message];\n{source.decode()}"


def heard(method: Callable[..., object]) -> Callable[..., object]:
    """The method as Gradio calls it: with the event and who sent it in front of the inputs."""

    def handler(event: gr.EventData, request: gr.Request, *inputs: object) -> object:
        return method(_what(event, request), *inputs)

    return handler


def steps(method: Callable[..., Iterator[object]]) -> Callable[..., Iterator[object]]:
    """As `heard`, for a method that yields one state after the other."""

    def handler(event: gr.EventData, request: gr.Request, *inputs: object) -> Iterator[object]:
        yield from method(_what(event, request), *inputs)

    return handler


def _what(event: gr.EventData, request: gr.Request) -> Heard:
    data = event._data if isinstance(event._data, dict) else {}
    return Heard(data, request.session_hash or "", request.username or "")
