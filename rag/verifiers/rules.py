"""The rules of `rag.checking` as a verifier, alone and with a model for what they cannot read.

That is words which the evidence does not have. What the rules support stays supported, and the model is not asked. What
they refuse for a reason that can be checked (another number, name, date or speaker, a negation, invented quoted words,
exchanged roles, another language) stays refused whatever the model says: such changes are small in words, and models
overlook them. Only where the sole thing against a claim is that some of its words are not in the evidence, which is how
every free paraphrase looks, does the model decide, through one formula with one threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.checking.rules import RULES_ID, examine, judged_in_parts
from rag.errors import SettingsError
from rag.protocols import ClaimWithEvidence, Verifier
from rag.types import Verdict, VerdictLabel

__all__ = ["RulesThenModelVerifier", "RulesVerifier", "SupportFormula", "checked_threshold", "logistic", "logit"]

_CLOSEST = 0.001
"""To 0 and to 1: a model that is surer than that is no more believed."""


class RulesVerifier:
    """Decides without a model, in about a millisecond a claim, and gives reasons that a person can check."""

    id = RULES_ID

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported, contradicted or unsupported, each with its reasons; 1 is the score of what is verbatim."""
        return judged_in_parts(pairs, lambda asked: [examine(pair).verdict for pair in asked])


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFormula:
    """How likely support is, from what rules and model say: the logistic of a weighted sum.

    log-odds = intercept + rules_weight · (score of the rules) + model_weight · (log-odds of the model's score)

    threshold: probability from which a claim is supported; the one threshold of a combined verifier.

    The defaults are set by hand and cautious: with half of a claim's words in the evidence the model must be 86 % sure,
    with nearly all of them 78 %. For a model of one's own fit them to labelled claims: a logistic regression on these
    two features over claims that the rules leave open, then the threshold.

    Source: Platt 1999, Probabilistic Outputs for Support Vector Machines.

    >>> round(SupportFormula().probability(rules_score=0.36, model_score=0.9), 2)
    0.71
    """

    intercept: float = -2.0
    rules_weight: float = 2.0
    model_weight: float = 1.0
    threshold: float = 0.5

    def __post_init__(self) -> None:
        checked_threshold(self.threshold)
        if self.rules_weight < 0.0 or self.model_weight < 0.0:
            raise SettingsError(
                f"cannot use the weights {self.rules_weight!r} and {self.model_weight!r}: more support by one judge"
                " would make a claim less likely - give weights of at least 0"
            )

    def probability(self, *, rules_score: float, model_score: float) -> float:
        """Probability that the evidence supports the claim, 0 to 1."""
        return logistic(self.intercept + self.rules_weight * rules_score + self.model_weight * logit(model_score))


class RulesThenModelVerifier:
    """Asks `model` where the rules neither support a claim nor have anything against it but missing words.

    model: any verifier whose score is a probability of support.
    """

    def __init__(self, model: Verifier, *, combination: SupportFormula | None = None) -> None:
        self._model = model
        self._combination = combination or SupportFormula()
        self.id = f"{RULES_ID}+{model.id}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported, contradicted or unsupported, with the reasons of whoever decided.

        Raises:
            GeneratorError: the model's server cannot be asked.
        """
        by_rules = [examine(pair) for pair in pairs]
        is_open = [each.is_left_open() for each in by_rules]
        asked = [pair for pair, is_left_open in zip(pairs, is_open, strict=True) if is_left_open]
        by_model = iter(self._model.verify(asked) if asked else [])
        return [
            self._combined(each.verdict, next(by_model)) if is_left_open else self._made(each.verdict)
            for each, is_left_open in zip(by_rules, is_open, strict=True)
        ]

    def close(self) -> None:
        """Free what the model holds, if it can be freed."""
        close = getattr(self._model, "close", None)
        if close is not None:
            close()

    def _made(self, verdict: Verdict) -> Verdict:
        return Verdict(label=verdict.label, score=verdict.score, verifier_id=self.id, reasons=verdict.reasons)

    def _combined(self, by_rules: Verdict, by_model: Verdict) -> Verdict:
        score = self._combination.probability(rules_score=by_rules.score, model_score=by_model.score)
        if by_model.label is VerdictLabel.CONTRADICTED:
            label = VerdictLabel.CONTRADICTED
        elif score >= self._combination.threshold:
            label = VerdictLabel.SUPPORTED
        else:
            label = VerdictLabel.UNSUPPORTED
        reasons = by_model.reasons if label is VerdictLabel.SUPPORTED else (*by_rules.reasons, *by_model.reasons)
        return Verdict(label=label, score=score, verifier_id=self.id, reasons=reasons)


def checked_threshold(threshold: float) -> float:
    """The threshold itself.

    Raises:
        SettingsError: it is no probability between 0 and 1, or is one of them: nothing or all would be supported.
    """
    if not 0.0 < threshold < 1.0:
        raise SettingsError(f"cannot use the threshold {threshold!r} - give a probability between 0 and 1")
    return threshold


def logit(probability: float) -> float:
    """Natural logarithm of the odds, at most 6.9 to either side.

    >>> logit(0.5), round(logit(0.9), 2), round(logit(1.0), 2)
    (0.0, 2.2, 6.91)
    """
    bounded = min(max(probability, _CLOSEST), 1.0 - _CLOSEST)
    return math.log(bounded / (1.0 - bounded))


def logistic(value: float) -> float:
    """The probability with these log-odds.

    >>> logistic(0.0), round(logistic(2.2), 2)
    (0.5, 0.9)
    """
    return 1.0 / (1.0 + math.exp(-max(-700.0, value)))
