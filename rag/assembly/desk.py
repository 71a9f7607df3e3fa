"""What a newsroom asks of a store beside questions; `Assistant` has every method of this page."""

from __future__ import annotations

from pathlib import Path

from rag.assembly.answerer import Answerer
from rag.assembly.arguments import checking_arguments
from rag.assembly.library import Library
from rag.assembly.proof import write_bundle
from rag.types import BundleReport

__all__ = ["Desk"]


class Desk:
    """The newsroom's desk over a library and what answers from it; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @property
    def _answerer(self) -> Answerer:
        raise NotImplementedError

    @checking_arguments
    def bundle(self, answer_id: str, path: str | Path) -> BundleReport:
        """Write a recorded answer into one new file that proves its quotations without us: see its README.txt.

        It holds the answer, the whole texts that it quotes, hashes of them and of the files that they were read from,
        and a program of sixty lines that checks all of it. The same answer gives the same bytes.

        Raises:
            NotFoundError: it was not recorded, a document that it quotes was removed since, or it cites nothing.
            StoreError: the file exists, or cannot be written. StoreFullError: the disk is full.
        """
        return write_bundle(self._library, answer_id, Path(path).expanduser())
