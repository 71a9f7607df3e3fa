"""Loading a model without what sentence-transformers and the libraries below it print; imported with them only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging as transformers_logging

__all__ = ["silence"]

_LIBRARIES = ("sentence_transformers", "transformers", "huggingface_hub")


@contextmanager
def silence() -> Iterator[None]:
    """Progress bars (the hub's too) and log lines of the libraries are off inside, and afterwards as they were."""
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
