"""The exported verifier at work, on ONNX Runtime: no torch, no transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eval.training.encoding import MAX_TOKENS, Encoded, Encoder, arrays

__all__ = ["Read", "Runtime"]

MAX_TOKENS_TOGETHER = 4096


class Read(NamedTuple):
    """What the model says about one text beside sentences, as logits.

    verdict: supported, contradicted, unsupported. answers: one for each sentence that was read whole.
    wrong: one for each token of the text.
    """

    verdict: NDArray[np.float32]
    answers: NDArray[np.float32]
    wrong: NDArray[np.float32]

    @property
    def support(self) -> float:
        """The log-odds of support against both refusals."""
        supported, *refused = self.verdict.tolist()
        return float(supported - np.logaddexp(*refused))


class Runtime:
    """An ONNX file of `eval.training.export`, with the tokenizer beside it."""

    def __init__(self, path: Path, *, n_threads: int = 2, max_tokens: int = MAX_TOKENS) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._encoder = Encoder(path.parent)
        self._max_tokens = max_tokens

    def read(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Read]:
        """For each (text, sentences), in their order; those of like length run together."""
        encoded = [self._encoder.encode(text, sentences, max_tokens=self._max_tokens) for text, sentences in pairs]
        found: dict[int, Read] = {}
        batch: list[int] = []
        for position in sorted(range(len(encoded)), key=lambda each: -len(encoded[each].ids)):
            if batch and len(encoded[batch[0]].ids) * (len(batch) + 1) > MAX_TOKENS_TOGETHER:
                found.update(zip(batch, self._run([encoded[each] for each in batch]), strict=True))
                batch = []
            batch.append(position)
        if batch:
            found.update(zip(batch, self._run([encoded[each] for each in batch]), strict=True))
        return [found[position] for position in range(len(encoded))]

    def _run(self, batch: Sequence[Encoded]) -> list[Read]:
        inputs = arrays(batch)
        verdicts, answers, wrong = self._session.run(None, inputs._asdict())
        return [
            Read(
                verdicts[row],
                np.array([answers[row, place].mean() for place in each.places()], dtype=np.float32),
                wrong[row, 1 : each.n_text + 1],
            )
            for row, each in enumerate(batch)
        ]
