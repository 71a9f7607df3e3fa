"""How models of other libraries are loaded: objects of the classes that settings name, without what they print."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar

from rag.errors import BackendError, SettingsError

__all__ = ["made", "silence"]

_LIBRARIES = ("sentence_transformers", "transformers", "huggingface_hub")

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


@contextmanager
def silence() -> Iterator[None]:
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
