"""Who decides: the rules, by support and by veto, and the model where they only miss a few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import GeneratorError, SettingsError
from rag.protocols import ClaimWithEvidence
from rag.testing.verifier import VERIFIER_CHECKS, ScriptedVerifier
from rag.types import Verdict, VerdictLabel
from rag.verifiers.entailment import EntailmentVerifier
from rag.verifiers.rules import RulesThenModelVerifier, RulesVerifier, SupportFormula

QUOTE = "The ministers discussed the treaty in Paris on Monday."
PARAPHRASE = "The ministers pondered the treaty in Paris."
VETOED = {
    "another name": "The ministers pondered the treaty in Rome.",
    "another number": "The 3 ministers pondered the treaty in Paris.",
    "another date": "The ministers pondered the treaty in Paris on Friday.",
    "a negation": "The ministers did not ponder the treaty in Paris.",
    "invented quoted words": "The ministers “pondered” the treaty in Paris.",
    "another speaker": "Lavrov said the ministers pondered the treaty in Paris.",
    "a name at the start": "Germany pondered the treaty in Paris.",
    "another language": "Les ministres ont discuté le traité à Paris.",
    "nothing in common": "Bread is baked from flour and water.",
    "more new words than old ones": "The ministers calmly and warmly pondered, praised, signed and sold the treaty.",
    "nothing": "",
}


class Believer:
    """Supports all that it is asked about, as sure as it is told to be."""

    id = "believer"

    def __init__(self, score: float = 1.0) -> None:
        self._score = score
        self.calls: list[ClaimWithEvidence] = []

    def verify(self, pairs):
        self.calls += pairs
        return [
            Verdict(
                label=VerdictLabel.SUPPORTED,
                score=self._score,
                verifier_id=self.id,
                reasons=(f"I believe {pair.claim}",),
            )
            for pair in pairs
        ]


def pair(claim, *quotes):
    return ClaimWithEvidence(quotes or (QUOTE,), claim)


def test_rules_alone_refuse_the_paraphrase_that_these_tests_are_about():
    (found,) = RulesVerifier().verify([pair(PARAPHRASE)])
    assert found.label is VerdictLabel.UNSUPPORTED


def test_a_model_decides_where_only_words_are_missing():
    for score, label in ((1.0, VerdictLabel.SUPPORTED), (0.5, VerdictLabel.UNSUPPORTED)):
        model = Believer(score)
        (found,) = RulesThenModelVerifier(model).verify([pair(PARAPHRASE)])
        assert found.label is label
        assert (found.score >= 0.5) is (label is VerdictLabel.SUPPORTED)
        assert model.calls == [pair(PARAPHRASE)]
        assert f"I believe {PARAPHRASE}" in found.reasons


def test_what_the_model_finds_contradicted_is_contradicted():
    model = ScriptedVerifier(otherwise=VerdictLabel.CONTRADICTED)
    (found,) = RulesThenModelVerifier(model).verify([pair(PARAPHRASE)])
    assert found.label is VerdictLabel.CONTRADICTED
    assert found.score < 0.5
    assert found.reasons == ("not in the evidence: 'pondered'", "scripted")


@pytest.mark.parametrize("claim", VETOED.values(), ids=VETOED)
def test_no_model_overrules_a_veto(claim):
    model = Believer()
    (found,) = RulesThenModelVerifier(model).verify([pair(claim)])
    assert found.label is not VerdictLabel.SUPPORTED
    assert found.score < 0.5
    assert model.calls == []


def test_a_claim_without_evidence_is_no_business_of_the_model():
    model = Believer()
    (found,) = RulesThenModelVerifier(model).verify([ClaimWithEvidence((), PARAPHRASE)])
    assert found.label is VerdictLabel.UNSUPPORTED
    assert model.calls == []


@pytest.mark.parametrize("claim", [QUOTE, QUOTE.rstrip("."), f"“{QUOTE}”"])
def test_what_the_rules_support_stays_supported_whatever_the_model_says(claim):
    model = ScriptedVerifier(otherwise=VerdictLabel.CONTRADICTED)
    (found,) = RulesThenModelVerifier(model).verify([pair(claim)])
    (by_rules,) = RulesVerifier().verify([pair(claim)])
    assert (found.label, found.score, found.reasons) == (VerdictLabel.SUPPORTED, by_rules.score, by_rules.reasons)
    assert model.calls == []


def test_verdicts_keep_their_places_and_the_model_is_asked_once():
    model = ScriptedVerifier()
    claims = [PARAPHRASE, QUOTE, VETOED["another name"], PARAPHRASE.replace("pondered", "weighed")]
    found = RulesThenModelVerifier(model).verify([pair(claim) for claim in claims])
    labels = [VerdictLabel.SUPPORTED, VerdictLabel.SUPPORTED, VerdictLabel.UNSUPPORTED, VerdictLabel.SUPPORTED]
    assert [verdict.label for verdict in found] == labels
    assert model.calls == [pair(claims[0]), pair(claims[3])]
    assert {verdict.verifier_id for verdict in found} == {"rules+scripted"}


def test_a_model_that_fails_lets_no_claim_pass():
    class Broken:
        id = "broken"

        def verify(self, pairs):
            raise GeneratorError("cannot ask 'broken': it is off - start it")

    with pytest.raises(GeneratorError):
        RulesThenModelVerifier(Broken()).verify([pair(PARAPHRASE)])
    assert RulesThenModelVerifier(Broken()).verify([pair(QUOTE)])[0].label is VerdictLabel.SUPPORTED


@pytest.mark.parametrize("check", VERIFIER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model", [ScriptedVerifier(), ScriptedVerifier(otherwise=VerdictLabel.UNSUPPORTED)])
def test_the_contract_holds_with_a_model_that_believes_all_and_one_that_believes_nothing(check, model):
    check(RulesThenModelVerifier(model))


@pytest.mark.parametrize("check", VERIFIER_CHECKS, ids=lambda check: check.__name__)
def test_the_contract_holds_with_a_cross_encoder(check, make_cross_encoder):
    check(RulesThenModelVerifier(EntailmentVerifier(str(make_cross_encoder()))))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_support_by_either_never_makes_a_claim_less_likely(rules_score, model_score, more_rules, more_model):
    combination = SupportFormula()
    less = combination.probability(rules_score=rules_score, model_score=model_score)
    more = combination.probability(rules_score=max(rules_score, more_rules), model_score=max(model_score, more_model))
    assert 0.0 <= less <= more <= 1.0


def test_the_default_combination_asks_for_a_model_that_is_sure():
    half, nearly_all = 0.45 * 0.5**2, 0.45 * 0.9**2
    combination = SupportFormula()
    assert combination.probability(rules_score=half, model_score=0.85) < 0.5
    assert combination.probability(rules_score=half, model_score=0.87) > 0.5
    assert combination.probability(rules_score=nearly_all, model_score=0.77) < 0.5
    assert combination.probability(rules_score=nearly_all, model_score=0.79) > 0.5


def test_the_threshold_is_the_combinations_own():
    lenient = RulesThenModelVerifier(Believer(0.5), combination=SupportFormula(threshold=0.1))
    assert lenient.verify([pair(PARAPHRASE)])[0].label is VerdictLabel.SUPPORTED


@pytest.mark.parametrize("arguments", [{"threshold": 0.0}, {"threshold": 1.0}, {"model_weight": -1.0}])
def test_a_combination_that_makes_no_sense_is_refused(arguments):
    with pytest.raises(SettingsError, match=r"cannot use the .* - give "):
        SupportFormula(**arguments)
