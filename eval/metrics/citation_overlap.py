"""Citation overlap: recall, precision and F1 of the cited sentences against the gold spans of one case.

Definition: a citation matches a gold span of the same document when they share at least half of the shorter one. A
sentence thus matches the answer phrase inside it and lies within a gold paragraph, while a sliver over the border of
the neighbouring sentence does not count. With n citations and m gold spans:
    precision  citations that match some gold span, of n
    recall     gold spans that some citation matches, of m; when the gold spans are alternatives, each sufficient
               alone, 1 if any is matched and else 0, of 1; with groups of alternatives, groups that have a match, of
               all groups
    F1         harmonic mean of the two; 0 when nothing matches
Denominator: in brackets above, for one case; repeated places count once. Over cases take `mean_of_figures` (macro).
Empty answer: precision is undefined, recall and F1 are 0, so that abstaining is never free: F1 counts every case that
has gold, and the `n` of the mean precision says how many cases cite anything.
Empty gold: all three are undefined; whether the question should have been answered is measured in `abstention`.
Source: sentence-level evidence precision, recall and F1 as in FEVER (Thorne et al. 2018) and HotpotQA's
supporting facts (Yang et al. 2018), carried over from sentence numbers to spans; FEVER gives precision 1
to an empty prediction, HotpotQA 0, here it is left undefined.
Agrees with: `sklearn.metrics.precision_recall_fscore_support` over sentences, when spans are whole sentences and the
gold is not of alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Protocol

from eval.metrics.figure import UNDEFINED, Figure, ratio
from rag import Span

__all__ = ["CitationScores", "GoldKind", "Located", "Place", "citation_scores", "grouped_citation_scores", "is_match"]

MATCHING_SHARE = 0.5
"""Of the shorter span: a cited sentence is mostly about one side of a border, never about both."""


class Located(Protocol):
    """What is compared: `rag.Citation`, `rag.Evidence`, `rag.Sentence` and `Place` fit."""

    @property
    def document_id(self) -> str:
        """The document pointed into."""

    @property
    def span(self) -> Span:
        """The place in it."""


class Place(NamedTuple):
    """A span of a document."""

    document_id: str
    span: Span


class GoldKind(StrEnum):
    """How the gold spans of a case belong together."""

    ALTERNATIVES = "alternatives"
    """Each span answers alone."""
    MULTIPLE = "multiple"
    """All spans are needed."""


class CitationScores(NamedTuple):
    """The figures of one case; the module docstring has the denominators."""

    recall: Figure
    precision: Figure
    f1: Figure


def is_match(cited: Located, gold: Located) -> bool:
    """Whether the two share a document and at least half of the shorter span; an empty span matches nothing.

    >>> sentence = Place("a", Span(start=10, end=30))
    >>> is_match(sentence, Place("a", Span(start=12, end=16))), is_match(sentence, Place("a", Span(start=28, end=48)))
    (True, False)
    """
    if cited.document_id != gold.document_id:
        return False
    n_shared = min(cited.span.end, gold.span.end) - max(cited.span.start, gold.span.start)
    return n_shared > 0 and n_shared >= MATCHING_SHARE * min(len(cited.span), len(gold.span))


def citation_scores(citations: Iterable[Located], gold: Iterable[Located], *, gold_kind: GoldKind) -> CitationScores:
    """The scores of one case.

    The recall of the first k pieces of evidence is the `recall` of this function over them.

    >>> first, second = Place("a", Span(start=0, end=9)), Place("a", Span(start=10, end=19))
    >>> other = Place("a", Span(start=20, end=29))
    >>> citation_scores([first, other], [first, second], gold_kind=GoldKind.MULTIPLE).recall
    Figure(value=0.5, n=2)
    >>> citation_scores([first, other], [first, second], gold_kind=GoldKind.ALTERNATIVES).recall
    Figure(value=1.0, n=1)
    """
    places = _distinct(gold)
    if gold_kind is GoldKind.ALTERNATIVES:
        return grouped_citation_scores(citations, [places])
    return grouped_citation_scores(citations, [[place] for place in places])


def grouped_citation_scores(citations: Iterable[Located], gold_groups: Iterable[Iterable[Located]]) -> CitationScores:
    """The scores of a case that needs one place out of each group, whichever; empty groups do not count.

    A gold sentence that stands twice in its document is a group of two places: citing either is enough.

    >>> first, again = Place("a", Span(start=0, end=9)), Place("a", Span(start=50, end=59))
    >>> other = Place("b", Span(start=0, end=9))
    >>> grouped_citation_scores([again], [[first, again], [other]]).recall
    Figure(value=0.5, n=2)
    """
    cited_places = _distinct(citations)
    groups = [places for places in map(_distinct, gold_groups) if places]
    if not groups:
        return CitationScores(UNDEFINED, UNDEFINED, UNDEFINED)
    n_right = sum(any(is_match(cited, place) for places in groups for place in places) for cited in cited_places)
    n_found = sum(any(is_match(cited, place) for cited in cited_places for place in places) for places in groups)
    recall, precision = ratio(n_found, len(groups)), ratio(n_right, len(cited_places))
    return CitationScores(recall=recall, precision=precision, f1=Figure(_harmonic_mean(recall, precision), 1))


def _distinct(places: Iterable[Located]) -> list[Place]:
    return list(dict.fromkeys(Place(place.document_id, place.span) for place in places))


def _harmonic_mean(recall: Figure, precision: Figure) -> float:
    if not recall.value or not precision.value:  # 0 or undefined: nothing matches
        return 0.0
    return 2 * recall.value * precision.value / (recall.value + precision.value)
