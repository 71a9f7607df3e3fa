"""What stands around a cited place: its paragraph, cut where that is long, and its neighbouring sentences."""

from __future__ import annotations

from typing import NamedTuple

from rag.language.sentences import sentence_spans
from rag.protocols import Surroundings
from rag.types import Span

__all__ = ["Context", "context_of", "surroundings_of"]

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


def surroundings_of(span: Span, text: str, heading: str = "") -> Surroundings:
    """The sentence before `span` and the one after it, over the borders of paragraphs too.

    >>> surroundings_of(Span(start=6, end=11), "Once. Here. And more. There.")
    Surroundings(before=('Once.',), after=('And more.',), heading='')
    """
    before = text[max(0, span.start - N_CHARACTERS) : span.start]
    after = text[span.end : span.end + N_CHARACTERS]
    return Surroundings(
        before=tuple(each.slice(before) for each in sentence_spans(before)[-1:]),
        after=tuple(each.slice(after) for each in sentence_spans(after)[:1]),
        heading=heading,
    )
