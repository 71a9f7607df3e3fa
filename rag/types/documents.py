"""What is read and found: documents, their sentences and passages, and places in their text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["NO_METADATA", "Budget", "Document", "DocumentInfo", "Hit", "Passage", "Sentence", "Span"]

NO_METADATA: Mapping[str, str] = MappingProxyType({})

_LINE = re.compile(r"\S[^\n]*")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A half-open range of code points, `start` included and `end` excluded.

    >>> Span(start=4, end=9).slice("The giant is awakening")
    'giant'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got start={self.start}, end={self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def slice(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether every position of `other` lies inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether at least one position lies in both spans."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source as it was read: its text is normalised once, by the reader, and never changes afterwards.

    id: hexadecimal hash of source and text, so that a changed file is a new document.
    source: where the text came from, as a person would name it: a path or a URL.
    media_type: such as `text/plain`.
    metadata: what the file says about itself, for example `published` (ISO 8601 date) or `author`.
    """

    id: str
    source: str
    title: str
    media_type: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=lambda: NO_METADATA)

    @property
    def published(self) -> str:
        """When it was published, as it says itself (ISO 8601); empty when it does not say."""
        return self.metadata.get("published", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one document may be, whatever reads it; past it the document is refused, in words.

    max_characters: of its text and of what it says about itself.
    max_sentences: of which a row of a table is one.

    >>> Budget(max_characters=9, max_sentences=2).refusal_of_sentences(3)
    'it has 3 sentences, more than the 2 allowed - split it, or raise max_document_sentences'
    """

    max_characters: int
    max_sentences: int

    def refusal(self, document: Document) -> str:
        """Why a document that was read is too much to go on with; empty when it is not.

        Its sentences are not known yet; but each line ends one, so that a million of lines need not be cut.
        """
        n_characters = len(document.text) + sum(map(len, document.metadata.values()))
        if n_characters > self.max_characters:
            return _too_many(n_characters, self.max_characters, "characters")
        if document.text.count("\n") < self.max_sentences:
            return ""
        return self.refusal_of_sentences(sum(1 for _ in _LINE.finditer(document.text)))

    def refusal_of_sentences(self, n_sentences: int) -> str:
        """Why that many sentences are too many; empty when they are not."""
        is_refused = n_sentences > self.max_sentences
        return _too_many(n_sentences, self.max_sentences, "sentences") if is_refused else ""


def _too_many(n: int, most: int, what: str) -> str:
    return f"it has {n:,} {what}, more than the {most:,} allowed - split it, or raise max_document_{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """A document of a store without its text.

    added_at: when this version was added, ISO 8601 in UTC.
    """

    id: str
    source: str
    title: str
    media_type: str
    n_characters: int
    n_sentences: int
    added_at: str
    metadata: Mapping[str, str]

    @property
    def published(self) -> str:
        """When it was published, as it says itself (ISO 8601); empty when it does not say."""
        return self.metadata.get("published", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a document.

    ordinal: counts from 0 in reading order.
    speaker: who says what is quoted or reported in it, by the fullest name in the document; empty for nobody.
    """

    document_id: str
    ordinal: int
    span: Span
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A window of whole sentences that an index finds as one.

    id: given by storage, never used again for another passage.
    first_sentence, last_sentence: ordinals, both included.
    span: from the start of the first sentence to the end of the last.
    """

    id: int
    document_id: str
    first_sentence: int
    last_sentence: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that an index found; a higher score is better, and scores compare only within one search."""

    passage_id: int
    score: float
