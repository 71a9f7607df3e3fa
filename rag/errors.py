"""Everything that can go wrong, one class for each thing that a caller can do about it.

    RagError
    ├── SettingsError          change a setting or an argument
    │   ├── BackendError       name a backend that exists, or install what it needs
    │   └── FilterError        write the filter of documents another way
    ├── QuestionError          ask another question
    ├── ReadError              mend or leave out one file
    ├── NotFoundError          name a document, citation or path that exists
    ├── StoreError             this store cannot be used as it is
    │   ├── StoreLockedError   wait, or end the other writer
    │   ├── StoreFullError     free disk space
    │   └── EmbedderMismatchError   rebuild with the embedder that the settings ask for
    ├── WeightsError           get the model's weights, or name another model
    └── GeneratorError         start or mend the language model's server, or ask without one

A message has three parts: what failed, on which value, what to do next. Only edges turn errors into output.
"""

from __future__ import annotations

import errno

__all__ = [
    "BackendError",
    "EmbedderMismatchError",
    "FilterError",
    "GeneratorError",
    "NotFoundError",
    "QuestionError",
    "RagError",
    "ReadError",
    "SettingsError",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "WeightsError",
    "disk_refusal",
]


class RagError(Exception):
    """Root of all errors that this package raises on purpose."""


class SettingsError(RagError):
    """A setting or an argument has a value that cannot be used."""


class BackendError(SettingsError):
    """A backend is unknown, or a library that it needs is not installed."""


class FilterError(SettingsError):
    """A filter of documents cannot be read."""


class QuestionError(RagError):
    """A question is empty, or too long to be one."""


class ReadError(RagError):
    """A file cannot be turned into a document.

    path: the file, as it was given.
    reason: what is wrong with it and what to do, without the path.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"cannot read {path!r}: {reason}")
        self.path = path
        self.reason = reason


class NotFoundError(RagError):
    """A document, a citation or a path does not exist."""


class StoreError(RagError):
    """A store cannot be opened or used as it is."""


class StoreLockedError(StoreError):
    """Another process is writing to the store."""


class StoreFullError(StoreError):
    """There is no disk space left for the store."""


class EmbedderMismatchError(StoreError):
    """The store was built by another embedder than the settings ask for."""


class WeightsError(RagError):
    """The weights of a model cannot be found or loaded."""


class GeneratorError(RagError):
    """The language model cannot be reached, refuses, or answers what is no answer."""


_REFUSALS = {
    errno.ENOSPC: "the disk is full - free some space",
    errno.EDQUOT: "the disk is full, or your share of it is used up - free some space",
    errno.EFBIG: "a file would grow past the size that the system allows - raise that limit (`ulimit -f`)",
}


def disk_refusal(error: OSError | int) -> str:
    """Why nothing more can be written, and what to do: no fault of the file that is read. Else empty.

    error: of the system, or its number.

    >>> disk_refusal(OSError(errno.ENOSPC, "No space left on device")), disk_refusal(FileNotFoundError())
    ('the disk is full - free some space', '')
    """
    return _REFUSALS.get((error.errno or 0) if isinstance(error, OSError) else error, "")
