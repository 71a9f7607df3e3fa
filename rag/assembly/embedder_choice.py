"""Which embedder turns text into vectors: the backend that the settings name, else the quickest that gives the same.

The model that comes with the installation runs on ONNX Runtime where the CPU is to do the work, which spares the
seconds that importing torch takes; every other model and device is for sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import NamedTuple

from rag.model.weights import BUNDLED_MODELS
from rag.settings import Settings

__all__ = ["EmbedderChoice", "choose_embedder"]


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
    """
    backend, model = settings.embedder, settings.embedding_model
    if backend == "auto":
        is_for_onnx = model in BUNDLED_MODELS and settings.device == "cpu" and find_spec("onnxruntime") is not None
        backend = "onnx" if is_for_onnx else "sentence-transformers"
    arguments: Mapping[str, object] = {}
    if backend in ("onnx", "sentence-transformers"):
        arguments = {"model": model, "device": settings.device}
    elif backend == "llama-index":
        arguments = {"model": model, "model_arguments": settings.embedding_arguments}
    maker = "sentence-transformers" if backend == "onnx" else backend
    return EmbedderChoice(backend, arguments, f"{maker}/{model}")
