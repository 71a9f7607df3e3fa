"""Tiny cross-encoders whose answers to a few pairs are set by hand, saved to disk: real loading, no download."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.testing.verifier import COPIED, COPIED_FROM_SECOND, DENIED, FOREIGN

MAX_LENGTH = 64
HIDDEN = 96

ENTAILS, DENIES, NEITHER = "entailment", "contradiction", "neutral"
SAME = ("A man is sleeping.", "A man is sleeping.")
OPPOSITE = ("A man is sleeping.", "Nobody is sleeping.")
FLOOD, RAIN, SUN = "The river rose by a metre.", "Rain fell all week.", "It was sunny."
BECAUSE = "The river rose because of rain."
FILLER = " ".join(["climbed"] * 45)
KNOWN: Mapping[tuple[str, str], str] = {
    SAME: ENTAILS,
    OPPOSITE: DENIES,
    (COPIED.evidence[0], COPIED.claim): ENTAILS,
    (COPIED_FROM_SECOND.evidence[0], COPIED.claim): NEITHER,
    (FOREIGN.evidence[0], FOREIGN.claim): NEITHER,
    (DENIED.evidence[0], DENIED.claim): DENIES,
    (" ".join(COPIED_FROM_SECOND.evidence), COPIED.claim): ENTAILS,
    (FLOOD, BECAUSE): NEITHER,
    (RAIN, BECAUSE): NEITHER,
    (SUN, BECAUSE): DENIES,
    (f"{FLOOD} {RAIN}", BECAUSE): ENTAILS,
    (f"{RAIN} {SUN}", BECAUSE): NEITHER,
    (f"{FLOOD} {RAIN} {SUN}", BECAUSE): NEITHER,
    (f"Rubio: {RAIN}", "Rubio spoke of rain."): ENTAILS,
    (RAIN, "Rubio spoke of rain."): NEITHER,
    (FILLER, BECAUSE): NEITHER,
    (f"{FILLER} {FLOOD}", BECAUSE): NEITHER,
}
"""What the models below say about these pairs; what they say about others has no meaning."""

MakeCrossEncoder = Callable[..., Path]


@pytest.fixture(scope="session")
def make_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> MakeCrossEncoder:
    """Makes a model folder whose config has these labels; `means` says what they truly are, if that is not the same.

    The encoder is random, and the last layer solves the equations of `KNOWN`.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    def make(labels: Sequence[str] = (ENTAILS, NEITHER, DENIES), *, means: Sequence[str] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("cross-encoder")
        letters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_words(), *letters]
        vocabulary += [f"##{letter}" for letter in string.ascii_lowercase]
        vocabulary = list(dict.fromkeys(vocabulary))
        (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
        tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=MAX_LENGTH)
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=HIDDEN,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=HIDDEN,
            max_position_embeddings=MAX_LENGTH,
            initializer_range=0.3,
            id2label=dict(enumerate(labels)),
            label2id={label: index for index, label in enumerate(labels)},
        )
        model = BertForSequenceClassification(config).eval()
        premises, claims = zip(*KNOWN, strict=True)
        with torch.inference_mode():
            inputs = tokenizer(list(premises), list(claims), padding=True, return_tensors="pt")
            pooled = model.bert(**inputs).pooler_output.numpy().astype(np.float64)
        wanted = np.array([_logits(label, list(means or labels)) for label in KNOWN.values()])
        weights = np.linalg.lstsq(pooled, wanted, rcond=None)[0]
        assert np.allclose(pooled @ weights, wanted, atol=1e-3)
        model.classifier.weight.data = torch.tensor(weights.T, dtype=torch.float32)
        model.classifier.bias.data.zero_()
        model.save_pretrained(folder / "tiny")
        tokenizer.save_pretrained(folder / "tiny")
        return folder / "tiny"

    return make


def _words() -> list[str]:
    text = " ".join(part for pair in KNOWN for part in pair).lower()
    return sorted(set("".join(letter if letter.isalpha() else " " for letter in text).split()))


def _logits(label: str, means: list[str]) -> list[float]:
    if len(means) == 1:
        return [3.0 if label == ENTAILS else -3.0]
    wanted = label if label in means else "not_entailment"
    return [3.0 if meaning == wanted else -3.0 for meaning in means]
