"""Train the reader: `python -m eval.training.reader.train --data FOLDER --out FOLDER`.

It begins with the weights of the verifier that ships, or goes on from a reader. The out folder gets `examples.jsonl`
(made once), `latest.pt` every few minutes, `final.pt` and `log.jsonl`. The same command goes on where it was killed;
with fewer `--examples` it begins to lower its rate there.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import torch

from eval.training.reader.groups import training_groups
from eval.training.reader.windows import SHARES, reading_examples
from eval.training.start import start_folder
from eval.training.verifier.batches import N_TOGETHER, Batch, sorted_batches
from eval.training.verifier.data.examples import Example, Target, read_examples, write_examples
from eval.training.verifier.network import Losses, VerifierNetwork
from eval.training.verifier.restore import restored
from eval.training.verifier.train import Recipe, Training, can_half, log, rate_at
from rag.model.evidence import VERIFIER, Encoder
from rag.model.weights import packaged_model

__all__ = ["MAX_TOKENS", "batches_of_windows", "drawn", "main"]

MAX_TOKENS = 256


def drawn(examples: Sequence[Example], n: int, *, seed: int) -> list[int]:
    """Positions of `n` examples in the order in which they are learned, each source by its share.

    Inside a source, windows with an answer and without by the roots of how many there are. Every example of a side is
    used before one is used again.
    """
    random = Random(seed)  # noqa: S311  draws a sample, guards no secret
    pools: dict[tuple[str, Target], list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        if SHARES.get(example.source):
            pools[example.source, example.target].append(number)
    n_of_source: dict[str, float] = defaultdict(float)
    for (source, _), pool in pools.items():
        n_of_source[source] += len(pool) ** 0.5
    keys = sorted(pools)
    weights = [SHARES[key[0]] * len(pools[key]) ** 0.5 / n_of_source[key[0]] for key in keys]
    left: dict[tuple[str, Target], list[int]] = {key: [] for key in keys}
    made = []
    for key in random.choices(keys, weights, k=n):
        if not left[key]:
            left[key] = pools[key].copy()
            random.shuffle(left[key])
        made.append(left[key].pop())
    return made


def batches_of_windows(
    examples: Sequence[Example], encoder: Encoder, *, n: int, seed: int, after: int = 0
) -> Iterator[Batch]:
    """All batches of a training with `n` windows, from the one with the number `after` on."""
    order = drawn(examples, n, seed=seed)
    number = n_seen = 0
    for start in range(0, len(order), N_TOGETHER):
        chosen = [examples[position] for position in order[start : start + N_TOGETHER]]
        encoded = [encoder.encode(each.text, each.sentences, max_tokens=MAX_TOKENS) for each in chosen]
        for positions in sorted_batches([len(each.ids) for each in encoded], Random(f"{seed}:{start}")):  # noqa: S311
            n_seen += len(positions)
            if number >= after:
                yield Batch(number, n_seen, tuple((chosen[each], encoded[each]) for each in positions))
            number += 1


def _train(training: Training, batches: Iterator[Batch], *, recipe: Recipe, out: Path, every_seconds: float) -> None:
    started = saved = time.monotonic()
    sums, n_summed, n_tokens = [0.0] * len(Losses._fields), 0, 0
    for batch in batches:
        found = training.step(batch)
        sums = [total + each.item() for total, each in zip(sums, found, strict=True)]
        n_summed += 1
        n_tokens += sum(len(encoded.ids) for _, encoded in batch.items)
        if training.n_steps % 20 == 0:
            log(
                out, step=training.n_steps, seen=batch.n_seen,
                rate=round(rate_at(batch.n_seen / recipe.n_examples, recipe), 4),
                loss={name: round(total / n_summed, 4) for name, total in zip(Losses._fields, sums, strict=True)},
                tokens_a_second=round(n_tokens / (time.monotonic() - started)),
            )  # fmt: skip
            sums, n_summed, n_tokens, started = [0.0] * len(Losses._fields), 0, 0, time.monotonic()
        if time.monotonic() - saved > every_seconds:
            training.save(out / "latest.pt")
            saved = time.monotonic()
    training.save(out / "latest.pt")
    shutil.copyfile(out / "latest.pt", out / "final.pt")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.reader.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--init", type=Path, help="checkpoint, or small file, to begin with; the verifier that ships")
    parser.add_argument("--examples", type=int, default=60_000)
    parser.add_argument("--decay", type=float, default=0.3, help="share of the training in which the rate is lowered")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that are not trained")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=float, default=180.0, help="seconds between checkpoints")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    start = start_folder()
    recipe = Recipe(
        n_examples=given.examples, seed=given.seed, rate=given.rate, n_frozen=given.frozen, decay=given.decay
    )
    torch.manual_seed(recipe.seed)
    training = Training(VerifierNetwork(start), recipe, device="cpu", is_half=can_half("cpu"))
    if (given.out / "latest.pt").exists():
        training.load(given.out / "latest.pt")
    elif given.init is not None and given.init.suffix == ".pt":
        training.start_from(given.init)
    else:
        training.network.load_state_dict(restored(given.init or packaged_model(VERIFIER), start))
    log(given.out, begins=training.n_steps, recipe=repr(recipe))
    path = given.out / "examples.jsonl"
    if not path.exists():
        write_examples(path, reading_examples(training_groups(given.data, seed=given.seed), seed=given.seed))
    examples = list(read_examples(path))
    batches = batches_of_windows(
        examples, Encoder(start), n=recipe.n_examples, seed=recipe.seed, after=training.n_steps
    )
    _train(training, batches, recipe=recipe, out=given.out, every_seconds=given.save_every)


if __name__ == "__main__":
    main()
