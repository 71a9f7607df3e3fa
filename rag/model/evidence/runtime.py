"""The model at work, on ONNX Runtime: no torch, no transformers.

Each pair runs alone, in the order of length, two at a time. The small file scales its activations by all that is in a
batch, so that in a batch a verdict would depend on its neighbours; alone the same pair gives the same numbers to the
last bit, and on two cores that costs nothing (measured: 20 short pairs 33-40 ms alone, 33 ms as one batch).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import WeightsError
from rag.model.evidence.encoding import MAX_PASSAGE_TOKENS, MAX_TOKENS, Encoded, Encoder, arrays
from rag.model.weights import packaged_model

__all__ = ["READER", "VERIFIER", "EvidenceModel", "Reading", "bundled_model", "bundled_reader"]

VERIFIER, READER = "verifier.int8.onnx", "reader.int8.onnx"

N_THREADS = 2


class Reading(NamedTuple):
    """What the model says about one text beside sentences, as logits.

    verdict: supported, contradicted, unsupported. answers: one for each sentence that was read whole.
    wrong: one for each token of the text; offsets: the characters of that token in the text.
    is_whole: whether all of it was read; what is too long is cut off at its end.
    """

    verdict: NDArray[np.float32]
    answers: NDArray[np.float32]
    wrong: NDArray[np.float32]
    offsets: tuple[tuple[int, int], ...]
    is_whole: bool

    @property
    def support(self) -> float:
        """The log-odds of support against both refusals."""
        supported, *refused = self.verdict.tolist()
        return float(supported - np.logaddexp(*refused))

    @property
    def contradiction(self) -> float:
        """The log-odds of contradiction against the other two."""
        supported, contradicted, unsupported = self.verdict.tolist()
        return float(contradicted - np.logaddexp(supported, unsupported))

    def words_wrong_in(self, text: str, *, above: float = 0.0) -> tuple[str, ...]:
        """The words of `text`, as it was read, that the sentences leave without support, in their order."""
        words: list[str] = []
        end_of_last = -1
        for (start, end), logit in zip(self.offsets, self.wrong.tolist(), strict=True):
            if logit <= above or start < end_of_last or not any(map(str.isalnum, text[start:end])):
                continue
            while start > 0 and text[start - 1].isalnum():
                start -= 1
            while end < len(text) and text[end].isalnum():
                end += 1
            words.append(text[start:end])
            end_of_last = end
        return tuple(words)


class EvidenceModel:
    """An ONNX file of `eval.training.verifier.export`, with the tokenizer beside it. Several threads may read at once.

    n_threads: pairs that are read at the same time.

    Raises:
        WeightsError: the file is no such model.
    """

    def __init__(self, path: Path, *, n_threads: int = N_THREADS, max_tokens: int = MAX_TOKENS) -> None:
        import onnxruntime  # type: ignore[import-untyped]  # only where a model is used

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._encoder = Encoder(path.parent)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library has a class for each thing that can be wrong, and no common one
            said = str(error).strip().splitlines()[0]
            raise WeightsError(
                f"cannot load the model {str(path)!r}: {said} - install the package that carries it again"
            ) from error
        self._n_threads = max(1, min(n_threads, os.cpu_count() or 1))
        self._max_tokens = max_tokens

    def read(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        """For each (text, sentences), in their order."""
        encoded = [self._encoder.encode(text, sentences, max_tokens=self._max_tokens) for text, sentences in pairs]
        if len(encoded) < 2 or self._n_threads < 2:
            return [self._run(each) for each in encoded]
        longest_first = sorted(range(len(encoded)), key=lambda position: -len(encoded[position].ids))
        with ThreadPoolExecutor(min(self._n_threads, len(encoded))) as threads:
            done = threads.map(self._run, [encoded[position] for position in longest_first])
            read = dict(zip(longest_first, done, strict=True))
        return [read[position] for position in range(len(encoded))]

    def _run(self, encoded: Encoded) -> Reading:
        verdicts, answers, wrong = self._session.run(None, arrays([encoded])._asdict())
        return Reading(
            verdicts[0],
            np.array([answers[0, place].mean() for place in encoded.places()], dtype=np.float32),
            wrong[0, 1 : encoded.n_text + 1],
            encoded.offsets,
            encoded.is_whole,
        )


def bundled_model() -> EvidenceModel:
    """The model that checks claims, which comes with the package, loaded once for the whole process.

    Raises:
        WeightsError: its files are missing or not what they were when the package was made.
    """
    with _LOADING:
        return _loaded(VERIFIER, MAX_TOKENS)


def bundled_reader() -> EvidenceModel:
    """The model that reads passages beside a question, likewise.

    Raises:
        WeightsError: its files are missing or not what they were when the package was made.
    """
    with _LOADING:
        return _loaded(READER, MAX_PASSAGE_TOKENS)


_LOADING = Lock()


@lru_cache(maxsize=2)
def _loaded(name: str, max_tokens: int) -> EvidenceModel:
    return EvidenceModel(packaged_model(name), max_tokens=max_tokens)
