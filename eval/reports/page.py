"""A run as one HTML file that needs nothing else: no script, no address, the plots inside it.

Every text from data goes through the template's automatic escaping; only what `eval.reports.plots` drew is put in as it
is. A policy in the page forbids scripts and loading of anything, should a text ever get past that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.metrics.abstention import RankedLoss, RiskPoint, aurc, risk_curve
from eval.metrics.figure import Figure, mean, share
from eval.metrics.verification import ScoredPair, reliability_table
from eval.outcomes import Outcome, Status
from eval.reports import plots
from eval.reports.figure_groups import grouped
from eval.reports.page_template import TEMPLATE
from eval.reports.stored_runs import StoredRun
from eval.reports.worst_cases import worst_cases
from eval.statistics import Interval, wilson_interval
from eval.summary import Line, stage_times, summarise

__all__ = ["Plot", "as_html", "operating_point", "shares_by_rank"]

N_RANKS = 50
"""Sentences in the ranking that tasks measure."""
N_QUOTES = 3


class Plot(NamedTuple):
    """A plot with the words below it, if any."""

    title: str
    svg: Markup
    caption: str


class End(NamedTuple):
    """How many cases ended so."""

    status: str
    n: int
    percent: float


def as_html(run: StoredRun, *, n_cases: int) -> str:
    """The page of a run with at most `n_cases` of its worst cases."""
    outcomes, lines = run.outcomes, summarise(run.outcomes)
    is_verification = all(outcome.status in (Status.JUDGED, Status.FAILED) for outcome in outcomes)
    groups = grouped(lines, is_verification=is_verification)
    drawn = [_interval_plot(group.title, [line for line in group.lines if _is_plotted(line)]) for group in groups]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE).render(
        run=run,
        ends=_ends(outcomes),
        interval_plots=[plot for plot in drawn if plot is not None],
        curves=_curves(outcomes, is_verification=is_verification),
        groups=groups,
        cases=worst_cases(outcomes, n_cases),
        n_quotes=N_QUOTES,
    )


def shares_by_rank(outcomes: Sequence[Outcome], n_ranks: int = N_RANKS) -> list[Interval]:
    """The share of cases with a gold sentence among the first 1, 2, … sentences; empty when no case measures it."""
    ranks = [_rank(outcome.scores["evidence_rank"]) for outcome in outcomes if "evidence_rank" in outcome.scores]
    if not ranks:
        return []
    return [
        wilson_interval(sum(rank is not None and rank <= k for rank in ranks), len(ranks))
        for k in range(1, n_ranks + 1)
    ]


def _rank(reciprocal: float) -> int | None:
    return round(1 / reciprocal) if reciprocal > 0 else None


def operating_point(outcomes: Sequence[Outcome]) -> RiskPoint | None:
    """What the run's own decisions give: the share of ranked cases that it answered and the loss among these."""
    ranked = [outcome for outcome in outcomes if outcome.judgement is not None and outcome.loss is not None]
    answered = [outcome for outcome in ranked if outcome.status in (Status.ANSWERED, Status.PARTIAL)]
    risk = mean(outcome.loss for outcome in answered if outcome.loss is not None)
    if risk.value is None:
        return None
    confidence = min(outcome.judgement.score for outcome in answered if outcome.judgement is not None)
    return RiskPoint(confidence, len(answered) / len(ranked), risk.value, len(answered))


def _is_plotted(line: Line) -> bool:
    """Whether it fits the scale from 0 to 1, unlike a number of citations, and does not stand above the plots."""
    figure, low, high = line.interval
    return line.measure.key != "failed" and all(
        0 <= each <= 1 for each in (figure.value, low, high) if each is not None
    )


def _interval_plot(title: str, lines: Sequence[Line]) -> Plot | None:
    if not lines:
        return None
    told = "; ".join(f"{line.measure.title} {line.interval.figure.value:.3f}" for line in lines)
    svg = plots.intervals(lines, alt=f"{title}, figures with 95 % intervals: {told}.")
    return Plot(title, Markup(svg), "")  # noqa: S704 - drawn by us


def _curves(outcomes: Sequence[Outcome], *, is_verification: bool) -> list[Plot]:
    """Every plot that these outcomes have something for."""
    positive, negative = ("supported", "unsupported") if is_verification else ("answerable", "unanswerable")
    pairs = [outcome.judgement for outcome in outcomes if outcome.judgement is not None]
    found = [_rank_plot(outcomes), _risk_plot(outcomes)]
    if pairs:
        found += [_reliability_plot(pairs, positive), _histogram(pairs, positive, negative)]
    found.append(_time_plot(outcomes))
    return [plot for plot in found if plot is not None]


def _rank_plot(outcomes: Sequence[Outcome]) -> Plot | None:
    shares = shares_by_rank(outcomes)
    if not shares:
        return None
    told = ", ".join(f"{shares[rank - 1].figure.value:.2f} among the first {rank}" for rank in (1, 5, 10, N_RANKS))
    svg = plots.found_by_rank(shares, alt=f"Share of questions with a gold sentence found: {told}.")
    caption = f"Share of {shares[0].figure.n:,} questions with a gold sentence among the first so many found."
    return Plot("Found by rank", Markup(svg), caption)  # noqa: S704 - drawn by us


def _risk_plot(outcomes: Sequence[Outcome]) -> Plot | None:
    ranked = [
        RankedLoss(outcome.judgement.score, outcome.loss)
        for outcome in outcomes
        if outcome.judgement is not None and outcome.loss is not None
    ]
    points, area = risk_curve(ranked), aurc(ranked)
    if area.value is None:
        return None
    operating = operating_point(outcomes)
    alt = f"Risk-coverage curve, area {area.value:.3f}; answering all cases, {points[-1].risk:.3f} are wrong."
    if operating is not None:
        alt += f" This run answered {operating.coverage:.0%}, of which {operating.risk:.0%} are wrong."
    svg = plots.risk_coverage(points, area=area.value, operating=operating, alt=alt)
    caption = f"Over {area.n:,} cases. If only the most confident answers were given, how many of them would be wrong?"
    return Plot("Risk and coverage", Markup(svg), caption)  # noqa: S704 - drawn by us


def _reliability_plot(pairs: Sequence[ScoredPair], positive: str) -> Plot:
    table = reliability_table(pairs)
    told = "; ".join(
        f"score about {row.mean_score.value:.2f}: {row.share_supported.value:.2f} of {row.mean_score.n:,}"
        for row in table
        if row.mean_score.value is not None
    )
    svg = plots.reliability(table, positive=positive, alt=f"Reliability: share {positive} by score. {told}.")
    caption = f"Does the score mean what it says? Share {positive} in each tenth of the score, and the number of cases."
    return Plot("Reliability of the score", Markup(svg), caption)  # noqa: S704 - drawn by us


def _histogram(pairs: Sequence[ScoredPair], positive: str, negative: str) -> Plot:
    medians = [
        f"{name}: mean score {_mean_score(pairs, is_positive):.2f}"
        for name, is_positive in ((positive, True), (negative, False))
        if any(pair.is_supported is is_positive for pair in pairs)
    ]
    alt = f"Histogram of the score by class. {'; '.join(medians)}."
    svg = plots.score_histogram(pairs, positive=positive, negative=negative, alt=alt)
    caption = f"How far the score separates {positive} cases (up) from {negative} ones (down)."
    return Plot("Score by class", Markup(svg), caption)  # noqa: S704 - drawn by us


def _mean_score(pairs: Sequence[ScoredPair], is_positive: bool) -> float:
    scores: Figure = mean(pair.score for pair in pairs if pair.is_supported is is_positive)
    return scores.value or 0.0


def _time_plot(outcomes: Sequence[Outcome]) -> Plot | None:
    times = stage_times(outcomes)
    if not times:
        return None
    told = "; ".join(f"{time.stage} {time.median_ms:.1f} and {time.p95_ms:.1f} ms" for time in times)
    svg = plots.stage_bars(times, alt=f"Time by stage, median and 95th percentile: {told}.")
    caption = f"Over {max(time.n for time in times):,} questions; note the logarithmic scale."
    return Plot("Time by stage", Markup(svg), caption)  # noqa: S704 - drawn by us


def _ends(outcomes: Sequence[Outcome]) -> list[End]:
    ends = []
    for status in Status:
        figure = share(outcome.status is status for outcome in outcomes)
        n = sum(outcome.status is status for outcome in outcomes)
        if n and figure.value is not None:
            ends.append(End(status.value, n, 100 * figure.value))
    return ends
