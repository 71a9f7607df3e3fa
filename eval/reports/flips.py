"""The cases that two runs judge differently, by measure: a person reads these before believing a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eval.measures import MEASURES, values_by_case
from eval.outcomes import Outcome, Status

__all__ = ["Flips", "flips"]

_JUDGED_RIGHTLY = "judged rightly"
"""Not a measure: a claim that was accepted although unsupported, or the other way round, is right in neither run's
balanced accuracy, and its case has no 0/1 score."""


class Flips(NamedTuple):
    """The cases whose value went from 0 to 1 or back, the same ones for every measure in `titles`.

    worse, better: ids, in the order of the first run.
    """

    titles: tuple[str, ...]
    worse: tuple[str, ...]
    better: tuple[str, ...]


def flips(first: Sequence[Outcome], second: Sequence[Outcome]) -> list[Flips]:
    """The flips of every measure that is 0 or 1 for each case; measures with the same ones share an entry.

    first, second: the same cases of two runs.
    """
    titles_by_cases: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for measure in MEASURES.values():
        raised, lowered = _changed(values_by_case(measure, first), values_by_case(measure, second))
        worse, better = (lowered, raised) if measure.is_higher_better else (raised, lowered)
        titles_by_cases.setdefault((worse, better), []).append(measure.title)
    better, worse = _changed(_judged_rightly(first), _judged_rightly(second))
    titles_by_cases.setdefault((worse, better), []).append(_JUDGED_RIGHTLY)
    return [
        Flips(tuple(titles), worse, better) for (worse, better), titles in titles_by_cases.items() if worse or better
    ]


def _changed(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the cases with 1 for 0 and with 0 for 1; none when a value is neither."""
    if not {*first.values(), *second.values()} <= {0.0, 1.0}:
        return (), ()
    pairs = {case_id: (value, second[case_id]) for case_id, value in first.items() if case_id in second}
    raised = tuple(case_id for case_id, (before, after) in pairs.items() if before < after)
    return raised, tuple(case_id for case_id, (before, after) in pairs.items() if before > after)


def _judged_rightly(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {
        outcome.case_id: float(outcome.judgement.is_accepted == outcome.judgement.is_supported)
        for outcome in outcomes
        if outcome.status is Status.JUDGED and outcome.judgement is not None
    }
