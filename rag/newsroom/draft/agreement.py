"""Whether a place says what it says by the mouth, and in the outlet, that the draft names."""

from __future__ import annotations

import re
from enum import Enum

from rag.attribution.names import is_description, name_words, names_same
from rag.attribution.registry import NameRegistry
from rag.language.people import BODIES, WRITINGS
from rag.newsroom.draft.lexicon import OUTLET
from rag.newsroom.draft.source_text import SourceText
from rag.types import Span

__all__ = ["Agreement", "agreement", "is_of_outlet", "is_outlet", "outlet_in"]

_NEARBY = 300
_SMALL = frozenset({"the", "of", "and", "news", "online", "agency", "today", "press"})


class Agreement(Enum):
    """Whether who speaks in the source is who speaks in the draft."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


def agreement(speaker: str, source: SourceText, span: Span) -> Agreement:
    """Whether the words at the span are the speaker's."""
    if not speaker or is_outlet(speaker):
        return Agreement.UNKNOWN
    said = source.said_at(span)
    if said.speaker:
        return _of_two(speaker, said.speaker, source, span, is_sure=said.is_sure)
    words = name_words(speaker)
    if not words or _is_writer(words, source) or is_description(speaker):
        return Agreement.UNKNOWN
    if source.is_quoted(span):
        return Agreement.UNKNOWN if _is_named(words[-1], source) else Agreement.OTHER
    line = source.text[source.text.rfind("\n", 0, span.start) + 1 : span.start]
    if not source.quotations or (":" in line and words[-1] in name_words(line)):
        return Agreement.UNKNOWN
    if BODIES.intersection(words):
        return Agreement.UNKNOWN
    return Agreement.OTHER


def _of_two(speaker: str, other: str, source: SourceText, span: Span, *, is_sure: bool) -> Agreement:
    if names_same(speaker, other):
        return Agreement.SAME
    if any(names_same(speaker, each) for each in source.speakers_at(span)) and not is_sure:
        return Agreement.UNKNOWN
    if is_description(speaker) != is_description(other):
        described, name = (speaker, other) if is_description(speaker) else (other, speaker)
        holder = _registry(source).holder(described)
        if not holder:
            return Agreement.UNKNOWN
        return Agreement.SAME if names_same(holder, name) else Agreement.OTHER
    if is_description(speaker):
        mine, theirs = set(name_words(speaker)), set(name_words(other))
        return Agreement.UNKNOWN if mine & theirs else Agreement.OTHER
    return Agreement.OTHER


def _registry(source: SourceText) -> NameRegistry:
    return NameRegistry(source.text)


def _is_writer(words: list[str], source: SourceText) -> bool:
    """Whether the text is by, or is said to be of, whoever has that name."""
    return bool(WRITINGS.intersection(words)) or words[-1] in source.about_words


def _is_named(word: str, source: SourceText) -> bool:
    return word in name_words(source.text)


def is_outlet(name: str) -> bool:
    """Whether a name is that of an outlet.

    >>> is_outlet("the Sund Courier"), is_outlet("Ingrid Solberg")
    (True, False)
    """
    return OUTLET.fullmatch(f"in the {name.removeprefix('the ').removeprefix('The ')}") is not None


def outlet_in(text: str, speaker: str = "") -> str:
    """The outlet that a sentence names as its source; empty for none.

    >>> outlet_in("Solberg told the Sund Courier that it was safe."), outlet_in("Solberg told reporters.")
    ('Sund Courier', '')
    """
    if speaker and is_outlet(speaker):
        return speaker.removeprefix("the ").removeprefix("The ")
    found = OUTLET.search(text)
    return found["name"] if found else ""


def is_of_outlet(outlet: str, source: SourceText, span: Span, about_copies: str = "") -> bool:
    """Whether the document, a copy of it, or what stands around the place, is of that outlet."""
    wanted = [word for word in name_words(outlet) if word not in _SMALL] or name_words(outlet)
    around = source.text[max(0, span.start - _NEARBY) : span.end + _NEARBY]
    known = source.about_words | set(name_words(around)) | set(name_words(about_copies))
    squeezed = re.sub(r"\W", "", (source.document.source + source.document.metadata.get("url", "")).lower())
    return known.issuperset(wanted) or "".join(wanted) in squeezed
