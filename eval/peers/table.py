"""The results of a comparison as Markdown: what is found, what is cited, how fast, and ours against each peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from eval.peers.figures import SCORED, PeerOutcome
from eval.peers.protocol import OURS, RAW_MODEL, IndexReport
from eval.statistics import Interval, compare

__all__ = ["Absent", "PeerResult", "PeerRun", "as_markdown"]

_FOUND = (
    "gold sentence first 1",
    "gold sentence first 5",
    "gold sentence first 10",
    "gold within 1,000 characters",
    "characters of a found unit",
    "gold document first 1",
    "gold document first 5",
    "nDCG@10 of documents",
    "MRR of documents",
)
_CITED = (
    "cited text is a whole sentence",
    "cited text is in its source",
    "cited with its place",
    "characters of a citation",
    "gold cited",
    "cites nothing, of the answerable",
    "cites nothing, of the unanswerable",
)
_LATENCY = ("milliseconds, median", "milliseconds, 95th percentile")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRun:
    """A peer that ran.

    outcomes: one for each case, in order. scores: of each case by its id, for the figures of `SCORED`.
    """

    name: str
    index: IndexReport
    outcomes: tuple[PeerOutcome, ...]
    figures: Mapping[str, Interval]
    scores: Mapping[str, Mapping[str, float]]

    @property
    def rate(self) -> float:
        """Characters indexed a second."""
        return self.index.n_characters / self.index.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A peer without figures: its library is not installed, or it failed; the reason says which."""

    name: str
    reason: str
    is_failure: bool = False


PeerResult: TypeAlias = PeerRun | Absent


def as_markdown(title: str, results: Sequence[PeerResult]) -> str:
    """Four tables, one row a peer, with 95 % intervals in brackets."""
    runs = {result.name: result for result in results if isinstance(result, PeerRun)}
    lines = [f"# {title}", "", "## Found", ""]
    lines += _table([_with_n(name, runs) for name in _FOUND], results, lambda run: _cells(run, _FOUND))
    lines += ["", "## Cited", ""]
    lines += _table(["citations", *(_with_n(name, runs) for name in _CITED)], results, _cited_cells)
    lines += ["", "## Speed", ""]
    latency = [_with_n(name, runs) for name in _LATENCY]
    header = ["units", "indexed, characters a second", *_ratio_names("rate"), *latency, *_ratio_names("median")]
    lines += _table(header, results, lambda run: _speed_cells(run, runs))
    if OURS in runs and len(runs) > 1:
        lines += ["", f"## {OURS} minus the peer, paired by question", ""]
        others = [result for result in results if result.name != OURS]
        lines += _table(list(SCORED), others, lambda run: _difference_cells(runs[OURS], run))
    return "\n".join(lines) + "\n"


def _table(header: Sequence[str], results: Sequence[PeerResult], cells_of: Callable[[PeerRun], list[str]]) -> list[str]:
    rows = [["peer", *header], ["---"] * (len(header) + 1)]
    for result in results:
        if isinstance(result, PeerRun):
            cells = cells_of(result)
        else:
            cells = [result.reason.replace("|", "\\|"), *[""] * (len(header) - 1)]
        rows.append([result.name, *cells])
    return [f"| {' | '.join(row)} |" for row in rows]


def _with_n(name: str, runs: Mapping[str, PeerRun]) -> str:
    """The name, with the number of cases behind it where that is the same for all peers."""
    counts = {run.figures[name].figure.n for run in runs.values()}
    return f"{name} (n = {counts.pop():,})" if len(counts) == 1 else name


def _cells(run: PeerRun, names: Sequence[str]) -> list[str]:
    return [_cell(run.figures[name]) for name in names]


def _cell(interval: Interval) -> str:
    """The value with its bounds: shares with three decimals, counts and times as people read them."""
    value = interval.figure.value
    if value is None:
        return "none"
    if interval.low is None or interval.high is None:
        return _number(value)
    return f"{_number(value)} ({_number(interval.low)} to {_number(interval.high)})"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"


def _cited_cells(run: PeerRun) -> list[str]:
    return [f"{sum(len(outcome.cited) for outcome in run.outcomes):,}", *_cells(run, _CITED)]


def _speed_cells(run: PeerRun, runs: Mapping[str, PeerRun]) -> list[str]:
    rates = [_ratio(run.rate, runs[name].rate) if name in runs else "" for name in (OURS, RAW_MODEL)]
    medians = [_ratio(_median(run), _median(runs[name])) if name in runs else "" for name in (OURS, RAW_MODEL)]
    return [f"{run.index.n_units:,}", f"{run.rate:,.0f}", *rates, *_cells(run, _LATENCY), *medians]


def _ratio_names(what: str) -> list[str]:
    return [f"{what} / {name}'s" for name in (OURS, RAW_MODEL)]


def _median(run: PeerRun) -> float:
    return run.figures[_LATENCY[0]].figure.value or 0.0


def _ratio(numerator: float, denominator: float) -> str:
    return f"{numerator / denominator:.3g}" if denominator else ""


def _difference_cells(ours: PeerRun, peer: PeerRun) -> list[str]:
    cells = []
    for name in SCORED:
        comparison = compare(peer.scores[name], ours.scores[name])
        value, low, high = comparison.difference.figure.value, comparison.difference.low, comparison.difference.high
        if value is None or low is None or high is None:
            cells.append("none")
        else:
            cells.append(f"{value:+.3f} ({low:+.3f} to {high:+.3f}), p = {comparison.p_value:.4f}")
    return cells
