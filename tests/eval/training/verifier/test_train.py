import json
from itertools import islice
from pathlib import Path

import pytest
import torch

from eval.training.verifier.batches import batches_of
from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.network import VerifierNetwork
from eval.training.verifier.train import Recipe, Training, main, rate_at
from rag.model.evidence import Encoder

EXAMPLES = [
    Example(
        text="she left" if number % 2 else "she won",
        sentences=("she left",),
        target=Target.SUPPORTED if number % 2 else Target.CONTRADICTED,
        answering=(Answering.YES if number % 2 else Answering.NO,),
        source="fever",
    )
    for number in range(20)
]
RECIPE = Recipe(n_examples=6000, rate=5e-3, head_rate=2e-2)


def training(start: Path, recipe: Recipe = RECIPE) -> Training:
    torch.manual_seed(0)
    return Training(VerifierNetwork(start), recipe, device="cpu", is_half=False)


def test_it_learns_what_can_be_learned(start: Path) -> None:
    made = training(start)

    paid = [made.step(batch).verdict.item() for batch in batches_of(EXAMPLES, Encoder(start), n=6000, seed=0)]

    assert paid[0] > 0.8
    assert paid[-1] < 0.4


def test_training_that_was_cut_off_ends_as_if_it_had_not_been(start: Path, tmp_path: Path) -> None:
    encoder = Encoder(start)
    whole = training(start)
    for batch in batches_of(EXAMPLES, encoder, n=2000, seed=0):
        whole.step(batch)

    first = training(start)  # begins with the same random numbers
    for batch in islice(batches_of(EXAMPLES, encoder, n=2000, seed=0), 2):
        first.step(batch)
    first.save(tmp_path / "latest.pt")
    second = training(start)
    second.load(tmp_path / "latest.pt")
    for batch in batches_of(EXAMPLES, encoder, n=2000, seed=0, after=second.n_steps):
        second.step(batch)

    assert second.n_steps == whole.n_steps
    for name, values in whole.network.state_dict().items():
        assert torch.allclose(values, second.network.state_dict()[name], atol=1e-6), name


def test_embeddings_and_frozen_layers_stay_as_they_are(start: Path) -> None:
    made = training(start, Recipe(n_examples=6000, rate=1e-2, n_frozen=1))
    before = {name: values.clone() for name, values in made.network.state_dict().items()}

    for batch in islice(batches_of(EXAMPLES, Encoder(start), n=2000, seed=0), 3):
        made.step(batch)

    changed = {name for name, values in made.network.state_dict().items() if not torch.equal(values, before[name])}
    assert not any("embeddings" in name or "layer.0." in name for name in changed)
    assert any("layer.1." in name for name in changed)


@pytest.mark.parametrize(("progress", "rate"), [(0.0, 0.0), (0.02, 0.5), (0.3, 1.0), (0.8, 0.5), (1.0, 0.0)])
def test_rate_rises_stays_and_falls(progress: float, rate: float) -> None:
    assert rate_at(progress, Recipe(n_examples=1, warm_up=0.04, decay=0.4)) == pytest.approx(rate)


def test_command_leaves_checkpoints_and_a_log_and_goes_on_with_more(
    data_folder: Path, start: Path, tmp_path: Path
) -> None:
    command = ["--data", str(data_folder), "--start", str(start), "--out", str(tmp_path), "--device", "cpu"]

    main([*command, "--examples", "120"])
    n_steps = torch.load(tmp_path / "final.pt", weights_only=True)["n_steps"]
    main([*command, "--examples", "400"])

    assert torch.load(tmp_path / "final.pt", weights_only=True)["n_steps"] > n_steps
    begins = [line["begins"] for line in map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
              if "begins" in line]  # fmt: skip
    assert begins[0] == 0
    assert begins[1] > 0


def test_training_can_begin_with_the_weights_of_another(data_folder: Path, start: Path, tmp_path: Path) -> None:
    command = ["--data", str(data_folder), "--start", str(start), "--device", "cpu"]
    first, second = tmp_path / "first", tmp_path / "second"
    main([*command, "--out", str(first), "--examples", "120"])

    main([*command, "--out", str(second), "--examples", "60", "--init", str(first / "final.pt"), "--rate", "0"])

    before, after = (torch.load(folder / "final.pt", weights_only=True) for folder in (first, second))
    name = "encoder.encoder.layer.1.output.dense.weight"
    assert torch.equal(before["network"][name], after["network"][name])
    assert after["n_steps"] < before["n_steps"]
