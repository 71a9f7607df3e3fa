"""How well the verifier tells what is supported: balanced accuracy, AUROC and calibration, set by set.

Denominators: all pairs of the report half, of `fm2` and `wice` only those with gold evidence. A claim's log-odds are
the lowest of its sentences'; long evidence is read in two windows, and the better one counts. Thresholds are those that
are best on the pairs kept back from training: each set's own, and one for all sets together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from types import MappingProxyType

from eval.metrics.figure import Figure
from eval.metrics.verification import ScoredPair, auroc, calibration_error
from eval.training.verifier.calibration import Scored, balanced, best_threshold, fitted_temperature, probability
from eval.training.verifier.data.claims import Judged
from eval.training.verifier.data.parts import Part
from rag import VerdictLabel
from rag.model.evidence import EvidenceModel

__all__ = ["ONLY_SOURCE", "scored_claims", "support_figures"]

ONLY_SOURCE: Mapping[str, str] = MappingProxyType({"fm2": "fm2-gold", "wice": "wice-gold-sentences"})


def scored_claims(
    judged: Sequence[Judged], runtime: EvidenceModel, *, part: Part, limit: int | None = None
) -> list[tuple[Judged, Scored]]:
    """The claims of the part with their log-odds; at most `limit` of them, the same ones every time."""
    chosen = [each for each in judged if each.part is part]
    if limit is not None and len(chosen) > limit:
        chosen = Random(0).sample(chosen, limit)  # noqa: S311  draws a sample, guards no secret
    units = [unit for each in chosen for unit in each.units]
    wide = runtime.read([(unit.text, unit.sentences) for unit in units])
    is_long = [unit.narrow != unit.sentences for unit in units]
    narrow = iter(runtime.read([(unit.text, unit.narrow) for unit, is_so in zip(units, is_long, strict=True) if is_so]))
    supports = iter(
        max(read.support, next(narrow).support) if is_so else read.support
        for read, is_so in zip(wide, is_long, strict=True)
    )
    return [
        (each, Scored(each.label is VerdictLabel.SUPPORTED, min(next(supports) for _ in each.units))) for each in chosen
    ]


def support_figures(
    judged: Mapping[str, Sequence[Judged]], runtime: EvidenceModel, *, limit: int | None = None
) -> dict[str, dict[str, float]]:
    """Figures by set, and under `all`: means over sets, and what belongs to all of them."""
    measured = {
        name: [each for each in claims if ONLY_SOURCE.get(name, each.source) == each.source]
        for name, claims in judged.items()
    }
    tune = {name: scored_claims(claims, runtime, part=Part.CALIBRATE) for name, claims in measured.items()}
    report = {name: scored_claims(claims, runtime, part=Part.REPORT, limit=limit) for name, claims in measured.items()}
    tuned = {name: [scored for _, scored in rows] for name, rows in tune.items()}
    common, temperature = best_threshold(list(tuned.values())), fitted_temperature(list(tuned.values()))
    figures: dict[str, dict[str, float]] = {}
    pooled: list[ScoredPair] = []
    for name, rows in report.items():
        scored = [each for _, each in rows]
        pairs = [_pair(each, temperature) for each in scored]
        pooled += pairs
        own = best_threshold([tuned[name]])
        figures[name] = {
            "n": len(rows),
            "balanced_accuracy": balanced(scored, own),
            "balanced_accuracy_common": balanced(scored, common),
            "auroc": _value(auroc(pairs)),
            "ece": _value(calibration_error(pairs)),
            "threshold": own,
        }
        for source in sorted({each.source for each, _ in rows}):
            of_source = [each for judged_claim, each in rows if judged_claim.source == source]
            if len({each.is_positive for each in of_source}) > 1:
                figures[name][f"balanced_accuracy {source}"] = balanced(of_source, own)
    means = ("balanced_accuracy", "balanced_accuracy_common", "auroc", "ece")
    figures["all"] = {key: sum(figures[name][key] for name in report) / len(report) for key in means}
    figures["all"] |= {"threshold": common, "temperature": temperature, "ece_pooled": _value(calibration_error(pooled))}
    return figures


def _value(figure: Figure) -> float:
    """The value; that of a guess where nothing was measured."""
    return 0.5 if figure.value is None else figure.value


def _pair(scored: Scored, temperature: float) -> ScoredPair:
    score = probability(scored.logit, temperature)
    return ScoredPair(scored.is_positive, score >= 0.5, score)
