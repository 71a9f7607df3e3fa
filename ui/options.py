"""What the app is told when it starts, and what no browser can change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ui.languages.words import Language

__all__ = ["Address", "AppOptions"]


class Address(NamedTuple):
    """Where the app listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """How far browsers may go.

    may_change_llm: whether a browser may choose the language model, and with it an address that this machine talks to.
    max_upload_bytes: largest file that is taken.
    has_mcp: whether tools for other programs are offered by the Model Context Protocol.
    example: folder with the documents that an empty app offers to load; None when there is none.
    questions: file of questions to be looked at in a tab of their own; None for no such tab.
    language: of the page for whoever has not chosen one; None for the one that their browser wants.
    """

    may_change_llm: bool = True
    max_upload_bytes: int = 100_000_000
    has_mcp: bool = False
    example: Path | None = None
    questions: Path | None = None
    language: Language | None = None
