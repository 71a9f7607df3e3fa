"""Errors as sentences for people, and numbers in words."""

from __future__ import annotations

import logging

from rag import RagError, StoreFullError, StoreLockedError

__all__ = ["count", "duration", "megabytes", "sentence"]

_log = logging.getLogger(__name__)

_LOCKED = "Another program is changing this library at the moment. Nothing is lost: try again when it has ended."
_FULL = "The disk is full, so nothing more can be kept. What is there stays: free some space, then try again."


def sentence(error: BaseException, *, doing: str) -> str:
    """What went wrong and what to do, without a trace; an error that nobody foresaw goes to the log in full.

    doing: what was attempted, such as "answering".

    >>> from rag import QuestionError
    >>> sentence(QuestionError("cannot answer an empty question - write what you want to know"), doing="answering")
    'Cannot answer an empty question. Write what you want to know.'
    """
    if isinstance(error, StoreLockedError):
        return _LOCKED
    if isinstance(error, StoreFullError):
        return _FULL
    if isinstance(error, (RagError, OSError)):
        return ". ".join(_capitalised(part) for part in str(error).rstrip(". ").split(" - ")) + "."
    _log.error("%s failed", doing, exc_info=error)
    return f"Something unforeseen went wrong while {doing}. Nothing is lost: try again; the app's log says more."


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "document"), count(2000, "document")
    ('1 document', '2,000 documents')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A length of time as people say it, never more exact than it is known.

    >>> duration(0.4), duration(42), duration(130), duration(7300)
    ('1 second', '42 seconds', '2 minutes', '2 hours')
    """
    for size, noun in ((3600, "hour"), (60, "minute")):
        if seconds >= size * 1.5:
            return count(round(seconds / size), noun)
    return count(max(1, round(seconds)), "second")


def megabytes(n_bytes: float) -> str:
    """A size in bytes, as people say it.

    >>> megabytes(532), megabytes(1_117_320_768)
    ('0.1 MB', '1,117 MB')
    """
    return f"{max(0.1, n_bytes / 1e6):,.{1 if n_bytes < 1e7 else 0}f} MB"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
