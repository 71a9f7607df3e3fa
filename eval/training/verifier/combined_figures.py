"""How good the default verifier is: `python -m eval.training.verifier.combined_figures --data FOLDER --out FILE`.

All of the report half, through the verifier as the product builds it, with its one threshold. Balanced accuracy and
calibration as in `eval.metrics.verification`, of `fm2` and `wice` only the pairs with gold evidence. Of the mutants
the share that is refused, by kind; of the faithful answers the share that is refused, which is the accusations.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from eval.metrics.verification import ScoredPair, auroc, balanced_accuracy, calibration_error
from eval.training.verifier.data.parts import Part
from eval.training.verifier.known_claims import MUTATION, Known, known_claims
from rag import Assistant, Settings, Verdict, VerdictLabel

__all__ = ["combined_figures", "main"]

LIMIT = 1500


def combined_figures(claims: Sequence[Known], verdicts: Sequence[Verdict]) -> dict[str, dict[str, float]]:
    """Figures by set, `all` for the means over the people's sets, and `mutation`."""
    of_set: dict[str, list[ScoredPair]] = defaultdict(list)
    refused: dict[str, list[bool]] = defaultdict(list)
    for claim, verdict in zip(claims, verdicts, strict=True):
        is_accepted = verdict.label is VerdictLabel.SUPPORTED
        if claim.set_name != MUTATION:
            of_set[claim.set_name].append(ScoredPair(claim.is_supported, is_accepted, verdict.score))
            continue
        refused["accused" if claim.is_supported else f"caught {claim.kind}"].append(not is_accepted)
        if claim.is_supported and claim.kind != "untouched":
            refused["accused of the reworded"].append(not is_accepted)
    figures = {
        name: {
            "n": float(len(pairs)),
            "balanced_accuracy": _value(balanced_accuracy(pairs).value),
            "auroc": _value(auroc(pairs).value),
            "ece": _value(calibration_error(pairs).value),
        }
        for name, pairs in of_set.items()
    }
    means = {
        key: sum(each[key] for each in figures.values()) / len(figures) for key in ("balanced_accuracy", "auroc", "ece")
    }
    pooled = [pair for pairs in of_set.values() for pair in pairs]
    figures["all"] = {**means, "ece_pooled": _value(calibration_error(pooled).value)}
    figures[MUTATION] = {name: sum(each) / len(each) for name, each in sorted(refused.items())}
    figures[MUTATION] |= {f"n {name}": float(len(each)) for name, each in sorted(refused.items())}
    return figures


def _value(value: float | None) -> float:
    """The value; that of a guess where nothing was measured."""
    return 0.5 if value is None else value


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.combined_figures", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=LIMIT, help="claims of each set")
    parser.add_argument("--verifier", default=Settings.model_fields["verifier"].default)
    given = parser.parse_args(arguments)
    claims = known_claims(given.data, Part.REPORT, limit=given.limit)
    settings = Settings(embedder="hashing", verifier=given.verifier)
    with Assistant.open(given.out.parent / "store", settings) as assistant:
        verdicts = assistant.verify([claim.pair for claim in claims])
    figures = combined_figures(claims, verdicts)
    given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
