"""How much the rules and the model of our own are each believed: a logistic regression, fitted, in a JSON file.

`eval.training.verifier.combination` fits it on the tune half of the public sets and writes `combination.json`. What
speaks against a claim can only make it less likely, whatever else is known; so has every weight its sign.

Source: Platt 1999, Probabilistic Outputs for Support Vector Machines (a logistic on top of scores, for probabilities).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rag.checking.alignment import FindingKind
from rag.checking.rules import Examined
from rag.errors import WeightsError
from rag.verifiers._evidence_reading import ClaimReading
from rag.verifiers.rules import logistic

__all__ = ["FITTED", "Combination", "features", "fitted_combination"]

FITTED = Path(__file__).with_name("combination.json")
MOST_MISSING = 0.1
"""Share of plain words that a copy with changes may lack: what else differs was changed, and rules see that."""
MOST = 6.0
"""Log-odds of the model beyond which it is no more believed."""
ALWAYS_A_VETO = frozenset({FindingKind.QUOTATION, FindingKind.UNSTATED})
"""Words in quotation marks that nobody said, and what a document only orders or asks: nothing makes them supported."""
VETO_ON_COPIES = frozenset({FindingKind.FRAMED})
"""A frame takes back a claim that is nearly a copy; in other words a claim may have said it in its own."""


class Combination(NamedTuple):
    """log-odds of support = intercept + Σ weights · features.

    vetoes: kinds of findings that decide alone in a claim that is nearly a copy.
    shown_from: probability from which a claim may be shown, where the rules leave it open.
    model_sha256: of the model whose outputs it was fitted to.
    """

    intercept: float
    weights: Mapping[str, float]
    vetoes: frozenset[FindingKind]
    model_sha256: str
    shown_from: float = 0.5

    def probability(self, values: Mapping[str, float]) -> float:
        """Probability of support, 0 to 1; a feature without a weight says nothing."""
        return logistic(self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in values.items()))

    def vetoed(self, examined: Examined, *, is_attributed: bool) -> bool:
        """Whether something speaks against the claim that no model outweighs.

        is_attributed: it is known who says each quote, so that a wrong speaker is certain.
        """
        kinds = {finding.kind for finding in examined.findings}
        is_near = examined.share_missing <= MOST_MISSING
        if is_attributed and FindingKind.SPEAKER in kinds:
            return True
        return not kinds.isdisjoint(ALWAYS_A_VETO) or (is_near and not kinds.isdisjoint(self.vetoes | VETO_ON_COPIES))


def features(examined: Examined, reading: ClaimReading) -> dict[str, float]:
    """What is known about a claim, by name; all but the first three are 0 or 1.

    support, contradiction, wrong: log-odds of the model, at most 6 to either side. rules: they support the claim.
    "number near": a finding about a number in a claim that is nearly a copy; "number far": in another one.
    """
    is_near = examined.share_missing <= MOST_MISSING
    place = "near" if is_near else "far"
    found = {f"{kind} {place}": 1.0 for kind in {finding.kind for finding in examined.findings}}
    model = {"support": reading.support, "contradiction": reading.contradiction, "wrong": reading.wrong}
    bounded = {name: min(max(value, -MOST), MOST) for name, value in model.items()}
    return {**bounded, "rules": float(not examined.findings), "near": float(is_near), **found}


@cache
def fitted_combination() -> Combination:
    """The one that comes with the package.

    Raises:
        WeightsError: its file is missing or damaged.
    """
    try:
        row = json.loads(FITTED.read_text(encoding="utf-8"))
        return Combination(
            intercept=float(row["intercept"]),
            weights={str(name): float(weight) for name, weight in row["weights"].items()},
            vetoes=frozenset(map(FindingKind, row["vetoes"])),
            model_sha256=str(row["model_sha256"]),
            shown_from=float(row["shown_from"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"cannot read the weights {str(FITTED)!r}: {error!r} - install the package that carries them again"
        ) from error
