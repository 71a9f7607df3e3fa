"""The figures of one peer, each with its interval and the number of things behind it.

Definitions, over the cases that were asked:
    gold sentence among the first k    a found unit holds a gold span: by `is_match` when the peer knows where the unit
        stands; else its text contains the gold text, or lies within it. Of the answerable cases with gold spans.
    gold within 1,000 characters       a person who reads the found units from the top has read a whole gold sentence
        after that many characters. Long units are flattered by the first figure and not by this one. Same cases.
    characters of a found unit         median over the first 10 units of all questions.
    gold document among the first k, nDCG@10, MRR   of documents, each at the rank of its first unit; of the answerable
        cases with gold documents.
    cited text is a whole sentence     it equals one sentence of its document by `rag.sentence_spans`, apart from
        blanks at the ends; "is in its source": it stands in the document as it is; "cited with its place": a span is
        given and its slice is the text. Of all citations of all cases.
    gold cited                         a citation holds a gold span. Of the answerable cases with gold spans; a peer
        that abstains from one has missed it.
    cites nothing                      of the unanswerable, and of the answerable cases.
    milliseconds                       of `search` for 10 units, after one question that is not timed.
Empty answer: a search that finds nothing counts as a miss; no citations leave the figures of citations undefined.
Empty gold: such cases are left out of the figures that need gold; `n` says how many are in.
Intervals: Wilson for shares of cases. What is counted in units or citations is drawn again by case; where all of them
are alike, which gives a bootstrap no width, the interval is Wilson's over the cases that have any.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from eval.cases import Case, CorpusDocument
from eval.metrics.citation_overlap import Place, is_match
from eval.metrics.figure import UNDEFINED, Figure, share
from eval.metrics.ranking import ndcg_at_k, reciprocal_rank
from eval.peers.protocol import Found
from eval.statistics import Interval, bootstrap_interval, bootstrap_interval_of, wilson_interval
from rag import sentence_spans

__all__ = [
    "N_DEEP",
    "N_SEARCHED",
    "SCORED",
    "PeerOutcome",
    "Sources",
    "characters_until_gold",
    "figures",
    "gold_rank",
    "scores",
]

N_SEARCHED = 10
N_DEEP = 50
"""Units that documents are ranked by, so that ten sentences of one document do not hide the second."""
SCORED = ("gold sentence first 1", "gold sentence first 5", "gold document first 5")
"""The figures that peers are compared by, question by question."""
PATIENCE = 1_000
"""Characters that a person reads before giving up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerOutcome:
    """What a peer gave for one question: its first 10 units, its first 50, its citations, and the time of the 10."""

    found: tuple[Found, ...]
    found_deep: tuple[Found, ...]
    cited: tuple[Found, ...]
    milliseconds: float


class Sources:
    """The texts of a corpus, and the sentences in them."""

    def __init__(self, corpus: Mapping[str, CorpusDocument]) -> None:
        self._corpus = corpus
        self._sentences_by_id: dict[str, frozenset[str]] = {}

    def text(self, document_id: str) -> str:
        """The whole text."""
        return self._corpus[document_id].text

    def sentences(self, document_id: str) -> frozenset[str]:
        """The texts of its sentences."""
        if document_id not in self._sentences_by_id:
            text = self.text(document_id)
            self._sentences_by_id[document_id] = frozenset(span.slice(text) for span in sentence_spans(text))
        return self._sentences_by_id[document_id]


def figures(
    cases: Sequence[Case], outcomes: Sequence[PeerOutcome], corpus: Mapping[str, CorpusDocument]
) -> dict[str, Interval]:
    """All figures by name; `outcomes` belong to `cases`, in order."""
    sources = Sources(corpus)
    done = list(zip(cases, outcomes, strict=True))
    with_span = [(case, outcome) for case, outcome in done if case.answerable and case.gold_spans]
    ranks = [gold_rank(outcome.found, case, sources) for case, outcome in with_span]
    reads = [characters_until_gold(outcome.found_deep, case, sources) for case, outcome in with_span]
    lengths = [[len(found.text) for found in outcome.found] for outcome in outcomes]
    all_figures = {f"gold sentence first {k}": _share(rank <= k for rank in ranks) for k in (1, 5, 10)}
    all_figures[f"gold within {PATIENCE:,} characters"] = _share(n <= PATIENCE for n in reads)
    all_figures["characters of a found unit"] = bootstrap_interval_of(lengths, _median_of_lists)
    all_figures |= _document_figures(done)
    all_figures |= _citation_figures(outcomes, sources)
    all_figures["gold cited"] = _share(
        math.isfinite(gold_rank(outcome.cited, case, sources)) for case, outcome in with_span
    )
    for name, is_answerable in (("answerable", True), ("unanswerable", False)):
        all_figures[f"cites nothing, of the {name}"] = _share(
            not outcome.cited for case, outcome in done if case.answerable is is_answerable
        )
    times = [outcome.milliseconds for outcome in outcomes]
    all_figures["milliseconds, median"] = bootstrap_interval_of(times, partial(_percentile, 50))
    all_figures["milliseconds, 95th percentile"] = bootstrap_interval_of(times, partial(_percentile, 95))
    return all_figures


def scores(
    cases: Sequence[Case], outcomes: Sequence[PeerOutcome], corpus: Mapping[str, CorpusDocument]
) -> dict[str, dict[str, float]]:
    """For each figure of `SCORED`, 1 or 0 by case id, of the cases that the figure is over."""
    sources = Sources(corpus)
    scored: dict[str, dict[str, float]] = {name: {} for name in SCORED}
    first, first_five, document = SCORED
    for case, outcome in zip(cases, outcomes, strict=True):
        if case.answerable and case.gold_spans:
            rank = gold_rank(outcome.found, case, sources)
            scored[first][case.id] = float(rank <= 1)
            scored[first_five][case.id] = float(rank <= 5)
        if case.answerable and case.gold_documents:
            ranked = _documents(outcome.found_deep)
            scored[document][case.id] = float(not set(case.gold_documents).isdisjoint(ranked[:5]))
    return scored


def gold_rank(found: Sequence[Found], case: Case, sources: Sources) -> float:
    """Rank, from 1, of the first unit that holds a gold span; infinite when none does."""
    ranks = (rank for rank, unit in enumerate(found, start=1) if _end_of_gold(unit, case, sources) is not None)
    return next(ranks, math.inf)


def characters_until_gold(found: Sequence[Found], case: Case, sources: Sources) -> float:
    """How many characters of the units, from the top, end with a gold sentence; infinite when none holds one."""
    n_read = 0
    for unit in found:
        end = _end_of_gold(unit, case, sources)
        if end is not None:
            return n_read + end
        n_read += len(unit.text)
    return math.inf


def _end_of_gold(unit: Found, case: Case, sources: Sources) -> int | None:
    """Where the first gold span that the unit holds ends in the unit's text; `None` when it holds none."""
    ends = []
    for gold in case.gold_spans:
        if gold.document_id != unit.document_id:
            continue
        if unit.span is not None:
            if is_match(Place(unit.document_id, unit.span), Place(gold.document_id, gold.span)):
                ends.append(min(gold.span.end, unit.span.end) - unit.span.start)
            continue
        gold_text, text = gold.span.slice(sources.text(gold.document_id)), unit.text.strip()
        start = unit.text.find(gold_text)
        if start >= 0:
            ends.append(start + len(gold_text))
        elif text and text in gold_text:
            ends.append(len(unit.text))
    return min(ends, default=None)


def _document_figures(done: Iterable[tuple[Case, PeerOutcome]]) -> dict[str, Interval]:
    judged = [
        (dict.fromkeys(case.gold_documents, 1), _documents(outcome.found_deep))
        for case, outcome in done
        if case.answerable and case.gold_documents
    ]
    return {
        **{
            f"gold document first {k}": _share(not gain.keys().isdisjoint(ranked[:k]) for gain, ranked in judged)
            for k in (1, 5)
        },
        "nDCG@10 of documents": _mean(ndcg_at_k(ranked, gain, k=10) for gain, ranked in judged),
        "MRR of documents": _mean(reciprocal_rank(ranked, gain) for gain, ranked in judged),
    }


def _documents(found: Iterable[Found]) -> list[str]:
    """Each document once, at the rank of its first unit."""
    return list(dict.fromkeys(unit.document_id for unit in found))


def _citation_figures(outcomes: Sequence[PeerOutcome], sources: Sources) -> dict[str, Interval]:
    cited = [outcome.cited for outcome in outcomes]
    return {
        "cited text is a whole sentence": _share_of_units(
            [[unit.text.strip() in sources.sentences(unit.document_id) for unit in units] for units in cited]
        ),
        "cited text is in its source": _share_of_units(
            [[unit.text.strip() in sources.text(unit.document_id) for unit in units] for units in cited]
        ),
        "cited with its place": _share_of_units(
            [
                [
                    unit.span is not None and unit.span.slice(sources.text(unit.document_id)) == unit.text
                    for unit in units
                ]
                for units in cited
            ]
        ),
        "characters of a citation": bootstrap_interval_of(
            [[len(unit.text) for unit in units] for units in cited if units], _mean_of_lists
        ),
    }


def _share(statements: Iterable[bool]) -> Interval:
    listed = list(statements)
    return wilson_interval(sum(listed), len(listed))


def _share_of_units(statements_by_case: Sequence[Sequence[bool]]) -> Interval:
    cases = [statements for statements in statements_by_case if statements]
    figure = _share_of_lists(cases)
    if figure.value in (0.0, 1.0):
        of_cases = wilson_interval(len(cases) if figure.value else 0, len(cases))
        return Interval(figure, of_cases.low, of_cases.high)
    return bootstrap_interval_of(cases, _share_of_lists)


def _mean(of_cases: Iterable[Figure]) -> Interval:
    return bootstrap_interval([figure.value for figure in of_cases if figure.value is not None])


def _share_of_lists(lists: Sequence[Sequence[bool]]) -> Figure:
    return share(value for values in lists for value in values)


def _mean_of_lists(lists: Sequence[Sequence[int]]) -> Figure:
    numbers = [number for numbers in lists for number in numbers]
    return Figure(float(np.mean(numbers)), len(numbers)) if numbers else UNDEFINED


def _median_of_lists(lists: Sequence[Sequence[int]]) -> Figure:
    return _percentile(50, [number for numbers in lists for number in numbers])


def _percentile(percentage: int, numbers: Sequence[float]) -> Figure:
    return Figure(float(np.percentile(numbers, percentage)), len(numbers)) if numbers else UNDEFINED
