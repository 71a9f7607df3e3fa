"""What stands around a cited place: its paragraph, cut where that is long."""

from __future__ import annotations

from typing import NamedTuple

from rag.types import Span

__all__ = ["Context", "context_of"]

N_CHARACTERS = 400
"""Most characters on each side."""


class Context(NamedTuple):
    """The text before and after a place; what was cut is marked with … unless it was whole lines."""

    before: str
    after: str


def context_of(span: Span, text: str) -> Context:
    """What stands before and after `span` in its paragraph of `text`.

    >>> context_of(Span(start=12, end=17), "Elsewhere.\\n\\nHere. And more.\\n\\nThere.")
    Context(before='', after=' And more.')
    """
    before = text[: span.start].rpartition("\n\n")[2]
    after = text[span.end :].partition("\n\n")[0]
    if len(before) > N_CHARACTERS:
        kept = before[-N_CHARACTERS:]
        lines = kept.partition("\n")[2]
        before = lines if lines.strip() else "… " + kept.partition(" ")[2]
    if len(after) > N_CHARACTERS:
        kept = after[:N_CHARACTERS]
        lines = kept.rpartition("\n")[0]
        after = lines if lines.strip() else kept.rpartition(" ")[0] + " …"
    return Context(before, after)
