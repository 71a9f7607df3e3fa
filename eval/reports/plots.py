"""The plots of a report as SVG text, ready to stand in an HTML page.

Colours are CSS variables of the page, so that a plot follows its light or dark theme; texts stay texts. What is drawn
comes from `eval.metrics`; only this file imports matplotlib, and none of its global state (pyplot) is used.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from html import escape
from io import StringIO
from math import ceil, floor, log10

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import NullFormatter

from eval.metrics.abstention import RiskPoint
from eval.metrics.verification import ReliabilityBin, ScoredPair
from eval.reports.markdown import shortened
from eval.statistics import Interval, wilson_interval
from eval.summary import Line, StageTime

__all__ = [
    "COLOURS",
    "found_by_rank",
    "intervals",
    "lines",
    "reliability",
    "risk_coverage",
    "score_histogram",
    "stage_bars",
]

INK, MUTED, GRID, ACCENT, SECOND = "#010101", "#020202", "#030303", "#040404", "#050505"
COLOURS = {INK: "--ink", MUTED: "--muted", GRID: "--grid", ACCENT: "--accent", SECOND: "--second"}
"""Stand-ins that no plot uses otherwise → variables of the page's style sheet."""

WIDTH = 4.0
"""Inches; a plot is shown at most a little wider than that and at least about 340 pixels wide."""
N_SCORE_BINS = 20
_LINES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ((0, (5, 1)), "v"))
_IN_A_FILE = {INK: "#222222", MUTED: "#777777", GRID: "#dddddd", ACCENT: "#1a5fb4", SECOND: "#c64600"}
LABEL_WIDTH = 46


def intervals(lines: Sequence[Line], *, alt: str) -> str:
    """Each figure as a dot with its interval as a whisker, on a scale from 0 to 1."""
    labels = [textwrap.wrap(f"{line.measure.title} {_direction(line)}", LABEL_WIDTH) for line in lines]
    row_height, line_height = 0.3, 0.17
    inches = 0.45 + sum(row_height + line_height * len(label) for label in labels)
    with _style():
        canvas = Canvas(figsize=(WIDTH, inches))
        axes = canvas.add_axes((0.02, 0.3 / inches, 0.96, 1 - 0.32 / inches))
        top = inches - 0.45
        for line, label in zip(lines, labels, strict=True):
            top -= line_height * len(label)
            axes.text(0, top + 0.02, "\n".join(label), va="bottom", linespacing=1.15)
            figure, low, high = line.interval
            axes.text(1, top + 0.02, f"{figure.value:.3f}", va="bottom", ha="right", fontweight="bold")
            top -= row_height
            y = top + 0.2
            axes.plot([0, 1], [y, y], color=GRID, linewidth=4, solid_capstyle="round")
            if low is not None and high is not None:
                axes.plot([low, high], [y, y], color=ACCENT, linewidth=2.5, solid_capstyle="round")
            axes.plot([figure.value or 0.0], [y], "o", color=ACCENT, markersize=7)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.05, inches - 0.4), yticks=[], xticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_xticklabels(["0", "0.25", "0.5", "0.75", "1"])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(length=0)
        axes.grid(visible=False)  # it would run through the labels
        return _svg(canvas, alt)


def _direction(line: Line) -> str:
    return "" if line.measure.is_higher_better else "(low\u00a0is\u00a0good)"


def risk_coverage(points: Sequence[RiskPoint], *, area: float, operating: RiskPoint | None, alt: str) -> str:
    """The mean loss among the most confident cases, by their share of all.

    operating: what the run's own threshold gives; None when it answered nothing.
    """
    with _style():
        canvas, axes = _square_plot("share of cases answered, most confident first", "share of these that is wrong")
        coverages, risks = [point.coverage for point in points], [point.risk for point in points]
        axes.fill_between(coverages, risks, color=ACCENT, alpha=0.15, linewidth=0)
        axes.plot(coverages, risks, color=ACCENT, linewidth=2, label=f"by confidence, area {area:.3f}")
        axes.axhline(risks[-1], color=MUTED, linestyle="--", linewidth=1.2, label=f"in any order, {risks[-1]:.3f}")
        if operating is not None:
            axes.plot(
                [operating.coverage], [operating.risk], "D", color=SECOND, markersize=7, label="as this run answered"
            )
        axes.set(xlim=(0, 1.02), ylim=(0, max(risks) * 1.15 or 1))
        _legend_above(axes)
        return _svg(canvas, alt)


def reliability(bins: Sequence[ReliabilityBin], *, positive: str, alt: str) -> str:
    """The share that is positive in each bin of the score, with its interval, over the number of cases there.

    positive: what the positive class is, such as `supported`.
    """
    filled = [row for row in bins if row.mean_score.value is not None]
    with _style():
        canvas = Canvas(figsize=(WIDTH, 4.5))
        axes, counts = canvas.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        axes.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=1.2, label="a score that means what it says")
        for row in filled:
            share, low, high = _share_interval(row)
            axes.plot([row.mean_score.value] * 2, [low, high], color=ACCENT, linewidth=2)
            axes.plot([row.mean_score.value], [share], "o", color=ACCENT, markersize=6)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel=f"share {positive}")
        axes.legend(loc="upper left", fontsize=8.5, bbox_to_anchor=(-0.02, 1.14))
        centres, heights = [(row.lower + row.upper) / 2 for row in bins], [row.mean_score.n for row in bins]
        counts.bar(centres, heights, width=0.085, color=ACCENT, alpha=0.55)
        for centre, n in zip(centres, heights, strict=True):
            counts.text(centre, n, f"{n:,}" if n else "", ha="center", va="bottom", fontsize=7.5)
        counts.set(ylabel="cases", xlabel="score", ylim=(0, max(heights, default=1) * 1.3), yticks=[])
        counts.grid(visible=False)
        canvas.subplots_adjust(left=0.13, right=0.98, top=0.94, bottom=0.11, hspace=0.12)
        return _svg(canvas, alt)


def _share_interval(row: ReliabilityBin) -> tuple[float, float, float]:
    share = row.share_supported.value or 0.0
    found = wilson_interval(round(share * row.share_supported.n), row.share_supported.n)
    return share, found.low or 0.0, found.high or 0.0


def score_histogram(pairs: Sequence[ScoredPair], *, positive: str, negative: str, alt: str) -> str:
    """The scores of the positive cases upwards and of the others downwards, each as shares of their class."""
    with _style():
        canvas, axes = _square_plot("score", "share of the class", height=3.2)
        edges = [number / N_SCORE_BINS for number in range(N_SCORE_BINS + 1)]
        for is_positive, sign, colour, name in ((True, 1, ACCENT, positive), (False, -1, SECOND, negative)):
            scores = [pair.score for pair in pairs if pair.is_supported is is_positive]
            if scores:
                weights = [sign / len(scores)] * len(scores)
                axes.hist(
                    scores, bins=edges, weights=weights, color=colour, rwidth=0.88, label=f"{name} ({len(scores):,})"
                )
        axes.axhline(0, color=MUTED, linewidth=1)
        low, high = axes.get_ylim()
        bound = max(abs(low), abs(high))
        axes.set(xlim=(-0.01, 1.01), ylim=(-bound, bound))
        axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
        _legend_above(axes)
        return _svg(canvas, alt)


def stage_bars(times: Sequence[StageTime], *, alt: str) -> str:
    """The median and the 95th percentile of each stage, on a logarithmic scale of milliseconds."""
    with _style():
        canvas = Canvas(figsize=(WIDTH, 0.75 + 0.44 * len(times)))
        axes = canvas.subplots()
        floor = 0.01
        for row, time in enumerate(times):
            median, p95 = max(floor, time.median_ms), max(floor, time.p95_ms)
            axes.plot([median, p95], [row, row], color=ACCENT, linewidth=2.5, solid_capstyle="round")
            axes.plot([median], [row], "o", color=ACCENT, markersize=7, label="median" if not row else None)
            axes.plot([p95], [row], "|", color=ACCENT, markersize=12, markeredgewidth=2.5, label="" if row else "p95")
            axes.text(median, row - 0.26, f"{_short(time.median_ms)} - {_short(time.p95_ms)} ms", fontsize=8, ha="left")
        axes.set_xscale("log")
        axes.set_yticks(range(len(times)), [_printable(time.stage) for time in times])
        axes.set(ylim=(len(times) - 0.5, -0.75), xlabel="milliseconds, median (dot) to 95th percentile")
        low, high = axes.get_xlim()
        axes.set_xlim(low, high * 6)  # room for the last label
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(axis="both", which="both", length=0)
        axes.grid(visible=False, axis="y")
        canvas.tight_layout(pad=0.4)
        return _svg(canvas, alt)


def _printable(name: str, n_characters: int = 16) -> str:
    """A name from the run's file in characters that every font has; matplotlib warns of others."""
    return shortened(name, n_characters).encode("ascii", "replace").decode("ascii")


def _short(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.2g}"


def found_by_rank(shares: Sequence[Interval], *, alt: str) -> str:
    """The share of questions with a gold sentence among the first k, for k from 1, with its interval."""
    ranks = range(1, len(shares) + 1)
    with _style():
        canvas, axes = _square_plot("sentences looked at", "questions with a gold one among them")
        lows, highs = [each.low or 0.0 for each in shares], [each.high or 0.0 for each in shares]
        values = [each.figure.value or 0.0 for each in shares]
        axes.fill_between(ranks, lows, highs, color=ACCENT, alpha=0.18, linewidth=0, step="post")
        axes.step(ranks, values, color=ACCENT, linewidth=2, where="post")
        for rank in (1, 5, 10):
            if rank <= len(shares):
                axes.plot([rank], [values[rank - 1]], "o", color=ACCENT, markersize=6)
                axes.annotate(f"{values[rank - 1]:.2f}", (rank, values[rank - 1]), (3, -13), textcoords="offset points")
        axes.set_xscale("log")
        ticks = [rank for rank in (1, 2, 5, 10, 20, 50) if rank <= len(shares)]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(which="minor", length=0)
        axes.set(ylim=(0, 1.02))
        return _svg(canvas, alt)


def lines(series: Mapping[str, Mapping[int, float]], *, x_label: str, y_label: str) -> str:
    """Costs by size, both on logarithmic scales, as an SVG file of its own; the first series stands out.

    series: by name, the cost at each size; sizes and costs above 0.
    """
    with _style():
        canvas, axes = _square_plot(x_label, y_label, height=4.0)
        for number, (name, costs) in enumerate(series.items()):
            sizes = sorted(costs)
            style, marker = _LINES[number % len(_LINES)]
            axes.plot(
                sizes,
                [costs[size] for size in sizes],
                linestyle=style,
                marker=marker,
                markersize=5,
                color=ACCENT if number == 0 else INK,
                linewidth=2.2 if number == 0 else 1.2,
                label=_printable(name, 24),
            )
        values = [cost for costs in series.values() for cost in costs.values()]
        axes.set(xscale="log", yscale="log", ylim=(10 ** floor(log10(min(values))), 10 ** ceil(log10(max(values)))))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
        axes.tick_params(which="minor", length=0)
        _legend_above(axes)
        return _file(_svg(canvas, y_label))


def _square_plot(x_label: str, y_label: str, *, height: float = 3.6) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
    axes = canvas.subplots()
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.tick_params(length=0)
    return canvas, axes


def _legend_above(axes: Axes) -> None:
    """A legend above the axes, where it covers no point."""
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=1, fontsize=8.5)


def _style() -> AbstractContextManager[None]:
    """What every plot looks like, for as long as it is drawn."""
    return rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "chapter-and-verse",
            "font.family": "sans-serif",
            "font.size": 9.5,
            "text.color": INK,
            "text.parse_math": False,
            "axes.edgecolor": MUTED,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "grid.linewidth": 0.7,
            "legend.frameon": False,
            "axes.facecolor": "none",
            "figure.facecolor": "none",
        }
    )


def _svg(canvas: Canvas, alt: str) -> str:
    """The figure as an element of an HTML page: no ids that two plots could share, no address of any kind."""
    FigureCanvasSVG(canvas)
    file = StringIO()
    canvas.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    body = text[text.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"^<svg[^>]*>", "", body).replace("xlink:href", "href")
    body = re.sub(r'<g id="[^"]*">', "<g>", body)
    for colour, variable in COLOURS.items():
        body = body.replace(colour, f"var({variable})")
    return f'<svg viewBox="{box[1] if box else ""}" role="img" aria-label="{escape(alt)}">{body}'


def _file(element: str) -> str:
    """The element as a file of its own, on white, with colours in the place of a page's variables."""
    for stand_in, colour in _IN_A_FILE.items():
        element = element.replace(f"var({COLOURS[stand_in]})", colour)
    return element.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" style="background:white" width="520" ', 1)
