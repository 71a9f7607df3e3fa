from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eval.training.verifier.claim_facts import ClaimFacts
from eval.training.verifier.combination import fit, weights_of, write_combination
from eval.training.verifier.data.parts import Part
from eval.training.verifier.known_claims import MUTATION, Known, known_claims
from rag import ClaimWithEvidence


def _claim(is_supported: bool, *, name: str = "fever", kind: str = "gold") -> Known:
    return Known(name, kind, is_supported, ClaimWithEvidence(("e",), "c"))


def _facts(**features: float) -> ClaimFacts:
    return ClaimFacts({name.replace("_", " "): value for name, value in features.items()}, False)


def test_sets_classes_and_kinds_of_mutants_weigh_the_same() -> None:
    claims = [_claim(True)] * 8 + [_claim(False)] * 2 + [_claim(True, name="wice"), _claim(False, name="wice")]
    claims += [_claim(False, name=MUTATION, kind="name")] * 5 + [_claim(False, name=MUTATION, kind="date")]
    totals: Counter[tuple[str, bool, str]] = Counter()
    for claim, weight in zip(claims, weights_of(claims), strict=True):
        totals[claim.set_name, claim.is_supported, claim.kind] += weight
    one = totals["fever", True, "gold"]
    assert totals["fever", False, "gold"] == pytest.approx(one)
    assert totals["wice", True, "gold"] == pytest.approx(one)
    assert totals[MUTATION, False, "name"] == pytest.approx(one)
    assert totals[MUTATION, False, "date"] == pytest.approx(one)
    assert sum(totals.values()) == pytest.approx(len(claims))


def test_what_tells_supported_claims_apart_gets_weight_and_no_finding_speaks_for_a_claim() -> None:
    claims = [_claim(number % 2 == 0) for number in range(200)]
    facts = [
        _facts(support=2.0 if each.is_supported else -2.0, rules=0.0, name_far=float(each.is_supported), near=0.0)
        for each in claims
    ]
    fitted = fit(claims, facts)
    assert fitted.weights["support"] > 0.3
    assert "name far" not in fitted.weights
    assert abs(fitted.intercept) < 0.2


def test_kinds_that_are_never_wrong_in_copies_become_vetoes_and_rare_ones_do_not() -> None:
    claims = [_claim(number < 50) for number in range(100)]
    facts = [
        _facts(support=0.0, number_near=float(n >= 70), name_near=float(n >= 30), date_near=float(n >= 95))
        for n in range(100)
    ]
    assert fit(claims, facts).vetoes == ("number",)


def test_what_may_be_shown_is_right_nine_times_in_ten() -> None:
    random = np.random.default_rng(0)
    supports = random.normal(size=600)
    claims = [_claim(bool(random.random() < 1 / (1 + np.exp(-3 * support)))) for support in supports]
    fitted = fit(claims, [_facts(support=float(support), words_far=1.0) for support in supports])
    scores = 1 / (1 + np.exp(-(fitted.intercept + fitted.weights["support"] * supports)))
    scores = 1 / (1 + np.exp(-(np.log(scores / (1 - scores)) + fitted.weights.get("words far", 0.0))))
    shown = [claim.is_supported for claim, score in zip(claims, scores, strict=True) if score >= fitted.shown_from]
    assert shown
    assert np.mean(shown) > 0.85


def test_claims_without_features_are_left_out_and_the_file_is_what_the_product_reads(tmp_path: Path) -> None:
    claims = [_claim(True), _claim(False)] * 20
    facts = [_facts(support=1.0 if each.is_supported else -1.0) for each in claims]
    fitted = fit([*claims, _claim(True)], [*facts, ClaimFacts({}, True)])
    assert fitted == fit(claims, facts)
    (tmp_path / "model").write_bytes(b"model")
    write_combination(tmp_path / "combination.json", fitted, tmp_path / "model")
    assert "model_sha256" in (tmp_path / "combination.json").read_text()


def test_kept_back_claims_hold_every_set_and_their_mutants(data_folder: Path) -> None:
    kept, report = (known_claims(data_folder, part, limit=40) for part in (Part.CALIBRATE, Part.REPORT))
    assert {each.set_name for each in report} >= {"fever", "wice", "bump", MUTATION}
    assert not {each.pair for each in kept} & {each.pair for each in report}
    assert known_claims(data_folder, Part.REPORT, limit=40) == report
