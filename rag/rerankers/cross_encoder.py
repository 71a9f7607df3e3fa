"""Scores question and text together with a sentence-transformers `CrossEncoder`: any by name, or from a folder.

The best there is in quality and the slowest: a model reads every text anew for every question. Made for the few best
sentences (`rag.retrieval.ranking`), not for all that were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from sentence_transformers import CrossEncoder

from rag.errors import SettingsError
from rag.model.loading import load_pretrained, require_cross_encoder, without_surrogates
from rag.protocols import FloatArray

__all__ = ["CrossEncoderReranker"]


class CrossEncoderReranker:
    """The probability, 0 to 1, that a text fits a question, as a model with one output gives it.

    model: a folder that sentence-transformers or transformers saved, or a name on the Hugging Face hub, there with an
        optional `@revision`. device: cpu, cuda, mps. batch_size: pairs at a time.

    The score is the logistic function of the output. Several threads may ask at once. What is beyond
    the model's longest input is not read.

    Raises:
        SettingsError: no model is named, or it is no reranker: it has another number of outputs than one.
        WeightsError: the weights are missing or cannot be loaded.
    """

    def __init__(self, model: str = "", *, device: str = "cpu", batch_size: int = 32) -> None:
        if not model.strip():
            raise SettingsError(
                f"cannot load a cross-encoder called {model!r}: it names no model - name a folder, or one on the hub"
            )
        self._lock = Lock()
        self._batch_size = batch_size
        folder = Path(model).expanduser()
        self._model: CrossEncoder = load_pretrained(
            model, CrossEncoder, device=device, folder=folder if folder.is_dir() else None
        )
        require_cross_encoder(model, self._model, use="reranker", purpose="ranking")
        self._model.float().eval()  # bfloat16, which some hub models are saved in, is emulated on most CPUs
        if self._model.num_labels != 1:
            raise SettingsError(
                f"cannot use the model {model!r} as a reranker: it has {self._model.num_labels} outputs and not one"
                " score - name a model for ranking"
            )

    def score(self, question: str, texts: Sequence[str]) -> FloatArray:
        """float32 (n,), 0 to 1, aligned with `texts`. The library sorts by length, and back."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        pairs = [(without_surrogates(question), without_surrogates(text)) for text in texts]
        with self._lock:  # the library's tokenizers change their state during a call
            logits = self._model.predict(
                pairs, batch_size=self._batch_size, activation_fn=torch.nn.Identity(), show_progress_bar=False
            )
        scores: FloatArray = (1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64).reshape(-1)))).astype(np.float32)
        return scores
