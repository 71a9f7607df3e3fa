"""How models of other libraries are loaded: by the class that settings name, or from a folder or the model hub."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import BackendError, SettingsError, WeightsError

__all__ = ["id_on_hub", "load_pretrained", "made", "require_cross_encoder", "without_surrogates"]

_LIBRARIES = ("sentence_transformers", "transformers", "huggingface_hub")
_HUB_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?(?:@[\w./-]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")

Made = TypeVar("Made")


def made(target: str, arguments: Mapping[str, object], *, base: type[Made], noun: str) -> Made:
    """An object of the class that `target` names, which has to be a `base`.

    noun: what it is called in errors, such as "LLM". The values of the arguments, one of which may be a key, and what
    the class says about them are in no message.

    Raises:
        BackendError: there is no such class, it lacks a library, or it is of another kind.
        SettingsError: it refuses the arguments.
    """
    module_name, _, class_name = target.partition(":")
    try:
        named = getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise BackendError(
            f"cannot load the {noun} {target!r}: {error} - install its package, and write module:Class"
        ) from error
    try:
        instance = named(**arguments)
    except ImportError as error:
        raise BackendError(f"cannot make the {noun} {target!r}: {error} - install what it needs") from error
    except Exception as error:  # each class refuses arguments in its own way
        raise SettingsError(
            f"cannot make the {noun} {target!r} with the arguments {sorted(arguments)}: {type(error).__name__}"
            " - see the manual of that class"
        ) from error
    if not isinstance(instance, base):
        raise BackendError(f"cannot use {target!r}: it is no LlamaIndex {noun} - name a class that is one")
    return instance


def load_pretrained(
    name: str, load: Callable[..., Made], *, device: str, folder: Path | None, instead: str = ""
) -> Made:
    """The model that `load`, a class of sentence-transformers, reads from the folder, or without one from the hub.

    name: as it was given: a path, or a name on the Hugging Face hub with an optional `@revision`.
    instead: what else may be used, for the error. Nothing is printed or logged meanwhile.

    Raises:
        WeightsError: the name can be none on the hub, or the weights are missing or cannot be loaded.
    """
    if folder is None and not _HUB_NAME.fullmatch(name):
        raise WeightsError(f"cannot load the model {name!r}: there is no such folder - check the path{instead}")
    place, _, revision = (str(folder), "", "") if folder else name.partition("@")
    with _silence():
        try:
            return load(place, device=device, revision=revision or None, local_files_only=folder is not None)
        except Exception as error:  # the classes differ by what is missing or damaged
            what = (str(error).strip() or type(error).__name__).splitlines()[0]
            do = "name a folder that sentence-transformers or transformers saved"
            if folder is None:
                what, do = (
                    f"it is no folder, and the model hub gave: {what}",
                    f"check the name and the network{instead}",
                )
            raise WeightsError(f"cannot load the model {name!r}: {what} - {do}") from error


def id_on_hub(name: str, config: object) -> str:
    """The name of a model from the hub with the commit that was loaded, as far as it is known."""
    hub_name, _, revision = name.partition("@")
    commit = getattr(config, "_commit_hash", None) or revision
    return f"{hub_name}@{commit[:7]}" if commit else hub_name


def require_cross_encoder(name: str, model: Any, *, use: str, purpose: str) -> None:
    """Nothing, unless the files lack the layer that gives scores: the library would make a random one.

    Raises:
        SettingsError: they do.
    """
    architectures = getattr(model.config, "architectures", None) or ()
    if len(model) == 1 and not any("SequenceClassification" in architecture for architecture in architectures):
        kind = ", ".join(architectures) or "model of no known kind"
        raise SettingsError(
            f"cannot use the model {name!r} as a {use}: it is a {kind} and no cross-encoder"
            f" - name a model for {purpose}"
        )


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate, which has no UTF-8 form, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


@contextmanager
def _silence() -> Iterator[None]:
    """Progress bars (the hub's too) and log lines of the libraries are off inside, and afterwards as they were.

    For backends of sentence-transformers: it imports what that library loads anyway.
    """
    from transformers.utils import logging as transformers_logging

    loggers = [logging.getLogger(library) for library in _LIBRARIES]
    levels = [logger.level for logger in loggers]
    had_bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    if had_bars:
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if had_bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
