import json
from pathlib import Path

import numpy as np
import pytest
import torch

from eval.training.verifier import figures
from eval.training.verifier.answer_figures import answer_figures
from eval.training.verifier.data.first_stage import places_of, word_scores
from eval.training.verifier.data.pairs import TrainingData, read_training_data
from eval.training.verifier.export import SMALL, export
from eval.training.verifier.network import VerifierNetwork
from rag.model.evidence import EvidenceModel


@pytest.fixture(scope="module")
def model(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    out = tmp_path_factory.mktemp("model")
    export(VerifierNetwork(start, attention="eager"), start, out)
    return out / SMALL


@pytest.fixture(scope="module")
def data(data_folder: Path) -> TrainingData:
    return read_training_data(data_folder)


def test_text_with_more_and_rarer_words_of_the_question_scores_higher() -> None:
    scores = word_scores(["the king of Oslo", "the king", "the queen", "a school"], ["the king of Oslo"])

    assert scores.shape == (1, 4)
    assert list(np.argsort(-scores[0], kind="stable")) == [0, 1, 2, 3]
    assert scores[0, 3] == 0.0


def test_command_measures_claims_and_mutants_and_keeps_what_it_has(
    data_folder: Path, model: Path, tmp_path: Path
) -> None:
    command = ["--data", str(data_folder), "--model", str(model), "--out", str(tmp_path / "figures.json")]
    command += ["--cache", str(tmp_path), "--only"]

    figures.main([*command, "support"])
    support = json.loads((tmp_path / "figures.json").read_text())["support"]
    figures.main([*command, "mutation", "support"])
    found = json.loads((tmp_path / "figures.json").read_text())

    assert found["support"] == support
    assert 0.0 <= support["all"]["balanced_accuracy"] <= 1.0
    assert support["fever"]["n"] > 0
    assert 0.0 <= found["mutation"]["negation"] <= 1.0
    assert found["mutation"]["n_accused"] == (
        found["mutation"]["n_accused_untouched"] + found["mutation"].get("n_accused_reworded", 0)
    )


def test_questions_are_ranked_and_told_apart(data: TrainingData, model: Path, tmp_path: Path) -> None:
    squad2 = data.questions["squad2"]
    random = np.random.default_rng(0)
    vectors = random.normal(size=(len(places_of(squad2.loaded.corpus)), 8)).astype(np.float32)
    np.save(tmp_path / "squad2.npy", vectors)

    found = answer_figures(
        squad2, EvidenceModel(model), embed=lambda texts: random.normal(size=(len(texts), 8)).astype(np.float32),
        cache=tmp_path,
    )  # fmt: skip

    assert found["n"] > found["n_answerable"] > 0
    assert found["gold_first"] <= found["gold_in_first"] <= 1.0
    assert 0.0 <= found["auroc"] <= 1.0
