"""What is said about weights: what a model's file is, where it may come from, and how far a fetch is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["FetchProgress", "ModelFile", "OnProgress", "Place", "PlaceFailure", "PulledModel"]


class PlaceFailure(Exception):  # noqa: N818 - not an error yet: the next place is tried
    """One place cannot give the file; the message says why, and goes into the error when no place can."""


class Place(Protocol):
    """Somewhere to get the bytes of a file. Not trusted: whoever asks verifies the hash of what came."""

    @property
    def title(self) -> str:
        """What people call it, such as "the model hub"."""

    @property
    def spare_bytes(self) -> int:
        """Disk space, beside that of the file itself, that is needed while fetching."""

    def fetch(self, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
        """Append to `into`, which holds the file's first bytes (or nothing), until it is `model.n_bytes` long.

        on_bytes: called with the number of bytes of the file that are there, now and then.

        Raises:
            PlaceFailure: the rest cannot be had here. What came before stays in `into`, for the next attempt.
            OSError: the disk is full or cannot be written to, which no other place would change.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """The file that holds a model's weights, known by its SHA-256, and the places that carry it.

    name: what people type; title: what the model's maker calls it.
    package: what is installed with this one and brings the file, so that nothing has to be fetched.
    places: tried in this order, after the cache folder.
    companions: files that the model is no use without, such as its tokenizer; they are kept beside it.
    """

    name: str
    title: str
    purpose: str
    file_name: str
    sha256: str
    n_bytes: int
    licence: str
    package: str | None = None
    places: tuple[Place, ...] = ()
    companions: tuple[ModelFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How many bytes of a model are here while it is fetched from `place`."""

    name: str
    bytes_done: int
    bytes_total: int
    place: str


OnProgress = Callable[[FetchProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledModel:
    """A model that is here, its SHA-256 verified just now.

    path: the file, or, for an embedding model, the folder that holds it.
    place: where it was found; refused: the places asked before, each with the reason why it was not taken from there.
    """

    name: str
    path: Path
    place: str
    n_bytes: int
    refused: tuple[str, ...] = ()
