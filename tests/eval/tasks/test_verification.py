"""Pairs judged by a verifier that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.cases import Pair, Split
from eval.loaded_sets import LoadedSet
from eval.measures import MEASURES, OVERLAP, figure
from eval.metrics.figure import Figure
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, Status
from eval.tasks.verification import VerificationTask, word_overlap
from rag import Assistant, BackendError, ClaimWithEvidence, RagError, Settings, VerdictLabel

PREMISE = "The bridge opened in 1932. It is painted grey."
Judge = Callable[..., list[Outcome]]


def pair(id_: str, claim: str, label: VerdictLabel, split: Split = Split.REPORT) -> Pair:
    return Pair(id=id_, premise=PREMISE, claim=claim, label=label, source="test", split=split)


PAIRS = (
    pair("p1", "It is painted grey.", VerdictLabel.SUPPORTED),
    pair("p2", "It is painted red.", VerdictLabel.CONTRADICTED),
    pair("p3", "It is long.", VerdictLabel.UNSUPPORTED),
)


@pytest.fixture
def judge(tmp_path: Path, plug: Callable[[type], str]) -> Judge:
    """The outcomes of these pairs, by this verifier."""

    def judge(pairs: Sequence[Pair], verifier: type, split: Split | None = None) -> list[Outcome]:
        loaded = LoadedSet(
            name="tiny", corpus={}, cases=(), pairs=tuple(pairs), n_evidence=0, missing_evidence=(), data_hash="0"
        )
        with Assistant.open(tmp_path / "store", Settings(embedder="hashing", verifier=plug(verifier))) as assistant:
            task = VerificationTask(loaded, name="tiny-pairs")
            assert (task.name, task.data_hash) == ("tiny-pairs", "0")
            return [trial.measure() for trial in task.trials(assistant, split, documents=tmp_path / "documents")]

    return judge


def test_claim_is_judged_against_the_sentences_of_its_premise(judge: Judge, tools: SimpleNamespace) -> None:
    seen: list[ClaimWithEvidence] = []

    def score(pair: ClaimWithEvidence) -> float:
        seen.append(pair)
        return {"It is painted grey.": 0.75, "It is painted red.": 0.5}.get(pair.claim, 0.25)

    outcomes = judge(PAIRS, tools.judging(score))
    assert seen[0] == ClaimWithEvidence(
        evidence=("The bridge opened in 1932.", "It is painted grey."), claim="It is painted grey."
    )
    assert [outcome.judgement for outcome in outcomes] == [
        ScoredPair(True, True, 0.75),
        ScoredPair(False, True, 0.5),
        ScoredPair(False, False, 0.25),
    ]
    assert outcomes[0] == Outcome(
        case_id="p1",
        question="It is painted grey.",
        status=Status.JUDGED,
        scores={OVERLAP: 1.0},
        judgement=ScoredPair(True, True, 0.75),
        text="told so",
    )
    assert figure(MEASURES["balanced_accuracy"], outcomes) == Figure(0.75, 3)
    assert figure(MEASURES["auroc"], outcomes) == Figure(1.0, 3)


def test_word_overlap_of_a_liar_stays_what_it_is(judge: Judge, tools: SimpleNamespace) -> None:
    outcomes = judge(PAIRS, tools.judging(lambda pair: float(pair.claim != "It is painted grey.")))
    assert [outcome.scores[OVERLAP] for outcome in outcomes] == [1.0, 0.75, pytest.approx(2 / 3)]
    assert figure(MEASURES["auroc"], outcomes) == Figure(0.0, 3)
    assert figure(MEASURES["overlap_auroc"], outcomes) == Figure(1.0, 3)


def test_pair_whose_judge_fails_is_a_wrong_one(judge: Judge) -> None:
    class Failing:
        id = "failing"

        def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[object]:
            raise RagError("cannot judge 'it': the judge is gone - start it")

    outcomes = judge(PAIRS, Failing)
    assert {outcome.status for outcome in outcomes} == {Status.FAILED}
    assert outcomes[0].error == "cannot judge 'it': the judge is gone - start it"
    assert figure(MEASURES["balanced_accuracy"], outcomes) == Figure(0.0, 3)
    assert figure(MEASURES["auroc"], outcomes) == Figure(0.0, 3)
    assert figure(MEASURES["overlap_auroc"], outcomes) == Figure(1.0, 3)  # that needs no judge


def test_verifier_that_does_not_exist_ends_the_run(judge: Judge) -> None:
    class Unbuilt:
        def __init__(self) -> None:
            raise ImportError("it needs another library")

    with pytest.raises(BackendError, match="it needs another library"):
        judge(PAIRS, Unbuilt)


def test_only_the_pairs_of_the_half_are_judged(judge: Judge, tools: SimpleNamespace) -> None:
    pairs = [*PAIRS, pair("p4", "It is grey.", VerdictLabel.SUPPORTED, Split.TUNE)]
    verifier = tools.judging(lambda _: 1.0)
    assert [[each.case_id for each in judge(pairs, verifier, split)] for split in (*Split, None)] == [
        ["p4"],
        ["p1", "p2", "p3"],
        ["p1", "p2", "p3", "p4"],
    ]


def test_overlap_of_no_words_is_none() -> None:
    assert [word_overlap("", PREMISE), word_overlap("The —", PREMISE), word_overlap("Grey", "")] == [0.0, 0.0, 0.0]
    assert word_overlap("grey grey red", "Grey!") == 0.5  # distinct words
