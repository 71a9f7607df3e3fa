"""Train the verifier: `python -m eval.training.verifier.train --data FOLDER --out FOLDER`.

The out folder gets `examples.jsonl` (made once), `latest.pt` every few minutes, `final.pt`, and `log.jsonl`. A run that
was killed goes on from `latest.pt` when the same command is given again; one with more `--examples` goes on from where
the shorter one began to lower its rate, if that checkpoint, `stable.pt`, is there.

Source of the schedule (warm-up, constant, decay): Hu et al. 2024, MiniCPM; of the rates by layer: Howard and Ruder
2018.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from eval.training.start import start_folder
from eval.training.verifier.batches import Batch, batches_of
from eval.training.verifier.data.examples import Example, read_examples, write_examples
from eval.training.verifier.data.pairs import read_training_data, training_examples
from eval.training.verifier.encoding import labels
from eval.training.verifier.network import Losses, VerifierNetwork, losses
from rag.model.evidence import Encoder, arrays

__all__ = ["Recipe", "Training", "can_half", "log", "main", "rate_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What decides the result, besides the data.

    n_examples: drawn in all. rate, head_rate: learning rates at their highest. layer_decay: of a layer's rate against
    that of the layer above. n_frozen: lowest layers that are left as they are; embeddings always are.
    """

    n_examples: int
    seed: int = 0
    rate: float = 2e-4
    head_rate: float = 5e-4
    layer_decay: float = 0.9
    n_frozen: int = 0
    warm_up: float = 0.04
    decay: float = 0.4


def rate_at(progress: float, recipe: Recipe) -> float:
    """The share of the highest rate after this share of the training.

    >>> recipe = Recipe(n_examples=1, warm_up=0.1, decay=0.5)
    >>> [round(rate_at(progress, recipe), 2) for progress in (0.05, 0.3, 0.75, 1.0)]
    [0.5, 1.0, 0.5, 0.0]
    """
    return max(0.0, min(progress / recipe.warm_up, 1.0, (1.0 - progress) / recipe.decay))


class Training:
    """A network being trained; `step` by `step`, from where it was saved."""

    def __init__(self, network: VerifierNetwork, recipe: Recipe, *, device: str, is_half: bool) -> None:
        torch.manual_seed(recipe.seed)
        self.network = network.to(device)
        self.n_steps = 0
        self._recipe = recipe
        self._device = device
        self._is_half = is_half
        self._optimizer = torch.optim.AdamW(list(_groups(network, recipe)), weight_decay=0.01, betas=(0.9, 0.98))
        self._highest = [float(group["lr"]) for group in self._optimizer.param_groups]

    def step(self, batch: Batch) -> Losses:
        """Learn from one batch."""
        self.network.train()
        share = rate_at(batch.n_seen / self._recipe.n_examples, self._recipe)
        for group, highest in zip(self._optimizer.param_groups, self._highest, strict=True):
            group["lr"] = highest * share
        inputs = arrays([encoded for _, encoded in batch.items], multiple=8)
        known = labels(batch.items, inputs.ids.shape[1])
        with torch.autocast(self._device, dtype=torch.bfloat16, enabled=self._is_half):
            outputs = self.network(*map(self._tensor, inputs))
        found = losses(
            outputs,
            targets=self._tensor(known.targets),
            sentences=self._tensor(known.sentences),
            answering=self._tensor(known.answering),
            wrong=self._tensor(known.wrong),
        )
        torch.autograd.backward(found.total())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.n_steps = batch.number + 1
        return found

    def save(self, path: Path) -> None:
        """Write all that is needed to go on; the file appears whole or not at all."""
        begun = path.with_suffix(".part")
        state = {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "n_steps": self.n_steps,
            "random": torch.get_rng_state(),
            "n_examples": self._recipe.n_examples,
        }
        torch.save(state, begun)
        begun.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.n_steps = int(state["n_steps"])
        torch.set_rng_state(state["random"])

    def start_from(self, path: Path) -> None:
        """Take over the weights of another training, which may have trained other layers, and begin to count anew."""
        self.network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["network"])

    def _tensor(self, values: object) -> Tensor:
        return torch.as_tensor(values).to(self._device)


def _groups(network: VerifierNetwork, recipe: Recipe) -> Iterator[dict[str, object]]:
    """Parameters with their highest rates; those that stay as they are get no gradient and no group."""
    network.encoder.embeddings.requires_grad_(False)
    layers = list(network.encoder.encoder.layer)
    for depth, layer in enumerate(reversed(layers)):
        if len(layers) - depth <= recipe.n_frozen:
            layer.requires_grad_(False)
        else:
            yield {"params": list(layer.parameters()), "lr": recipe.rate * recipe.layer_decay**depth}
    heads = [parameter for name, parameter in network.named_parameters() if not name.startswith("encoder.")]
    yield {"params": heads, "lr": recipe.head_rate}


def train(
    training: Training,
    examples: Sequence[Example],
    encoder: Encoder,
    *,
    recipe: Recipe,
    out: Path,
    every_seconds: float,
) -> None:
    """Run to the end of the schedule, saving now and then."""
    started = saved = time.monotonic()
    is_stable = False
    sums, n_summed, n_tokens = [0.0, 0.0, 0.0], 0, 0
    for batch in batches_of(examples, encoder, n=recipe.n_examples, seed=recipe.seed, after=training.n_steps):
        progress = batch.n_seen / recipe.n_examples
        if progress <= 1 - recipe.decay:
            is_stable = True
        elif is_stable:  # not when a training goes on that had begun to lower its rate before
            is_stable = False
            training.save(out / "stable.pt")
        found = training.step(batch)
        sums = [total + each.item() for total, each in zip(sums, found, strict=True)]
        n_summed += 1
        n_tokens += sum(len(encoded.ids) for _, encoded in batch.items)
        if training.n_steps % 20 == 0:
            log(
                out, step=training.n_steps, seen=batch.n_seen, rate=round(rate_at(progress, recipe), 4),
                loss={name: round(total / n_summed, 4) for name, total in zip(Losses._fields, sums, strict=True)},
                tokens_a_second=round(n_tokens / (time.monotonic() - started)),
            )  # fmt: skip
            sums, n_summed, n_tokens, started = [0.0, 0.0, 0.0], 0, 0, time.monotonic()
        if time.monotonic() - saved > every_seconds:
            training.save(out / "latest.pt")
            saved = time.monotonic()
    training.save(out / "latest.pt")
    shutil.copyfile(out / "latest.pt", out / "final.pt")


def _checkpoint(out: Path, recipe: Recipe) -> Path | None:
    """Where to go on: the latest state, or for a longer training the one before the rate was lowered."""
    latest, stable = out / "latest.pt", out / "stable.pt"
    if not latest.exists():
        return None
    n_examples = int(torch.load(latest, map_location="cpu", weights_only=True)["n_examples"])
    return stable if recipe.n_examples > n_examples and stable.exists() else latest


def log(out: Path, **values: object) -> None:
    """Add a line to the log of a training."""
    with (out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"time": time.strftime("%H:%M:%S"), **values}) + "\n")


def can_half(device: str) -> bool:
    """Whether bfloat16 is computed and not emulated."""
    return device != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _examples(data: Path, out: Path, seed: int) -> list[Example]:
    path = out / "examples.jsonl"
    if not path.exists():
        write_examples(path, training_examples(read_training_data(data), seed=seed))
    return list(read_examples(path))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument(
        "--start", type=Path, help="folder of the encoder to start from; the default embedder's weights"
    )
    parser.add_argument("--init", type=Path, help="checkpoint of another training whose weights to begin with")
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--decay", type=float, default=0.4, help="share of the training in which the rate is lowered")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--frozen", type=int, default=2, help="lowest layers that are not trained")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=float, default=180.0, help="seconds between checkpoints")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    start = given.start or start_folder()
    recipe = Recipe(
        n_examples=given.examples, seed=given.seed, rate=given.rate, n_frozen=given.frozen, decay=given.decay
    )
    torch.manual_seed(recipe.seed)
    network = VerifierNetwork(start)
    training = Training(network, recipe, device=given.device, is_half=can_half(given.device))
    checkpoint = _checkpoint(given.out, recipe)
    if checkpoint is not None:
        training.load(checkpoint)
    elif given.init is not None:
        training.start_from(given.init)
    log(given.out, begins=training.n_steps, recipe=repr(recipe), half=can_half(given.device))
    examples = _examples(given.data, given.out, given.seed)
    train(training, examples, Encoder(start), recipe=recipe, out=given.out, every_seconds=given.save_every)


if __name__ == "__main__":
    main()
