"""Claims with known verdicts, of people and of mutants, to fit the verifier's weights to and to measure it on.

Those of the model's own training are left out: what it has seen, it is surer of than it should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from eval.cases import read_file
from eval.halves import pair_groups
from eval.mutations import MutationKind
from eval.training.verifier.claim_facts import ClaimFacts, claim_facts
from eval.training.verifier.data.claims import CLAIM_SETS
from eval.training.verifier.data.parts import Part, parts
from eval.training.verifier.data.questions import QUESTION_SETS, read_questions
from eval.training.verifier.mutation_figures import shown_of
from eval.training.verifier.support_figures import ONLY_SOURCE
from rag import ClaimWithEvidence, VerdictLabel, sentence_spans
from rag.model.evidence import EvidenceModel

__all__ = ["MUTATION", "Known", "known_claims", "looked_at"]

MUTATION = "mutation"
_MUTATED = {**{name: QUESTION_SETS[name] for name in ("squad2", "qed")}, "clapnq": 0}
_TOGETHER = 200


class Known(NamedTuple):
    """A claim with the truth about it.

    kind: the set's own name for its source; of a mutant or rewording, what was done to the gold sentence.
    """

    set_name: str
    kind: str
    is_supported: bool
    pair: ClaimWithEvidence


def known_claims(folder: Path, part: Part, *, limit: int) -> list[Known]:
    """At most `limit` claims of each set, and the mutants of about as many gold sentences, the same ones every time.

    Raises:
        DataError: a file is missing or not of the expected form.
    """
    found = [each for name in CLAIM_SETS for each in _sampled(list(_of_set(name, folder, part)), limit)]
    for name, n_bits in _MUTATED.items():
        questions = read_questions(name, folder, n_bits=n_bits)
        for shown in shown_of({name: questions}, part=part, limit=limit // 3):
            is_faithful = not isinstance(shown.kind, MutationKind)
            pair = ClaimWithEvidence(shown.quotes, shown.claim_text)
            found.append(Known(MUTATION, str(shown.kind or "untouched"), is_faithful, pair))
    return found


def looked_at(claims: Sequence[Known], model: EvidenceModel) -> list[ClaimFacts]:
    """What rules and model say about each."""
    return [
        facts
        for start in range(0, len(claims), _TOGETHER)
        for facts in claim_facts([each.pair for each in claims[start : start + _TOGETHER]], model)
    ]


def _of_set(name: str, folder: Path, part: Part) -> Iterator[Known]:
    rows = read_file(folder / name / "pairs.jsonl").rows
    questions = folder / name / "queries.jsonl"
    groups = list(pair_groups(rows, read_file(questions).rows if questions.is_file() else ()))
    for row, of in zip(rows, parts(groups, n_bits=CLAIM_SETS[name]), strict=True):
        source, premise = row.text("source"), row.text("premise")
        if of is part and ONLY_SOURCE.get(name, source) == source:
            sentences = tuple(span.slice(premise) for span in sentence_spans(premise))
            is_supported = row.text("label") == VerdictLabel.SUPPORTED
            yield Known(name, source, is_supported, ClaimWithEvidence(sentences, row.text("claim")))


def _sampled(claims: list[Known], limit: int) -> list[Known]:
    return claims if len(claims) <= limit else Random(0).sample(claims, limit)  # noqa: S311  guards no secret
