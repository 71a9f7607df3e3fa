"""Which backends the settings mean, each by name with its arguments.

index      the backend that is named; where it is elsewhere, with its place there.
embedder   the backend that is named, else the quickest that gives the same. The model that comes with the
           installation runs on ONNX Runtime where the CPU is to do the work, which spares the seconds that
           importing torch takes; every other model and device is for sentence-transformers.
generator  the language model that is named, else the local one if its weights are here; without either, the best
           sentences themselves are the answer.
verifier   the rules alone, or with a model, by default the small one that comes with the package. A model never
           judges alone: what the rules find word for word stays supported, and what they refuse for a reason that
           is certain, such as another number in what is else a copy, stays refused.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from rag.errors import SettingsError, WeightsError
from rag.model.weights import BUNDLED_MODELS, MULTILINGUAL_MODEL, find_model, path_of
from rag.settings import Settings
from rag.storage import identity_of

__all__ = [
    "DEFAULT_LLM",
    "ChosenPart",
    "EmbedderChoice",
    "GeneratorChoice",
    "PartKind",
    "VectorIndexChoice",
    "VerifierChoice",
    "WhyChosen",
    "choose_embedder",
    "choose_generator",
    "choose_vector_index",
    "choose_verifier",
    "explain_choices",
    "language_model",
]

DEFAULT_LLM = "qwen2.5-1.5b"
"""The local model that is used when none is named."""


class VectorIndexChoice(NamedTuple):
    """A backend of the socket of vector indexes, by name, with its arguments beside the number of dimensions."""

    backend: str
    arguments: Mapping[str, object]


def choose_vector_index(settings: Settings, place: str | Path) -> VectorIndexChoice:
    """The backend for these settings, and which place there is that of the store at `place`.

    Raises:
        SettingsError: an index elsewhere is asked for without saying where it is.
    """
    if settings.vector_index != "milvus":
        return VectorIndexChoice(settings.vector_index, {})
    if not settings.vector_index_uri:
        raise SettingsError(
            "cannot use vector_index = 'milvus' without its place - set vector_index_uri to an address such as "
            "http://localhost:19530, or to a path that ends in .db, for Milvus Lite"
        )
    of_the_store = hashlib.sha256(os.fsencode(identity_of(place))).hexdigest()[:16]
    return VectorIndexChoice(
        "milvus",
        {
            "uri": settings.vector_index_uri,
            "collection": settings.vector_index_collection or f"chapter_and_verse_{of_the_store}",
            "token": os.environ.get("RAG_VECTOR_INDEX_TOKEN", ""),
        },
    )


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


class EmbedderChoice(NamedTuple):
    """A backend of the embedder socket, by name, with its arguments.

    recipe: names what the vectors are made with; backends that give the same vectors share it.
    """

    backend: str
    arguments: Mapping[str, object]
    recipe: str


def choose_embedder(settings: Settings) -> EmbedderChoice:
    """The backend for these settings; nothing heavy is imported, and no weights are looked for.

    >>> choose_embedder(Settings(embedding_model="BAAI/bge-small-en-v1.5")).backend
    'sentence-transformers'
    >>> choose_embedder(Settings(embedding_model="multilingual-e5-small")).backend
    'onnx'
    """
    backend, model = settings.embedder, settings.embedding_model
    if backend == "auto":
        is_for_onnx = model in BUNDLED_MODELS and settings.device == "cpu" and find_spec("onnxruntime") is not None
        backend = "onnx" if is_for_onnx or model == MULTILINGUAL_MODEL else "sentence-transformers"
    arguments: Mapping[str, object] = {}
    if backend in ("onnx", "sentence-transformers"):
        arguments = {"model": model, "device": settings.device}
    elif backend == "llama-index":
        arguments = {"model": model, "model_arguments": settings.embedding_arguments}
    maker = "sentence-transformers" if backend == "onnx" else backend
    return EmbedderChoice(backend, arguments, f"{maker}/{model}")


class VerifierChoice(NamedTuple):
    """A backend of the verifier socket, by name, with its arguments.

    is_behind_rules: whether the rules go first and keep a veto.
    judging: the arguments of the backend that judges claims of other people, where those are not the same.
    """

    backend: str
    arguments: Mapping[str, object]
    is_behind_rules: bool = False
    judging: Mapping[str, object] | None = None


def choose_verifier(settings: Settings) -> VerifierChoice:
    """The backend for these settings; no server is asked.

    Raises:
        WeightsError: the weights of the local model that is asked for are not here.
    """
    match settings.verifier:
        case "entailment":
            if not settings.verifier_model:
                return VerifierChoice("combined", {"is_guard": True}, judging={"is_guard": False})
            arguments = {"model": settings.verifier_model, "device": settings.device}
            return VerifierChoice("entailment", arguments, is_behind_rules=True)
        case "judge" if settings.llm_api_base:
            model = settings.verifier_model or settings.llm_model
            server = {
                "model": model,
                "api_base": settings.llm_api_base,
                "key_base": settings.key_base,
            }
            timeout = {"timeout_seconds": settings.llm_timeout_seconds}
            return VerifierChoice("judge", {**server, **timeout}, is_behind_rules=True)
        case "judge":
            path = str(path_of(settings.verifier_model or settings.llm_model or DEFAULT_LLM))
            running = {"n_threads": settings.llm_threads, "timeout_seconds": settings.llm_timeout_seconds}
            return VerifierChoice("judge-llama-cpp", {"model_path": path, **running}, is_behind_rules=True)
        case other:
            return VerifierChoice(other, {})


class PartKind(StrEnum):
    """A part that the settings choose."""

    LANGUAGE_MODEL = "language model"
    EMBEDDER = "embedder"
    RERANKER = "reranker"
    VERIFIER = "verifier"


class WhyChosen(StrEnum):
    """WhyChosen a part is the one that it is."""

    NAMED = "named"
    """The settings name it."""
    DEFAULT = "default"
    """The settings name no other, and it comes with the installation."""
    ADDRESS = "address"
    """The settings have the address of its server."""
    HERE = "here"
    """Its weights are on this machine."""
    NOT_HERE = "not here"
    """There is none: no weights are on this machine, and there is no address of a server."""
    NO_LIBRARY = "no library"
    """There is none: what runs weights on this machine is not installed."""
    DAMAGED = "damaged"
    """There is none: the weights on this machine cannot be used."""


class ChosenPart(NamedTuple):
    """A part as it is chosen; name: of its model or its way to work, empty where there is none."""

    kind: PartKind
    name: str
    why: WhyChosen


def explain_choices(settings: Settings) -> tuple[ChosenPart, ...]:
    """What each part is with these settings and why, one of each kind; nothing is loaded, and no server is asked.

    Raises:
        SettingsError: a language model is asked for without saying where it is.
        WeightsError: the weights of the local model that is asked for are not here.

    >>> [part.why.value for part in explain_choices(Settings(llm="none"))]
    ['named', 'default', 'default', 'default']
    """
    found = (
        (
            PartKind.EMBEDDER,
            settings.embedding_model if settings.embedder == "auto" else choose_embedder(settings).recipe,
        ),
        (PartKind.RERANKER, settings.reranker),
        (PartKind.VERIFIER, settings.verifier),
    )
    usual = {kind: str(Settings.model_fields[field].default) for kind, field in _FIELDS.items()}
    others = [
        ChosenPart(kind, name, WhyChosen.DEFAULT if name == usual[kind] else WhyChosen.NAMED) for kind, name in found
    ]
    return (ChosenPart(PartKind.LANGUAGE_MODEL, language_model(settings), _why_that_model(settings)), *others)


_FIELDS = {PartKind.EMBEDDER: "embedding_model", PartKind.RERANKER: "reranker", PartKind.VERIFIER: "verifier"}


def _why_that_model(settings: Settings) -> WhyChosen:
    if settings.generator != "auto" or settings.llm != "auto":
        return WhyChosen.NAMED
    if settings.llm_api_base:
        return WhyChosen.ADDRESS
    if find_spec("xllamacpp") is None:
        return WhyChosen.NO_LIBRARY
    choice = choose_generator(settings)
    if choice.notice:
        return WhyChosen.DAMAGED
    return WhyChosen.NOT_HERE if choice.backend == "extractive" else WhyChosen.HERE
