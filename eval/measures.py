"""Every figure that a run reports, by key: what it is called, which way is better, and how rows become a figure.

A measure of cases is the mean of what each case scored; one of a run is made of all its cases at once, such as an
area under a curve. What exactly each counts is defined in `eval.metrics`, one file each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from eval.assertion.battery import ClaimKind, FrameKind
from eval.metrics.abstention import RankedLoss, weighted_aurc
from eval.metrics.cited_words import WORDS, WordCounts, word_f1, word_precision, word_recall
from eval.metrics.figure import UNDEFINED, Figure, WeightedFigure, Weights, mean
from eval.metrics.verification import (
    ScoredPair,
    weighted_auroc,
    weighted_balanced_accuracy,
    weighted_calibration_error,
)
from eval.mutations.records import MutationKind
from eval.outcomes import Outcome, Status
from eval.statistics import Interval, bootstrap_interval, bootstrap_interval_of_weighted, wilson_interval
from rag import Difference

__all__ = ["MEASURES", "OVERLAP", "Measure", "figure", "interval", "values_by_case", "weighted_median"]

OVERLAP = "overlap"
"""Key of a score that is no measure itself: the share of a claim's words that stand in its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure.

    of_run: the figure over all outcomes; None for a measure of cases, whose values stand in `Outcome.scores`.
    values_of_run: the values whose mean `of_run` is, one for each thing counted; None when it is no mean.
    weighted_of_run: what `of_run` is made of when it is no mean, for a bootstrap that does not take minutes.
    """

    key: str
    title: str
    is_higher_better: bool = True
    of_run: Callable[[Sequence[Outcome]], Figure] | None = None
    values_of_run: Callable[[Sequence[Outcome]], list[float]] | None = None
    weighted_of_run: Callable[[Sequence[Outcome]], WeightedFigure] | None = None


def _mean(
    key: str, title: str, values: Callable[[Sequence[Outcome]], list[float]], *, is_higher_better: bool = True
) -> Measure:
    return Measure(
        key=key,
        title=title,
        is_higher_better=is_higher_better,
        of_run=lambda outcomes: mean(values(outcomes)),
        values_of_run=values,
    )


def _curve(
    key: str, title: str, weighted: Callable[[Sequence[Outcome]], WeightedFigure], *, is_higher_better: bool = True
) -> Measure:
    return Measure(
        key=key,
        title=title,
        is_higher_better=is_higher_better,
        of_run=lambda outcomes: weighted(outcomes).of_all(),
        weighted_of_run=weighted,
    )


def _validity(outcomes: Sequence[Outcome]) -> list[float]:
    n_citations = sum(len(outcome.citations) for outcome in outcomes)
    n_invalid = sum(outcome.n_invalid for outcome in outcomes)
    return [0.0] * n_invalid + [1.0] * (n_citations - n_invalid)


def _failed(outcomes: Sequence[Outcome]) -> list[float]:
    return [float(outcome.status is Status.FAILED) for outcome in outcomes]


def _noticed(outcomes: Sequence[Outcome]) -> list[float]:
    """Only when there is one: without a language model there is nothing to notice."""
    noticed = [float(bool(outcome.notice)) for outcome in outcomes if outcome.status is not Status.JUDGED]
    return noticed if any(noticed) else []


def _unanswerable_of_abstained(outcomes: Sequence[Outcome]) -> list[float]:
    return [
        float(not outcome.judgement.is_supported)
        for outcome in outcomes
        if outcome.judgement is not None and outcome.status is Status.ABSTAINED
    ]


def _losses_of_answered(outcomes: Sequence[Outcome]) -> list[float]:
    return [
        outcome.loss
        for outcome in outcomes
        if outcome.loss is not None and outcome.status in (Status.ANSWERED, Status.PARTIAL)
    ]


def _pairs(outcomes: Iterable[Outcome]) -> list[ScoredPair]:
    return [outcome.judgement for outcome in outcomes if outcome.judgement is not None]


def _overlap_pairs(outcomes: Iterable[Outcome]) -> list[ScoredPair]:
    return [
        outcome.judgement._replace(score=outcome.scores[OVERLAP])
        for outcome in outcomes
        if outcome.judgement is not None and OVERLAP in outcome.scores
    ]


def _ranked_losses(outcomes: Iterable[Outcome]) -> list[RankedLoss]:
    return [
        RankedLoss(outcome.judgement.score, outcome.loss)
        for outcome in outcomes
        if outcome.judgement is not None and outcome.loss is not None
    ]


def weighted_median(values: Sequence[float]) -> WeightedFigure:
    """The median of the values (the lower one of two in the middle), each counted so many times."""
    order = np.argsort(np.asarray(values), kind="stable")

    def median(weights: Weights) -> Figure:
        reached = np.cumsum(weights[order])
        if not reached.size or not reached[-1]:
            return UNDEFINED
        middle = int(np.searchsorted(reached, (int(reached[-1]) + 1) // 2))
        return Figure(float(values[order[middle]]), int(reached[-1]))

    return WeightedFigure(len(values), median)


def _word_counts(outcomes: Iterable[Outcome]) -> list[WordCounts]:
    return [WordCounts(*(outcome.scores[key] for key in WORDS)) for outcome in outcomes if WORDS[0] in outcome.scores]


def _words_shown(outcomes: Sequence[Outcome]) -> WeightedFigure:
    return weighted_median([row.scores["words_shown"] for row in outcomes if "words_shown" in row.scores])


_ALL = (
    _mean("citation_validity", "citations equal to their source", _validity),
    _mean("failed", "failed, of all", _failed, is_higher_better=False),
    _mean("noticed", "answers with a notice, such as that the language model failed", _noticed, is_higher_better=False),
    # retrieval
    Measure(key="evidence_first", title="a gold sentence is the first found"),
    Measure(key="evidence_in_5", title="a gold sentence is among the first 5"),
    Measure(key="evidence_in_10", title="a gold sentence is among the first 10"),
    Measure(key="evidence_recall_10", title="share of the gold sentences among the first 10"),
    Measure(key="evidence_rank", title="reciprocal rank of the first gold sentence"),
    Measure(key="document_in_5", title="a gold document is among the first 5"),
    Measure(key="document_recall_5", title="share of the gold documents among the first 5"),
    Measure(key="document_ndcg_10", title="nDCG@10 of documents"),
    # answers with citations
    Measure(key="gold_cited", title="a gold sentence is cited"),
    Measure(key="gold_first_cited", title="the first citation is a gold sentence, of the answered"),
    Measure(
        key="misleading",
        title="misleading, of all: answered though unanswerable, or no gold sentence cited",
        is_higher_better=False,
    ),
    Measure(key="citation_recall", title="citation recall: share of the gold sentences that are cited"),
    Measure(key="citation_precision", title="citation precision: share of an answer's citations that are gold"),
    Measure(key="citation_f1", title="citation F1"),
    Measure(key="support_recall", title="share of claims that their citations support, by the verifier"),
    Measure(key="support_precision", title="share of citations that their claim needs, by the verifier"),
    Measure(
        key="wrong_speaker", title="share of the speaking citations that are somebody else's", is_higher_better=False
    ),
    Measure(key="answer_contains", title="a gold answer stands in the answer"),
    Measure(key="answer_f1", title="word F1 with the gold answer"),
    Measure(key="answer_exact", title="exact match with the gold answer"),
    Measure(key="n_citations", title="citations an answer", is_higher_better=False),
    _curve("words_shown", "words shown, median of the answered answerable", _words_shown, is_higher_better=False),
    _curve(
        "word_precision", "cited words that are gold, of all cited", lambda rows: word_precision(_word_counts(rows))
    ),
    _curve("word_recall", "gold words that are cited, of all gold", lambda rows: word_recall(_word_counts(rows))),
    _curve("cited_word_f1", "F1 of the two", lambda rows: word_f1(_word_counts(rows))),
    Measure(
        key="distractor_first",
        title="the first citation is what only seems to answer, of the answered",
        is_higher_better=False,
    ),
    Measure(key="cut_quotation", title="share of citations that cut a quotation", is_higher_better=False),
    # abstention
    Measure(key="answered", title="answered, of the answerable"),
    Measure(key="false_refusal", title="abstained or failed, of the answerable", is_higher_better=False),
    Measure(key="abstained", title="abstained, of the unanswerable (recall)"),
    Measure(key="abstained_false_premise", title="abstained, of those with a false premise"),
    _mean("abstention_precision", "unanswerable, of the abstained (precision)", _unanswerable_of_abstained),
    _mean("answer_error", "wrong, of the answered", _losses_of_answered, is_higher_better=False),
    _curve(
        "aurc",
        "area under the risk-coverage curve",
        lambda outcomes: weighted_aurc(_ranked_losses(outcomes)),
        is_higher_better=False,
    ),
    # verification, and everything else that is decided by a score
    _curve("balanced_accuracy", "balanced accuracy", lambda rows: weighted_balanced_accuracy(_pairs(rows))),
    _curve("auroc", "AUROC of the score", lambda rows: weighted_auroc(_pairs(rows))),
    _curve("overlap_auroc", "AUROC of word overlap, the floor", lambda rows: weighted_auroc(_overlap_pairs(rows))),
    _curve(
        "ece",
        "calibration error of the score, 10 bins",
        lambda rows: weighted_calibration_error(_pairs(rows)),
        is_higher_better=False,
    ),
    # what a source asserts
    Measure(key="false_shown", title="false claims shown", is_higher_better=False),
    *(
        Measure(
            key=f"false_shown_{kind}", title=f"… false ones of kind {kind.replace('_', ' ')}", is_higher_better=False
        )
        for kind in ClaimKind
    ),
    Measure(key="frame_passed", title="facts shown that their frame takes back", is_higher_better=False),
    *(
        Measure(key=f"frame_passed_{kind}", title=f"… by a frame of kind {kind}", is_higher_better=False)
        for kind in FrameKind
        if kind is not FrameKind.PASSING
    ),
    Measure(key="true_shown", title="true claims in other words than the source's shown"),
    *(Measure(key=f"true_shown_{kind}", title=f"… true ones of kind {kind.replace('_', ' ')}") for kind in ClaimKind),
    Measure(key="true_shown_framed", title="… in a frame that states them"),
    Measure(key="quoted_shown", title="true claims in the source's words shown"),
    Measure(key="turned_by_unrelated", title="refusals turned by an unrelated sentence", is_higher_better=False),
    # conflicts
    Measure(key="listed_right", title="listed conflicts that are conflicts"),
    Measure(key="listed_update_right", title="listed updates that are updates"),
    Measure(key="conflict_found", title="conflicts listed, of those that are there"),
    *(Measure(key=f"conflict_found_{what}", title=f"… that differ in {what}") for what in Difference),
    Measure(key="update_found", title="updates listed, of those that are there"),
    Measure(key="conflict_word_right", title="… of what was listed, with the word for what differs"),
    Measure(key="conflict_relation_right", title="… as disagreement, correction or update"),
    Measure(key="no_conflict_made", title="groups without a conflict of which none is listed"),
    # conversations
    Measure(key="rewrite_f1", title="word F1 with a person's stand-alone question"),
    Measure(key="rewrite_exact", title="the same as a person's stand-alone question"),
    Measure(key="rewrite_harmed", title="made worse than it was asked", is_higher_better=False),
    Measure(key="rewrite_recall", title="share of a person's added words that the rewrite has"),
    # mutants
    Measure(key="mutant_caught", title="mutants caught"),
    *(Measure(key=f"caught_{kind}", title=f"… of kind {kind.replace('_', ' ')}") for kind in MutationKind),
    *(
        Measure(key=f"caught_by_{name}", title=f"… of all, by {name.replace('_', ' ')} alone")
        for name in ("verifier", "span_validity", "citation_overlap", "speaker")
    ),
    Measure(key="untouched_accused", title="untouched claims accused", is_higher_better=False),
    Measure(key="rewording_accused", title="faithful rewordings accused", is_higher_better=False),
    Measure(
        key="rewording_accused_words",
        title="… that change more than blanks and quotation marks",
        is_higher_better=False,
    ),
)

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.key: measure for measure in _ALL})
"""Every measure by key, in the order in which reports show them."""


def values_by_case(measure: Measure, outcomes: Iterable[Outcome]) -> dict[str, float]:
    """The score of each case for which the measure is defined, by case id; empty for a measure of runs."""
    return {outcome.case_id: outcome.scores[measure.key] for outcome in outcomes if measure.key in outcome.scores}


def figure(measure: Measure, outcomes: Sequence[Outcome]) -> Figure:
    """The figure over these outcomes; undefined when no case has what it measures."""
    if measure.of_run is not None:
        return measure.of_run(outcomes)
    return mean(values_by_case(measure, outcomes).values())


def interval(measure: Measure, outcomes: Sequence[Outcome]) -> Interval:
    """The figure with its 95 % interval: Wilson's when all values are 0 or 1, else a bootstrap over cases.

    Wilson's takes citations for independent of each other; those of one answer are not quite.
    """
    found = figure(measure, outcomes)
    if found.value is None:
        return Interval(UNDEFINED, None, None)
    if measure.weighted_of_run is not None:
        return bootstrap_interval_of_weighted(measure.weighted_of_run(outcomes))
    if measure.values_of_run is not None:
        values = measure.values_of_run(outcomes)
    else:
        values = list(values_by_case(measure, outcomes).values())
    if set(values) <= {0.0, 1.0}:
        return wilson_interval(round(sum(values)), len(values))
    return bootstrap_interval(values)
