"""Where two sentences of the documents do not agree: what differs between them, and whether that is a disagreement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.types.documents import Span

__all__ = ["Conflict", "Difference", "Relation", "Statement"]


class Difference(StrEnum):
    """What is otherwise in one of two sentences that are about the same."""

    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    NAME = "name"
    OUTCOME = "outcome"
    """A word for its opposite: approved and rejected."""


class Relation(StrEnum):
    """How two sentences that differ stand to each other."""

    DISAGREEMENT = "disagreement"
    """Two outlets, or two that are not known, say otherwise."""
    CORRECTION = "correction"
    """The same outlet says otherwise later, or corrects itself."""
    UPDATE = "update"
    """The later figure is what became of the earlier one, such as a toll that grew: no conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of a document; `quote` is always the slice of the document at `span`.

    published: when the document was published, as it says itself (ISO 8601); empty when it does not say.
    outlet: who published it: its publisher, else the host of its address; empty when neither is known.
    line: line of the document on which the sentence begins, from 1.
    """

    document_id: str
    source: str
    title: str
    span: Span
    quote: str
    published: str = ""
    outlet: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sentences that cannot both be right, or, for an update, were right at different times.

    one: the older of the two, where both have a date. other: the newer.
    one_words, other_words: what differs, as each says it.
    """

    relation: Relation
    differs: Difference
    one: Statement
    other: Statement
    one_words: str = ""
    other_words: str = ""

    @property
    def in_words(self) -> str:
        """What differs, in a line for people.

        >>> side = Statement(document_id="a", source="a.txt", title="", span=Span(start=0, end=2), quote="12")
        >>> Conflict(
        ...     relation=Relation.DISAGREEMENT,
        ...     differs=Difference.NUMBER,
        ...     one=side,
        ...     other=side,
        ...     one_words="12 people",
        ...     other_words="15 people",
        ... ).in_words
        'number: 12 people / 15 people'
        """
        return f"{self.differs.value}: {self.one_words} / {self.other_words}"
