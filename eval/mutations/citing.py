"""The same claim with a citation that does not prove it: the sentence next to it, or a span that has slipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import NamedTuple

from eval.mutations.lexicon import FUNCTION_WORDS
from eval.mutations.records import FaithfulClaim, shown
from rag import Span, sentence_spans

__all__ = ["Cited", "neighbours", "shifts"]

MAX_SHARE_OF_WORDS = 0.4
"""Of the claim's content words: a neighbour with more of them may say the same."""
MAX_SHIFT = 12
MIN_WORDS = 4


class Cited(NamedTuple):
    """What a claim cites after the mutation."""

    spans: tuple[Span, ...]
    quotes: tuple[str, ...]
    change: str


def neighbours(claim: FaithfulClaim, random: Random) -> Iterator[Cited]:
    """The claim citing only the sentence before, or only the one after, where that says something else."""
    text = claim.document_text
    spans = _sentences(text)
    free = [span for span in spans if not any(span.overlaps(cited) for cited in claim.cited)]
    before = [span for span in free if span.end <= claim.cited[0].start][-1:]
    after = [span for span in free if span.start >= claim.cited[-1].end][:1]
    found = before + after
    random.shuffle(found)
    words = _content_words(claim.text)
    for span in found:
        quote = span.slice(text)
        own = _content_words(quote)
        if len(own) >= MIN_WORDS and len(words & own) <= MAX_SHARE_OF_WORDS * len(words):
            yield Cited((span,), (quote,), f"{shown(claim.evidence[0])} → {shown(quote)}")


def shifts(claim: FaithfulClaim, random: Random) -> Iterator[Cited]:
    """The first span moved to the left or the right while its quote stays as it was."""
    text, first = claim.document_text, claim.cited[0]
    moves = [*range(-MAX_SHIFT, 0), *range(1, MAX_SHIFT + 1)]
    random.shuffle(moves)
    for move in moves:
        if first.start + move < 0 or first.end + move > len(text):
            continue
        moved = Span(start=first.start + move, end=first.end + move)
        if moved.slice(text) != claim.evidence[0]:
            note = f"{first.start}-{first.end} → {moved.start}-{moved.end}"
            yield Cited((moved, *claim.cited[1:]), claim.evidence, note)


@lru_cache(maxsize=16)
def _sentences(text: str) -> tuple[Span, ...]:
    """The sentences, kept for the next claim of the same document."""
    return tuple(sentence_spans(text))


def _content_words(text: str) -> set[str]:
    """The words that carry meaning, cut to five letters so that forms of one word fall together."""
    return {word[:5] for word in re.findall(r"\w+", text.lower()) if word not in FUNCTION_WORDS}
