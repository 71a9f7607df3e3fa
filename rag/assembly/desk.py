"""What a newsroom asks of a store beside questions; `Assistant` has every method of this page."""

from __future__ import annotations

from rag.assembly.answerer import Answerer
from rag.assembly.library import Library

__all__ = ["Desk"]


class Desk:
    """The newsroom's desk over a library and what answers from it; `Assistant` is one."""

    @property
    def _library(self) -> Library:
        raise NotImplementedError

    @property
    def _answerer(self) -> Answerer:
        raise NotImplementedError
