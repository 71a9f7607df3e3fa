"""Rules and a small model of our own, combined: the default judge of what a language model wrote.

What is verbatim is supported, and what cannot be compared is refused, without the model, which is not even loaded for
answers that only quote. Elsewhere both are heard: the rules see every changed number, name and "not" in what is nearly
a copy, and there they have a veto; the model reads what is said in other words, which the rules cannot. How much each
is believed was fitted to public claims with known verdicts.

To judge a claim is one thing, to show it another: whoever judges is as wrong to refuse as to support, whoever shows
must not show what is false. So there is a guard, who asks for more: where the rules have anything against a claim but
a few plain words that the evidence lacks, it is refused, and the model has to be surer than as a judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.checking.alignment import FindingKind
from rag.checking.rules import Examined, examine, judged_in_parts, named_once
from rag.language.english import UNIVERSALS
from rag.model.evidence import EvidenceModel, bundled_model
from rag.protocols import ClaimWithEvidence
from rag.types import Verdict, VerdictLabel
from rag.verifiers._combination import Combination, features, fitted_combination
from rag.verifiers._evidence_reading import ClaimReading, read_claims

__all__ = ["CombinedVerifier", "facts_of"]

_CONTRADICTED_FROM = 0.0
"""Log-odds of contradiction from which a claim that is not supported is called contradicted."""
_MOST_OF_A_REFUSED = 0.45
"""The score of a refused claim is below one half, whatever the model says."""
_SCOPES = UNIVERSALS | {"only"}
_SCOPED_FROM = 0.9
"""Probability from which a claim is supported that says of how many it holds, in a word that is all the evidence
lacks: the model reads over such small words, though they make the claim."""
_EXCHANGED_FROM = 0.95
"""Probability from which the guard shows a claim that has one word in the place of another: on the tune half of
`eval.assertion` opposites ("expired", "begins") reach .91."""
_N_WORDS = 4


class CombinedVerifier:
    """Judges by the rules of `rag.checking` and the model that comes with the package. Several threads may ask at once.

    is_guard: decides what may be shown, and not what is likelier than not.
    load_model: gives the model when the first claim needs it; by default the bundled one, shared by all.
    combination: how much each is believed; by default as fitted.
    """

    def __init__(
        self,
        *,
        is_guard: bool = False,
        load_model: Callable[[], EvidenceModel] = bundled_model,
        combination: Combination | None = None,
    ) -> None:
        self.id = "rules+evidence-model" + "/guard" * is_guard
        self._is_guard = is_guard
        self._load_model = load_model
        self._combination = combination

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported, contradicted or unsupported; the reasons name the quotes and words that decided.

        Raises:
            WeightsError: the model, needed for the first time, is missing or not what it should be.
        """
        return judged_in_parts(pairs, self._verify_whole)

    def _verify_whole(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        combination = self._combination or fitted_combination()
        examined = [examine(pair) for pair in pairs]
        is_open = [self._is_open(each, pair, combination) for each, pair in zip(examined, pairs, strict=True)]
        asked = [pair for pair, is_left_open in zip(pairs, is_open, strict=True) if is_left_open]
        readings = iter(read_claims(asked, self._load_model()) if asked else [])
        return [
            self._weighed(each, next(readings), combination) if is_left_open else self._by_rules(each)
            for each, is_left_open in zip(examined, is_open, strict=True)
        ]

    def _is_open(self, examined: Examined, pair: ClaimWithEvidence, combination: Combination) -> bool:
        if examined.is_final or combination.vetoed(examined, is_attributed=any(pair.speakers)):
            return False
        return not (self._is_guard and examined.findings) or examined.is_left_open()

    def _by_rules(self, examined: Examined) -> Verdict:
        return replace(examined.verdict, verifier_id=self.id)

    def _weighed(self, examined: Examined, reading: ClaimReading | None, combination: Combination) -> Verdict:
        by_rules = examined.verdict
        if reading is None:  # nothing is stated beside the claim
            score = min(by_rules.score, _MOST_OF_A_REFUSED)
            return replace(by_rules, label=VerdictLabel.UNSUPPORTED, score=score, verifier_id=self.id)
        score = combination.probability(features(examined, reading))
        if not reading.is_whole:
            too_long = "longer than the model reads"
            if by_rules.label is VerdictLabel.SUPPORTED:
                return self._by_rules(examined)
            score = min(score, _MOST_OF_A_REFUSED)
            reasons = (*by_rules.reasons, too_long)
            return replace(by_rules, label=VerdictLabel.UNSUPPORTED, score=score, reasons=reasons, verifier_id=self.id)
        needed = combination.shown_from if self._is_guard and examined.findings else 0.5
        if by_rules.lacking and _SCOPES.issuperset(word.lower() for word in by_rules.lacking):
            needed = max(needed, _SCOPED_FROM)
        if self._is_guard and examined.is_exchanged:
            needed = max(needed, _EXCHANGED_FROM)
        if score >= needed:
            reasons = (f"supported by {reading.place} with a probability of {score:.2f}",)
            return Verdict(label=VerdictLabel.SUPPORTED, score=score, verifier_id=self.id, reasons=reasons)
        reasons = by_rules.reasons if by_rules.label is not VerdictLabel.SUPPORTED else ()
        is_mentioned = all(finding.kind is not FindingKind.NOTHING for finding in examined.findings)
        if is_mentioned and reading.contradiction >= _CONTRADICTED_FROM:
            what, label = f"contradicted by {reading.place}", VerdictLabel.CONTRADICTED
        else:
            what, label = f"supported by {reading.place} with a probability of only {score:.2f}", by_rules.label
        label = VerdictLabel.UNSUPPORTED if label is VerdictLabel.SUPPORTED else label
        score = min(score, _MOST_OF_A_REFUSED) if score >= 0.5 else score
        words = ", ".join(map(repr, reading.wrong_words[:_N_WORDS]))
        unsupported = f"; without support: {words}" if words else ""
        return Verdict(
            label=label,
            score=score,
            verifier_id=self.id,
            reasons=(*reasons, f"{what}{unsupported}"),
            lacking=named_once((*by_rules.lacking, *reading.wrong_words)),
            against=by_rules.against,
        )


def facts_of(pairs: Sequence[ClaimWithEvidence], model: EvidenceModel) -> list[tuple[dict[str, float], bool]]:
    """For each pair the features of `Combination`, none where the model is not asked, and whether the rules support."""
    examined = [examine(pair) for pair in pairs]
    asked = [pair for pair, each in zip(pairs, examined, strict=True) if not each.is_final]
    readings = iter(read_claims(asked, model))
    facts = []
    for each in examined:
        reading = None if each.is_final else next(readings)
        known = features(each, reading) if reading is not None else {}
        facts.append((known, each.verdict.label is VerdictLabel.SUPPORTED))
    return facts
