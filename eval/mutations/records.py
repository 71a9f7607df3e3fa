"""The records of the mutation engine: faithful claims, what is made of them, and how an edit is noted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rag import Span

__all__ = ["Change", "FaithfulClaim", "Mutant", "MutationKind", "Rewording", "RewordingRule", "changed", "shown"]

N_SHOWN = 60
"""Characters of a text that a note of a change shows."""


class MutationKind(StrEnum):
    """How a faithful claim was made unfaithful."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    SPEAKER = "speaker"
    ROLE_SWAP = "role_swap"
    NEIGHBOUR = "neighbour"
    """Cites the neighbouring sentence instead."""
    SHIFT = "shift"
    """The span is moved by some characters while the quote stays."""
    ADDITION = "addition"


class RewordingRule(StrEnum):
    """How a faithful claim was put into other words and stayed faithful."""

    PERCENT_SIGN = "percent_sign"
    DAY_AND_MONTH = "day_and_month"
    NUMBER_WORD = "number_word"
    COUNTRY_NAME = "country_name"
    LEADING_ADVERB = "leading_adverb"
    REPORTED_SPEECH = "reported_speech"
    APPOSITION = "apposition"
    CONTRACTION = "contraction"
    SPACING = "spacing"
    """The blanks and quotation marks that tokenised corpora have are written as people write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaithfulClaim:
    """A statement that its cited sentences say.

    document_text: whole, as the spans count in it.
    cited: spans of the sentences that prove the text, at least one.
    speaker: who says it, as the text names them; empty when nobody is named.
    """

    id: str
    text: str
    document_id: str
    document_text: str
    cited: tuple[Span, ...]
    speaker: str = ""

    def __post_init__(self) -> None:
        if not self.cited or any(not span or span.end > len(self.document_text) for span in self.cited):
            raise ValueError(
                f"claim {self.id!r} needs cited spans inside its document of {len(self.document_text)} characters, "
                f"got {self.cited!r}"
            )

    @property
    def evidence(self) -> tuple[str, ...]:
        """The cited sentences."""
        return tuple(span.slice(self.document_text) for span in self.cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """An unfaithful answer; `change` says for people what was done, as "before → after"."""

    id: str
    kind: MutationKind
    claim_text: str
    quotes: tuple[str, ...]
    spans: tuple[Span, ...]
    document_id: str
    original: FaithfulClaim
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """A faithful answer in other words, with the rule that keeps its meaning; it cites what the original cites."""

    id: str
    rule: RewordingRule
    claim_text: str
    original: FaithfulClaim
    change: str


class Change(NamedTuple):
    """A text after one edit, and the note of the edit."""

    text: str
    change: str


def changed(text: str, span: Span, replacement: str) -> Change:
    """The text with `replacement` at the span.

    >>> changed("It took two days.", Span(start=8, end=11), "nine")
    Change(text='It took nine days.', change='two → nine')
    """
    return Change(text[: span.start] + replacement + text[span.end :], f"{span.slice(text)} → {replacement}")


def shown(text: str) -> str:
    """The beginning of a text, for a note."""
    return text if len(text) <= N_SHOWN else text[: N_SHOWN - 1].rstrip() + "…"
