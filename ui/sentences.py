"""Errors as sentences for people."""

from __future__ import annotations

import logging

from rag import (
    FilterError,
    GeneratorError,
    NotFoundError,
    QuestionError,
    RagError,
    ReadError,
    SettingsError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    WeightsError,
)
from ui.languages.words import N_, Language, _, language

__all__ = ["sentence"]

_log = logging.getLogger(__name__)

_LOCKED = N_("Another program is changing this library at the moment. Nothing is lost: try again when it has ended.")
_FULL = N_("The disk is full, so nothing more can be kept. What is there stays: free some space, then try again.")
_IN_GENERAL: tuple[tuple[type[Exception], str], ...] = (
    (FilterError, N_("The filter cannot be read.")),
    (SettingsError, N_("This value cannot be used.")),
    (QuestionError, N_("This is no question that can be answered.")),
    (ReadError, N_("The file cannot be read.")),
    (NotFoundError, N_("It is not there, or not there any more.")),
    (StoreError, N_("The documents cannot be used as they are.")),
    (WeightsError, N_("The files of the model are missing or damaged.")),
    (GeneratorError, N_("The language model does not answer as it should.")),
    (OSError, N_("Something on this machine keeps it from going on.")),
)
"""What an error is about, for those who do not read English: what exactly went wrong is said in that by `rag`."""


def sentence(error: BaseException, *, doing: str) -> str:
    """What went wrong and what to do, without a trace; an error that nobody foresaw goes to the log in full.

    doing: what was attempted, such as "answering".

    >>> from rag import QuestionError
    >>> sentence(QuestionError("cannot answer an empty question - write what you want to know"), doing="answering")
    'Cannot answer an empty question. Write what you want to know.'
    """
    if isinstance(error, StoreLockedError):
        return _(_LOCKED)
    if isinstance(error, StoreFullError):
        return _(_FULL)
    if isinstance(error, (RagError, OSError)):
        exactly = ". ".join(_capitalised(part) for part in str(error).rstrip(". ").split(" - ")) + "."
        in_general = next((said for kind, said in _IN_GENERAL if isinstance(error, kind)), "")
        if language() is Language.ENGLISH or not in_general:
            return exactly
        return _("{in_general} In English: {exactly}", in_general=_(in_general), exactly=exactly)
    _log.error("%s failed", doing, exc_info=error)
    return _("Something unforeseen went wrong. Nothing is lost: try again; the app’s log says more.")


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
