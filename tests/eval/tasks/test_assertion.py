"""The battery: whole, in halves that share nothing, and a task that counts each claim where it belongs."""

from collections import Counter
from pathlib import Path

import pytest

from eval.assertion.battery import BATTERY, ClaimKind, FrameKind, cases_of, fresh_cases_of
from eval.cases import DataError, Split, read_file
from eval.tasks.assertion import AssertionTask
from rag import ClaimWithEvidence, Verdict, VerdictLabel


class Scripted:
    """Supports what it is told to; notes whether it was asked strictly."""

    def __init__(self, supports: object) -> None:
        self.supports = supports
        self.strict: list[bool] = []

    def verify(self, pairs: list[ClaimWithEvidence], *, is_strict: bool = False) -> list[Verdict]:
        self.strict.append(is_strict)
        return [
            Verdict(
                label=VerdictLabel.SUPPORTED if self.supports(pair) else VerdictLabel.UNSUPPORTED,  # type: ignore[operator]
                score=0.5,
                verifier_id="scripted",
                reasons=(),
            )
            for pair in pairs
        ]


def test_battery_is_as_large_as_it_says() -> None:
    cases = [asked for half in Split for asked in cases_of(half)]
    written = [asked for asked in cases if not asked.is_framed]
    frames = {asked.id.split("/")[0] for asked in cases if asked.is_framed}

    assert len(written) >= 600
    assert {asked.kind for asked in written} == set(ClaimKind)
    assert {asked.kind for asked in cases if asked.is_framed} == set(FrameKind)
    assert len(frames) >= 30
    assert all(Counter(asked.is_true for asked in cases_of(half))[False] > 1_000 for half in Split)


@pytest.mark.parametrize("name", ["claims.jsonl", "facts.jsonl", "frames.jsonl", "fresh.jsonl"])
def test_halves_share_no_line(name: str) -> None:
    tune, report = (
        {str({k: v for k, v in row._fields.items() if k not in ("id", "kind")}) for row in read_file(path).rows}
        for path in (BATTERY / half / name for half in Split)
    )

    assert not tune & report


def test_frame_holds_the_fact_in_its_form() -> None:
    framed = {asked.id: asked.pair for asked in cases_of(Split.TUNE) if asked.is_framed}

    plan = framed["frame-plan-1/fact-1"]
    assert plan.evidence == ("The Larvik ferry company plans to buy four electric boats from a yard in Gdansk.",)
    assert plan.claim == "The Larvik ferry company bought four electric boats from a yard in Gdansk."
    assert framed["frame-next-1/fact-1"].surroundings[0].after == ("This is a lie.",)


def test_kind_that_does_not_exist_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "tune").mkdir()
    for name in ("facts.jsonl", "frames.jsonl"):
        (tmp_path / "tune" / name).write_bytes((BATTERY / "tune" / name).read_bytes())
    (tmp_path / "tune" / "claims.jsonl").write_text('{"id": "a", "kind": "gossip", "evidence": []}\n')

    with pytest.raises(DataError, match=r"claims\.jsonl line 1.*'gossip' is none - write one of scope"):
        cases_of(Split.TUNE, tmp_path)


def test_what_the_guard_shows_counts_by_kind() -> None:
    assistant = Scripted(lambda _: True)
    trials = AssertionTask(name="assertion").trials(assistant, Split.TUNE, documents=Path())  # type: ignore[arg-type]
    outcomes = {trial.case_id: trial.measure() for trial in trials}

    assert all(assistant.strict)
    assert outcomes["tune/scope-1/false-1"].scores == {"false_shown": 1.0, "false_shown_scope": 1.0}
    assert outcomes["tune/frame-plan-1/fact-1"].scores == {"frame_passed": 1.0, "frame_passed_plan": 1.0}
    assert outcomes["tune/scope-1/true-1"].scores == {"true_shown": 1.0, "true_shown_scope": 1.0}
    assert outcomes["tune/frame-passing-2/fact-1"].scores == {"true_shown": 1.0, "true_shown_framed": 1.0}


def test_refusal_that_an_unrelated_sentence_turns_is_counted() -> None:
    assistant = Scripted(lambda pair: len(pair.evidence) > 1)
    trials = AssertionTask(name="assertion").trials(assistant, Split.TUNE, documents=Path())  # type: ignore[arg-type]

    turned = next(trial for trial in trials if trial.case_id == "tune/scope-1/false-1").measure()

    assert turned.scores["false_shown"] == 0.0
    assert turned.scores["turned_by_unrelated"] == 1.0


def test_fresh_claims_are_of_the_kinds_of_the_battery_and_not_in_it() -> None:
    for half in Split:
        fresh = fresh_cases_of(half)
        counts = Counter(asked.is_true for asked in fresh)
        assert counts[False] >= 50
        assert counts[True] >= 30
        known = {quote for asked in cases_of(half) for quote in asked.pair.evidence}
        assert all(quote not in known for asked in fresh for quote in asked.pair.evidence)
