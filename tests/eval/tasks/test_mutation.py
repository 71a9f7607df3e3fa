"""The mutation task with verifiers that accuse everything, nothing, and what is not verbatim."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from eval.cases import Split
from eval.mutations import FaithfulClaim, MutationKind
from eval.outcomes import Outcome, Status
from eval.tasks.mutation import MutationTask, SplitClaims
from rag import Assistant, RagError, Settings, Span, Verdict, VerdictLabel

SENTENCE = "Marco Rubio said 15 countries did not accept the offer in 1994."
TEXT = f"Bread is baked from flour and water every morning. {SENTENCE} Trains leave the old station late at night."
START = TEXT.index(SENTENCE)
CLAIM = FaithfulClaim(
    id="c",
    text=SENTENCE,
    document_id="d",
    document_text=TEXT,
    cited=(Span(start=START, end=START + len(SENTENCE)),),
    speaker="Marco Rubio",
)
TASK = MutationTask(SplitClaims(tune=(), report=(CLAIM,)), name="mutations", data_hash="h")


def everything(pair):
    return True


def nothing(pair):
    return False


class Accusing:
    """Supports a claim when `supports` says so; the tests replace it."""

    id = "test"
    supports = staticmethod(everything)

    def verify(self, pairs):
        labels = [VerdictLabel.SUPPORTED if self.supports(pair) else VerdictLabel.UNSUPPORTED for pair in pairs]
        return [Verdict(label=label, score=float(label is VerdictLabel.SUPPORTED), verifier_id="t") for label in labels]


@pytest.fixture
def outcomes_with(tmp_path, monkeypatch):
    def outcomes(supports, *, split=None) -> list[Outcome]:
        module = ModuleType("accusing_verifier")
        module.Verifier = type("Verifier", (Accusing,), {"supports": staticmethod(supports)})
        monkeypatch.setitem(sys.modules, "accusing_verifier", module)
        settings = Settings(embedder="hashing", verifier="accusing_verifier:Verifier")
        with Assistant.open(tmp_path / "store", settings) as assistant:
            return [trial.measure() for trial in TASK.trials(assistant, split, documents=tmp_path)]

    return outcomes


def values(outcomes: list[Outcome], key: str) -> set[float]:
    return {outcome.scores[key] for outcome in outcomes if key in outcome.scores}


def test_verifier_that_supports_everything_leaves_the_text_mutants_uncaught(outcomes_with):
    outcomes = outcomes_with(everything)
    assert values(outcomes, "caught_number") == values(outcomes, "caught_by_verifier") == {0.0}
    assert values(outcomes, "caught_shift") == values(outcomes, "caught_neighbour") == {1.0}
    assert values(outcomes, "untouched_accused") == values(outcomes, "rewording_accused") == {0.0}


def test_verifier_that_supports_nothing_accuses_the_faithful_too(outcomes_with):
    outcomes = outcomes_with(nothing)
    assert values(outcomes, "mutant_caught") == {1.0}
    assert values(outcomes, "untouched_accused") == values(outcomes, "rewording_accused") == {1.0}


def test_verbatim_verifier_catches_mutants_and_accuses_rewordings_only(outcomes_with):
    outcomes = outcomes_with(lambda pair: pair.claim in pair.evidence)
    assert values(outcomes, "mutant_caught") == {1.0}
    assert values(outcomes, "untouched_accused") == {0.0}
    assert values(outcomes, "rewording_accused_words") == {1.0}


def test_shift_is_no_judgement_of_the_verifier(outcomes_with):
    judged = {outcome.case_id.split(":")[1]: outcome.judgement for outcome in outcomes_with(everything)[1:]}
    assert judged[MutationKind.SHIFT] is None
    assert judged[MutationKind.NUMBER].is_supported is False


def test_failing_verifier_misses_every_mutant_and_accuses_every_faithful_claim(outcomes_with):
    def fail(pair):
        raise RagError("cannot verify - mend it")

    outcomes = outcomes_with(fail)
    assert {outcome.status for outcome in outcomes} == {Status.FAILED}
    assert values(outcomes, "mutant_caught") == {0.0}
    assert values(outcomes, "untouched_accused") == values(outcomes, "rewording_accused") == {1.0}


def test_half_without_claims_has_no_trials(outcomes_with):
    assert outcomes_with(everything, split=Split.TUNE) == []
