"""What the page says of an event, and what it is told to show: records whose fields are called as its parts are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

__all__ = ["Added", "Answering", "Choices", "Heard", "LoadedPage", "Scoped", "Turned", "Updates", "Values"]


class Heard(NamedTuple):
    """An event: what the page's script says about it, which browser tab it comes from, and which user, if any."""

    data: Mapping[str, object]
    session: str
    user: str = ""

    def text(self, name: str) -> str:
        """What the script says under that name; empty when it says nothing."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, *, otherwise: int = 0) -> int:
        """The number under that name, or `otherwise`."""
        written = self.text(name)
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else otherwise


class Updates(NamedTuple):
    """How the page is told to leave a part as it is (`none`), or to change properties of it (`of`)."""

    none: object
    of: Callable[..., object]


class LoadedPage(NamedTuple):
    """The new values of the parts of the same names, when a page is loaded."""

    conversation: object
    earlier: object
    current: object
    welcome: object
    in_use: object
    documents: object
    local: object
    llm: object
    api_base: object
    model: object
    n_sources: object
    shows_drafts: object
    strictness: object
    where: object
    scope: object
    ticks: object
    narrowing: object
    notebooks: object
    view: object
    is_adding: object
    kept: object


class Answering(NamedTuple):
    """The new values of the parts of the same names, while an answer is made."""

    earlier: object
    current: object
    hint: object
    announce: object
    question: object
    ask: object
    stop: object
    conversation: object
    kept: object
    reader: object


class Added(NamedTuple):
    """The new values of the parts of the same names, when documents have come or gone."""

    progress: object
    announce: object
    documents: object
    in_use: object
    welcome: object
    ticks: object
    narrowing: object
    notebooks: object
    scope: object


class Scoped(NamedTuple):
    """The new values of the parts of the same names, when other documents are searched, or a notebook has changed."""

    preferences: object
    ticks: object
    narrowing: object
    notebooks: object
    scope_hint: object
    where: object
    announce: object
    in_use: object
    documents: object
    progress: object
    tabs: object


class Turned(NamedTuple):
    """The new values of the parts of the same names, when another conversation is shown."""

    conversation: object
    kept: object
    earlier: object
    current: object
    hint: object
    reader: object
    announce: object
    ask: object
    stop: object


Values = tuple[object, ...]

Choices = tuple[str, str, str | None, int, bool, int]
"""Language model, server's address, model, number of sources, whether drafts are shown, and how strict answers are: as
the Settings tab has it."""
