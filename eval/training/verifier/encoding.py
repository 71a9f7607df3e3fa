"""What the model should say, as arrays that lie over its outputs; what it reads is encoded by `rag.model.evidence`.

The outputs are read where they belong: the verdict once for the whole, whether a sentence answers at its tokens, and
whether a word is unsupported at the tokens of the claim. Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.training.verifier.data.examples import Answering, Example
from rag.model.evidence import Encoded

__all__ = ["IGNORED", "Labels", "labels"]

IGNORED = -1.0


class Labels(NamedTuple):
    """What it should say: targets int64 (n,); answering float32 (n, sentences), wrong float32 (n, length).

    Both are `IGNORED` where nothing is known. sentences: int64 (n, length), the number of the sentence that the token
    belongs to, from 1; 0 outside.
    """

    targets: NDArray[np.int64]
    sentences: NDArray[np.int64]
    answering: NDArray[np.float32]
    wrong: NDArray[np.float32]


def labels(batch: Sequence[tuple[Example, Encoded]], length: int) -> Labels:
    """The labels of the batch at the places where the model's outputs are read."""
    most = max(1, *(len(encoded.ends) for _, encoded in batch))
    made = Labels(
        np.array([example.target for example, _ in batch], dtype=np.int64),
        np.zeros((len(batch), length), dtype=np.int64),
        np.full((len(batch), most), IGNORED, dtype=np.float32),
        np.full((len(batch), length), IGNORED, dtype=np.float32),
    )
    for row, (example, encoded) in enumerate(batch):
        for number, (place, answering) in enumerate(zip(encoded.places(), example.answering, strict=False)):
            made.sentences[row, place] = number + 1
            if answering is not Answering.UNKNOWN:
                made.answering[row, number] = answering
        if example.knows_words:
            for number, (start, stop) in enumerate(encoded.offsets):
                is_wrong = any(start < span.end and span.start < stop for span in example.wrong)
                made.wrong[row, number + 1] = is_wrong
    return made
