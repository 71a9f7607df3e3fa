"""How much rules and model are each believed: `python -m eval.training.verifier.combination --data FOLDER`.

A logistic regression on what both say about claims with known verdicts, on documents of the tune half that the model
was not trained on. Every set weighs the same, and in it supported claims as much as others; of the mutants every kind.
A weight has the sign that its feature's meaning gives it, or is 0: no finding may make a claim more likely. A kind of
finding that is next to never wrong in a claim that is nearly a copy becomes a veto there.

Source: Platt 1999; projected gradient with the momentum of Beck and Teboulle 2009 (FISTA).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rag
from eval.training.verifier.claim_facts import ClaimFacts
from eval.training.verifier.data.parts import Part
from eval.training.verifier.known_claims import MUTATION, Known, known_claims, looked_at
from rag.model.evidence import EvidenceModel

__all__ = ["Fitted", "fit", "main", "weights_of", "write_combination"]

LIMIT = 900
_PACKAGE = Path(rag.__file__).parent
MODEL = _PACKAGE / "model" / "evidence" / "verifier.int8.onnx"
OUT = _PACKAGE / "verifiers" / "combination.json"
_MUTATION_WEIGHT = 2.0
"""Of all mutants together, where a set of people's claims is 1."""
_FOR = ("support", "rules")
_FREE = ("near",)
_MAX_WRONG = 0.1
"""Share of supported claims, each set weighing the same, among those that a veto may refuse."""
_MIN_SEEN = 10
_RIGHT = 0.9
"""Share of claims that must be supported among those that a guard lets pass on the word of the model."""
_SUREST = 0.99
_RIDGE = 1.0
_N_STEPS = 4000


class Fitted(NamedTuple):
    """What `combination.json` holds."""

    intercept: float
    weights: Mapping[str, float]
    vetoes: tuple[str, ...]
    shown_from: float


def weights_of(claims: Sequence[Known]) -> NDArray[np.float64]:
    """How much each claim counts; all together as many as there are claims."""
    strata = [(each.set_name, each.is_supported, each.kind if each.set_name == MUTATION else "") for each in claims]
    sizes = Counter(strata)
    n_kinds = Counter((set_name, is_supported) for set_name, is_supported, _ in sizes)
    share = {
        stratum: (_MUTATION_WEIGHT if stratum[0] == MUTATION else 1.0) / n_kinds[stratum[:2]] / size
        for stratum, size in sizes.items()
    }
    weights = np.array([share[stratum] for stratum in strata])
    return np.asarray(weights * len(weights) / weights.sum())


def fit(claims: Sequence[Known], facts: Sequence[ClaimFacts]) -> Fitted:
    """The combination for these claims; those for which the model is not asked are left out."""
    asked = [(claim, fact.features) for claim, fact in zip(claims, facts, strict=True) if fact.features]
    names = sorted({name for _, features in asked for name in features})
    x = np.array([[features.get(name, 0.0) for name in names] for _, features in asked])
    y = np.array([claim.is_supported for claim, _ in asked], dtype=np.float64)
    weights = weights_of([claim for claim, _ in asked])
    low = np.array([0.0 if name in _FOR else -np.inf for name in names] + [-np.inf])
    high = np.array([np.inf if name in (*_FOR, *_FREE) else 0.0 for name in names] + [np.inf])
    found = _bounded_logistic(np.hstack([x, np.ones((len(x), 1))]), y, weights, low=low, high=high)
    by_name = {name: round(float(value), 3) for name, value in zip(names, found, strict=False) if abs(value) > 0.0005}
    intercept = round(float(found[-1]), 3)
    is_open = np.array([_is_open(features) for _, features in asked])
    scores = 1.0 / (1.0 + np.exp(-(x @ found[:-1] + found[-1])))
    shown_from = _shown_from(scores[is_open], y[is_open], weights[is_open])
    return Fitted(intercept, by_name, _vetoes(names, x, y, weights), shown_from)


def _is_open(features: Mapping[str, float]) -> bool:
    """Whether all that the rules have against the claim is that words are missing."""
    return {name.rpartition(" ")[0] for name in features if " " in name} == {"words"}


def _shown_from(scores: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The lowest probability from which on `_RIGHT` of the claims are supported, but at least one half."""
    order = np.argsort(-scores)
    right = np.cumsum((weights * y)[order]) / np.cumsum(weights[order])
    passing = np.flatnonzero(right >= _RIGHT)
    return round(max(0.5, float(scores[order][passing[-1]]) if len(passing) else _SUREST), 3)


def _bounded_logistic(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The weights, within the bounds, that make y most likely; all but the last one, the intercept, are held small."""
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[-1] = 0.0
    step = 1.0 / (0.25 * np.linalg.norm(x * np.sqrt(weights)[:, None], 2) ** 2 + _RIDGE)
    found = np.zeros(x.shape[1])
    ahead, momentum = found, 1.0
    for _ in range(_N_STEPS):
        likely = 1.0 / (1.0 + np.exp(-np.clip(x @ ahead, -50, 50)))
        gradient = x.T @ (weights * (likely - y)) + ridge * ahead
        following = np.clip(ahead - step * gradient, low, high)
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = following + (momentum - 1) / grown * (following - found)
        found, momentum = following, grown
    return np.asarray(found)


def _vetoes(
    names: Sequence[str], x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[str, ...]:
    vetoes = []
    for column, name in enumerate(names):
        kind, _, place = name.rpartition(" ")
        seen = x[:, column] > 0
        if place == "near" and seen.sum() >= _MIN_SEEN and weights[seen] @ y[seen] <= _MAX_WRONG * weights[seen].sum():
            vetoes.append(kind)
    return tuple(vetoes)


def write_combination(path: Path, fitted: Fitted, model: Path) -> None:
    """The file that the product reads."""
    row = {
        "intercept": fitted.intercept,
        "weights": dict(sorted(fitted.weights.items())),
        "vetoes": list(fitted.vetoes),
        "shown_from": fitted.shown_from,
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
    }
    path.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.combination", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--limit", type=int, default=LIMIT, help="claims of each set")
    given = parser.parse_args(arguments)
    claims = known_claims(given.data, Part.CALIBRATE, limit=given.limit)
    fitted = fit(claims, looked_at(claims, EvidenceModel(given.model)))
    write_combination(given.out, fitted, given.model)
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
