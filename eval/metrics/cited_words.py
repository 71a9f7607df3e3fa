"""Words cited: precision, recall and F1 of the words that are cited, over all cases together.

Definition: a word is what stands between blanks, and belongs to a span when it shares a character with it. With c cited
words, g gold words and b words that are both, each summed over all cases:
    precision  b of c
    recall     b of g
    F1         harmonic mean of the two
Denominator: in brackets above (micro). A case without gold words counts too: whatever is cited there lowers precision.
Empty answer: adds nothing to c and b. Empty gold: adds nothing to g and b. With no word cited at all precision is
undefined; with no gold word recall; F1 is 2b / (c + g), and undefined with neither.
Source: the evaluation of ACL-Verbatim, github.com/KRLabsOrg/acl-verbatim, acl_verbatim/eval/span_metrics.py.
Agrees with: `word_level` of that file's `evaluate_rows_against_predictions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from eval.metrics.figure import Figure, WeightedFigure, Weights, ratio
from rag import Span

__all__ = ["WORDS", "WordCounts", "word_counts", "word_f1", "word_precision", "word_recall"]


WORDS = ("words_cited", "words_gold", "words_both")
"""Keys of the counts of one case, in the order of `WordCounts`; none is a measure itself."""


_Column: TypeAlias = NDArray[np.float64]


class WordCounts(NamedTuple):
    """The words of one case: cited ones, gold ones, and those that are both."""

    cited: float
    gold: float
    both: float


def word_counts(text: str, cited: Iterable[Span], gold: Iterable[Span]) -> WordCounts:
    """The counts over one document.

    >>> word_counts("He won the race.", [Span(start=0, end=6)], [Span(start=3, end=10)])
    WordCounts(cited=2, gold=2, both=1)
    """
    cited, gold = list(cited), list(gold)
    words = [match.span() for match in re.finditer(r"\S+", text)]
    is_cited, is_gold = (
        np.array([any(start < span.end and span.start < end for span in spans) for start, end in words], dtype=bool)
        for spans in (cited, gold)
    )
    return WordCounts(int(is_cited.sum()), int(is_gold.sum()), int((is_cited & is_gold).sum()))


def word_precision(counts: Sequence[WordCounts]) -> WeightedFigure:
    """Cited words that are gold, of the cited.

    >>> word_precision([WordCounts(2, 2, 1), WordCounts(2, 0, 0)]).of_all()
    Figure(value=0.25, n=4)
    """
    cited, _, both = _columns(counts)
    return WeightedFigure(len(counts), lambda weights: _share(both, cited, weights))


def word_recall(counts: Sequence[WordCounts]) -> WeightedFigure:
    """Gold words that are cited, of the gold."""
    _, gold, both = _columns(counts)
    return WeightedFigure(len(counts), lambda weights: _share(both, gold, weights))


def word_f1(counts: Sequence[WordCounts]) -> WeightedFigure:
    """The harmonic mean of precision and recall; `n` is the number of cited and of gold words together."""
    cited, gold, both = _columns(counts)
    return WeightedFigure(len(counts), lambda weights: _share(2 * both, cited + gold, weights))


def _columns(counts: Sequence[WordCounts]) -> tuple[_Column, _Column, _Column]:
    table = np.array(counts, dtype=np.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _share(part: _Column, whole: _Column, weights: Weights) -> Figure:
    return ratio(float(part @ weights), int(whole @ weights))
