"""The cases of a run that a person should read first, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import chain, zip_longest
from typing import NamedTuple

from eval.outcomes import Outcome, Status

__all__ = ["Fault", "WorstCase", "worst_cases"]


class Fault(StrEnum):
    """What is wrong with a case, the gravest first; a case is shown under the first that it has."""

    INVALID_CITATION = "a citation that is not the text of its source"
    FAILED = "failed"
    ANSWERED_UNANSWERABLE = "answered, although the documents do not answer"
    WRONG_ANSWER = "answered wrongly"
    ACCEPTED_UNSUPPORTED = "accepted, although unsupported"
    REFUSED_SUPPORTED = "refused, although supported"
    FALSE_REFUSAL = "abstained, although the documents answer"


class WorstCase(NamedTuple):
    """One case and its fault."""

    fault: Fault
    outcome: Outcome


def worst_cases(outcomes: Iterable[Outcome], n: int) -> list[WorstCase]:
    """At most `n` faulty cases, grouped by fault; each fault gives its worst ones, and as many as the others if it can.

    Worst is the answer given, or the claim accepted, with the highest score, and the refusal with the lowest.
    """
    cases_by_fault: dict[Fault, list[Outcome]] = {fault: [] for fault in Fault}
    for outcome in outcomes:
        fault = _fault(outcome)
        if fault is not None:
            cases_by_fault[fault].append(outcome)
    ranked = [
        [WorstCase(fault, outcome) for outcome in sorted(cases, key=_worst_first(fault))]
        for fault, cases in cases_by_fault.items()
    ]
    in_turn = [case for case in chain.from_iterable(zip_longest(*ranked)) if case is not None][:n]
    order = list(Fault)
    return sorted(in_turn, key=lambda case: order.index(case.fault))


def _fault(outcome: Outcome) -> Fault | None:
    if outcome.n_invalid:
        return Fault.INVALID_CITATION
    if outcome.status is Status.FAILED:
        return Fault.FAILED
    judgement = outcome.judgement
    if judgement is None:
        return None
    if outcome.status is Status.JUDGED:
        if judgement.is_accepted == judgement.is_supported:
            return None
        return Fault.ACCEPTED_UNSUPPORTED if judgement.is_accepted else Fault.REFUSED_SUPPORTED
    if outcome.status is Status.ABSTAINED:
        return Fault.FALSE_REFUSAL if judgement.is_supported else None
    if not judgement.is_supported:
        return Fault.ANSWERED_UNANSWERABLE
    return Fault.WRONG_ANSWER if outcome.loss == 1 else None


def _worst_first(fault: Fault) -> Callable[[Outcome], float]:
    is_refusal = fault in _REFUSALS

    def rank(outcome: Outcome) -> float:
        score = outcome.judgement.score if outcome.judgement is not None else 0.0
        return score if is_refusal else -score

    return rank


_REFUSALS: Sequence[Fault] = (Fault.FALSE_REFUSAL, Fault.REFUSED_SUPPORTED)
