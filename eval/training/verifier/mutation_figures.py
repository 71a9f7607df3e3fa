"""How many mutants of faithful claims the verifier alone catches, when it may accuse one faithful answer in twenty.

Claims: gold sentences of `squad2`, `qed` and `clapnq`, as in the mutation task of eval. The threshold is the highest at
which at most `MAX_ACCUSED` of the faithful answers, untouched or reworded, of the documents kept back from training
are refused; what is caught and accused is counted on the report half.
Denominators: mutants of each kind; faithful answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from eval.mutations import MutationKind, public_claims
from eval.mutations.detectors import Shown, shown_answers
from eval.training.verifier.data.claims import split_sentences
from eval.training.verifier.data.examples import plain
from eval.training.verifier.data.parts import Part
from eval.training.verifier.data.questions import Questions
from rag.model.evidence import EvidenceModel

__all__ = ["MAX_ACCUSED", "mutation_figures", "shown_of"]

MAX_ACCUSED = 0.05
_SEED = 0


def mutation_figures(
    questions: Mapping[str, Questions], runtime: EvidenceModel, *, limit: int | None = None
) -> dict[str, float]:
    """Shares by kind of mutant. limit: claims of each set and half, the same ones every time."""
    tune, report = ([*shown_of(questions, part=part, limit=limit)] for part in (Part.CALIBRATE, Part.REPORT))
    faithful = [support for answer, support in zip(tune, _supports(tune, runtime), strict=True) if _is_faithful(answer)]
    threshold = float(np.quantile(faithful, MAX_ACCUSED)) if faithful else 0.0
    refused: dict[str, list[bool]] = defaultdict(list)
    for answer, support in zip(report, _supports(report, runtime), strict=True):
        name = str(answer.kind) if isinstance(answer.kind, MutationKind) else "accused"
        refused[name].append(support < threshold)
        if name == "accused":
            refused["accused_untouched" if answer.kind is None else "accused_reworded"].append(support < threshold)
    shares = {name: sum(each) / len(each) for name, each in sorted(refused.items())}
    counts = {f"n_{name}": float(len(each)) for name, each in sorted(refused.items())}
    return {**shares, **counts, "threshold": threshold}


def shown_of(questions: Mapping[str, Questions], *, part: Part, limit: int | None) -> list[Shown]:
    """The answers of all sets; a shift leaves the words as they are, so it is left out."""
    shown = []
    for asked in questions.values():
        wanted = {
            name
            for case, case_part in zip(asked.loaded.cases, asked.parts, strict=True)
            if case_part is part
            for name in case.gold_documents
        }
        claims = [claim for claim in public_claims(asked.loaded) if claim.document_id in wanted]
        step = max(1, len(claims) // limit) if limit else 1
        for claim in claims[::step]:
            shown += [answer for answer in shown_answers(claim, seed=_SEED) if answer.kind is not MutationKind.SHIFT]
    return shown


def _supports(shown: Sequence[Shown], runtime: EvidenceModel) -> list[float]:
    pairs = [(plain(answer.claim_text), _evidence(answer.quotes)) for answer in shown]
    return [read.support for read in runtime.read(pairs)]


def _evidence(quotes: Sequence[str]) -> list[str]:
    return [sentence for quote in quotes for sentence in split_sentences(quote)]


def _is_faithful(answer: Shown) -> bool:
    return not isinstance(answer.kind, MutationKind)
