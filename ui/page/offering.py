"""What the page offers to other programs: the functions of `ui.api` by name, and as tools."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api as offer

from ui.api import Api, endpoints
from ui.page.parts import N_AT_ONCE
from ui.results import ReportJson

__all__ = ["offer_endpoints"]


def offer_endpoints(api: Api, *, has_tools: bool) -> None:
    """The functions for other programs, by name; of the tools only those that only read."""
    for endpoint in endpoints(api, has_tools=has_tools):
        function = _offered(endpoint.function)
        if not endpoint.is_tool:
            _hide_from_mcp(function)
        offer(function, api_name=endpoint.name, concurrency_limit=N_AT_ONCE, concurrency_id="answers")

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
