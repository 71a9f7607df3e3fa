"""A cross-encoder for entailment: (premise, claim) → probabilities, its labels read from its config and then tried.

Models disagree about the order and the spelling of their labels, and one label read for another would turn every
verdict around. So the labels are read by name, and two pairs with a known answer must come out right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder

from rag.errors import SettingsError
from rag.model.loading import id_on_hub, load_pretrained, require_cross_encoder, without_surrogates
from rag.model.weights import folder_hash

__all__ = ["EntailmentModel", "Probabilities"]

_ENTAILMENT, _CONTRADICTION, _NEUTRAL, _NOT_ENTAILMENT = "entailment", "contradiction", "neutral", "not entailment"
_LABEL_BY_SPELLING: Mapping[str, str] = {
    **dict.fromkeys(("entailment", "entail", "entails", "entailed", "supports", "supported"), _ENTAILMENT),
    **dict.fromkeys(("contradiction", "contradict", "contradicts", "contradicted", "contradictory"), _CONTRADICTION),
    **dict.fromkeys(("refutes", "refuted"), _CONTRADICTION),
    **dict.fromkeys(("neutral", "notenoughinfo", "nei"), _NEUTRAL),
    **dict.fromkeys(("notentailment", "notentailed", "nonentailment", "noentailment"), _NOT_ENTAILMENT),
    **dict.fromkeys(("notsupported", "unsupported"), _NOT_ENTAILMENT),
}
"""Letters of a label → what it means. Source: the model cards of MNLI, FEVER and two-way models on the hub."""
_LABEL_SETS = (
    {_ENTAILMENT, _CONTRADICTION, _NEUTRAL},
    {_ENTAILMENT, _NOT_ENTAILMENT},
    {_ENTAILMENT, _CONTRADICTION},
)

_SAME = ("A man is sleeping.", "A man is sleeping.")
_OPPOSITE = ("A man is sleeping.", "Nobody is sleeping.")
_LEAST_DIFFERENCE = 0.2
"""Between the two pairs above: untrained weights give both about the same."""

_NO_LIMIT = 1_000_000  # tokens; libraries write "unlimited" as infinity or 1e30
_DEFAULT_LIMIT = 512  # tokens


class Probabilities(NamedTuple):
    """What a model says about one pair; the rest to 1 is neither. `contradiction` is 0 where it has no such label."""

    entailment: float
    contradiction: float


class EntailmentModel:
    """A cross-encoder, loaded and tried.

    name: a folder, or a name on the Hugging Face hub, there with an optional `@revision`.
    labels: what its outputs mean, in their order, for a model whose config does not say so.
    temperature: logits are divided by it; above 1 makes the model less sure of itself.
    max_tokens: tokens of a pair that the model reads, its own marks not counted.

    Several threads may ask at once.

    Raises:
        WeightsError: the weights are missing or cannot be loaded.
        SettingsError: it is no model for entailment, or its labels are not what they claim to be.

    Source of the temperature: Guo et al. 2017, On Calibration of Modern Neural Networks.
    """

    def __init__(
        self, name: str, *, device: str, labels: Sequence[str] | None, temperature: float, batch_size: int
    ) -> None:
        if not temperature > 0.0:
            raise SettingsError(f"cannot use the temperature {temperature!r} - give a positive number, 1 for none")
        self._lock = Lock()
        self._temperature = 1.0
        self._batch_size = batch_size
        self._model, self.id = _load(name, device)
        self._model.float().eval()  # bfloat16, which some hub models are saved in, is emulated on most CPUs
        require_cross_encoder(name, self._model, use="verifier", purpose="natural language inference")
        self._labels = _meanings(name, labels or _labels_in_config(self._model), self._model.num_labels)
        tokenizer = self._model.tokenizer
        self.max_tokens = _max_length(self._model) - int(tokenizer.num_special_tokens_to_add(pair=True))
        self._refuse_wrong_labels(name)
        self._temperature = temperature  # from here on: however flat it makes the model, its labels are right

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of the model each text takes, without the model's own marks."""
        if not texts:
            return []
        cleaned = [without_surrogates(text) for text in texts]
        with self._lock:  # the library's tokenizers change their state during a call
            encoded = self._model.tokenizer(cleaned, add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[Probabilities]:
        """For each (premise, claim), whatever else is asked about in the same call."""
        logits = self._logits(pairs) / self._temperature
        if len(self._labels) == 1:  # one output is the log-odds of entailment against none
            logits = np.hstack([logits, np.zeros_like(logits)])
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
        shares = exponents / exponents.sum(axis=1, keepdims=True)
        return [
            Probabilities(
                float(row[self._labels.index(_ENTAILMENT)]),
                float(row[self._labels.index(_CONTRADICTION)]) if _CONTRADICTION in self._labels else 0.0,
            )
            for row in shares
        ]

    def _logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """One row for each pair, one column for each label. The library sorts by length."""
        if not pairs:
            return np.zeros((0, len(self._labels)))
        cleaned = [(without_surrogates(premise), without_surrogates(claim)) for premise, claim in pairs]
        with self._lock:
            scores = self._model.predict(
                cleaned, batch_size=self._batch_size, activation_fn=torch.nn.Identity(), show_progress_bar=False
            )
        return np.asarray(scores, dtype=np.float64).reshape(len(pairs), -1)

    def _refuse_wrong_labels(self, name: str) -> None:
        same, opposite = self.probabilities([_SAME, _OPPOSITE])
        is_right = same.entailment >= 0.5 > opposite.entailment
        is_right = is_right and same.entailment - opposite.entailment >= _LEAST_DIFFERENCE
        if _CONTRADICTION in self._labels:
            is_right = is_right and opposite.contradiction > max(opposite.entailment, same.contradiction)
        if not is_right:
            raise SettingsError(
                f"cannot use the model {name!r} with the labels {', '.join(self._labels)}: it says that {_SAME[0]!r}"
                f" entails itself with a probability of {same.entailment:.2f}, and {_OPPOSITE[1]!r} with"
                f" {opposite.entailment:.2f} - give its labels in their true order, or use another model"
            )


def _meanings(name: str, labels: Sequence[str], n_labels: int) -> tuple[str, ...]:
    """What each output of the model means.

    Raises:
        SettingsError: the labels are not those of a model for entailment.
    """
    if n_labels == 1:
        return (_ENTAILMENT,)
    meanings = tuple(_LABEL_BY_SPELLING.get(re.sub(r"[\W\d_]+", "", label).casefold(), "") for label in labels)
    if len(labels) != n_labels or len(set(meanings)) != n_labels or set(meanings) not in _LABEL_SETS:
        raise SettingsError(
            f"cannot use the model {name!r} as a verifier: its {n_labels} labels are {', '.join(map(repr, labels))}"
            " - use one with entailment, neutral and contradiction, or entailment and not_entailment, or say what its"
            " labels mean, in their order"
        )
    return meanings


def _labels_in_config(model: CrossEncoder) -> list[str]:
    labels = getattr(model.config, "id2label", None) or {}
    return [str(labels[index]) for index in sorted(labels)]


def _max_length(model: CrossEncoder) -> int:
    """Tokens that the model reads, its marks included: the smaller of what tokenizer and positions allow."""
    limits = [getattr(model, "max_seq_length", None), getattr(model.config, "max_position_embeddings", None)]
    return min([int(limit) for limit in limits if limit and 0 < limit < _NO_LIMIT], default=_DEFAULT_LIMIT)


def _load(name: str, device: str) -> tuple[CrossEncoder, str]:
    """The model and its id; the hub is asked only for what can be a name on it."""
    folder = Path(name).expanduser()
    is_local = folder.is_dir()
    digest = folder_hash(folder) if is_local else ""
    model: CrossEncoder = load_pretrained(name, CrossEncoder, device=device, folder=folder if is_local else None)
    return model, f"{folder.resolve().name}@{digest[:7]}" if is_local else id_on_hub(name, model.config)
