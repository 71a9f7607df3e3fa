"""The order of learning: examples by their shares, those of like length together, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from eval.training.verifier.data.examples import Example
from eval.training.verifier.data.pairs import draw
from rag.model.evidence import Encoded, Encoder

__all__ = ["N_TOGETHER", "Batch", "batches_of", "sorted_batches"]

N_TOGETHER = 1024
"""Examples that are sorted by length together; after them a training can go on elsewhere with the same batches."""
MAX_TOKENS_TOGETHER = 4096


class Batch(NamedTuple):
    """Examples for one step. number: counted over the whole training. n_seen: examples up to its end."""

    number: int
    n_seen: int
    items: tuple[tuple[Example, Encoded], ...]


def batches_of(examples: Sequence[Example], encoder: Encoder, *, n: int, seed: int, after: int = 0) -> Iterator[Batch]:
    """All batches of a training with `n` examples, from the one with the number `after` on.

    A larger `n` begins with the same batches, as far as whole groups of `N_TOGETHER` go.
    """
    order = draw(examples, n, seed=seed)
    number = n_seen = 0
    for start in range(0, len(order), N_TOGETHER):
        chosen = [examples[position] for position in order[start : start + N_TOGETHER]]
        encoded = [encoder.encode(example.text, example.sentences) for example in chosen]
        for positions in sorted_batches([len(each.ids) for each in encoded], Random(f"{seed}:{start}")):  # noqa: S311
            n_seen += len(positions)
            if number >= after:
                yield Batch(number, n_seen, tuple((chosen[each], encoded[each]) for each in positions))
            number += 1


def sorted_batches(lengths: Sequence[int], random: Random, *, max_tokens: int = MAX_TOKENS_TOGETHER) -> list[list[int]]:
    """Positions in batches of like length, each of at most `max_tokens` with its padding, in random order.

    >>> sorted(map(sorted, sorted_batches([5, 1, 5, 1], Random(0), max_tokens=10)))
    [[0, 2], [1, 3]]
    """
    made: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda each: (-lengths[each], each)):
        if (
            made
            and lengths[made[-1][0]] * (len(made[-1]) + 1) <= max_tokens
            and (lengths[position] > lengths[made[-1][0]] // 2)
        ):
            made[-1].append(position)
        else:
            made.append([position])
    random.shuffle(made)
    return made
