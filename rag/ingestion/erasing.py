"""Words of removed passages go out of a large word index bit by bit, while the store goes on being used.

To merge a large index as a whole takes seconds, in which nobody else can write and whoever removes a document waits. It
is found no more as soon as it is removed; what is left is what somebody could read in the file. That words are left is
noted in the store's folder before they are, so that what is cut off is gone on with after the next change.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from rag.errors import StoreError
from rag.protocols import WordIndex
from rag.storage import Store

__all__ = ["Erasing"]


class Erasing:
    """Erases in a thread of its own, one for a store that is open here."""

    def __init__(self, store: Store, word_index: WordIndex) -> None:
        self._store = store
        self._word_index = word_index
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Erase what is noted, if somebody here does not do it already; returns at once."""
        with self._lock:
            if self._thread is None and self._store.words_left():
                # Not a daemon: a process that ends waits for it.
                self._thread = threading.Thread(target=self._run, name="word-eraser")
                self._thread.start()

    def close(self) -> None:
        """Wait until nothing is left, or it cannot be done now."""
        if thread := self._thread:
            thread.join()

    def _run(self) -> None:
        with suppress(StoreError):  # somebody else writes for long, or the disk is full: after the next change
            while True:
                with self._lock:
                    noted = self._store.words_left()
                    if not noted:
                        self._thread = None
                        return
                self._erase()
                self._store.erase_traces()
                with self._store.writing():
                    if self._store.words_left() == noted:  # nothing was removed meanwhile, by no process
                        self._store.note_no_words_left()
        self._thread = None

    def _erase(self) -> None:
        is_more = True
        while is_more:
            with self._store.noting():
                is_more = self._word_index.compact_partly(is_roomy=True)
