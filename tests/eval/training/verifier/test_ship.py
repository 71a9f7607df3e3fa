import json
from pathlib import Path

import pytest

from eval.training.verifier.combined_figures import combined_figures
from eval.training.verifier.known_claims import Known
from eval.training.verifier.ship import card_with, figures_table, place_files
from rag import ClaimWithEvidence, Verdict, VerdictLabel


def _known(name: str, kind: str, is_supported: bool) -> Known:
    return Known(name, kind, is_supported, ClaimWithEvidence(("e",), "c"))


def _verdict(is_accepted: bool) -> Verdict:
    label = VerdictLabel.SUPPORTED if is_accepted else VerdictLabel.UNSUPPORTED
    return Verdict(label=label, score=0.9 if is_accepted else 0.1, verifier_id="v")


@pytest.fixture
def figures() -> dict[str, dict[str, float]]:
    claims = [
        _known("fever", "gold", True),
        _known("fever", "gold", False),
        _known("fever", "gold", False),
        _known("mutation", "name", False),
        _known("mutation", "name", False),
        _known("mutation", "untouched", True),
        _known("mutation", "spacing", True),
    ]
    return combined_figures(claims, [_verdict(each) for each in (True, True, False, False, True, True, False)])


def test_figures_count_sets_and_mutants_apart(figures: dict[str, dict[str, float]]) -> None:
    assert figures["fever"]["balanced_accuracy"] == 0.75
    assert figures["all"]["balanced_accuracy"] == 0.75
    mutants = figures["mutation"]
    assert (mutants["caught name"], mutants["accused"], mutants["accused of the reworded"]) == (0.5, 0.5, 1.0)


def test_card_gets_the_figures_between_its_marks_and_keeps_the_rest(figures: dict[str, dict[str, float]]) -> None:
    card = "Before\n<!-- figures -->\nold\n<!-- end of figures -->\nAfter\n"
    made = card_with(card, figures_table(figures), "abc")
    assert made.startswith("Before\n<!-- figures -->\nModel file SHA-256 `abc`.\n")
    assert made.endswith("<!-- end of figures -->\nAfter\n")
    assert "old" not in made
    assert "| fever | 3 | 0.750 | 0.750 |" in made
    assert card_with(made, figures_table(figures), "abc") == made


def test_files_are_placed_and_listed_with_their_hashes(tmp_path: Path) -> None:
    source, package = tmp_path / "model", tmp_path / "rag"
    for folder in (source, package / "model" / "evidence", package / "verifiers", package / "model" / "weights"):
        folder.mkdir(parents=True)
    (source / "verifier.int8.onnx").write_bytes(b"model")
    (source / "tokenizer.json").write_bytes(b"{}")
    (tmp_path / "fitted.json").write_text("{}")
    place_files(source, package, combination=tmp_path / "fitted.json")
    assert (package / "verifiers" / "combination.json").read_text() == "{}"
    listed = json.loads((package / "model" / "weights" / "packaged.json").read_text())
    assert [(each["name"], each["n_bytes"]) for each in listed] == [("verifier.int8.onnx", 5), ("tokenizer.json", 2)]
    assert (package / "model" / "evidence" / "verifier.int8.onnx").read_bytes() == b"model"
