"""The figures of one run over a public set, each with its 95 % interval and the number of cases behind it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eval.cases import Case
from eval.metrics.citation_overlap import GoldKind, Place, citation_scores, is_match
from eval.metrics.verification import ScoredPair, auroc
from eval.outcomes import Outcome
from eval.statistics import Interval, bootstrap_interval, bootstrap_interval_of, wilson_interval

__all__ = ["Line", "as_markdown", "summarise"]


class Line(NamedTuple):
    """One figure by name."""

    name: str
    interval: Interval


def summarise(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> list[Line]:
    """The figures over the cases that have an outcome; every such case counts, a failed one as a miss.

    Evidence and citations are judged on the answerable cases that have gold spans: one of them has to be found.
    """
    done = [(case, outcomes[case.id]) for case in cases if case.id in outcomes]
    with_gold = [(case, outcome) for case, outcome in done if case.answerable and case.gold_spans]
    lines = list(_status_lines(done))
    ranks = [_rank_of_gold(case, outcome) for case, outcome in with_gold]
    for k in (1, 5, 10):
        lines.append(Line(f"a gold sentence among the first {k}", _share(rank <= k for rank in ranks)))
    lines.append(Line("reciprocal rank of the first gold sentence", bootstrap_interval([1 / rank for rank in ranks])))
    lines.append(Line("a gold sentence is cited", _share(_cites_gold(case, outcome) for case, outcome in with_gold)))
    precisions = [
        scores.precision.value
        for case, outcome in with_gold
        if (scores := citation_scores(outcome.citations, _gold(case), gold_kind=GoldKind.ALTERNATIVES)).precision.value
        is not None
    ]
    lines.append(Line("share of an answer's citations that are gold", bootstrap_interval(precisions)))
    judged = [ScoredPair(case.answerable, _is_answered(outcome), outcome.answerability) for case, outcome in done]
    lines.append(Line("AUROC of answerability", bootstrap_interval_of(judged, auroc)))
    return lines


def _status_lines(done: Sequence[tuple[Case, Outcome]]) -> Iterator[Line]:
    answerable = [outcome for case, outcome in done if case.answerable]
    unanswerable = [outcome for case, outcome in done if not case.answerable]
    citations = sum(len(outcome.citations) for _, outcome in done)
    invalid = sum(outcome.n_invalid for _, outcome in done)
    yield Line("citations equal to their source", wilson_interval(citations - invalid, citations))
    yield Line("failed, of all", _share(outcome.status == "failed" for _, outcome in done))
    yield Line("answered, of the answerable", _share(_is_answered(outcome) for outcome in answerable))
    yield Line("abstained, of the answerable", _share(outcome.status == "abstained" for outcome in answerable))
    yield Line("abstained, of the unanswerable", _share(outcome.status == "abstained" for outcome in unanswerable))


def _is_answered(outcome: Outcome) -> bool:
    return outcome.status in ("answered", "partial")


def _share(statements: Iterator[bool]) -> Interval:
    listed = list(statements)
    return wilson_interval(sum(listed), len(listed))


def _gold(case: Case) -> list[Place]:
    return [Place(gold.document_id, gold.span) for gold in case.gold_spans]


def _rank_of_gold(case: Case, outcome: Outcome) -> float:
    """Rank of the first gold sentence among the evidence, from 1; infinite when it is not there."""
    ranks = (
        rank
        for rank, place in enumerate(outcome.evidence, start=1)
        if any(is_match(place, gold) for gold in _gold(case))
    )
    return next(ranks, float("inf"))


def _cites_gold(case: Case, outcome: Outcome) -> bool:
    return any(is_match(citation, gold) for citation in outcome.citations for gold in _gold(case))


def as_markdown(title: str, lines: Sequence[Line], outcomes: Sequence[Outcome]) -> str:
    """A table of the figures, with the median time of a question below it."""
    rows = [f"# {title}", "", "| figure | value | 95 % interval | cases |", "|---|---|---|---|"]
    for name, interval in lines:
        value, n = interval.figure
        bounds = "" if interval.low is None or interval.high is None else f"{interval.low:.3f}-{interval.high:.3f}"
        rows.append(f"| {name} | {'undefined' if value is None else f'{value:.3f}'} | {bounds} | {n:,} |")
    answered = [outcome.milliseconds for outcome in outcomes if outcome.status != "failed"]
    if answered:
        rows += [
            "",
            f"Median time of a question: {statistics.median(answered):.1f} ms over {len(answered):,} questions.",
        ]
    return "\n".join(rows) + "\n"
