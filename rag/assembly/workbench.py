"""What reads and embeds by the settings, whatever the store, so that other processes and machines can do it too."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from rag.assembly.backends import (
    ISOLATED_READERS,
    ISOLATION,
    NEEDED_LIBRARY,
    READERS,
    Parts,
    build,
    build_reader,
    built_once,
    load,
)
from rag.assembly.choices import choose_embedder
from rag.protocols import Embedder, Reader
from rag.settings import Settings
from rag.types import Budget

__all__ = ["Workbench"]


class Workbench(Parts):
    """Readers by suffix, where they run, and the embedder. Safe to share between threads.

    n_threads: of the embedder, where it can be told; 0 for one for each core.
    """

    def __init__(self, settings: Settings, *, n_threads: int = 0) -> None:
        super().__init__()
        self._settings = settings
        self._n_threads = n_threads
        self._readers: dict[str, Reader] = {}
        self._target_by_suffix = READERS | settings.readers
        self.budget = Budget(
            max_characters=settings.max_document_characters, max_sentences=settings.max_document_sentences
        )

    @property
    def known_suffixes(self) -> tuple[str, ...]:
        """All that there are readers for, whether what they need is installed or not."""
        return tuple(self._target_by_suffix)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Those of them that can be read here."""
        return tuple(filter(self._can_be_read, self._target_by_suffix))

    def reader_for(self, suffix: str) -> Reader | None:
        """The reader of files with that suffix, in small letters; None when there is none."""
        target = self._target_by_suffix.get(suffix)
        if target is None:
            return None
        if target not in self._readers:
            self._readers[target] = self._make_reader(target)
        return self._readers[target]

    def _can_be_read(self, suffix: str) -> bool:
        library = NEEDED_LIBRARY.get(self._target_by_suffix[suffix])
        return library is None or find_spec(library) is not None

    def _make_reader(self, target: str) -> Reader:
        max_bytes = self._settings.max_file_bytes
        if target not in ISOLATED_READERS:
            reader: Reader = build_reader(target, max_bytes=max_bytes)
            return reader
        reader_class = load(target)
        about = {"media_types": reader_class.media_types, "max_bytes": max_bytes}
        if hasattr(reader_class, "read_each"):
            isolated: Reader = self.isolation.collection_reader(target, **about)
        else:
            takes_charset = getattr(reader_class, "takes_charset", False)
            isolated = self.isolation.reader(target, takes_charset=takes_charset, **about)
        return isolated

    @built_once
    def isolation(self) -> Any:
        """Where readers run; of the class that `backends` names."""
        return load(ISOLATION)(
            max_seconds=self._settings.max_read_seconds,
            max_memory_bytes=self._settings.max_read_memory_bytes,
            budget=self.budget,
            max_recognised_pages=self._settings.max_recognised_pages,
        )

    @built_once
    def embedder(self) -> Embedder:
        """What turns text into vectors."""
        choice = choose_embedder(self._settings)
        threads = {"n_threads": self._n_threads} if choice.backend == "onnx" else {}
        embedder: Embedder = build("embedder", choice.backend, **choice.arguments, **threads)
        return embedder
