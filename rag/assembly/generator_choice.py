"""Which generator answers: the language model that the settings name, else the local one if its weights are here.

Without either, the best sentences themselves are the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from rag.errors import SettingsError, WeightsError
from rag.model.weights import find_model, path_of
from rag.settings import Settings

__all__ = ["DEFAULT_LLM", "GeneratorChoice", "choose_generator", "language_model"]

DEFAULT_LLM = "qwen2.5-1.5b"
"""The local model that is used when none is named."""


class GeneratorChoice(NamedTuple):
    """A backend of the generator socket, by name, with its arguments.

    notice: why it is not the one that might have been expected; empty when it is.
    """

    backend: str
    arguments: Mapping[str, object]
    notice: str = ""


def choose_generator(settings: Settings) -> GeneratorChoice:
    """The backend for these settings; no weights are fetched, and no server is asked.

    Raises:
        SettingsError: a language model is asked for without saying where it is.
        WeightsError: the weights of the local model that is asked for are not here.
    """
    extractive = GeneratorChoice("extractive", {"max_citations": settings.max_citations})
    if settings.generator != "auto":
        return extractive if settings.generator == "extractive" else GeneratorChoice(settings.generator, {})
    match settings.llm:
        case "none":
            return extractive
        case "auto":
            if settings.llm_api_base:
                return _served(settings)
            return _local_if_here(settings) or extractive
        case "local":
            return _local(settings, str(path_of(settings.llm_model or DEFAULT_LLM)))
        case "openai-like":
            return _served(settings)
        case target:
            arguments = {"llm": target, "llm_arguments": dict(settings.llm_arguments), **_limits(settings)}
            return GeneratorChoice("llama-index", arguments)


def language_model(settings: Settings) -> str:
    """The language model that is asked, named for people; empty when answers are quoted without one.

    >>> language_model(Settings(llm="openai-like", llm_api_base="http://127.0.0.1:11434/v1", llm_model="qwen3:8b"))
    'openai-like/qwen3:8b'
    """
    choice = choose_generator(settings)
    if choice.backend == "extractive":
        return ""
    arguments = choice.arguments
    name = arguments.get("model") or arguments.get("llm") or Path(str(arguments.get("model_path", ""))).stem
    return f"{choice.backend}/{name}" if name else choice.backend


def _local_if_here(settings: Settings) -> GeneratorChoice | None:
    if find_spec("xllamacpp") is None:
        return None
    try:
        path = find_model(settings.llm_model or DEFAULT_LLM)
    except WeightsError as error:
        extractive = GeneratorChoice("extractive", {"max_citations": settings.max_citations})
        return extractive._replace(notice=f"The local language model is not used: {error}.")
    return _local(settings, str(path)) if path else None


def _local(settings: Settings, path: str) -> GeneratorChoice:
    running = {"n_threads": settings.llm_threads, "timeout_seconds": settings.llm_timeout_seconds}
    return GeneratorChoice("llama-cpp", {"model_path": path, **_limits(settings), **running})


def _served(settings: Settings) -> GeneratorChoice:
    if not settings.llm_api_base:
        raise SettingsError(
            "cannot ask a language model: its address is not set - give llm_api_base, such as http://127.0.0.1:11434/v1"
        )
    server = {
        "model": settings.llm_model,
        "api_base": settings.llm_api_base,
        "key_base": settings.key_base,
    }
    return GeneratorChoice(
        "openai-like", {**server, **_limits(settings), "timeout_seconds": settings.llm_timeout_seconds}
    )


def _limits(settings: Settings) -> Mapping[str, object]:
    return {"context_tokens": settings.llm_context_tokens, "output_tokens": settings.llm_output_tokens}
