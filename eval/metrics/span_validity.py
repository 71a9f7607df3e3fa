"""Span validity: the share of citations whose quote is the slice of its document at its span.

Definition: a citation is valid when its document is known, its quote is not empty, and the quote equals
`text[start:end]`, code point for code point. A span that runs past the end, or one shifted by a single character, is
invalid. An empty quote equals an empty slice and proves nothing, so it is invalid too.
Denominator: all citations of all answers (micro): one bad citation weighs the same in a short and in a long answer.
Empty answer: adds no citation; answers without citations only give an undefined share. Empty gold: not used.
Source: the promise of this project; nearest in the literature is verbatim attribution, where the quote is searched
for; here it must stand at the place named.
Agrees with: string equality; there is no official scorer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from eval.metrics.figure import Figure, ratio
from rag import Span

__all__ = ["Quotation", "ValidityCounts", "is_valid", "validity_counts"]


class Quotation(Protocol):
    """What is judged: `rag.Citation` and `rag.Evidence` fit, and so does any record with these three."""

    @property
    def document_id(self) -> str:
        """The document quoted."""

    @property
    def span(self) -> Span:
        """Where the quote is said to stand."""

    @property
    def quote(self) -> str:
        """The words shown to the reader."""


class ValidityCounts(NamedTuple):
    """Citations by whether their quote is the slice; counts of several answers are added, then divided."""

    n_valid: int
    n_citations: int

    @property
    def n_invalid(self) -> int:
        """Citations whose quote is not the slice; the gate asks for 0."""
        return self.n_citations - self.n_valid

    @property
    def validity(self) -> Figure:
        """Valid among all citations; undefined when there are none."""
        return ratio(self.n_valid, self.n_citations)


def is_valid(citation: Quotation, text_by_document_id: Mapping[str, str]) -> bool:
    """Whether the quote is what stands at the span."""
    text = text_by_document_id.get(citation.document_id)
    return text is not None and citation.quote != "" and citation.span.slice(text) == citation.quote


def validity_counts(citations: Iterable[Quotation], text_by_document_id: Mapping[str, str]) -> ValidityCounts:
    """The counts over these citations.

    >>> class Quoted(NamedTuple):
    ...     document_id: str
    ...     span: Span
    ...     quote: str
    >>> counts = validity_counts(
    ...     [Quoted("a", Span(start=0, end=2), "It"), Quoted("a", Span(start=1, end=3), "It")], {"a": "It rains."}
    ... )
    >>> counts.n_invalid, counts.validity
    (1, Figure(value=0.5, n=2))
    """
    judged = [is_valid(citation, text_by_document_id) for citation in citations]
    return ValidityCounts(n_valid=sum(judged), n_citations=len(judged))
